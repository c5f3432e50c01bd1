"""Codes of a set: any that are enough give the whole; nothing else ever does."""

from __future__ import annotations

import random
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.errors import LocalFault, Malformed, Unchecked
from openline.limits import PAGE_SET_BYTES_MAX, PAGE_SYMBOL_BYTES_MAX
from openline.wire import erasure
from openline.wire.pages import (
    HEAD_BYTES,
    SYMBOL_OVERHEAD_BYTES,
    PageHead,
    Symbol,
    cut,
    encode_symbol,
    join,
    parse_symbol,
)

LINE = bytes(range(32))


def made(whole: bytes, size: int, count: int, *, at_ms: int = 1_770_000_000_000) -> list[Symbol]:
    return [parse_symbol(one) for one in cut(LINE, 0, 1, at_ms, whole, size, count)]


def data_of(symbols: list[Symbol]) -> dict[int, bytes]:
    return {one.number: one.data for one in symbols}


def test_the_code_is_that_of_rfc_5510_by_its_own_matrix() -> None:
    """R-264: GM = V(k,k)^-1 · V(k,n), computed here by multiplying polynomials and inverting the matrix."""

    def times(a: int, b: int) -> int:
        out = 0
        while b:
            out ^= a if b & 1 else 0
            a = a << 1 ^ (0x11D if a & 0x80 else 0)
            b >>= 1
        return out

    def power(exponent: int) -> int:
        value = 1
        for _ in range(exponent % 255):
            value = times(value, 2)
        return value

    def inverse(value: int) -> int:
        return next(other for other in range(1, 256) if times(value, other) == 1)

    k, n = 4, 9
    rows = [[power(i * j) for j in range(k)] + [int(i == j) for j in range(k)] for i in range(k)]
    for at in range(k):
        pivot = next(row for row in range(at, k) if rows[row][at])
        rows[at], rows[pivot] = rows[pivot], rows[at]
        scale = inverse(rows[at][at])
        rows[at] = [times(scale, value) for value in rows[at]]
        for row in range(k):
            if row != at:
                by = rows[row][at]
                rows[row] = [value ^ times(by, other) for value, other in zip(rows[row], rows[at], strict=True)]
    inverted = [row[k:] for row in rows]
    vandermonde = [[power(i * j) for j in range(n)] for i in range(k)]
    source = [b"\x01\xff", b"\x00\x80", b"\x37\x02", b"\xe5\x00"]
    expected = []
    for j in range(n):
        column = []
        for i in range(k):
            value = 0
            for m in range(k):
                value ^= times(inverted[i][m], vandermonde[m][j])
            column.append(value)
        symbol = bytearray(2)
        for i in range(k):
            for byte in range(2):
                symbol[byte] ^= times(source[i][byte], column[i])
        expected.append(bytes(symbol))
    assert erasure.extend(source, n) == expected


