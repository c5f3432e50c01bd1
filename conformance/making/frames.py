"""Scenarios of numbers, frames on a stream, frame bodies, fragments and body codecs."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

import zlib
from hashlib import sha256
from typing import Final

from conformance.making.cupboard import word
from conformance.making.parties import OPENED_AT_MS
from conformance.making.scenarios import Book, flipped
from openline.limits import BODY_BYTES_MAX
from openline.wire.fragments import pack
from openline.wire.frame import encode_frame
from openline.wire.items import Fragment, Note, encode_item

BODY: Final = bytes(12) + word("a frame's body")  # 44 bytes, sealed under nothing
FRAME: Final = bytes.fromhex("6f00002c") + b"\x43" + BODY


def write(book: Book) -> None:
    """All of them."""
    _numbers(book)
    _streams(book)
    _bodies(book)
    _pieces(book)
    _codecs(book)


def _numbers(book: Book) -> None:
    for number, spelling, story in (
        (0, "00", "Zero is one byte."),
        (127, "7f", "The most that one byte says."),
        (128, "8001", "The least that takes two bytes."),
        (300, "ac02", "Seven bits a byte, least significant first."),
        (2**40, "808080808020", "The length of the longest log."),
        (2**56 - 1, "ffffffffffffff7f", "The most of all: eight bytes."),
    ):
        given = {"bytes": bytes.fromhex(spelling + "ff")}
        book.accept(f"wire-number-{number}", "varint", given, "R-005", story, value=number, used=len(spelling) // 2)
    for name, spelling, says, story in (
        ("nothing", "", "cut off", "No byte at all."),
        ("cut-off", "80", "cut off", "The last byte says that another follows."),
        ("longer-than-it-needs", "8000", "shortest", "Zero in two bytes is a second spelling of zero."),
        ("padded", "ff00", "shortest", "127 in two bytes."),
        ("eight-bytes-all-going-on", "8080808080808080", "longer than 8", "Eight bytes and still no end."),
        ("nine-bytes", "808080808080808001", "longer than 8", "2^56 does not fit."),
    ):
        book.refuse(f"wire-number-{name}", "varint", {"bytes": bytes.fromhex(spelling)}, "R-005", story, says)


def _streams(book: Book) -> None:
    assert encode_frame(BODY) == FRAME, "the frame written out by hand is the one the code makes"
    other = encode_frame(bytes(12) + word("another body"))
    least = encode_frame(bytes(28))

    def stream(*parts: bytes) -> dict[str, bytes]:
        return {"bytes": b"".join(parts)}

    book.accept("wire-frame", "stream", stream(FRAME), "R-001 R-002", "Mark, length, check, body.", bodies=[BODY])
    book.accept("wire-frame-two-in-a-row", "stream", stream(FRAME, other), "R-001", "Frames follow without a gap.",
                bodies=[BODY, other[5:]])  # fmt: skip
    book.accept("wire-frame-shortest", "stream", stream(least), "R-001", "28 bytes: an empty payload, sealed.",
                bodies=[bytes(28)])  # fmt: skip
    book.accept("wire-frame-after-junk", "stream", stream(b"noise, then ", FRAME), "R-004",
                "A reader goes on at the next right head, and reports the run before it once.", bodies=[BODY], junk=1)  # fmt: skip
    book.accept("wire-frame-after-a-wrong-check", "stream", stream(flipped(FRAME, 4), other), "R-002 R-004",
                "A head whose check is wrong is junk; the frame behind it is not lost.", bodies=[other[5:]], junk=1)  # fmt: skip
    book.accept("wire-frame-after-an-empty-one", "stream", stream(b"\x6f\x00\x00\x00\x87", FRAME), "R-002 R-004",
                "A head with a right check and a length that no frame has is junk.", bodies=[BODY], junk=1)  # fmt: skip
    book.wait("wire-frame-cut-off", "stream", stream(FRAME[:-1]), "R-001", "The last byte is still to come.", "awaited")
    book.wait("wire-frame-head-cut-off", "stream", stream(FRAME[:4]), "R-001", "Half a head is no junk yet.", "awaited")
    for name, data, rules, story in (
        ("mark-wrong", flipped(FRAME, 0), "R-001", "Another first byte."),
        ("check-wrong", flipped(FRAME, 4, 7), "R-002", "One bit of the check turned."),
        ("length-bit-turned", flipped(FRAME, 3, 1), "R-002", "One bit of the length turned: the check shows it."),
        ("length-27", b"\x6f\x00\x00\x1b" + _crc8(b"\x6f\x00\x00\x1b") + bytes(27), "R-001", "One byte short of an empty sealed payload."),
        ("length-beyond-the-most", b"\x6f\x10\x00\x01" + _crc8(b"\x6f\x10\x00\x01") + bytes(28), "R-001",
         "1048577 bytes, one more than a frame has; the check is right."),
    ):  # fmt: skip
        book.refuse(f"wire-frame-{name}", "stream", stream(data), rules, story, "no frame")


def _crc8(data: bytes) -> bytes:
    """CRC-8 as R-002 says it, bit by bit: another way than the code's table."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value << 1 ^ 0x07) & 0xFF if value & 0x80 else value << 1
    return bytes((value,))


