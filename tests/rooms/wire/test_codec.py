"""Bodies coded for transport and opened again within bounds. (R-020, R-280 to R-283)"""

from __future__ import annotations

import tracemalloc
import zlib
from hashlib import sha256

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.console.dictionaries import SHIPPED, shipped
from openline.errors import LocalFault, Malformed
from openline.limits import BODY_BYTES_MAX, DICTIONARY_BYTES_MAX
from openline.wire.codec import BROTLI, DEFLATE, DICTIONARY, RAW, check_dictionary, code_body, open_body

WORDS = b"The dialogue is suspended, and it will be resumed when both sides have said so. "
OTHER = b"Quite another text, of which nothing is ever said on this line. "
AGREED = {sha256(one).digest(): one for one in (WORDS, OTHER)}


def deflated(raw: bytes, dictionary: bytes = b"") -> bytes:
    press = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=dictionary) if dictionary else zlib.compressobj(9, 8, -15)
    return press.compress(raw) + press.flush()


def marked(raw: bytes, dictionary: bytes = WORDS) -> bytes:
    return sha256(dictionary).digest()[:1] + deflated(raw, dictionary)


def in_brotli(raw: bytes, bits: int = 18) -> bytes:
    return bytes(brotli.compress(raw, lgwin=bits))


@given(st.binary(max_size=2000) | st.text(max_size=500).map(str.encode), st.booleans(), st.booleans(), st.booleans())
def test_a_body_is_opened_as_it_was(raw, narrow, plain, slow):
    codec, coded = code_body(raw, narrow, AGREED, plain=plain, slow=slow)
    assert open_body(codec, coded, BODY_BYTES_MAX, AGREED) == raw
    assert len(coded) <= len(raw)
    assert codec in {True: (RAW, DEFLATE), False: (RAW, DEFLATE, DICTIONARY, BROTLI)}[plain]


def test_a_narrow_bearer_carries_the_shortest_form_and_a_broad_one_the_body_itself():
    """R-283."""
    text = WORDS + b"In this case at ten."
    forms = {RAW: text, DEFLATE: deflated(text), DICTIONARY: marked(text), BROTLI: in_brotli(text)}
    codec, coded = code_body(text, True, AGREED)
    assert len(coded) == min(map(len, forms.values())) and forms[codec] == coded
    assert codec == DICTIONARY
    assert code_body(text, False, AGREED) == (RAW, text)
    assert code_body(b"ab", True, AGREED) == (RAW, b"ab")
    assert code_body(text, True)[0] == BROTLI
    assert code_body(text * 9, True, AGREED, plain=True)[0] == DEFLATE


@pytest.mark.parametrize("make", [deflated, marked, in_brotli])
@pytest.mark.parametrize("size", [1001, 40_000, pytest.param(50_000_000, marks=pytest.mark.whole)])
def test_a_small_body_that_would_swell_is_refused_unswollen(make, size):
    """R-020. Brotli's library gives back up to the end of the block in which the bound lies."""
    codec = {deflated: DEFLATE, marked: DICTIONARY, in_brotli: BROTLI}[make]
    coded = make(bytes(size))
    tracemalloc.start()
    with pytest.raises(Malformed, match="longer than 1000"):
        open_body(codec, coded, 1000, AGREED)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 300_000


@pytest.mark.parametrize("length", [999, 1000])
def test_a_body_up_to_its_bound_is_opened(length):
    raw = bytes(length)
    for codec, coded in ((DEFLATE, deflated(raw)), (DICTIONARY, marked(raw)), (BROTLI, in_brotli(raw))):
        assert open_body(codec, coded, 1000, AGREED) == raw


