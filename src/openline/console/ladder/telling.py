"""What is told about messages, in plain words. Whose word it is stays said, and nothing is called agreement."""

from __future__ import annotations

from openline.console.dtg import dtg
from openline.console.ladder.rows import PassedRow, RelatedRow, UnderstoodRow
from openline.desk.telling.bodies import Body, Offices, Passed, Relation, Understood, Which

_DOES = {Which.CORRECTS: "corrects", Which.WITHDRAWS: "withdraws", Which.SUPERSEDES: "supersedes",
         Which.FORWARDS: "forwards"}  # fmt: skip
_MARKS = {"withdrawn by": "WITHDRAWN", "corrected by": "CORRECTED", "superseded by": "SUPERSEDED"}


def in_words(body: Body) -> str:
    """One entry in one line, control characters as they are: whoever prints it makes it safe."""
    match body:
        case Understood(text, _, officer, role):
            return f"understood, in the words of {_who(officer, role)} (not agreement): {_line(text)}"
        case Passed(office, at_ms, how, officer, role):
            return f"passed to {office} at {dtg(at_ms)}{f', {how}' if how else ''}, by {_who(officer, role)}"
        case Relation(which, of, _, note, _, released_by):
            many = f"{len(of)} entries" if len(of) > 1 else "an earlier entry"
            why = f": {_line(note)}" if note.strip() else ""
            by = f" ({', '.join(released_by)})" if released_by else ""
            return f"{_DOES[which]} {many}{why}{by}"
        case Offices(offices, _):
            return f"directory of offices: {', '.join(one.short for one in offices) or 'none'}"


def mark(related: list[RelatedRow]) -> str:
    """What must be seen first of a message that does not stand as it was written; empty where it does."""
    marks = [_MARKS[one.which] for one in related if one.which in _MARKS]
    return next((one for one in ("WITHDRAWN", "CORRECTED", "SUPERSEDED") if one in marks), "")


def lines(understood: list[UnderstoodRow], passed: list[PassedRow]) -> list[str]:
    """The steps of the ladder past *opened*."""
    rows = [
        f"understood  {dtg(one.at_ms)} by {one.name}, {_who(one.officer, one.role)} (not agreement): {_line(one.text)}"
        for one in understood
    ]
    return rows + [
        f"passed on   {dtg(one.at_ms)} by {one.name}, {_who(one.officer, one.role)}, to {one.office}"
        f"{f': {one.how}' if one.how else ''}"
        for one in passed
    ]


def relations(related: list[RelatedRow]) -> list[str]:
    """What was done to a message, or what it does: before its words."""
    return [
        f"{one.which.upper() if one.which.endswith(' by') else one.which:<13} {one.place} of {dtg(one.at_ms)}"
        f"{f': {_line(one.note)}' if one.note.strip() else ''}"
        for one in related
    ]


def _who(officer: str, role: str) -> str:
    return ", ".join(one for one in (officer, role) if one)


def _line(text: str) -> str:
    return " / ".join(part.strip() for part in text.replace("\t", " ").split("\n") if part.strip())
