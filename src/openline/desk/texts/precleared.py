"""Notices that two officers released beforehand, which the watch officer alone may send with a few fields filled in.

What may be filled in is a strict list; the words around it are those that were released. A release record of such a use
holds the notice, who released it, and what was filled in, so that anybody can fill it in again and compare. (R-321)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Final, NamedTuple

from openline.desk.facts import METHODS
from openline.desk.release import Release, Signatory
from openline.errors import Malformed, Refused
from openline.limits import (
    FIELD_CHARS_MAX,
    FIELDS_MAX,
    LANGUAGE_CHARS_MAX,
    NAME_CHARS_MAX,
    OFFICE_CHARS_MAX,
    OFFICES_MAX,
    PRECLEARED_BYTES_MAX,
    RELEASE_BYTES_MAX,
    SUBJECT_CHARS_MAX,
    WRITTEN_AT_MS_MAX,
)
from openline.record.body import Message, encode_message
from openline.record.entry import FLASH
from openline.record.fields import dump_map, load_map, octets_up_to, row, rows, same, text, whole

PRECLEARED: Final = 0  # stands for a notice where a draft has a kind; no such entry is ever drafted
NUMBER_MAX: Final = 2**40
_NAMED: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
_BRACES: Final = re.compile(r"\{([^{}]*)\}|[{}]")
_MONTHS: Final = "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC"
_INSTANT: Final = re.compile(rf"(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])[0-5]\dZ ({_MONTHS}) \d\d", re.ASCII)
_POINT: Final = re.compile(r"[0-8]\d [0-5]\d\.\d[NS] (0\d\d|1[0-7]\d) [0-5]\d\.\d[EW]", re.ASCII)
_NUMBER: Final = re.compile(r"-?(0|[1-9]\d{0,12})", re.ASCII)


class FieldKind(IntEnum):
    """What may be filled in."""

    NUMBER = 0  # a whole number from `low` to `high`
    INSTANT = 1  # a date-time group, as 221005Z NOV 26
    CHOICE = 2  # one of `choices`
    POINT = 3  # latitude and longitude, as 57 12.3N 155 00.0E
    NAME = 4  # one line of at most `high` characters


class Field(NamedTuple):
    """A place in the text, `{name}`, and what may stand there."""

    name: str
    kind: FieldKind
    low: int = 0
    high: int = 0
    choices: tuple[str, ...] = ()


class Notice(NamedTuple):
    """A text with places in it, and to whom and how urgently it goes."""

    name: str
    subject: str
    text: str
    language: str
    precedence: int
    action: tuple[str, ...]
    info: tuple[str, ...]
    fields: tuple[Field, ...]


class Clearing(NamedTuple):
    """Who released a notice beforehand, and what a use of it filled in: the evidence of a pre-cleared release."""

    notice: bytes
    signatories: tuple[Signatory, ...]
    method: int
    evidence: bytes
    cleared_at_ms: int
    values: tuple[tuple[str, str], ...]


def encode_notice(notice: Notice) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_notice` would refuse."""
    data = _spell(notice)
    parse_notice(data)
    return data


def _spell(notice: Notice) -> bytes:
    fields = [[one.name, int(one.kind), one.low + NUMBER_MAX, one.high + NUMBER_MAX, list(one.choices)]
              for one in notice.fields]  # fmt: skip
    return dump_map([*notice[:5], list(notice.action), list(notice.info), fields])


def parse_notice(data: bytes) -> Notice:
    """A notice from its bytes. Raises Malformed naming the field. (R-321)"""
    name, subject, words, language, precedence, action, info, fields = load_map(
        data, 8, "pre-cleared notice", PRECLEARED_BYTES_MAX
    ).values()
    notice = Notice(
        _words(name, NAME_CHARS_MAX, "name", data),
        text(subject, SUBJECT_CHARS_MAX, "pre-cleared notice: subject", data),
        text(words, PRECLEARED_BYTES_MAX, "pre-cleared notice: text", data, lines=True),
        _words(language, LANGUAGE_CHARS_MAX, "language", data),
        whole(precedence, FLASH, "pre-cleared notice: precedence", data),
        _offices(action, "action", data),
        _offices(info, "info", data),
        tuple([_field(one, data) for one in rows(fields, FIELDS_MAX, "pre-cleared notice: fields", data)]),
    )
    same(_spell(notice), data, "pre-cleared notice")
    _check_places(notice, data)
    return notice


