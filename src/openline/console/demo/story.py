"""The story that the demonstration plays: read strictly from `story.toml`, which ships with the program.

A story is data. Each line of it is one message: what is said in our own words, when, by whom and where, and which of
the two stations sends it. A sourced line must name its date, speaker, place and sources; an illustration, which the
program makes up to show an operation, must name none of them, so that the two cannot be mistaken for each other.
"""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Final, Literal, cast

from openline.console.channel.asking import PRECEDENCES, Precedence
from openline.errors import Misconfigured
from openline.limits import (
    NAME_CHARS_MAX,
    OFFICE_CHARS_MAX,
    OFFICES_MAX,
    STORY_BYTES_MAX,
    STORY_LINES_MAX,
    STORY_SOURCES_MAX,
    SUBJECT_CHARS_MAX,
    TEXT_CHARS_MAX,
)

Kind = Literal["sourced", "illustration"]
Cue = Literal["", "kill-a", "kill-b", "start-a", "start-b"]

KINDS: Final = ("sourced", "illustration")
PARTIES: Final = ("a", "b")
CUES: Final = ("kill-a", "kill-b", "start-a", "start-b")
LANGUAGES: Final = ("en", "ru")

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
SEASON_MONTH: Final = {"spring": 3, "summer": 6, "autumn": 9}

_ID: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_DATE: Final = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?| (spring|summer|autumn))")
_SOURCE: Final = re.compile(r"https://[!-~]{3,400}")

_STORY_KEYS: Final = frozenset({"title", "about", "banner", "parties", "line"})
_PARTY_KEYS: Final = frozenset({"name", "offices"})
_LINE_KEYS: Final = frozenset({"id", "kind", "party", "precedence", "language", "action", "info", "subject", "text"})
_LINE_KEYS_MAYBE: Final = frozenset({"in_reply_to", "acknowledged", "cue", "ru"})
_SOURCED_KEYS: Final = frozenset({"date", "speaker", "where", "sources"})


@dataclass(frozen=True, slots=True)
class Wording:
    """One message text in one language; the words are the program's own."""

    language: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two stations: the name it goes by and the offices it can be addressed at."""

    name: str
    offices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One message of the story. `date`, `speaker`, `where` and `sources` are empty exactly for an illustration."""

    id: str
    kind: Kind
    date: str
    speaker: str
    where: str
    sources: tuple[str, ...]
    party: Literal["a", "b"]
    precedence: Precedence
    wording: Wording
    also: Wording | None
    action: tuple[str, ...]
    info: tuple[str, ...]
    in_reply_to: str
    acknowledged: bool
    cue: Cue

    @property
    def when(self) -> str:
        """The date in words, as exactly as it is known; for an illustration, that it has none."""
        return date_in_words(self.date) if self.date else "no date, made up"


@dataclass(frozen=True, slots=True)
class Story:
    """A whole story, in the order in which its lines are sent."""

    title: str
    about: str
    banner: str
    parties: Mapping[str, Side]
    lines: tuple[Line, ...]


def shipped_story() -> Story:
    """The story that comes with the program. Raises Misconfigured if the installed file is missing or changed badly."""
    try:
        data = resources.files("openline.console.demo").joinpath("story.toml").read_bytes()
    except OSError as why:
        raise Misconfigured(f"the story that ships with the program cannot be read ({why}): install it again") from why
    return parse_story(data)


def parse_story(data: bytes) -> Story:
    """A story from the bytes of its TOML file. Raises Misconfigured, naming the line of the story and what to mend."""
    top = _toml(data)
    _keys("the story", top, _STORY_KEYS, frozenset())
    parties = _parties(_table("parties", top["parties"]))
    rows = top["line"]
    if not isinstance(rows, list) or not 1 <= len(rows) <= STORY_LINES_MAX:
        raise Misconfigured(f"story: it needs 1 to {STORY_LINES_MAX} [[line]] tables")
    lines: list[Line] = []
    for number, row in enumerate(rows, 1):
        line = _line(f"story line {number}", row, parties)
        _fits(f"story line {number} ({line.id})", line, lines)
        lines.append(line)
    _cues(lines)
    title, about, banner = (_text("the story", top, key, TEXT_CHARS_MAX) for key in ("title", "about", "banner"))
    return Story(title, about, banner, parties, tuple(lines))


