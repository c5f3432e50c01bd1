"""A declaration on the wire: `parse_declaration`, `encode_declaration`, `in_parts`; and what the other side counts.

    DECLARATION (101)  {0: the first 8 bytes of the layout's hash, 1: [year, serial], 2: language of its texts,
                        3: null, or [2 corrects or 3 cancels, [party, generation, index]], 4: as of, days since 1970,
                        5: [part, of], 6: [null or [rows, [column ...]] for each table of the layout]}
    COUNT (102)        {0: [party, generation, index] of a declaration, 1: [[figure, number] ...], 2: reason,
                        3: its language}

A column is the list of its cells, or, where at least half of them say again what another says, [what they say in the
order in which it is said first, a byte string with the place of each]. So 5,000 units fit into one entry; what does not
is sent in parts, each an entry that can be read alone, all under one number. (R-411, R-412)

Cells: text, whole number, list of whole numbers, null where nothing is said. Among numbers `false` is "not provided"
and `true` is "withheld": neither is zero, and no sum is made over them. (R-413)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import cbor2

from openline.accord.declarations.layout import Layout
from openline.accord.declarations.reading import ROWS_MAX, TABLES_MAX
from openline.accord.formats.format import MARK_BYTES
from openline.accord.formats.notice import SERIAL_MAX, Relation
from openline.accord.formats.section import is_language, is_name
from openline.accord.formats.tables import COLUMNS_MAX
from openline.accord.formats.times import DAYS_MAX, YEAR_MAX, YEAR_MIN
from openline.accord.spelling import remark
from openline.errors import Malformed
from openline.limits import BODY_BYTES_MAX
from openline.record.body import read_ref
from openline.record.entry import Ref
from openline.record.fields import dump_map, load_map, octets, row, rows, same, whole
from openline.seal.spelling import decode

NOT_PROVIDED: Final = False
WITHHELD: Final = True
PARTS_MAX: Final = 64
COUNTED_MAX: Final = 256
COUNT_BYTES_MAX: Final = 32 * 1024
NUMBER_MAX: Final = 2**53 - 1
_NUMBERS_MAX: Final = 8  # in a cell that is a list: a window, a place
_DEPTH_MAX: Final = 8
_YEAR: Final = "declaration: year"
_SAID_MAX: Final = 256  # different cells of a column that is spelled by places
_FILLED_BYTES: Final = BODY_BYTES_MAX - 4096  # of a part, so that its head fits
_ERRORS: Final = (cbor2.CBORError, ValueError, TypeError, ArithmeticError, LookupError, RecursionError)

Cells = list[list[Any]]  # the rows of a table


class Declaration(NamedTuple):
    """A declaration, or one part of it, as it travels: cells as on the wire, not judged."""

    mark: bytes
    year: int
    serial: int
    language: str
    as_of: int
    tables: tuple[Cells | None, ...]
    part: int = 1
    parts: int = 1
    relation: Relation = Relation.NONE
    of: Ref | None = None

    @property
    def references(self) -> tuple[Ref, ...]:
        """What the header of its entry refers to."""
        return (self.of,) if self.of is not None else ()


class Count(NamedTuple):
    """What another party counts of a declaration, and why it differs: shown beside the declared, never instead."""

    of: Ref
    figures: tuple[tuple[str, int], ...]
    reason: str
    language: str


def encode_declaration(one: Declaration) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_declaration` would refuse."""
    data = _spell(one)
    parse_declaration(data)
    return data


def _spell(one: Declaration) -> bytes:
    relation = [int(one.relation), list(one.of)] if one.of is not None else None
    tables = [None if cells is None else [len(cells), [_column(column) for column in zip(*cells, strict=True)]]
              for cells in one.tables]  # fmt: skip
    number, place = [one.year, one.serial], [one.part, one.parts]
    return dump_map((one.mark, number, one.language, relation, one.as_of, place, tables))


def _column(cells: Sequence[Any]) -> list[Any]:
    """By places where that is at least two cells a different one; true is not 1 here."""
    places: dict[tuple[type, Any], int] = {}
    for cell in cells:
        if type(cell) is list:
            return list(cells)
        places.setdefault((type(cell), cell), len(places))
        if len(places) > _SAID_MAX or 2 * len(places) > len(cells):
            return list(cells)
    return [[cell for _, cell in places], bytes(places[type(cell), cell] for cell in cells)]


def parse_declaration(data: bytes) -> Declaration:
    """A declaration of any layout. Raises Malformed naming the field. (R-411)"""
    if len(data) > BODY_BYTES_MAX:
        raise Malformed(f"declaration of {len(data)} bytes: at most {BODY_BYTES_MAX}", data[:64])
    try:
        fields: Any = decode(data, _DEPTH_MAX)
    except _ERRORS as error:
        raise Malformed(f"declaration is not CBOR: {error}", data) from error
    if type(fields) is not dict or list(fields) != list(range(7)) or not all(type(key) is int for key in fields):
        raise Malformed("declaration is not a map of the keys 0 to 6 in ascending order", data)
    year, serial = row(fields[1], 2, "declaration: number", data)
    part, parts = row(fields[5], 2, "declaration: part", data)
    if fields[2] != "" and not is_language(fields[2]):
        raise Malformed("declaration: language is no language tag", data)
    tables = rows(fields[6], TABLES_MAX, "declaration: tables", data)
    relation, of = _relation(fields[3], data)
    found = Declaration(
        octets(fields[0], MARK_BYTES, "declaration: layout", data),
        YEAR_MIN + whole(year - YEAR_MIN if type(year) is int else year, YEAR_MAX - YEAR_MIN, _YEAR, data),
        whole(serial, SERIAL_MAX, "declaration: serial", data), fields[2],
        whole(fields[4], DAYS_MAX, "declaration: as of", data),
        tuple(None if one is None else _table(one, data) for one in tables),
        whole(part, PARTS_MAX, "declaration: part", data), whole(parts, PARTS_MAX, "declaration: parts", data),
        relation, of,
    )  # fmt: skip
    if not 1 <= found.part <= found.parts:
        raise Malformed(f"declaration: part {found.part} of {found.parts}", data)
    same(_spell(found), data, "declaration")
    return found


