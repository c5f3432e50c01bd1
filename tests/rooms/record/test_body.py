"""Bodies that people write: they come back as written, and read in one spelling only."""

from __future__ import annotations

import re

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.errors import Malformed
from openline.limits import TEXT_CHARS_MAX
from openline.record import body
from openline.record.body import Acknowledgement, Attachment, Message, Opening, Previous
from openline.record.entry import Ref

FULL = Message(
    "Обращение",
    "First line\n\tsecond line, по-русски, بالعربية \u200f",
    "ru",
    ("A DESK",),
    ("A LEGAL", "A WATCH"),
    1_770_000_000_000,
    Ref(1, bytes(12), 4),
    (Attachment("draft.pdf", 1000, "application/pdf", bytes(32)),),
    ("officer B, releasing",),
)

words = st.text(
    st.characters(
        exclude_categories=("Cc", "Cs", "Zl", "Zp"),
        exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    ),
    max_size=40,
)
names = words.filter(str.strip)
messages = st.builds(
    Message,
    words,
    words,
    st.sampled_from(["en", "ru", "zh-Hant-TW"]),
    st.lists(names, max_size=3).map(tuple),
    st.lists(names, max_size=3).map(tuple),
    st.none() | st.integers(0, 2**48 - 1),
    st.none() | st.builds(Ref, st.integers(0, 7), st.binary(min_size=12, max_size=12), st.integers(0, 2**40 - 1)),
    st.lists(
        st.builds(
            Attachment,
            names.filter(lambda n: "/" not in n and "\\" not in n and n not in (".", "..")),
            st.integers(0, 1000),
            names,
            st.binary(min_size=32, max_size=32),
        ),
        max_size=2,
    ).map(tuple),
    st.lists(names, max_size=2).map(tuple),
)


@given(messages)
def test_a_message_comes_back_as_written(message: Message) -> None:
    """R-076"""
    assert body.parse_message(body.encode_message(message)) == message


def test_a_full_message_in_several_alphabets() -> None:
    data = body.encode_message(FULL)
    assert body.parse_message(data) == FULL
    assert cbor2.dumps(cbor2.loads(data), canonical=True) == data


GOOD = cbor2.loads(body.encode_message(FULL))


def bent(key: int, value: object) -> bytes:
    return cbor2.dumps({**GOOD, key: value})


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not CBOR"),
        (b"hello", "message"),
        (cbor2.dumps(GOOD) + b"\xf6", "one spelling"),
        (cbor2.dumps({**GOOD, 9: 1}), "keys 0 to 8"),
        (cbor2.dumps({True if k == 1 else k: v for k, v in GOOD.items()}), "one spelling"),
        (bent(0, "x" * 257), "subject"),
        (bent(0, b"x"), "subject"),
        (bent(0, "two\nlines"), r"U\+000A"),
        (bent(1, "x" * (TEXT_CHARS_MAX + 1)), "text"),
        (bent(1, "bell \x07"), r"U\+0007"),
        (bent(1, "return\r\n"), r"U\+000D"),
        (bent(1, "c1 \x9b"), r"U\+009B"),
        (bent(1, "turned \u202e"), r"U\+202E"),
        (bent(2, ""), "language"),
        (bent(2, "en US"), "language"),
        (bent(3, "A DESK"), "action"),
        (bent(3, ["  "]), "empty name"),
        (bent(3, ["x"] * 65), "at most 64"),
        (bent(4, [1]), "info"),
        (bent(5, -1), "reply by"),
        (bent(5, 1.5), "reply by"),
        (bent(6, [1, bytes(12)]), "in reply to"),
        (bent(6, [9, bytes(12), 1]), "in reply to"),
        (bent(7, [["a", 1, "t", bytes(31)]]), "digest"),
        (bent(7, [["../a", 1, "t", bytes(32)]]), "path"),
        (bent(7, [["..", 1, "t", bytes(32)]]), "path"),
        (bent(7, [["a", 2**40, "t", bytes(32)]]), "size"),
        (bent(7, [["a", 1, "t", bytes(32)]] * 17), "at most 16"),
        (bent(8, ["a"] * 5), "at most 4"),
        (bytes(300_000), "at most"),
    ],
)
def test_a_message_in_another_spelling_is_not_read(data: bytes, says: str) -> None:
    """R-073, R-075, R-076"""
    with pytest.raises(Malformed, match=says):
        body.parse_message(data)