@given(st.data())
def test_any_that_are_enough_bring_all_back_and_one_fewer_does_not(data: st.DataObject) -> None:
    """R-263 R-264"""
    whole = data.draw(st.binary(min_size=1, max_size=400))
    size = data.draw(st.integers(-(-len(whole) // 40), 60))
    needed = -(-len(whole) // size)
    count = data.draw(st.integers(needed, min(255, needed + 30)))
    symbols = made(whole, size, count)
    chosen = data.draw(st.permutations(symbols))[:needed]
    assert join(symbols[0].head, data_of(chosen)) == whole
    with pytest.raises(Unchecked, match="codes of"):
        join(symbols[0].head, data_of(chosen[:-1]))


def test_the_largest_set() -> None:
    whole = random.Random(1).randbytes(PAGE_SET_BYTES_MAX)
    symbols = made(whole, 588, 255)
    assert join(symbols[0].head, data_of(symbols[55:])) == whole


def test_one_foreign_code_among_more_than_enough_is_found_and_left_out() -> None:
    """R-263: and two are not, and then nothing is claimed to be whole."""
    whole = b"x" * 500 + b"y" * 499
    symbols = made(whole, 100, 15)
    data = data_of(symbols[:11])
    data[3] = bytes(100)
    assert join(symbols[0].head, data) == whole
    data[4] = bytes(100)
    with pytest.raises(Malformed, match="do not give the whole"):
        join(symbols[0].head, data)
    exact = data_of(symbols[:10]) | {0: bytes(100)}
    with pytest.raises(Malformed, match="do not give the whole"):
        join(symbols[0].head, exact)


def test_padding_that_is_not_zero_is_no_second_spelling() -> None:
    """R-263"""
    symbols = made(b"abc", 2, 4)
    data = data_of(symbols[:2])
    data[1] = b"c!"
    with pytest.raises(Malformed):
        join(symbols[0].head, data)


def test_sets_of_another_instant_or_line_or_receiver_have_other_heads() -> None:
    """R-262: the same frames printed twice are two sets that never meet."""
    first, again = made(b"same", 2, 4), made(b"same", 2, 4, at_ms=1_770_000_000_001)
    other = parse_symbol(cut(bytes(32), 0, 1, 1_770_000_000_000, b"same", 2, 4)[0])
    turned = parse_symbol(cut(LINE, 1, 0, 1_770_000_000_000, b"same", 2, 4)[0])
    heads = {first[0].head, again[0].head, other.head, turned.head}
    assert len(heads) == 4
    assert len({head.digest for head in heads}) == 4
    assert len({head.name for head in heads}) == 4


@given(st.binary(max_size=200))
def test_no_bytes_but_a_symbol_are_one(junk: bytes) -> None:
    """R-260"""
    with pytest.raises(Malformed):
        parse_symbol(junk)
    with pytest.raises(Malformed):
        parse_symbol(b"OLP1" + junk)


@given(st.integers(0, 10**6), st.integers(1, 255))
def test_a_turned_bit_is_noticed_wherever_it_is(at: int, change: int) -> None:
    """R-261"""
    code = bytearray(cut(LINE, 0, 1, 5, b"some frames" * 5, 11, 9)[7])
    code[at % len(code)] ^= change
    with pytest.raises(Malformed):
        parse_symbol(bytes(code))


def sealed(head: PageHead, number: int = 0, data: bytes | None = None) -> bytes:
    return encode_symbol(Symbol(head, number, bytes(head.size) if data is None else data))


def test_heads_that_no_set_has_are_refused_with_a_right_check() -> None:
    """R-260 R-262"""
    good = PageHead(LINE[:8], 0, 1, 5, bytes(16), 95, 10, 10, 15)
    assert parse_symbol(sealed(good)).head == good
    assert parse_symbol(sealed(good, 14)).number == 14
    for wrong in (
        good._replace(sender=8),
        good._replace(receiver=0),
        good._replace(receiver=9),
        good._replace(needed=0),
        good._replace(needed=16),
        good._replace(length=90),  # nine symbols would do
        good._replace(length=101),
        good._replace(length=0),
    ):
        with pytest.raises(Malformed):
            parse_symbol(sealed(wrong))
    for number, data in ((15, None), (0, bytes(9)), (0, bytes(11))):
        with pytest.raises(Malformed):
            parse_symbol(sealed(good, number, data))
    giant = good._replace(size=PAGE_SYMBOL_BYTES_MAX + 1, length=(PAGE_SYMBOL_BYTES_MAX + 1) * 10)
    with pytest.raises(Malformed):
        parse_symbol(sealed(giant))
    empty = good._replace(size=0, length=0)
    with pytest.raises(Malformed):
        parse_symbol(sealed(empty))


def test_what_cannot_be_cut_is_our_own_fault() -> None:
    for whole, size, count in ((b"", 10, 1), (b"abc", 0, 5), (b"abc", 1, 2), (b"abc", 1, 256), (b"abc", 2049, 3)):
        with pytest.raises(LocalFault):
            cut(LINE, 0, 1, 5, whole, size, count)
    with pytest.raises(LocalFault):
        erasure.extend([b"a", b"bb"], 3)
    with pytest.raises(LocalFault):
        erasure.restore({0: b"a"}, 2)
    with pytest.raises(LocalFault):
        erasure.restore({0: b"a", 1: b"bb"}, 2)


def test_the_layout_byte_by_byte() -> None:
    """R-260: written out here by hand."""
    (code,) = cut(LINE, 2, 3, 0x0102030405, b"frame", 5, 1)
    head = b"OLP1" + LINE[:8] + b"\x02\x03" + bytes.fromhex("000102030405")
    rest = bytes.fromhex("00000005") + bytes.fromhex("0005") + b"\x01\x01"
    digest = sha256(b"openline/pages/v1\n" + head + bytes(16) + rest + b"frame").digest()[:16]
    said = head + digest + rest + b"\x00" + b"frame"
    assert code == said + sha256(said).digest()[:4]
    assert len(code) == SYMBOL_OVERHEAD_BYTES + 5
    assert len(head + digest + rest) == HEAD_BYTES
