"""Numbers, dates, times of day and coordinates of two texts, compared: what stands in one and not in the other.

A help for the eye, and no judgement: numbers in words are not seen, and order is not compared. A separator that may be
of thousands or decimals (`1,500`) is read both ways and fits either. Instants are split into date and time of day, so
that `221005Z NOV 26` and `22 ноября 2026 г., 10.05 UTC` agree.
"""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Final, NamedTuple

from openline.errors import Refused
from openline.limits import DIFFERENCES_MAX, TEXT_CHARS_MAX

_MONTHS: Final = (
    "jan|янв|يناير", "feb|фев|فبراير", "mar|март|مارس", "apr|апр|أبريل|ابريل", "may|мая|май|مايو", "jun|июн|يونيو",
    "jul|июл|يوليو", "aug|авг|أغسطس|اغسطس", "sep|сен|سبتمبر", "oct|окт|أكتوبر|اكتوبر",
    "nov|ноя|نوفمبر", "dec|дек|ديسمبر",
)  # fmt: skip
_MONTH_OF: Final = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split("|")}
_MONTH: Final = (
    r"(?P<month>(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
    r"|(?:янв|фев|мар|апр|мая|май|июн|июл|авг|сен|окт|ноя|дек)[а-я]{0,6}|[\u0600-\u06ff]{4,8})"
)
_ZONE: Final = r"(?:\s{0,2}(?:z|utc|gmt|мск|msk|ч\.|час[а-я]{0,3}|hrs?|hours|h)(?![a-zа-я])|\s{1,2}по\s)"
_UNITS: Final = {
    "km": "km|км|километр[а-я]{0,3}|kilomet(?:er|re)s?|كم", "NM": r"nm|nautical miles?|морск[а-я]{2} мил[а-я]{1,2}",
    "m": "m|м|met(?:er|re)s?|метр[а-я]{0,3}", "ft": "ft|feet|фут[а-я]{0,3}", "kg": "kg|кг|килограмм[а-я]{0,3}",
    "t": "t|т|tonnes?|тонн[а-я]?", "kHz": "khz|кгц", "MHz": "mhz|мгц", "kt": "kt|kts|knots?|уз|узл[а-я]{1,3}",
    "%": "%|percent|per cent|процент[а-я]{0,3}", "h": "h|hours?|ч|час[а-я]{0,3}", "min": "min|minutes?|мин|минут[а-я]?",
    "s": "s|seconds?|с|сек|секунд[а-я]?", "days": "days?|дн[а-я]{1,2}|день|сут[а-я]{1,3}",
}  # fmt: skip
_UNIT: Final = re.compile(
    r"\s{0,2}(?:" + "|".join(f"(?P<u{n}>{words})" for n, words in enumerate(_UNITS.values()))
    + r")(?![a-zа-я\u0600-\u06ff])"
)
_SPACES: Final = dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f\t\n"), " ")
_SIGNS: Final = {0x066B: ".", 0x066C: "'", 0x2212: "-", 0x2019: "'", 0x2032: "'", 0x2033: '"'}


class Mark(NamedTuple):
    """Something with a number: what it is, how it is written, and what it may mean, one spelling each."""

    kind: str
    written: str
    values: frozenset[str]


class Difference(NamedTuple):
    """What stands in one of the two texts only. `side`: original or translation."""

    side: str
    kind: str
    written: str


def differences(original: str, translation: str) -> list[Difference]:
    """What differs, the original's first; at most DIFFERENCES_MAX. Raises Refused for a text that is too long."""
    theirs = marks(translation)
    where: dict[str, deque[int]] = {}
    for at, mark in enumerate(theirs):
        for key in (*_exact(mark), *_loose(mark)):
            where.setdefault(key, deque()).append(at)
    taken: set[int] = set()
    left = []
    for mark in marks(original):
        at = next((found for key in _fitting(mark) if (found := _free(where.get(key), taken)) is not None), -1)
        if at < 0:
            left.append(Difference("original", mark.kind, mark.written))
        taken.add(at)
    left += [Difference("translation", one.kind, one.written) for at, one in enumerate(theirs) if at not in taken]
    return left[:DIFFERENCES_MAX]


