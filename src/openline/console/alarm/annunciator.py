"""The process that makes alarms heard: asks the station every second, rings, and rings by itself when it is gone."""

from __future__ import annotations

import contextlib
import os
import secrets
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from openline.console.alarm import asking
from openline.console.alarm.playing import Lamp, Player
from openline.console.alarm.tones import tone_of
from openline.console.channel.clock import counted_ms
from openline.console.channel.link import ControlLink
from openline.console.codes import Told
from openline.desk import ringing
from openline.desk.alarms import Kind, Priority
from openline.desk.ringing import Heard, Ring
from openline.visible import visible

ASK_EVERY_MS: Final = 1_000
ANSWER_WITHIN_MS: Final = 4_000
TRY_OUT_AGAIN_MS: Final = 60_000


class Annunciator:
    """One run of it."""

    def __init__(
        self, control: Path, line: str, player: Sequence[str], command: Sequence[str], say: Callable[[str], None]
    ) -> None:
        self._control = control
        self._say = say
        self._player = Player(player, ring_bell)
        self._lamp = Lamp(command, line, say)
        self._ear = secrets.token_hex(8)
        self._link: ControlLink | None = None
        self._has_ended = False
        self._hushed = False
        self._tried_ms = 0
        self._lit: Ring | None = None

    def run(self) -> None:
        """Until SIGTERM or SIGINT. SIGUSR1, or Enter at its terminal, hushes the alarm over a lost station."""
        with self._signals():
            try:
                self._try_out()
                self._serve()
            finally:
                self._ask(leaving=True)
                if self._lit is not None:
                    self._lamp.tell(None)
                self._lamp.close()
                self._player.close()

    def _serve(self) -> None:
        state = ringing.begin(counted_ms())
        while not self._has_ended:
            heard = self._ask()
            now_ms = counted_ms()
            state = ringing.listen(state, heard, now_ms)
            if self._hushed:
                self._hushed = False
                if state.ring is not None and state.ring.kind == ringing.LOST:
                    self._say(f"hushed for {ringing.HUSH_MS // 60_000} min; the station is still lost")
                state = ringing.hush(state, now_ms)
            state = self._let_be_heard(state, now_ms)
            if not self._player.armed and now_ms - self._tried_ms >= TRY_OUT_AGAIN_MS:
                self._try_out()
            self._lamp.tend()
            self._rest(now_ms + ASK_EVERY_MS)

    def _let_be_heard(self, state: ringing.Ringing, now_ms: int) -> ringing.Ringing:
        ring = state.ring
        before = self._lit
        if (ring and (ring.name, ring.level)) != (before and (before.name, before.level)):
            self._lit = ring
            self._lamp.tell(ring)
            self._say(f"RINGING {ring.priority.name}: {visible(ring.text)}" if ring is not None else "quiet")
        if ring is None:
            return ringing.quiet(state)
        due = ringing.to_play(state, now_ms)
        if due is None:
            return state
        was = self._player.how
        self._player.play(tone_of(due))
        if self._player.how != was:
            self._say(f"sound: {self._player.how}")
        return ringing.played(state, due, now_ms)

    def _try_out(self) -> None:
        self._tried_ms = counted_ms()
        self._player.try_out()
        self._say(f"sound: {self._player.how}" + (", ARMED" if self._player.armed else ""))

    # ---------------------------------------------------------------- the station
    def _ask(self, *, leaving: bool = False) -> Heard | None:
        """What the station says; None where it does not."""
        ask = asking.Listen(ear=self._ear, armed=self._player.armed, how=self._player.how, leaving=leaving)
        try:
            if self._link is None:
                self._link = ControlLink.open(self._control)
            board = self._link.ask(ask, asking.BoardRow, ANSWER_WITHIN_MS)
        except Exception as error:  # noqa: BLE001  whatever it is: no answer is no answer, and it rings
            if not isinstance(error, Told):
                self._say(f"the station's answer cannot be used: {error!r}")
            with contextlib.suppress(Exception):
                if self._link is not None:
                    self._link.close()
            self._link = None
            return None
        return heard_of(board)

    # ---------------------------------------------------------------- its terminal and signals
    def _rest(self, until_ms: int) -> None:
        """Wait, and hear Enter meanwhile."""
        while (left_ms := until_ms - counted_ms()) > 0 and not self._has_ended and not self._hushed:
            if not sys.stdin.isatty():
                time.sleep(min(left_ms, 100) / 1000)
                continue
            readable, _, _ = select.select([sys.stdin], [], [], min(left_ms, 100) / 1000)
            if readable and os.read(sys.stdin.fileno(), 4096):
                self._hushed = True

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        def end(*_: object) -> None:
            self._has_ended = True

        def hush(*_: object) -> None:
            self._hushed = True

        before = [signal.signal(number, act) for number, act in _acts(end, hush)]
        try:
            yield
        finally:
            for (number, _), old in zip(_acts(end, hush), before, strict=True):
                signal.signal(number, old)


def _acts(
    end: Callable[..., None], hush: Callable[..., None]
) -> tuple[tuple[signal.Signals, Callable[..., None]], ...]:
    return ((signal.SIGTERM, end), (signal.SIGINT, end), (signal.SIGUSR1, hush))


def heard_of(board: asking.BoardRow) -> Heard:
    """What of a board is to be heard. Raises KeyError, ValueError for words this program does not know."""
    row = next((one for one in board.alarms if one.name == board.sounding), None)
    if row is None:
        return Heard(board.beat, None)
    ring = Ring(row.name, str(Kind(row.kind)), Priority[row.priority], row.exercise, row.level, row.text)
    return Heard(board.beat, ring)


def ring_bell() -> bool:
    """Ring the bell of the terminal this runs at, if it runs at one."""
    try:
        with open("/dev/tty", "wb", buffering=0) as terminal:
            terminal.write(b"\a")
    except OSError:
        return False
    return True
