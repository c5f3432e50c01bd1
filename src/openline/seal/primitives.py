"""Known answers, asked once at every start: a library that computes something else must not touch a key. (R-069)

The answers are those of RFC 8032 (7.1, test 2), RFC 8452 (C.2), RFC 5869 (A.1), draft-connolly-cfrg-xwing-kem-08
(appendix C, first vector) and, for ML-DSA-44, of two implementations that agree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from openline.errors import Forged, LocalFault
from openline.seal.draw import Draw
from openline.seal.signature import Ed25519Signer, Mldsa44Signer, verify_ed25519, verify_mldsa44

_ED25519_SEED: Final = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
_ED25519_SIGNATURE: Final = bytes.fromhex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)
_XWING_SEED: Final = bytes.fromhex("7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26")
_XWING_PUBLIC_SHA256: Final = "2e816deebcd76c5c80d0cd2d174478871658e8e2ff42bc9d4a6e486372e856bb"
_MLDSA44_PUBLIC_SHA256: Final = "9f107644c1084526af3bc8098680b05499a2325a644e388fb4f970e058d19d46"


def check_primitives(draw: Draw) -> None:
    """Ask each primitive one question; milliseconds. Raises LocalFault naming the one that answers wrongly."""
    answers: dict[str, Callable[[], bool]] = {
        "Ed25519": _ed25519,
        "ML-DSA-44": _mldsa44,
        "AES-256-GCM-SIV": _gcm_siv,
        "HKDF-SHA256": _hkdf,
        "X-Wing": lambda: _xwing(draw),
    }
    for name, answer in answers.items():
        try:
            right = answer()
        except UnsupportedAlgorithm as problem:
            raise LocalFault(f"{name}: this machine's library does not have it; replace the library") from problem
        if not right:
            raise LocalFault(f"{name} of this machine's library gives a wrong answer; no key is touched: replace it")


def _ed25519() -> bool:
    signer = Ed25519Signer(_ED25519_SEED)
    signed = signer.sign(b"\x72") == _ED25519_SIGNATURE
    return (
        signed
        and verify_ed25519(signer.public, _ED25519_SIGNATURE, b"\x72")
        and not verify_ed25519(signer.public, _ED25519_SIGNATURE, b"\x73")
    )


def _mldsa44() -> bool:
    signer = Mldsa44Signer(bytes(range(32)))
    made = signer.sign(b"r")
    known = hashlib.sha256(signer.public).hexdigest() == _MLDSA44_PUBLIC_SHA256
    return known and verify_mldsa44(signer.public, made, b"r") and not verify_mldsa44(signer.public, made, b"s")


def _gcm_siv() -> bool:
    key, nonce = b"\x01" + bytes(31), b"\x03" + bytes(11)
    return AESGCMSIV(key).encrypt(nonce, b"\x01" + bytes(7), None).hex() == (
        "c2ef328e5c71c83b843122130f7364b761e0b97427e3df28"
    )


def _hkdf() -> bool:
    salt, info = bytes(range(13)), bytes(range(0xF0, 0xFA))
    return HKDF(hashes.SHA256(), 42, salt, info).derive(b"\x0b" * 22).hex() == (
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )


def _xwing(draw: Draw) -> bool:
    public = draw.public_of(_XWING_SEED)
    if hashlib.sha256(public).hexdigest() != _XWING_PUBLIC_SHA256:
        return False
    sealed = draw.seal_to(public, b"one", b"use")
    return _opened(draw, sealed, b"use") == b"one" and _opened(draw, sealed, b"another use") is None


def _opened(draw: Draw, sealed: bytes, info: bytes) -> bytes | None:
    try:
        return draw.open_with(_XWING_SEED, sealed, info)
    except Forged:
        return None
