"""Two folders as a bearer: one that we fill, one that somebody else fills. One-way where one is missing.

Frames are gathered for a while and written as one file. Nothing here knows how the files move; how late
and how fast is what the settings say. Disk calls run beside the event loop: a stick can take seconds.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final, NamedTuple

from openline.bearer.contract import BearerFacts, Hears
from openline.bearer.folder import Cover, Inbox, Outbox, Reading
from openline.bearer.pacing import set_within
from openline.errors import BearerDown, LocalFault, Malformed, Misconfigured
from openline.limits import (
    CARRY_FILE_BYTES,
    COURIER_ALARM_AFTER_MS,
    COURIER_COST,
    COURIER_KEEP_MS,
    FRAME_BODY_BYTES_MAX,
    SEND_BUFFER_BYTES_MAX,
)
from openline.line.state import Duplex

DIRECTORY_FACTS: Final = BearerFacts(
    "directory",
    bytes_per_second=1_000_000,
    latency_ms=3_600_000,
    frame_bytes_max=FRAME_BODY_BYTES_MAX,
    duplex=Duplex.FULL,
    courier_keep_ms=COURIER_KEEP_MS,
    cost=COURIER_COST,
    silence_alarm_after_ms=COURIER_ALARM_AFTER_MS,
)


class DirectoryBounds(NamedTuple):
    """How long frames are gathered into one file, and how often the folders are looked at."""

    gather_ms: int = 30_000
    look_every_ms: int = 5_000


DIRECTORY_BOUNDS: Final = DirectoryBounds()


class DirectoryBearer:
    """See `openline.bearer.contract.Bearer` for what it promises. Up while the folder to fill can be written."""

    def __init__(
        self,
        peer: int,
        hears: Hears,
        cover: Cover,
        *,
        out: Path | None = None,
        into: Path | None = None,
        facts: BearerFacts = DIRECTORY_FACTS,
        bounds: DirectoryBounds = DIRECTORY_BOUNDS,
    ) -> None:
        """`out`: folder that we fill; `into`: folder that we read. Folders are never made: a stick that is not
        there is not there. Raises Misconfigured without either, or when they are the same."""
        if out is None and into is None:
            raise Misconfigured("a directory bearer needs a folder to fill, a folder to read, or both")
        if out is not None and into is not None and out.absolute() == into.absolute():
            raise Misconfigured(f"{out} cannot be both the folder that we fill and the one that we read")
        self._peer = peer
        self._hears = hears
        self._cover = cover
        self._out = out
        self._inbox = Inbox(into) if into is not None else None
        self._facts = facts if out is not None and into is not None else facts._replace(duplex=Duplex.SIMPLEX)
        self._bounds = bounds
        self._is_up = False
        self._closing = asyncio.Event()
        self._full = asyncio.Event()  # do not gather any longer
        self._go_on = asyncio.Event()
        self._go_on.set()
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._last_fault = ""
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def facts(self) -> BearerFacts:
        """What it says of itself."""
        return self._facts

    async def start(self) -> None:
        """Begin to look at the folders."""
        if self._out is not None:
            self._tasks.append(asyncio.create_task(self._keep_writing(self._out)))
        if self._inbox is not None:
            self._tasks.append(asyncio.create_task(self._keep_reading(self._inbox)))

    async def close(self) -> None:
        """Write what was taken, then stop; a file under way is read to its end."""
        self._closing.set()
        self._full.set()
        self._go_on.set()
        await asyncio.gather(*self._tasks)
        self._tasks.clear()
        self._down("we closed")

    def send(self, peer: int, body: bytes) -> None:
        """Take a frame body. Raises BearerDown, LocalFault."""
        if len(body) > self._facts.frame_bytes_max:
            raise LocalFault(
                f"a frame body of {len(body)} bytes; {self._facts.name} takes {self._facts.frame_bytes_max}"
            )
        if peer not in self.peers_up():
            raise BearerDown(f"{self._facts.name}: no folder to party {peer}: {self._last_fault or 'not up yet'}")
        if self._waiting_bytes > SEND_BUFFER_BYTES_MAX:
            raise BearerDown(f"{self._facts.name}: {self._waiting_bytes} bytes to party {peer} wait already")
        self._waiting.append(body)
        self._waiting_bytes += len(body)
        if self._waiting_bytes >= CARRY_FILE_BYTES:
            self._full.set()

    def room(self, peer: int) -> int:
        """Bytes that may be given now."""
        return max(0, CARRY_FILE_BYTES - self._waiting_bytes) if peer in self.peers_up() else 0

    def peers_up(self) -> tuple[int, ...]:
        """The peer, while the folder can be written."""
        return (self._peer,) if self._is_up else ()

    def hold(self, peer: int) -> None:
        """Read no more files for now."""
        if peer == self._peer and not self._closing.is_set():
            self._go_on.clear()

    def go_on(self, peer: int) -> None:
        """Read again."""
        if peer == self._peer:
            self._go_on.set()

    def flush(self) -> None:
        """Gather no longer: somebody waits for the stick."""
        self._full.set()

    # --- writing

    async def _keep_writing(self, out: Path) -> None:
        while not self._closing.is_set():
            await self._write(out)
            span_ms = self._bounds.gather_ms if self._is_up else self._bounds.look_every_ms
            await set_within(self._full, span_ms)
            self._full.clear()
        await self._write(out)

    async def _write(self, out: Path) -> None:
        bodies, had_room = self._waiting, self.room(self._peer) > 0
        self._waiting, self._waiting_bytes = [], 0
        try:
            await asyncio.to_thread(self._write_files, out, bodies)
        except BearerDown as down:
            self._down(str(down))
            self._fault(str(out), str(down))
            return
        if not self._is_up:
            self._is_up = True
            self._last_fault = ""
            self._hears.on_up(self._facts.name, self._peer)
        elif not had_room:
            self._hears.on_room(self._facts.name, self._peer)

    def _write_files(self, out: Path, bodies: list[bytes]) -> None:
        with Outbox(out, self._cover) as outbox:
            outbox.write(bodies)

    def _down(self, why: str) -> None:
        self._waiting, self._waiting_bytes = [], 0  # the line has it in its record and sends it again
        if self._is_up:
            self._is_up = False
            self._hears.on_down(self._facts.name, self._peer, why)

    # --- reading

    async def _keep_reading(self, inbox: Inbox) -> None:
        while not self._closing.is_set():
            try:
                for path in await asyncio.to_thread(inbox.unread):
                    await self._go_on.wait()
                    if self._closing.is_set():
                        return
                    await self._read(inbox, Reading(path))
            except BearerDown as down:
                self._fault("folder", str(down))
            await set_within(self._closing, self._bounds.look_every_ms)

    async def _read(self, inbox: Inbox, reading: Reading) -> None:
        pieces = reading.pieces()
        try:
            while (bodies := await asyncio.to_thread(next, pieces, None)) is not None:
                for body in bodies:
                    self._hears.on_frame(self._facts.name, self._peer, body)
                await self._go_on.wait()
                if self._closing.is_set():
                    return  # not marked: it is read again
        except (BearerDown, Malformed) as fault:
            inbox.remember(reading)
            self._hears.on_fault(self._facts.name, reading.path.name, str(fault))
            return
        finally:
            pieces.close()
        for damage in reading.faults:
            self._hears.on_fault(self._facts.name, reading.path.name, str(damage))
        if reading.is_cut:
            self._hears.on_fault(self._facts.name, reading.path.name, "its last frame is cut off")
        if await self._is_settled():
            await asyncio.to_thread(inbox.mark, reading)

    async def _is_settled(self) -> bool:
        """True once the station has taken all it was given; False when we close before that."""
        settled = asyncio.ensure_future(self._hears.settled())
        closing = asyncio.ensure_future(self._closing.wait())
        done, waiting = await asyncio.wait([settled, closing], return_when=asyncio.FIRST_COMPLETED)
        for one in waiting:
            one.cancel()
        return settled in done

    def _fault(self, where: str, why: str) -> None:
        if why != self._last_fault:
            self._last_fault = why
            self._hears.on_fault(self._facts.name, where, why)
