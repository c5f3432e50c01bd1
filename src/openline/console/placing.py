"""Where in station.toml something stands, and the plain kinds of setting: strict, and refused by line and name."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from openline.errors import Misconfigured


class Address(NamedTuple):
    """Where a bearer listens, dials or sends."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Place(NamedTuple):
    """Where in the file we are: enough to say `station.toml line 7: [lines.hotline] listn`."""

    path: Path
    text: str
    table: tuple[str, ...]

    def inner(self, key: str) -> Place:
        return self._replace(table=(*self.table, key))

    def refuse(self, key: str, why: str) -> Misconfigured:
        row = line_of(self.text, self.table, key)
        at = f"{self.path} line {row}" if row else str(self.path)
        name = ".".join((*self.table, key)) if self.table else key
        return Misconfigured(f"{at}: {name}: {why}")


def parse_address(text: str) -> Address:
    """`host:port` or `[v6]:port`, port 1 to 65535 in plain digits. Raises Misconfigured."""
    matched = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]{1,253})):([1-9][0-9]{0,4})", text, re.ASCII)
    if matched is None or int(matched[3]) > 65535:
        raise Misconfigured(f"{text!r} is not an address like 198.51.100.7:7443, host.example:7443 or [::1]:7443")
    return Address(matched[1] or matched[2], int(matched[3]))


def line_of(text: str, table: tuple[str, ...], key: str) -> int | None:
    """The line, from 1, on which `key` of `table` stands, or its table's line; None when it cannot be found.

    The standard parser keeps no positions; this looks again for a message's sake and decides nothing.
    """
    current: tuple[str, ...] = ()
    best: int | None = None
    several: Counter[tuple[str, ...]] = Counter()  # of each [[name]], so many so far
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if line.startswith("["):
            current = tuple(p.strip().strip("\"'") for p in line.strip("[] \t").split("#")[0].strip("] ").split("."))
            if line.startswith("[["):
                several[current] += 1
                current = (*current[:-1], nth(current[-1], several[current]))
            if current in (table, (*table, key)):
                best = number
            continue
        name = line.split("=")[0].strip().strip("\"'")
        if current == table and name == key:
            return number
        if current == table[:-1] and table and name == table[-1]:
            best = number  # an inline table: its keys share the line
    return best


def nth(key: str, number: int) -> str:
    """What the `number`th of several tables [[key]] is called, from 1."""
    return f"{key} {number}"


def take_table(parent: Mapping[str, object], key: str, place: Place) -> Mapping[str, object]:
    """A table, empty where there is none. Raises Misconfigured."""
    value = parent.get(key, {})
    if not isinstance(value, dict):
        raise place.refuse(key, "a table is expected")
    return value


def take_only(table: Mapping[str, object], known: tuple[str, ...], place: Place) -> None:
    """Raises Misconfigured at the first key that is not known, naming the nearest that is."""
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
            raise place.refuse(key, f"unknown setting; {hint}")


def take_path(table: Mapping[str, object], key: str, place: Place) -> Path | None:
    """A path, from where the settings lie; None where there is none. Raises Misconfigured."""
    value = table.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value or "\0" in value:
        raise place.refuse(key, "a path in quotes is expected")
    path = Path(value).expanduser()
    return path if path.is_absolute() else place.path.parent / path


def take_switch(table: Mapping[str, object], key: str, place: Place, *, default: bool) -> bool:
    """True or false. Raises Misconfigured."""
    value = table.get(key, default)
    if not isinstance(value, bool):
        raise place.refuse(key, "true or false is expected")
    return value


def take_address(value: object, key: str, place: Place) -> Address:
    """`host:port`. Raises Misconfigured."""
    if not isinstance(value, str):
        raise place.refuse(key, f"{value!r} is not an address in quotes")
    try:
        return parse_address(value)
    except Misconfigured as error:
        raise place.refuse(key, str(error)) from error


def take_number(
    table: Mapping[str, object], key: str, place: Place, least: int, most: int, default: int | None = None
) -> int:
    """A whole number within bounds. Raises Misconfigured, also where there is none and no default."""
    value = table.get(key, default)
    if value is None:
        raise place.refuse(key, f"a whole number from {least} to {most} is needed here")
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise place.refuse(key, f"{value!r} is no whole number from {least} to {most}")
    return value


def take_word(table: Mapping[str, object], key: str, place: Place, known: Sequence[str], default: str | None) -> str:
    """One of some words. Raises Misconfigured, also where there is none and no default."""
    value = table.get(key, default)
    if value is None:
        raise place.refuse(key, f"is needed here: one of {', '.join(known)}")
    if value not in known:
        near = difflib.get_close_matches(str(value), known, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
        raise place.refuse(key, f"{value!r} is none of them; {hint}")
    return str(value)