def _bodies(book: Book) -> None:
    tag, start = bytes.fromhex("a1b2c3d4"), bytes.fromhex("01020304")
    body = tag + start + bytes.fromhex("00000102") + bytes(16)
    book.accept("wire-body", "frame-body", {"bytes": body}, "R-001 R-003 R-006",
                "Tag, start, counter (big endian), sealed bytes.", tag=tag, start=start, counter=258)  # fmt: skip
    for name, data, story in (
        ("too-short", body[:-1], "27 bytes."),
        ("empty", b"", "No bytes."),
    ):
        book.refuse(f"wire-body-{name}", "frame-body", {"bytes": data}, "R-003", story, "must have 28 to 1048576")


def _pieces(book: Book) -> None:
    item = encode_item(Note(b"a note that is longer than one payload may be, so it travels in pieces\n" * 3), 0)
    pieces, others = pack([item], 100), pack([item], 130)
    given = {"opened_at_ms": OPENED_AT_MS}

    def take(name: str, story: str, *payloads: bytes) -> None:
        book.accept(f"wire-pieces-{name}", "pieces", {**given, "payloads": list(payloads)}, "R-017", story)

    take("in-order", "An item in three fragments.", *pieces)
    take("in-reverse", "Fragments come in any order.", *reversed(pieces))
    take("repeated", "A fragment that comes twice does nothing new.", pieces[0], *pieces)
    take("cut-anew", "The same item cut at other places fills one set.", others[0], *pieces[1:])
    last = pieces[-1]
    book.wait("wire-pieces-one-missing", "pieces", {**given, "payloads": pieces[:-1]}, "R-017",
              "Two of three: nothing yet.", "missing")  # fmt: skip
    spoiled = [*pieces[:-1], flipped(last, -1)]
    book.refuse("wire-pieces-not-what-they-are-named", "pieces", {**given, "payloads": spoiled}, "R-018",
                "The whole does not hash to the set's name.", "set id")  # fmt: skip
    nested = encode_item(Fragment(b"inside..", 0, 9, b"fragments"), 0)
    inside = [encode_item(Fragment(_set_id(nested), 0, len(nested), nested), 0)]
    book.refuse("wire-pieces-a-fragment-in-fragments", "pieces", {**given, "payloads": inside}, "R-018",
                "The whole is itself a fragment.", "itself a fragment")  # fmt: skip
    two = item + item
    book.refuse("wire-pieces-of-two-items", "pieces", {**given, "payloads": pack([two], 100)}, "R-018",
                "The whole is two items: a set holds one.", "it is one item")  # fmt: skip
    broken = b"\x60" + bytes(8)
    unknown = [encode_item(Fragment(_set_id(broken), 0, len(broken), broken), 0)]
    book.refuse("wire-pieces-of-an-unknown-kind", "pieces", {**given, "payloads": unknown}, "R-011 R-018",
                "The whole is no item.", "unknown kind 96")  # fmt: skip


def _set_id(item: bytes) -> bytes:
    return sha256(item).digest()[:8]


