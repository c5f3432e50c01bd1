"""What a party states about the line and about messages on it: nine kinds of entry, in their one spelling.

A statement is signed like every entry, and blocks nothing: it says how its author stands. A body that does not read, or
that does not refer to what it must, says nothing; its entry is held, receipted and shown. (R-287, R-290 to R-296)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from openline.errors import Malformed
from openline.limits import (
    BODY_BYTES_MAX,
    LANGUAGE_CHARS_MAX,
    OFFICE_CHARS_MAX,
    OPERATING_CHARS_MAX,
    REMARK_CHARS_MAX,
    WRITTEN_AT_MS_MAX,
)
from openline.record.entry import (
    ALERTED,
    DRILL,
    EXERCISE,
    HOLDING_REPLY,
    KIND_NAMES,
    OPERATING,
    REFUSAL,
    RESUMPTION,
    SILENCE_ANSWERED,
    SILENCE_RECORDED,
    SUSPENSION,
    Header,
    LogId,
    Ref,
)
from openline.record.fields import dump_map, load_map, same, text, whole
from openline.record.statement import Written


class Operating(NamedTuple):
    """Operators about the line itself, apart from official traffic; may answer another such entry. (R-291)"""

    text: str
    language: str
    officer: str


class Refusal(NamedTuple):
    """The message referred to is refused; or, referring to none, contact. (R-292)"""

    of_contact: bool
    reason: str
    officer: str


class HoldingReply(NamedTuple):
    """An answer to the message referred to will come, not later than `until_ms` (UTC). (R-293)"""

    until_ms: int
    remark: str
    officer: str


class Suspension(NamedTuple):
    """Contact is suspended from an instant on (UTC, ms), up to another, or open-ended. (R-294)"""

    from_ms: int
    until_ms: int | None
    reason: str
    officer: str


class Resumption(NamedTuple):
    """Its author is ready to be in contact again; contact is open when both sides have said so. (R-294)"""

    remark: str
    officer: str


class SilenceRecorded(NamedTuple):
    """The author's own message, referred to, was not answered when its time was due. (R-295)"""

    due_ms: int
    remark: str
    officer: str


class SilenceAnswered(NamedTuple):
    """The silence recorded in the entry referred to was so, or was not. (R-295)"""

    confirmed: bool
    remark: str
    officer: str


class Drill(NamedTuple):
    """A drill begins; or the one referred to has ended. (R-296)"""

    begins: bool
    remark: str
    officer: str


class Alerted(NamedTuple):
    """The exercise message referred to first rang here at an instant (UTC, ms); `aloud`: an annunciator that could be
    heard listened then. A station says it, and no officer. (R-287)"""

    at_ms: int
    aloud: bool


ByOfficer = Operating | Refusal | HoldingReply | Suspension | Resumption | SilenceRecorded | SilenceAnswered | Drill
Said = ByOfficer | Alerted

KIND_OF: Final[dict[type, int]] = {
    Operating: OPERATING,
    Refusal: REFUSAL,
    HoldingReply: HOLDING_REPLY,
    Suspension: SUSPENSION,
    Resumption: RESUMPTION,
    SilenceRecorded: SILENCE_RECORDED,
    SilenceAnswered: SILENCE_ANSWERED,
    Drill: DRILL,
    Alerted: ALERTED,
}
STATED_KINDS: Final = frozenset(KIND_OF.values())


class Stated(NamedTuple):
    """A statement on the record: where and when it was written, knowing what, and about which entry."""

    at: Written
    said: Said
    about: Ref | None
    exercise: bool


def read_stated(log: LogId, header: Header, body: bytes) -> Stated:
    """From an entry of one of the STATED_KINDS. Raises Malformed: it then says nothing, and is shown. (R-290)"""
    said = parse_said(header.kind, body)
    check_references(said, header.references)
    held = tuple([(item.party, item.generation, item.size) for item in header.after.held])
    at = Written(Ref(log.party, log.generation, header.index), header.written_at_ms, held)
    about = header.references[0] if header.references else None
    return Stated(at, said, about, bool(header.flags & EXERCISE))


def check_references(said: Said, references: Sequence[Ref]) -> None:
    """Raises Malformed unless a statement refers to as many entries as its kind must. (R-290)"""
    least, most = _REFERS[type(said)]
    if isinstance(said, Refusal):
        least = most = 0 if said.of_contact else 1
    elif isinstance(said, Drill):
        least = most = 0 if said.begins else 1
    if not least <= len(references) <= most:
        right = f"{least}" if least == most else "0 or 1"
        raise Malformed(f"{KIND_NAMES[KIND_OF[type(said)]]}: it refers to {len(references)} entries; {right} is right")


def encode_said(said: Said) -> bytes:
    """The one spelling of a statement. Raises Malformed for one that `parse_said` would refuse."""
    data = dump_map([int(value) if type(value) is bool else value for value in said])
    parse_said(KIND_OF[type(said)], data)
    return data


