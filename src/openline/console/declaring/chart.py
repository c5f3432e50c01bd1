"""Ceilings over time as a drawing: SVG 1.1, no script, nothing from elsewhere, parties told apart without colours too.

Each ceiling has a panel. What a party declared is a line with marks of its own shape; what another counts of it is an
open mark; where a number is kept back the line is cut and a cross stands at the foot. Before its first day and after
its last a ceiling is dotted: it is not in force there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape
from typing import Final

from openline.console.declaring.asking import CeilingRow, PointRow

_WIDE: Final = 860
_HIGH: Final = 230
_LEFT: Final = 70
_RIGHT: Final = 20
_TOP: Final = 44
_FOOT: Final = 34
_COLOURS: Final = ("#1f4e8c", "#a33a1a", "#2e6b34", "#6a3d8a", "#7a5c00", "#00676b", "#8a1c50", "#444444")
_DASHES: Final = ("", "7 3", "2 3", "9 3 2 3", "4 2", "1 2", "6 2 1 2", "3 5")
_WORDS: Final = {
    "en": ("at most", "kept back", "counted by the other side", "not in force", "table below"),
    "ru": ("не более", "не представлено", "подсчёт другой стороны", "не действует", "таблица ниже"),
    "ar": ("لا أكثر من", "غير مقدَّم", "حساب الطرف الآخر", "غير سارٍ", "الجدول أدناه"),
}


def draw(ceilings: Sequence[CeilingRow], points: Sequence[PointRow], language: str) -> str:
    """The whole drawing. Empty where nothing was declared."""
    if not points:
        return ""
    names = sorted({one.name for one in points})
    days = [_day(one.as_of) for one in points]
    first, last = min(days), max(days)
    high = len(ceilings) * _HIGH + 28
    words = _WORDS.get(language, _WORDS["en"])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {high}" role="img" '
        f'font-family="sans-serif" font-size="12" aria-label="{escape(_alternative(ceilings, points, names, words))}">',
        f'<rect width="{_WIDE}" height="{high}" fill="#ffffff"/>',
    ]
    for number, one in enumerate(ceilings):
        parts += _panel(one, [point for point in points if point.ceiling == one.id], names, (first, last),
                        number * _HIGH, words, language)  # fmt: skip
    parts += _legend(names, len(ceilings) * _HIGH + 16, words)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _alternative(
    ceilings: Sequence[CeilingRow], points: Sequence[PointRow], names: Sequence[str], words: Sequence[str]
) -> str:
    """In words: each ceiling, and where each party stood last; all of it is in the table."""
    parts = []
    for one in ceilings:
        last = []
        for name in names:
            own = [point for point in points if (point.ceiling, point.name) == (one.id, name)]
            point = max(own, key=lambda each: each.as_of, default=None)
            if point is not None:
                last.append(f"{name} {point.as_of}: {words[1] if point.value is None else point.value}")
        parts.append(f"{one.id}, {words[0]} {one.most}: {', '.join(last)}")
    return f"{'; '.join(parts)} ({words[4]})"


def _panel(
    one: CeilingRow, points: Sequence[PointRow], names: Sequence[str], span: tuple[int, int], top: int,
    words: Sequence[str], language: str,
) -> list[str]:  # fmt: skip
    values = [one.most, *(point.value for point in points if point.value is not None),
              *(count for point in points for count in point.counted.values())]  # fmt: skip
    least, most = 0, max(values)
    step = _step(most)
    most = -(-most // step) * step
    floor, ceiling = top + _HIGH - _FOOT, top + _TOP

    def x(day: int) -> float:
        return round(_LEFT + (day - span[0]) * (_WIDE - _LEFT - _RIGHT) / max(1, span[1] - span[0]), 1)

    def y(value: int) -> float:
        return round(floor - (value - least) * (floor - ceiling) / max(1, most - least), 1)

    parts = [f'<text x="{_LEFT}" y="{top + 16}" font-weight="bold">{escape(one.id)}: {words[0]} {one.most}</text>']
    counting = one.counting.get(language) or one.counting.get("en", "")
    parts.append(f'<text x="{_LEFT}" y="{top + 32}" font-size="10" fill="#333333">{escape(counting)[:200]}</text>')
    for value in range(least, most + 1, step):
        parts.append(f'<path d="M{_LEFT} {y(value)}H{_WIDE - _RIGHT}" stroke="#dddddd"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y(value) + 4}" text-anchor="end" fill="#333333">{value}</text>')
    for year in range(date.fromordinal(span[0]).year + 1, date.fromordinal(span[1]).year + 1):
        at = x(date(year, 1, 1).toordinal())
        parts.append(f'<path d="M{at} {floor}v5" stroke="#333333"/>'
                     f'<text x="{at}" y="{floor + 18}" text-anchor="middle" fill="#333333">{year}</text>')  # fmt: skip
    parts.append(f'<path d="M{_LEFT} {ceiling}V{floor}H{_WIDE - _RIGHT}" fill="none" stroke="#333333"/>')
    parts += _ceiling(one, span, x, y)
    for number, name in enumerate(names):
        parts += _line([point for point in points if point.name == name], number, x, y, floor)
    return parts


def _ceiling(one: CeilingRow, span: tuple[int, int], x: object, y: object) -> list[str]:
    assert callable(x) and callable(y)
    begins = min(max(_day(one.begins), span[0]), span[1]) if one.begins else span[0]
    ends = min(max(_day(one.until), begins), span[1]) if one.until else span[1]
    level, parts = y(one.most), []
    for begin, end, dash in ((span[0], begins, "2 5"), (begins, ends, ""), (ends, span[1], "2 5")):
        if end > begin:
            parts.append(f'<path d="M{x(begin)} {level}H{x(end)}" stroke="#000000" stroke-width="2" '
                         f'stroke-dasharray="{dash or "none"}"/>')  # fmt: skip
    return parts


def _line(points: Sequence[PointRow], number: int, x: object, y: object, floor: float) -> list[str]:
    assert callable(x) and callable(y)
    colour, dash = _COLOURS[number % len(_COLOURS)], _DASHES[number % len(_DASHES)]
    path, pen, parts = "", "M", []
    for point in sorted(points, key=lambda one: one.as_of):
        at = x(_day(point.as_of))
        title = f"{point.name} {point.as_of}: {point.value if point.value is not None else point.why}"
        if point.value is None:
            pen = "M"
            parts.append(f'<path d="M{at - 4} {floor - 9}l8 8m0 -8l-8 8" stroke="{colour}" stroke-width="2">'
                         f"<title>{escape(title)}</title></path>")  # fmt: skip
            continue
        path += f"{pen}{at} {y(point.value)}"
        pen = "L"
        parts.append(_mark(number, at, y(point.value), colour, title, full=True))
        for who, count in sorted(point.counted.items()):
            counted = f"{point.name} {point.as_of}: {count}, {who}"
            parts.append(_mark(number, at, y(count), colour, counted, full=False))
    drawn = f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.5" stroke-dasharray="{dash or "none"}"/>'
    return [drawn, *parts] if path else parts


def _mark(number: int, x: float, y: float, colour: str, title: str, *, full: bool) -> str:
    fill = colour if full else "#ffffff"
    shapes = (f"M{x - 3} {y}a3 3 0 1 0 6 0a3 3 0 1 0 -6 0", f"M{x - 3} {y - 3}h6v6h-6z", f"M{x} {y - 4}l4 7h-8z",
              f"M{x} {y - 4}l4 4l-4 4l-4 -4z")  # fmt: skip
    shape = shapes[number % len(shapes)]
    return f'<path d="{shape}" fill="{fill}" stroke="{colour}"><title>{escape(title)}</title></path>'


def _legend(names: Sequence[str], y: int, words: Sequence[str]) -> list[str]:
    parts, at = [], _LEFT
    for number, name in enumerate(names):
        colour, dash = _COLOURS[number % len(_COLOURS)], _DASHES[number % len(_DASHES)]
        how = f'stroke="{colour}" stroke-width="1.5" stroke-dasharray="{dash or "none"}"'
        parts.append(f'<path d="M{at} {y - 4}h28" {how}/>')
        parts.append(_mark(number, at + 14, y - 4, colour, name, full=True))
        parts.append(f'<text x="{at + 34}" y="{y}">{escape(name)[:40]}</text>')
        at += 60 + 8 * min(40, len(name))
    for said in (f"\u00d7 {words[1]}", f"\u25cb {words[2]}", f"\u00b7\u00b7\u00b7 {words[3]}"):
        parts.append(f'<text x="{at}" y="{y}" fill="#333333">{escape(said)}</text>')
        at += 24 + 7 * len(said)
    return parts


def _day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def _step(most: int) -> int:
    """So that at most six lines are drawn, at round numbers."""
    step = 1
    while most > 6 * step:
        step *= 5 if str(step)[0] == "1" else 2
    return step
