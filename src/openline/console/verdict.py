"""What an exported record proves, in plain words: who signed what, held by whom in which interval, what is not here.

Pure. Nothing is said that `record.evidence.judge` did not find; what nobody can prove from a file is said too.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from openline.console.contact import verified as contact
from openline.console.dtg import dtg, interval, iso
from openline.console.ladder.telling import in_words as told_in_words
from openline.console.stating.exported import statements_data, statements_in_words
from openline.console.stating.telling import in_words as stated_in_words
from openline.console.verifying import Verified
from openline.console.watch import proving
from openline.contact.saying import STATED_KINDS, parse_said
from openline.contact.taken import TakenDown, parse_taken, weigh
from openline.desk.release import in_a_line, parse_release
from openline.desk.signing import key_in_a_line, parse_key_named
from openline.desk.telling.bodies import TOLD_KINDS, parse_body
from openline.errors import Malformed
from openline.record.ahead import parse_held_ahead
from openline.record.body import parse_acknowledgement, parse_message
from openline.record.entry import (
    ACKNOWLEDGEMENT,
    DISPUTE,
    EXERCISE,
    HELD_AHEAD,
    INTAKE,
    KEY_OF_OFFICER,
    KIND_NAMES,
    MESSAGE,
    OPENING,
    PRECEDENCE_NAMES,
    READ_ALOUD,
    RELEASE,
    entry_name,
    log_name,
)
from openline.record.evidence.export import EXTRACT
from openline.record.evidence.findings import EntryFinding, Findings, LogFinding, ReceiptFinding
from openline.record.statement import AMENDING, Paused, parse_paused
from openline.visible import visible

WEIGHED_KINDS: Final = AMENDING | {OPENING, DISPUTE}  # what their bodies say changes what the rest proves


def in_words(verified: Verified, *, entries: bool) -> str:
    """The whole verdict for a person; with `entries`, one line for each entry too."""
    findings = verified.findings
    parts = [
        "PROVED",
        *_indented([*_proved(verified), *contact.in_words(findings)]),
        *(["EACH ENTRY", *_indented(_each(findings))] if entries else []),
        *_section("STATED BY THE PARTIES, SIGNED, EACH ITS OWN WORD", statements_in_words(findings)),
        "SAID BY THE FILE OF ITSELF, AND SIGNED BY NOBODY",
        *_indented(_of_itself(findings)),
        "NOT HERE",
        *_indented(_not_here(findings) or ["nothing: no statement in this file names an entry that is not in it"]),
    ]
    if disputed := _disputed(findings):
        parts += ["DISPUTED", *_indented(disputed)]
    parts += ["NOT PROVED BY ANY RECORD", *_indented(_never(verified))]
    return "\n".join(parts)


def _section(title: str, lines: Sequence[str]) -> list[str]:
    return [title, *_indented(lines)] if lines else []


def _indented(lines: Sequence[str]) -> list[str]:
    return ["  " + line for line in lines]


def _name(findings: Findings, party: int) -> str:
    """A name on the roster; a signed statement may also name a party that never was."""
    parties = findings.roster.parties
    return visible(parties[party].name) if party < len(parties) else f"party {party} (not on this line)"


def _proved(verified: Verified) -> list[str]:
    findings = verified.findings
    head = findings.head
    count = sum(len(log.entries) for log in findings.logs)
    lines = [
        f"{counted(count, 'entry')} in {counted(len(findings.logs), 'log')} stand as signed; "
        f"{counted(findings.signatures, 'signature')} checked, every digest and root derived again",
        f"line {visible(findings.charter.line_name)}, id {head.line_id.hex()}",
    ]
    for number, known in enumerate(verified.known):
        party = findings.roster.parties[number]
        card = "its card is in your hand" if known else "NO CARD GIVEN: compare this with one got in person"
        lines.append(f"party {number} {visible(party.name)}: party id {party.party_id.hex()[:16]}…, {card}")
    by_party: dict[int, list[LogFinding]] = defaultdict(list)
    for log in findings.logs:
        by_party[log.log.party].append(log)
    for number, logs in sorted(by_party.items()):
        lines += _of_party(findings, number, logs)
    return lines


def _of_itself(findings: Findings) -> list[str]:
    """What the file says of itself. Nobody signed that; it must not stand among what is proved."""
    head = findings.head
    kind = "an extract" if head.kind == EXTRACT else "a record"
    return [
        f"it is {kind}, made by {_name(findings, head.by)} at {dtg(head.made_at_ms)}; of what is in it, it says "
        f"{visible(head.scope)!r}",
        "when a receipt reached its maker, where such a time narrows when something was held",
    ]


def _of_party(findings: Findings, number: int, logs: list[LogFinding]) -> Iterator[str]:
    name = _name(findings, number)
    written = [entry.header.written_at_ms for log in logs for entry in log.entries]
    kinds: dict[str, int] = defaultdict(int)
    for log in logs:
        for entry in log.entries:
            kinds[KIND_NAMES.get(entry.header.kind, f"kind {entry.header.kind}")] += 1
    what = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items(), key=lambda item: -item[1]))
    when = f" between {dtg(min(written))} and {dtg(max(written))} by its clock" if written else ""
    yield f"{name} signed {counted(len(written), 'entry')} ({what}) in {counted(len(logs), 'generation')}{when}"
    yield from proving.in_words(proving.releases_of(logs, findings.head.line_id))
    for witness in range(len(findings.roster.parties)):
        if witness != number:
            yield from _by_witness(findings, witness, logs)
    yield from _pauses(logs)
    yield from _ahead(findings, number)
    yield from _heard(findings, logs)
    signers = {party for log in logs for party, size in enumerate(log.pq_sizes) if size}
    if signers:
        names = " and ".join(_name(findings, party) for party in sorted(signers))
        covered = sum(1 for log in logs if any(log.pq_sizes))
        yield f"  ML-DSA-44 signatures of {names} stand under checkpoints of {covered} of these generations"


def _by_witness(findings: Findings, witness: int, logs: list[LogFinding]) -> Iterator[str]:
    name = _name(findings, witness)
    receipts = [receipt for log in logs for receipt in log.receipts[witness]]
    held = sum(log.receipts[witness][-1].size for log in logs if log.receipts[witness])
    whole = sum(log.size for log in logs)
    if not receipts:
        yield f"  no receipt of {name} for any of them is here"
        return
    first = min(receipts, key=lambda receipt: receipt.at_s)
    last = max(receipts, key=lambda receipt: receipt.at_s)
    yield (f"  {name}'s machine signed that it holds {held} of {whole}, in {counted(len(receipts), 'receipt')}: "
           f"the first {_when(first)}, the last {_when(last)}")
    for log in logs:
        size = log.receipts[witness][-1].size if log.receipts[witness] else 0
        if size < log.size:
            yield f"  no receipt of {name} for entries {size} to {log.size - 1} of {log_name(log.log)} is here"


def counted(count: int, what: str) -> str:
    """`1 entry`, `2 entries`, `3 receipts`."""
    if count == 1:
        return f"1 {what}"
    return f"{count} {what.removesuffix('y')}ies" if what.endswith("y") else f"{count} {what}s"


def _when(receipt: ReceiptFinding) -> str:
    by = " by the word of who made this file" if receipt.by_arrival else ""
    mark = f"DISPUTED time{by}, " if receipt.interval.disputed else ""
    if receipt.interval.latest_ms is None:
        return f"{mark}not before {dtg(receipt.interval.earliest_ms)}"
    return mark + interval(receipt.interval.earliest_ms, receipt.interval.latest_ms)


def _each(findings: Findings) -> list[str]:
    rows = [(entry.header.written_at_ms, log, entry) for log in findings.logs for entry in log.entries]
    rows.sort(key=lambda row: (row[0], row[1].log, row[2].header.index))
    return [_entry(findings, log, entry) for _, log, entry in rows]


def _entry(findings: Findings, log: LogFinding, entry: EntryFinding) -> str:
    header = entry.header
    held = [f"{_name(findings, r.witness)} {_when(r)}" for r in log.held(header.index)]
    drill = "EXERCISE " if header.flags & EXERCISE else ""
    by = f"held by {'; '.join(held)}" if held else "no receipt covers it"
    return (f"{dtg(header.written_at_ms)}  {_name(findings, log.log.party)} {entry_name(log.log, header.index)} "
            f"{PRECEDENCE_NAMES[header.precedence]} {drill}{_says(entry)}  [{by}]")


def _says(entry: EntryFinding) -> str:
    kind = KIND_NAMES.get(entry.header.kind, f"kind {entry.header.kind}")
    if entry.body is None:
        return f"{kind}, body withheld"
    try:
        if entry.header.kind == MESSAGE:
            message = parse_message(entry.body)
            return f"{kind}: {visible(message.subject or message.text[:60])!r}"
        if entry.header.kind == ACKNOWLEDGEMENT:
            said = parse_acknowledgement(entry.body)
            return f"{kind} by {visible(said.officer)} (not agreement)"
        if entry.header.kind in STATED_KINDS:
            return stated_in_words(parse_said(entry.header.kind, entry.body))
        if entry.header.kind == READ_ALOUD:
            sheet = parse_taken(entry.body).sheet
            return f"{kind}: {visible(sheet.subject or sheet.text[:60])!r}"
        if entry.header.kind == INTAKE:
            return f"{kind}: {_paused(parse_paused(entry.body))}"
        if entry.header.kind in TOLD_KINDS:
            return visible(told_in_words(parse_body(entry.header.kind, entry.body)))
        if entry.header.kind == RELEASE:
            return visible(in_a_line(parse_release(entry.body)))
        if entry.header.kind == KEY_OF_OFFICER:
            return visible(key_in_a_line(parse_key_named(entry.body)))
        if entry.header.kind == HELD_AHEAD:
            of = parse_held_ahead(entry.body).of
            return f"{kind}: {entry_name((of.party, of.generation), of.index)} (its word, no receipt)"
    except Malformed as fault:
        return f"{kind}, a body that does not read: {fault.reason}"
    return kind


def _ahead(findings: Findings, number: int) -> Iterator[str]:
    """What a party has stated that it held before what came before it, and whether this file bears that out. (R-239)"""
    means = {
        True: "that entry stands there in this file",
        None: "this file does not show that entry",
        False: "THIS FILE SHOWS ANOTHER THERE",
    }
    for one in findings.ahead:
        if one.by.party == number:
            of = one.said.of
            what = f"{_name(findings, of.party)}'s {entry_name((of.party, of.generation), of.index)}"
            yield f"  stated at {dtg(one.written_at_ms)} that it held {what} ahead of its log: {means[one.fits]}"


def _paused(paused: Paused) -> str:
    log = log_name((paused.party, paused.generation))
    return f"of {log} no more than {paused.size} taken in then, its writer beyond {paused.entries_per_minute} a minute"


def _pauses(logs: Sequence[LogFinding]) -> Iterator[str]:
    """What a party has said of its intake: its own word about what another wrote, and when. (R-182)"""
    for log in logs:
        for entry in log.entries:
            if entry.header.kind == INTAKE and entry.body is not None:
                with contextlib.suppress(Malformed):
                    said = _paused(parse_paused(entry.body))
                    yield f"  said at {dtg(entry.header.written_at_ms)} that its intake paused: {said}"


class _Heard(NamedTuple):
    place: str
    taken: TakenDown
    state: str
    of: str | None


def _taken_down(findings: Findings, logs: Sequence[LogFinding]) -> Iterator[_Heard]:
    """What parties say they heard read aloud: their own word, and what of it the entries here bear out. (R-276)"""
    for log in logs:
        for entry in log.entries:
            if entry.header.kind != READ_ALOUD or entry.body is None:
                continue
            with contextlib.suppress(Malformed):
                taken = parse_taken(entry.body)
                naming = taken.sheet.naming
                held = [(one.log, each) for one in findings.logs if one.log.party == naming.party
                        for each in one.entries if each.header.index == naming.index]
                state, which = weigh(taken, [(each.header, each.body) for _, each in held])
                of = None if which is None else entry_name(held[which][0], naming.index)
                yield _Heard(entry_name(log.log, entry.header.index), taken, state.value, of)


def _heard(findings: Findings, logs: Sequence[LogFinding]) -> Iterator[str]:
    for one in _taken_down(findings, logs):
        naming = one.taken.sheet.naming
        by = "" if one.of is None else f" by {one.of}"
        yield (f"  said in {one.place} that {visible(one.taken.officer)} took down by ear, at "
               f"{dtg(one.taken.heard_at_ms)}, entry {naming.index} of {_name(findings, naming.party)}: "
               f"{one.state.upper()}{by}; its own word, not {_name(findings, naming.party)}'s")


def _not_here(findings: Findings) -> list[str]:
    lines = [
        f"withheld: {counted(log.withheld, 'body')} of {_name(findings, log.log.party)}'s {log_name(log.log)}, "
        "signed and timed, the words not shown"
        for log in findings.logs
        if log.withheld
    ]
    for log in findings.logs:
        hidden = [e.header for e in log.entries if e.body is None and e.header.kind in WEIGHED_KINDS]
        lines += [
            f"of these the {KIND_NAMES[one.kind]}, {entry_name(log.log, one.index)}: what follows from it is not told"
            for one in hidden
        ]
    for gap in findings.missing:
        owner = _name(findings, gap.log.party)
        which = f"entries {gap.first} to {gap.end - 1} of {owner}'s {log_name(gap.log)}"
        which = which if gap.what == "entries" else f"{gap.what}, over {which},"
        own = gap.what != "entries" or gap.named_by.startswith((f"log {gap.log.party}/", "the revocation"))
        word = "" if own else f"; that is its writer's word, nothing signed by {owner} shows them"
        lines.append(f"{which} are named by {gap.named_by}{word}")
    if findings.head.kind == EXTRACT:
        lines.append("everything that was not chosen: an extract shows what is in it and says nothing of the rest")
    return lines


def _disputed(findings: Findings) -> list[str]:
    lines = [
        f"{_name(findings, one.log.party)} SIGNED TWO HISTORIES: {one.sentence}" for one in findings.accusations
    ]
    for log in findings.logs:
        whose = f"{_name(findings, log.log.party)}'s {log_name(log.log)}"
        if log.disputed_from is not None:
            lines.append(f"{whose} is disputed from entry {log.disputed_from}")
        if log.station.revoked:
            lines.append(f"the key of {whose} has been revoked since")
    lines += [visible(doubt.sentence) for doubt in findings.doubts]
    lines += [f"an exhibit that proves nothing: {visible(why)}" for why in findings.unproven]
    return lines


def _never(verified: Verified) -> list[str]:
    lines = [
        "that a text is true, or that its writer meant it; a receipt and an acknowledgement are not consent",
        "that nothing else was said elsewhere, nor that this file holds what reached the other side after it was made",
        "that something was not held, or not earlier: whoever made this file can leave receipts out",
    ]
    if not all(verified.known):
        lines.append("whose keys these are: that you know only from a card got in person (--card)")
    return lines


def as_data(verified: Verified, *, entries: bool) -> dict[str, object]:
    """The same for a program."""
    findings = verified.findings
    head = findings.head
    return {
        "line": findings.charter.line_name,
        "line_id": head.line_id.hex(),
        "kind": head.kind,
        "scope": head.scope,
        "made_at": iso(head.made_at_ms),
        "made_by": head.by,
        "signatures": findings.signatures,
        "parties": [
            {"party": n, "name": party.name, "party_id": party.party_id.hex(), "card": verified.known[n]}
            for n, party in enumerate(findings.roster.parties)
        ],
        "logs": [_log_data(log, entries) for log in findings.logs],
        "missing": [
            {"log": _log_text(gap.log), "first": gap.first, "end": gap.end, "named_by": gap.named_by}
            for gap in findings.missing
        ],
        "accusations": [
            {"log": _log_text(one.log), "size": one.size, "sentence": one.sentence} for one in findings.accusations
        ],
        "read_aloud": [
            {"entry": one.place, "of_party": one.taken.sheet.naming.party, "index": one.taken.sheet.naming.index,
             "state": one.state, "by": one.of}
            for one in _taken_down(findings, findings.logs)
        ],
        "doubts": [
            {"code": doubt.code, "log": _log_text(doubt.log), "index": doubt.index, "sentence": doubt.sentence}
            for doubt in findings.doubts
        ],
        "ahead": [
            {"by": one.by.party, "at": iso(one.written_at_ms), "leaf": one.said.leaf.hex(), "size": one.said.size,
             "entry": f"{_log_text((one.said.of.party, one.said.of.generation))}/{one.said.of.index}",
             "fits": one.fits}
            for one in findings.ahead
        ],
        "unproven": list(findings.unproven),
        **statements_data(findings),
        "contact": contact.summary(findings),
        "tests_of_receipts": contact.receipts_data(findings),
    }


def _log_text(log: tuple[int, bytes]) -> str:
    return f"{log[0]}/{log[1].hex()}"


def _log_data(log: LogFinding, entries: bool) -> dict[str, object]:
    data: dict[str, object] = {
        "log": _log_text(log.log),
        "size": log.size,
        "entries": len(log.entries),
        "held": {str(witness): receipts[-1].size for witness, receipts in enumerate(log.receipts) if receipts},
        "pq": {str(party): size for party, size in enumerate(log.pq_sizes) if size},
        "withheld": log.withheld,
        "disputed_from": log.disputed_from,
        "revoked": log.station.revoked,
    }
    if entries:
        data["each"] = [_entry_data(log, entry) for entry in log.entries]
    return data


def _entry_data(log: LogFinding, entry: EntryFinding) -> dict[str, object]:
    header = entry.header
    return {
        "index": header.index,
        "kind": KIND_NAMES.get(header.kind, f"kind {header.kind}"),
        "written_at": iso(header.written_at_ms),
        "precedence": PRECEDENCE_NAMES[header.precedence],
        "exercise": bool(header.flags & EXERCISE),
        "text": _text(entry),
        "held": [
            {"party": r.witness, "earliest": iso(r.interval.earliest_ms), "latest": iso(r.interval.latest_ms),
             "disputed": r.interval.disputed}
            for r in log.held(header.index)
        ],
    }


def _text(entry: EntryFinding) -> str | None:
    if entry.body is None or entry.header.kind != MESSAGE:
        return None
    try:
        return parse_message(entry.body).text
    except Malformed:
        return None
