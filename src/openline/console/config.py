"""station.toml: strict, small, and never guessed at.

    [station]
    line = "hotline"                         # which line, where a home has several
    passphrase_file = "/etc/openline/pass"   # 0600; leave out to be asked

    [desk]
    listen = "127.0.0.1:8443"                # the desk's pages, served beside the station
    name = "desk.home.arpa"                  # beyond this machine: a name with more than one label, and TLS
    certificate = "/etc/openline/desk.pem"
    key = "/etc/openline/desk.key"

    [annunciate]
    player = ["pw-play"]                     # what plays a WAV file, whose path comes last; else one is looked for
    command = ["/usr/local/bin/lamp"]        # told in its environment what rings; no shell reads it

    [translate]
    command = ["/usr/local/bin/translate"]   # text in, text out; the two languages are its last words; no shell

    [lines.hotline]
    listen = ["0.0.0.0:7443"]                # where theirs may reach ours
    dial = { Blue = "198.51.100.7:7443" }    # where ours reaches theirs, by party name
    carry_out = "/media/stick/out"           # folders for a courier's stick
    carry_in = "/media/stick/in"
    padding = true                           # frames over a network show a size class instead of their size
    tls_cost = 0                             # a bearer of lower cost is taken first
    passphrase_file = "/etc/openline/hot"    # of this line's keys, where it is not the one above
    test_every_s = 3600                      # link tests, as agreed with the other side; 0 writes none

    [lines.hotline.desk]                     # pages of this line's own, where a home has several: as [desk] above
    listen = "127.0.0.1:8444"

    [[lines.hotline.bearer]]                 # more roads to a party, as many as there are: see `bearer_settings`
    kind = "serial"
    name = "radio"
    device = "/dev/ttyUSB0"

Every key may be left out. An unknown key is refused with its line and the nearest known name: a setting that
is silently ignored is how a station listens on the wrong address for a year.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from openline.console.bearer_settings import BearerConfig, take_bearers
from openline.console.home import Home, check_name, read_bounded
from openline.console.placing import (
    Address,
    Place,
    parse_address,
    take_address,
    take_number,
    take_only,
    take_path,
    take_switch,
    take_table,
)
from openline.console.web.setting import Setting, take_setting
from openline.errors import Misconfigured
from openline.limits import BEARER_COST_MAX, CONFIG_BYTES_MAX, NAME_CHARS_MAX, PARTIES_MAX

__all__ = ["Address", "BearerConfig", "Config", "LineConfig", "load", "parse", "parse_address"]

LISTEN_MAX: Final = 8
WORDS_MAX: Final = 32
SECONDS_MAX: Final = 31 * 86_400


class LineConfig(NamedTuple):
    """Settings of one line. `dial` is by party name as the charter has it."""

    listen: tuple[Address, ...] = ()
    dial: Mapping[str, Address] = {}
    carry_out: Path | None = None
    carry_in: Path | None = None
    padding: bool = True
    tls_cost: int = 0
    bearers: tuple[BearerConfig, ...] = ()  # beside TLS and the folders above
    test_every_s: int = 3_600
    passphrase_file: Path | None = None
    desk: Setting | None = None


class Annunciate(NamedTuple):
    """How alarms are made heard on this machine: the words of a player and of a command, empty where none is set."""

    player: tuple[str, ...] = ()
    command: tuple[str, ...] = ()


class Config(NamedTuple):
    """All settings of one home."""

    line: str | None = None
    passphrase_file: Path | None = None
    lines: Mapping[str, LineConfig] = {}
    desk: Setting | None = None
    annunciate: Annunciate = Annunciate()
    translate: tuple[str, ...] = ()  # the words of a program that translates

    def of_line(self, name: str) -> LineConfig:
        return self.lines.get(name, LineConfig())

    def desk_of(self, name: str) -> Setting | None:
        """Where this line's pages are served: `[lines.NAME.desk]`, or `[desk]`, which is the line's that `[station]
        line` names, and anybody's where it names none."""
        own = self.of_line(name).desk
        return own if own is not None or self.line not in (None, name) else self.desk

    def passphrase_file_of(self, name: str | None) -> Path | None:
        """Where the passphrase of this line's keys lies, or of other keys where no line is named."""
        own = self.of_line(name).passphrase_file if name is not None else None
        return own or self.passphrase_file


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
    place = Place(path, text, ())
    take_only(tree, ("station", "desk", "annunciate", "translate", "lines"), place)
    station = take_table(tree, "station", place)
    inner = place.inner("station")
    take_only(station, ("line", "passphrase_file"), inner)
    translate = take_table(tree, "translate", place)
    take_only(translate, ("command",), place.inner("translate"))
    lines, inside = take_table(tree, "lines", place), place.inner("lines")
    return Config(
        line=_line_name(station, inner),
        passphrase_file=take_path(station, "passphrase_file", inner),
        lines={name: _line(take_table(lines, name, inside), name, inside) for name in lines},
        desk=take_setting(take_table(tree, "desk", place), place.inner("desk")),
        annunciate=_annunciate(take_table(tree, "annunciate", place), place.inner("annunciate")),
        translate=_words(translate, "command", place.inner("translate")),
    )


