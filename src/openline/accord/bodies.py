"""Bodies of entries of this room beside notices and declarations: a format's or a layout's file, an agreement's
identity, how a party stands to it.

    FORMAT (97)     {0: digest (32), 1: the bytes of its file, or empty where another's entry has them}
    LAYOUT (100)    the same of the layout of declarations
    AGREEMENT (98)  in `identity`
    STATUS (99)     {0: digest of the agreement (32), 1: status, 2: from, s, 3: reason, 4: language of the reason}

Nothing here is in force by one party's word: a format is agreed, and an agreement known, once every party of the line
has an entry of its own over the same digest. A status is what one party says of itself; the other may see it otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Final, NamedTuple, Protocol

from openline.accord.agreements.acts import parse_act
from openline.accord.agreements.offers import parse_offer
from openline.accord.agreements.reports import parse_report
from openline.accord.agreements.terms import parse_terms
from openline.accord.communique.statement import parse_signature, parse_withdrawal
from openline.accord.declarations.declaration import parse_count, parse_declaration
from openline.accord.declarations.layout import layout_digest
from openline.accord.drafting.bodies import parse_closed, parse_position, parse_tabled
from openline.accord.escrow import bodies as escrow
from openline.accord.formats.format import format_digest
from openline.accord.formats.notice import parse_notice
from openline.accord.formats.reader import FORMAT_BYTES_MAX
from openline.accord.formats.times import SECONDS_MAX
from openline.accord.identity import (
    AGREEMENT_BYTES_MAX,
    DIGEST_BYTES,
    FORMATS_MAX,
    Agreement,
    agreement_digest,
    encode_agreement,
    parse_agreement,
)
from openline.accord.meetings.bodies import parse_meeting, parse_meeting_word
from openline.accord.spelling import remark
from openline.accord.topics.bodies import parse_capacity, parse_contradiction, parse_filed, parse_topic
from openline.errors import Malformed
from openline.record import entry
from openline.record.entry import Ref
from openline.record.fields import dump_map, load_map, octets, octets_up_to, same, whole

__all__ = [
    "AGREEMENT_BYTES_MAX",
    "FORMATS_MAX",
    "KINDS",
    "Agreement",
    "Offered",
    "Standing",
    "Status",
    "agreement_digest",
    "check_body",
    "encode_agreement",
    "encode_offered",
    "encode_status",
    "parse_agreement",
    "parse_offered",
    "parse_status",
]


class _Referring(Protocol):
    """A body that says which entries its header refers to."""

    @property
    def references(self) -> tuple[Ref, ...]: ...


KINDS: Final = (
    entry.NOTICE, entry.FORMAT, entry.AGREEMENT, entry.STATUS, entry.LAYOUT, entry.DECLARATION, entry.COUNT,
    entry.TERMS, entry.ACT, entry.OFFER, entry.REPORT,
    entry.TABLED, entry.POSITION, entry.CLOSED,
    entry.TOPIC, entry.FILED, entry.CONTRADICTION, entry.CAPACITY, entry.MEETING, entry.MEETING_WORD,
    entry.JOINT, entry.JOINT_WITHDRAWN,
    *escrow.KINDS,
)  # fmt: skip
_READ: Final[dict[int, Callable[[bytes], _Referring]]] = {
    entry.TABLED: parse_tabled,
    entry.POSITION: parse_position,
    entry.CLOSED: parse_closed,
    entry.TOPIC: parse_topic,
    entry.FILED: parse_filed,
    entry.CONTRADICTION: parse_contradiction,
    entry.CAPACITY: parse_capacity,
    entry.MEETING: parse_meeting,
    entry.MEETING_WORD: parse_meeting_word,
}
DigestOf = Callable[[bytes], bytes]
STATUS_BYTES_MAX: Final = 16 * 1024


class Offered(NamedTuple):
    """A format of which a party says: this one. `file` may be empty."""

    digest: bytes
    file: bytes


class Standing(IntEnum):
    """How a party says it stands to an agreement."""

    IN_FORCE = 0
    SUSPENDED = 1
    ENDED = 2
    COUNTERMEASURE = 3  # in force, and withheld in answer to what the other side did


class Status(NamedTuple):
    """One party's word of how it stands to an agreement from an instant on."""

    agreement: bytes
    standing: Standing
    from_s: int
    reason: str
    language: str


def encode_offered(offered: Offered, digest_of: DigestOf = format_digest) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_offered` would refuse."""
    data = dump_map(offered)
    parse_offered(data, digest_of)
    return data


def parse_offered(data: bytes, digest_of: DigestOf = format_digest) -> Offered:
    """From the body of a FORMAT entry, or with `layout_digest` of a LAYOUT. Raises Malformed. (R-403, R-410)"""
    digest, file = load_map(data, 2, "format", FORMAT_BYTES_MAX + 64).values()
    found = Offered(
        octets(digest, DIGEST_BYTES, "format: digest", data),
        octets_up_to(file, FORMAT_BYTES_MAX, "format: file", data),
    )
    if found.file and digest_of(found.file) != found.digest:
        raise Malformed("format: the digest is not that of the file", data)
    same(dump_map(found), data, "format")
    return found


def check_body(kind: int, body: bytes) -> tuple[Ref, ...]:
    """What the header of an entry with this body refers to. Raises Malformed for a body that cannot be read."""
    if kind in _READ:
        return _READ[kind](body).references
    if kind in escrow.KINDS:
        return escrow.references_of(escrow.parse(kind, body))
    match kind:
        case entry.NOTICE:
            return parse_notice(body).references
        case entry.FORMAT:
            parse_offered(body)
        case entry.AGREEMENT:
            parse_agreement(body)
        case entry.STATUS:
            parse_status(body)
        case entry.LAYOUT:
            parse_offered(body, layout_digest)
        case entry.DECLARATION:
            return parse_declaration(body).references
        case entry.COUNT:
            return (parse_count(body).of,)
        case entry.TERMS:
            parse_terms(body)
        case entry.ACT:
            parse_act(body)
        case entry.OFFER:
            return parse_offer(body).references
        case entry.REPORT:
            return parse_report(body).references
        case entry.JOINT:
            parse_signature(body)
        case entry.JOINT_WITHDRAWN:
            parse_withdrawal(body)
        case _:
            raise Malformed(f"entries of kind {kind} are not of this room", body)
    return ()


def encode_status(status: Status) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_status` would refuse."""
    data = dump_map((status.agreement, int(status.standing), *status[2:]))
    parse_status(data)
    return data


def parse_status(data: bytes) -> Status:
    """From the body of a STATUS entry. Raises Malformed naming the field. (R-406)"""
    agreement, standing, from_s, reason, language = load_map(data, 5, "status", STATUS_BYTES_MAX).values()
    found = Status(
        octets(agreement, DIGEST_BYTES, "status: agreement", data),
        Standing(whole(standing, max(Standing), "status: standing", data)),
        whole(from_s, SECONDS_MAX, "status: from", data),
        *remark(reason, language, "status", data, "reason"),
    )
    same(dump_map((found.agreement, int(found.standing), *found[2:])), data, "status")
    return found
