"""The papers of a line as they lie beside its store: charter, cards, station certificates, revocations.

Every signature is checked again on each reading, so that a changed file is found at the next start and not in
the middle of a quarrel. `roster_of` makes of them the plain data that `record` and `line` work with.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

from openline.console.home import LineHome, read_bounded, write_whole
from openline.errors import Malformed, Misconfigured, PeerFault
from openline.limits import CARD_BYTES_MAX, CEREMONY_BYTES_MAX, CERTIFICATES_A_PARTY_MAX, PARTIES_MAX
from openline.record.members import station_keys
from openline.record.roster import Party, Roster
from openline.record.standing import Standing
from openline.seal.certificate import (
    CERTIFICATE_BYTES_MAX,
    REVOCATION_BYTES_MAX,
    Certificate,
    Revocation,
    join_nonce,
    parse_certificate,
    parse_revocation,
)
from openline.seal.charter import Charter, parse_charter
from openline.seal.party import Card, parse_card
from openline.seal.spelling import Fields, armour, items, octets, unarmour, whole, write_map

PAPERS_BYTES_MAX: Final = 32 * 1024 * 1024
CERTIFICATES_MAX: Final = PARTIES_MAX * CERTIFICATES_A_PARTY_MAX
REVOKED_BYTES_MAX: Final = 1024 * 1024  # of one party's revocations; further ones are in the record only
BUNDLE: Final = "LINE PAPERS"
_NAMES: Final = ("our party", "cards", "certificates", "revocations")


class Papers(NamedTuple):
    """Everything signed by root keys that a line needs: the founders' in the charter's order, then who joined."""

    me: int
    charter: Charter
    cards: tuple[Card, ...]
    certificates: tuple[tuple[int, Certificate], ...]  # (party, certificate)
    revocations: tuple[tuple[int, Revocation], ...] = ()

    @property
    def line_id(self) -> bytes:
        """The line's name, 32 bytes."""
        return self.charter.line_id()

    def encode(self) -> bytes:
        """The one spelling of roster.cbor; the charter has a file of its own."""
        return write_map((
            self.me,
            [card.signed for card in self.cards],
            [[party, certificate.signed] for party, certificate in self.certificates],
            [[party, revocation.signed] for party, revocation in self.revocations],
        ))

    def of_party(self, party: int) -> tuple[Certificate, ...]:
        """A party's certificates, oldest first."""
        found = [certificate for number, certificate in self.certificates if number == party]
        return tuple(sorted(found, key=lambda one: (one.not_before_ms, one.digest)))

    def with_standing(self, standing: Standing) -> Papers:
        """The papers with what the record has brought since: parties that joined, certificates, revocations."""
        papers = self
        for join in standing.joined:
            if join.place >= len(papers.cards):
                papers = papers._replace(cards=(*papers.cards, join.card))
            papers = papers.with_certificate(join.place, join.certificate)
        for party, certificate in standing.certificates:
            papers = papers.with_certificate(party, certificate)
        for party, revocation in standing.revocations:
            papers = papers.with_revocation(party, revocation)
        return papers

    def with_certificate(self, party: int, certificate: Certificate) -> Papers:
        """The papers with one more certificate; the same papers when it is there already, or one too many.

        What is not kept here the record still has; a file that could not be read again would end the station.
        """
        known = self.of_party(party)
        if len(known) >= CERTIFICATES_A_PARTY_MAX or any(have.digest == certificate.digest for have in known):
            return self
        return self._replace(certificates=(*self.certificates, (party, certificate)))

    def with_revocation(self, party: int, revocation: Revocation) -> Papers:
        """The papers with one more revocation; the same papers when it is there already, or one too many."""
        theirs = [have for number, have in self.revocations if number == party]
        if any(have.digest == revocation.digest for have in theirs) or len(theirs) >= CERTIFICATES_A_PARTY_MAX:
            return self
        if sum(len(have.signed) for have in theirs) + len(revocation.signed) > REVOKED_BYTES_MAX:
            return self
        return self._replace(revocations=(*self.revocations, (party, revocation)))


