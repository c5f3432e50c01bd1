"""Entries that may change the line, with what their place in the record says of when they were written."""

from __future__ import annotations

from typing import Final, NamedTuple

from openline.errors import Malformed
from openline.limits import ENTRIES_A_MINUTE_MAX, GENERATION_BYTES, LOG_ENTRIES_MAX, PARTIES_MAX
from openline.record.entry import (
    AMENDMENT_ACCEPTED,
    AMENDMENT_PROPOSED,
    CERTIFICATE,
    DISPUTE,
    KEY_OF_OFFICER,
    OPENING,
    RECOVERY,
    REVOCATION,
    Header,
    LogId,
    Ref,
)
from openline.record.fields import dump_map, load_map, octets, same, whole
from openline.seal.amendment import Answer, Proposal, parse_answer, parse_proposal

AMENDING: Final = frozenset((AMENDMENT_PROPOSED, AMENDMENT_ACCEPTED, CERTIFICATE, REVOCATION))
# Who is on the line, which lives it had, what is proved, and whose security keys sign releases.
ALWAYS_SHOWN: Final = AMENDING | {OPENING, RECOVERY, DISPUTE, KEY_OF_OFFICER}


class Written(NamedTuple):
    """Where and when, by its author's clock, and after what: (party, generation, size) of the others' logs."""

    ref: Ref
    at_ms: int
    held: tuple[tuple[int, bytes, int], ...]

    @property
    def log(self) -> LogId:
        """The log it stands in."""
        return LogId(self.ref.party, self.ref.generation)

    def knew(self, other: Written) -> bool:
        """Whether this was written knowing `other`, as its own header says. (R-142)"""
        if other.ref.party == self.ref.party:
            return other.ref < self.ref
        for party, generation, size in self.held:
            if party == other.ref.party:
                return (other.ref.generation, other.ref.index) < (generation, size)
        return False


class Proposed(NamedTuple):
    """A proposal on the record."""

    at: Written
    said: Proposal


class Answered(NamedTuple):
    """An answer on the record, to the proposal at `about`."""

    at: Written
    about: Ref
    said: Answer


class Brought(NamedTuple):
    """A certificate or revocation that somebody brought onto the record; it carries its own proof."""

    at: Written
    is_certificate: bool
    data: bytes


Statement = Proposed | Answered | Brought


def read_statement(log: LogId, header: Header, body: bytes) -> Statement:
    """From an entry of one of the AMENDING kinds. Raises Malformed or Forged: it then changes nothing, and is shown."""
    held = tuple([(item.party, item.generation, item.size) for item in header.after.held])
    at = Written(Ref(log.party, log.generation, header.index), header.written_at_ms, held)
    if header.kind == AMENDMENT_PROPOSED:
        return Proposed(at, parse_proposal(body))
    if header.kind == AMENDMENT_ACCEPTED:
        said = parse_answer(body)
        if not header.references:
            raise Malformed("answer: it refers to no proposal", body)
        return Answered(at, header.references[0], said)
    return Brought(at, header.kind == CERTIFICATE, body)


class Reopened(NamedTuple):
    """Body of a RECOVERY entry: sealing with `party` began anew at `epoch` (ms), after a keyring was lost. (R-155)"""

    party: int
    epoch: int


def encode_reopened(reopened: Reopened) -> bytes:
    """The one spelling."""
    return dump_map(reopened)


def parse_reopened(data: bytes) -> Reopened:
    """From the body of a RECOVERY entry. Raises Malformed naming the field."""
    party, epoch = load_map(data, 2, "recovery", 64).values()
    found = Reopened(
        whole(party, PARTIES_MAX - 1, "recovery: party", data), whole(epoch, 2**56, "recovery: epoch", data)
    )
    same(dump_map(found), data, "recovery")
    return found


class Paused(NamedTuple):
    """Body of an INTAKE entry: its author takes in no more of that log than `size` entries for now, because its writer
    goes beyond the agreed `entries_per_minute`. It accuses nobody. (R-182)"""

    party: int
    generation: bytes
    size: int
    entries_per_minute: int


def encode_paused(paused: Paused) -> bytes:
    """The one spelling."""
    return dump_map(paused)


def parse_paused(data: bytes) -> Paused:
    """From the body of an INTAKE entry. Raises Malformed naming the field."""
    party, generation, size, rate = load_map(data, 4, "intake", 64).values()
    found = Paused(
        whole(party, PARTIES_MAX - 1, "intake: party", data),
        octets(generation, GENERATION_BYTES, "intake: generation", data),
        whole(size, LOG_ENTRIES_MAX, "intake: size", data),
        whole(rate, ENTRIES_A_MINUTE_MAX, "intake: entries a minute", data),
    )
    if not found.entries_per_minute:
        raise Malformed("intake: entries a minute is 0; a line allows one at least", data)
    same(dump_map(found), data, "intake")
    return found
