"""The control channel, station side: a Unix socket (0600) that takes `asking` requests, one JSON object a line.

`ControlDoor` listens; the station gives it an `Operations`, and the desk's, which also says whom it lets in. One
connection may have several requests under way; reading pauses at `CONTROL_UNDER_WAY_MAX`, so a flood waits in the
sender's buffer and not in our memory. A line that cannot be read is answered by an error and the next good line is
taken; only a line without end closes the connection. Only our own account, or root, is let in, whatever the mode of the
folder says.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import struct
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from openline.console.channel import asking
from openline.console.codes import Told, code_of, for_a_program
from openline.console.watch.asking import AnyRequest

_AT_THE_DOOR: Final = 32  # may wait to be let in
_ACCEPT_AGAIN_S: Final = 0.1
_PATH_BYTES_MAX: Final = 100  # sun_path is 108 bytes on Linux; longer paths go through the folder's descriptor


_Act = Callable[[Any], Awaitable[object]]
_LetIn = Callable[[AnyRequest], None]
_Once = Callable[[AnyRequest, _Act], Awaitable[object]]


class _Head(msgspec.Struct):
    id: int = 0


class _Done(msgspec.Struct):
    id: int
    ok: Any


class _Not(msgspec.Struct):
    id: int
    error: dict[str, object]


_ENCODE: Final = msgspec.json.Encoder()
_DECODE: Final[msgspec.json.Decoder[AnyRequest]] = msgspec.json.Decoder(AnyRequest)
_HEAD: Final = msgspec.json.Decoder(_Head)


@contextlib.contextmanager
def short_path(path: Path) -> Iterator[str]:
    """A name for `path` that fits into a socket address, good while the context lasts."""
    if len(os.fsencode(path)) <= _PATH_BYTES_MAX:
        yield str(path)
        return
    fd = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{fd}/{path.name}"
    finally:
        os.close(fd)


def bind(path: Path) -> socket.socket:
    """A listening socket at `path`, mode 0600 from its first instant; an abandoned one is replaced.

    Raises Told OL-703 when a station answers there already.
    """
    if path.exists() and _answers(path):
        raise Told("OL-703", f"something answers at {path}")
    path.unlink(missing_ok=True)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o177)
    try:
        with short_path(path) as name:
            sock.bind(name)
        sock.listen(_AT_THE_DOOR)
        sock.setblocking(False)
    except BaseException:
        sock.close()
        raise
    finally:
        os.umask(mask)
    return sock


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe, short_path(path) as name:
        try:
            probe.connect(name)
        except OSError:
            return False
    return True


class ControlDoor:
    """Listens at a path until closed. Every connection is served by the one `Operations` and the one desk's."""

    def __init__(
        self,
        path: Path,
        operations: asking.Operations,
        desk: Mapping[type, _Act] = {},
        let_in: _LetIn | None = None,
        once: _Once | None = None,
    ) -> None:
        """`desk`: what the desk's requests are answered by; `let_in` raises for a request that it does not let in;
        `once` performs, once under one key."""
        self._path = path
        self._table = {**_table(operations), **desk}
        self._let_in = let_in
        self._once = once
        self._listening: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None
        self._talks: set[_Talk] = set()

    async def open(self) -> None:
        """Begin to listen. Raises Told OL-703 when a station answers at the path, OSError when it cannot be made."""
        self._listening = bind(self._path)
        self._accepting = asyncio.create_task(self._accept(self._listening))

    async def _accept(self, listening: socket.socket) -> None:
        """Let in who knocks. Where descriptors or memory lack he waits at the door until he can be taken in: the event
        loop's own server cuts him off, or knocks against the bound again and again with all of a processor."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                caller, _ = await loop.sock_accept(listening)
            except OSError:
                await asyncio.sleep(_ACCEPT_AGAIN_S)
                continue
            try:
                await loop.connect_accepted_socket(self._talk, caller)
            except BaseException as error:
                caller.close()
                if not isinstance(error, OSError):
                    raise

    async def close(self) -> None:
        """Stop listening, let what is under way end within a second, give up the rest, drop the connections."""
        if self._listening is None:
            return
        self._path.unlink(missing_ok=True)
        await asyncio.sleep(0.01)  # who has knocked already is let in
        if self._accepting is not None:
            self._accepting.cancel()
            await asyncio.gather(self._accepting, return_exceptions=True)
        self._listening.close()
        under_way = [task for talk in self._talks for task in talk.under_way if task is not asyncio.current_task()]
        if under_way:
            _ended, waiting = await asyncio.wait(under_way, timeout=1.0)
            for task in waiting:  # those who wait for receipts that will not come while we are gone
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        await asyncio.sleep(0)  # the last answers reach the transports
        for talk in list(self._talks):
            talk.drop()
        await asyncio.sleep(0)
        self._listening = None

    def _talk(self) -> _Talk:
        return _Talk(self._table, self._talks, self._let_in, self._once)


def _table(operations: asking.Operations) -> dict[type, _Act]:
    async def status(_ask: asking.AskStatus) -> asking.Status:
        return await operations.status()

    async def stop(_ask: asking.Stop) -> asking.Nothing:
        return await operations.stop()

    async def amendments(_ask: asking.AskAmendments) -> asking.Amendments:
        return await operations.amendments()

    return {
        asking.Send: operations.send, asking.Find: operations.find, asking.Show: operations.show,
        asking.Acknowledge: operations.acknowledge, asking.Append: operations.append,
        asking.WaitHeld: operations.wait_held, asking.AskStatus: status, asking.Export: operations.export,
        asking.Backup: operations.backup, asking.CarryOut: operations.carry_out,
        asking.CarryIn: operations.carry_in, asking.Stop: stop,
        asking.Propose: operations.propose, asking.AnswerProposal: operations.answer,
        asking.AskAmendments: amendments, asking.TakePaper: operations.take_paper, asking.Recover: operations.recover,
        asking.AskContact: operations.contact, asking.PlanExport: operations.plan_export,
    }


class _Talk(asyncio.Protocol):
    """One connection: bytes in, lines out of them, a task for each, answers back."""

    def __init__(
        self, table: dict[type, _Act], talks: set[_Talk], let_in: _LetIn | None, once: _Once | None
    ) -> None:
        self._table = table
        self._let_in = let_in
        self._once = once
        self._talks = talks
        self._rest = bytearray()
        self._transport: asyncio.Transport | None = None
        self._reading = True
        self.stirred_at = asyncio.get_running_loop().time()  # when it asked last
        self.under_way: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        if not _ours(transport.get_extra_info("socket")):
            transport.abort()
            return
        self._transport = transport
        self._talks.add(self)
        if len(self._talks) > asking.CONTROL_TALKS_MAX:  # or they would take the descriptors of keys, store and peers
            longest = min(self._talks, key=lambda talk: (bool(talk.under_way), talk.stirred_at))
            longest.send_away()

    def connection_lost(self, exc: Exception | None) -> None:
        # What was asked goes on to its end: a message half asked for is either recorded or not, never cancelled.
        self._transport = None
        self._talks.discard(self)

    def data_received(self, data: bytes) -> None:
        self._rest += data
        self.stirred_at = asyncio.get_running_loop().time()
        if len(self._rest) > asking.CONTROL_LINE_BYTES_MAX and b"\n" not in self._rest:
            self._answer(_Not(0, for_a_program(Told("OL-201", "a request line without end"))))
            self.drop()
            return
        self._take_lines()

    def _take_lines(self) -> None:
        start = 0
        while len(self.under_way) < asking.CONTROL_UNDER_WAY_MAX:
            end = self._rest.find(b"\n", start)
            if end < 0:
                break
            self._take(bytes(self._rest[start:end]))
            start = end + 1
        del self._rest[:start]
        self._pace()

    def _pace(self) -> None:
        reading = len(self.under_way) < asking.CONTROL_UNDER_WAY_MAX
        if self._transport is None or reading == self._reading:
            return
        self._reading = reading
        if reading:
            self._transport.resume_reading()
        else:
            self._transport.pause_reading()

    def _take(self, line: bytes) -> None:
        try:
            ask = _DECODE.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            self._answer(_Not(_id_of(line), for_a_program(Told("OL-201", f"request not understood: {error}"))))
            return
        task = asyncio.get_running_loop().create_task(self._perform(ask))
        self.under_way.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.under_way.discard(task)
        if self._transport is not None:
            self._take_lines()

    async def _perform(self, ask: AnyRequest) -> None:
        answer: _Done | _Not
        try:
            if self._let_in is not None:
                self._let_in(ask)
            act = self._table[type(ask)]
            once = self._once if ask.once or ask.meant else None
            answer = _Done(ask.id, await (act(ask) if once is None else once(ask, act)))
        except Exception as error:  # the one door where errors become answers
            answer = _Not(ask.id, for_a_program(error))
            if code_of(error).code == "OL-101":
                raise  # the loop's own reporting says where in the program; the answer says what
        finally:
            self._answer(answer)

    def _answer(self, answer: _Done | _Not) -> None:
        if self._transport is not None:
            self._transport.write(_ENCODE.encode(answer) + b"\n")

    def send_away(self) -> None:
        """Too many are connected, and of all of them this one has asked nothing for the longest time."""
        words = f"{asking.CONTROL_TALKS_MAX} programs are connected; this one was the longest without a request"
        self._answer(_Not(0, for_a_program(Told("OL-603", words))))
        self._talks.discard(self)
        self.drop()

    def drop(self) -> None:
        """Close the connection once what was written has gone out."""
        if self._transport is not None:
            self._transport.close()


def _id_of(line: bytes) -> int:
    try:
        return _HEAD.decode(line).id
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return 0


def _ours(sock: socket.socket) -> bool:
    """True when the other end runs under our own account or root (SO_PEERCRED)."""
    raw = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _pid, uid, _gid = struct.unpack("3i", raw)
    return uid in (0, os.geteuid())
