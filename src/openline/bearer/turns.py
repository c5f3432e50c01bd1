"""Who may speak where only one side can be heard at a time. (R-241 to R-244)

Whoever has spoken ends its turn with three bytes:

    0x74 | place in the roster, four bits; 0, 0, answers, more | check (CRC-8 as in a frame's head, over both)

Who hears them of the other side may speak at once. Where they are lost, quiet takes their place: after a while in which
nothing was heard either may begin, the side with the higher place later than the other. No clock here: instants are
given, in seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, NamedTuple

from openline.bearer.contract import BearerFacts
from openline.errors import Malformed
from openline.limits import PARTIES_MAX
from openline.wire.frame import FRAME_HEAD_BYTES, MARK, FrameReader, crc8

OVER: Final = 0x74
OVER_BYTES: Final = 3
_MORE: Final = 0x01
_ANSWERS: Final = 0x02
_TURN_MS: Final = 6_000  # no frame is begun later than this in a turn
_MARGIN_MS: Final = 150
_BYTES_TO_BE_HEARD: Final = 4

assert bytes((OVER,)) != bytes((MARK,))  # told apart by the first byte


class Over(NamedTuple):
    """Somebody has ended its turn. `more`: it has more to say. `answers`: the turn was begun on the other's word."""

    place: int
    more: bool
    answers: bool = False


def encode_over(over: Over) -> bytes:
    """The three bytes. (R-241)"""
    head = bytes((OVER, over.place << 4 | (_MORE if over.more else 0) | (_ANSWERS if over.answers else 0)))
    return head + bytes((crc8(head),))


def parse_over(data: bytes) -> Over | None:
    """What three bytes say; None when they are no end of a turn. (R-241)"""
    if len(data) != OVER_BYTES or data[0] != OVER or crc8(data[:2]) != data[2]:
        return None
    place, bits = data[1] >> 4, data[1] & 0x0F
    if place >= PARTIES_MAX or bits & ~(_MORE | _ANSWERS):
        return None
    return Over(place, bool(bits & _MORE), bool(bits & _ANSWERS))


class TurnReader:
    """Cuts a stream into frame bodies and ends of turns. An end of a turn stands only where a head could."""

    def __init__(self, body_bytes_max: int) -> None:
        self._frames = FrameReader(body_bytes_max)
        self._held = b""  # what may become an end of a turn

    def feed(self, data: bytes) -> list[bytes | Malformed | Over]:
        """Take the next bytes; give back what is whole, in order."""
        data = self._held + data
        self._held = b""
        out: list[bytes | Malformed | Over] = []
        at = 0
        while at < len(data):
            if data[at] == OVER and self._frames.waiting_bytes == 0:
                if len(data) - at < OVER_BYTES:
                    self._held = data[at:]
                    break
                over = parse_over(data[at : at + OVER_BYTES])
                if over is not None:
                    out.append(over)
                    at += OVER_BYTES
                    continue
            following = data.find(OVER, at + 1)
            end = following if following >= 0 else len(data)
            out += self._frames.feed(data[at:end])
            at = end
        return out

    def quiet(self) -> list[bytes | Malformed | Over]:
        """Nothing has come for a while: what is half there stays so. (R-240)"""
        out: list[bytes | Malformed | Over] = []
        if self._held:
            out += self._frames.feed(self._held)
            self._held = b""
        return out + list(self._frames.quiet())

    @property
    def is_waiting(self) -> bool:
        """True while bytes are held that may become something."""
        return bool(self._held) or self._frames.waiting_bytes > 0

    @property
    def is_in_frame(self) -> bool:
        """True after a head that checks: more of its frame is to come."""
        return self._frames.waiting_bytes >= FRAME_HEAD_BYTES


class TurnTimes(NamedTuple):
    """Spans of one bearer, in seconds."""

    slot_s: float  # how much later the higher place begins
    hush_s: float  # unheard for so long, a turn is over
    turn_s: float  # so long one speaks
    longest_s: float  # and with its last frame at most so long; who is heard without end for longer keeps no turns


