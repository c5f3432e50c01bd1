"""Scenarios of notices: each format that comes along with an example on the wire and on paper, and what is no notice."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from conformance.making.entries import cbor
from conformance.making.scenarios import Book
from openline.accord.formats.format import Format
from openline.accord.formats.notice import Notice, Relation, compose, encode_notice, has_free_text
from openline.console.accords import library

EXAMPLES: Final = Path(__file__).resolve().parents[2] / "tests/rooms/accord/library/examples"
HEAD: Final = {"from": "PARTY A", "to": ["PARTY B"], "written_at_ms": 1_900_000_000_000, "precedence": "PRIORITY", "exercise": False}
MARK: Final = bytes(range(8))
DIGEST: Final = bytes(range(32))
REF: Final = [1, bytes(range(12)), 7]
SMALL: Final = """[format]
id = "small"
version = 1
class = "notification"
release = "two"
status = "unconfirmed"
languages = ["en", "ru"]
title = { en = "Small", ru = "Малое" }
[[limit]]
kind = "none"
[[field]]
name = "at"
group = "time"
type = "instant"
required = true
label = { en = "When", ru = "Когда" }
[[field]]
name = "area"
group = "place"
type = "area"
forms = ["circle", "polygon"]
unit = "km"
required = false
label = { en = "Where", ru = "Где" }
[[field]]
name = "kind"
group = "object"
type = "choice"
options = [
  { code = "ONE", label = { en = "one", ru = "один" } },
  { code = "TWO", label = { en = "two", ru = "два" } },
]
required = true
label = { en = "Kind", ru = "Вид" }
[[field]]
name = "count"
group = "object"
type = "number"
max = 99
may_be_withheld = true
required = false
label = { en = "Number", ru = "Число" }
"""
SMALL_MARK: Final = sha256(b"openline/format/v1\n" + SMALL.encode()).digest()[:8]


def write(book: Book) -> None:
    """All of them."""
    for name, format_ in library.formats().items():
        _shipped(book, name, format_)
    _formats(book)
    _bodies(book)
    _values(book)
    _papers(book)


def _shipped(book: Book, name: str, format_: Format) -> None:
    form = json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))
    values = compose(format_, form).values
    language = "en" if has_free_text(format_, values) else ""
    body = encode_notice(Notice(format_.mark, 2030, 1, language, Relation.NONE, values))
    file = library.files()[name]
    digest = sha256(b"openline/format/v1\n" + file).digest()
    spelled = cbor([digest[:8], [2030, 1], language, None, [_plain(one) for one in values]])
    assert spelled == body, f"{name}: two spellings"
    book.accept(f"notice-in-{name}", "notice", {"file": file.decode(), "bytes": body, **HEAD}, "R-400 R-401 R-404",
                f"{format_.title['en']}: the example of the library.", faults=[])  # fmt: skip


def _plain(value: Any) -> Any:
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _formats(book: Book) -> None:
    digest = sha256(b"openline/format/v1\n" + SMALL.encode()).digest()
    book.accept("format-small", "format-file", {"file": SMALL}, "R-400", "A format is named by a hash over the bytes of its file.", digest=digest, mark=digest[:8])
    comment = SMALL + "# a word more\n"
    other = sha256(b"openline/format/v1\n" + comment.encode()).digest()
    book.accept("format-small-with-a-comment", "format-file", {"file": comment}, "R-400", "A comment more: another format.", digest=other)
    for name, old, new, says, story in (
        ("of-no-class", '"notification"', '"wish"', "class", "A message class that is none of the fourteen."),
        ("without-a-language", 'ru = "Малое"', 'de = "Klein"', "title", "A title lacks in one of its languages."),
        ("with-a-field-twice", 'name = "kind"', 'name = "at"', "name of field", "Two fields of one name."),
        ("with-a-text-turned", '"Where"', '"Whe\u202ere"', "field[2]", "A label with a mark that turns its direction."),
        ("with-a-key-nobody-knows", "version = 1", "version = 1\ncolour = 3", "colour", "A key that means nothing."),
        ("of-a-bad-id", '"small"', '"Small"', "id", "Capital letters in an id."),
        ("that-is-no-toml", "[format]", "[format", "", "No TOML at all."),
    ):
        assert old in SMALL
        book.refuse(f"format-{name}", "format-file", {"file": SMALL.replace(old, new, 1)}, "R-400", story, says)


def _bodies(book: Book) -> None:
    good: list[Any] = [MARK, [2026, 7], "en", [1, REF], [5, None, "x", [1, [2, 3]], False]]
    book.accept("notice-body-that-answers", "notice-body", {"bytes": cbor(good)}, "R-401 R-402", "Of a format that is not known: read all the same.", relation=1, of=REF)
    book.accept("notice-body-of-no-values", "notice-body", {"bytes": cbor([MARK, [2026, 0], "", None, []])}, "R-401", "Nothing given: no null stands at the end.", values=[])
    for name, at, put, says, story in (
        ("mark-short", 0, MARK[:7], "format", "Seven bytes."),
        ("number-of-three", 1, [2026, 7, 1], "number", "Year, serial, and one more."),
        ("year-1899", 1, [1899, 7], "year", "Before 1900."),
        ("serial-a-million", 1, [2026, 1_000_000], "serial", "At most 999,999."),
        ("language-none", 2, "English", "language", "No language tag."),
        ("relation-zero", 3, [0, REF], "relation", "To do nothing to an entry is no relation."),
        ("relation-four", 3, [4, REF], "relation", "There are three."),
        ("relation-to-nothing", 3, [1, None], "of", "Which entry?"),
        ("null-at-the-end", 4, [5, None], "null at the end", "A second spelling."),
        ("true-among-values", 4, [True], "no kind", "Only false has a meaning: not provided."),
        ("a-fraction", 4, [1.5], "no kind", "Numbers are whole."),
        ("a-map-among-values", 4, [{0: 1}], "no kind", "No maps."),
        ("values-no-array", 4, 5, "values", "Values are an array."),
    ):
        fields = [put if place == at else one for place, one in enumerate(good)]
        book.refuse(f"notice-body-{name}", "notice-body", {"bytes": cbor(fields)}, "R-401", story, says)
    book.refuse("notice-body-trailing-byte", "notice-body", {"bytes": cbor(good) + b"\0"}, "R-401", "A byte after the end.", "")
    book.refuse("notice-body-field-lacks", "notice-body", {"bytes": cbor(good[:-1])}, "R-401", "No values.", "keys 0 to 4")


def _values(book: Book) -> None:
    square = [3, [[0, 0], [0, 600], [600, 600], [600, 0]]]
    for name, values, faults, rules, story in (
        ("small", [1_900_000_000, None, 1], [], "R-404", "An instant and a choice by its place."),
        ("not-provided", [0, None, 0, False], [], "R-404", "False says: not provided."),
        ("with-a-square", [0, square, 0], [], "R-404", "A polygon is closed by itself."),
        ("required-lacks", [None, None, 0], ["at"], "R-402", "No instant: kept, and shown with what lacks."),
        ("choice-of-a-third", [0, None, 2], ["kind"], "R-402 R-404", "There are two."),
        ("of-the-antimeridian-west", [0, [2, [0, -108000, 5]], 0], ["area"], "R-402 R-404", "The antimeridian is +180."),
        ("polygon-crossing-itself", [0, [3, [[0, 0], [600, 600], [0, 600], [600, 0]]], 0], ["area"], "R-402 R-404", "A bow tie bounds nothing."),
        ("one-value-too-many", [0, None, 0, 1, 1], ["values"], "R-402", "Five values for four fields."),
        ("number-too-large", [0, None, 0, 100], ["count"], "R-402", "At most 99."),
    ):
        body = cbor([SMALL_MARK, [2030, 1], "", None, values])
        book.accept(f"notice-values-{name}", "notice", {"file": SMALL, "bytes": body, **HEAD}, rules, story, faults=faults)
    body = cbor([SMALL_MARK, [2030, 1], "", None, [0, None, None]])
    book.refuse("notice-values-null-at-the-end", "notice", {"file": SMALL, "bytes": body, **HEAD}, "R-401", "A second spelling: no notice of any format.", "null at the end")
    body = cbor([MARK, [2030, 1], "", None, [0, None, 0]])
    book.accept("notice-values-of-another-format", "notice", {"file": SMALL, "bytes": body, **HEAD}, "R-402", "It names another format than it is read by.", faults=["format"])


def _papers(book: Book) -> None:
    file = SMALL.encode()
    digest = sha256(b"openline/format/v1\n" + file).digest()
    book.accept("format-body-with-its-file", "format-body", {"bytes": cbor([digest, file])}, "R-403", "A party says: this format.", digest=digest)
    book.accept("format-body-without", "format-body", {"bytes": cbor([digest, b""])}, "R-403", "Another entry has its file.", file_bytes=0)
    book.refuse("format-body-of-another-file", "format-body", {"bytes": cbor([DIGEST, file])}, "R-403", "The digest is not that of the file.", "not that of the file")
    agreement: list[Any] = ["NEW-START", [["en", "A treaty"], ["ru", "Договор"]], [["en", DIGEST]], 1_296_864_000, 1_770_249_600, 1_298_937_600, [digest]]
    book.accept("agreement-body", "agreement-body", {"bytes": cbor(agreement)}, "R-405", "An agreement's identity, without its words.", id="NEW-START")
    for name, at, put, says, story in (
        ("id-cyrillic", 0, "NЕW-START", "id", "A letter that looks like another."),
        ("without-a-title", 1, [], "no title", "Called nothing."),
        ("languages-out-of-order", 1, [["ru", "Договор"], ["en", "A treaty"]], "ascending", "One order, one spelling."),
        ("text-hash-short", 2, [["en", DIGEST[:31]]], "text", "31 bytes are no SHA-256."),
        ("ending-before-it-begins", 4, 1_296_864_000, "ends before", "It ends as it begins."),
        ("format-twice", 6, [digest, digest], "ascending", "One format once."),
    ):
        fields = [put if place == at else one for place, one in enumerate(agreement)]
        book.refuse(f"agreement-body-{name}", "agreement-body", {"bytes": cbor(fields)}, "R-405", story, says)
    for number, word in enumerate(("in-force", "suspended", "ended", "countermeasure")):
        book.accept(f"status-body-{word}", "status-body", {"bytes": cbor([DIGEST, number, 1_677_000_000, "Why.", "en"])}, "R-406", "What a party says of itself.", standing=number)
    for name, fields, says, story in (
        ("fourth", [DIGEST, 4, 0, "", ""], "standing", "There are four, from 0."),
        ("reason-in-no-language", [DIGEST, 1, 0, "Why.", ""], "language", "In which language?"),
        ("language-of-no-reason", [DIGEST, 1, 0, "", "en"], "language", "Of what?"),
        ("before-1970", [DIGEST, 1, -1, "", ""], "from", "Instants begin in 1970."),
        ("of-no-agreement", [b"", 1, 0, "", ""], "agreement", "To what?"),
    ):
        book.refuse(f"status-body-{name}", "status-body", {"bytes": cbor(fields)}, "R-406", story, says)
