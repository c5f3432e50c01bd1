"""Records of the levels of an escrow, and what of those that are open cannot be true together.

    aggregate  [figure, number]                 types    [figure, type, number]
    sites      [site]                           numbers  [figure, site, type, number]
    items      [figure, site, type, id]

A record is one deterministic CBOR array of these. As long as a level is not wholly open its sum is only known from
below: more than the total contradicts it, less does not yet. Findings are those of declarations. (R-559)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import cbor2

from openline.accord.declarations.judging import FINDINGS_MAX, Finding, Verdict
from openline.accord.declarations.layout import Severity
from openline.accord.escrow.bodies import LEVELS, RECORD_BYTES_MAX
from openline.accord.escrow.escrows import Kept
from openline.errors import Malformed
from openline.record.fields import row, same, text, whole
from openline.seal.spelling import decode

AGGREGATE, TYPES, SITES, NUMBERS, ITEMS = range(len(LEVELS))
COLUMNS: Final[tuple[tuple[str, ...], ...]] = (
    ("figure", "number"), ("figure", "type", "number"), ("site",), ("figure", "site", "type", "number"),
    ("figure", "site", "type", "id"),
)  # fmt: skip
WORD_CHARS_MAX: Final = 200
NUMBER_MAX: Final = 2**53 - 1
_RULE: Final = "R-559"
_ERRORS: Final = (cbor2.CBORError, ValueError, TypeError, ArithmeticError, LookupError, RecursionError)

Record = tuple[Any, ...]


def spell_record(level: int, cells: Sequence[Any]) -> bytes:
    """The one spelling of a record of a level. Raises Malformed for one that `read_record` would refuse."""
    data = cbor2.dumps(list(cells))
    read_record(level, data)
    return data


def read_record(level: int, data: bytes) -> Record:
    """A record of a level. Raises Malformed naming the column."""
    what = f"record of {LEVELS[level]}"
    if len(data) > RECORD_BYTES_MAX:
        raise Malformed(f"{what} of {len(data)} bytes: at most {RECORD_BYTES_MAX}", data[:64])
    try:
        value = decode(data, 2)
    except _ERRORS as error:
        raise Malformed(f"{what} is not CBOR: {error}", data) from error
    columns = COLUMNS[level]
    cells = row(value, len(columns), what, data)
    for name, cell in zip(columns, cells, strict=True):
        if name == "number":
            whole(cell, NUMBER_MAX, f"{what}: number", data)
        elif not text(cell, WORD_CHARS_MAX, f"{what}: {name}", data).strip():
            raise Malformed(f"{what}: {name} says nothing", data)
    same(cbor2.dumps(cells), data, what)
    return tuple(cells)


def levels_of(items: Iterable[Sequence[str]]) -> list[list[Record]]:
    """All levels as the items make them: totals, types, sites, numbers per site, items; each in ascending order."""
    rows = sorted((figure, site, type_, name) for figure, site, type_, name in items)
    numbers = Counter((figure, site, type_) for figure, site, type_, _ in rows)
    types = Counter((figure, type_) for figure, _, type_, _ in rows)
    totals = Counter(figure for figure, *_ in rows)
    return [
        [(figure, totals[figure]) for figure in sorted(totals)], [(*one, types[one]) for one in sorted(types)],
        [(site,) for site in sorted({site for _, site, *_ in rows})], [(*one, numbers[one]) for one in sorted(numbers)],
        [tuple(one) for one in rows],
    ]  # fmt: skip


class Sheet(NamedTuple):
    """What is known of an escrow: read records of each level, by index, and which levels are known whole."""

    records: tuple[dict[int, Record], ...]
    whole: tuple[bool, ...]
    unread: tuple[tuple[int, int, str], ...]  # level, index, why


def sheet_of(kept: Kept) -> Sheet:
    """What is open of an escrow."""
    found: list[dict[int, Record]] = []
    unread = []
    for number, level in enumerate(kept.levels):
        read: dict[int, Record] = {}
        for index, data in level.said.items():
            try:
                read[index] = read_record(number, data)
            except Malformed as fault:
                unread.append((number, index, fault.reason))
        found.append(read)
    whole_ = tuple(level.complete and not any(number == one for one, *_ in unread)
                   for number, level in enumerate(kept.levels))  # fmt: skip
    return Sheet(tuple(found), whole_, tuple(unread))


def sheet_given(levels: Sequence[Sequence[Record]]) -> Sheet:
    """A declaration that is not committed yet, whole."""
    return Sheet(tuple(dict(enumerate(records)) for records in levels), (True,) * len(levels), ())


def judge(sheet: Sheet, declared: Callable[[str], int | None] | None = None) -> list[Finding]:
    """What of it closes, is contradicted, or cannot be told yet. `declared`: what a plain declaration of the same
    party, day and layout says of a figure."""
    found = [
        *(_finding(Verdict.BROKEN, f"{LEVELS[level]} {index}", f"cannot be read: {why}")
          for level, index, why in sheet.unread),
        *_twice(sheet), *_sums(sheet), *_sites(sheet), *_beside(sheet, declared),
    ]  # fmt: skip
    return found[:FINDINGS_MAX]


def _finding(verdict: Verdict, place: str, what: str) -> Finding:
    return Finding(_RULE, Severity.ERROR, verdict, place, what)


def _twice(sheet: Sheet) -> Iterator[Finding]:
    """An item is one thing at one place; of every other record there is one with the same words."""
    for level, records in enumerate(sheet.records):
        seen: dict[object, int] = {}
        for index, record in sorted(records.items()):
            key = record[-1] if level == ITEMS else record if level == SITES else record[:-1]
            if seen.setdefault(key, index) != index:
                said = key if isinstance(key, str) else ", ".join(map(str, key if isinstance(key, tuple) else (key,)))
                what = f"{said} stands in record {seen[key]} already"
                yield _finding(Verdict.BROKEN, f"{LEVELS[level]} {index}", what)


def _totals(sheet: Sheet, level: int, columns: tuple[int, ...]) -> Counter[tuple[str, ...]]:
    """Sums of a level by some of its columns; items count one each."""
    found: Counter[tuple[str, ...]] = Counter()
    for record in sheet.records[level].values():
        found[tuple(record[column] for column in columns)] += 1 if level == ITEMS else record[-1]
    return found


_SUMS: Final = (  # a total, what it is the sum of, and by which columns there
    (AGGREGATE, TYPES, (0,)), (AGGREGATE, NUMBERS, (0,)), (AGGREGATE, ITEMS, (0,)), (TYPES, NUMBERS, (0, 2)),
    (TYPES, ITEMS, (0, 2)), (NUMBERS, ITEMS, (0, 1, 2)),
)  # fmt: skip


def _sums(sheet: Sheet) -> Iterator[Finding]:
    for above, below, columns in _SUMS:
        sums, whole_ = _totals(sheet, below, columns), sheet.whole[below]
        totals = {tuple(record[:-1]): record[-1] for record in sheet.records[above].values()}
        if not sheet.records[below] and not whole_:
            continue
        for key in sorted(totals):
            yield _closed(totals[key], sums[key], whole_, f"{LEVELS[above]}: {', '.join(key)}", LEVELS[below])
        for key in sorted(sums.keys() - totals.keys()) if sheet.whole[above] else ():
            what = f"{LEVELS[below]} have {sums[key]}, and {LEVELS[above]} do not name it"
            yield _finding(Verdict.BROKEN, f"{LEVELS[above]}: {', '.join(key)}", what)


def _closed(total: int, sum_: int, whole_: bool, place: str, below: str) -> Finding:
    if whole_:
        verdict = Verdict.HOLDS if total == sum_ else Verdict.BROKEN
        return _finding(verdict, place, f"{total} = {sum_}, the sum of {below}")
    verdict = Verdict.BROKEN if sum_ > total else Verdict.OPEN
    return _finding(verdict, place, f"{total}, and {sum_} so far in what is open of {below}")


def _sites(sheet: Sheet) -> Iterator[Finding]:
    if not sheet.whole[SITES]:
        return
    named = {record[0] for record in sheet.records[SITES].values()}
    for level in (NUMBERS, ITEMS):
        for site in sorted({record[1] for record in sheet.records[level].values()} - named):
            yield _finding(Verdict.BROKEN, f"{LEVELS[level]}: {site}", "is none of the sites")


def _beside(sheet: Sheet, declared: Callable[[str], int | None] | None) -> Iterator[Finding]:
    for figure, number in sorted(sheet.records[AGGREGATE].values()):
        plain = declared(figure) if declared is not None else None
        if plain is not None:
            verdict = Verdict.HOLDS if plain == number else Verdict.BROKEN
            yield _finding(verdict, f"aggregate: {figure}", f"{number}, and {plain} in the declaration of that day")


def said_of(level: int, record: Record) -> Mapping[str, Any]:
    """A record by its columns."""
    return dict(zip(COLUMNS[level], record, strict=True))
