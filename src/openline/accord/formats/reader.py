"""Format files: TOML, strict, every fault at once with place and remedy. `read_format` is the only way to a Format."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from typing import Any, Final

from openline.accord.formats.format import (
    FIELD_GROUPS,
    RECURRING,
    Basis,
    Condition,
    Cover,
    DayCount,
    Field,
    Format,
    Group,
    Keep,
    Limit,
    LimitKind,
    MessageClass,
    Owed,
    Span,
    format_digest,
)
from openline.accord.formats.numbers import NUMBER_MAX, Number
from openline.accord.formats.section import Lines, Section, is_language
from openline.accord.formats.texts import Choice, Identifier
from openline.accord.formats.times import SCALES, Date, Instant, Window, Year
from openline.accord.formats.types import read_type
from openline.accord.formats.unfit import Fault
from openline.errors import Malformed

FORMAT_BYTES_MAX: Final = 64 * 1024
FIELDS_MAX: Final = 64
LIMITS_MAX: Final = 8
BASES_MAX: Final = 8
NEEDS_MAX: Final = 8
SOURCES_MAX: Final = 16
LANGUAGES_MAX: Final = 12
QUOTA_MAX: Final = 1000
DAYS_MOST: Final = 3_660
_ID: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?", re.ASCII)
_SPAN: Final = re.compile(
    r"P(?=\d|T\d)(?:(\d{1,2})Y)?(?:(\d{1,3})M)?(?:(\d{1,4})D)?(?:T(?=\d)(?:(\d{1,4})H)?(?:(\d{1,4})M)?)?", re.ASCII
)
_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_MONTH_DAY: Final = re.compile(r"(\d\d)-(\d\d)", re.ASCII)
_DAYS_OF: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_STATUS: Final = ("confirmed", "unconfirmed")
_RULE: Final = re.compile(r"[A-Z][A-Z0-9.]{0,11}", re.ASCII)
MEASURED: Final = (LimitKind.BEFORE, LimitKind.AT_ONCE, LimitKind.CLOCK_TIME)  # from a field of the notice
ANSWERED: Final = (LimitKind.AFTER, LimitKind.AT_ONCE, LimitKind.CLOCK_TIME, LimitKind.BY_AGREEMENT, LimitKind.NONE)
LIMITED: Final = ("notice", "reply", "confirmation")


class NotAFormat(Malformed):
    """A format file with faults; `faults` has all of them."""

    def __init__(self, faults: list[Fault], data: bytes) -> None:
        super().__init__("; ".join(one.in_a_line() for one in faults[:3]) + (" ..." if len(faults) > 3 else ""), data)
        self.faults = faults


def tables_of(data: bytes, refused: type[NotAFormat]) -> tuple[dict[str, Any], Lines]:
    """The tables of a file and where they stand in it. Raises `refused`: more than FORMAT_BYTES_MAX, not UTF-8, not
    TOML."""
    if len(data) > FORMAT_BYTES_MAX:
        raise refused([Fault("file", f"{len(data)} bytes", f"at most {FORMAT_BYTES_MAX}")], data[:64])
    try:
        source = data.decode("utf-8")
        values = tomllib.loads(source)
    except UnicodeDecodeError as wrong:
        raise refused([Fault("file", f"byte {wrong.start} is not UTF-8", "save it as UTF-8")], data) from wrong
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as wrong:
        line = re.search(r"line (\d+)", str(wrong))
        fault = Fault("file", f"is not TOML: {wrong}", "see toml.io for how it is written", int(line[1]) if line else 0)
        raise refused([fault], data) from wrong
    return values, Lines(source)


def read_format(data: bytes) -> Format:
    """A format from the bytes of its file. Raises NotAFormat with every fault that can be told."""
    values, lines = tables_of(data, NotAFormat)
    faults: list[Fault] = []
    found = _read(values, lines, format_digest(data), faults)
    if faults:
        raise NotAFormat(sorted(faults, key=lambda one: one.line), data)
    return found


def _read(values: dict[str, object], lines: Lines, digest: bytes, faults: list[Fault]) -> Format:
    whole = Section(values, "", lines, faults)
    nothing = dict[str, object]()
    inside = whole.take("format", lambda one: isinstance(one, dict), "a table [format]", nothing, required=True)
    head = Section(inside, "format", lines, faults)
    name = head.take("id", lambda one: isinstance(one, str) and _ID.fullmatch(one) is not None,
                     "small letters, digits and -, at most 48", "", required=True)  # fmt: skip
    languages = head.take(
        "languages",
        lambda one: isinstance(one, list) and 0 < len(one) <= LANGUAGES_MAX and all(map(is_language, one))
        and len(set(one)) == len(one) and "en" in one,
        'a list of language tags, English among them: ["en", "ru"]', ["en"], required=True,
    )  # fmt: skip
    fields = tuple(_field(one, languages) for one in whole.inner("field", FIELDS_MAX, least=1))
    found = Format(
        id=name,
        version=head.whole("version", 1, 1, 999, required=True),
        title=head.words("title", languages),
        message_class=MessageClass(head.one_of("class", tuple(MessageClass), "notification", required=True)),
        languages=tuple(languages),
        fields=fields,
        basis=tuple(_basis(one, languages) for one in whole.inner("basis", BASES_MAX)),
        needs=tuple(head.listed("needs", NEEDS_MAX)),
        limits=tuple(_limit(one, languages) for one in whole.inner("limit", LIMITS_MAX, least=1)),
        keeps=tuple(_keep(one) for one in whole.inner("keep", LIMITS_MAX)),
        owed=next((_owed(one) for one in whole.inner("owed", 1)), None),
        covers=tuple(_cover(one) for one in whole.inner("cover", LIMITS_MAX)),
        may_be_precleared=head.one_of("release", ("two", "pre-cleared"), "two", required=True) == "pre-cleared",
        is_unconfirmed=head.one_of("status", _STATUS, "unconfirmed", required=True) == "unconfirmed",
        sources=tuple(head.listed("sources", SOURCES_MAX)),
        digest=digest,
    )
    head.take("note", lambda one: isinstance(one, str) and len(one) <= 2_000, "a text", "")
    if not found.is_unconfirmed and not found.sources:
        head.fault("sources", "a confirmed format names no source", "name one, or say status = \"unconfirmed\"")
    for one in found.needs:
        if not _ID.fullmatch(one):
            head.fault("needs", f"{one!r:.40} is no id of a format", "small letters, digits and -")
    head.end()
    whole.end()
    _check_across(found, whole, lines, faults)
    return found


def _field(given: Section, languages: list[str]) -> Field:
    name = given.name("name")
    condition = None
    if given.has("required_if"):
        wanted = given.take("required_if", _is_condition, '{ field = "...", is = "CODE" }', {"field": ""})
        condition = Condition(str(wanted["field"]), str(wanted.get("is", "")))
        given.take("required", lambda _: False, "left out where there is `required_if`", None)
    else:
        given.take("required", lambda one: type(one) is bool, "true or false", True, required=True)
    field = Field(
        name=name,
        group=Group(given.one_of("group", tuple(map(str, FIELD_GROUPS)), "remarks", required=True)),
        label=given.words("label", languages),
        type=read_type(given, languages),
        required=condition is None and given.flag("required"),
        required_if=condition,
        is_unconfirmed=given.flag("unconfirmed"),
        note=given.words("note", languages) if given.has("note") else None,
    )
    given.end()
    return field


def _is_condition(value: object) -> bool:
    return (
        isinstance(value, dict) and set(value) <= {"field", "is"} and isinstance(value.get("field"), str)
        and isinstance(value.get("is", ""), str)
    )  # fmt: skip


def _basis(given: Section, languages: list[str]) -> Basis:
    found = Basis(
        given.line("agreement", required=True), given.line("article"), given.words("label", languages)
    )
    given.end()
    return found


def parse_span(text: str) -> Span | None:
    """`P14D`, `PT24H`, `P6M`, `P3DT12H`; None for anything else, and for a span of nothing."""
    found = _SPAN.fullmatch(text)
    if found is None:
        return None
    years, months, days, hours, minutes = (int(part or 0) for part in found.groups())
    span = Span(years * 12 + months, days, hours * 3600 + minutes * 60)
    return span if any(span) else None


def _span(given: Section, key: str, *, required: bool) -> Span:
    text = given.take(
        key, lambda one: isinstance(one, str) and parse_span(one) is not None,
        "a span as ISO 8601 writes it: P14D, PT24H, P6M", "", required=required,
    )  # fmt: skip
    return (parse_span(text) if text else None) or Span()


def _limit(given: Section, languages: list[str]) -> Limit:
    kind = LimitKind(given.one_of("kind", tuple(LimitKind), "none", required=True))
    spans = (LimitKind.BEFORE, LimitKind.AFTER, LimitKind.EVERY, LimitKind.FIRST_THEN)
    found = Limit(
        kind=kind,
        span=_span(given, "span", required=kind in spans) if kind in spans else Span(),
        most=_span(given, "most", required=False) if given.has("most") and kind is LimitKind.BEFORE else None,
        then=_then(given, kind),
        event=given.line("event"),
        days=DayCount(given.one_of("days", tuple(DayCount), DayCount.SPANS)),
        month_days=_month_days(given) if kind is LimitKind.CALENDAR_DAY else (),
        minute=_minute(given) if kind is LimitKind.CLOCK_TIME else 0,
        scale=given.one_of("scale", SCALES, "UTC"),
        of=given.one_of("of", LIMITED, "notice"),
        note=given.words("note", languages) if given.has("note") else None,
        quota=given.whole("quota", 0, 0, QUOTA_MAX),
        notices=given.whole("notices", 1, 1, QUOTA_MAX),
        rule=_rule(given) if given.has("rule") else "",
        year=given.name("year") if given.has("year") else "",
    )
    if found.year and kind is not LimitKind.FIRST_THEN:
        given.fault("year", f"is of no limit of the kind {kind}", f"leave it out: it is of `{LimitKind.FIRST_THEN}`")
    if kind in MEASURED and not found.event and found.of == "notice":
        given.fault("event", "is missing", f"the field from which `{kind}` is measured")
    if found.event and (kind not in (*MEASURED, LimitKind.AFTER) or found.of != "notice"):
        given.fault("event", f"nothing of `{kind}` of a {found.of} is measured from a field", "leave it out")
    if found.of != "notice" and kind not in ANSWERED:
        there = f"one of the kinds {', '.join(ANSWERED)}"
        given.fault("kind", f"{kind!s:.40} says nothing of a {found.of}", there)
    if found.notices > 1 and (kind not in RECURRING or found.of != "notice"):
        kinds = ", ".join(RECURRING)
        given.fault("notices", "is of a limit that comes round", f"one of the kinds {kinds}, of a notice")
    given.end()
    return found


def _rule(given: Section) -> str:
    return given.take("rule", lambda one: isinstance(one, str) and _RULE.fullmatch(one) is not None,
                      "a rule's number: D7", "", required=True)  # fmt: skip


def _keep(given: Section) -> Keep:
    of_days = given.has("days_most")
    at_least = 0 if of_days else given.whole("at_least", 0, 0, NUMBER_MAX, required=True)
    days_most = given.whole("days_most", 1, 1, DAYS_MOST) if of_days else 0
    found = Keep(_rule(given), given.line("field", required=True), at_least, days_most)
    given.end()
    return found


def _owed(given: Section) -> Owed:
    a_year = given.whole("a_year", 1, 1, QUOTA_MAX, required=True)
    found = Owed(_rule(given), given.line("event", required=True), a_year)
    given.end()
    return found


def _cover(given: Section) -> Cover:
    found = Cover(
        _rule(given), given.line("event", required=True), _id(given), given.name("year"),
        given.one_of("by", ("sender", "others"), "others", required=True) == "sender",
        given.name("number") if given.has("number") else "", given.name("names") if given.has("names") else "",
    )  # fmt: skip
    for key, other in (("number", "names"), ("names", "number")):
        if given.has(key) and not given.has(other):
            given.fault(other, "is missing", f"`{key}` here and `{other}` there must be the same: say both or neither")
    given.end()
    return found


def _id(given: Section, key: str = "format") -> str:
    return given.take(key, lambda one: isinstance(one, str) and _ID.fullmatch(one) is not None,
                      "the id of a format: small letters, digits and -", "", required=True)  # fmt: skip


def _then(given: Section, kind: LimitKind) -> Span | None:
    if kind is LimitKind.FIRST_THEN or (kind is LimitKind.EVERY and given.has("then")):
        return _span(given, "then", required=True)
    return None


def _month_days(given: Section) -> tuple[tuple[int, int], ...]:
    days = given.listed("on", 12, required=True)
    if days == [] and given.has("on"):
        given.fault("on", "names no day", "month and day: 01-01")
    found = []
    for one in days:
        match = _MONTH_DAY.fullmatch(one)
        if match is None or not 1 <= int(match[1]) <= 12 or not 1 <= int(match[2]) <= _DAYS_OF[int(match[1]) - 1]:
            given.fault("on", f"{one!r:.20} is no day of a year", "month and day: 01-01")
        else:
            found.append((int(match[1]), int(match[2])))
    return tuple(found)


def _minute(given: Section) -> int:
    text = given.take("at", lambda one: isinstance(one, str) and _CLOCK.fullmatch(one) is not None,
                      "a clock time: 12:00", "00:00", required=True)  # fmt: skip
    return int(text[:2]) * 60 + int(text[3:])


def _check_across(found: Format, whole: Section, lines: Lines, faults: list[Fault]) -> None:
    """What only the whole file shows: names twice, conditions and events that name no fitting field."""

    def fault(place: str, key: str, what: str, remedy: str) -> None:
        faults.append(Fault(f"{place}.{key}", what, remedy, lines.of(place, key)))

    names = [field.name for field in found.fields]
    for number, field in enumerate(found.fields, 1):
        place = f"field[{number}]"
        if field.name and names.index(field.name) != number - 1:
            fault(place, "name", f"{field.name} is the name of field {names.index(field.name) + 1} too", "another name")
        condition = field.required_if
        if condition is not None:
            other = found.field(condition.field)
            if other is None or other is field:
                there = f"one of {', '.join(names)}"
                fault(place, "required_if", f"there is no other field {condition.field!r:.40}", there)
            elif condition.code and not _has_code(other, condition.code):
                fault(place, "required_if", f"{condition.code!r:.40} is no code of {other.name}",
                      "a code of that choice, or no `is`: then it is required where that field is filled")
    for number, limit in enumerate(found.limits, 1):
        event = found.field(limit.event) if limit.event else None
        if limit.event and (event is None or not isinstance(event.type, Instant | Date | Window)):
            fault(f"limit[{number}]", "event", f"{limit.event!r:.40} is no field that says when",
                  "the name of a field of the type instant, date or window")
    for number, keep in enumerate(found.keeps, 1):
        bounded = found.field(keep.field)
        type_: Any = bounded.type if bounded is not None else None
        is_window = isinstance(type_, Window) and isinstance(type_.of, Date)
        if keep.field and not (is_window if keep.days_most else isinstance(type_, Number)):
            kind, name = ("a window of dates", "window") if keep.days_most else ("a number", "number")
            fault(f"keep[{number}]", "field", f"{keep.field!r:.40} is no field that holds {kind}",
                  f"the name of a field of the type {name}")  # fmt: skip
    _check_years(found, fault)
    owed = found.owed
    when = found.field(owed.event) if owed is not None else None
    if owed is not None and owed.event and (when is None or not isinstance(when.type, Instant | Date | Window)):
        fault("owed[1]", "event", f"{owed.event!r:.40} is no field that says when",
              "the name of a field of the type instant, date or window")  # fmt: skip


def _check_years(found: Format, fault: Callable[[str, str, str, str], None]) -> None:
    """What says for which year a notice is, and what must be covered in its year."""
    for number, limit in enumerate(found.limits, 1):
        year = found.field(limit.year) if limit.year else None
        if limit.year and (year is None or not isinstance(year.type, Year)):
            fault(f"limit[{number}]", "year", f"{limit.year!r:.40} is no field that holds a year",
                  "the name of a field of the type year")  # fmt: skip
    for number, cover in enumerate(found.covers, 1):
        event = found.field(cover.event) if cover.event else None
        if cover.event and (event is None or not isinstance(event.type, Instant | Date | Window)):
            fault(f"cover[{number}]", "event", f"{cover.event!r:.40} is no field that says when",
                  "the name of a field of the type instant, date or window")  # fmt: skip
        named = found.field(cover.number) if cover.number else None
        if cover.number and (named is None or not isinstance(named.type, Identifier)):
            fault(f"cover[{number}]", "number", f"{cover.number!r:.40} is no field that holds an identifier",
                  "the name of a field of the type identifier")  # fmt: skip


def _has_code(field: Field, code: str) -> bool:
    return isinstance(field.type, Choice) and any(option.code == code for option in field.type.options)


