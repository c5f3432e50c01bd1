"""Salts put away a second time: the seed split among offices, k of n, beside one file with the records.

Each office has a file of its own under a passphrase of its own: fewer than k together know nothing of the seed. The
records lie in a file encrypted under a key that only the seed makes, so that copies of it may lie anywhere. Splitting
is Shamir's, by a kept library (decision 0046), over the two halves of the seed. (R-562)
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from openline.accord.escrow.tree import SEED_BYTES
from openline.console.codes import Told
from openline.console.escrowing.vault import Secret, read_secret, spell_secret
from openline.console.home import write_whole
from openline.errors import Locked, Malformed
from openline.record.fields import dump_map, load_map, octets, octets_up_to, same, whole
from openline.store import keyfile

if TYPE_CHECKING:
    from Crypto.Protocol.SecretSharing import Shamir

SHARE_PURPOSE: Final = "escrow share"
RECORDS_NAME: Final = "records.sealed"
SHARES_MAX: Final = 16
_HALF: Final = SEED_BYTES // 2
_LABEL: Final = b"openline/escrow/records/v1"
_NONCE_BYTES: Final = 12


class Share(NamedTuple):
    """One office's part. `name`: what was committed; `check`: a hash of the seed, so that a wrong set shows."""

    name: bytes
    need: int
    of: int
    number: int
    halves: bytes
    check: bytes

    def __repr__(self) -> str:
        return "Share(…)"  # a traceback must not print it


def split(name: bytes, secret: Secret, need: int, passphrases: Mapping[str, bytes], folder: Path) -> list[Path]:
    """Write a file for each office and one with the records; what is there already is never replaced.

    Raises Told OL-204 for numbers that do not fit, OL-702, OL-803 where the library is not installed.
    """
    count = len(passphrases)
    if not 2 <= need <= count <= SHARES_MAX:
        raise Told("OL-204", f"{need} of {count}: 2 or more must come together, of at most {SHARES_MAX} offices")
    shamir = _shamir()
    halves = [shamir.split(need, count, secret.seed[at : at + _HALF]) for at in (0, _HALF)]
    written = []
    for place, (office, passphrase) in enumerate(sorted(passphrases.items())):
        (number, first), (_, second) = halves[0][place], halves[1][place]
        share = Share(name, need, count, number, first + second, _check(secret.seed))
        path = folder / f"{_plain(office)}.share"
        write_whole(path, keyfile.close_bytes(SHARE_PURPOSE, dump_map(share), passphrase), replace=False)
        written.append(path)
    nonce = os.urandom(_NONCE_BYTES)
    sealed = nonce + AESGCMSIV(_key(secret.seed)).encrypt(nonce, spell_secret(secret), _LABEL + name)
    write_whole(folder / RECORDS_NAME, sealed, replace=False)
    return [*written, folder / RECORDS_NAME]


def read_share(path: Path, passphrase: bytes) -> Share:
    """An office's file, opened. Raises Locked, Malformed, OSError."""
    with path.open("rb") as file:
        data = file.read(keyfile.KEYFILE_BYTES_MAX)
    plain, _ = keyfile.open_bytes(data, SHARE_PURPOSE, passphrase)
    name, need, of, number, halves, check = load_map(plain, 6, "share", 1024).values()
    share = Share(
        octets(name, 32, "share: name", b""), whole(need, SHARES_MAX, "share: need", b""),
        whole(of, SHARES_MAX, "share: of", b""), whole(number, SHARES_MAX, "share: number", b""),
        octets(halves, SEED_BYTES, "share", b""), octets_up_to(check, 32, "share: check", b""),
    )  # fmt: skip
    same(dump_map(share), plain, "share")
    return share


def joined(shares: Sequence[Share], records: bytes) -> tuple[bytes, Secret]:
    """What was committed, and what opens it. Raises Told OL-204 where these do not come together."""
    if not shares or any(one[:3] != shares[0][:3] or one.check != shares[0].check for one in shares):
        raise Told("OL-204", "these are not shares of one commitment that were made together")
    first = {one.number: one for one in shares}
    need = shares[0].need
    if len(first) < need:
        raise Told("OL-204", f"{len(first)} different shares: {need} of {shares[0].of} are needed")
    chosen = list(first.values())[:need]
    shamir = _shamir()
    seed = b"".join(shamir.combine([(one.number, one.halves[at : at + _HALF]) for one in chosen])
                    for at in (0, _HALF))  # fmt: skip
    if _check(seed) != chosen[0].check:
        raise Told("OL-204", "the shares do not give the seed that was split: one of them was changed")
    try:
        plain = AESGCMSIV(_key(seed)).decrypt(records[:_NONCE_BYTES], records[_NONCE_BYTES:], _LABEL + chosen[0].name)
        secret = read_secret(plain)
    except (InvalidTag, ValueError, Malformed) as wrong:
        raise Locked(f"{RECORDS_NAME}: the seed does not open it: of another commitment, or changed") from wrong
    if secret.seed != seed:
        raise Locked(f"{RECORDS_NAME}: it was made with another seed")
    return chosen[0].name, secret


def _key(seed: bytes) -> bytes:
    return HKDF(SHA256(), 32, None, _LABEL).derive(seed)


def _check(seed: bytes) -> bytes:
    return sha256(sha256(_LABEL + seed).digest()).digest()


def _plain(office: str) -> str:
    plain = all(c.isascii() and (c.isalnum() or c in "-_") for c in office)
    if not office or len(office) > 64 or not plain:
        raise Told("OL-204", f"an office {office!r:.70}: 1 to 64 of A-Z a-z 0-9 - _, which names its file")
    return office


def _shamir() -> type[Shamir]:
    try:
        from Crypto.Protocol.SecretSharing import Shamir
    except ImportError as lacks:
        raise Told("OL-803", "splitting salts needs the package pycryptodome: install `openline[shares]`") from lacks
    return Shamir
