"""The key schedule as its rules say it, computed a second time from HMAC alone."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from openline.errors import LocalFault
from openline.seal import epochs
from openline.seal.charter import SUITE
from openline.seal.epochs import Way

LINE = hashlib.sha256(b"line").digest()
OUT, BACK = Way(LINE, SUITE, 0, 1), Way(LINE, SUITE, 1, 0)


def by_hand(salt: bytes, secret: bytes, info: bytes) -> bytes:
    """RFC 5869 for 32 bytes."""
    extracted = hmac.digest(salt, secret, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")


def context(way: Way, epoch: int, purpose: bytes) -> bytes:
    suite = SUITE.encode()
    ends = bytes([way.sender, way.receiver])
    return b"openline/epoch/v1\n" + bytes([len(suite)]) + suite + LINE + ends + epoch.to_bytes(8, "big") + purpose


def test_roots_follow_the_rules_byte_for_byte() -> None:
    """R-052, R-053, R-060, R-067."""
    zero = epochs.root_zero(b"s" * 32, OUT)
    assert zero == by_hand(LINE, b"s" * 32, context(OUT, 0, b"ceremony"))
    assert epochs.ratchet_root(zero, OUT, 1) == by_hand(zero, bytes(32), context(OUT, 1, b"ratchet"))
    assert epochs.grant_root(zero, b"f" * 32, OUT, 2) == by_hand(zero, b"f" * 32, context(OUT, 2, b"grant"))
    assert epochs.recovery_root(b"r" * 32, b"f" * 32, OUT, 9) == by_hand(
        b"r" * 32, b"f" * 32, context(OUT, 9, b"recovery")
    )
    assert epochs.recovery_secret(b"s" * 32, LINE) == by_hand(LINE, b"s" * 32, b"openline/recovery/v1")


def test_key_tag_and_base_name_follow_the_rules() -> None:
    """R-054, R-055."""
    root = b"r" * 32
    first = hmac.digest(root, b"openline/frame/v1\x01", "sha256")
    second = hmac.digest(root, first + b"openline/frame/v1\x02", "sha256")
    key = epochs.frame_key(root)
    assert (key.key, key.tag) == (first, second[:4])
    assert epochs.base_name(root) == hmac.digest(root, b"openline/base/v1\x01", "sha256")[:8]
    assert "rrrr" not in repr(key)


def test_a_tag_of_zeros_is_never_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """R-054: zeros mark a recovery frame."""
    monkeypatch.setattr(epochs, "expand", lambda key, info, size: bytes(size))
    assert epochs.frame_key(b"r" * 32).tag == b"\x00\x00\x00\x01"


def test_every_way_epoch_and_purpose_has_its_own_root() -> None:
    """R-053."""
    other_line = Way(hashlib.sha256(b"other").digest(), SUITE, 0, 1)
    ways = [OUT, BACK, Way(LINE, SUITE, 0, 2), Way(LINE, SUITE + "x", 0, 1), other_line]
    roots = [epochs.root_zero(b"s" * 32, way) for way in ways]
    roots += [epochs.ratchet_root(roots[0], OUT, epoch) for epoch in (1, 2, 2**40)]
    roots += [epochs.grant_root(roots[0], bytes(32), OUT, 1), epochs.recovery_root(roots[0], bytes(32), OUT, 1)]
    assert len(set(roots)) == len(roots)


@pytest.mark.parametrize("way", [Way(LINE, SUITE, 1, 1), Way(LINE, SUITE, 0, 8), Way(LINE[:31], SUITE, 0, 1)])
def test_a_way_that_cannot_be_is_our_own_fault(way: Way) -> None:
    with pytest.raises(LocalFault):
        epochs.root_zero(b"s" * 32, way)
