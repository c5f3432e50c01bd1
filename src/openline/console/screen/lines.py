"""The head of the screen: is the line alive, where does the record stand, who has the watch, what rings."""

from __future__ import annotations

from collections.abc import Mapping

from openline.console.channel.asking import OverStatus, PeerStatus, Status
from openline.console.channel.reporting import not_receipted
from openline.console.contact.standing import ago, contact_in_words
from openline.console.dtg import dtg
from openline.console.screen.asking import Alarm, BearerNow, PartyNow, RecordNow, WatchNow
from openline.desk import alarms
from openline.desk.state import DeskState
from openline.line.state import LineState, others


def parties_now(status: Status) -> list[PartyNow]:
    """The line to each other party, in words and as data."""
    return [_party(peer, status.now_ms) for peer in status.peers]


def _party(peer: PeerStatus, now_ms: int) -> PartyNow:
    return PartyNow(
        party=peer.party, name=peer.name, state=peer.state, words=contact_in_words(peer, now_ms),
        observed=peer.observed, declared=peer.declared, bars=peer.bars, fault=peer.fault, since_ms=peer.since_ms,
        proved_age_ms=peer.proved_age_ms, signed_age_ms=peer.signed_age_ms, clock=peer.clock,
        bearers=[_bearer(row) for row in peer.over],
    )  # fmt: skip


def _bearer(row: OverStatus) -> BearerNow:
    since = f" since {dtg(row.since_ms)}" if row.since_ms is not None else ""
    proved = f", proved {ago(row.proved_age_ms)}" if row.proved_age_ms is not None else ", not proved"
    return BearerNow(row.name, row.seen, row.since_ms, row.proved_age_ms, f"{row.name} {row.seen}{since}{proved}")


def record_now(state: LineState) -> RecordNow:
    """Where the record stands, and when both sides last signed what the other wrote."""
    position = sum(log.size for log in state.logs.values())
    present = others(state.roster, state.me)
    level = all(not_receipted(state, party) == 0 for party in present)
    stamps = [at_s for party in present for at_s in _signed_s(state, party)]
    lacks = any(at_s is None for at_s in stamps) or not stamps
    return RecordNow(position, None if lacks else min(at_s for at_s in stamps if at_s is not None) * 1000, level)


def _signed_s(state: LineState, party: int) -> tuple[int | None, int | None]:
    """When that party last signed for our log, and we for theirs."""
    ours = state.logs.get(state.own) if state.own is not None else None
    newest = state.newest.get(party)
    theirs = state.logs.get(newest) if newest is not None else None
    by_them = ours.receipts.get(party) if ours is not None else None
    by_us = theirs.receipts.get(state.me) if theirs is not None else None
    return (by_them.at_s if by_them else None, by_us.at_s if by_us else None)


def watch_now(desk: DeskState) -> WatchNow:
    """Who has the watch."""
    officer = desk.officers[desk.watch].name if desk.watch is not None else None
    return WatchNow(desk.is_staffed, officer, desk.watch_since_ms, desk.watch_remark, desk.relief_at_ms or None)


def alarms_of(status: Status, board: Mapping[str, alarms.Alarm]) -> list[Alarm]:
    """What is the case, apart by name, and whether somebody has seen it; and a test, which rings on every screen."""
    rows = []
    for line in status.alarms:
        name, _, text = line.partition(": ")
        known = board.get(name)
        rows.append(Alarm(name, text, str(known.standing), known.by) if known is not None else Alarm(name, text))
    for name, alarm in board.items():
        if alarm.cause.kind == alarms.Kind.TEST:
            rows.append(Alarm(name, alarm.cause.text, str(alarm.standing), alarm.by))
    return rows


def looks_of(status: Status) -> tuple[object, ...]:
    """What of the line is shown in words that do not just grow older: another one means another screen."""
    peers = [
        (one.party, one.state, one.observed, one.declared, one.fault, one.disputed, *one.bars,
         *((row.name, row.seen) for row in one.over))
        for one in status.peers
    ]  # fmt: skip
    return (tuple(peers), tuple(status.alarms), tuple(status.drills))
