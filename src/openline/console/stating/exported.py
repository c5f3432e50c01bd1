"""What an exported record shows of statements: who said what of whom, and how contact stood by it at its end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from openline.console.dtg import dtg, iso
from openline.console.stating.telling import declared_in_words, in_words
from openline.contact.counted import counted
from openline.contact.declared import Declared, declared
from openline.contact.saying import STATED_KINDS, Operating, Stated, read_stated
from openline.errors import Malformed
from openline.record.entry import LogId, entry_name
from openline.record.evidence.export import EXTRACT
from openline.record.evidence.findings import Findings
from openline.visible import visible


def stated_in(findings: Findings) -> list[Stated]:
    """Every statement whose words the file discloses, in order of time; service messages are not told one by one, and
    what stands where its log is disputed says nothing."""
    found = []
    for log in findings.logs:
        for entry in log.entries:
            counts = log.disputed_from is None or entry.header.index < log.disputed_from
            if entry.header.kind in STATED_KINDS and entry.body is not None and counts:
                try:
                    found.append(read_stated(log.log, entry.header, entry.body))
                except Malformed:
                    continue  # it says nothing; the entry stands among the others
    found = [one for one in found if not isinstance(one.said, Operating)]
    return sorted(found, key=lambda one: (one.at.at_ms, one.at.ref))


def stood_at_ms(findings: Findings) -> int:
    """When the newest entry of the file was written, by its author's clock."""
    return max((entry.header.written_at_ms for log in findings.logs for entry in log.entries), default=0)


def shows_all(findings: Findings) -> bool:
    """Whether no statement can be missing: an extract leaves entries out, and a body may be withheld."""
    hidden = any(
        entry.body is None and entry.header.kind in STATED_KINDS for log in findings.logs for entry in log.entries
    )
    return findings.head.kind != EXTRACT and not hidden and not any(gap.what == "entries" for gap in findings.missing)


def statements_in_words(findings: Findings) -> list[str]:
    """Lines for a person; none where nobody stated anything."""
    found = stated_in(findings)
    names = [party.name for party in findings.roster.parties]
    lines = [_line(one, names) for one in found]
    if found:
        lines += _stood(findings, found, names)
    return lines


def statements_data(findings: Findings) -> dict[str, object]:
    """The same as data."""
    found = stated_in(findings)
    at_ms = stood_at_ms(findings)
    return {
        "statements": [
            {"entry": one.at.ref.full_name, "party": one.at.ref.party, "at": iso(one.at.at_ms),
             "exercise": one.exercise, "about": one.about.full_name if one.about is not None else None,
             "says": in_words(one.said)}
            for one in found
        ],
        "declared": [
            {"parties": list(pair), "at": iso(at_ms), "state": stands.state.value,
             "bars": declared_in_words(stands, [party.name for party in findings.roster.parties], pair)}
            for pair, stands in (_pairs(findings, found, at_ms) if shows_all(findings) else ())
        ],
    }  # fmt: skip


def _line(one: Stated, names: list[str]) -> str:
    ref = one.at.ref
    by = visible(names[ref.party]) if ref.party < len(names) else f"party {ref.party}"
    of = f", of {entry_name(LogId(*one.about[:2]), one.about.index)}" if one.about is not None else ""
    drill = "EXERCISE " if one.exercise else ""
    entry = entry_name(LogId(ref.party, ref.generation), ref.index)
    return f"{dtg(one.at.at_ms)}  {by} {entry}: {drill}{in_words(one.said)}{of}"


def _stood(findings: Findings, found: list[Stated], names: list[str]) -> Iterator[str]:
    if not shows_all(findings):
        yield "how contact stood by these statements is not told: others may be left out of this file"
        return
    at_ms = stood_at_ms(findings)
    for pair, stands in _pairs(findings, found, at_ms):
        both = " and ".join(visible(names[party]) for party in pair)
        said = "; ".join(declared_in_words(stands, names, pair))
        yield f"at {dtg(at_ms)}, by these statements, contact between {both}: {said or stands.state.value}"


def _pairs(findings: Findings, found: list[Stated], at_ms: int) -> Iterator[tuple[tuple[int, int], Declared]]:
    for pair in combinations(range(len(findings.roster.parties)), 2):
        yield pair, declared(counted(found), *pair, at_ms)