def _words(value: object, chars_max: int, what: str, data: bytes) -> str:
    found = text(value, chars_max, f"pre-cleared notice: {what}", data)
    if not found.strip():
        raise Malformed(f"pre-cleared notice: {what} is empty", data)
    return found


def _offices(value: object, what: str, data: bytes) -> tuple[str, ...]:
    listed = rows(value, OFFICES_MAX, f"pre-cleared notice: {what}", data)
    return tuple([_words(one, OFFICE_CHARS_MAX, what, data) for one in listed])


def _field(value: object, data: bytes) -> Field:
    name, kind, low, high, choices = row(value, 5, "pre-cleared notice: a field", data)
    field = Field(
        _words(name, FIELD_CHARS_MAX, "field name", data),
        FieldKind(whole(kind, max(FieldKind), "pre-cleared notice: field kind", data)),
        whole(low, 2 * NUMBER_MAX, "pre-cleared notice: low", data) - NUMBER_MAX,
        whole(high, 2 * NUMBER_MAX, "pre-cleared notice: high", data) - NUMBER_MAX,
        tuple([_words(one, FIELD_CHARS_MAX, "choice", data) for one in rows(choices, FIELDS_MAX, "choices", data)]),
    )
    if not _NAMED.fullmatch(field.name):
        raise Malformed(f"pre-cleared notice: {field.name!r} is no field's name like launch_time", data)
    bounded = {
        FieldKind.NUMBER: field.low <= field.high and not field.choices,
        FieldKind.CHOICE: len(set(field.choices)) == len(field.choices) > 0 and field.low == field.high == 0,
        FieldKind.NAME: field.low == 0 and 1 <= field.high <= FIELD_CHARS_MAX and not field.choices,
    }
    if not bounded.get(field.kind, not field.choices and field.low == field.high == 0):
        raise Malformed(f"pre-cleared notice: what may stand in {{{field.name}}} is not bounded as its kind asks", data)
    return field


def _check_places(notice: Notice, data: bytes) -> None:
    """Every place is a field, and every field has a place."""
    names = [one.name for one in notice.fields]
    places = [match[1] for words in (notice.subject, notice.text) for match in _BRACES.finditer(words)]
    if len(set(names)) != len(names) or set(places) != set(names):
        raise Malformed("pre-cleared notice: the places {…} in its text and its fields are not the same", data)
    if not notice.text.strip():
        raise Malformed("pre-cleared notice: text is empty", data)


def fill(notice: Notice, values: Mapping[str, str], released_by: tuple[str, ...] = ()) -> bytes:
    """The message with every place filled. Raises Refused naming every fault at once, Malformed."""
    known = {one.name for one in notice.fields}
    faults = [f"{name!r} is no field of this notice" for name in values if name not in known]
    for field in notice.fields:
        if field.name not in values:
            faults.append(f"{field.name} is missing")
        elif not _FITS[field.kind](field, values[field.name]):
            faults.append(f"{field.name}: {values[field.name]!r} is not {wanted(field)}")
    if faults:
        raise Refused("; ".join(faults))

    def put(words: str) -> str:
        return _BRACES.sub(lambda match: values[match[1]], words)

    return encode_message(
        Message(put(notice.subject), put(notice.text), notice.language, notice.action, notice.info,
                released_by=released_by)
    )  # fmt: skip