def date_in_words(date: str) -> str:
    """`2021-12-15` as "15 December 2021", `2025-10` as "October 2025", `2021 autumn` as "autumn 2021"."""
    year, month, day, season = _date_parts(date)
    if season:
        return f"{season} {year}"
    return (f"{int(day)} " if day else "") + f"{MONTHS[int(month or 1) - 1]} {year}"


def _toml(data: bytes) -> dict[str, object]:
    if len(data) > STORY_BYTES_MAX:
        raise Misconfigured(f"story: {len(data)} bytes, more than {STORY_BYTES_MAX}: shorten it")
    try:
        return tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as why:
        raise Misconfigured(f"story: not TOML in UTF-8: {why}") from why


def _parties(table: dict[str, object]) -> dict[str, Side]:
    _keys("parties", table, frozenset(PARTIES), frozenset())
    sides: dict[str, Side] = {}
    for key in PARTIES:
        where = f"parties.{key}"
        side = _table(where, table[key])
        _keys(where, side, _PARTY_KEYS, frozenset())
        offices = _strings(where, side, "offices", OFFICES_MAX, OFFICE_CHARS_MAX)
        sides[key] = Side(_text(where, side, "name", NAME_CHARS_MAX), offices)
    return sides


def _line(where: str, row: object, parties: Mapping[str, Side]) -> Line:
    table = _table(where, row)
    kind = _choice(where, table, "kind", KINDS)
    sourced = kind == "sourced"
    _keys(where, table, _LINE_KEYS | (_SOURCED_KEYS if sourced else frozenset()), _LINE_KEYS_MAYBE)
    party = _choice(where, table, "party", PARTIES)
    other = "b" if party == "a" else "a"
    action = _strings(where, table, "action", OFFICES_MAX, OFFICE_CHARS_MAX)
    info = _strings(where, table, "info", OFFICES_MAX, OFFICE_CHARS_MAX)
    _offices(where, action, info, parties[other])
    acknowledged = table.get("acknowledged", False)
    if not isinstance(acknowledged, bool):
        raise Misconfigured(f"{where}: acknowledged is true or false")
    wording = _wording(where, table, _choice(where, table, "language", LANGUAGES))
    return Line(
        id=_id(where, table),
        kind=cast(Kind, kind),
        date=_date(where, table) if sourced else "",
        speaker=_text(where, table, "speaker", SUBJECT_CHARS_MAX) if sourced else "",
        where=_text(where, table, "where", SUBJECT_CHARS_MAX) if sourced else "",
        sources=_sources(where, table) if sourced else (),
        party=cast(Literal["a", "b"], party),
        precedence=cast(Precedence, _choice(where, table, "precedence", PRECEDENCES)),
        wording=wording,
        also=_also(where, table, wording),
        action=action,
        info=info,
        in_reply_to=_text(where, table, "in_reply_to", NAME_CHARS_MAX) if "in_reply_to" in table else "",
        acknowledged=acknowledged,
        cue=cast(Cue, _choice(where, table, "cue", CUES) if "cue" in table else ""),
    )


def _wording(where: str, table: dict[str, object], language: str) -> Wording:
    subject = _text(where, table, "subject", SUBJECT_CHARS_MAX)
    return Wording(language, subject, _text(where, table, "text", TEXT_CHARS_MAX))


def _also(where: str, table: dict[str, object], first: Wording) -> Wording | None:
    if "ru" not in table:
        return None
    if first.language == "ru":
        raise Misconfigured(f"{where}: the line is in Russian already; take away its [line.ru]")
    ru = _table(f"{where}, ru", table["ru"])
    _keys(f"{where}, ru", ru, frozenset({"subject", "text"}), frozenset())
    return _wording(f"{where}, ru", ru, "ru")


def _fits(where: str, line: Line, earlier: Sequence[Line]) -> None:
    """The line in its place: a name of its own, an answer to something already sent, not before its predecessor."""
    known = {each.id for each in earlier}
    if line.id in known:
        raise Misconfigured(f"{where}: an earlier line has this id; give it another")
    if line.in_reply_to and line.in_reply_to not in known:
        raise Misconfigured(f"{where}: in_reply_to names {line.in_reply_to!r}, which is no earlier line")
    dated = [each.date for each in earlier if each.date]
    if line.date and dated and _earliest(line.date) < _earliest(dated[-1]):
        raise Misconfigured(f"{where}: date {line.date} lies before that of the line above it, {dated[-1]}")


