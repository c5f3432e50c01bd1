"""Doors of keys and signatures: what may be a key, what verifies, what opens."""

from __future__ import annotations

from typing import Any, Final

from openline.errors import Forged
from openline.seal.draw import LibraryDraw, xwing_public
from openline.seal.signature import check_mldsa_key, check_public_key, verify_ed25519, verify_mldsa44

DRAW: Final = LibraryDraw()


def ed25519_key(given: dict[str, Any]) -> object:
    """A public key before it enters a roster."""
    check_public_key(bytes.fromhex(given["key"]))
    return {}


def mldsa44_key(given: dict[str, Any]) -> object:
    """A public key before it enters a roster."""
    check_mldsa_key(bytes.fromhex(given["key"]))
    return {}


def hpke_key(given: dict[str, Any]) -> object:
    """An X-Wing public key before anything is sealed to it."""
    xwing_public(bytes.fromhex(given["key"]))
    return {}


def ed25519(given: dict[str, Any]) -> object:
    """A signature over a message."""
    key, signature, message = (bytes.fromhex(given[name]) for name in ("key", "signature", "message"))
    if not verify_ed25519(key, signature, message):
        raise Forged("the Ed25519 signature does not verify")
    return {}


def mldsa44(given: dict[str, Any]) -> object:
    """A signature over a message, pure, with an empty context."""
    key, signature, message = (bytes.fromhex(given[name]) for name in ("key", "signature", "message"))
    if not verify_mldsa44(key, signature, message):
        raise Forged("the ML-DSA-44 signature does not verify")
    return {}


def hpke(given: dict[str, Any]) -> object:
    """What was sealed to the key of a seed, with an info."""
    seed, sealed, info = (bytes.fromhex(given[name]) for name in ("seed", "sealed", "info"))
    return {"public": DRAW.public_of(seed), "plain": DRAW.open_with(seed, sealed, info)}


DOORS: Final = {
    "ed25519-key": ed25519_key,
    "mldsa44-key": mldsa44_key,
    "hpke-key": hpke_key,
    "ed25519": ed25519,
    "mldsa44": mldsa44,
    "hpke": hpke,
}
