"""A notice on the wire and in the hand: `parse_notice`, `encode_notice`, `compose`, `judge`.

The body of a NOTICE entry is a deterministic CBOR map:

    0 format    the first 8 bytes of the format's hash
    1 number    [year, serial]: the sender's own count, a year and an agreement; no serial is used twice (R-467)
    2 language  of the free text, empty where there is none
    3 relation  null, or [1 answers, 2 corrects, 3 cancels; [party, generation, index] of the entry it does that to],
                which is then the one entry that the header refers to
    4 values    one a field, in the order of the format; null where nothing is given; no null at the end

What arrives is kept whatever is wrong with it: `parse_notice` reads any notice, also of a format that is not known
here, and `judge` says what is wrong with its values. (R-401, R-402)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, Final, NamedTuple

import cbor2

from openline.accord.formats.format import MARK_BYTES, Condition, Field, Format
from openline.accord.formats.reader import FIELDS_MAX
from openline.accord.formats.section import is_language
from openline.accord.formats.tables import ListOf, Table
from openline.accord.formats.texts import Choice, Text
from openline.accord.formats.times import YEAR_MAX, YEAR_MIN
from openline.accord.formats.unfit import Fault, Unfit
from openline.errors import Malformed
from openline.limits import BODY_BYTES_MAX
from openline.record.body import read_ref
from openline.record.entry import Ref
from openline.record.fields import dump_map, octets, row, rows, same, whole
from openline.seal.spelling import decode

SERIAL_MAX: Final = 999_999
DEPTH_MAX: Final = 9  # map, values, table, row, area, points, point, and the leaves
ITEMS_MAX: Final = 250_000  # values of all kinds in one notice
_DECODING_ERRORS: Final = (cbor2.CBORError, ValueError, TypeError, ArithmeticError, LookupError, RecursionError)


class Relation(IntEnum):
    """What a notice does to the entry that it names."""

    NONE = 0
    ANSWERS = 1
    CORRECTS = 2
    CANCELS = 3


class Notice(NamedTuple):
    """A notice as it travels: values as on the wire, not judged."""

    mark: bytes
    year: int
    serial: int
    language: str
    relation: Relation
    values: tuple[object, ...]
    of: Ref | None = None  # the entry of the relation; None where there is none

    @property
    def references(self) -> tuple[Ref, ...]:
        """What the header of its entry refers to."""
        return (self.of,) if self.of is not None else ()


def encode_notice(notice: Notice) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_notice` would refuse."""
    data = _spell(notice)
    parse_notice(data)
    return data


def _spell(notice: Notice) -> bytes:
    number = [notice.year, notice.serial]
    relation = [int(notice.relation), list(notice.of)] if notice.of is not None else None
    return dump_map((notice.mark, number, notice.language, relation, list(notice.values)))


def parse_notice(data: bytes) -> Notice:
    """A notice of any format. Raises Malformed naming the field. (R-401)"""
    if len(data) > BODY_BYTES_MAX:
        raise Malformed(f"notice of {len(data)} bytes: at most {BODY_BYTES_MAX}", data[:64])
    try:
        fields = decode(data, DEPTH_MAX)
    except _DECODING_ERRORS as error:
        raise Malformed(f"notice is not CBOR: {error}", data) from error
    if type(fields) is not dict or list(fields) != [0, 1, 2, 3, 4]:
        raise Malformed("notice is not a map of the keys 0 to 4 in ascending order", data)
    year, serial = row(fields[1], 2, "notice: number", data)
    language = fields[2]
    if language != "" and not is_language(language):
        raise Malformed("notice: language is no language tag", data)
    values = rows(fields[4], FIELDS_MAX, "notice: values", data)
    if values and values[-1] is None:
        raise Malformed("notice: a null at the end of the values", data)
    _leaves(values, data)
    found = Notice(
        octets(fields[0], MARK_BYTES, "notice: format", data),
        YEAR_MIN + whole(year - YEAR_MIN if type(year) is int else year, YEAR_MAX - YEAR_MIN, "notice: year", data),
        whole(serial, SERIAL_MAX, "notice: serial", data),
        language,
        *_relation(fields[3], tuple(values), data),
    )
    same(_spell(found), data, "notice")  # also refuses what equals and is not the same: true, 1.0
    return found


_Related = tuple[Relation, tuple[object, ...], Ref | None]


def _relation(value: object, values: tuple[object, ...], data: bytes) -> _Related:
    if value is None:
        return Relation.NONE, values, None
    which, of = row(value, 2, "notice: relation", data)
    number = 1 + whole(which - 1 if type(which) is int else which, max(Relation) - 1, "notice: relation", data)
    return Relation(number), values, read_ref(of, "notice: of", data)


def _leaves(values: list[Any], data: bytes) -> None:
    """Numbers, texts, lists, nothing, and `false` for what is not provided: no field holds anything else."""
    waiting: list[Any] = list(values)
    seen = 0
    while waiting:
        one = waiting.pop()
        seen += 1
        if type(one) is list:
            waiting += one
        elif not (one is None or one is False or type(one) in (int, str)) or seen > ITEMS_MAX:
            raise Malformed(f"notice: values: {one!r:.40} is of no kind that a field holds", data)


