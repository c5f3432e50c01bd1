"""Any program as a bearer: frames on its standard input and output. (docs/BEARERS.md says what it may count on.)

Its first line is `openline-bearer/1`, when bytes move. Then what it writes is frames, as on any stream, and what it is
given is the same. Lines on its standard error are for the engineer, but for those that begin with `openline: `: up, or
down and why. It is started again when it ends, and ends with the station.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from openline.bearer.contract import BearerFacts, Hears
from openline.bearer.onepeer import OnePeer
from openline.bearer.pacing import Pace, set_within
from openline.bearer.process import Process
from openline.errors import BearerDown, Malformed, Misconfigured
from openline.limits import HANDSHAKE_MS
from openline.visible import visible
from openline.wire.frame import FrameReader, encode_frame

HELLO: Final = b"openline-bearer/1\n"
STATUS: Final = "openline: "
_READ_BYTES: Final = 65_536
_NOTE_BYTES_MAX: Final = 300  # of one line that is kept
_AHEAD_S: Final = 0.5  # of the declared rate, that may lie in the pipe unread
_SOON_S: Final = 0.02
_LAST_WORD_S: Final = 0.2  # who closes a stream is mostly about to end, and how it ends says more
_FLOOD_TIMES: Final = 4
_FLOOD_LEAST: Final = 1_000_000  # bytes a second that any program may write
_NOTES_A_SECOND: Final = 4_000  # bytes


class ProgramBounds(NamedTuple):
    """Spans that tests shorten."""

    hello_within_ms: int = 60_000  # it may have to dial first
    stuck_after_ms: int = 60_000  # reads nothing of what waits for it
    start_again_first_ms: int = 1_000
    start_again_max_ms: int = 60_000
    steady_after_ms: int = 60_000  # has run so long: the next start does not wait long
    end_within_ms: int = 2_000  # after its input has ended, and again after SIGTERM
    close_within_ms: int = HANDSHAKE_MS


PROGRAM_BOUNDS: Final = ProgramBounds()


class ProgramBearer(OnePeer):
    """See `openline.bearer.contract.Bearer` for what it promises. Up from the program's first line until it says
    otherwise or ends."""

    def __init__(
        self,
        peer: int,
        hears: Hears,
        command: Sequence[str],
        facts: BearerFacts,
        *,
        bounds: ProgramBounds = PROGRAM_BOUNDS,
    ) -> None:
        """`command`: the program and its arguments; no shell reads it. Raises Misconfigured without any."""
        if not command:
            raise Misconfigured(f"{facts.name}: which program?")
        super().__init__(peer, hears, facts)
        self._command = tuple(command)
        self._bounds = bounds
        self._pace = Pace(facts.bytes_per_second)
        self._ahead_bytes = max(1, int(facts.bytes_per_second * _AHEAD_S))
        self._process: Process | None = None
        self._is_up = False
        self._is_held = False
        self._stop_why = ""  # it runs, and is of no use as it is
        self._timers: dict[str, asyncio.TimerHandle] = {}

    async def start(self) -> None:
        """Start the program. Raises Misconfigured when there is none that we may run."""
        self._loop = asyncio.get_running_loop()
        if not is_program(self._command[0]):
            raise Misconfigured(f"{self._facts.name}: {self._command[0]} is no program that this account may run")
        self._keeping = asyncio.create_task(self._keep_running())

    async def close(self) -> None:
        """Give out what was taken, for a while, then end the program."""
        if self._closing.is_set():
            return
        if self._is_up:
            self._in("beat", 0, self._beat)
        self._trouble = "we closed"
        self._closing.set()
        self._stirred.set()
        if self._keeping is not None:
            await self._keeping
        self._down("we closed")

    def _moves(self) -> bool:
        return self._is_up

    def _given(self) -> None:
        self._in("beat", 0, self._beat)

    def hold(self, peer: int) -> None:
        """Read nothing more of it; its pipe fills, and it waits."""
        if peer == self._peer and not self._is_held:
            self._is_held = True
            if self._process is not None:
                self._loop.remove_reader(self._process.out)

    def go_on(self, peer: int) -> None:
        """Read again."""
        if peer == self._peer and self._is_held:
            self._is_held = False
            if self._process is not None:
                self._loop.add_reader(self._process.out, self._readable)

    # --- the program's life

    async def _keep_running(self) -> None:
        wait_ms = self._bounds.start_again_first_ms
        while not self._closing.is_set():
            began = self._loop.time()
            try:
                process = Process(self._command, self._facts.name)
            except BearerDown as down:
                self._hears.on_alarm(self._facts.name, str(down))
            else:
                self._began(process)
                await self._run(process)
            if (self._loop.time() - began) * 1000 >= self._bounds.steady_after_ms:
                wait_ms = self._bounds.start_again_first_ms
            await set_within(self._closing, wait_ms)
            wait_ms = min(2 * wait_ms, self._bounds.start_again_max_ms)

    def _began(self, process: Process) -> None:
        self._process = process
        self._stop_why = ""
        self._hello = b""  # until its first line is whole
        self._noted = b""
        self._left = b""
        self._unread = 0
        self._moved_at = self._loop.time()
        self._reader = FrameReader(self._facts.frame_bytes_max)
        self._intake = Pace(max(_FLOOD_LEAST, _FLOOD_TIMES * self._facts.bytes_per_second), 1.0)
        self._notes_pace = Pace(_NOTES_A_SECOND, 1.0)
        self._loop.add_reader(process.notes, self._noting)
        if not self._is_held:
            self._loop.add_reader(process.out, self._readable)
        self._in("hello", self._bounds.hello_within_ms / 1000, self._no_hello)

    async def _run(self, process: Process) -> None:
        """Until it ends, is of no use or we close."""
        ended = asyncio.create_task(process.has_ended.wait())
        ended.add_done_callback(lambda _: self._stirred.set())
        await self._stirred.wait()
        self._stirred.clear()
        if self._closing.is_set() and self._is_up and not self._stop_why and not process.has_ended.is_set():
            await set_within(self._drained, self._bounds.close_within_ms)
        for timer in self._timers.values():
            timer.cancel()
        for end in (process.out, process.notes):
            self._loop.remove_reader(end)
        self._process = None
        how = await process.end(self._bounds.end_within_ms)
        await ended
        self._stirred.clear()
        why = f"{self._command[0]} {self._stop_why or how}"
        if not self._closing.is_set():
            self._hears.on_alarm(self._facts.name, f"{why}; it is started again and again")
        self._down("we closed" if self._closing.is_set() else why)

    def _stop(self, why: str) -> None:
        self._stop_why = self._stop_why or why
        self._stirred.set()

    def _no_hello(self) -> None:
        self._stop(f"did not say {HELLO.decode().strip()} in time")

    def _up(self) -> None:
        if not self._is_up and not self._closing.is_set():
            self._is_up = True
            self._hears.on_alarm(self._facts.name, "")
            self._hears.on_up(self._facts.name, self._peer)

    def _down(self, why: str) -> None:
        self._outgoing.clear()
        self._left = b""
        if self._is_up:
            self._is_up, self._trouble = False, why
            self._drained.set()
            self._hears.on_down(self._facts.name, self._peer, why)

    # --- what it says

    def _readable(self) -> None:
        data = self._read("out", self._intake, self._readable)
        if len(self._hello) < len(HELLO):
            missing = len(HELLO) - len(self._hello)
            self._hello += data[:missing]
            data = data[missing:]
            if not HELLO.startswith(self._hello):
                self._stop(f"begins with {self._hello!r} and not with {HELLO.decode().strip()}")
                return
            if len(self._hello) < len(HELLO):
                return
            self._timers.pop("hello").cancel()
            self._up()
        for one in self._reader.feed(data):
            if isinstance(one, Malformed):
                self._sparing(self._command[0], one.reason, about="junk")
            elif not self._closing.is_set():
                self._up()  # who brings a frame is up
                self._hears.on_frame(self._facts.name, self._peer, one)

    def _noting(self) -> None:
        *lines, self._noted = (self._noted + self._read("notes", self._notes_pace, self._noting)).split(b"\n")
        self._noted = self._noted[:_NOTE_BYTES_MAX]
        for line in lines:
            text = visible(line[:_NOTE_BYTES_MAX].decode("utf-8", "replace").strip())
            word, _, why = text.removeprefix(STATUS).partition(" ")
            if not text.startswith(STATUS):
                if text:
                    self._sparing(self._command[0], text)
            elif word == "up" and len(self._hello) == len(HELLO):
                self._up()
            elif word == "down":
                self._hears.on_alarm(self._facts.name, f"{self._command[0]} says: down {why}".strip())
                self._down(why or "the program says so")
            else:
                self._sparing(self._command[0], f"says {text!r}, which means nothing here")

    def _read(self, stream: str, pace: Pace, again: Callable[[], None]) -> bytes:
        """What has come on one of its streams. One that brings far too much is left alone for a while."""
        process = self._process
        if process is None:
            return b""
        handle = process.out if stream == "out" else process.notes
        try:
            data = os.read(handle, _READ_BYTES)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self._loop.remove_reader(handle)
            if stream == "out":
                self._in("closed", _LAST_WORD_S, lambda: self._stop("closed its output"))
            return b""
        now = self._loop.time()
        pace.spent(len(data), now)
        if pace.wait_s(now) > 0:
            self._loop.remove_reader(handle)
            self._in(stream, pace.wait_s(now), lambda: self._read_on(handle, stream, again))
        return data

    def _read_on(self, handle: int, stream: str, again: Callable[[], None]) -> None:
        if self._process is not None and not (self._is_held and stream == "out"):
            self._loop.add_reader(handle, again)

    # --- what it is given

    def _in(self, name: str, wait_s: float, what: Callable[[], None]) -> None:
        if name in self._timers:
            self._timers[name].cancel()
        self._timers[name] = self._loop.call_later(max(0.0, wait_s), what)

    def _beat(self) -> None:
        """Give it the next frame, if it is time and it reads; and see when to look again."""
        if self._process is None or not self._is_up:
            return
        try:
            wait_s = self._put(self._process)
        except OSError:
            self._in("closed", _LAST_WORD_S, lambda: self._stop("closed its input"))
            return
        if wait_s is not None:
            self._in("beat", wait_s, self._beat)
        elif self._closing.is_set():
            self._drained.set()
        if self._outgoing.has_room_again() and not self._closing.is_set():
            self._hears.on_room(self._facts.name, self._peer)

    def _put(self, process: Process) -> float | None:
        """Seconds until there is more to do; None when there is nothing."""
        now = self._loop.time()
        unread = process.unread_bytes()
        if unread < self._unread or not unread:
            self._moved_at = now
        self._unread = unread
        if not self._left and not self._outgoing:
            return None
        wait_s = self._pace.wait_s(now)
        if wait_s > 0:
            return wait_s
        if not self._left and unread < self._ahead_bytes:
            self._left = encode_frame(self._outgoing.take())
        try:
            count = os.write(process.into, self._left) if self._left else 0
        except BlockingIOError:
            count = 0
        if count:
            self._left = self._left[count:]
            self._unread += count
            self._outgoing.left(len(self._left))
            self._pace.spent(count, now)
            return max(0.0, self._pace.wait_s(now)) if not self._left else _SOON_S
        if now - self._moved_at > self._bounds.stuck_after_ms / 1000:
            self._stop("reads nothing of what waits for it")
            return None
        return _SOON_S


def is_program(path: str) -> bool:
    """True if this account may run it."""
    return os.path.isfile(path) and os.access(path, os.X_OK)
