"""Two stations seal and open, grant and forget, and lose a keyring."""

from __future__ import annotations

import hashlib

import pytest

from openline.errors import Forged, LocalFault, Malformed, Unchecked
from openline.limits import COURIER_KEEP_MS, EPOCH_EVERY_MS, FRAME_COUNTER_MAX
from openline.seal import keyring as rings
from openline.seal.charter import SUITE
from openline.seal.draw import LibraryDraw
from openline.seal.keyring import Keyring, Ports
from openline.seal.signature import Ed25519Signer, verify_ed25519

LINE = hashlib.sha256(b"line").digest()
SECRET = hashlib.sha256(b"secret").digest()
DRAW = LibraryDraw()
SIGNERS = [Ed25519Signer(bytes([n + 1]) * 32) for n in range(3)]
START = b"strt"


def check(peer: int, signature: bytes, message: bytes) -> bool:
    return verify_ed25519(SIGNERS[peer].public, signature, message)


def ports(party: int) -> Ports:
    return Ports(DRAW, SIGNERS[party].sign, check)


def ring(party: int, parties: int = 2) -> Keyring:
    return rings.from_ceremony(LINE, SUITE, party, parties, SECRET, 0, ports(party))


def test_a_frame_opens_at_the_other_end_and_nowhere_else() -> None:
    """R-049, R-050."""
    a, b, c = (ring(n, 3) for n in range(3))
    body = a.seal(1, b"good morning", START, 7)
    assert b.open(body) == rings.Opened(0, 0, START, 7, b"good morning")
    for other in (a, c):
        with pytest.raises(Unchecked, match="no epoch of this line"):
            other.open(body)
    for at in range(4, len(body)):
        with pytest.raises(Forged):
            b.open(body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :])
    with pytest.raises(Malformed):
        b.open(body[:20])


def test_a_counter_never_seals_twice() -> None:
    """R-049."""
    a = ring(0)
    a.seal(1, b"", START, 7)
    for counter in (7, 6, 0, FRAME_COUNTER_MAX + 1, -1):
        with pytest.raises(LocalFault, match="new generation"):
            a.seal(1, b"", START, counter)
    a.seal(1, b"", b"next", 0)
    a.seal(1, b"", START, FRAME_COUNTER_MAX)
    again = rings.load(a.dump(), ports(0))
    with pytest.raises(LocalFault):
        again.seal(1, b"", START, 8)


def exchange(a: Keyring, b: Keyring, counter: int) -> None:
    """Both hail both."""
    b.open(a.seal(1, b"hail", START, counter))
    a.open(b.seal(0, b"hail", START, counter))
    a.confirm(1, b.report(0), counter)
    b.confirm(0, a.report(1), counter)


def test_a_grant_moves_the_sender_only_after_it_was_reported() -> None:
    """R-055 to R-058."""
    a, b = ring(0), ring(1)
    assert a.make_grant(1) is None
    assert a.take_grant(1, *b.make_offer(0))
    assert not a.take_grant(1, *b.make_offer(0))
    assert a.grants_due(0) == [1]
    grant = a.make_grant(1)
    assert grant is not None and len(grant.sealed) == 1248 and len(grant.next_key) == 1216
    assert a.sending_epoch(1) == 0 and a.grants_to_repeat(1) == [grant]
    a.confirm(1, b.report(0), 5)
    assert a.sending_epoch(1) == 0
    assert b.take_grant(0, *grant)
    changes = b.changes
    assert not b.take_grant(0, *grant) and b.changes == changes
    assert b.report(0) == grant.epoch == 2
    assert a.confirm(1, b.report(0), 6)
    assert a.sending_epoch(1) == 2 and a.grants_to_repeat(1) == []
    assert b.open(a.seal(1, b"x", START, 0)).epoch == 2
    back = b.make_grant(0)
    assert back is not None and a.take_grant(1, *back)


def test_a_grant_of_an_insider_or_for_another_use_is_refused() -> None:
    a, b, c = (ring(n, 3) for n in range(3))
    c.take_grant(1, *b.make_offer(2))
    grant = c.make_grant(1)
    assert grant is not None
    with pytest.raises(Forged, match="not signed by a note key"):
        b.take_grant(0, *grant)
    with pytest.raises(Forged):
        b.take_grant(2, grant.epoch + 2, grant.sealed, grant.next_key)
    with pytest.raises(Forged):
        b.take_grant(2, grant.epoch, grant.sealed, b"")
    with pytest.raises(Malformed):
        b.take_grant(2, grant.epoch, grant.sealed[:-1], grant.next_key)
    with pytest.raises(Malformed):
        b.take_grant(2, 0, b"", b"")
    assert b.take_grant(2, *grant)
    assert a.report(1) == 0


