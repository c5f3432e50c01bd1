"""Doors of the voice line: a sheet made, a sheet taken down, the entry that says so, and what bears it out."""

from __future__ import annotations

from typing import Any, Final

from openline.contact.aloud import (
    Naming,
    Sheet,
    check_end,
    check_line,
    end_digits,
    in_groups,
    line_digits,
    make_sheet,
    naming_digits,
    parse_naming,
)
from openline.contact.taken import parse_taken


def words(given: dict[str, Any]) -> object:
    """What is read of a message: its lines, and all digits in groups. `leaf_number` is given."""
    fields = {name: given[name] for name in ("party", "index", "precedence", "exercise", "written_at_s", "leaf_number")}
    sheet = make_sheet(Naming(**fields, subject_lines=0, lines=0), given["subject"], given["text"])
    first, second = naming_digits(sheet.naming)
    groups = [line_digits(sheet.naming, number, line) for number, line in enumerate(sheet.lines, 1)]
    return {"a": in_groups(first), "b": in_groups(second), "lines": sheet.lines, "groups": groups,
            "e": in_groups(end_digits(sheet)), "subject_lines": sheet.naming.subject_lines}  # fmt: skip


def taking(given: dict[str, Any]) -> object:
    """A sheet as it was typed: `a`, `b`, `lines` each with its group, and `e`."""
    naming = parse_naming(given["a"], given["b"])
    lines = tuple(check_line(naming, number, *pair) for number, pair in enumerate(given["lines"], 1))
    sheet = check_end(Sheet(naming, lines), given["e"])
    return {"party": naming.party, "index": naming.index, "precedence": naming.precedence, "exercise": naming.exercise,
            "written_at_s": naming.written_at_s, "leaf_number": naming.leaf_number, "lines": sheet.lines}  # fmt: skip


def body(given: dict[str, Any]) -> object:
    """The body of a READ-ALOUD entry."""
    taken = parse_taken(bytes.fromhex(given["body"]))
    naming = taken.sheet.naming
    return {"party": naming.party, "index": naming.index, "lines": taken.sheet.lines, "officer": taken.officer,
            "heard_at_ms": taken.heard_at_ms}  # fmt: skip


DOORS: Final = {"aloud-words": words, "aloud-taking": taking, "read-aloud-body": body}
