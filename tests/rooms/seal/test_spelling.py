"""One spelling for everything that is signed; everything else is refused by name."""

from __future__ import annotations

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.errors import Malformed
from openline.seal.spelling import Fields, armour, text, unarmour, write_map

NAMES = ("count", "bytes")

SECOND_SPELLINGS = {
    "a number that is too long": "a200180501 41ff",
    "a length that is too long": "a2000501 5801ff",
    "an indefinite map": "bf000501 41ffff",
    "an indefinite byte string": "a2000501 5f41ffff",
    "keys out of order": "a20141ff 0005",
    "a key twice": "a2000500 06",
    "a field missing": "a10005",
    "a field too many": "a300050141ff 0200",
    "a text as key": "a2613005 0141ff",
    "true as key": "a20005f5 41ff",
    "one as floating point key": "a20005f93c0041ff",
    "an array": "820541ff",
    "a floating point number": "a200f94500 0141ff",
    "a big number": "a200c24105 0141ff",
    "a date": "a200c100 0141ff",
    "a regular expression": "a200d8236161 0141ff",
    "a shared value": "a200d81c05 0141ff",
    "an unknown tag": "a200d9ffff05 0141ff",
    "a tag around all": "d9d9f7a200050141ff",
    "undefined": "a200f7 0141ff",
    "a simple value": "a200e0 0141ff",
    "bytes after the end": "a200050141ff 00",
    "the end cut off": "a200050141",
    "nothing": "",
    "a length nobody has": "a200050 15bffffffffffffffff",
    "depth without end": "81" * 40,
}


def read(data: bytes) -> tuple[int, bytes]:
    fields = Fields(data, "sample", NAMES, 64)
    return fields.whole(0), fields.octets(1, 1)


def test_the_one_spelling_is_read() -> None:
    """R-035."""
    data = write_map((5, b"\xff"))
    assert data.hex() == "a200050141ff"
    assert read(data) == (5, b"\xff")


@pytest.mark.parametrize("spelling", SECOND_SPELLINGS.values(), ids=SECOND_SPELLINGS.keys())
def test_no_other_spelling_is_read(spelling: str) -> None:
    """R-035."""
    with pytest.raises(Malformed, match="sample"):
        read(bytes.fromhex(spelling.replace(" ", "")))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((-1, b"x"), r"field 0 \(count\): -1 is not within"),
        ((2**63, b"x"), "is not within"),
        ((True, b"x"), r"field 0 \(count\): not a whole number"),
        ((None, b"x"), "not a whole number"),
        ((5, "x"), r"field 1 \(bytes\): not a byte string"),
        ((5, b"xy"), "2 bytes, not 1"),
        ((5, b"x" * 80), "more than 64"),
    ],
)
def test_a_wrong_field_is_named(values: tuple[object, object], said: str) -> None:
    with pytest.raises(Malformed, match=said):
        read(write_map(values))


@pytest.mark.parametrize(
    "bad",
    ["", " a", "a ", "a\nb", "a\x00b", "a\u202eb", "a\u200bb", "a\u2028b", "x" * 9, "\ue000", "a\x85b", "a\u00ad",
     "a\ufeffb", "a\ufdd0", "a\U000e0041", "a\U00100000", "\u3000a", "a\u00a0", "a\ud800"],
    ids=ascii,
)
def test_a_text_is_one_plain_line(bad: str) -> None:
    """R-035: no control, direction or invisible characters, bounded: what a person reads is what was signed."""
    assert text("Штаб — 司令", "name", 9) == "Штаб — 司令"
    with pytest.raises(Malformed, match="name"):
        text(bad, "name", 8)


@pytest.mark.parametrize("good", ["e\u0301", "\u0378", "\U0003fffd", "a\u00a0b", "Å", "가"], ids=ascii)
def test_no_table_of_unicode_decides_what_may_be_signed(good: str) -> None:
    """R-035: two readers with other versions of Unicode agree, also about characters that one of them does not have."""
    assert text(good, "name", 8) == good


@given(st.binary(max_size=80))
@settings(max_examples=settings().max_examples * 3, deadline=None)
def test_noise_is_refused_and_nothing_else_is_raised(noise: bytes) -> None:
    try:
        read(noise)
    except Malformed:
        return
    assert cbor2.dumps(cbor2.loads(noise)) == noise


@given(st.binary(max_size=400))
@settings(max_examples=settings().max_examples, deadline=None)
def test_armour_gives_back_the_bytes(data: bytes) -> None:
    """R-036."""
    worn = armour("CARD", data)
    assert unarmour("CARD", worn, 400) == data
    assert all(len(line) <= 64 for line in worn.splitlines())
    assert unarmour("CARD", "Sent by mail:\r\n" + worn.replace("\n", "\r\n\r\n") + "-- \r\n", 400) == data


def test_armour_of_another_kind_or_twice_or_spoiled_is_refused() -> None:
    """R-036."""
    worn = armour("CARD", b"\xff" * 100)
    spoiled = {
        "another kind": armour("OPENING", b"\xff" * 100),
        "two": worn + worn,
        "no end": worn.replace("END", "XND"),
        "end first": "\n".join(reversed(worn.splitlines())),
        "a letter outside the alphabet": worn.replace("//", "/!", 1),
        "not ASCII": worn.replace("//", "/é", 1),
        "no padding": worn.replace("=", ""),
        "bits after the end": armour("CARD", b"\xff" * 100).replace("w==", "x=="),
        "empty": "",
    }
    assert "w==" in worn
    for why, file_text in spoiled.items():
        with pytest.raises(Malformed, match="card file"):
            unarmour("CARD", file_text, 400)
            raise AssertionError(why)
    with pytest.raises(Malformed, match="more than 99"):
        unarmour("CARD", worn, 99)
    with pytest.raises(Malformed, match="more than"):
        unarmour("CARD", worn + " " * 10_000, 400)