def times_of(facts: BearerFacts) -> TurnTimes:
    """From latency and rate: what is said now is heard within half a slot, and answered within one."""
    heard_ms = facts.latency_ms + _BYTES_TO_BE_HEARD * 1000 // facts.bytes_per_second
    slot_ms = 2 * heard_ms + _MARGIN_MS
    frame_ms = (facts.frame_bytes_max + FRAME_HEAD_BYTES) * 1000 // facts.bytes_per_second
    longest_ms = _TURN_MS + frame_ms + slot_ms + _MARGIN_MS
    return TurnTimes(slot_ms / 1000, (slot_ms + _MARGIN_MS) / 1000, _TURN_MS / 1000, longest_ms / 1000)


class Turns:
    """One side's view of who speaks."""

    def __init__(self, me: int, peer: int, times: TurnTimes, jitter: Callable[[], float]) -> None:
        """`me`, `peer`: places in the roster. `jitter`: numbers from 0 to 1."""
        self._me = me
        self._is_later = me > peer
        self._peer = peer
        self._times = times
        self._jitter = jitter
        self.is_ours = False
        self.owes_answer = False  # they have more to say and wait for our word
        self._is_wary = True  # nobody has answered us: perhaps both spoke at once
        self._began_at = 0.0
        self._frames = 0  # in this turn
        self._is_given = False  # they ended their turn, and nothing was heard since
        self._answers = False  # our turn was begun so
        self._is_unheard = False  # we have spoken, and no end of a turn of theirs came since
        self._free_at = 0.0
        self._since = -math.inf  # they, or somebody, have been heard without a pause
        self._heard_at = -math.inf
        self._sure_at = -math.inf  # when frames, or an end of a turn, were last heard

    def open(self, now: float) -> None:
        """The bearer came up: what was before counts for nothing."""
        self.is_ours = self.owes_answer = self._is_given = False
        self._is_wary = True
        self._is_unheard = False
        self._wait(now)

    def heard(self, now: float, *, sure: bool) -> None:
        """Bytes came: somebody speaks. `sure`: they are frames; noise keeps us from speaking only after such."""
        if sure:
            self._sure_at = now
        elif now - self._sure_at > 2 * self._times.turn_s:
            return
        if self.is_ours:
            self._is_wary = True  # both at once
            return
        if now - self._heard_at > self._times.hush_s:
            self._since = now
        self._heard_at = now
        if now - self._since > self._times.longest_s:
            return  # no turn is so long: whoever goes on without end does not keep us from speaking for ever
        self.owes_answer = self._is_given = False
        self._wait(now)

    def over(self, over: Over, now: float) -> None:
        """An end of a turn came. Our own, echoed, or another party's says nothing. (R-243)"""
        if over.place != self._peer or self.is_ours:
            return
        self._since = now
        self.owes_answer = over.more
        crossed = self._is_unheard and not over.answers  # we have spoken meanwhile, and so have they
        self._is_wary = self._is_unheard = False
        if crossed and self._is_later:
            self._wait(now)  # this once the next turn is theirs
            return
        self._is_given = True
        self._free_at = now

    def may_begin_in(self, now: float) -> float:
        """Seconds until we may begin to speak; 0 or less: now. (R-242)"""
        return self._free_at - now

    def begin(self, now: float) -> None:
        """We speak."""
        self.is_ours = True
        self._answers = self._is_given
        self.owes_answer = self._is_given = False
        self._began_at = now
        self._frames = 0

    def may_say_more(self, now: float) -> bool:
        """True when another frame may be begun in this turn, and then it has begun. While nobody answers, one frame a
        turn: perhaps they speak as well. (R-244)"""
        if self._frames and (self._is_wary or now - self._began_at >= self._times.turn_s):
            return False
        self._frames += 1
        return True

    def end(self, now: float) -> None:
        """Our end of a turn is on its way; unanswered, we may begin again after a while."""
        self.is_ours = False
        self._is_wary = self._is_unheard = True  # until their end of a turn is heard
        self._since = now
        self._wait(now)

    def word(self, *, more: bool) -> bytes:
        """What ends our turn."""
        return encode_over(Over(self._me, more, self._answers))

    def _wait(self, now: float) -> None:
        """Quiet for so long, and then the lower place first; who may have met the other, by chance a little later."""
        later = self._times.slot_s * (1 + (self._jitter() if self._is_wary else 0)) if self._is_later else 0.0
        self._free_at = now + self._times.hush_s + later
