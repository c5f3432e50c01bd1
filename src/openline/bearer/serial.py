"""A serial device as a bearer: a modem, a radio, a cable. Frames follow one another as on any stream. (R-240)

Where only one side can be heard at a time the two take turns (`turns`). No check follows a body: its seal is one, and
two bytes more a frame would tell nothing that opening it does not. The device may go and come back. (0021)
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from openline.bearer.contract import BearerFacts, Hears
from openline.bearer.onepeer import Opened
from openline.bearer.pacing import Pace, set_within
from openline.bearer.tty import BAUD_RATES, Tty
from openline.bearer.turns import Over, TurnReader, Turns, times_of
from openline.errors import BearerDown, Malformed, Misconfigured
from openline.limits import HANDSHAKE_MS, SEND_BUFFER_BYTES
from openline.line.state import Duplex
from openline.wire.frame import encode_frame

_PIECE_S: Final = 0.05  # so much of the declared rate is given to the device at once
_AHEAD_S: Final = 0.5  # and so much may wait in it
_PIECE_BYTES_MAX: Final = 4096
_SOON_S: Final = 0.02  # until a device that is full is asked again
_QUIET_S: Final = 2.0  # no bytes for so long, at least: a frame that is half there will not be whole


class SerialPort(NamedTuple):
    """Which device, and how it is set."""

    device: Path
    baud: int
    rts_cts: bool = False


class SerialBounds(NamedTuple):
    """Spans that tests shorten."""

    look_every_ms: int = 1_000  # is the device still there?
    open_again_first_ms: int = 500
    open_again_max_ms: int = 15_000
    stuck_after_ms: int = 30_000  # the device takes not one byte
    close_within_ms: int = HANDSHAKE_MS


SERIAL_BOUNDS: Final = SerialBounds()


class SerialBearer(Opened):
    """See `openline.bearer.contract.Bearer` for what it promises. Up while the device is open: whether anybody hears
    it, the line's hails tell."""

    _road = "device"

    def __init__(
        self,
        me: int,
        peer: int,
        hears: Hears,
        port: SerialPort,
        facts: BearerFacts,
        *,
        bounds: SerialBounds = SERIAL_BOUNDS,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """`me`, `peer`: places in the roster. Raises Misconfigured when no device can be set so."""
        if port.baud not in BAUD_RATES:
            near = min(BAUD_RATES, key=lambda one: abs(one - port.baud))
            raise Misconfigured(f"{facts.name}: serial devices do not run at {port.baud} baud; the nearest is {near}")
        if facts.duplex is Duplex.SIMPLEX:
            raise Misconfigured(f"{facts.name}: a serial bearer is full or half duplex; one way only is for couriers")
        super().__init__(peer, hears, facts, bounds.close_within_ms)
        self._port = port
        self._bounds = bounds
        self._turns = Turns(me, peer, times_of(facts), jitter) if facts.duplex is Duplex.HALF else None
        self._pace = Pace(facts.bytes_per_second)
        self._piece_bytes = min(_PIECE_BYTES_MAX, max(1, int(facts.bytes_per_second * _PIECE_S)))
        self._ahead_bytes = max(1, int(facts.bytes_per_second * _AHEAD_S))
        self._quiet_s = max(_QUIET_S, 2 * facts.latency_ms / 1000)
        self._tty: Tty | None = None
        self._quiet_at: asyncio.TimerHandle | None = None
        self._is_stuck = False  # it took no bytes, and has not shown since that it does
        self._is_held = False
        self._kept: deque[bytes] = deque()  # came while the station held us
        self._kept_bytes = 0

    async def start(self) -> None:
        """Open the device, now and whenever it is there again. One that is missing is an alarm, not an end."""
        self._loop = asyncio.get_running_loop()
        self._open()
        self._keeping = asyncio.create_task(self._keep_open())

    def _moves(self) -> bool:
        return self._tty is not None

    def _given(self) -> None:
        self._beat_in(0)

    def hold(self, peer: int) -> None:
        """Keep what comes, up to SEND_BUFFER_BYTES: whose turn it is must be heard all the same."""
        self._is_held = self._is_held or peer == self._peer

    def go_on(self, peer: int) -> None:
        """Give what was kept."""
        if peer == self._peer:
            self._is_held = False
            kept, self._kept, self._kept_bytes = self._kept, deque(), 0
            for body in kept:
                self._hears.on_frame(self._facts.name, self._peer, body)

    # --- the device

    async def _keep_open(self) -> None:
        wait_ms = self._bounds.open_again_first_ms
        while not self._closing.is_set():
            if self._tty is None:
                await set_within(self._closing, wait_ms)
                wait_ms = min(2 * wait_ms, self._bounds.open_again_max_ms)
                if not self._closing.is_set():
                    self._open()
                continue
            wait_ms = self._bounds.open_again_first_ms
            self._stirred.clear()
            await set_within(self._stirred, self._bounds.look_every_ms)
            if self._tty is not None and not self._tty.is_there():
                self._lost(f"{self._port.device} was taken away")

    def _open(self) -> None:
        try:
            tty = Tty(self._port.device, self._port.baud, rts_cts=self._port.rts_cts)
        except BearerDown as down:
            self._trouble = str(down)
            self._hears.on_alarm(self._facts.name, self._trouble)
            return
        self._tty = tty
        self._reader = TurnReader(self._facts.frame_bytes_max)
        self._left = b""  # of what is being written
        self._is_word = False  # it is the end of our turn
        self._unsent = 0
        now = self._moved_at = self._loop.time()
        if self._turns is not None:
            self._turns.open(now)
        self._loop.add_reader(tty.handle, self._readable)
        self._has_written = False
        if not self._is_stuck:
            self._hears.on_alarm(self._facts.name, "")
        self._hears.on_up(self._facts.name, self._peer)

    def _down(self, why: str) -> None:
        for timer in (self._beat_at, self._quiet_at):
            if timer is not None:
                timer.cancel()
        if self._tty is None:
            return
        tty, self._tty, self._trouble = self._tty, None, why
        self._loop.remove_reader(tty.handle)
        tty.close(drop=bool(self._left) or not self._drained.is_set())
        self._outgoing.clear()
        self._left = b""
        self._drained.set()
        self._hears.on_down(self._facts.name, self._peer, why)

    # --- what comes

    def _readable(self) -> None:
        if self._tty is None:
            return
        try:
            data = self._tty.read()
        except BearerDown as down:
            self._lost(str(down))
            return
        if data:
            self._take(self._reader.feed(data))
        if self._quiet_at is not None:
            self._quiet_at.cancel()
        if self._reader.is_waiting:
            self._quiet_at = self._loop.call_later(self._quiet_s, self._fell_quiet)

    def _fell_quiet(self) -> None:
        self._take(self._reader.quiet())

    def _take(self, got: list[bytes | Malformed | Over]) -> None:
        now = self._loop.time()
        if self._turns is not None:
            self._turns.heard(now, sure=self._reader.is_in_frame or any(not isinstance(one, Malformed) for one in got))
        for one in got:
            if isinstance(one, Over):
                if self._turns is None:
                    self._sparing("turns", "the other side takes turns and we do not: set duplex alike on both sides")
                else:
                    self._turns.over(one, now)
            elif isinstance(one, Malformed):
                self._sparing(str(self._port.device), one.reason, about="junk")
            elif not self._is_held:
                self._hears.on_frame(self._facts.name, self._peer, one)
            elif self._kept_bytes + len(one) <= SEND_BUFFER_BYTES:
                self._kept.append(one)
                self._kept_bytes += len(one)
        self._beat_in(0)

    # --- what goes

    def _beat(self) -> None:
        """Give the device its next piece, if it is time; and see when to look again."""
        tty, now = self._tty, self._loop.time()
        if tty is None:
            return
        try:
            wait_s = self._put(tty, now)
        except BearerDown as down:
            self._lost(str(down))
            return
        if wait_s is not None:
            self._beat_in(wait_s)
        elif self._closing.is_set() and not self._outgoing:
            self._drained.set()
        if self._outgoing.has_room_again() and not self._closing.is_set():
            self._hears.on_room(self._facts.name, self._peer)

    def _put(self, tty: Tty, now: float) -> float | None:
        """Seconds until there is more to do; None when there is nothing."""
        wait_s = self._pace.wait_s(now)
        if wait_s > 0:
            return wait_s
        unsent = tty.unsent_bytes()
        if unsent < self._unsent or not self._left:
            self._moved_at = now
        self._unsent = unsent
        if self._is_stuck and self._has_written and not self._left and not unsent:
            self._is_stuck = False
            self._hears.on_alarm(self._facts.name, "")
        if not self._left:
            again_s = self._next(unsent, now)
            if not self._left:
                return again_s
        count = tty.write(self._left[: self._piece_bytes]) if unsent < self._ahead_bytes else 0
        if count:
            self._moved_at = now
            self._has_written = True
            self._left = self._left[count:]
            self._outgoing.left(0 if self._is_word else len(self._left))
            self._pace.spent(count, now)
            return max(0.0, self._pace.wait_s(now))
        if now - self._moved_at > self._bounds.stuck_after_ms / 1000:
            self._is_stuck = True
            raise BearerDown(f"{self._port.device} takes no bytes; is flow control set as the modem has it?")
        return _SOON_S

    def _next(self, unsent: int, now: float) -> float | None:
        """Choose what is written next, into `_left`; or seconds until that can be asked again, None for never."""
        turns = self._turns
        if turns is not None and turns.is_ours and self._is_word:
            if unsent:
                return _SOON_S  # the end of our turn is not out yet
            self._is_word = False
            turns.end(now)
        if turns is not None and not turns.is_ours:
            if not self._outgoing and not turns.owes_answer:
                return _SOON_S if unsent else None
            wait_s = turns.may_begin_in(now)
            if wait_s > 0:
                return wait_s
            turns.begin(now)
        if self._outgoing and (turns is None or turns.may_say_more(now)):
            self._left = encode_frame(self._outgoing.take())
        elif turns is not None:
            self._left, self._is_word = turns.word(more=bool(self._outgoing)), True
        return _SOON_S if unsent else None
