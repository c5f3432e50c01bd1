"""Entry headers: one spelling, checked against an independent encoder; salted digests against RFC 5869 by hand."""

from __future__ import annotations

import hashlib
import hmac

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.errors import Malformed
from openline.record import entry
from openline.record.entry import After, Header, Held, Receipted, Ref

generations = st.binary(min_size=12, max_size=12)
hashes_32 = st.binary(min_size=32, max_size=32)
sizes = st.one_of(st.integers(0, 300), st.integers(0, 2**40 - 1))


def by_party(make: st.SearchStrategy[tuple[object, ...]]) -> st.SearchStrategy[list[tuple[object, ...]]]:
    return st.lists(make, max_size=8, unique_by=lambda row: row[0]).map(lambda rows: sorted(rows, key=lambda r: r[0]))


afters = st.builds(
    lambda held, receipted: After(tuple(Held(*h) for h in held), tuple(Receipted(*r) for r in receipted)),
    by_party(st.tuples(st.integers(0, 7), generations, sizes, hashes_32)),
    by_party(st.tuples(st.integers(0, 7), sizes)),
)
headers = st.builds(
    Header,
    sizes,
    st.integers(0, 2**48 - 1),
    st.integers(0, 255),
    st.integers(0, 3),
    st.integers(0, 1),
    afters,
    st.lists(st.builds(Ref, st.integers(0, 7), generations, sizes), max_size=32).map(tuple),
    hashes_32,
)

PLAIN = Header(
    7,
    1_770_000_000_000,
    entry.MESSAGE,
    entry.PRIORITY,
    0,
    After((Held(1, bytes(12), 3, bytes(32)),), (Receipted(1, 6),)),
    (Ref(1, bytes(12), 2),),
    bytes(range(32)),
)


def as_cbor(h: Header) -> bytes:
    """What a stranger would write from the table in PROTOCOL."""
    return cbor2.dumps(
        {
            0: h.index,
            1: h.written_at_ms,
            2: h.kind,
            3: h.precedence,
            4: h.flags,
            5: [list(x) for x in h.after.held],
            6: [list(x) for x in h.after.receipted],
            7: [list(x) for x in h.references],
            8: h.digest,
        },
        canonical=True,
    )


@settings(max_examples=settings().max_examples * 4, deadline=None)
@given(headers)
def test_a_header_has_one_spelling_and_comes_back(header: Header) -> None:
    """R-072"""
    data = entry.encode_header(header)
    assert data == as_cbor(header)
    assert entry.parse_header(data) == header


def test_the_remembered_after_never_leaks_into_another_entry() -> None:
    other = PLAIN._replace(after=After((), ()))
    same_again = PLAIN._replace(after=After(*PLAIN.after))
    for header in (PLAIN, other, same_again, PLAIN, other):
        assert entry.encode_header(header) == as_cbor(header)


GOOD = as_cbor(PLAIN)


def bent(**changes: object) -> bytes:
    """The good header with some fields changed, k0 .. k8; None leaves the key out."""
    fields = cbor2.loads(GOOD)
    fields.update({int(key[1:]): value for key, value in changes.items()})
    return cbor2.dumps({k: v for k, v in fields.items() if v is not None})


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not CBOR"),
        (GOOD + b"\x00", "one spelling"),
        (GOOD[:-1], "not CBOR"),
        (b"\x80", "not a map"),
        (bent(k8=None), "keys 0 to 8"),
        (bent(k9=1), "keys 0 to 8"),
        (GOOD.replace(b"\xa9\x00\x07", b"\xa9\x00\x18\x07"), "one spelling"),
        (b"\xbf" + GOOD[1:] + b"\xff", "not CBOR"),
        (b"\xd9\xd9\xf7" + GOOD, "tag"),
        (bent(k0=-1), "index"),
        (bent(k0=7.0), "index"),
        (bent(k0=True), "index"),
        (bent(k0=2**40), "index"),
        (bent(k1=2**48), "written_at_ms"),
        (bent(k2=256), "kind"),
        (bent(k3=4), "precedence"),
        (bent(k4=2), "flags"),
        (bent(k5=[[1, bytes(11), 3, bytes(32)]]), "held"),
        (bent(k5=[[8, bytes(12), 3, bytes(32)]]), "party"),
        (bent(k5=[[1, bytes(12), 3, bytes(31)]]), "held"),
        (bent(k5=[[1, bytes(12), 3]]), "held"),
        (bent(k5=[[1, bytes(12), 3, bytes(32)]] * 2), "ascend"),
        (bent(k5=[[i, bytes(12), 3, bytes(32)] for i in range(9)]), "at most 8"),
        (bent(k5={}), "held"),
        (bent(k6=[[2, 1], [1, 1]]), "ascend"),
        (bent(k6=[[1, -1]]), "receipted"),
        (bent(k7=[[0, bytes(12), 0]] * 33), "at most 32"),
        (bent(k7=[[0, bytes(12), 2**40]]), "index"),
        (bent(k8=bytes(31)), "digest"),
        (bent(k8="x" * 32), "digest"),
        (bytes(5000), "at most 4096"),
        (cbor2.dumps(dict(reversed(list(cbor2.loads(GOOD).items())))), "ascending"),
    ],
)
def test_anything_but_the_one_spelling_is_refused(data: bytes, says: str) -> None:
    """R-073"""
    with pytest.raises(Malformed, match=says) as caught:
        entry.parse_header(data)
    assert caught.value.exhibit


@settings(max_examples=settings().max_examples * 6, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.tuples(st.integers(0, len(GOOD) - 1), st.integers(1, 255)).map(
            lambda change: GOOD[: change[0]] + bytes([GOOD[change[0]] ^ change[1]]) + GOOD[change[0] + 1 :]
        ),
    )
)
def test_any_bytes_are_read_as_written_or_refused(data: bytes) -> None:
    """R-073"""
    try:
        header = entry.parse_header(data)
    except Malformed:
        return
    assert entry.encode_header(header) == data


def test_salt_and_digest_follow_rfc_5869_and_rfc_2104() -> None:
    """R-074"""
    secret = bytes(range(32))
    info = b"openline/salt/v1" + (258).to_bytes(8, "big")
    expected = HKDFExpand(hashes.SHA256(), 32, info).derive(secret)
    assert entry.salt_for(secret, 258) == expected
    assert entry.body_digest(expected, b"") == hmac.new(expected, b"", hashlib.sha256).digest()
    assert entry.salt_for(secret, 259) != expected


def test_leaf_is_the_rfc_9162_leaf_of_the_header_bytes() -> None:
    """R-070"""
    assert entry.leaf(GOOD) == hashlib.sha256(b"\x00" + GOOD).digest()


def test_names_are_short_and_say_where() -> None:
    assert entry.entry_name((1, bytes(8) + b"\xde\xad\xbe\xef"), 17) == "log 1/deadbeef entry 17"