def _exact(mark: Mark) -> list[str]:
    return [f"{mark.kind} {value}" for value in sorted(mark.values)]


def _loose(mark: Mark) -> list[str]:
    """A number under its bare value too: a unit counts only where both have one that is known here."""
    if mark.kind != "number":
        return []
    with_unit = any(" " in value for value in mark.values)
    return [f"{'with' if with_unit else 'without'} unit {value.split()[0]}" for value in sorted(mark.values)]


def _fitting(mark: Mark) -> list[str]:
    """Where its like may stand, the very same first."""
    turn = {"with": "without", "without": "with"}
    words = (one.partition(" ") for one in _loose(mark))
    return [*_exact(mark), *(f"{turn[first]} {rest}" for first, _, rest in words)]


def _free(places: deque[int] | None, taken: set[int]) -> int | None:
    """The first that is not taken; those that are go, so that a long text costs no more than its length."""
    while places and places[0] in taken:
        places.popleft()
    return places[0] if places else None


def marks(text: str) -> list[Mark]:
    """All marks of a text, in no order that matters. Raises Refused for a text that is too long."""
    if len(text) > TEXT_CHARS_MAX:
        raise Refused(f"a text of {len(text)} characters; {TEXT_CHARS_MAX} at most are compared")
    plain = _plain(text)
    found: list[Mark] = []
    for pattern, read in _KINDS:
        rest = []
        end = 0
        for match in pattern.finditer(plain):
            read_as = list(read(match))
            if not read_as:
                continue
            written = text[match.start() : match.end()].strip()
            found += [Mark(kind, written, values) for kind, values in read_as]
            rest += [plain[end : match.start()], "#" * (match.end() - match.start())]
            end = match.end()
        plain = "".join([*rest, plain[end:]])
    return found


def _plain(text: str) -> str:
    """The same text, sign for sign, with digits, spaces and separators of one kind, in small letters."""
    return "".join(_digit(sign) for sign in text.translate(_SPACES).translate(_SIGNS))


def _digit(sign: str) -> str:
    if not sign.isascii() and (number := unicodedata.decimal(sign, None)) is not None:
        return str(number)
    small = sign.lower()
    return small if len(small) == 1 else sign


Read = Iterator[tuple[str, frozenset[str]]]


def _date(day: int, month: int, year: str | None) -> Read:
    if 1 <= day <= 31 and 1 <= month <= 12:
        full = "" if year is None else year if len(year) == 4 else f"20{year}"
        yield "date", frozenset((f"{full}-{month:02}-{day:02}",))


def _time(hour: str, minute: str, second: str | None = None, zone: str | None = None) -> Read:
    if int(hour) < 25 and int(minute) < 60:
        value = f"{int(hour):02}:{minute}:{second or '00'}"
        yield "time", frozenset((value + (zone.replace(":", "") if zone and zone != "z" else ""),))


def _dtg(match: re.Match[str]) -> Read:
    month = _month(match["month"])
    if month is not None:
        yield from _date(int(match[1]), month, match["year"])
        yield from _time(match[2], match[3])


def _iso(match: re.Match[str]) -> Read:
    yield from _date(int(match[3]), int(match[2]), match[1])
    if match[4]:
        yield from _time(match[4], match[5], match[6], match[7])


def _worded(match: re.Match[str]) -> Read:
    month = _month(match["month"])
    if month is not None:
        yield from _date(int(match["day"]), month, match["year"])


def _figured(match: re.Match[str]) -> Read:
    first, second = int(match[1]), int(match[3])
    if match[2] == "/" and second > 12:
        first, second = second, first
    yield from _date(first, second, match[4])


def _month(word: str) -> int | None:
    return next((number for name, number in _MONTH_OF.items() if word.startswith(name)), None)


def _clock(match: re.Match[str]) -> Read:
    yield from _time(match[1], match[2], *(match.groups()[2:] if match.re.groups > 2 else ()))


_HALVES: Final = {"n": "N", "s": "S", "e": "E", "w": "W", "с": "N", "ю": "S", "в": "E", "з": "W"}


