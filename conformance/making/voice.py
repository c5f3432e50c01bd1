"""Scenarios of the voice line. All digits are computed here from the rules, without the program's own code."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

from hashlib import sha256
from typing import Any, Final

import cbor2

from conformance.making.scenarios import Book

SUBJECT: Final = "Transport aircraft in distress"
TEXT: Final = "Ours, one engine out, 3 nm west of the line, descending.\nIt carries no weapons. Do not intercept."
LINES: Final = (
    "Transport aircraft in distress",
    "Ours, one engine out, 3 nm west of the line,",
    "descending.",
    "It carries no weapons. Do not intercept.",
)
HEARD: Final = tuple(line.lower() for line in LINES)
NUMBER: Final = 52_969_835_136_859
NAMED: Final = {
    "party": 0, "index": 3, "precedence": 3, "exercise": False, "written_at_s": 1_770_298_234, "leaf_number": NUMBER,
}  # fmt: skip
_TABLE: Final = """
0 3 1 7 5 9 8 6 4 2
7 0 9 2 1 5 4 8 6 3
4 2 0 6 8 7 1 3 5 9
1 7 5 0 9 8 3 4 2 6
6 1 2 3 0 4 5 9 7 8
3 6 7 4 2 0 9 5 8 1
5 8 6 9 7 2 0 1 3 4
8 9 4 5 3 6 2 0 1 7
9 4 3 8 6 1 7 2 0 5
2 5 8 1 4 3 6 7 9 0
"""


def _with_damm(digits: str) -> str:
    rows = [[int(one) for one in row.split()] for row in _TABLE.strip().splitlines()]
    at = 0
    for digit in digits:
        at = rows[at][int(digit)]
    return f"{digits}{at}"


def _hash(said: str) -> int:
    return int(sha256(said.encode()).hexdigest(), 16)


def _groups(digits: str) -> str:
    return " ".join(digits[at : at + 5] for at in range(0, len(digits), 5))


A: Final = _with_damm("1" "0" "3" "1" "04" "1770298234" "00000003")
B: Final = _with_damm(f"{NUMBER:014d}")


def _group(number: int, heard: str) -> str:
    return _with_damm(f"{_hash(f'openline/read-aloud/v1{chr(10)}{B}{chr(10)}{number}{chr(10)}{heard}') % 10_000:04d}")


GROUPS: Final = tuple(_group(number, heard) for number, heard in enumerate(HEARD, 1))
E: Final = _with_damm(f"{_hash(chr(10).join(('openline/read-aloud/v1', A, B, *HEARD))) % 1_000_000_000:09d}")


def _typed(**changed: Any) -> dict[str, Any]:
    typed = {"a": _groups(A), "b": _groups(B), "lines": [list(pair) for pair in zip(LINES, GROUPS, strict=True)],
             "e": _groups(E)}  # fmt: skip
    return {**typed, **changed}


def _line(number: int, words: str, group: str | None = None) -> list[list[str]]:
    lines = [list(pair) for pair in zip(LINES, GROUPS, strict=True)]
    lines[number - 1] = [words, group or GROUPS[number - 1]]
    return lines


def write(book: Book) -> None:
    """All of them."""
    _made(book)
    _taken(book)
    _bodies(book)


def _made(book: Book) -> None:
    given = {**NAMED, "subject": SUBJECT, "text": TEXT}
    book.accept("aloud-words", "aloud-words", given, "R-268 R-269 R-271 R-272 R-273", "A message as it is read out.",
                a=_groups(A), b=_groups(B), lines=LINES, groups=GROUPS, e=_groups(E), subject_lines=1)
    book.accept("aloud-words-filled", "aloud-words", {**given, "subject": "", "text": "one\n\n two   three\n" + "x" * 100},
                "R-268", "Empty lines and spaces fall away; a word longer than a line is cut.",
                lines=["one", "two three", "x" * 48, "x" * 48, "x" * 4], subject_lines=0)
    book.accept("aloud-words-48-and-one-more", "aloud-words", {**given, "subject": "", "text": "a" * 23 + " " + "b" * 24 + " c"},
                "R-268", "48 characters are a line; the next word begins another.",
                lines=["a" * 23 + " " + "b" * 24, "c"])
    book.accept("aloud-words-of-an-exercise", "aloud-words", {**given, "exercise": True, "precedence": 0}, "R-269",
                "The third digit: precedence, and 4 more in an exercise.",
                a=_groups(_with_damm("1" "0" "4" "1" "04" "1770298234" "00000003")))
    for name, changed, says, story in (
        ("too-long", {"text": "x " * 486}, "at most 1000", "1,002 characters with the subject."),
        ("too-many-lines", {"text": "x\n" * 60}, "lines", "61 lines."),
        ("no-words", {"subject": "", "text": " \n "}, "no words", "Nothing to say."),
        ("index-beyond-eight-digits", {"index": 100_000_000}, "index", "Such an entry is not read aloud."),
    ):
        book.refuse(f"aloud-words-{name}", "aloud-words", {**given, **changed}, "R-268 R-269", story, says)


def _taken(book: Book) -> None:
    book.accept("aloud-taking", "aloud-taking", _typed(), "R-269 R-271 R-272", "Typed as it was read.", lines=LINES, **NAMED)
    shouted = [[f"  {line.upper().replace(' ', '   ')} ", group] for line, group in zip(LINES, GROUPS, strict=True)]
    book.accept("aloud-taking-in-capitals", "aloud-taking", _typed(lines=shouted, a=A, b=B.replace("5", "5-"), e=E), "R-270 R-273",
                "Capitals and spaces are not heard; digits may be spaced in any way.", index=3)
    for name, typed, rules, says, story in (
        ("a-word-wrong", _typed(lines=_line(4, "It carries no weapons. Do intercept.")), "R-271", "ask for line 4 again", "A word left out turns the sense: the group of line 4 shows it."),
        ("a-comma-wrong", _typed(lines=_line(2, LINES[1].replace(", one", " one"))), "R-270 R-271", "ask for line 2 again", "Punctuation is read, and checked."),
        ("lines-exchanged", _typed(lines=[_typed()["lines"][n] for n in (1, 0, 2, 3)]), "R-271", "line 1", "Two lines with their groups, exchanged: a group counts for its number."),
        ("a-digit-wrong", _typed(lines=_line(3, LINES[2], GROUPS[2][:2] + str((int(GROUPS[2][2]) + 1) % 10) + GROUPS[2][3:])), "R-273", "line 3: its digits do not fit each other", "One digit of a group: its Damm digit shows it."),
        ("digits-of-a-swapped", _typed(a=A[:10] + A[11] + A[10] + A[12:]), "R-273", "line A: its digits do not fit", "Two neighbouring digits of line A."),
        ("a-digit-of-b-lacking", _typed(b=B[:-1]), "R-273", "15 digits belong there", "Fourteen digits."),
        ("a-letter-among-digits", _typed(b="O" + B[1:]), "R-273", "15 digits belong there", "The letter O for a nought."),
        ("other-digits-than-ascii", _typed(b="٥" + B[1:]), "R-273", "15 digits belong there", "A five in Arabic-Indic spelling."),
        ("of-another-version", _typed(a=_with_damm("2" + A[1:-1])), "R-269", "version 2", "The first digit is 2."),
        ("of-party-8", _typed(a=_with_damm("18" + A[2:-1])), "R-269", "no sheet says that", "There is no ninth party."),
        ("precedence-8", _typed(a=_with_damm("108" + A[3:-1])), "R-269", "no sheet says that", "Precedence 0 to 3, and 4 more in an exercise: 7 is the most."),
        ("no-lines", _typed(a=_with_damm("103000" + A[6:-1])), "R-269", "no sheet says that", "A sheet has a line."),
        ("more-subject-than-lines", _typed(a=_with_damm("103504" + A[6:-1])), "R-269", "more lines of subject", "Five lines of subject of four."),
        ("end-wrong", _typed(e=_with_damm(f"{(int(E[:9]) + 1) % 10**9:09d}")), "R-272", "read all of it back", "Every line fits, and line E does not."),
        ("a-line-lacking", _typed(lines=_typed()["lines"][:3]), "R-272", "line E", "Three lines of four: line E shows it."),
    ):
        book.refuse(f"aloud-taking-{name}", "aloud-taking", typed, rules, story, says)


def _body(**changed: Any) -> bytes:
    fields = {
        "party": 0, "index": 3, "precedence": 3, "exercise": False, "written_at_s": 1_770_298_234, "number": NUMBER,
        "subject_lines": 1, "lines": list(LINES), "heard_at_ms": 1_770_298_800_000, "officer": "Lt. B. Sample",
        "remark": "read by Capt. A. Example over voice 2",
    }  # fmt: skip
    return cbor2.dumps(dict(enumerate({**fields, **changed}.values())))


def _bodies(book: Book) -> None:
    book.accept("record-read-aloud", "read-aloud-body", {"body": _body()}, "R-274", "What was heard, when, by whom.",
                party=0, index=3, lines=LINES, officer="Lt. B. Sample", heard_at_ms=1_770_298_800_000)
    for name, data, says, story in (
        ("of-party-8", _body(party=8), "party 8", "There is no ninth party."),
        ("party-true", _body(party=True), "party", "True is not 1."),
        ("precedence-4", _body(precedence=4), "precedence 4", "Four precedences, 0 to 3."),
        ("exercise-1", _body(exercise=1), "exercise", "1 is not true."),
        ("without-lines", _body(lines=[], subject_lines=0), "0 lines", "Nothing was heard."),
        ("an-empty-line", _body(lines=["one", " "], subject_lines=0), "a line of 1", "A line of one space."),
        ("a-line-of-two", _body(lines=["one\ntwo"], subject_lines=0), "control character", "A newline within a line."),
        ("more-subject-than-lines", _body(subject_lines=5), "4 lines", "Five of four."),
        ("number-of-15-digits", _body(number=10**14), "number", "14 digits at most."),
        ("by-nobody", _body(officer="  "), "nobody is named", "Who took it down is part of it."),
        ("a-field-lacks", _body()[:1].replace(b"\xab", b"\xaa") + _body()[1:-39], "keys 0 to 10", "Ten fields."),
        ("trailing-byte", _body() + b"\x00", "one spelling", "A byte after the end."),
    ):
        book.refuse(f"record-read-aloud-{name}", "read-aloud-body", {"body": data}, "R-274", story, says)