def _cues(lines: Sequence[Line]) -> None:
    """A killed station is started again later, and says nothing in between."""
    down = ""
    for number, line in enumerate(lines, 1):
        verb, _, party = line.cue.partition("-")
        if (verb == "kill" and down) or (verb == "start" and down != party):
            raise Misconfigured(f"story line {number} ({line.id}): cue {line.cue} does not fit: station down: {down!r}")
        down = {"kill": party, "start": ""}.get(verb, down)
        if line.party == down:
            raise Misconfigured(f"story line {number} ({line.id}): station {down} is killed and cannot send")
    if down:
        raise Misconfigured(f"story: station {down} is killed and never started again: add a cue start-{down}")


def _offices(where: str, action: Sequence[str], info: Sequence[str], other: Side) -> None:
    if not action:
        raise Misconfigured(f"{where}: action names no office: somebody must be asked to act")
    for office in (*action, *info):
        if office not in other.offices:
            raise Misconfigured(f"{where}: {office!r} is no office of {other.name}")
    if len({*action, *info}) != len(action) + len(info):
        raise Misconfigured(f"{where}: an office stands twice in action and info")


def _id(where: str, table: dict[str, object]) -> str:
    name = _text(where, table, "id", NAME_CHARS_MAX)
    if _ID.fullmatch(name) is None:
        raise Misconfigured(f"{where}: id {name!r} must be small letters and digits joined by hyphens")
    return name


def _date(where: str, table: dict[str, object]) -> str:
    date = _text(where, table, "date", NAME_CHARS_MAX)
    try:
        _earliest(date)
    except ValueError as why:
        raise Misconfigured(f"{where}: date {date!r} is not in the calendar ({why})") from why
    return date


def _earliest(date: str) -> datetime.date:
    """The first day that a date as known can mean. Raises ValueError for a day that no calendar has."""
    year, month, day, season = _date_parts(date)
    return datetime.date(int(year), SEASON_MONTH[season] if season else int(month or 1), int(day or 1))


def _date_parts(date: str) -> tuple[str, str | None, str | None, str | None]:
    match = _DATE.fullmatch(date)
    if match is None:
        raise Misconfigured(f"story: date {date!r} is none of 2021-12-15, 2025-10, 2021 autumn")
    return match[1], match[2], match[3], match[4]


def _sources(where: str, table: dict[str, object]) -> tuple[str, ...]:
    sources = _strings(where, table, "sources", STORY_SOURCES_MAX, SUBJECT_CHARS_MAX)
    if not sources:
        raise Misconfigured(f"{where}: a sourced line needs at least one source")
    for source in sources:
        if _SOURCE.fullmatch(source) is None:
            raise Misconfigured(f"{where}: source {source!r} must be one https address without spaces")
    return sources


def _keys(where: str, table: Mapping[str, object], must: frozenset[str], may: frozenset[str]) -> None:
    missing, unknown = sorted(must - table.keys()), sorted(table.keys() - must - may)
    if missing:
        raise Misconfigured(f"{where}: {', '.join(missing)} missing")
    if unknown:
        raise Misconfigured(f"{where}: {', '.join(unknown)} does not belong here")


def _table(where: str, value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise Misconfigured(f"{where}: must be a table")
    return value


def _choice(where: str, table: Mapping[str, object], key: str, choices: Sequence[str]) -> str:
    value = table.get(key)
    if not isinstance(value, str) or value not in choices:
        raise Misconfigured(f"{where}: {key} must be one of {', '.join(choices)}")
    return value


def _strings(where: str, table: Mapping[str, object], key: str, count_max: int, chars_max: int) -> tuple[str, ...]:
    values = table[key]
    if not isinstance(values, list) or len(values) > count_max:
        raise Misconfigured(f"{where}: {key} must be a list of at most {count_max}")
    return tuple(_bounded(f"{where}, {key}", value, chars_max) for value in values)


def _text(where: str, table: Mapping[str, object], key: str, chars_max: int) -> str:
    """One paragraph: line ends of the file are folded into single spaces."""
    value = table.get(key)
    return _bounded(f"{where}, {key}", " ".join(value.split()) if isinstance(value, str) else value, chars_max)


def _bounded(where: str, value: object, chars_max: int) -> str:
    if not isinstance(value, str) or not value or len(value) > chars_max:
        raise Misconfigured(f"{where}: must be a text of 1 to {chars_max} characters")
    if not value.isprintable():
        raise Misconfigured(f"{where}: holds a character that cannot be printed")
    return value
