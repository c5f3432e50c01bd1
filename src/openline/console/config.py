"""station.toml: strict, small, and never guessed at.

    [station]
    line = "hotline"                         # which line, where a home has several
    passphrase_file = "/etc/openline/pass"   # 0600; leave out to be asked

    [lines.hotline]
    listen = ["0.0.0.0:7443"]                # where theirs may reach ours
    dial = { Blue = "198.51.100.7:7443" }    # where ours reaches theirs, by party name
    carry_out = "/media/stick/out"           # folders for a courier's stick
    carry_in = "/media/stick/in"
    padding = true                           # frames over a network show a size class instead of their size

Every key may be left out. An unknown key is refused with its line and the nearest known name: a setting that
is silently ignored is how a station listens on the wrong address for a year.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from openline.console.home import Home, check_name, read_bounded
from openline.errors import Misconfigured
from openline.limits import CONFIG_BYTES_MAX, NAME_CHARS_MAX, PARTIES_MAX

LISTEN_MAX: Final = 8


class Address(NamedTuple):
    """Where a TLS bearer listens or dials."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class LineConfig(NamedTuple):
    """Settings of one line. `dial` is by party name as the charter has it."""

    listen: tuple[Address, ...] = ()
    dial: Mapping[str, Address] = {}
    carry_out: Path | None = None
    carry_in: Path | None = None
    padding: bool = True


class Config(NamedTuple):
    """All settings of one home."""

    line: str | None = None
    passphrase_file: Path | None = None
    lines: Mapping[str, LineConfig] = {}

    def of_line(self, name: str) -> LineConfig:
        return self.lines.get(name, LineConfig())


class _Place(NamedTuple):
    """Where in the file we are: enough to say `station.toml line 7: [lines.hotline] listn`."""

    path: Path
    text: str
    table: tuple[str, ...]

    def inner(self, key: str) -> _Place:
        return self._replace(table=(*self.table, key))

    def refuse(self, key: str, why: str) -> Misconfigured:
        row = line_of(self.text, self.table, key)
        at = f"{self.path} line {row}" if row else str(self.path)
        name = ".".join((*self.table, key)) if self.table else key
        return Misconfigured(f"{at}: {name}: {why}")


def load(home: Home) -> Config:
    """The settings of this home; all defaults when there is no file. Raises Misconfigured with position."""
    if not home.config.exists():
        return Config()
    data = read_bounded(home.config, CONFIG_BYTES_MAX)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Misconfigured(f"{home.config}: byte {error.start} is not UTF-8") from error
    return parse(text, home.config)


def parse(text: str, path: Path) -> Config:
    """Settings from TOML text; `path` is for messages only. Raises Misconfigured with position."""
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(f"{path}: {error}") from error
    place = _Place(path, text, ())
    _only(tree, ("station", "lines"), place)
    station = _table(tree, "station", place)
    inner = place.inner("station")
    _only(station, ("line", "passphrase_file"), inner)
    lines = _table(tree, "lines", place)
    return Config(
        line=_line_name(station, inner),
        passphrase_file=_path(station, "passphrase_file", inner),
        lines={name: _line(_table(lines, name, place.inner("lines")), name, place.inner("lines")) for name in lines},
    )


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
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if line.startswith("["):
            current = tuple(p.strip().strip("\"'") for p in line.strip("[] \t").split("#")[0].strip("] ").split("."))
            if current in (table, (*table, key)):
                best = number
            continue
        name = line.split("=")[0].strip().strip("\"'")
        if current == table and name == key:
            return number
        if current == table[:-1] and table and name == table[-1]:
            best = number  # an inline table: its keys share the line
    return best


def _line(table: Mapping[str, object], name: str, lines: _Place) -> LineConfig:
    try:
        check_name(name)
    except Misconfigured as error:
        raise lines.refuse(name, str(error)) from error
    place = lines.inner(name)
    _only(table, ("listen", "dial", "carry_out", "carry_in", "padding"), place)
    dial = _table(table, "dial", place)
    if len(dial) >= PARTIES_MAX:
        raise place.refuse("dial", f"at most {PARTIES_MAX - 1} other parties")
    return LineConfig(
        listen=_listen(table, place),
        dial={_party(k, place.inner("dial")): _address(v, k, place.inner("dial")) for k, v in dial.items()},
        carry_out=_path(table, "carry_out", place),
        carry_in=_path(table, "carry_in", place),
        padding=_switch(table, "padding", place, default=True),
    )


def _switch(table: Mapping[str, object], key: str, place: _Place, *, default: bool) -> bool:
    value = table.get(key, default)
    if not isinstance(value, bool):
        raise place.refuse(key, "true or false is expected")
    return value


def _listen(table: Mapping[str, object], place: _Place) -> tuple[Address, ...]:
    value = table.get("listen", [])
    several = value if isinstance(value, list) else [value]
    if len(several) > LISTEN_MAX:
        raise place.refuse("listen", f"at most {LISTEN_MAX} addresses")
    return tuple(_address(item, "listen", place) for item in several)


def _address(value: object, key: str, place: _Place) -> Address:
    if not isinstance(value, str):
        raise place.refuse(key, f"{value!r} is not an address in quotes")
    try:
        return parse_address(value)
    except Misconfigured as error:
        raise place.refuse(key, str(error)) from error


def _party(name: str, place: _Place) -> str:
    if not name or len(name) > NAME_CHARS_MAX:
        raise place.refuse(name, f"a party's name has 1 to {NAME_CHARS_MAX} characters")
    return name


def _line_name(table: Mapping[str, object], place: _Place) -> str | None:
    value = table.get("line")
    if value is None:
        return None
    if not isinstance(value, str):
        raise place.refuse("line", "a line's name in quotes is expected")
    try:
        return check_name(value)
    except Misconfigured as error:
        raise place.refuse("line", str(error)) from error


def _path(table: Mapping[str, object], key: str, place: _Place) -> Path | None:
    value = table.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value or "\0" in value:
        raise place.refuse(key, "a path in quotes is expected")
    path = Path(value).expanduser()
    return path if path.is_absolute() else place.path.parent / path


def _table(parent: Mapping[str, object], key: str, place: _Place) -> Mapping[str, object]:
    value = parent.get(key, {})
    if not isinstance(value, dict):
        raise place.refuse(key, "a table is expected")
    return value


def _only(table: Mapping[str, object], known: tuple[str, ...], place: _Place) -> None:
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
            raise place.refuse(key, f"unknown setting; {hint}")
