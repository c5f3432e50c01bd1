"""Whole records and extracts of a line of our own (`own_line`): parties that write, name what they hold, receipt and
are receipted, at times that fit and at times that do not. Made from PROTOCOL alone, the same for one number every time.
"""

from __future__ import annotations

import base64
from hashlib import sha256
from hmac import digest as hmac
from random import Random
from typing import Any, Final

from tests.browser.own_line import (
    MADE_MS,
    OPENED_MS,
    Line,
    Root,
    fields,
    leaf_of,
    seed,
    signature_line,
)
from tests.browser.tampering import ARRIVAL, CARD, CERTIFICATE, CHARTER, ENTRY, HEAD, LOG, NOTE, PROOF, Item, whole

LINE: Final = Line([Root("ALPHA"), Root("BETA")])
SPAN_MS: Final = 90_000
RAW: Final = 200  # a kind that nobody knows
Life = tuple[int, bytes]
Entry = tuple[bytes, bytes, bytes]  # header, body, salt


def record(number: int) -> bytes:
    """A record of an even number, an extract of an odd one."""
    return whole(_Record(Random(number), extract=number % 2 == 1).items())


def tree(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    cut = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1" + tree(leaves[:cut]) + tree(leaves[cut:])).digest()


def proof(leaves: list[bytes], index: int) -> list[bytes]:
    if len(leaves) == 1:
        return []
    cut = 1 << (len(leaves) - 1).bit_length() - 1
    if index < cut:
        return [*proof(leaves[:cut], index), tree(leaves[cut:])]
    return [*proof(leaves[cut:], index - cut), tree(leaves[:cut])]


class _Record:
    def __init__(self, chance: Random, *, extract: bool) -> None:
        self.chance, self.extract = chance, extract
        self.lives = [(party, bytes([life]) * 12) for party in (0, 1) for life in range(1, chance.choice((2, 2, 3)))]
        self.clock_ms = [OPENED_MS + chance.randrange(20_000) for _ in range(2)]
        self.held: list[tuple[int, int] | None] = [None, None]  # by party: which life of the other's, up to where

    def items(self) -> list[Item]:
        kind = "extract" if self.extract else "record"
        found = [
            Item(HEAD, fields(LINE.id, kind, MADE_MS, 0, "")),
            Item(CHARTER, LINE.charter),
            *(Item(CARD, fields(party, root.card)) for party, root in enumerate(LINE.roots)),
            *(Item(CERTIFICATE, fields(party, one.certificate)) for party, one in enumerate(LINE.stations)),
        ]
        for life in self.lives:
            found += self._log(life)
        return found

    def _entries(self, life: Life) -> list[Entry]:
        party, chance = life[0], self.chance
        others = [one for one in self.lives if one[0] != party]
        secret, receipted, found = seed("secret", life), 0, list[Entry]()
        for index in range(chance.randrange(1, 9)):
            self.clock_ms[party] += chance.randrange(9_000)
            held = self.held[party]
            if chance.random() < 0.5:
                which = max(held[0] if held else 0, chance.randrange(len(others)))
                least = held[1] if held and held[0] == which else 0
                self.held[party] = held = which, max(least, chance.randrange(9))
            if chance.random() < 0.3:
                receipted = max(receipted, chance.randrange(index + 1))
            salt = hmac(secret, b"openline/salt/v1" + index.to_bytes(8, "big") + b"\1", "sha256")
            opening = fields(sha256(b"openline/secret/v1" + secret).digest(), None, LINE.stations[party].name, "own")
            body = b"x" if index else opening
            names: list[Any] = [[1 - party, others[held[0]][1], held[1], bytes(32)]] if held else []
            receipts = [[1 - party, receipted]] if receipted else []
            hashed = hmac(salt, body, "sha256")
            kind = RAW if index else 0
            header = fields(index, self.clock_ms[party], kind, 0, 0, names, receipts, [], hashed)
            found.append((header, body, salt))
        return found

    def _log(self, life: Life) -> list[Item]:
        party, chance = life[0], self.chance
        entries = self._entries(life)
        leaves = [leaf_of(header) for header, _, _ in entries]
        sizes = sorted({len(entries), *(chance.randrange(1, len(entries) + 1) for _ in range(2))})
        found = [Item(LOG, fields(*life, LINE.stations[party].name, len(entries)))]
        if self.extract:
            for size in sizes:
                found += self._noted(life, leaves[:size])
            for index in sorted(chance.sample(range(len(entries)), chance.randrange(len(entries) + 1))):
                size = chance.choice([one for one in sizes if one > index])
                found += [Item(ENTRY, fields(*entries[index])), Item(PROOF, fields(size, proof(leaves[:size], index)))]
            return found
        for index, entry in enumerate(entries):
            found.append(Item(ENTRY, fields(*entry)))
            if index + 1 in sizes:
                found += self._noted(life, leaves[: index + 1])
        return found

    def _noted(self, life: Life, leaves: list[bytes]) -> list[Item]:
        """A checkpoint, for the most part with a receipt, and that with an arrival or without; at any time."""
        party, other, chance = life[0], 1 - life[0], self.chance
        line = LINE.id.hex()
        origin = f"openline/{line}/{LINE.roots[party].id.hex()}/{life[1].hex()}"
        text = f"{origin}\n{len(leaves)}\n{base64.b64encode(tree(leaves)).decode()}\n".encode()
        note = text + b"\n" + signature_line(origin, 1, LINE.stations[party].note, text)
        if chance.random() < 0.2:
            return [Item(NOTE, note)]
        at_s = (OPENED_MS + chance.randrange(SPAN_MS)) // 1000
        over = f"cosignature/v1\ntime {at_s}\n".encode() + text
        name = f"openline/{line}/{LINE.roots[other].id.hex()}/receipt"
        note += signature_line(name, 4, LINE.stations[other].receipt, over, at_s.to_bytes(8, "big"))
        arrival = Item(ARRIVAL, fields(other, len(leaves), OPENED_MS + chance.randrange(SPAN_MS)))
        return [Item(NOTE, note), arrival] if chance.random() < 0.4 else [Item(NOTE, note)]
