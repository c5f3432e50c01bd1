"""Scenarios of codes on paper. The erasure code is computed here by long hand, polynomial by polynomial."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

from hashlib import sha256
from typing import Final

from conformance.making.scenarios import Book, flipped

LINE: Final = bytes.fromhex("75b2292652b33fe6")
MADE_AT_MS: Final = 1_770_298_234_567
WHOLE: Final = b"Whole frames stand here, one after another."  # 43 bytes: five symbols of nine, two bytes of filling
SIZE: Final = 9
NEEDED: Final = 5
MADE: Final = 8


def _times(a: int, b: int) -> int:
    """In GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1, bit by bit."""
    out = 0
    while b:
        out ^= a if b & 1 else 0
        a = a << 1 ^ (0x11D if a & 0x80 else 0)
        b >>= 1
    return out


def _power(exponent: int) -> int:
    value = 1
    for _ in range(exponent):
        value = _times(value, 2)
    return value


def _value(points: list[tuple[int, int]], x: int) -> int:
    """The polynomial through `points` at x, after Lagrange; an inverse is a 254th power."""
    total = 0
    for at, (xi, yi) in enumerate(points):
        part = yi
        for other, (xj, _) in enumerate(points):
            if other != at:
                below = xi ^ xj
                inverse = 1
                for _ in range(254):
                    inverse = _times(inverse, below)
                part = _times(part, _times(x ^ xj, inverse))
        total ^= part
    return total


def _symbols() -> list[bytes]:
    filled = WHOLE.ljust(NEEDED * SIZE, b"\0")
    source = [filled[at : at + SIZE] for at in range(0, len(filled), SIZE)]
    more = [
        bytes(_value([(_power(n), source[n][byte]) for n in range(NEEDED)], _power(x)) for byte in range(SIZE))
        for x in range(NEEDED, MADE)
    ]
    return source + more


def head(
    *, sender: int = 0, receiver: int = 1, length: int = len(WHOLE), size: int = SIZE, needed: int = NEEDED,
    made: int = MADE, whole: bytes = WHOLE, at_ms: int = MADE_AT_MS, mark: bytes = b"OLP1",
) -> bytes:  # fmt: skip
    """The head of every code of a set, by hand."""
    first = mark + LINE + bytes((sender, receiver)) + at_ms.to_bytes(6, "big")
    last = length.to_bytes(4, "big") + size.to_bytes(2, "big") + bytes((needed, made))
    digest = sha256(b"openline/pages/v1\n" + first + bytes(16) + last + whole).digest()[:16]
    return first + digest + last


def code(of: bytes, number: int, data: bytes) -> bytes:
    """One code, by hand."""
    said = of + bytes((number,)) + data
    return said + sha256(said).digest()[:4]


def write(book: Book) -> None:
    """All of them."""
    _one(book)
    _together(book)


def _one(book: Book) -> None:
    symbols = _symbols()
    good = code(head(), 0, symbols[0])
    book.accept("page-code", "page-code", {"bytes": good}, "R-260 R-261", "The first code of a set of eight.",
                line=LINE, made_at_ms=MADE_AT_MS, length=43, needed=5, made=8, number=0, data=WHOLE[:9])  # fmt: skip
    last = code(head(), 7, symbols[7])
    book.accept("page-code-the-last", "page-code", {"bytes": last}, "R-260 R-264",
                "The last one: a value of the polynomial at alpha^7.", number=7, data=symbols[7])  # fmt: skip
    for name, data, rules, says, story in (
        ("of-another-mark", code(head(mark=b"OLP2"), 0, symbols[0]), "R-260", "not a code", "A later form."),
        ("something-else", b"https://example.org/", "R-260", "not a code", "Any other QR code on the table."),
        ("bit-turned-in-its-data", flipped(good, 50), "R-261", "check", "One bit of the data."),
        ("bit-turned-in-its-head", flipped(good, 14), "R-261", "check", "One bit of the instant."),
        ("bit-turned-in-its-check", flipped(good, -1), "R-261", "check", "One bit of the check."),
        ("cut-off", good[:-1], "R-261", "check", "The last byte is missing."),
        ("head-alone", head(), "R-260", "so many or so few", "Nothing behind the head."),
        ("number-beyond-the-set", code(head(), 8, symbols[7]), "R-262", "code 9 of 8", "Number 8 of eight, from 0."),
        ("one-byte-short", code(head(), 0, symbols[0][:-1]), "R-262", "it has 9", "Eight bytes of data, and a head of nine."),
        ("one-byte-more", code(head(), 0, symbols[0] + b"!"), "R-262", "it has 9", "Ten bytes of data."),
        ("to-its-sender", code(head(receiver=0), 0, symbols[0]), "R-262", "party 0 to party 0", "From party 0 to itself."),
        ("to-party-8", code(head(receiver=8), 0, symbols[0]), "R-262", "to party 8", "There is no ninth party."),
        ("none-needed", code(head(needed=0), 0, symbols[0]), "R-262", "0 of 8", "No code would be enough."),
        ("more-needed-than-made", code(head(needed=9, length=80), 0, symbols[0]), "R-262", "9 of 8", "Nine of eight."),
        ("longer-than-its-symbols", code(head(length=46), 0, symbols[0]), "R-262", "46 bytes", "45 bytes have room."),
        ("shorter-than-its-symbols", code(head(length=36), 0, symbols[0]), "R-262", "36 bytes", "Four symbols would do."),
    ):  # fmt: skip
        book.refuse(f"page-code-{name}", "page-code", {"bytes": data}, rules, story, says)


def _together(book: Book) -> None:
    symbols = _symbols()
    codes = [code(head(), number, data) for number, data in enumerate(symbols)]

    def take(name: str, numbers: tuple[int, ...], story: str) -> None:
        given = {"codes": [codes[number] for number in numbers]}
        book.accept(f"page-codes-{name}", "page-codes", given, "R-263 R-264", story, whole=WHOLE)

    take("the-first-five", (0, 1, 2, 3, 4), "The whole itself, cut; the filling falls away.")
    take("the-last-five", (3, 4, 5, 6, 7), "Two of the whole and three further ones.")
    take("in-reverse", (7, 6, 5, 1, 0), "In any order.")
    take("repeated", (2, 2, 0, 7, 7, 5, 4, 4), "Codes that are photographed twice count once.")
    take("all", tuple(range(8)), "More than it takes.")
    book.wait("page-codes-one-too-few", "page-codes", {"codes": [codes[n] for n in (0, 2, 4, 6)]}, "R-263",
              "Four of the five that it takes.", "4 codes of 5")  # fmt: skip
    other = code(head(at_ms=MADE_AT_MS + 1), 1, symbols[1])
    book.wait("page-codes-one-of-another-set", "page-codes",
              {"codes": [*(codes[n] for n in (0, 2, 4, 6)), other]}, "R-262 R-263",
              "The fifth is of a set made a millisecond later: the same words, and another set.", "4 codes of 5")  # fmt: skip
    forged = code(head(), 1, b"forged...")
    book.accept("page-codes-one-forged-of-six", "page-codes",
                {"codes": [codes[0], forged, codes[2], codes[3], codes[4], codes[5]]}, "R-263",
                "One that somebody slipped in, with a right check: without it there are still enough.", whole=WHOLE)  # fmt: skip
    book.refuse("page-codes-one-forged-of-five", "page-codes",
                {"codes": [codes[0], forged, codes[2], codes[3], codes[4]]}, "R-263",
                "The same without a sixth: what comes out is not what the head names.", "do not give the whole")  # fmt: skip
    filled = code(head(), 4, symbols[4][:-1] + b"!")
    book.refuse("page-codes-filling-not-zero", "page-codes", {"codes": [*codes[:4], filled]}, "R-263",
                "The whole is right and the byte behind it is not zero.", "do not give the whole")  # fmt: skip
