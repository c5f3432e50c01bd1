"""Entries that may change the line, with what their place in the record says of when they were written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Final, NamedTuple

from openline.errors import Malformed, PeerFault
from openline.limits import (
    CERTIFICATE_BYTES_MAX,
    ENTRIES_A_MINUTE_MAX,
    GENERATION_BYTES,
    LOG_ENTRIES_MAX,
    PARTIES_MAX,
    REVOCATION_BYTES_MAX,
    STATEMENTS_A_LOG_MAX,
)
from openline.record.entry import (
    AMENDMENT_ACCEPTED,
    AMENDMENT_PROPOSED,
    CERTIFICATE,
    DISPUTE,
    KEY_OF_OFFICER,
    KIND_NAMES,
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
    is_certificate = header.kind == CERTIFICATE
    if len(body) > (CERTIFICATE_BYTES_MAX if is_certificate else REVOCATION_BYTES_MAX):
        raise Malformed(f"{KIND_NAMES[header.kind]}: {len(body)} bytes are more than one can have", body[:64])
    return Brought(at, is_certificate, body)


def that_count(statements: Mapping[Ref, Statement]) -> dict[Ref, Statement]:
    """Of each log the first, so that no party makes another remember without end. (R-150)

    A log is held from its beginning, so what came later in it never takes the place of what counted.
    """
    found = {}
    for _, of_log in groupby(sorted(statements), key=lambda ref: ref[:2]):
        found.update({ref: statements[ref] for ref in [*of_log][:STATEMENTS_A_LOG_MAX]})
    return found


def gathered(entries: Iterable[tuple[LogId, Header, bytes]]) -> dict[Ref, Statement]:
    """Those that count of entries of the AMENDING kinds, in whatever order they come; in memory never many more."""
    found: dict[Ref, Statement] = {}
    counting = 0
    for log, header, body in entries:
        try:
            statement = read_statement(log, header, body)
        except PeerFault:
            continue  # does not read: it stands in the record and changes nothing
        found[statement.at.ref] = statement
        if len(found) > 2 * counting + STATEMENTS_A_LOG_MAX:
            found = that_count(found)
            counting = len(found)
    return that_count(found)


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
