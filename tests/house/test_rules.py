"""PROTOCOL's rules are numbered; what is cited exists, and what exists is checked by a test or a vector."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Final

from tests.house import source

PROTOCOL: Final = source.ROOT / "docs" / "PROTOCOL.md"
FRAGMENTS: Final = source.ROOT / "docs" / "rules"
CITING: Final = ("src", "simulation", "conformance", "bench", "tests")
CHECKING: Final = ("tests", "conformance")
TEXT: Final = frozenset([".py", ".json", ".jsonl", ".md", ".toml", ".txt", ".go", ""])

# A rule is stated at the start of a line or of a table row, bold or not: `R-000: sentence.` (R-000 is no rule.)
_BOLD: Final = r"(?:\*\*|`)?"
STATED: Final = re.compile(rf"^[ \t]*(?:[-*|>][ \t]*)?{_BOLD}(R-\d{{3}}){_BOLD}[:.]?{_BOLD}[ \t|]", re.MULTILINE)
CITED: Final = re.compile(r"\bR-\d{3}\b(?!\d)")
NO_RULE: Final = "R-000"


def stated(text: str) -> Counter[str]:
    """Rules that a document states, with how often."""
    return Counter(rule for rule in STATED.findall(text) if rule != NO_RULE)


def fragments() -> list[Path]:
    """Rules of single rooms on their way into PROTOCOL.md."""
    return sorted(FRAGMENTS.glob("*.md")) if FRAGMENTS.is_dir() else []


def all_stated() -> set[str]:
    """Every rule there is."""
    documents = [*([PROTOCOL] if PROTOCOL.exists() else []), *fragments()]
    return {rule for path in documents for rule in stated(path.read_text("utf-8"))}


def cited(folders: tuple[str, ...]) -> dict[str, str]:
    """Rules cited under `folders`, each with one place that cites it."""
    places: dict[str, str] = {}
    for folder in folders:
        for path in sorted((source.ROOT / folder).rglob("*")):
            if not path.is_file() or path.suffix not in TEXT or path == Path(__file__) or "__pycache__" in path.parts:
                continue
            for rule in CITED.findall(path.read_text("utf-8", errors="replace")):
                places.setdefault(rule, source.short(path))
    places.pop(NO_RULE, None)
    return places


def test_the_protocol_is_written_down() -> None:
    assert PROTOCOL.exists() or fragments(), "docs/PROTOCOL.md is missing: nobody else can write a station"
    assert all_stated(), "no numbered rule is stated in docs/"


def test_a_rule_is_stated_once() -> None:
    counts: Counter[str] = Counter()
    if PROTOCOL.exists():
        twice = [rule for rule, count in stated(PROTOCOL.read_text("utf-8")).items() if count > 1]
        assert not twice, f"docs/PROTOCOL.md states twice: {', '.join(sorted(twice))}"
    for path in fragments():
        counts.update(stated(path.read_text("utf-8")))
    again = [rule for rule, count in counts.items() if count > 1]
    assert not again, f"docs/rules states twice: {', '.join(sorted(again))}"


def test_a_cited_rule_exists() -> None:
    rules = all_stated()
    unknown = [f"{rule} ({place})" for rule, place in sorted(cited(CITING).items()) if rule not in rules]
    assert not unknown, f"cited, but stated nowhere in docs/: {', '.join(unknown)}"


def test_every_rule_is_checked_by_a_test_or_a_vector() -> None:
    unchecked = sorted(all_stated() - cited(CHECKING).keys())
    assert not unchecked, f"stated, but no test or vector cites: {', '.join(unchecked)}"


def test_statements_are_told_from_citations() -> None:
    text = "R-021: ASCII digits.\n- R-022: b\n| R-023 | c |\n**R-024** d\n**R-025:** e\nas R-026 says\nR-0271: no\n"
    assert sorted(stated(text)) == ["R-021", "R-022", "R-023", "R-024", "R-025"]