def _relation(value: object, data: bytes) -> tuple[Relation, Ref | None]:
    if value is None:
        return Relation.NONE, None
    which, of = row(value, 2, "declaration: relation", data)
    if type(which) is not int or which not in (Relation.CORRECTS, Relation.CANCELS):
        raise Malformed("declaration: relation is neither 2, corrects, nor 3, cancels", data)
    return Relation(which), read_ref(of, "declaration: of", data)


def _table(value: object, data: bytes) -> Cells:
    count, columns = row(value, 2, "declaration: table", data)
    length = whole(count, ROWS_MAX, "declaration: rows", data)
    read = [_cells(one, length, data) for one in rows(columns, COLUMNS_MAX, "declaration: columns", data)]
    if bool(read) != bool(length):
        raise Malformed("declaration: columns without rows, or rows without columns", data)
    return [list(cells) for cells in zip(*read, strict=True)]


def _cells(value: object, length: int, data: bytes) -> list[Any]:
    given = rows(value, max(length, 2), "declaration: column", data)
    if len(given) == 2 and type(given[1]) is bytes:
        said = rows(given[0], _SAID_MAX, "declaration: column", data)
        if len(given[1]) != length or max(given[1], default=0) >= len(said):
            raise Malformed("declaration: a column's places are not those of its rows", data)
        _check_cells(said, data)
        return [said[place] for place in given[1]]
    if len(given) != length:
        raise Malformed(f"declaration: a column of {len(given)} cells in a table of {length} rows", data)
    _check_cells(given, data)
    return given


def _check_cells(cells: Iterable[Any], data: bytes) -> None:
    for cell in cells:
        if cell is None or type(cell) in (str, bool) or (type(cell) is int and abs(cell) <= NUMBER_MAX):
            continue
        if type(cell) is list and 0 < len(cell) <= _NUMBERS_MAX and all(
            type(one) is int and abs(one) <= NUMBER_MAX for one in cell
        ):  # fmt: skip
            continue
        raise Malformed(f"declaration: {cell!r:.40} is of no kind that a cell holds", data)


# ------------------------------------------------------------------ in parts
def in_parts(one: Declaration) -> list[Declaration]:
    """The same in as few parts as fit into entries, rows in their order. Raises Malformed for too many."""
    size = len(_spell(one))
    if size <= BODY_BYTES_MAX:
        return [one]
    total = sum(len(cells) for cells in one.tables if cells is not None)
    count = max(2, -(-size // _FILLED_BYTES))
    while count <= PARTS_MAX:
        share = -(-total // count)
        parts = [_part(one, number, count, share) for number in range(count)]
        if all(len(_spell(part)) <= _FILLED_BYTES for part in parts):
            return parts
        count += 1 + count // 4
    raise Malformed(f"declaration of {total} rows does not fit into {PARTS_MAX} parts", b"")


def _part(one: Declaration, number: int, count: int, share: int) -> Declaration:
    tables, at = [], 0
    begin, end = number * share, (number + 1) * share
    for cells in one.tables:
        length = len(cells or ())
        tables.append(None if cells is None else cells[max(0, begin - at) : max(0, min(length, end - at))])
        at += length
    return one._replace(tables=tuple(tables), part=number + 1, parts=count)


def joined(parts: Sequence[Declaration]) -> Declaration:
    """Parts in their order as one."""
    first = parts[0]
    tables: list[Cells | None] = [None] * max(len(one.tables) for one in parts)
    for one in parts:
        for place, cells in enumerate(one.tables):
            if cells is not None:
                tables[place] = [*(tables[place] or []), *cells]
    return first._replace(tables=tuple(tables), part=1, parts=1)


# ------------------------------------------------------------------ what the other side counts
def encode_count(count: Count) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_count` would refuse."""
    data = _spell_count(count)
    parse_count(data)
    return data


def _spell_count(count: Count) -> bytes:
    return dump_map((list(count.of), [list(pair) for pair in count.figures], count.reason, count.language))


def parse_count(data: bytes) -> Count:
    """From the body of a COUNT entry. Raises Malformed naming the field. (R-414)"""
    of, figures, reason, language = load_map(data, 4, "count", COUNT_BYTES_MAX).values()
    pairs = [row(one, 2, "count: figure", data) for one in rows(figures, COUNTED_MAX, "count: figures", data)]
    names = [name for name, _ in pairs]
    if not all(map(is_name, names)) or names != sorted(set(names)):
        raise Malformed("count: figures not in ascending order, each once", data)
    found = Count(
        read_ref(of, "count: of", data),
        tuple((name, whole(number, NUMBER_MAX, "count: number", data)) for name, number in pairs),
        *remark(reason, language, "count", data, "reason"),
    )  # fmt: skip
    if not found.figures:
        raise Malformed("count: of no figure", data)
    same(_spell_count(found), data, "count")
    return found


def has_texts(layout: Layout, tables: Sequence[Cells | None]) -> bool:
    """Whether a cell holds free text, whose language must then be said."""
    for table, cells in zip(layout.tables, tables, strict=False):
        places = [place for place, column in enumerate(table.columns) if type(column.type).__name__ == "Text"]
        if places and any(row_[place] is not None for row_ in cells or () for place in places):
            return True
    return False