def _codecs(book: Book) -> None:
    raw = b"The same words, the same words, the same words, the same words. " * 4
    press = zlib.compressobj(9, zlib.DEFLATED, -15)
    coded = press.compress(raw) + press.flush()

    def given(codec: int, data: bytes) -> dict[str, object]:
        return {"codec": codec, "coded": data}

    book.accept("wire-codec-none", "codec", given(0, raw), "R-020", "Codec 0: the body itself.", body=raw)
    book.accept("wire-codec-deflate", "codec", given(1, coded), "R-020", "Codec 1: raw deflate (RFC 1951).", body=raw)
    book.accept("wire-codec-empty", "codec", given(0, b""), "R-020", "An empty body is a body.", body=b"")
    bomb = zlib.compressobj(9, zlib.DEFLATED, -15)
    large = bomb.compress(bytes(BODY_BYTES_MAX + 1)) + bomb.flush()
    for name, data, says, story in (
        ("cut-off", coded[:-2], "cut off", "The last bytes are missing."),
        ("trailing-byte", coded + b"\x00", "follow", "A byte after the end of the deflated body."),
        ("zlib-head", zlib.compress(raw), "deflate", "The zlib form has a head; this is raw deflate."),
        ("bomb", large, "longer than 262144", "It would open to one byte more than a body may have."),
    ):
        book.refuse(f"wire-codec-{name}", "codec", given(1, data), "R-020", story, says)
    _dictionaries(book, raw)
    _brotli(book, raw)
    for length, padded in ((0, 256), (256, 256), (257, 272), (600, 608), (900, 928), (1025, 1088), (65_537, 67_584)):
        book.accept(f"wire-padding-of-{length}", "padding", {"length": length}, "R-284", "A size class.", padded=padded)


WORDS: Final = b" the same words, the same order, the same day; "


def _dictionaries(book: Book, raw: bytes) -> None:
    def pressed(dictionary: bytes) -> bytes:
        press = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=dictionary)
        return sha256(dictionary).digest()[:1] + press.compress(raw) + press.flush()

    def given(data: bytes, *agreed: bytes) -> dict[str, object]:
        return {"codec": 2, "coded": data, "dictionaries": list(agreed)}

    coded, other = pressed(WORDS), b"another dictionary, of other words"
    book.accept("wire-codec-dictionary", "codec", given(coded, other, WORDS), "R-280", "One byte says which of two.",
                body=raw)  # fmt: skip
    bomb = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=WORDS)
    large = coded[:1] + bomb.compress(bytes(BODY_BYTES_MAX + 1)) + bomb.flush()
    for name, data, agreed, rules, says, story in (
        ("not-agreed", coded, [other], "R-281", "no dictionary", "It names one that the line has not agreed on."),
        ("none-agreed", coded, [], "R-281", "no dictionary", "The line has agreed on none."),
        ("none-named", b"", [WORDS], "R-280", "no dictionary", "The byte that says which is missing."),
        ("cut-off", coded[:-2], [WORDS], "R-020", "cut off", "The last bytes are missing."),
        ("trailing-byte", coded + b"\x00", [WORDS], "R-020", "follow", "A byte after the end."),
        ("bomb", large, [WORDS], "R-020", "longer than 262144", "It would open to one byte too many."),
        ("unused", b"\x00" + coded[1:], [WORDS], "R-281", "no dictionary", "Another byte in front."),
    ):
        book.refuse(f"wire-codec-dictionary-{name}", "codec", given(data, *agreed), rules, story, says)


def _brotli(book: Book, raw: bytes) -> None:
    """The streams are kept as they are: another release of the library may spell them otherwise."""
    coded, large, wide = (bytes.fromhex(one) for one in _BROTLI)

    def given(data: bytes) -> dict[str, object]:
        return {"codec": 3, "coded": data}

    book.accept("wire-codec-brotli", "codec", given(coded), "R-282", "Codec 3: brotli (RFC 7932).", body=raw)
    for name, data, says, story in (
        ("cut-off", coded[:-2], "cut off", "The last bytes are missing."),
        ("trailing-byte", coded + b"\x00", "follow", "A byte after the end of the stream."),
        ("nothing", b"", "cut off", "Not even the end of a stream."),
        ("bomb", large, "longer than 262144", "A few bytes that would open to one byte too many."),
        ("wide-window", wide, "window", "A window of 2^22 bytes: memory for a body that may not be so long."),
        ("no-window", b"\x11" + coded[1:], "window", "The pattern that stands for no window."),
        ("deflate", zlib.compress(raw)[2:-4], "window", "Deflate is not brotli."),
    ):
        book.refuse(f"wire-codec-brotli-{name}", "codec", given(data), "R-020 R-282", story, says)


_BROTLI: Final = (
    "13ff0000a541585ce8f42087782399fc0c5c4e68804e6e3d2c",
    "530000847f02201e0b0474ef0700",
    "1bff0000a541585ce8f42087782399fc0c5c4e68804e6e3d2c",
)
