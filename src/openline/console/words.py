"""Entries, status and waiting in plain words. Pure: what is shown is made from what is given and nothing else.

The ladder's words are fixed: *recorded here*, *held* (their machine has it, signed), *opened* (an officer
acknowledged it; not agreement). Nothing is ever "delivered" on our own word, and nobody is "online".
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Final

from openline.console.channel.asking import BearerStatus, PeerStatus, Place, ReadAloud, Shown, Status
from openline.console.codes import Told
from openline.console.contact.clocks import in_words as then
from openline.console.contact.standing import clock_in_words, contact_in_words, each_bearer
from openline.console.dtg import dtg, interval
from openline.console.ladder import released
from openline.console.ladder import telling as ladder
from openline.limits import GENERATION_BYTES, LOG_ENTRIES_MAX, PARTIES_MAX
from openline.record.entry import ALERTED, KIND_NAMES, OPERATING
from openline.visible import visible

WIDTH: Final = 100
_RANG: Final = KIND_NAMES[ALERTED]


def parse_place(text: str) -> Place:
    """`party/generation hex/index`, one spelling. Raises Told OL-204."""
    parts = text.split("/")
    if len(parts) == 3:
        party, generation, index = parts
        ok = (
            _plain(party, PARTIES_MAX) and _plain(index, LOG_ENTRIES_MAX)
            and len(generation) == 2 * GENERATION_BYTES and all(c in "0123456789abcdef" for c in generation)
        )
        if ok:
            return Place(int(party), generation, int(index))
    raise Told("OL-204", f"{text!r} is not an entry's name like 0/{'0123456789ab' * 2}/17")


def _plain(digits: str, below: int) -> bool:
    return digits.isascii() and digits.isdecimal() and str(int(digits)) == digits and int(digits) < below


def parse_position(text: str) -> int | None:
    """`17` or `#17` as a position in our own store; None when it is not one."""
    digits = text.removeprefix("#")
    return int(digits) if len(digits) <= 18 and _plain(digits, 10**18) else None


def listing(entries: Sequence[Shown]) -> str:
    """One line an entry, oldest first."""
    if not entries:
        return "Nothing here."
    return "\n".join(_row(entry) for entry in entries)


def _row(entry: Shown) -> str:
    arrow = "→" if entry.ours else "←"
    operators = entry.kind_number == OPERATING  # their words are short; who of them said it is not what a list is for
    told = entry.text if operators else entry.subject or entry.text or entry.kind
    subject = visible(told).replace("\n", " ").replace("\t", " ")
    drill = "EXERCISE " if entry.exercise else ""
    who = visible(entry.name)
    number = f"#{entry.position}" if entry.ahead_of is None else "ahead"
    head = f"{number:<7} {dtg(entry.written_at_ms)}  {entry.precedence:<9} {arrow} {who:<12}"
    row = f"{head} {textwrap.shorten(drill + subject, 60, placeholder='…')}  [{standing(entry)}]"
    return row if entry.ahead_of is None else f"{row}\n        openline show {entry.place}"


def standing(entry: Shown) -> str:
    """How far an entry has come, in as few words as are true; what was done to it since, and what crossed it, first."""
    marks = [ladder.mark(entry.related), "CROSSED" if entry.crossed else ""]
    return ", ".join([*(mark for mark in marks if mark), _standing(entry)])


def _standing(entry: Shown) -> str:
    if entry.disputed:
        return "DISPUTED: their log has forked"
    if entry.ahead_of is not None:
        opened = "opened" if entry.acknowledged else "not acknowledged" if entry.kind == "message" else "here"
        return f"{opened}, {_ahead(entry.ahead_of)}"
    if entry.read_aloud is not None:
        return _aloud(entry.read_aloud)
    stated = [one for one in entry.stated if one.kind != _RANG]
    if stated:
        last = stated[-1]
        return f"{last.kind} by {visible(last.name)}" + (f" until {dtg(last.until_ms)}" if last.until_ms else "")
    if entry.understood or entry.passed:
        step = "passed on" if entry.passed else "understood"
        return f"{step} by " + ", ".join(sorted({visible(one.name) for one in entry.passed or entry.understood}))
    if not entry.ours:
        return "opened" if entry.acknowledged else "not acknowledged" if entry.kind == "message" else "held here"
    if entry.acknowledged:
        return "opened by " + ", ".join(sorted({visible(a.name) for a in entry.acknowledged}))
    held = ", ".join(visible(h.name) for h in entry.held)
    if entry.lacking:
        ahead = {one.name for one in entry.said_ahead}
        lacking = ", ".join(visible(name) + (" (held ahead)" if name in ahead else "") for name in entry.lacking)
        return (f"held by {held}; " if held else "recorded here, ") + f"not held by {lacking}"
    return f"held by {held}"


def _ahead(missing: int) -> str:
    """What is marked until its log is complete."""
    if missing == 0:
        return "HELD AHEAD: the rest of what was signed with it is not here yet"
    return f"HELD AHEAD of {missing} earlier {'entry' if missing == 1 else 'entries'} not here yet"


def _aloud(heard: ReadAloud) -> str:
    if heard.state == "provisional":
        return f"PROVISIONAL: read aloud by {visible(heard.name)}, its entry has not come"
    return f"read aloud; {heard.state.upper() if heard.state == 'contradicted' else heard.state} by {heard.of}"


def whole(entry: Shown) -> str:
    """Everything about one entry: head, words, and each step of the ladder with its evidence."""
    number = f"#{entry.position} here" if entry.ahead_of is None else _ahead(entry.ahead_of)
    lines = [f"{entry.kind} {entry.place}  ({number})"]
    if entry.exercise:
        lines.append("EXERCISE EXERCISE EXERCISE")
    lines += [
        f"from        {visible(entry.name)} (party {entry.party}{', ours' if entry.ours else ''})",
        f"written     {dtg(entry.written_at_ms)} by their clock{then(entry.clock, 'their')}" if not entry.ours
        else f"written     {dtg(entry.written_at_ms)}",
        f"precedence  {entry.precedence}",
    ]
    if entry.read_aloud is not None:
        lines += _heard(entry.read_aloud)
    lines += _addresses(entry)
    if entry.references:
        lines.append("refers to   " + ", ".join(entry.references))
    if entry.disputed:
        lines.append("DISPUTED    their log has forked at or before this entry; see the exhibits in an export")
    lines += [f"BREACH      {breach}" for breach in entry.breaches]
    lines += [visible(line) for line in ladder.relations(entry.related)]
    lines += [f"CROSSED     with {place}: neither side had the other's when it wrote" for place in entry.crossed]
    lines.append("")
    lines += _content(entry)
    lines.append("")
    lines += _ladder(entry)
    return "\n".join(lines)


def _heard(heard: ReadAloud) -> list[str]:
    over = f" ({visible(heard.remark)})" if heard.remark else ""
    return [
        f"heard       {dtg(heard.heard_at_ms)} by {visible(heard.officer)}{over}, as entry {heard.index} of "
        f"{visible(heard.name)}, written {dtg(heard.written_at_ms)}, number {heard.number}",
        f"standing    {_aloud(heard)}",
        "            its taker's own word; only the entry is its author's",
    ]


def _addresses(entry: Shown) -> list[str]:
    rows = (
        ("subject", entry.subject), ("action", ", ".join(entry.action)), ("info", ", ".join(entry.info)),
        ("answers", entry.in_reply_to or ""), ("reply by", dtg(entry.reply_by_ms) if entry.reply_by_ms else ""),
        ("language", entry.language),
    )
    return [f"{name:<11} {visible(value)}" for name, value in rows if value]


def wrapped(text: str) -> list[str]:
    """A text as a person reads it, indented; its lines are its own."""
    return textwrap.indent(visible(text), "    ").split("\n") if text else []


def _content(entry: Shown) -> list[str]:
    lines = wrapped(entry.text)
    lines += [f"    attachment  {visible(name)}  (an inert file; open it on a machine you can lose)"
              for name in entry.attachments]
    if entry.body:
        lines += ["    raw:", *textwrap.wrap(entry.body, 96, initial_indent="    ", subsequent_indent="    ")]
    return lines or ["    (no text)"]


def _ladder(entry: Shown) -> list[str]:
    lines = []
    if entry.released_by:
        names = ", ".join(visible(name) for name in entry.released_by)
        how = "one person" if len(entry.released_by) == 1 else f"{len(entry.released_by)} persons"
        lines.append(f"released    {dtg(entry.written_at_ms)} by {how}: {names}")
    if entry.release is not None:
        lines.append(f"            {visible(released.in_words(entry.release))}")
    if entry.ours:
        lines.append(f"recorded    {dtg(entry.arrived_at_ms)} here")
    else:
        word = "held" if entry.ahead_of is None else "held ahead"
        lines.append(f"{word:<11} {dtg(entry.arrived_at_ms)} here")
    lines += [
        f"held ahead  {dtg(said.at_ms)} by {visible(said.name)}, by its own clock and word: {said.place}; no receipt"
        for said in entry.said_ahead
    ]
    for held in entry.held:
        when = "DISPUTED time " if held.disputed else ""
        lines.append(
            f"held        {when}{interval(held.earliest_ms, held.latest_ms)} by {visible(held.name)}, "
            f"receipt over {held.size} entries, signature {held.signature[:16]}…{then(held.clock, 'its')}"
        )
    lines += [f"not held    by {visible(name)}: no receipt covers it" for name in entry.lacking]
    for seen in entry.acknowledged:
        who = visible(", ".join(x for x in (seen.officer, seen.role) if x)) or "an officer"
        note = f": {visible(seen.note)}" if seen.note else ""
        lines.append(f"opened      {dtg(seen.at_ms)} by {visible(seen.name)}, {who} (not agreement){note}")
    lines += [visible(line) for line in ladder.lines(entry.understood, entry.passed)]
    for one in entry.stated:
        what = _RANG if one.kind == _RANG else "stated"
        lines.append(f"{what:<11} {dtg(one.at_ms)} by {visible(one.name)}: {visible(one.words)}")
    return lines


def state(status: Status) -> str:
    """What the eye meets first: is the line alive, is something waiting, how long."""
    lines = [f"line {visible(status.line)}  we are {visible(status.name)} (party {status.party})  {dtg(status.now_ms)}"]
    lines += [line for peer in status.peers for line in (_peer(peer, status.now_ms), *_declared(peer))]
    lines += [_bearer(bearer) for bearer in status.bearers]
    lines += [visible(drill) for drill in status.drills]
    lines += [f"ALARM  {visible(alarm)}" for alarm in status.alarms]
    lines.append(
        f"record: {status.entries} entries, generation {status.generation} since {dtg(status.started_at_ms)}, "
        f"PQ-confirmed to {status.pq_confirmed}"
    )
    lines.append(f"line id {status.line_id}")
    if status.refused:
        counts = ", ".join(f"{visible(door)} {count}" for door, count in sorted(status.refused.items()))
        lines.append(f"refused at the doors: {counts}; the notices of --json say more")
    return "\n".join(lines)


def _bearer(bearer: BearerStatus) -> str:
    how = f"up to {', '.join(visible(name) for name in bearer.up)}" if bearer.up else "DOWN"
    why = f": {visible(bearer.trouble)}" if bearer.trouble else ""
    return f"bearer {visible(bearer.name)}: {how}{why} ({bearer.bits_per_second:,} bit/s, {bearer.duplex} duplex, " \
           f"cost {bearer.cost})"


def _declared(peer: PeerStatus) -> list[str]:
    """What the parties have declared; the line carries all the same."""
    return [f"DECLARED  {visible(bar)}" for bar in peer.bars]


def _peer(peer: PeerStatus, now_ms: int) -> str:
    by = f" by {', '.join(peer.bearers)}" if peer.bearers else ", no bearer moves bytes to it"
    waiting = peer.ours - peer.ours_held
    ours = "all of ours held there" if waiting == 0 else f"{waiting} of ours NOT held there yet"
    marks = [
        clock_in_words(peer),
        "RECEIPTS WITHHELD" if peer.withheld else "",
        "THEIR LOG IS DISPUTED" if peer.disputed else "",
    ]
    tail = "".join(f"; {mark}" for mark in marks if mark)
    ahead = f", {peer.ahead} MORE HELD AHEAD of what is missing" if peer.ahead else ""
    head = f"{visible(peer.name)} (party {peer.party}): {visible(contact_in_words(peer, now_ms))}{by}; {ours}; "
    first = f"{head}{peer.theirs} of theirs held here{ahead}{tail}"
    return "\n".join([first, *(visible(row) for row in each_bearer(peer))])