def test_the_longest_body_is_opened_from_every_codec():
    raw = (WORDS * (BODY_BYTES_MAX // len(WORDS) + 1))[:BODY_BYTES_MAX]
    for codec, coded in ((DEFLATE, deflated(raw)), (DICTIONARY, marked(raw)), (BROTLI, in_brotli(raw))):
        assert open_body(codec, coded, BODY_BYTES_MAX, AGREED) == raw


@pytest.mark.parametrize(
    ("codec", "data", "says"),
    [
        (RAW, bytes(1001), "longer"),
        (DEFLATE, deflated(bytes(1001)), "longer"),
        (DEFLATE, deflated(b"abc" * 50)[:-3], "cut off"),
        (DEFLATE, b"", "cut off"),
        (DEFLATE, deflated(b"abc") + b"\0", "follow"),
        (DEFLATE, b"\xff\xff\xff", "not deflate"),
        (DEFLATE, zlib.compress(b"abc"), "not deflate|cut off|follow"),
        (DICTIONARY, b"", "no dictionary"),
        (DICTIONARY, b"\x00" + deflated(b"abc", WORDS), "no dictionary"),
        (DICTIONARY, sha256(WORDS).digest()[:1], "cut off"),
        (DICTIONARY, marked(b"abc") + b"\0", "follow"),
        (DICTIONARY, marked(bytes(1001)), "longer"),
        (BROTLI, b"", "cut off"),
        (BROTLI, in_brotli(WORDS)[:-1], "cut off"),
        (BROTLI, in_brotli(WORDS) + b"\0", "follow"),
        (BROTLI, in_brotli(WORDS) * 2, "follow"),
        (BROTLI, in_brotli(WORDS, 19), "window"),
        (BROTLI, in_brotli(WORDS, 24), "window"),
        (BROTLI, b"\x11" + in_brotli(WORDS)[1:], "window"),
        (4, b"abc", "not known"),
    ],
)
def test_what_is_not_a_coded_body_is_refused(codec, data, says):
    with pytest.raises(Malformed, match=says):
        open_body(codec, data, 1000, AGREED)


@pytest.mark.parametrize("bits", range(10, 19))
def test_every_window_that_is_no_wider_than_a_body_is_read(bits):
    """R-282."""
    assert open_body(BROTLI, in_brotli(WORDS, bits), 1000) == WORDS


def test_a_wrong_dictionary_gives_other_bytes_or_is_refused_and_never_the_words():
    """R-280: the digest in the header is what tells; see the vectors of the line."""
    coded = sha256(OTHER).digest()[:1] + deflated(WORDS, WORDS)
    try:
        assert open_body(DICTIONARY, coded, 1000, AGREED) != WORDS
    except Malformed:
        pass


def test_of_two_dictionaries_with_one_first_byte_the_lower_is_meant():
    """R-281."""
    twins: dict[bytes, bytes] = {}
    number = 0
    while len(twins) < 2:
        word = b"dictionary %d " % number
        digest = sha256(word).digest()
        if digest[0] == 7:
            twins[digest] = word
        number += 1
    low, high = (twins[digest] for digest in sorted(twins))
    raw = low * 3
    assert open_body(DICTIONARY, b"\x07" + deflated(raw, low), 1000, twins) == raw
    codec, coded = code_body(high * 2, True, twins)
    assert open_body(codec, coded, 1000, twins) == high * 2


@given(st.sampled_from([DEFLATE, DICTIONARY, BROTLI]), st.binary(max_size=200))
def test_any_bytes_open_within_the_bound_or_are_refused(codec, data):
    try:
        assert len(open_body(codec, data, 500, AGREED)) <= 500
    except Malformed:
        pass


@given(st.data())
def test_a_touched_body_opens_within_the_bound_or_is_refused(data):
    codec, make = data.draw(st.sampled_from([(DEFLATE, deflated), (DICTIONARY, marked), (BROTLI, in_brotli)]))
    coded = bytearray(make(WORDS * 4))
    at = data.draw(st.integers(0, len(coded) - 1))
    coded[at] ^= data.draw(st.integers(1, 255))
    try:
        assert len(open_body(codec, bytes(coded), 5_000, AGREED)) <= 5_000
    except Malformed:
        pass


def test_a_body_too_long_for_any_entry_is_our_own_mistake():
    with pytest.raises(LocalFault):
        code_body(bytes(BODY_BYTES_MAX + 1), narrow=False)


@pytest.mark.parametrize("length", [0, DICTIONARY_BYTES_MAX + 1])
def test_a_dictionary_that_is_empty_or_out_of_reach_is_refused(length):
    """R-281."""
    with pytest.raises(Malformed, match="a dictionary of"):
        check_dictionary(bytes(length))


def test_the_shipped_dictionary_is_the_one_that_is_named():
    """R-285."""
    assert check_dictionary(shipped()) == SHIPPED
    text = shipped().decode("utf-8", errors="replace")
    assert "Please acknowledge." in text and "Просим подтвердить получение." in text
