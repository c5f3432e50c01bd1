"""The timeline as a picture: one SVG, no scripts, nothing fetched; what it shows is told by shape, and again in words.

What both logs prove is a thick bar; a gap is the line without one; a test that was answered is an upright stroke, one
that was not is a cross. What one side only says is a thin bar under its name: full where it saw the bearer up, dotted
where silent, hollow where its own end was down.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any, Final

from openline.console.contact.told import length, percent
from openline.console.dtg import dtg, short_dtg

WIDTH: Final = 960
LEFT: Final = 220
TOP: Final = 56
ROW: Final = 34
TICKS: Final = 4  # more, and what is written at the ends runs into its neighbours
_SHAPES: Final = {"up": 'fill="#333"', "silent": 'fill="url(#dots)" stroke="#333"', "down": 'fill="none" stroke="#333"'}
# What is written for daylight (paper, ink, bars, lines, grid), and in what colours a screen at night shows it.
_DAY: Final = ("#fff", "#000", "#333", "#999", "#ddd")
_COLOUR: Final = re.compile('"(' + "|".join(_DAY) + ')"')
PALETTES: Final = {
    "night": ("#121b26", "#fff", "#a9c4dd", "#5d7690", "#2b3b4d"),
    "contrast": ("#000", "#fff", "#ff0", "#fff", "#777"),
}


def svg(data: dict[str, Any], colours: str = "") -> str:
    """The whole picture, as text; `colours`: night or contrast, else black on white."""
    shown = dict(zip(_DAY, PALETTES.get(colours, _DAY), strict=True))
    return _COLOUR.sub(lambda found: f'"{shown[found[1]]}"', _drawn(data))


def _drawn(data: dict[str, Any]) -> str:
    rows = [row for pair in data["pairs"] for row in _rows(pair, data["names"])]
    height = TOP + ROW * len(rows) + 70
    title = f"Contact from {dtg(data['from_ms'])} to {dtg(data['to_ms'])}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        'aria-labelledby="title desc" font-family="sans-serif" font-size="13" fill="#000">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="desc">{escape(_described(data))}</desc>',
        '<defs><pattern id="dots" width="6" height="6" patternUnits="userSpaceOnUse">'
        '<rect width="6" height="6" fill="#fff"/><circle cx="3" cy="3" r="1.4" fill="#333"/></pattern></defs>',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="12" y="22" font-size="16">{escape(title)}</text>',
        *_axis(data, TOP + ROW * len(rows)),
    ]
    for place, (name, shapes) in enumerate(rows):
        y = TOP + ROW * place
        parts.append(f'<text x="12" y="{y + 16}">{escape(name)}</text>')
        parts.append(f'<line x1="{LEFT}" y1="{y + 12}" x2="{WIDTH - 20}" y2="{y + 12}" stroke="#999"/>')
        parts += [_shape(data, y, *shape) for shape in shapes]
    parts += [*_legend(TOP + ROW * len(rows) + 46), "</svg>", ""]
    return "\n".join(parts)


Shape = tuple[str, int, int, str]  # what, from, to, said


def _rows(pair: dict[str, Any], names: Sequence[str]) -> list[tuple[str, list[Shape]]]:
    one, other = (names[party] for party in pair["parties"])
    shapes: list[Shape] = [("proved", *span[:2], "proved by both logs") for span in pair["spans"]]
    missed = {test["place"] for test in pair["missed"]}
    for test in pair["tests"]:
        what = "missed" if test["place"] in missed else "test"
        said = f"test {test['place']} by {names[test['by']]}, {'not answered' if what == 'missed' else 'answered'}"
        shapes.append((what, test["written_at_ms"], test["written_at_ms"], said))
    rows = [(f"{one} and {other}", shapes)]
    for row in pair["observed"]:
        name = f"{names[row['by']]}: {row['bearer']}"
        word = f"{names[row['by']]}'s word"
        rows.append((name, [(span[2], span[0], span[1], f"{span[2]}, {word}") for span in row["spans"]]))
    return rows


def _x(data: dict[str, Any], at_ms: int) -> float:
    period = max(data["to_ms"] - data["from_ms"], 1)
    inside = min(max(at_ms, data["from_ms"]), data["to_ms"]) - data["from_ms"]
    return float(LEFT + inside * (WIDTH - 20 - LEFT) / period)


def _shape(data: dict[str, Any], y: int, what: str, from_ms: int, to_ms: int, said: str) -> str:
    first, last = _x(data, from_ms), _x(data, to_ms)
    width = max(last - first, 1.5)
    told = f"<title>{escape(said)}, {escape(dtg(from_ms))}"
    told += "</title>" if from_ms == to_ms else f" to {escape(dtg(to_ms))}, {length(to_ms - from_ms)}</title>"
    if what == "proved":
        return f'<rect x="{first:.1f}" y="{y + 3}" width="{width:.1f}" height="18" fill="#333">{told}</rect>'
    if what == "test":
        return f'<rect x="{first:.1f}" y="{y - 1}" width="1.5" height="26" fill="#000">{told}</rect>'
    if what == "missed":
        cross = f"M{first - 5:.1f} {y + 7}l10 10m0 -10l-10 10"
        return f'<path d="{cross}" stroke="#000" stroke-width="2.5" fill="none">{told}</path>'
    return f'<rect x="{first:.1f}" y="{y + 8}" width="{width:.1f}" height="8" {_SHAPES[what]}>{told}</rect>'


def _axis(data: dict[str, Any], bottom: int) -> list[str]:
    rows = []
    for number in range(TICKS + 1):
        at_ms = data["from_ms"] + (data["to_ms"] - data["from_ms"]) * number // TICKS
        x = _x(data, at_ms)
        rows.append(f'<line x1="{x:.1f}" y1="{TOP - 12}" x2="{x:.1f}" y2="{bottom}" stroke="#ddd"/>')
        anchor = "end" if number == TICKS else "middle" if number else "start"
        words = escape(short_dtg(at_ms))
        rows.append(f'<text x="{x:.1f}" y="{TOP - 16}" font-size="10" text-anchor="{anchor}">{words}</text>')
    return rows


def _legend(y: int) -> list[str]:
    words = (
        "thick bar: proved by both logs (and the time between two proofs near each other); stroke: test answered; "
        "cross: not answered"
    )
    thin = "thin bar, one side's word only: full up, dotted silent, hollow down at its own end"
    return [
        f'<text x="12" y="{y}" font-size="11">{escape(words)}</text>',
        f'<text x="12" y="{y + 16}" font-size="11">{escape(thin)}</text>',
    ]


def _described(data: dict[str, Any]) -> str:
    said = []
    for pair in data["pairs"]:
        one, other = (data["names"][party] for party in pair["parties"])
        answered = len(pair["tests"]) - len(pair["missed"])
        said.append(
            f"{one} and {other}: contact proved by both logs for {percent(pair['proved_thousandths'])} of the period, "
            f"{answered} of {len(pair['tests'])} tests answered, {len(pair['gaps'])} gaps."
        )
    return " ".join(said) or "No parties."
