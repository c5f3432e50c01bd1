"""The key schedule: from the ceremony secret to roots, from a root to a frame key and its tag. Pure functions.

Epochs run for each pair of parties and each direction. A root leads to the next by HKDF-SHA256 (RFC 5869) with either
a fresh secret, which only the two ends know, or nothing, which only forgets. (R-052 to R-054)
"""

from __future__ import annotations

from typing import Final, NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from openline.errors import LocalFault
from openline.limits import PARTIES_MAX

ROOT_BYTES: Final = 32
TAG_BYTES: Final = 4
NO_TAG: Final = bytes(TAG_BYTES)  # a frame that is not sealed under an epoch: recovery
EPOCH_MAX: Final = 2**56
_NO_SECRET: Final = bytes(32)


class Way(NamedTuple):
    """One direction between two parties of one line: whose frames, to whom."""

    line_id: bytes
    suite: str
    sender: int
    receiver: int


class FrameKey(NamedTuple):
    """What seals frames of one epoch: the AES-256-GCM-SIV key and the tag that names it on the wire."""

    key: bytes
    tag: bytes

    def __repr__(self) -> str:
        return "FrameKey(…)"  # a traceback must not print it


def root_zero(ceremony_secret: bytes, way: Way) -> bytes:
    """Root of epoch 0, from the secret that the ceremony gave all parties. (R-052)"""
    return hkdf(way.line_id, ceremony_secret, _info(way, 0, b"ceremony"))


def ratchet_root(root: bytes, way: Way, epoch: int) -> bytes:
    """The next root by time alone: it forgets, and adds nothing. (R-053)"""
    return hkdf(root, _NO_SECRET, _info(way, epoch, b"ratchet"))


def grant_root(root: bytes, secret: bytes, way: Way, epoch: int) -> bytes:
    """The root of a granted epoch, from an older root and a fresh secret. (R-053)"""
    return hkdf(root, secret, _info(way, epoch, b"grant"))


def recovery_root(recovery_secret: bytes, secret: bytes, way: Way, epoch: int) -> bytes:
    """The root that reopens sealing after a loss: a fresh secret mixed with one that was kept apart. (R-060)"""
    return hkdf(recovery_secret, secret, _info(way, epoch, b"recovery"))


def frame_key(root: bytes) -> FrameKey:
    """Key and tag of an epoch. A tag is never 00000000, which marks a recovery frame. (R-054)"""
    expanded = expand(root, b"openline/frame/v1", 32 + TAG_BYTES)
    tag = expanded[32:]
    return FrameKey(expanded[:32], tag if tag != NO_TAG else b"\x00\x00\x00\x01")


def base_name(root: bytes) -> bytes:
    """Eight bytes that name a root without giving it away: a grant says by it which root it builds on."""
    return expand(root, b"openline/base/v1", 8)


def recovery_secret(ceremony_secret: bytes, line_id: bytes) -> bytes:
    """The secret to be kept apart (on paper, in a safe) for the day a keyring is lost. (R-060)"""
    return hkdf(line_id, ceremony_secret, b"openline/recovery/v1")


def confirmation(root: bytes) -> bytes:
    """What shows the receiver of a recovery grant that it has the same recovery secret, before it changes anything."""
    return expand(root, b"openline/confirm/v1", 32)


def hkdf(salt: bytes, secret: bytes, info: bytes) -> bytes:
    """HKDF-SHA256, 32 bytes."""
    return HKDF(hashes.SHA256(), ROOT_BYTES, salt, info).derive(secret)


def expand(key: bytes, info: bytes, size: int) -> bytes:
    """HKDF-Expand-SHA256."""
    return HKDFExpand(hashes.SHA256(), size, info).derive(key)


def _info(way: Way, epoch: int, purpose: bytes) -> bytes:
    """Every field has a fixed size or its length before it, so no two contexts share a spelling. (R-053)"""
    if len(way.line_id) != 32 or not 0 <= epoch <= EPOCH_MAX or way.sender == way.receiver:
        raise LocalFault(f"epoch {epoch} from {way.sender} to {way.receiver}: not a way of this line")
    if not (0 <= way.sender < PARTIES_MAX and 0 <= way.receiver < PARTIES_MAX):
        raise LocalFault(f"parties {way.sender} and {way.receiver} are not below {PARTIES_MAX}")
    suite = way.suite.encode("ascii")
    return b"".join(
        (
            b"openline/epoch/v1\n",
            bytes((len(suite),)),
            suite,
            way.line_id,
            bytes((way.sender, way.receiver)),
            epoch.to_bytes(8, "big"),
            purpose,
        )
    )