def _coordinate(match: re.Match[str]) -> Read:
    half = _HALVES[match["half"][0]]
    degrees = Fraction(match["deg"].replace(",", "."))
    if match["min"]:
        degrees += Fraction(match["min"].replace(",", ".")) / 60
    if match["sec"]:
        degrees += Fraction(match["sec"].replace(",", ".")) / 3600
    yield "coordinate", frozenset((f"{half} {round(degrees * 60_000)}",))  # thousandths of a minute, about 2 m


def _number(match: re.Match[str]) -> Read:
    sign, digits = match["sign"] or "", match["digits"]
    unit = _UNIT.match(match.string, match.end())
    named = next((name for name, used in zip(_UNITS, unit.groups(), strict=True) if used), "") if unit else ""
    values = {f"{sign}{value}" for value in _values(digits)}
    yield "number", frozenset(f"{value} {named}".strip() for value in values)


def _values(digits: str) -> Iterator[str]:
    """What digits with separators may mean."""
    plain = re.sub(r"[ ']", "", digits)
    points, commas = plain.count("."), plain.count(",")
    if points and commas:
        last = max(plain.rfind("."), plain.rfind(","))
        yield _spelled(re.sub(r"[.,]", "", plain[:last]) + "." + plain[last + 1 :])
    elif points + commas > 1:
        yield _spelled(re.sub(r"[.,]", "", plain))
    else:
        yield _spelled(plain.replace(",", "."))
        if re.fullmatch(r"\d{1,3}[.,]\d{3}", plain):
            yield _spelled(re.sub(r"[.,]", "", plain))


def _spelled(number: str) -> str:
    whole, _, part = number.partition(".")
    part = part.rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{part}" if part else "")


_EDGE: Final = r"(?<![\d.,#])"
_KINDS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Read]], ...]] = (
    (re.compile(_EDGE + r"(\d\d)(\d\d)(\d\d)z\s{1,2}" + _MONTH + r"\s{1,2}(?P<year>\d{4}|\d\d)(?!\d)"), _dtg),
    (re.compile(_EDGE + r"(\d{4})-(\d\d)-(\d\d)"
                r"(?:[t ](\d\d):(\d\d)(?::(\d\d))?(?:\.\d{1,6})?(z|[+-]\d\d:?\d\d)?)?(?!\d)"), _iso),
    (re.compile(_EDGE + r"(?P<day>\d{1,2})\.?\s{1,2}" + _MONTH + r"\.?,?(?:\s{1,2}(?P<year>\d{4})(?!\d))?"), _worded),
    (re.compile(r"(?<![a-z])" + _MONTH + r"\s{1,2}(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:,?\s{1,2}(?P<year>\d{4}))?(?!\d)"),
     _worded),
    (re.compile(_EDGE + r"(\d{1,2})([./])(\d{1,2})[./](\d{4})(?!\d)"), _figured),
    (re.compile(_EDGE + r"(?P<deg>\d{1,3}(?:[.,]\d{1,6})?)(?:\s?°\s?|\s|-)?"
                r"(?:(?P<min>\d{1,2}(?:[.,]\d{1,6})?)\s?'?\s?)?"
                r"(?:(?P<sec>\d{1,2}(?:[.,]\d{1,4})?)\s?\"?\s?)?\s?"
                r"(?P<half>[nsew](?![a-zа-я])|north|south|east|west|[сю]\.?\s?ш\.?|[вз]\.?\s?д\.)"), _coordinate),
    (re.compile(_EDGE + r"(\d{1,2}):(\d\d)(?::(\d\d))?([+-]\d\d:\d\d)?(?!\d)"), _clock),
    (re.compile(_EDGE + r"(\d{1,2})\.(\d\d)(?=" + _ZONE + ")"), _clock),
    (re.compile(_EDGE + r"(\d\d)(\d\d)(?=" + _ZONE + ")"), _clock),
    (re.compile(r"(?<![\d#])(?P<sign>(?<![\w)])-)?(?P<digits>\d{1,3}(?:[ ']\d{3})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,]\d+)*)"),
     _number),
)  # fmt: skip
