"""Bearers in station.toml: what road there is, to whom, and what it can do.

    [[lines.hotline.bearer]]
    kind = "serial"                 # serial, udp, program or directory
    name = "radio"                  # as status and alarms call it; no two alike
    party = "Blue"                  # whom it reaches; may be left out on a line of two
    bits_per_second = 300           # what it carries one way; nothing is given to it faster
    latency_ms = 500                # until the other side has what was sent
    cost = 10                       # the lowest that is up is taken first; of equal ones the quickest
    duplex = "half"                 # both ways at once: full; by turns: half
    silence_alarm_after_ms = 900000 # unheard over it for so long, the watch is told
    frame_bytes_max = 1024          # longest frame body
    device = "/dev/ttyUSB0"         # serial: what it is
    baud = 9600
    rts_cts = false

`udp` has `listen` and `address`, `program` has `program`, `directory` has `out` and `in`. All that a kind has a usual
value for may be left out; what it does not know is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from openline.bearer.contract import BearerFacts
from openline.bearer.directory import DIRECTORY_FACTS
from openline.bearer.tty import BAUD_RATES
from openline.console.placing import (
    Address,
    Place,
    nth,
    take_address,
    take_number,
    take_only,
    take_path,
    take_switch,
    take_word,
)
from openline.limits import (
    BEARER_COST_MAX,
    BEARERS_MAX,
    COURIER_KEEP_MS,
    FRAME_BODY_BYTES_MAX,
    NAME_CHARS_MAX,
    SERIAL_FRAME_BYTES,
    SLOW_FRAME_BYTES_MIN,
    UDP_FRAME_BYTES,
    UDP_FRAME_BYTES_MAX,
)
from openline.line.state import Duplex

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}", re.ASCII)
_TAKEN: Final = re.compile(r"tls|carry|pages|directory(-[0-9])?")  # by bearers that other settings make
_COMMON: Final = ("kind", "name", "party", "latency_ms", "cost", "silence_alarm_after_ms")
_WIRED: Final = ("bits_per_second", "duplex", "frame_bytes_max")
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "serial": (*_COMMON, *_WIRED, "device", "baud", "rts_cts"),
    "udp": (*_COMMON, *_WIRED, "listen", "address"),
    "program": (*_COMMON, *_WIRED, "program"),
    "directory": (*_COMMON, "out", "in"),
}
_BITS_MAX: Final = 100_000_000_000
_ARGUMENTS_MAX: Final = 64
_LINE_BITS: Final = 10  # of one byte on a serial line: start, eight, stop

_USUAL: Final[Mapping[str, BearerFacts]] = {
    "serial": BearerFacts("", 0, 200, SERIAL_FRAME_BYTES, Duplex.HALF, COURIER_KEEP_MS),
    "udp": BearerFacts("", 1_250_000, 50, UDP_FRAME_BYTES, Duplex.FULL, COURIER_KEEP_MS),
    "program": BearerFacts("", 0, 200, SERIAL_FRAME_BYTES, Duplex.FULL, COURIER_KEEP_MS),
    "directory": DIRECTORY_FACTS,
}


class BearerConfig(NamedTuple):
    """One bearer as the settings want it. Of the last seven, those of its kind."""

    kind: str
    facts: BearerFacts
    party: str | None  # as the charter names it; None: the only other one
    listen: Address | None = None
    address: Address | None = None
    device: Path | None = None
    baud: int = 9600
    rts_cts: bool = False
    program: tuple[str, ...] = ()
    out: Path | None = None
    into: Path | None = None

    @property
    def name(self) -> str:
        """What it is called."""
        return self.facts.name


def take_bearers(table: Mapping[str, object], place: Place) -> tuple[BearerConfig, ...]:
    """All [[bearer]] tables of one line. Raises Misconfigured with position."""
    value = table.get("bearer", [])
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise place.refuse("bearer", "tables are expected, each under [[" + ".".join(place.table) + ".bearer]]")
    if len(value) > BEARERS_MAX:
        raise place.refuse("bearer", f"at most {BEARERS_MAX} bearers")
    made: list[BearerConfig] = []
    for number, one in enumerate(value, 1):
        here = place.inner(nth("bearer", number))
        bearer = _bearer(one, here)
        if bearer.name in {other.name for other in made}:
            raise here.refuse("name", f"another bearer is called {bearer.name} already")
        made.append(bearer)
    return tuple(made)


def _bearer(table: Mapping[str, object], place: Place) -> BearerConfig:
    kind = take_word(table, "kind", place, list(_KEYS), None)
    take_only(table, _KEYS[kind], place)
    party = table.get("party")
    if party is not None and (not isinstance(party, str) or not 1 <= len(party) <= NAME_CHARS_MAX):
        raise place.refuse("party", f"a party's name has 1 to {NAME_CHARS_MAX} characters, in quotes")
    baud = take_number(table, "baud", place, 1, max(BAUD_RATES), 9600)
    if baud not in BAUD_RATES:
        near = min(BAUD_RATES, key=lambda one: abs(one - baud))
        raise place.refuse("baud", f"serial devices do not run at {baud} baud; the nearest is {near}")
    usual = _USUAL[kind]
    if kind == "serial":
        usual = usual._replace(bytes_per_second=baud // _LINE_BITS)
    made = BearerConfig(kind, _facts(table, kind, usual, place), party, baud=baud)
    return made._replace(
        listen=take_address(_needed(table, "listen", place), "listen", place) if kind == "udp" else None,
        address=take_address(_needed(table, "address", place), "address", place) if kind == "udp" else None,
        device=_needed_path(table, "device", place) if kind == "serial" else None,
        rts_cts=take_switch(table, "rts_cts", place, default=False),
        program=_program(table, place) if kind == "program" else (),
        out=take_path(table, "out", place),
        into=_into(table, place) if kind == "directory" else None,
    )


def _facts(table: Mapping[str, object], kind: str, usual: BearerFacts, place: Place) -> BearerFacts:
    name = _needed(table, "name", place)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise place.refuse("name", f"{name!r}: a name has up to 32 letters, digits, dots, dashes or underscores")
    if _TAKEN.fullmatch(name):
        raise place.refuse("name", f"{name} is what another bearer is called; choose another name")
    frames_max = UDP_FRAME_BYTES_MAX if kind == "udp" else FRAME_BODY_BYTES_MAX
    if kind == "directory":
        usual = usual._replace(name=name)
    else:
        bits = take_number(table, "bits_per_second", place, 8, _BITS_MAX, 8 * usual.bytes_per_second or None)
        duplex = take_word(table, "duplex", place, ("full", "half"), usual.duplex.value)
        usual = usual._replace(
            name=name,
            bytes_per_second=bits // 8,
            duplex=Duplex(duplex),
            frame_bytes_max=take_number(
                table, "frame_bytes_max", place, SLOW_FRAME_BYTES_MIN, frames_max, usual.frame_bytes_max
            ),
        )
    latency_ms = take_number(table, "latency_ms", place, 0, COURIER_KEEP_MS // 2, usual.latency_ms)
    alarm = usual.silence_alarm_after_ms
    return usual._replace(
        latency_ms=latency_ms,
        cost=take_number(table, "cost", place, 0, BEARER_COST_MAX, usual.cost),
        silence_alarm_after_ms=take_number(
            table, "silence_alarm_after_ms", place, 2 * latency_ms + 1, COURIER_KEEP_MS, max(alarm, 2 * latency_ms + 1)
        ),
    )


def _needed(table: Mapping[str, object], key: str, place: Place) -> object:
    if key not in table:
        raise place.refuse(key, "is needed here")
    return table[key]


def _needed_path(table: Mapping[str, object], key: str, place: Place) -> Path:
    _needed(table, key, place)
    path = take_path(table, key, place)
    assert path is not None
    return path


def _program(table: Mapping[str, object], place: Place) -> tuple[str, ...]:
    value = _needed(table, "program", place)
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list) or not 1 <= len(words) <= _ARGUMENTS_MAX or not all(_is_word(one) for one in words):
        raise place.refuse("program", 'a path in quotes, or ["/path/to/program", "argument", ...] is expected')
    path = take_path({"program": words[0]}, "program", place)
    return (str(path), *words[1:])


def _is_word(one: object) -> bool:
    return isinstance(one, str) and bool(one) and "\0" not in one


def _into(table: Mapping[str, object], place: Place) -> Path | None:
    out, into = take_path(table, "out", place), take_path(table, "in", place)
    if out is None and into is None:
        raise place.refuse("out", "a folder to fill (out), one to read (in), or both are needed")
    if out == into:
        raise place.refuse("in", f"{out} cannot be both the folder that we fill and the one that we read")
    return into