def test_nobody_writes_a_message_that_nobody_can_read() -> None:
    with pytest.raises(Malformed, match="subject"):
        body.encode_message(FULL._replace(subject="\x00"))
    for fault in ({"subject": "two\nlines"}, {"text": "\x00"}, {"language": ""}):  # of words alone, which is quicker
        with pytest.raises(Malformed, match=next(iter(fault))):
            body.encode_message(Message("a subject", "a text")._replace(**fault))
    with pytest.raises(Malformed, match="officer"):
        body.encode_acknowledgement(Acknowledgement("", "", ""))


@pytest.mark.parametrize("parse", [body.parse_message, body.parse_acknowledgement, body.parse_opening])
@given(data=st.binary(max_size=120))
def test_any_bytes_are_read_or_refused(parse: object, data: bytes) -> None:
    try:
        parse(data)  # type: ignore[operator]
    except Malformed:
        return


@given(st.integers(0, 400), st.integers(1, 255))
def test_a_changed_byte_changes_what_is_read(place: int, change: int) -> None:
    data = body.encode_message(FULL)
    place %= len(data)
    other = data[:place] + bytes([data[place] ^ change]) + data[place + 1 :]
    try:
        assert body.parse_message(other) != FULL
    except Malformed:
        return


def test_acknowledgements_come_back() -> None:
    """R-077"""
    said = Acknowledgement("officer A", "watch", "passed on\nat 1004Z")
    assert body.parse_acknowledgement(body.encode_acknowledgement(said)) == said
    with pytest.raises(Malformed, match="role"):
        body.parse_acknowledgement(cbor2.dumps({0: "a", 1: 1, 2: ""}))


@pytest.mark.parametrize("previous", [None, Previous(bytes(12), 7, bytes(32))])
def test_openings_come_back(previous: Previous | None) -> None:
    """R-078"""
    opening = Opening(body.secret_commitment(bytes(32)), previous, bytes(range(32)), "openline 1")
    assert body.parse_opening(body.encode_opening(opening)) == opening


def test_an_opening_in_another_spelling_is_not_read() -> None:
    """R-078"""
    good = {0: bytes(32), 1: None, 2: bytes(32), 3: "x"}
    for key, value in ((0, bytes(31)), (1, []), (1, [bytes(12), -1, bytes(32)]), (2, None), (3, "a\n")):
        with pytest.raises(Malformed, match="opening"):
            body.parse_opening(cbor2.dumps({**good, key: value}))


@pytest.mark.parametrize("length", [0, 1, 23, 24, 255, 256, 59_999])
def test_words_alone_are_spelled_by_hand_as_the_library_spells_them(length: int) -> None:
    """R-073: the quick spelling is the one spelling."""
    for char in ("a", "ж", "界"):
        text = char * length
        told = cbor2.dumps({0: "", 1: text, 2: "en", 3: [], 4: [], 5: None, 6: None, 7: [], 8: []})
        assert body.encode_message(Message("", text)) == told


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(Malformed, match="U\\+D800"):
        body.encode_message(Message("", "a\ud800"))


def regular_expression(classes: int) -> bytes:
    """A text that a CBOR library is asked to compile: ten milliseconds a class."""
    return cbor2.dumps(cbor2.CBORTag(35, "(?i)" + "[\u0080-\uffff]" * classes))


def many_keys(count: int) -> bytes:
    """A map of so many fields, each the number of itself."""
    return cbor2.dumps(dict.fromkeys(range(count)))


@pytest.mark.parametrize(
    "inside",
    [regular_expression(20), regular_expression(2000), many_keys(2000), b"\xd8\x34\x44abcd", b"\xa0"],
    ids=["expression", "long expression", "keys", "address", "empty map"],
)
def test_nothing_is_built_of_what_stands_behind_a_tag_or_in_a_map_inside(
    inside: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-073. A message of 250 kB had a pattern compiled: minutes, in the station of whoever got it, then in `show` and
    in `verify`. A map's keys can be chosen so that all fall together."""
    built: list[object] = []
    whole = body.encode_message(Message(subject="s", text="t"))
    assert whole.endswith(b"\x08\x80")
    for data in (whole[:-1] + inside, inside, b"\xb9\x07\xd0" + many_keys(2000)[3:]):
        with monkeypatch.context() as patched:
            patched.setattr(re, "compile", built.append)
            try:
                body.parse_message(data)
            except Malformed:
                continue
        pytest.fail("it was read")
    assert not built
