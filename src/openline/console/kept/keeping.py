"""One line as it lies on disk, opened for a station: papers, keys, keyring and store, and nobody else beside us."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from openline.console import config as settings
from openline.console import dictionaries
from openline.console.channel.clock import wall_ms
from openline.console.config import LineConfig
from openline.console.escrowing.vault import Vault
from openline.console.home import LineHome
from openline.console.kept.papers import Papers, load_papers, roster_of, save_papers
from openline.console.watch.desk import Desk
from openline.errors import Misconfigured, PeerFault
from openline.record.roster import Roster
from openline.record.standing import Standing
from openline.seal import keyring as rings
from openline.seal.certificate import Certificate, StationSecrets, parse_station
from openline.seal.draw import LibraryDraw
from openline.seal.primitives import check_primitives
from openline.seal.signature import verify_ed25519
from openline.store.keyfile import KeyFile, unlock
from openline.store.sqlite import SqliteStore

STATION_PURPOSE: Final = "station keys"
KEYRING_PURPOSE: Final = "keyring"


class StationKeys:
    """The `Keys` port of the line machine over this station's own seeds."""

    def __init__(self, secrets: StationSecrets) -> None:
        self._note = secrets.note_signer()
        self._receipt = secrets.receipt_signer()
        self._pq = secrets.mldsa44_signer()

    def sign_checkpoint(self, text: bytes) -> bytes:
        """Ed25519 by the note key."""
        return self._note.sign(text)

    def cosign(self, text: bytes) -> bytes:
        """Ed25519 by the receipt key."""
        return self._receipt.sign(text)

    def sign_pq(self, message: bytes) -> bytes:
        """ML-DSA-44 by the key made for it."""
        return self._pq.sign(message)

    def draw(self, count: int) -> bytes:
        """Unpredictable bytes."""
        return os.urandom(count)


def ring_ports(secrets: StationSecrets, roster: Roster) -> rings.Ports:
    """What a keyring needs: randomness, our note key, and the note keys of the roster."""
    signer = secrets.note_signer()
    return rings.Ports(LibraryDraw(), signer.sign, lambda *signed: signed_by_station(roster, *signed))


def signed_by_station(roster: Roster, party: int, signature: bytes, message: bytes) -> bool:
    """Whether a station of that party that is not revoked made this signature with its note key."""
    if not 0 <= party < len(roster.parties):
        return False
    stations = roster.parties[party].stations
    return any(verify_ed25519(one.note_key, signature, message) for one in stations if not one.revoked)