def parse_said(kind: int, data: bytes) -> Said:
    """A statement from the body of an entry of that kind. Raises Malformed naming the field. (R-073, R-290)"""
    if kind not in _READ:
        raise Malformed(f"kind {kind} is no statement", data[:64])
    count, read = _READ[kind]
    name = KIND_NAMES[kind]
    values = list(load_map(data, count, name, BODY_BYTES_MAX).values())
    officer = "" if kind == ALERTED else _words(values[-1], OFFICE_CHARS_MAX, f"{name}: officer", data)
    said = read(values, officer, data)
    same(dump_map([int(value) if type(value) is bool else value for value in said]), data, name)
    return said


def _words(value: object, chars_max: int, name: str, data: bytes, *, lines: bool = False) -> str:
    """A text that says something."""
    found = text(value, chars_max, name, data, lines=lines)
    if not found.strip():
        raise Malformed(f"{name}: it is empty", data)
    return found


def _operating(values: list[Any], officer: str, data: bytes) -> Operating:
    tag = text(values[1], LANGUAGE_CHARS_MAX, "service message: language", data)
    if not tag or not tag.isascii() or not tag.replace("-", "").isalnum():
        raise Malformed("service message: language is not a tag such as en, ru or ar", data)
    return Operating(_words(values[0], OPERATING_CHARS_MAX, "service message: text", data, lines=True), tag, officer)


def _refusal(values: list[Any], officer: str, data: bytes) -> Refusal:
    of_contact = bool(whole(values[0], 1, "refusal: of contact", data))
    return Refusal(of_contact, _words(values[1], REMARK_CHARS_MAX, "refusal: reason", data, lines=True), officer)


def _holding_reply(values: list[Any], officer: str, data: bytes) -> HoldingReply:
    until_ms = whole(values[0], WRITTEN_AT_MS_MAX, "holding reply: until", data)
    return HoldingReply(until_ms, _remark(values[1], "holding reply", data), officer)


def _suspension(values: list[Any], officer: str, data: bytes) -> Suspension:
    from_ms = whole(values[0], WRITTEN_AT_MS_MAX, "suspension: from", data)
    until_ms = None if values[1] is None else whole(values[1], WRITTEN_AT_MS_MAX, "suspension: until", data)
    if until_ms is not None and until_ms <= from_ms:
        raise Malformed("suspension: it ends before it begins", data)
    reason = _words(values[2], REMARK_CHARS_MAX, "suspension: reason", data, lines=True)
    return Suspension(from_ms, until_ms, reason, officer)


def _resumption(values: list[Any], officer: str, data: bytes) -> Resumption:
    return Resumption(_remark(values[0], "resumption", data), officer)


def _silence_recorded(values: list[Any], officer: str, data: bytes) -> SilenceRecorded:
    due_ms = whole(values[0], WRITTEN_AT_MS_MAX, "silence recorded: due", data)
    return SilenceRecorded(due_ms, _remark(values[1], "silence recorded", data), officer)


def _silence_answered(values: list[Any], officer: str, data: bytes) -> SilenceAnswered:
    confirmed = bool(whole(values[0], 1, "silence answered: confirmed", data))
    return SilenceAnswered(confirmed, _remark(values[1], "silence answered", data), officer)


def _drill(values: list[Any], officer: str, data: bytes) -> Drill:
    return Drill(bool(whole(values[0], 1, "drill: begins", data)), _remark(values[1], "drill", data), officer)


def _alerted(values: list[Any], _nobody: str, data: bytes) -> Alerted:
    at_ms = whole(values[0], WRITTEN_AT_MS_MAX, "alerted: at", data)
    return Alerted(at_ms, bool(whole(values[1], 1, "alerted: aloud", data)))


def _remark(value: object, what: str, data: bytes) -> str:
    return text(value, REMARK_CHARS_MAX, f"{what}: remark", data, lines=True)


_READ: Final[dict[int, tuple[int, Callable[[list[Any], str, bytes], Said]]]] = {
    OPERATING: (3, _operating),
    REFUSAL: (3, _refusal),
    HOLDING_REPLY: (3, _holding_reply),
    SUSPENSION: (4, _suspension),
    RESUMPTION: (2, _resumption),
    SILENCE_RECORDED: (3, _silence_recorded),
    SILENCE_ANSWERED: (3, _silence_answered),
    DRILL: (3, _drill),
    ALERTED: (2, _alerted),
}
_REFERS: Final[dict[type, tuple[int, int]]] = {
    Operating: (0, 1),
    Refusal: (0, 1),
    HoldingReply: (1, 1),
    Suspension: (0, 0),
    Resumption: (0, 0),
    SilenceRecorded: (1, 1),
    SilenceAnswered: (1, 1),
    Drill: (0, 1),
    Alerted: (1, 1),
}
