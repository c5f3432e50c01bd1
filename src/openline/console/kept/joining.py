"""Joining an open line, renewing our keys, and a lost keyring: what is made on disk before the record knows of it."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Final, NamedTuple

from openline.console.ceremonies import RECOVERY_PURPOSE, now_ms
from openline.console.codes import Told
from openline.console.home import LineHome, make_folder, sync_folder, write_whole
from openline.console.kept.keeping import (
    KEYRING_PURPOSE,
    STATION_PURPOSE,
    certificate_for,
    ring_ports,
    station_secrets,
)
from openline.console.kept.papers import Papers, nonce_of, roster_of, save_papers
from openline.console.kept.upkeep import newest_hpke
from openline.errors import Malformed
from openline.limits import (
    CARD_BYTES_MAX,
    CERTIFICATE_BYTES_MAX,
    OFFICE_CHARS_MAX,
    OFFICES_MAX,
    PARTIES_MAX,
)
from openline.line.terms.amendments import open_ledger
from openline.record.roster import Roster
from openline.seal import keyring as rings
from openline.seal.amendment import Join
from openline.seal.ceremony import Window
from openline.seal.certificate import (
    Certificate,
    StationSecrets,
    certify,
    draw_station,
    join_nonce,
    parse_certificate,
)
from openline.seal.draw import LibraryDraw
from openline.seal.party import Card, PartyRoot, parse_card
from openline.seal.spelling import Fields, armour, text, unarmour, write_map
from openline.store import keyfile
from openline.store.sqlite import SqliteStore

JOINING: Final = "JOINING"
CERTIFICATE: Final = "STATION CERTIFICATE"
_REQUEST_NAMES: Final = ("line id", "place", "card", "certificate", "offices")
_REQUEST_BYTES_MAX: Final = CARD_BYTES_MAX + CERTIFICATE_BYTES_MAX + OFFICES_MAX * 4 * OFFICE_CHARS_MAX


RETURN: Final = (
    "place, root key and name are never given again, for the record names them; a party comes back with "
    "a new root key and another name (`openline party create NAME --home NEW`)"
)


class Request(NamedTuple):
    """What a party that wants to join hands to one that is on the line."""

    line_id: bytes
    join: Join

    def armoured(self) -> str:
        """As a text file."""
        join = self.join
        fields = (self.line_id, join.place, join.card.signed, join.certificate.signed, list(join.offices))
        return armour(JOINING, write_map(fields))


def read_request(file_text: str) -> Request:
    """Read such a file; card and certificate are checked. Raises Malformed or Forged."""
    data = unarmour(JOINING, file_text, _REQUEST_BYTES_MAX)
    fields = Fields(data, "request to join", _REQUEST_NAMES, _REQUEST_BYTES_MAX)
    line_id = fields.octets(0, 32)
    card = parse_card(fields.octets(2, size_max=CARD_BYTES_MAX))
    certificate = parse_certificate(fields.octets(3, size_max=CERTIFICATE_BYTES_MAX), card.root)
    if certificate.line_nonce != join_nonce(line_id, card.party_id):
        raise Malformed(f"{fields.where(3)}: is for another line than the request")
    offices = tuple(text(one, fields.where(4), OFFICE_CHARS_MAX) for one in fields.items(4, OFFICES_MAX))
    return Request(line_id, Join(fields.whole(1, 0, PARTIES_MAX - 1), card, certificate, offices))


def prepare(
    line: LineHome,
    known: Papers,
    root: PartyRoot,
    card: Card,
    offices: tuple[str, ...],
    window: Window,
    passphrase: bytes,
    out: Path,
) -> Request:
    """Make our folder of a line that others opened: papers with us in the next place, our keys, an empty keyring. The
    request is written to `out`.

    Raises Told OL-702 when the line is here already, OL-701 when it is full or we are on it.
    """
    if line.is_open or line.charter.exists():
        cut = "" if line.is_open or line.store.exists() else "; if that was cut off: `openline line forget`, and again"
        raise Told("OL-702", f"line {line.name} is in {line.folder} already{cut}")
    place = len(known.cards)
    if place >= PARTIES_MAX:
        raise Told("OL-701", f"this line has had {place} parties, and there are no more places")
    for one in known.cards:
        if one.party_id == card.party_id:
            raise Told("OL-701", f"{card.name} is on this line, or was: {RETURN}")
        if one.name == card.name:
            raise Told("OL-701", f"another party called {card.name} is on this line, or was: {RETURN}")
    draw, secrets = LibraryDraw(), draw_station(LibraryDraw())
    certificate = certify(root, secrets, join_nonce(known.line_id, card.party_id), *window, draw)
    papers = Papers(
        place,
        known.charter,
        (*known.cards, card),
        (*known.certificates, (place, certificate)),
        known.revocations,
    )
    make_folder(line.folder)
    save_papers(line, papers)
    keyfile.create(line.station_key, STATION_PURPOSE, secrets.encode(), passphrase)
    request = Request(papers.line_id, Join(place, card, certificate, offices))
    write_whole(out.absolute(), request.armoured().encode(), mode=0o644)
    ports = ring_ports(secrets, roster_of(papers))
    ring = rings.lost(papers.line_id, papers.charter.suite, place, range(place), ports)
    # Last: a line without a keyring can be forgotten and joined again, one with it has its request written.
    keyfile.create(line.keyring, KEYRING_PURPOSE, ring.dump(), passphrase)
    return request


# --- renewal


def renew(line: LineHome, papers: Papers, root: PartyRoot, window: Window, passphrase: bytes) -> Certificate:
    """A certificate of new keys for our station, which lie ready beside the old ones.

    A renewal that was cut off before its certificate was kept goes on with the keys that it left. Raises Told OL-702
    when renewed keys wait already; Locked when the passphrase is not that of the line's keys.
    """
    secrets = _next_secrets(line, passphrase)
    if secrets is not None and certificate_for(papers, secrets) is not None:
        raise Told("OL-702", f"{line.next_station_key} is there: a renewal waits until every party has receipted it")
    if line.station_key.exists():
        keyfile.unlock(line.station_key, STATION_PURPOSE, passphrase)
    draw = LibraryDraw()
    if secrets is None:
        secrets = draw_station(draw)
        keyfile.create(line.next_station_key, STATION_PURPOSE, secrets.encode(), passphrase)
    nonce = nonce_of(papers.charter, papers.me, papers.cards[papers.me].party_id)
    return certify(root, secrets, nonce, *_later(papers, window), draw)


def waiting_renewal(line: LineHome, papers: Papers, passphrase: bytes) -> Certificate | None:
    """The certificate of renewed keys that lie ready, where both are kept. Raises Misconfigured, Locked."""
    secrets = _next_secrets(line, passphrase)
    return certificate_for(papers, secrets) if secrets is not None else None


def _next_secrets(line: LineHome, passphrase: bytes) -> StationSecrets | None:
    return station_secrets(line.next_station_key, passphrase) if line.next_station_key.exists() else None


def use_renewed(line: LineHome) -> None:
    """Put the renewed keys in the place of the old ones, which are kept aside: at no instant are there none."""
    if line.station_key.exists():
        write_whole(line.folder / f"station.key.until-{now_ms()}", line.station_key.read_bytes())
    line.next_station_key.replace(line.station_key)
    sync_folder(line.folder)


def _later(papers: Papers, window: Window) -> Window:
    """The newest certificate of a party is the one that begins last."""
    newest = papers.of_party(papers.me)[-1]
    return Window(max(window.not_before_ms, newest.not_before_ms + 1), window.not_after_ms)


# --- a lost keyring


def recovery_secret_of(path: Path, passphrase: bytes) -> bytes:
    """The secret kept apart since the ceremony. Raises Misconfigured, Locked."""
    return keyfile.unlock(path, RECOVERY_PURPOSE, passphrase).secret


def new_keyring(line: LineHome, papers: Papers, secret: bytes | None, passphrase: bytes) -> list[int]:
    """A keyring in place of a lost one, with recovery grants for every party that shares the recovery secret.

    Returns the parties whose officers have to act too. Raises Told OL-702 when a keyring is there.
    """
    if line.keyring.exists():
        raise Told("OL-702", f"{line.keyring} is there; move it away only if it is really lost or broken")
    secrets = station_secrets(line.station_key, passphrase)
    roster, left = _roster_now(line, papers)
    peers = [party for party in range(len(roster.parties)) if party != papers.me and party not in left]
    ring = rings.lost(papers.line_id, papers.charter.suite, papers.me, peers, ring_ports(secrets, roster))
    founders = len(papers.charter.parties)
    for peer in peers:
        if max(peer, papers.me) < founders:
            if secret is None:
                raise Told("OL-203", "the recovery secret of this line is needed")
            ring.make_recovery(peer, newest_hpke(roster, peer), secret, now_ms())
        elif papers.me < peer:
            ring.make_recovery(peer, newest_hpke(roster, peer), None, now_ms())
    keyfile.create(line.keyring, KEYRING_PURPOSE, ring.dump(), passphrase)
    return peers


def _roster_now(line: LineHome, papers: Papers) -> tuple[Roster, tuple[int, ...]]:
    if not line.store.exists():
        return roster_of(papers), ()
    with contextlib.closing(SqliteStore(line.store, read_only=True)) as store:
        return roster_of(papers), open_ledger(store, papers.charter, roster_of(papers)).standing.left


# --- papers by hand


def write_certificate(path: Path, certificate: Certificate) -> None:
    """A certificate as a file to hand over."""
    write_whole(path, armour(CERTIFICATE, certificate.signed).encode(), mode=0o644)


def read_certificate_file(file_text: str) -> bytes:
    """The bytes of such a file. Raises Malformed."""
    return unarmour(CERTIFICATE, file_text, CERTIFICATE_BYTES_MAX)
