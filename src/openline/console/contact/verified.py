"""What an export proves of contact, for `verify`: a few sentences, and the same as data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from openline.console.contact.gathering import of_findings
from openline.console.contact.told import between, clocks_in_words, missed_in_words, percent
from openline.console.dtg import dtg
from openline.contact.receipts import Carried, carried
from openline.record.evidence.findings import Findings
from openline.visible import visible

MISSED_SHOWN = 3


def summary(findings: Findings) -> list[dict[str, Any]]:
    """Each pair of parties, without the lists."""
    pairs: Any = of_findings(findings, None, None)["pairs"]
    return [
        {
            "parties": pair["parties"],
            "tests": len(pair["tests"]),
            "missed": len(pair["missed"]),
            "proofs": pair["proofs"],
            "proved_last_ms": pair["proved_last_ms"],
            "proved_thousandths": pair["proved_thousandths"],
            "gaps": pair["gaps"],
            "clocks": pair["clocks"],
        }
        for pair in pairs
    ]


def receipts_data(findings: Findings) -> list[dict[str, Any]]:
    """Of each party's link tests: over how many receipts their hashes are, and how they fit those of the file."""
    return [
        {"party": party, "tests": len(tests), "fit": fit, "differ": differ, "not_here": len(tests) - fit - differ,
         "receipts": sum(one.receipts for one in tests if one.fits)}
        for party, tests in sorted(_by_author(findings).items())
        for fit, differ in ((sum(one.fits is True for one in tests), sum(one.fits is False for one in tests)),)
    ]  # fmt: skip


def _by_author(findings: Findings) -> dict[int, list[Carried]]:
    found: dict[int, list[Carried]] = {}
    for one in carried(findings.logs):
        found.setdefault(one.place.party, []).append(one)
    return found


def _receipts_in_words(findings: Findings, names: list[str]) -> Iterator[str]:
    for row in receipts_data(findings):
        who = names[row["party"]]
        if row["fit"]:
            yield (
                f"{row['fit']} of {row['tests']} link tests by {who} carry the hash of {row['receipts']} receipts in "
                f"this file: it signed, when it wrote them, that it had given or held exactly these"
            )
        if row["not_here"]:
            yield f"  of {row['not_here']} link tests by {who} the receipts that they name are not all in this file"
        if row["differ"]:
            yield f"  {row['differ']} link tests by {who} carry ANOTHER hash: see what is disputed"


def in_words(findings: Findings) -> list[str]:
    """Sentences on every pair that tested its line; where nobody tested, the receipts speak for themselves."""
    names = [visible(party.name) for party in findings.roster.parties]
    pairs: Any = of_findings(findings, None, None)["pairs"]
    lines = []
    for pair in pairs:
        if pair["tests"]:
            lines += _pair(pair, names)
    return [*lines, *_receipts_in_words(findings, names)]


def _pair(pair: dict[str, Any], names: list[str]) -> list[str]:
    one, other = (names[party] for party in pair["parties"])
    passed = len(pair["tests"]) - len(pair["missed"])
    proved = (
        f"contact of {one} and {other}: {passed} of {len(pair['tests'])} link tests answered; proved by both logs for "
        f"{percent(pair['proved_thousandths'])} of the time in this file"
    )
    lines = [proved]
    if pair["proved_last_ms"] is not None:
        lines.append(f"  last proved contact {dtg(pair['proved_last_ms'])}")
    if pair["gaps"]:
        longest = max(pair["gaps"], key=lambda gap: int(gap[1] - gap[0]))
        lines.append(f"  {len(pair['gaps'])} gaps, the longest {between(longest)}")
    lines += [f"  not answered: {missed_in_words(test, names)}" for test in pair["missed"][-MISSED_SHOWN:]]
    lines.append(f"  clocks: {clocks_in_words(pair['clocks'], one, other)}")
    if pair["observed"]:
        lines.append("  what each side says it saw beside that is its own word; `openline contact FILE` shows it apart")
    return lines