def parse_papers(data: bytes, charter: Charter) -> Papers:
    """Read roster.cbor and check every signature: under the charter's root keys, or the cards of those who joined.

    Raises Malformed or Forged.
    """
    fields = Fields(data, "roster file", _NAMES, PAPERS_BYTES_MAX)
    cards = tuple(
        parse_card(octets(one, fields.where(1), size_max=CARD_BYTES_MAX)) for one in fields.items(1, PARTIES_MAX)
    )
    founders = [party.root.party_id for party in charter.parties]
    if [card.party_id for card in cards[: len(founders)]] != founders:
        raise Malformed(f"{fields.where(1)}: not the cards of the charter's parties in its order", data)
    if len({card.party_id for card in cards}) < len(cards):
        raise Malformed(f"{fields.where(1)}: one party stands in it twice", data)
    count, certificates = len(cards), []
    for one in fields.items(2, CERTIFICATES_MAX, count):
        party, raw = _numbered(one, fields.where(2), count, CERTIFICATE_BYTES_MAX)
        certificate = parse_certificate(raw, cards[party].root, f"certificate of {cards[party].name}")
        if certificate.line_nonce != nonce_of(charter, party, cards[party].party_id):
            raise Malformed(f"{fields.where(2)}: one of {cards[party].name} is for another line", raw)
        certificates.append((party, certificate))
    for number, card in enumerate(cards):
        if not any(party == number for party, _ in certificates):
            raise Malformed(f"{fields.where(2)}: none for {card.name}", data)
    revocations = []
    for one in fields.items(3, CERTIFICATES_MAX):
        party, raw = _numbered(one, fields.where(3), count, REVOCATION_BYTES_MAX)
        revocations.append((party, parse_revocation(raw, cards[party].root)))
    return Papers(fields.whole(0, most=count - 1), charter, cards, tuple(certificates), tuple(revocations))


def nonce_of(charter: Charter, party: int, party_id: bytes) -> bytes:
    """What binds a party's certificates to this line: its nonce in the charter, or that of one who joined later."""
    return charter.nonces[party] if party < len(charter.parties) else join_nonce(charter.line_id(), party_id)


def _numbered(value: object, where: str, count: int, bytes_max: int) -> tuple[int, bytes]:
    party, raw = items(value, where, 2, 2)
    return whole(party, where, 0, count - 1), octets(raw, where, size_max=bytes_max)


# --- papers as a file that travels: what a party that joins needs to know of the line


def bundle(papers: Papers) -> str:
    """Charter, cards, certificates and revocations as one text file."""
    return armour(BUNDLE, write_map((papers.charter.encode(), papers.encode())))


def read_bundle(file_text: str) -> Papers:
    """Read such a file; `me` is then whose it is. Raises Malformed or Forged."""
    data = unarmour(BUNDLE, file_text, 2 * PAPERS_BYTES_MAX)
    fields = Fields(data, "line papers", ("charter", "roster file"), 2 * PAPERS_BYTES_MAX)
    charter = parse_charter(fields.octets(0, size_max=CEREMONY_BYTES_MAX))
    return parse_papers(fields.octets(1, size_max=PAPERS_BYTES_MAX), charter)


def load_papers(line: LineHome) -> Papers:
    """The papers of an open line. Raises Misconfigured naming the file when it is missing or was changed."""
    path = line.charter
    try:
        charter = parse_charter(read_bounded(line.charter, CEREMONY_BYTES_MAX))
        path = line.roster
        return parse_papers(read_bounded(line.roster, PAPERS_BYTES_MAX), charter)
    except FileNotFoundError as error:
        raise Misconfigured(f"{path} is missing; the line is not open, or its folder was not copied whole") from error
    except PeerFault as error:
        raise Misconfigured(f"{path}: {error.reason}; put back the copy that was there") from error


def save_papers(line: LineHome, papers: Papers) -> None:
    """Write charter.cbor and roster.cbor, each whole."""
    _write_once(line.charter, papers.charter.encode())
    write_whole(line.roster, papers.encode(), mode=0o644)


def _write_once(path: Path, data: bytes) -> None:
    if not path.exists():
        write_whole(path, data, mode=0o644)


def roster_of(papers: Papers) -> Roster:
    """The roster as plain data, with revoked stations marked."""
    revoked = {(party, revocation.certificate) for party, revocation in papers.revocations}
    parties = tuple(
        Party(
            card.party_id,
            card.name,
            tuple(station_keys(one, (number, one.digest) in revoked) for one in papers.of_party(number)),
        )
        for number, card in enumerate(papers.cards)
    )
    return Roster(papers.line_id, papers.charter.opened_at_ms, parties)


assert CERTIFICATES_MAX * CERTIFICATE_BYTES_MAX + PARTIES_MAX * (REVOKED_BYTES_MAX + CARD_BYTES_MAX) < PAPERS_BYTES_MAX
