"""Scenarios of turns: frames and ends of turns where one side speaks at a time."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

from typing import Final

from conformance.making.frames import BODY, FRAME
from conformance.making.scenarios import Book, flipped
from openline.bearer.turns import Over, encode_over

OVER_OF_1: Final = bytes.fromhex("741086")


def write(book: Book) -> None:
    """All of them."""
    made = encode_over(Over(1, more=False))
    assert made == OVER_OF_1, "the end written out by hand is the one the code makes"
    body = {"body": BODY}

    def streams(*parts: bytes) -> dict[str, list[bytes]]:
        return {"streams": list(parts)}

    def over(place: int, *, more: bool = False, answers: bool = False) -> dict[str, object]:
        return {"place": place, "more": more, "answers": answers}

    for place, more, answers, story in (
        (0, False, False, "The party with place 0 has nothing more to say."),
        (1, True, False, "More to say: the other side answers, if only by an end of its own."),
        (7, False, True, "A turn that was begun on the other's word."),
        (3, True, True, "Both."),
    ):
        said = encode_over(Over(place, more, answers))
        name = f"turn-over-of-{place}"
        book.accept(name, "turns", streams(said), "R-241", story, heard=[over(place, more=more, answers=answers)])
    book.accept("turn-of-one-frame", "turns", streams(FRAME + made), "R-001 R-241", "A turn: a frame and its end.", heard=[body, over(1)])
    book.accept("turn-after-noise", "turns", streams(b"hiss" + made + FRAME), "R-240 R-241",
                "An end of a turn and a frame are found behind bytes that are neither.", heard=[over(1), body])  # fmt: skip
    inside = bytes(12) + made * 20
    framed = _framed(inside)
    book.accept("turn-over-within-a-frame", "turns", streams(framed), "R-241",
                "The same three bytes inside a frame's body end no turn.", heard=[{"body": inside}])  # fmt: skip
    book.accept("turn-frame-cut-short", "turns", streams(FRAME[:20], FRAME + made), "R-240",
                "The rest of a frame never came; after the silence the next one is whole.", heard=[body, over(1)])  # fmt: skip
    book.accept("turn-frame-inside-one-cut-short", "turns", streams(_framed(bytes(400))[:9] + FRAME), "R-240",
                "What came after a head whose frame stayed half is searched.", heard=[body])  # fmt: skip
    for name, data, story in (
        ("check-wrong", flipped(made, 2), "The check is wrong."),
        ("place-8", b"\x74\x80" + _crc8(b"\x74\x80"), "A line has places 0 to 7."),
        ("spare-bit", b"\x74\x14" + _crc8(b"\x74\x14"), "A bit is set that says nothing."),
        ("cut-off", made[:2], "Two of three bytes, then silence."),
    ):
        book.refuse(f"turn-over-{name}", "turns", streams(data), "R-241", story, "no frame")


def _framed(body: bytes) -> bytes:
    head = b"\x6f" + len(body).to_bytes(3, "big")
    return head + _crc8(head) + body


def _crc8(data: bytes) -> bytes:
    """CRC-8 as R-002 says it, bit by bit: another way than the code's table."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value << 1 ^ 0x07) & 0xFF if value & 0x80 else value << 1
    return bytes((value,))
