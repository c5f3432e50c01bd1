"""The ceremony on disk: what is kept between one file and the next, and a line's folder once it is open.

`seal.ceremony` is the whole of what is agreed; here only files are read and written. What is kept while waiting is
encrypted. The keyring is written last: a line whose keyring is there is open, and one that was cut short before is
opened again from the same files.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from openline.console.codes import Told
from openline.console.dtg import dtg
from openline.console.home import Home, LineHome, make_folder, write_whole
from openline.console.kept.keeping import KEYRING_PURPOSE, STATION_PURPOSE, ring_ports
from openline.console.kept.papers import Papers, roster_of, save_papers
from openline.errors import Forged, Malformed, Misconfigured
from openline.limits import CARD_BYTES_MAX, CEREMONY_BYTES_MAX
from openline.seal import keyring as rings
from openline.seal.ceremony import OpenLine, Waiting, Window, parse_waiting
from openline.seal.certificate import Certificate
from openline.seal.epochs import recovery_secret
from openline.seal.party import Card, PartyRoot, parse_root, read_card
from openline.store import keyfile

ROOT_PURPOSE: Final = "root key"
CEREMONY_PURPOSE: Final = "ceremony state"
RECOVERY_PURPOSE: Final = "recovery secret"
_DAY_MS: Final = 86_400_000
_ARMOUR_FACTOR: Final = 2  # base64 and line ends


def now_ms() -> int:
    """UTC, ms."""
    return time.time_ns() // 1_000_000


def window(days: int) -> Window:
    """From an hour ago, for clocks that disagree, until `days` from now."""
    now = now_ms()
    return Window(now - 3_600_000, now + days * _DAY_MS)


def read_text(path: Path, bytes_max: int = CEREMONY_BYTES_MAX) -> str:
    """A card or ceremony file, to be read within `of_file`.

    Raises Malformed when it is no text or too large: it came from somebody else.
    """
    most = _ARMOUR_FACTOR * bytes_max
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise Malformed(f"larger than {most} bytes; this is not the file meant")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(f"byte {error.start} is not UTF-8; this is not the file meant") from error


@contextlib.contextmanager
def of_file(path: Path) -> Iterator[None]:
    """Say which file is Malformed or Forged."""
    try:
        yield
    except (Malformed, Forged) as fault:
        raise type(fault)(f"{path}: {fault.reason}", *fault.exhibit) from fault


def read_card_file(path: Path) -> Card:
    """A party's card from a file. Raises Malformed or Forged naming the file."""
    with of_file(path):
        return read_card(read_text(path, CARD_BYTES_MAX))


def own_card(home: Home) -> Card:
    """Our own card. Raises Told OL-302 when this home has no party yet."""
    if not home.card.exists():
        raise Told("OL-302", f"no party in {home.folder}; begin with `openline party create NAME`")
    return read_card_file(home.card)


def unlock_root(home: Home, passphrase: bytes) -> PartyRoot:
    """Our root keys. Raises Misconfigured when the key lies elsewhere, Locked by a wrong passphrase."""
    if not home.root_key.exists():
        raise Misconfigured(f"{home.root_key} is not here; bring the root key from where it is kept")
    return parse_root(keyfile.unlock(home.root_key, ROOT_PURPOSE, passphrase).secret)


def begin(line: LineHome, waiting: Waiting, passphrase: bytes) -> None:
    """Keep what the rest of the ceremony needs. Raises Told OL-702 when a ceremony is under way or the line open."""
    if line.is_open or line.ceremony_state.exists():
        raise Told("OL-702", f"line {line.name} is in {line.folder} already")
    make_folder(line.ceremony)
    keyfile.create(line.ceremony_state, CEREMONY_PURPOSE, waiting.encode(), passphrase)


def waiting_of(line: LineHome, passphrase: bytes) -> Waiting:
    """What was kept. Raises Told OL-701 when no ceremony is under way."""
    if not line.ceremony_state.exists():
        raise Told("OL-701", f"no ceremony is under way for line {line.name}; begin with propose or accept")
    return parse_waiting(keyfile.unlock(line.ceremony_state, CEREMONY_PURPOSE, passphrase).secret)


