"""Alarms about contact: what is known and what to do, in words; each clears when its fact is gone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from openline.console.channel.reporting import Watch
from openline.console.contact.towards import OverBearer, Towards, is_clock_alarming
from openline.console.dtg import dtg
from openline.contact.table import State
from openline.limits import SILENCE_ALARM_AFTER_MS
from openline.line.narrow.cadence import can_answer
from openline.line.state import LineState, PeerState

OURS: Final = ("disk", "keyring", "certificate", "program")  # while one of these rings, silence says nothing of them
BEARERS: Final = "bearer "  # alarms that bearers raise of themselves begin so


class Rings:
    """Rings for one station. `can_reach`: whether any bearer of ours could carry an answer to that party."""

    def __init__(self, watch: Watch, can_reach: Callable[[], bool]) -> None:
        self._watch = watch
        self._can_reach = can_reach

    def fault_towards(self, peer: PeerState) -> str:
        """What of our own is broken, in words; empty where nothing is."""
        for name in OURS:
            if text := self._watch.text(name):
                return text
        if any(can_answer(bearer) for bearer in peer.bearers):
            return ""
        return self._watch.text(BEARERS)

    def ring(
        self, state: LineState, party: int, found: Towards, missed: Mapping[str, int], waited_ms: int
    ) -> None:
        """Ring for what is the case towards one party now, and be silent about what is not."""
        name = state.roster.parties[party].name
        self._put(f"contact {name}", self._silence(name, found, waited_ms))
        self._put(f"clock {name}", _clock(name, found))
        is_open = not found.declared.bars
        self._put(f"link test {name}", _missed(name, missed.get(""), found) if is_open else "")
        for row in found.bearers:
            self._put(f"standby {row.name} to {name}", _bearer(row, found) if is_open else "")
            self._put(f"test of {row.name} to {name}", _standby(row.name, missed.get(row.name)) if is_open else "")

    def _put(self, name: str, text: str) -> None:
        if text:
            self._watch.ring(name, text)
        elif self._watch.rings(name):
            self._watch.clear(name)

    def _silence(self, name: str, found: Towards, waited_ms: int) -> str:
        if found.state is State.SILENT and found.since_ms is not None:
            return f"silent since {dtg(found.since_ms)}: nothing proves that {name} is there; {_what_to_do(found)}"
        if found.state is State.NEVER and self._can_reach() and waited_ms >= SILENCE_ALARM_AFTER_MS:
            return f"{name} was never heard since this station started; {_what_to_do(found)}"
        return ""


def _what_to_do(found: Towards) -> str:
    down = [row.name for row in found.bearers if row.seen == "down"]
    if down:
        return f"{', '.join(down)} moves no bytes: look at it at this end, then call them by another way"
    return "ask them by another way whether their station runs"


def _clock(name: str, found: Towards) -> str:
    if not is_clock_alarming(found.clock_off_ms) or found.clock_off_ms is None:
        return ""
    way = "ahead of" if found.clock_off_ms > 0 else "behind"
    return (
        f"the clock of {name} is {abs(found.clock_off_ms) // 1000} s {way} ours; times of both are shown as disputed "
        "where they contradict each other; compare both with a third clock"
    )


def _missed(name: str, at_ms: int | None, found: Towards) -> str:
    if at_ms is None:
        return ""
    missing = f"the link test of {dtg(at_ms)} with {name} was not written or not answered"
    if found.signed_age_ms is None:
        return missing
    return f"{missing}; {name} last signed something of ours {found.signed_age_ms // 60_000} min ago"


def _standby(bearer: str, at_ms: int | None) -> str:
    return "" if at_ms is None else f"the test of {dtg(at_ms)} over {bearer} was not answered over it; look at {bearer}"


def _bearer(row: OverBearer, found: Towards) -> str:
    """A bearer that is dead while another one holds the line; where all are, that rings by itself."""
    if found.observed not in (State.UP, State.DEGRADED) or row.seen not in ("silent", "down"):
        return ""
    if row.proved_age_ms is not None and row.proved_age_ms < row.alarm_after_ms:
        return ""
    if row.proved_age_ms is None and row.seen == "down":
        return ""  # never up since this station started: the bearer's own alarm says why
    since = "since this station started" if row.proved_age_ms is None else f"for {row.proved_age_ms // 60_000} min"
    what = "moves no bytes at this end" if row.seen == "down" else "moves bytes and nothing comes back"
    return f"{row.name} {what}, not proved {since}; the line holds over another bearer; look at {row.name}"