def test_time_alone_moves_one_epoch_and_no_more() -> None:
    """R-057."""
    a, b = ring(0), ring(1)
    assert not a.ratchet(EPOCH_EVERY_MS - 1)
    assert a.ratchet(EPOCH_EVERY_MS)
    assert a.sending_epoch(1) == 1
    assert not a.ratchet(99 * EPOCH_EVERY_MS)
    assert b.open(a.seal(1, b"x", START, 0)).epoch == 1
    assert b.report(0) == 1
    a.confirm(1, 1, 0)
    assert a.ratchet(99 * EPOCH_EVERY_MS)
    assert b.open(a.seal(1, b"x", START, 0)).epoch == 2


def test_a_receive_secret_goes_when_both_have_proved_a_later_one_and_the_courier_is_in() -> None:
    """R-059."""
    a, b = ring(0), ring(1)
    late = a.seal(1, b"by courier", START, 0)
    a.take_grant(1, *b.make_offer(0))
    grant = a.make_grant(1)
    assert grant is not None
    b.take_grant(0, *grant)
    b.forget(10)
    b.forget(10 + COURIER_KEEP_MS)  # granted, but not proved by the sender: nothing goes
    a.confirm(1, b.report(0), 0)
    b.open(a.seal(1, b"x", START, 1))
    b.forget(20)
    b.forget(20 + COURIER_KEEP_MS - 1)
    assert b.open(late).payload == b"by courier"
    b.forget(20 + COURIER_KEEP_MS)
    with pytest.raises(Unchecked):
        b.open(late)
    b.open(a.seal(1, b"x", START, 2))


def test_a_year_of_epochs_is_carried_ahead() -> None:
    a, b = ring(0), ring(1)
    for _ in range(5):
        a.take_grant(1, *b.make_offer(0))
        assert (grant := a.make_grant(1)) is not None
        assert b.take_grant(0, *grant)
    assert b.report(0) == 10
    a.confirm(1, 10, 0)
    seen = []
    for period in range(8):
        a.ratchet(period * EPOCH_EVERY_MS)
        seen.append(a.sending_epoch(1))
        assert b.open(a.seal(1, b"x", START, period)).epoch == seen[-1]
        a.confirm(1, b.report(0), period * EPOCH_EVERY_MS)
    assert seen == [0, 2, 4, 6, 8, 10, 11, 12]


def test_a_lost_keyring_is_reopened_by_a_recovery_grant_and_the_secret_kept_apart() -> None:
    """R-060."""
    seed = DRAW.fresh(32)
    a, b = ring(0), ring(1)
    now = 1_800_000_000_000
    a = rings.lost(LINE, SUITE, 0, [1], ports(0))
    with pytest.raises(Unchecked, match="recovery grant"):
        a.seal(1, b"", START, 0)
    body = a.make_recovery(1, DRAW.public_of(seed), b"r" * 32, now)
    assert a.recovery_to_repeat(1) == body
    with pytest.raises(Unchecked, match="enter the recovery secret"):
        b.take_recovery(body, seed, None, now)
    with pytest.raises(Unchecked, match="day ahead"):
        b.take_recovery(body, seed, b"r" * 32, now - 86_400_001)
    assert b.take_recovery(body, seed, b"r" * 32, now) == 0
    assert b.take_recovery(body, seed, b"r" * 32, now) is None
    assert b.open(a.seal(1, b"back again", START, 0)).payload == b"back again"
    assert a.open(b.seal(0, b"good", START, 0)).epoch == now
    a.confirm(1, b.report(0), now)
    assert a.recovery_to_repeat(1) == b""
    assert a.take_grant(1, *b.make_offer(0))
    assert (grant := a.make_grant(1)) is not None
    assert b.take_grant(0, *grant)


def test_a_joiner_opens_sealing_with_each_party_once() -> None:
    seed = DRAW.fresh(32)
    a = ring(0)
    a.add_peer(2)
    c = rings.lost(LINE, SUITE, 2, [0, 1], ports(2))
    body = c.make_recovery(0, DRAW.public_of(seed), None, 1000)
    assert a.take_recovery(body, seed, None, 1000) == 2
    assert a.open(c.seal(0, b"hello", START, 0)).peer == 2
    again = c.make_recovery(0, DRAW.public_of(seed), None, 2000)
    with pytest.raises(Forged, match="on the line already"):
        a.take_recovery(again, seed, None, 2000)


def test_a_keyring_comes_back_from_its_bytes() -> None:
    """R-061."""
    a, b = ring(0, 3), ring(1, 3)
    a.take_grant(1, *b.make_offer(0))
    grant = a.make_grant(1)
    assert grant is not None
    a2, b2 = rings.load(a.dump(), ports(0)), rings.load(b.dump(), ports(1))
    assert a2.dump() == a.dump()
    assert b2.take_grant(0, *grant)
    assert a2.confirm(1, b2.report(0), 1)
    assert b2.open(a2.seal(1, b"x", START, 0)).epoch == 2
    data = a.dump()
    for at in range(0, len(data), 97):
        with pytest.raises(Malformed):
            rings.load(data[:at], ports(0))