def wanted(field: Field) -> str:
    """What may stand in a place, in words."""
    match field.kind:
        case FieldKind.NUMBER:
            return f"a whole number from {field.low} to {field.high}"
        case FieldKind.INSTANT:
            return "a date-time group like 221005Z NOV 26"
        case FieldKind.CHOICE:
            return f"one of: {', '.join(field.choices)}"
        case FieldKind.POINT:
            return "a point like 57 12.3N 155 00.0E"
        case FieldKind.NAME:
            return f"one line of 1 to {field.high} characters"


_FITS: Final[dict[FieldKind, Callable[[Field, str], bool]]] = {
    FieldKind.NUMBER: lambda field, value: bool(_NUMBER.fullmatch(value)) and field.low <= int(value) <= field.high,
    FieldKind.INSTANT: lambda _, value: bool(_INSTANT.fullmatch(value)),
    FieldKind.CHOICE: lambda field, value: value in field.choices,
    FieldKind.POINT: lambda _, value: bool(_POINT.fullmatch(value)),
    FieldKind.NAME: lambda field, value: 0 < len(value) <= field.high and "\n" not in value and bool(value.strip()),
}


# ------------------------------------------------------------------ the evidence of a use
def encode_clearing(clearing: Clearing) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_clearing` would refuse."""
    data = _spell_clearing(clearing)
    parse_clearing(data)
    return data


def _spell_clearing(clearing: Clearing) -> bytes:
    people = [list(one) for one in clearing.signatories]
    return dump_map([clearing.notice, people, *clearing[2:5], [list(pair) for pair in clearing.values]])


def parse_clearing(data: bytes) -> Clearing:
    """From the evidence of a pre-cleared release. Raises Malformed naming the field. (R-322)"""
    notice, people, method, evidence, at_ms, values = load_map(data, 6, "clearing", RELEASE_BYTES_MAX).values()
    signatories = tuple(
        [_signatory(one, data) for one in rows(people, 2, "clearing: signatories", data)]
    )
    pairs = [row(one, 2, "clearing: a value", data) for one in rows(values, FIELDS_MAX, "clearing: values", data)]
    clearing = Clearing(
        octets_up_to(notice, PRECLEARED_BYTES_MAX, "clearing: notice", data),
        signatories,
        whole(method, len(METHODS) - 1, "clearing: method", data),
        octets_up_to(evidence, RELEASE_BYTES_MAX, "clearing: evidence", data),
        whole(at_ms, WRITTEN_AT_MS_MAX, "clearing: at", data),
        tuple([(_short(name, data), _short(value, data)) for name, value in pairs]),
    )
    same(_spell_clearing(clearing), data, "clearing")
    if len({one.name for one in signatories}) != 2:
        raise Malformed("clearing: not two persons", data)
    names = [name for name, _ in clearing.values]
    if names != sorted(set(names)):
        raise Malformed("clearing: values not in ascending order, each once", data)
    return clearing


def _signatory(value: object, data: bytes) -> Signatory:
    name, role = row(value, 2, "clearing: a signatory", data)
    return Signatory(_words(name, NAME_CHARS_MAX, "signatory", data), _words(role, OFFICE_CHARS_MAX, "role", data))


def _short(value: object, data: bytes) -> str:
    return text(value, FIELD_CHARS_MAX, "clearing: a value", data)


def check_use(release: Release, precedence: int, message: bytes) -> Clearing:
    """The clearing under which a message left: that notice, as urgent as it is, filled with those values. (R-322)

    Raises Malformed where it is another.
    """
    clearing = parse_clearing(release.evidence)
    notice = parse_notice(clearing.notice)
    names = tuple(one.name for one in release.signatories)
    try:
        filled = fill(notice, dict(clearing.values), names)
    except Refused as fault:
        raise Malformed(f"pre-cleared: {fault}", message[:64]) from fault
    if filled != message or precedence != notice.precedence:
        raise Malformed("pre-cleared: the message is not that notice with those values", message[:64])
    return clearing

