"""Read-aloud taken down: the entry by which a party says what it heard, and how that stands to the entry it is of.

It is its writer's own statement, never the author's: PROVISIONAL until the entry itself is held under its checkpoint,
then CONFIRMED, or CONTRADICTED where an entry of that place and instant says other words. A contradiction accuses
nobody: ears err. (R-274 to R-276)
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

from openline.contact.aloud import Naming, Sheet, agrees, check_sheet, leaf_number, make_sheet
from openline.errors import Malformed
from openline.limits import (
    ALOUD_LINES_MAX,
    ALOUD_TYPED_CHARS_MAX,
    BODY_BYTES_MAX,
    OFFICE_CHARS_MAX,
    REMARK_CHARS_MAX,
    WRITTEN_AT_MS_MAX,
)
from openline.record.body import parse_message
from openline.record.entry import EXERCISE, MESSAGE, Header, encode_header, leaf
from openline.record.fields import dump_map, load_map, rows, same, text, whole

_ANY: int = 2**63 - 1


class TakenDown(NamedTuple):
    """What was heard, when it was complete (ms, by the taker's clock), who took it down, and a remark: who read it,
    over which voice line."""

    sheet: Sheet
    heard_at_ms: int
    officer: str
    remark: str


class Standing(Enum):
    """How far what was heard is borne out by what is held."""

    PROVISIONAL = "provisional"
    CONFIRMED = "confirmed"
    CONTRADICTED = "contradicted"


def encode_taken(taken: TakenDown) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_taken` would refuse."""
    data = _spell(taken)
    parse_taken(data)
    return data


def parse_taken(data: bytes) -> TakenDown:
    """From the body of a READ_ALOUD entry. Raises Malformed naming the field. (R-274)"""
    fields = load_map(data, 11, "read aloud", BODY_BYTES_MAX).values()
    party, index, precedence, exercise, written_at_s, number, subject_lines, lines, heard_at_ms, *who = fields
    officer, remark = who
    if type(exercise) is not bool:
        raise Malformed("read aloud: exercise is neither true nor false", data)
    said = tuple(
        text(line, ALOUD_TYPED_CHARS_MAX, "read aloud: a line", data)
        for line in rows(lines, ALOUD_LINES_MAX, "read aloud: lines", data)
    )
    naming = Naming(
        whole(party, _ANY, "read aloud: party", data), whole(index, _ANY, "read aloud: index", data),
        whole(precedence, _ANY, "read aloud: precedence", data), exercise,
        whole(written_at_s, _ANY, "read aloud: written at", data), whole(number, _ANY, "read aloud: number", data),
        whole(subject_lines, _ANY, "read aloud: lines of subject", data), len(said),
    )  # fmt: skip
    taken = TakenDown(
        check_sheet(Sheet(naming, said)),
        whole(heard_at_ms, WRITTEN_AT_MS_MAX, "read aloud: heard at", data),
        text(officer, OFFICE_CHARS_MAX, "read aloud: officer", data),
        text(remark, REMARK_CHARS_MAX, "read aloud: remark", data),
    )
    if not taken.officer.strip():
        raise Malformed("read aloud: nobody is named who took it down", data)
    same(_spell(taken), data, "read aloud")
    return taken


def _spell(taken: TakenDown) -> bytes:
    naming = taken.sheet.naming
    return dump_map(
        (
            naming.party, naming.index, naming.precedence, naming.exercise, naming.written_at_s, naming.leaf_number,
            naming.subject_lines, list(taken.sheet.lines), taken.heard_at_ms, taken.officer, taken.remark,
        )
    )


def sheet_of(party: int, header: Header, body: bytes) -> Sheet:
    """The sheet of a message that is held. Raises Malformed when it is none, or too long to be read aloud."""
    if header.kind != MESSAGE:
        raise Malformed("only messages are read aloud")
    message = parse_message(body)
    naming = Naming(
        party, header.index, header.precedence, bool(header.flags & EXERCISE), header.written_at_ms // 1000,
        leaf_number(leaf(encode_header(header))), 0, 0,
    )  # fmt: skip
    return make_sheet(naming, message.subject, message.text)


def weigh(taken: TakenDown, held: Iterable[tuple[Header, bytes | None]]) -> tuple[Standing, int | None]:
    """How it stands to the entries of that index held of that party, of whatever life; and which of them decides it.

    One that is of the same second or has the same number decides; without such a one it stays provisional. (R-275)
    """
    naming = taken.sheet.naming
    against: int | None = None
    for at, (header, body) in enumerate(held):
        if header.index != naming.index:
            continue
        same_leaf = leaf_number(leaf(encode_header(header))) == naming.leaf_number
        if not same_leaf and header.written_at_ms // 1000 != naming.written_at_s:
            continue
        try:
            if body is not None and agrees(taken.sheet, sheet_of(naming.party, header, body)):
                return Standing.CONFIRMED, at
        except Malformed:
            pass
        if body is not None or not same_leaf:  # words that are withheld neither bear it out nor gainsay it
            against = at if against is None else against
    return (Standing.PROVISIONAL if against is None else Standing.CONTRADICTED), against
