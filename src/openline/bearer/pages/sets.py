"""Frame bodies into sets for printing, and a set's bytes into a folder that the station reads like a stick's."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from openline.bearer.folder import Inbox, Reading
from openline.limits import PAGE_SET_BYTES_MAX, PAGE_SYMBOL_BYTES, PAGE_SYMBOLS_MAX
from openline.wire.frame import encode_frame
from openline.wire.pages import PageHead, cut, parse_symbol

CODES_A_SHEET: Final = 6
SCREEN_SYMBOL_BYTES: Final = 250  # QR version 13: 77 columns of a terminal
SCREEN_SET_BYTES_MAX: Final = 168 * SCREEN_SYMBOL_BYTES
FRAMES_NAME: Final = "00000001.oln"


class Between(NamedTuple):
    """Of which line, from whom, to whom, made when."""

    line_id: bytes
    sender: int
    receiver: int
    made_at_ms: int


class PageSet(NamedTuple):
    """One set: what all its codes say, and what each holds."""

    head: PageHead
    symbols: list[bytes]


def frames_in(folder: Path) -> list[bytes]:
    """The frame bodies of a folder that an outbox filled. Raises BearerDown, Malformed."""
    return [body for path in Inbox(folder).unread() for piece in Reading(path).pieces() for body in piece]


def group(bodies: Iterable[bytes], bytes_max: int = PAGE_SET_BYTES_MAX) -> list[bytes]:
    """Whole frames, one after another as on a stream, together as long as they fit one set. A frame longer than that
    stands alone."""
    wholes: list[bytes] = []
    held: list[bytes] = []
    size = 0
    for body in bodies:
        frame = encode_frame(body)
        if held and size + len(frame) > bytes_max:
            wholes.append(b"".join(held))
            held, size = [], 0
        held.append(frame)
        size += len(frame)
    return [*wholes, b"".join(held)] if held else wholes


def make_set(between: Between, whole: bytes, symbol_bytes_max: int = PAGE_SYMBOL_BYTES) -> PageSet:
    """Cut one whole into codes, half as many again as are needed, and no place of the last sheet left empty."""
    needed = -(-len(whole) // symbol_bytes_max)
    size = -(-len(whole) // needed)
    needed = -(-len(whole) // size)
    wanted = needed + max(1, -(-needed // 2))
    made = min(PAGE_SYMBOLS_MAX, -(-wanted // CODES_A_SHEET) * CODES_A_SHEET)
    symbols = cut(*between, whole, size, made)
    return PageSet(parse_symbol(symbols[0]).head, symbols)
