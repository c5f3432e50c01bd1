"""Checks against the roster: what makes a claim something to build on, and everything that does not."""

from __future__ import annotations

from hashlib import sha256

import pytest

from openline.errors import Forged, Unchecked
from openline.record import note, roster
from openline.record.entry import LogId
from openline.record.roster import Claim, Party, Roster, StationKeys
from openline.seal.signature import Ed25519Signer, Mldsa44Signer


class Station:
    """A station's signing keys, from one word."""

    def __init__(self, word: str) -> None:
        def seed(purpose: str) -> bytes:
            return sha256(f"{word} {purpose}".encode()).digest()

        self.note = Ed25519Signer(seed("note"))
        self.receipt = Ed25519Signer(seed("receipt"))
        self.mldsa = Mldsa44Signer(seed("mldsa"))
        self.digest = seed("certificate")

    def keys(self, revoked: bool = False) -> StationKeys:
        return StationKeys(
            self.digest, self.note.public, self.receipt.public, self.mldsa.public, b"hpke", b"der", 0, 2**41, revoked
        )


OLD, A, B = Station("old a"), Station("a"), Station("b")
ROSTER = Roster(
    bytes([9]) * 32,
    0,
    (
        Party(bytes([1]) * 32, "A", (OLD.keys(revoked=True), A.keys())),
        Party(bytes([2]) * 32, "B", (B.keys(),)),
    ),
)
LOG = LogId(0, bytes([7]) * 12)
ROOT = bytes(range(32))
TEXT = note.checkpoint_text(roster.origin_of(ROSTER, LOG), 5, ROOT)
CLAIM = Claim(LOG, 5, ROOT, A.note.sign(TEXT))
RECEIPT = B.receipt.sign(note.cosigned_text(TEXT, 1_770_000_000))


def test_a_checkpoint_by_the_logs_station_is_checked() -> None:
    """R-086"""
    checked = roster.check_checkpoint(ROSTER, A.digest, CLAIM)
    assert (checked.claim, checked.station) == (CLAIM, A.keys())
    assert roster.check_checkpoint(ROSTER, A.digest[:8], CLAIM).station.digest == A.digest


@pytest.mark.parametrize(
    "claim",
    [
        CLAIM._replace(size=6),
        CLAIM._replace(root=bytes(32)),
        CLAIM._replace(log=LogId(0, bytes(12))),
        CLAIM._replace(signature=CLAIM.signature[:-1]),
        CLAIM._replace(signature=b""),
        CLAIM._replace(signature=OLD.note.sign(TEXT)),
        CLAIM._replace(signature=A.receipt.sign(TEXT)),
    ],
)
def test_a_checkpoint_that_differs_in_anything_is_forged(claim: Claim) -> None:
    """R-086"""
    with pytest.raises(Forged, match=r"\d entries is not by its station") as caught:
        roster.check_checkpoint(ROSTER, A.digest, claim)
    assert caught.value.exhibit


def test_one_log_has_one_key_for_life() -> None:
    """R-086: the party's other station cannot sign for this log."""
    with pytest.raises(Forged):
        roster.check_checkpoint(ROSTER, OLD.digest, CLAIM)
    with pytest.raises(Unchecked, match="no station certificate"):
        roster.check_checkpoint(ROSTER, B.digest, CLAIM)
    with pytest.raises(Unchecked, match="no station certificate"):
        roster.check_checkpoint(ROSTER, A.digest[:4], CLAIM)


def test_a_party_that_is_not_on_the_roster_is_unchecked_not_forged() -> None:
    with pytest.raises(Unchecked, match="party 2"):
        roster.check_checkpoint(ROSTER, A.digest, CLAIM._replace(log=LogId(2, bytes(12))))
    with pytest.raises(Unchecked, match="party 7"):
        roster.check_receipt(ROSTER, LOG, 7, 5, ROOT, 1_770_000_000, RECEIPT)
    with pytest.raises(Unchecked, match="party -1"):
        roster.party_of(ROSTER, -1)


def test_a_revoked_key_still_proves_who_had_it_and_says_so() -> None:
    claim = CLAIM._replace(signature=OLD.note.sign(TEXT))
    assert roster.check_checkpoint(ROSTER, OLD.digest, claim).station.revoked


def test_a_receipt_is_found_among_the_witnesss_stations() -> None:
    """R-087"""
    checked = roster.check_receipt(ROSTER, LOG, 1, 5, ROOT, 1_770_000_000, RECEIPT)
    assert checked.station == B.keys()
    other = LogId(1, bytes(12))
    text = note.cosigned_text(note.checkpoint_text(roster.origin_of(ROSTER, other), 5, ROOT), 3)
    old = roster.check_receipt(ROSTER, other, 0, 5, ROOT, 3, OLD.receipt.sign(text))
    assert old.station.digest == OLD.digest


@pytest.mark.parametrize(
    ("size", "root", "at_s", "signature"),
    [
        (6, ROOT, 1_770_000_000, RECEIPT),
        (5, bytes(32), 1_770_000_000, RECEIPT),
        (5, ROOT, 1_770_000_001, RECEIPT),
        (5, ROOT, -1, RECEIPT),
        (5, ROOT, 2**63, RECEIPT),
        (5, ROOT, 1_770_000_000, RECEIPT[:-1] + bytes([RECEIPT[-1] ^ 1])),
        (5, ROOT, 1_770_000_000, CLAIM.signature),
        (5, ROOT, 1_770_000_000, B.note.sign(note.cosigned_text(TEXT, 1_770_000_000))),
    ],
)
def test_a_receipt_that_differs_in_anything_is_forged(size: int, root: bytes, at_s: int, signature: bytes) -> None:
    """R-087"""
    with pytest.raises(Forged, match="receipt of party 1"):
        roster.check_receipt(ROSTER, LOG, 1, size, root, at_s, signature)


def test_nobody_witnesses_itself() -> None:
    """R-087"""
    own = A.receipt.sign(note.cosigned_text(TEXT, 3))
    with pytest.raises(Forged, match="own author"):
        roster.check_receipt(ROSTER, LOG, 0, 5, ROOT, 3, own)


def test_post_quantum_statements_of_author_and_witness() -> None:
    """R-088"""
    origin = roster.origin_of(ROSTER, LOG)
    checkpoint = note.Checkpoint(origin, 5, ROOT)
    by_author = A.mldsa.sign(note.cosigned_message(origin, 0, checkpoint))
    by_witness = B.mldsa.sign(note.cosigned_message(roster.receipt_name_of(ROSTER, 1), 9, checkpoint))
    assert roster.check_pq(ROSTER, LOG, 0, 5, ROOT, 0, by_author).station == A.keys()
    assert roster.check_pq(ROSTER, LOG, 1, 5, ROOT, 9, by_witness).station == B.keys()
    for witness, at_s, signature in (
        (0, 9, by_author),
        (1, 0, by_author),
        (1, 8, by_witness),
        (0, 0, by_witness),
        (1, 9, by_witness[:-1]),
        (1, 2**63, by_witness),
    ):
        with pytest.raises(Forged, match="ML-DSA-44"):
            roster.check_pq(ROSTER, LOG, witness, 5, ROOT, at_s, signature)


def test_only_a_check_makes_a_checked_thing() -> None:
    with pytest.raises(AssertionError, match="only a check"):
        roster.Checked(object(), CLAIM, A.keys())