def check_free(path: Path | None) -> None:
    """Raises Told OL-702 where the file for the recovery secret is there already, OL-303 without its folder."""
    if path is not None and path.exists():
        raise Told("OL-702", f"{path} is there; a recovery secret is never written over another")
    if path is not None and not path.absolute().parent.is_dir():
        raise Told("OL-303", f"{path.absolute().parent} is not a folder that is there")


def finish(
    line: LineHome, opened: OpenLine, opening_file: str, passphrase: bytes, recovery_out: Path | None = None
) -> Path:
    """Write the folder of a line that is now open; the keyring last, then forget the ceremony's secrets.

    Returns where the recovery secret was written: `recovery_out`, which must be free, or beside the rest.
    """
    write_whole(line.ceremony / "opening.txt", opening_file.encode(), mode=0o644)
    write_whole(line.ceremony / "digits.txt", opened.digits().encode() + b"\n", mode=0o644)
    certificates = tuple(enumerate(opened.certificates))
    papers = Papers(opened.ours, opened.charter, opened.cards, certificates)
    for path in (line.charter, line.station_key, line.recovery_key):
        path.unlink(missing_ok=True)  # of an opening that was cut short
    recovery_path = recovery_out or line.recovery_key
    save_papers(line, papers)
    recovery = recovery_secret(opened.ceremony_secret, opened.line_id)
    keyfile.create(recovery_path, RECOVERY_PURPOSE, recovery, passphrase)
    keyfile.create(line.station_key, STATION_PURPOSE, opened.station.encode(), passphrase)
    ring = rings.from_ceremony(
        opened.line_id, opened.charter.suite, opened.ours, len(opened.charter.parties), opened.ceremony_secret,
        now_ms(), ring_ports(opened.station, roster_of(papers)),
    )
    keyfile.create(line.keyring, KEYRING_PURPOSE, ring.dump(), passphrase)
    line.ceremony_state.unlink()
    return recovery_path


def give_up(line: LineHome) -> None:
    """Forget a ceremony or a joining that did not end. Raises Told OL-701 for a line that is open, or once was."""
    if line.is_open or line.store.exists():  # its keyring may be lost: the record is not
        raise Told("OL-701", f"line {line.name} is open; it holds a record and is not given up")
    shutil.rmtree(line.folder)


def digits_of(line: LineHome) -> str:
    """The digits of the ceremony that opened this line."""
    path = line.ceremony / "digits.txt"
    with of_file(path):
        return read_text(path).strip()


def check_dates(certified: Iterable[tuple[str, Certificate]]) -> None:
    """What is agreed on must be of use to somebody. Raises Told OL-401 for a certificate out of its dates. (R-044)"""
    now = now_ms()
    for name, certificate in certified:
        if not certificate.in_force(now):
            raise Told("OL-401", f"the station certificate of {name} {out_of_dates(certificate, now)}")


def out_of_dates(certificate: Certificate, at_ms: int) -> str:
    """Why it is not in force, and what to do."""
    if at_ms >= certificate.not_after_ms:
        return f"ended at {dtg(certificate.not_after_ms)}; its party must make a new one"
    return f"begins at {dtg(certificate.not_before_ms)}; one of the two clocks is wrong"


def check_cards(named: Sequence[Card], in_hand: Sequence[Card]) -> list[str]:
    """Names of parties in a proposal whose card was not given in person. Raises Told OL-401 where one differs."""
    unknown = []
    by_id = {card.party_id for card in in_hand}
    names = {card.name: card.party_id for card in in_hand}
    for card in named:
        if card.party_id in by_id:
            continue
        if names.get(card.name, card.party_id) != card.party_id:
            raise Told("OL-401", f"the proposal's card of {card.name} is not the one given with --card")
        unknown.append(card.name)
    return unknown
