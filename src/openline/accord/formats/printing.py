"""A notice for people: head, legal basis, references, lettered content, remarks, end mark, in any of its languages.

Coded fields are said in the reader's language from the same codes; free text stays in the sender's and says so. The
number stands at both ends, so that a sheet cut off shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from openline.accord.formats.format import FIELD_GROUPS, Field, Format, Group
from openline.accord.formats.notice import Notice, Relation
from openline.accord.formats.tables import ListOf, Table
from openline.accord.formats.texts import Text
from openline.accord.formats.times import say_instant
from openline.accord.formats.unfit import Unfit
from openline.accord.formats.words import said, word

INDENT: Final = "   "
SHEET_CHARS_MAX: Final = 2_000_000  # of one group of fields; of what is beyond only the labels are printed


class Head(NamedTuple):
    """What the entry around a notice says: who to whom, when, and which entries it refers to."""

    sender: str
    receivers: tuple[str, ...]
    written_at_ms: int
    precedence: str
    exercise: bool = False
    references: tuple[str, ...] = ()


def regime_of(format_: Format) -> str:
    """Under which a sender's notices are counted, whatever their formats: the first agreement it rests on. (R-467)"""
    return format_.basis[0].agreement if format_.basis else format_.id.upper()


def number_of(notice: Notice, format_: Format) -> str:
    """Its number as people say it: agreement, year, serial."""
    return f"{regime_of(format_)}/{notice.year}/{notice.serial:04d}"


def letter(number: int) -> str:
    """A, B ... Z, AA, AB ..."""
    return letter(number // 26 - 1) + chr(65 + number % 26) if number >= 26 else chr(65 + number)


def print_notice(notice: Notice, format_: Format, head: Head, language: str) -> str:
    """The whole sheet as text. A value that does not fit is printed raw and marked."""
    number = number_of(notice, format_)
    drill = word("exercise", language)
    lines = [*([f"{drill} {drill} {drill}"] if head.exercise else [])]
    lines += [
        *([f"{word('precedence', language)}: {head.precedence}"] if head.precedence else []),
        f"{word('sender', language)}: {head.sender}",
        f"{word('receiver', language)}: {', '.join(head.receivers)}",
        f"{word('written', language)}: {say_instant(head.written_at_ms // 1000, language)}",
        f"{word('number', language)}: {number}",
        said(format_.title, language).upper(),
    ]
    if format_.is_unconfirmed:
        lines.append(f"({word('unconfirmed', language)})")
    parts: list[tuple[str, Sequence[str]]] = [
        ("basis", [_basis(format_, at, language) for at in range(len(format_.basis))]),
        ("references", list(_references(notice, head, language))),
        ("content", list(_content(notice, format_, language))),
    ]
    remarks = list(_group(notice, format_, Group.REMARKS, language, 0))
    if remarks:
        parts.append(("remarks", remarks))
    for at, (what, inside) in enumerate(part for part in parts if part[1]):
        lines.append(f"{at + 1}. {word(what, language)}")
        lines += [INDENT + line for one in inside for line in one.split("\n")]
    lines.append(f"{word('end', language)} {number}")
    if head.exercise:
        lines.append(f"{drill} {drill} {drill}")
    return "\n".join(lines) + "\n"


def _basis(format_: Format, at: int, language: str) -> str:
    basis = format_.basis[at]
    article = f", {basis.article}" if basis.article else ""
    return f"{basis.agreement}{article}: {said(basis.label, language)}"


def _references(notice: Notice, head: Head, language: str) -> Iterator[str]:
    verbs = {Relation.ANSWERS: "answers", Relation.CORRECTS: "corrects", Relation.CANCELS: "cancels"}
    for at, one in enumerate(head.references):
        verb = verbs.get(notice.relation) if at == 0 else None
        yield f"{word(verb, language)} {one}" if verb else one


def _content(notice: Notice, format_: Format, language: str) -> Iterator[str]:
    lettered = 0
    for group in FIELD_GROUPS:
        if group is Group.REMARKS:
            continue
        for line in _group(notice, format_, group, language, lettered):
            lettered += 1
            yield line


def _group(notice: Notice, format_: Format, group: Group, language: str, begin: int) -> Iterator[str]:
    left = SHEET_CHARS_MAX
    for field, value in zip(format_.fields, notice.values, strict=False):
        if field.group is not group or value is None:
            continue
        words = _said(field, value, notice, language) if left > 0 else "?? ..."
        left -= len(words)
        doubt = f" ({word('unconfirmed field', language)})" if field.is_unconfirmed else ""
        yield f"{letter(begin)}. {said(field.label, language)}{doubt}: {words}"
        begin += 1


def _said(field: Field, value: object, notice: Notice, language: str) -> str:
    try:
        text = field.type.say(field.type.check(value), language)  # type: ignore[arg-type]
    except Unfit as unfit:
        return f"?? {value!r:.200} ({unfit})"
    is_free = isinstance(field.type, Text) or (isinstance(field.type, ListOf) and isinstance(field.type.of, Text))
    if is_free and notice.language.split("-")[0] != language.split("-", maxsplit=1)[0]:
        text = f"[{notice.language}: {word('original', language)}]\n{text}"
    several = "\n" in text and (isinstance(field.type, ListOf | Table) or is_free)
    return "\n" + "\n".join(INDENT + line for line in text.split("\n")) if several else text
