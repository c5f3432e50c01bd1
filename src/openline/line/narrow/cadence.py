"""How often to hail over a bearer, and for how long a proof of life stays fresh on it. R-230.

Charter. On a broad bearer every few seconds; on a narrow one so seldom that the hails of both sides take half a
hundredth of its rate, or a twentieth while something waits to be repaired; over a courier not by time at all.
"""

from __future__ import annotations

from typing import Final

from openline import limits
from openline.line.state import BearerUp, Duplex

HAIL_BYTES: Final = 72  # a short hail, sealed, with its frame's mark and check
IDLE_SHARE: Final = 200  # the hails of both sides take at most this part of the rate
BUSY_SHARE: Final = 20  # while something waits
LOST_HAILS: Final = 4  # a proof is as old as two hails when the next one comes; one may be lost


def is_courier(bearer: BearerUp) -> bool:
    """True if frames are carried by hand, or so late that nobody waits for an answer; then nothing is sent by time."""
    return bearer.latency_ms >= limits.COURIER_LATENCY_MS


def hail_every_ms(bearer: BearerUp, *, busy: bool = False) -> int:
    """Time between two of our hails over this bearer. `busy`: the peer lacks something, or we do."""
    share = BUSY_SHARE if busy else IDLE_SHARE
    by_rate_ms = 2 * HAIL_BYTES * share * 1000 // max(bearer.bytes_per_second, 1)
    return max(limits.HAIL_EVERY_MS, 2 * bearer.latency_ms, by_rate_ms)


def fresh_ms(bearer: BearerUp) -> int:
    """How old a proof of life over this bearer may be and still show it as up."""
    return LOST_HAILS * hail_every_ms(bearer)


def alarm_after_ms(bearer: BearerUp) -> int:
    """Unheard over this bearer for so long, the watch is told: as the bearer declares, and never before a hail or two
    could have been lost."""
    return bearer.silence_alarm_after_ms if is_courier(bearer) else max(bearer.silence_alarm_after_ms, fresh_ms(bearer))


def can_answer(bearer: BearerUp) -> bool:
    """True if life can be proved over this bearer alone: both ways, and not by hand."""
    return bearer.duplex is not Duplex.SIMPLEX and not is_courier(bearer)
