"""Keys of the simulated stations: real signatures and a real keyring, with randomness that the seed decides.

Ed25519 is deterministic, so a seed reproduces every signature. HPKE draws randomness inside the library, so here a
double stands in for it: it opens for the holder of the seed and for nobody else who follows the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256, shake_128
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from openline.errors import Forged, Malformed
from openline.record import roster as _rosters
from openline.record.roster import Party, Roster, StationKeys
from openline.seal import keyring
from openline.seal.draw import SEALED_OVERHEAD_BYTES, XWING_PUBLIC_BYTES
from openline.seal.keyring import Keyring, Ports
from openline.seal.signature import MLDSA44_KEY_BYTES, MLDSA44_SIGNATURE_BYTES, verify_ed25519

SUITE: Final = "xwing-hkdf-sha256-aes256gcmsiv"
OPENED_AT_MS: Final = 1_790_000_000_000
LINE_ID: Final = sha256(b"simulated line").digest()


class Drawn:
    """Bytes from a name and a count: the deterministic double of `seal.draw.Draw`."""

    def __init__(self, name: str) -> None:
        self._name = name.encode()
        self._count = 0

    def fresh(self, size: int) -> bytes:
        """The next `size` bytes."""
        self._count += 1
        return shake_128(self._name + self._count.to_bytes(8, "big")).digest(size)

    def public_of(self, seed: bytes) -> bytes:
        """As long as an X-Wing public key."""
        return shake_128(b"public" + seed).digest(XWING_PUBLIC_BYTES)

    def seal_to(self, public: bytes, plaintext: bytes, info: bytes) -> bytes:
        """As long as HPKE would make it; bound to key and info."""
        if len(public) != XWING_PUBLIC_BYTES:
            raise Malformed("simulated public key of a wrong length", public)
        stream = shake_128(b"seal" + public + info).digest(len(plaintext) + SEALED_OVERHEAD_BYTES)
        hidden = bytes(a ^ b for a, b in zip(plaintext, stream, strict=False))
        return hidden + stream[len(plaintext) :]

    def open_with(self, seed: bytes, sealed: bytes, info: bytes) -> bytes:
        """What was sealed to the public key of `seed` with this `info`."""
        size = len(sealed) - SEALED_OVERHEAD_BYTES
        stream = shake_128(b"seal" + self.public_of(seed) + info).digest(len(sealed))
        if size < 0 or sealed[size:] != stream[size:]:
            raise Forged("simulated HPKE: not sealed to this key for this use", sealed)
        return bytes(a ^ b for a, b in zip(sealed[:size], stream, strict=False))


class Signers:
    """One station's signing keys. Deterministic; never used outside the simulation."""

    def __init__(self, party: int) -> None:
        self.party = party
        self.note, self.note_public = _signer(b"note", party)
        self.receipt, self.receipt_public = _signer(b"receipt", party)
        self.mldsa_public = shake_128(b"mldsa %d" % party).digest(MLDSA44_KEY_BYTES)
        self.certificate = sha256(b"certificate %d" % party).digest()


class SignedBy:
    """`line.turn.Keys` for one seed: signers, and bytes drawn by that seed."""

    def __init__(self, signers: Signers, drawn: Drawn) -> None:
        self.signers = signers
        self._drawn = drawn

    def sign_checkpoint(self, text: bytes) -> bytes:
        """By the note key."""
        return self.signers.note.sign(text)

    def cosign(self, text: bytes) -> bytes:
        """By the receipt key."""
        return self.signers.receipt.sign(text)

    def draw(self, count: int) -> bytes:
        """The seed's next bytes."""
        return self._drawn.fresh(count)

    def sign_pq(self, message: bytes) -> bytes:
        """By the double of ML-DSA-44, which is hedged in the library and takes a millisecond."""
        return _double_of_mldsa44(self.signers.mldsa_public, message)


def _signer(purpose: bytes, party: int) -> tuple[Ed25519PrivateKey, bytes]:
    key = Ed25519PrivateKey.from_private_bytes(sha256(purpose + bytes([party])).digest())
    return key, key.public_key().public_bytes_raw()


def _double_of_mldsa44(public: bytes, message: bytes) -> bytes:
    return shake_128(public + message).digest(MLDSA44_SIGNATURE_BYTES)


def _checks_double(public: bytes, signature: bytes, message: bytes, context: bytes = b"") -> bool:
    return signature == _double_of_mldsa44(public, message + context)


@contextmanager
def doubles() -> Iterator[None]:
    """While this lasts, ML-DSA-44 is a hash: deterministic, quick, and not forged by liars who follow the rules."""
    rosters: Any = _rosters
    kept = rosters.verify_mldsa44
    rosters.verify_mldsa44 = _checks_double
    try:
        yield
    finally:
        rosters.verify_mldsa44 = kept


@cache
def signers_of(party: int) -> Signers:
    """The same keys in every seed: making them costs more than a seed can spend."""
    return Signers(party)


@cache
def public_key(raw: bytes) -> Ed25519PublicKey:
    """A public key object, made once."""
    return Ed25519PublicKey.from_public_bytes(raw)


@cache
def roster_of(count: int) -> Roster:
    """A roster of `count` parties with one station each."""
    parties = []
    for number in range(count):
        signers = signers_of(number)
        public = (signers.note_public, signers.receipt_public, signers.mldsa_public)
        station = StationKeys(signers.certificate, *public, b"", b"", 0, 1 << 50, False)
        parties.append(Party(sha256(b"party %d" % number).digest(), f"PARTY {'ABCDEFGH'[number]}", (station,)))
    return Roster(LINE_ID, OPENED_AT_MS, tuple(parties))


def keyring_ports(party: int, roster: Roster, drawn: Drawn) -> Ports:
    """What a keyring needs, for one party."""
    return Ports(drawn, signers_of(party).note.sign, _checker(roster))


def first_keyring(party: int, roster: Roster, now_ms: int, ports: Ports) -> Keyring:
    """The keyring as the ceremony left it."""
    secret = sha256(b"ceremony" + roster.line_id).digest()
    return keyring.from_ceremony(LINE_ID, SUITE, party, len(roster.parties), secret, now_ms, ports)


def _checker(roster: Roster) -> Callable[[int, bytes, bytes], bool]:
    def check(party: int, signature: bytes, message: bytes) -> bool:
        return any(verify_ed25519(one.note_key, signature, message) for one in roster.parties[party].stations)

    return check