def _annunciate(table: Mapping[str, object], place: Place) -> Annunciate:
    take_only(table, Annunciate._fields, place)
    return Annunciate(_words(table, "player", place), _words(table, "command", place))


def _words(table: Mapping[str, object], key: str, place: Place) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or len(value) > WORDS_MAX or not all(isinstance(one, str) and one for one in value):
        raise place.refuse(key, f"a list of at most {WORDS_MAX} words in quotes is expected")
    return tuple(value)


def _line(table: Mapping[str, object], name: str, lines: Place) -> LineConfig:
    try:
        check_name(name)
    except Misconfigured as error:
        raise lines.refuse(name, str(error)) from error
    place = lines.inner(name)
    take_only(table, ("bearer", *(name for name in LineConfig._fields if name != "bearers")), place)
    dial = take_table(table, "dial", place)
    if len(dial) >= PARTIES_MAX:
        raise place.refuse("dial", f"at most {PARTIES_MAX - 1} other parties")
    return LineConfig(
        listen=_listen(table, place),
        dial={_party(k, place.inner("dial")): take_address(v, k, place.inner("dial")) for k, v in dial.items()},
        carry_out=take_path(table, "carry_out", place),
        carry_in=take_path(table, "carry_in", place),
        padding=take_switch(table, "padding", place, default=True),
        tls_cost=take_number(table, "tls_cost", place, 0, BEARER_COST_MAX, 0),
        test_every_s=take_number(table, "test_every_s", place, 0, SECONDS_MAX, LineConfig().test_every_s),
        bearers=take_bearers(table, place),
        passphrase_file=take_path(table, "passphrase_file", place),
        desk=take_setting(take_table(table, "desk", place), place.inner("desk")),
    )


def _listen(table: Mapping[str, object], place: Place) -> tuple[Address, ...]:
    value = table.get("listen", [])
    several = value if isinstance(value, list) else [value]
    if len(several) > LISTEN_MAX:
        raise place.refuse("listen", f"at most {LISTEN_MAX} addresses")
    return tuple(take_address(item, "listen", place) for item in several)


def _party(name: str, place: Place) -> str:
    if not name or len(name) > NAME_CHARS_MAX:
        raise place.refuse(name, f"a party's name has 1 to {NAME_CHARS_MAX} characters")
    return name


def _line_name(table: Mapping[str, object], place: Place) -> str | None:
    value = table.get("line")
    if value is None:
        return None
    if not isinstance(value, str):
        raise place.refuse("line", "a line's name in quotes is expected")
    try:
        return check_name(value)
    except Misconfigured as error:
        raise place.refuse("line", str(error)) from error
