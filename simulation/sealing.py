"""Keys of the simulated stations: real signatures and a real keyring, with randomness that the seed decides.

Ed25519 is deterministic, so a seed reproduces every signature. ML-DSA-44 is hedged and takes a millisecond: while a
seed runs, a hash stands in for it, also where a root signs. Nothing that is drawn elsewhere may get into a frame: what
is pressed there is as long as its bytes have it, and a slow bearer takes as long for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from openline.console.kept import keeping
from openline.record import roster
from openline.record.evidence import findings
from openline.record.members import station_keys
from openline.seal import keyring, primitives, signature
from openline.seal.charter import SUITE
from openline.seal.keyring import Keyring, Ports
from openline.wire import codec
from simulation.drawn import Drawn, double_of_mldsa44
from simulation.papers import certificate_of, papers_of, secrets_of


class Signers:
    """One station's signing keys, and the name of its certificate. Never used outside the simulation."""

    def __init__(self, count: int, party: int, number: int) -> None:
        self.party = party
        secrets = secrets_of(party, number)
        self.note = secrets.note_signer()
        self.receipt = secrets.receipt_signer()
        self.station = station_keys(certificate_of(count, party, number), revoked=False)
        self.certificate = self.station.digest


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
        """By the double of ML-DSA-44."""
        return double_of_mldsa44(self.signers.station.mldsa_key, message)


def _checks_double(public: bytes, signature: bytes, message: bytes, context: bytes = b"") -> bool:
    return signature == double_of_mldsa44(public, message + context)


_codec: Any = codec
_press = _codec.brotli.compress
_QUALITY = 5  # the hardest takes two milliseconds for the shortest body; what opens it is the same


@lru_cache(maxsize=1 << 14)
def _pressed(raw: bytes, lgwin: int) -> bytes:
    return bytes(_press(raw, quality=_QUALITY, lgwin=lgwin))


_verified = lru_cache(maxsize=1 << 14)(signature.verify_ed25519)  # each station verifies the same: the answer is too
_VERIFYING: tuple[Any, ...] = (roster, findings, primitives, keeping)


@contextmanager
def doubles(count: int) -> Iterator[None]:
    """While this lasts, statements by ML-DSA-44 are hashes, not forged by liars who follow the rules.

    The papers of a line of `count` parties are made of the same stuff, once a process.
    """
    modules: tuple[Any, ...] = (roster, findings, signature)
    _codec.brotli.compress = _pressed  # the same short bodies again and again
    kept = [module.verify_mldsa44 for module in modules]
    for module in modules:
        module.verify_mldsa44 = _checks_double
    for module in _VERIFYING:
        module.verify_ed25519 = _verified
    try:
        papers_of(count, 0)
        yield
    finally:
        _codec.brotli.compress = _press
        for module, verify in zip(modules, kept, strict=True):
            module.verify_mldsa44 = verify
        for module in _VERIFYING:
            module.verify_ed25519 = signature.verify_ed25519


@cache
def signers_of(count: int, party: int, number: int = 0) -> Signers:
    """The same keys in every seed: making them costs more than a seed can spend."""
    return Signers(count, party, number)


@cache
def public_key(raw: bytes) -> Ed25519PublicKey:
    """A public key object, made once."""
    return Ed25519PublicKey.from_public_bytes(raw)


def first_keyring(line_id: bytes, count: int, party: int, now_ms: int, ports: Ports) -> Keyring:
    """The keyring as the ceremony left it."""
    secret = sha256(b"ceremony" + line_id).digest()
    return keyring.from_ceremony(line_id, SUITE, party, count, secret, now_ms, ports)
