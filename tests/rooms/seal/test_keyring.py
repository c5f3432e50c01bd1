"""Two stations seal and open, grant and forget, and lose a keyring."""

from __future__ import annotations

import hashlib

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.errors import Forged, LocalFault, Malformed, Unchecked
from openline.limits import COURIER_KEEP_MS, EPOCH_EVERY_MS, EPOCH_ZERO_KEEP_MS, FRAME_COUNTER_MAX
from openline.seal import epochs, grants
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


def test_frames_open_in_any_order_and_again() -> None:
    """R-051: repeating one does nothing new; what is inside is for others to judge."""
    a, b = ring(0), ring(1)
    bodies = [a.seal(1, bytes([n]), START, n) for n in range(3)]
    assert [b.open(body).counter for body in (bodies[2], bodies[0], bodies[2], bodies[1])] == [2, 0, 2, 1]
    changes = b.changes
    assert b.open(bodies[0]) == b.open(bodies[0])
    assert b.changes == changes == 1


@given(st.binary(max_size=60), st.binary(max_size=1300), st.integers(0, 2**56))
@settings(max_examples=settings().max_examples * 6 // 5, deadline=None)
def test_noise_at_every_door_raises_what_the_doors_promise(short: bytes, long: bytes, epoch: int) -> None:
    b = ring(1)
    tag = ring(0).seal(1, b"", START, 0)[:4]
    for body in (short, long, tag + long, bytes(4) + long):
        with pytest.raises((Malformed, Forged, Unchecked)):
            b.open(body)
        with pytest.raises((Malformed, Forged, Unchecked)):
            b.take_recovery(body, bytes(32), bytes(32), 0)
    for sealed, key in ((short, long), (long, b""), (long[:64], bytes(1216)), ((long * 20)[:1248], bytes(1216))):
        for number in (0, epoch):
            with pytest.raises((Malformed, Forged)):
                b.take_grant(0, number, sealed, key)
    with pytest.raises(Malformed):
        rings.load(long, ports(1))
    assert b.dump() == ring(1).dump()


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


def test_what_is_reported_follows_what_came() -> None:
    """R-058: also where it was asked for before."""
    a, b = ring(0), ring(1)
    assert b.report(0) == 0
    a.ratchet(EPOCH_EVERY_MS)
    b.open(a.seal(1, b"x", START, 0))
    assert b.report(0) == 1
    a.confirm(1, 1, 0)
    granted(a, b, 0)
    assert b.report(0) == a.sending_epoch(1) == 3
    b.drop_peer(0)
    with pytest.raises(LocalFault):
        b.report(0)


def granted(a: Keyring, b: Keyring, now_ms: int) -> None:
    """`a` grants `b` an epoch and moves to it."""
    a.take_grant(1, *b.make_offer(0))
    grant = a.make_grant(1)
    assert grant is not None
    b.take_grant(0, *grant)
    assert a.confirm(1, b.report(0), now_ms)


def test_what_a_third_party_could_forge_goes_as_soon_as_a_grant_is_proved() -> None:
    """R-055, R-059: epoch 0, and what time makes of it, are known to every party of the line; so is a joining's secret
    to whoever gets at one key. A grant is due at once, and a minute after both have proved it nothing older opens."""
    a, b = ring(0), ring(1)
    late = [a.seal(1, b"late", START, 0)]
    a.ratchet(EPOCH_EVERY_MS)
    late.append(a.seal(1, b"late", START, 1))
    a.take_grant(1, *b.make_offer(0))
    granted(a, b, EPOCH_EVERY_MS)
    b.forget(0)
    b.forget(COURIER_KEEP_MS)
    assert [b.open(one).payload for one in late] == [b"late", b"late"], "not proved by the sender yet"
    b.open(a.seal(1, b"x", START, 2))
    b.forget(COURIER_KEEP_MS)
    b.forget(COURIER_KEEP_MS + EPOCH_ZERO_KEEP_MS - 1)
    assert b.open(late[0]).payload == b"late"
    b.forget(COURIER_KEEP_MS + EPOCH_ZERO_KEEP_MS)
    for one in late:
        with pytest.raises(Unchecked):
            b.open(one)
    assert b.open(a.seal(1, b"x", START, 3)).payload == b"x"


def test_a_receive_secret_goes_when_both_have_proved_a_later_one_and_the_courier_is_in() -> None:
    """R-059."""
    a, b = ring(0), ring(1)
    granted(a, b, 0)
    b.open(a.seal(1, b"x", START, 3))
    b.forget(1), b.forget(1 + EPOCH_ZERO_KEEP_MS)
    late = a.seal(1, b"by courier", START, 4)
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
    """R-068."""
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


def test_a_step_by_time_proves_to_nobody_that_the_receiver_holds_it() -> None:
    """R-059: the sender may have gone one step alone, so the epoch before stays until one more is proved."""
    a, b = ring(0), ring(1)
    late = a.seal(1, b"late", START, 0)
    a.ratchet(EPOCH_EVERY_MS)
    b.open(a.seal(1, b"x", START, 0))
    b.forget(0)
    b.forget(2 * COURIER_KEEP_MS)
    assert b.open(late).payload == b"late"
    a.confirm(1, b.report(0), EPOCH_EVERY_MS)
    a.ratchet(2 * EPOCH_EVERY_MS)
    b.open(a.seal(1, b"x", START, 0))
    b.forget(2 * COURIER_KEEP_MS)
    b.forget(3 * COURIER_KEEP_MS)
    with pytest.raises(Unchecked):
        b.open(late)


def test_a_report_of_epochs_an_old_copy_has_forgotten_does_not_let_time_run() -> None:
    """R-057."""
    a = ring(0)
    a.confirm(1, 8, 0)
    assert a.ratchet(EPOCH_EVERY_MS)
    assert not a.ratchet(99 * EPOCH_EVERY_MS)
    assert a.take_grant(1, *ring(1).make_offer(0))
    grant = a.make_grant(1)
    assert grant is not None and grant.epoch == 10


def test_after_a_recovery_nothing_moves_before_it_is_reported() -> None:
    """R-057, R-060."""
    a = rings.lost(LINE, SUITE, 0, [1], ports(0))
    a.make_recovery(1, DRAW.public_of(bytes(32)), b"r" * 32, 10**12)
    assert not a.ratchet(10**12 + 9 * EPOCH_EVERY_MS)
    a.confirm(1, 10**12, 10**12)
    assert a.ratchet(10**12 + 9 * EPOCH_EVERY_MS)


def test_time_never_reaches_the_number_of_a_grant_that_is_under_way() -> None:
    """R-057: else a report of that number could mean either."""
    a, b = ring(0), ring(1)
    a.take_grant(1, *b.make_offer(0))
    grant = a.make_grant(1)
    assert grant is not None and grant.epoch == 2
    assert not a.ratchet(2 * EPOCH_EVERY_MS - 1)  # a grant is better than time: it gets twice as long
    assert a.ratchet(2 * EPOCH_EVERY_MS)
    b.open(a.seal(1, b"x", START, 0))
    a.confirm(1, b.report(0), 2 * EPOCH_EVERY_MS)
    assert not a.ratchet(99 * EPOCH_EVERY_MS)
    assert b.take_grant(0, *grant)
    assert a.confirm(1, b.report(0), 99 * EPOCH_EVERY_MS)
    assert a.sending_epoch(1) == 2
    assert b.open(a.seal(1, b"x", START, 0)).epoch == 2


def test_a_clock_set_back_counts_from_there() -> None:
    a = rings.from_ceremony(LINE, SUITE, 0, 2, SECRET, 50 * EPOCH_EVERY_MS, ports(0))
    assert a.ratchet(EPOCH_EVERY_MS) and a.sending_epoch(1) == 0
    assert a.ratchet(2 * EPOCH_EVERY_MS) and a.sending_epoch(1) == 1


def test_two_epochs_with_one_tag_are_both_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """R-050: tags are four bytes; a chance match must not look like a forgery."""
    real = epochs.frame_key
    monkeypatch.setattr(epochs, "frame_key", lambda root: real(root)._replace(tag=b"same"))
    a, b, c = (ring(n, 3) for n in range(3))
    assert b.open(a.seal(1, b"from a", START, 0)).peer == 0
    assert b.open(c.seal(1, b"from c", START, 0)).peer == 2
    with pytest.raises(Forged):
        b.open(b.seal(0, b"our own, sent back to us", START, 0))


def test_a_key_that_cannot_be_used_is_passed_over() -> None:
    a, b = ring(0), ring(1)
    useless = bytes(1216)
    signed = grants.sign_offer(epochs.Way(LINE, SUITE, 1, 0), useless, SIGNERS[1].sign)
    assert a.take_grant(1, *signed)
    assert a.make_grant(1) is None
    assert not a.take_grant(1, *signed)
    assert a.take_grant(1, *b.make_offer(0))
    assert a.make_grant(1) is not None


def test_a_grant_that_builds_on_nothing_here_is_put_aside() -> None:
    """R-056."""
    a, b = ring(0), ring(1)
    a.take_grant(1, *b.make_offer(0))
    first, fresh = a.make_grant(1), ring(1)
    assert first is not None
    with pytest.raises(Unchecked, match="one-time key"):
        fresh.take_grant(0, *first)
    assert fresh.report(0) == 0
    other = rings.from_ceremony(LINE, SUITE, 1, 2, b"o" * 32, 0, ports(1))
    other.make_offer(0)
    with pytest.raises(Unchecked, match="epoch it builds on"):
        other.take_grant(0, *first)


def test_a_party_that_leaves_is_forgotten_at_once() -> None:
    a, b = ring(0, 3), ring(1, 3)
    body = b.seal(0, b"x", START, 0)
    a.drop_peer(1)
    with pytest.raises(Unchecked):
        a.open(body)
    with pytest.raises(LocalFault, match="not on the keyring"):
        a.seal(1, b"", START, 0)
    with pytest.raises(LocalFault, match="already on the keyring"):
        a.add_peer(2)


@pytest.mark.parametrize("at", range(7))
def test_a_recovery_frame_with_any_field_changed_is_refused(at: int) -> None:
    """R-060."""
    seed = DRAW.fresh(32)
    a, b = rings.lost(LINE, SUITE, 0, [1], ports(0)), ring(1)
    body = a.make_recovery(1, DRAW.public_of(seed), b"r" * 32, 5000)
    fields = cbor2.loads(body[12:])
    fields[at] = {0: b"l" * 32, 1: 2, 2: 0, 3: 5001, 4: 1, 5: bytes(1200), 6: bytes(64)}[at]
    with pytest.raises((Forged, Malformed)):
        b.take_recovery(body[:12] + cbor2.dumps(fields), seed, b"r" * 32, 5000)
    with pytest.raises(Malformed, match="00000000"):
        b.take_recovery(b"\x01" + body[1:], seed, b"r" * 32, 5000)
    assert b.take_recovery(body, seed, b"r" * 32, 5000) == 0


def test_a_recovery_with_the_wrong_secret_changes_nothing() -> None:
    """R-060: an officer's slip must not cost the epochs that still work."""
    seed = DRAW.fresh(32)
    a, b = rings.lost(LINE, SUITE, 0, [1], ports(0)), ring(1)
    body = a.make_recovery(1, DRAW.public_of(seed), b"r" * 32, 5000)
    before = b.dump()
    with pytest.raises(Unchecked, match="another recovery secret"):
        b.take_recovery(body, seed, b"q" * 32, 5000)
    assert b.dump() == before


def test_a_report_of_an_epoch_nobody_could_grant_does_not_end_granting() -> None:
    """R-058. In epoch 0 a third party can seal in the other's name: its boast must not move our numbers either."""
    a, b = ring(0), ring(1)
    for boast in (2**56 - 1, 10**12, 10_000):
        assert not a.confirm(1, boast, 0)
    a.take_grant(1, *b.make_offer(0))
    grant = a.make_grant(1)
    assert grant is not None and grant.epoch == 2
    assert b.take_grant(0, *grant)
