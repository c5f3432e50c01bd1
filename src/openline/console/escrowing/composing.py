"""What people give, as levels and records: lines of a list, items as CSV, levels as JSON. Raises Told OL-204."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from openline.accord.escrow.bodies import LEVELS, RECORD_BYTES_MAX
from openline.accord.escrow.sums import ITEMS, Record, levels_of, spell_record
from openline.accord.escrow.tree import LEAVES_MAX, padded
from openline.console.codes import Told
from openline.errors import Malformed

HEADS: Final = ("figure", "site", "type", "id")


def list_of(lines: Sequence[str], at_least: int) -> list[bytes]:
    """A list as padded records: each line normalised (NFC), none empty."""
    records = [unicodedata.normalize("NFC", line).encode() for line in lines]
    if not records:
        raise Told("OL-204", "a list of nothing commits to nothing: to say that there is none, write that as its line")
    for number, record in enumerate(records, 1):
        if not record.strip() or len(record) > RECORD_BYTES_MAX:
            raise Told("OL-204", f"line {number} of the list: 1 to {RECORD_BYTES_MAX} bytes, and not only spaces")
    return _padded(records, at_least, "the list")


def _padded(records: list[bytes], at_least: int, what: str) -> list[bytes]:
    if max(len(records), at_least) > LEAVES_MAX:
        raise Told("OL-204", f"{what}: {max(len(records), at_least)} records, at most {LEAVES_MAX}")
    return padded(records, at_least)


def levels_given(items: str, levels: str) -> list[list[Record]]:
    """All five levels: made of items, or as they were given one by one."""
    if bool(items) == bool(levels):
        raise Told("OL-204", "give the items as CSV, or all levels as JSON: one of the two")
    if items:
        return levels_of(_items(items))
    try:
        given = msgspec.json.decode(levels, type=dict[str, list[list[Any]]])
    except msgspec.DecodeError as wrong:
        raise Told("OL-204", f"the levels are no JSON of lists by level: {wrong}") from wrong
    odd = sorted(given.keys() - set(LEVELS))
    if odd:
        raise Told("OL-204", f"there is no level {odd[0]!r:.40}: {', '.join(LEVELS)}")
    return [[tuple(cells) for cells in given.get(name, [])] for name in LEVELS]


def _items(text: str) -> list[tuple[str, str, str, str]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: list[tuple[str, str, str, str]] = []
    try:
        heads = next(reader, [])
        if tuple(heads) != HEADS:
            raise Told("OL-204", f"line 1: the heads are {','.join(HEADS)}")
        for cells in reader:
            if len(cells) != len(HEADS) or not all(cell.strip() for cell in cells):
                raise Told("OL-204", f"line {reader.line_num}: {len(HEADS)} cells, none of them empty")
            figure, site, type_, name = (unicodedata.normalize("NFC", cell) for cell in cells)
            found.append((figure, site, type_, name))
    except csv.Error as wrong:
        raise Told("OL-204", f"line {reader.line_num}: {wrong}") from wrong
    if not found:
        raise Told("OL-204", "there is no item: a declaration of nothing needs no escrow")
    return found


def spelled(levels: Sequence[Sequence[Record]], at_least: int) -> list[list[bytes]]:
    """The records of each level, padded; `at_least` holds for the items."""
    found = []
    for level, records in enumerate(levels):
        data = []
        for number, cells in enumerate(records, 1):
            try:
                data.append(spell_record(level, cells))
            except Malformed as fault:
                raise Told("OL-204", f"{LEVELS[level]}, record {number}: {fault.reason}") from fault
        found.append(_padded(data, at_least if level == ITEMS else 0, LEVELS[level]))
    return found
