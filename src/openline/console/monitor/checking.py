"""`openline check`: one line and performance data, with the exit codes of monitoring plugins: 0 OK, 1 WARNING,
2 CRITICAL, 3 UNKNOWN."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple

from openline.console.alarm.asking import BoardRow
from openline.console.channel.asking import PeerStatus
from openline.console.monitor.looking import Look
from openline.visible import visible

FREE_WARN_BYTES: Final = 1024**3
FREE_CRITICAL_BYTES: Final = 128 * 1024**2
_CRITICAL_KINDS: Final = ("disk", "record")


class Verdict(IntEnum):
    """What a monitoring system is told."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


class Checked(NamedTuple):
    """The verdict, why, and numbers as (name, value, unit)."""

    verdict: Verdict
    why: tuple[str, ...]
    numbers: tuple[tuple[str, int, str], ...]


def check(seen: Look) -> Checked:
    """What one look comes to: the worst of all that is found."""
    found: list[tuple[Verdict, str]] = []
    if seen.free_bytes < FREE_WARN_BYTES:
        grave = seen.free_bytes < FREE_CRITICAL_BYTES
        verdict = Verdict.CRITICAL if grave else Verdict.WARNING
        found.append((verdict, f"{seen.free_bytes // 1024**2} MiB free beside the store"))
    if seen.status is None or seen.board is None:
        found.append((Verdict.CRITICAL, f"the station does not answer: {seen.why}"))
    else:
        if seen.stands_still:
            found.append((Verdict.CRITICAL, "the station answers, but its work stands still"))
        found += [one for peer in seen.status.peers for one in _of_party(peer)]
        found += _of_alarms(seen.board)
    found.sort(key=lambda one: -one[0])
    verdict = found[0][0] if found else Verdict.OK
    return Checked(verdict, tuple(why for _, why in found), numbers(seen))


def _of_party(peer: PeerStatus) -> list[tuple[Verdict, str]]:
    name = visible(peer.name)
    found = []
    if peer.state in ("silent", "our fault", "never heard"):
        found.append((Verdict.CRITICAL, f"{name}: {peer.state}"))
    elif peer.state != "up":
        found.append((Verdict.WARNING, f"{name}: {peer.state}"))
    if peer.disputed:
        found.append((Verdict.CRITICAL, f"{name}: a log of theirs is disputed"))
    if peer.withheld:
        found.append((Verdict.WARNING, f"{name}: answers and gives no receipt"))
    return found


def _of_alarms(board: BoardRow) -> list[tuple[Verdict, str]]:
    found = []
    for row in board.alarms:
        if row.kind in ("need", "test") or row.standing in ("shelved", "ended, not acknowledged"):
            continue
        verdict = Verdict.CRITICAL if row.kind in _CRITICAL_KINDS else Verdict.WARNING
        found.append((verdict, f"alarm {visible(row.name)}"))
    return found


def numbers(seen: Look) -> tuple[tuple[str, int, str], ...]:
    """What can be drawn over time. None is a name or a text of anybody."""
    rows = [("store", seen.store_bytes, "B"), ("free", seen.free_bytes, "B")]
    if seen.status is not None and seen.board is not None:
        peers, alarms = seen.status.peers, seen.board.alarms
        needs = [one for one in alarms if one.kind == "need"]
        rows += [
            ("entries", seen.status.entries, ""),
            ("not_held", sum(peer.ours - peer.ours_held for peer in peers), ""),
            ("parties_up", sum(peer.state == "up" for peer in peers), ""),
            ("parties", len(peers), ""),
            ("proof_age", max((peer.proved_age_ms or 0 for peer in peers), default=0), "ms"),
            ("alarms", len(alarms) - len(needs), ""),
            ("messages_waiting", len(needs), ""),
            ("alarms_hour", seen.board.within_hour, ""),
            ("sound_armed", int(seen.board.sound.state == "armed"), ""),
        ]
    return tuple(rows)


def in_a_line(line: str, checked: Checked) -> str:
    """The one line: verdict, why, numbers. No bar but the one before the numbers."""
    why = "; ".join(checked.why) or "nothing is wrong"
    plain = " ".join(f"{line}: {why}".replace("|", "/").split())
    data = " ".join(f"{name}={value}{unit}" for name, value, unit in checked.numbers)
    return f"OPENLINE {checked.verdict.name} - {plain}" + (f" | {data}" if data else "")