# ------------------------------------------------------------------ written here
class Written(NamedTuple):
    """What somebody filled in, read by a format: values for the wire, and every fault at once.

    `unread`: how many of the faults, the first ones, are of something given that has no spelling on the wire. The rest
    are of what is lacking: a notice can leave without it, and says so (R-441).
    """

    values: tuple[object, ...]
    faults: tuple[Fault, ...]
    unread: int


def compose(format_: Format, given: Mapping[str, object]) -> Written:
    """Read a form: values by field name, as `read` of each type takes them. Nothing raised: faults are listed."""
    there = f"the fields are {', '.join(one.name for one in format_.fields)}"
    unknown = [name for name in given if format_.field(name) is None]
    faults = [Fault(name[:60], "is no field of this format", there) for name in unknown]
    values: list[object] = []
    for field in format_.fields:
        value = given.get(field.name)
        found: object = None
        if value is not None and value != "" and value != []:
            try:
                found = field.type.read(value)
            except Unfit as unfit:
                faults += unfit.within(field.name).each()
        values.append(found)
    wrong = {fault.place for fault in faults}
    filled = [value is not None or field.name in {one.split("[")[0].split(".")[0] for one in wrong}
              for value, field in zip(values, format_.fields, strict=True)]  # fmt: skip
    unread = len(faults)
    faults += _missing(format_, values, filled)
    return Written(_trimmed(values), tuple(faults), unread)


def _trimmed(values: Sequence[object]) -> tuple[object, ...]:
    last = max((number for number, value in enumerate(values, 1) if value is not None), default=0)
    return tuple(values[:last])


def _missing(format_: Format, values: Sequence[object], filled: Sequence[bool]) -> list[Fault]:
    faults = []
    for field, there in zip(format_.fields, filled, strict=True):
        if there:
            continue
        if field.required:
            faults.append(Fault(field.name, "is required and not given", _what_goes_in(field)))
        elif field.required_if is not None and _holds(format_, field.required_if, values):
            faults.append(Fault(field.name, f"is required {_because(field.required_if)}", _what_goes_in(field)))
    return faults


def _what_goes_in(field: Field) -> str:
    return f"fill in {field.label['en']}"


def _because(condition: Condition) -> str:
    return f"where {condition.field} is {condition.code}" if condition.code else f"where {condition.field} is given"


def _holds(format_: Format, condition: Condition, values: Sequence[object]) -> bool:
    for field, value in zip(format_.fields, values, strict=False):
        if field.name == condition.field and value is not None:
            if not condition.code:
                return True
            assert isinstance(field.type, Choice)
            return type(value) is int and 0 <= value < len(field.type.options) and (
                field.type.options[value].code == condition.code
            )
    return False


def has_free_text(format_: Format, values: Sequence[object]) -> bool:
    """Whether anything in it is in a language of its own."""
    return any(
        value is not None and _is_free(field) for field, value in zip(format_.fields, values, strict=False)
    )


def _is_free(field: Field) -> bool:
    match field.type:
        case Text():
            return True
        case ListOf(of=of):
            return isinstance(of, Text)
        case Table(columns=columns):
            return any(isinstance(column.type, Text) for column in columns)
        case _:
            return False


# ------------------------------------------------------------------ read here
def judge(notice: Notice, format_: Format) -> tuple[Fault, ...]:
    """What is wrong with the values of a notice, all at once; () where they fit their format. Never raises. (R-402)"""
    faults: list[Fault] = []
    if notice.mark != format_.mark:
        faults.append(Fault("format", "the notice names another format", f"read it by {notice.mark.hex()}"))
        return tuple(faults)
    if len(notice.values) > len(format_.fields):
        over = f"{len(notice.values)} values for {len(format_.fields)} fields"
        faults.append(Fault("values", over, "as many as the format has fields"))
    filled = [False] * len(format_.fields)
    for number, (field, value) in enumerate(zip(format_.fields, notice.values, strict=False)):
        if value is None:
            continue
        filled[number] = True
        try:
            _same_type(field.type.check(value), value)
        except Unfit as unfit:
            faults += unfit.within(field.name).each()
    padded = (*notice.values, *[None] * (len(format_.fields) - len(notice.values)))
    faults += _missing(format_, padded, filled)
    if not notice.language and has_free_text(format_, notice.values):
        faults.append(Fault("language", "is not said, and there is free text", "the tag of its language"))
    return tuple(faults)


def _same_type(checked: object, value: object) -> None:
    if checked != value:
        raise Unfit(f"{value!r:.40} has another spelling", "its one spelling")


def as_given(notice: Notice, format_: Format) -> dict[str, object]:
    """The form again, as `compose` reads it: what is written out is read back to the same notice. Raises Unfit."""
    given: dict[str, object] = {}
    for field, value in zip(format_.fields, notice.values, strict=False):
        if value is not None:
            given[field.name] = field.type.give(field.type.check(value))  # type: ignore[arg-type]
    return given
