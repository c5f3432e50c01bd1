"""A directory of offices as a file (TOML), read strictly: every fault is said at once, nothing is guessed.

    [[office]]
    short = "DEFENCE"                       # by which messages are addressed to it
    full = "Ministry of Defence, duty officer"
    hours = "daily, 0600Z to 1800Z"
    telephone = "+99 555 0100, ask for the duty officer"
    [office.address]                        # how it is addressed, by language
    en = "Sir"
    ru = "Господин полковник"
"""

from __future__ import annotations

import tomllib
from typing import Any, Final

from openline.console.codes import Told
from openline.console.ladder.rows import OfficeRow
from openline.desk.telling.bodies import Office, Offices, encode_body
from openline.errors import Malformed

FILE_BYTES_MAX: Final = 256 * 1024
_TEXTS: Final = ("short", "full", "hours", "telephone")


def read_offices(text: str, where: str) -> list[OfficeRow]:
    """The offices of a file. Raises Told OL-204 naming every fault in it."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Told("OL-204", f"{where}: {error}") from error
    faults = [f"{name!r} is not known here; only [[office]] is" for name in data if name != "office"]
    tables = data.get("office", [])
    rows = []
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        faults.append("office is not a list of tables; write [[office]] before each")
        tables = []
    for number, table in enumerate(tables, 1):
        found = list(_faults(table))
        faults += [f"office {number}: {fault}" for fault in found]
        if not found:
            rows.append(_row(table))
    if faults:
        raise Told("OL-204", "; ".join(f"{where}: {fault}" for fault in faults))
    return rows


def directory_of(rows: list[OfficeRow], released_by: tuple[str, ...]) -> bytes:
    """The body of an OFFICES entry, in its order. Raises Malformed naming the field."""
    offices = [
        Office(row.short, row.full, tuple(sorted(row.addresses.items())), row.hours, row.telephone) for row in rows
    ]
    return encode_body(Offices(tuple(sorted(offices)), released_by))


def _faults(table: dict[str, Any]) -> list[str]:
    faults = [f"{name!r} is not known; there are: {', '.join(_TEXTS)}, address" for name in table
              if name not in (*_TEXTS, "address")]  # fmt: skip
    faults += [f"{name} is not a text" for name in _TEXTS if not isinstance(table.get(name, ""), str)]
    addresses = table.get("address", {})
    if not isinstance(addresses, dict) or not all(isinstance(one, str) for one in addresses.values()):
        faults.append("address is not a table of texts by language")
    if faults:
        return faults
    try:
        directory_of([_row(table)], ())
    except Malformed as fault:
        return [fault.reason]
    return []


def _row(table: dict[str, Any]) -> OfficeRow:
    return OfficeRow(
        table.get("short", ""), table.get("full", ""), dict(table.get("address", {})), table.get("hours", ""),
        table.get("telephone", ""),
    )  # fmt: skip
