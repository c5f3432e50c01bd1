"""What an export proves of contact, for `verify`: a few sentences, and the same as data."""

from __future__ import annotations

from typing import Any

from openline.console.contact.gathering import of_findings
from openline.console.contact.told import between, clocks_in_words, missed_in_words, percent
from openline.console.dtg import dtg
from openline.console.words import safe
from openline.record.evidence.findings import Findings

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


def in_words(findings: Findings) -> list[str]:
    """Sentences on every pair that tested its line; where nobody tested, the receipts speak for themselves."""
    names = [safe(party.name) for party in findings.roster.parties]
    pairs: Any = of_findings(findings, None, None)["pairs"]
    lines = []
    for pair in pairs:
        if pair["tests"]:
            lines += _pair(pair, names)
    return lines


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