class Kept:
    """An open line: everything a station needs of its disk. Papers, roster and our own keys may change as it runs."""

    def __init__(
        self, line: LineHome, config: LineConfig, papers: Papers, station: KeyFile, ring: KeyFile, passphrase: bytes
    ) -> None:
        self.line = line
        self.config = config
        self.dictionaries = dictionaries.held(line)
        self.papers = self._papers_on_disk = papers
        self.roster = roster_of(papers)
        self._passphrase = passphrase
        self.vault = Vault(line.escrow, passphrase)
        self._use(_parse(station.path, station.secret))
        self._ring_file = ring
        ports = rings.Ports(LibraryDraw(), lambda message: self.secrets.note_signer().sign(message), self._by_station)
        try:
            self.keyring = rings.load(ring.secret, ports)
        except PeerFault as fault:
            raise Misconfigured(f"{ring.path}: {fault.reason}; restore sealing by a recovery grant") from fault
        self._settings_stamp = _stamp(line.home.config)
        in_file = settings.load(line.home).of_line(line.name).dial
        self._dial_in_file = in_file if in_file == config.dial else None
        self.store = SqliteStore(line.store)
        try:
            self.desk = Desk(line.desk_log, line.officers_key, passphrase, wall_ms)
        except BaseException:
            self.store.close()
            raise

    def _use(self, secrets: StationSecrets) -> None:
        self.certificate = _own_certificate(self.papers, secrets)
        self.secrets = secrets
        self.keys = StationKeys(secrets)
        self.hpke_seeds = [secrets.hpke]

    def _by_station(self, party: int, signature: bytes, message: bytes) -> bool:
        return signed_by_station(self.roster, party, signature, message)

    def reread_dial(self) -> bool:
        """Take over the addresses to dial where station.toml was changed since; True if they are others now.

        Those given with the command that started the station stand. Raises Misconfigured; the old ones stand then.
        """
        path = self.line.home.config
        stamp = _stamp(path)
        if stamp == self._settings_stamp:
            return False
        self._settings_stamp = stamp
        if self._dial_in_file is None:
            return False
        dial = settings.load(self.line.home).of_line(self.line.name).dial
        changed = dial != self._dial_in_file
        self._dial_in_file = dial
        self.config = self.config._replace(dial=dial)
        return changed

    def follow(self, standing: Standing, roster: Roster) -> None:
        """Take over what the record has changed; papers are on disk on return. Raises OSError."""
        self.roster = roster
        papers, on_disk = self.papers.with_standing(standing), self._papers_on_disk
        self.papers = papers
        if papers != on_disk:
            save_papers(self.line, papers)
            self._papers_on_disk = papers

    def renewed(self) -> Certificate | None:
        """The certificate of the keys that are to replace ours, if there are such. Raises Misconfigured, Locked."""
        if not self.line.next_station_key.exists():
            return None
        secrets = self._next_secrets()
        certificate = certificate_for(self.papers, secrets)
        if certificate is None:
            raise Misconfigured(
                "a renewal of our keys was cut off before their certificate was kept; run `openline party renew` again"
            )
        # Their certificate is on the record before they are used: a recovery grant may be sealed to them already.
        self.hpke_seeds = [self.secrets.hpke, secrets.hpke]
        return certificate

    def rotate(self) -> None:
        """Use the renewed keys from now on. Raises Misconfigured, Locked, OSError; nothing has changed then."""
        secrets = self._next_secrets()
        _own_certificate(self.papers, secrets)
        self.line.next_station_key.replace(self.line.station_key)
        self._use(secrets)

    def _next_secrets(self) -> StationSecrets:
        return station_secrets(self.line.next_station_key, self._passphrase)

    def save_keyring(self) -> None:
        """Write the keyring; durable on return. Raises StoreDown."""
        self._ring_file.replace(self.keyring.dump())

    def close(self) -> None:
        """Let go of the desk's log, the store and its lock."""
        self.desk.close()
        self.store.close()


def _stamp(path: Path) -> tuple[int, int, int]:
    """Changes when a file is written or replaced; zeros where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return 0, 0, 0
    return found.st_ino, found.st_size, found.st_mtime_ns


def station_secrets(path: Path, passphrase: bytes) -> StationSecrets:
    """The secrets of a station's key file. Raises Misconfigured, Locked."""
    return _parse(path, unlock(path, STATION_PURPOSE, passphrase).secret)


def _parse(path: Path, secret: bytes) -> StationSecrets:
    try:
        return parse_station(secret)
    except PeerFault as fault:
        raise Misconfigured(f"{path}: {fault.reason}") from fault


def certificate_for(papers: Papers, secrets: StationSecrets) -> Certificate | None:
    """The newest certificate of ours that is for these secrets; None where none is kept."""
    public = secrets.note_signer().public
    return next((one for one in reversed(papers.of_party(papers.me)) if one.note_key == public), None)


def _own_certificate(papers: Papers, secrets: StationSecrets) -> Certificate:
    certificate = certificate_for(papers, secrets)
    if certificate is not None:
        return certificate
    raise Misconfigured("no certificate of ours is for the keys in station.key; put back files that belong together")


@contextlib.contextmanager
def keep_line(line: LineHome, config: LineConfig, passphrase: bytes) -> Iterator[Kept]:
    """Open a line's files. Raises Misconfigured, Locked (another process, a wrong passphrase), StoreDown."""
    check_primitives(LibraryDraw())
    papers = load_papers(line)
    station = unlock(line.station_key, STATION_PURPOSE, passphrase)
    ring = unlock(line.keyring, KEYRING_PURPOSE, passphrase)
    kept = Kept(line, config, papers, station, ring, passphrase)
    try:
        yield kept
    finally:
        kept.close()
