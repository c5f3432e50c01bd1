"""The timeline as a picture: one SVG, no scripts, nothing fetched; what it shows is told by shape, and again in words.

What both logs prove is a thick bar; a gap is the line without one; a test that was answered is an upright stroke, one
that was not is a cross. What one side only says is a thin bar under its name: full where it saw the bearer up, dotted
where silent, hollow where its own end was down.

Its words are English, or those of a page: there time runs with the direction of writing, from right to left in Arabic.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape
from typing import Any, Final, NamedTuple

from openline.console.contact.told import percent
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


def _english(words: str) -> str:
    return words


class Tongue(NamedTuple):
    """What a drawing is said in: the words of a catalogue, and whether they are written from right to left."""

    word: Callable[[str], str] = _english
    language: str = ""
    right_to_left: bool = False

    def apart(self, text: str) -> str:
        """A name or an instant among words of another direction. In plain English it stands as it is."""
        return f"\u2068{text}\u2069" if self.language else text


ENGLISH: Final = Tongue()


def svg(data: dict[str, Any], colours: str = "", tongue: Tongue = ENGLISH) -> str:
    """The whole picture, as text; `colours`: night or contrast, else black on white."""
    shown = dict(zip(_DAY, PALETTES.get(colours, _DAY), strict=True))
    return _COLOUR.sub(lambda found: f'"{shown[found[1]]}"', _drawn(data, tongue))


def _drawn(data: dict[str, Any], tongue: Tongue) -> str:
    word = tongue.word
    names = [tongue.apart(name) for name in data["names"]]
    rows = [row for pair in data["pairs"] for row in _rows(pair, names, tongue)]
    height = TOP + ROW * len(rows) + 70
    period = {"from": tongue.apart(dtg(data["from_ms"])), "to": tongue.apart(dtg(data["to_ms"]))}
    title = word("Contact from %(from)s to %(to)s") % period
    written = f' xml:lang="{tongue.language}"' if tongue.language else ""
    written += ' direction="rtl"' if tongue.right_to_left else ""
    begin = WIDTH - 12 if tongue.right_to_left else 12
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-labelledby="title desc" font-family="sans-serif" font-size="13" fill="#000"{written}>',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="desc">{escape(_described(data, names, tongue))}</desc>',
        '<defs><pattern id="dots" width="6" height="6" patternUnits="userSpaceOnUse">'
        '<rect width="6" height="6" fill="#fff"/><circle cx="3" cy="3" r="1.4" fill="#333"/></pattern></defs>',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="{begin}" y="22" font-size="16">{escape(title)}</text>',
        *_axis(data, TOP + ROW * len(rows), tongue),
    ]
    first, last = (20, WIDTH - LEFT) if tongue.right_to_left else (LEFT, WIDTH - 20)
    for place, (name, shapes) in enumerate(rows):
        y = TOP + ROW * place
        parts.append(f'<text x="{begin}" y="{y + 16}">{escape(name)}</text>')
        parts.append(f'<line x1="{first}" y1="{y + 12}" x2="{last}" y2="{y + 12}" stroke="#999"/>')
        parts += [_shape(data, y, shape, tongue) for shape in shapes]
    parts += [*_legend(begin, TOP + ROW * len(rows) + 46, tongue), "</svg>", ""]
    return "\n".join(parts)


Shape = tuple[str, int, int, str]  # what, from, to, said


def _rows(pair: dict[str, Any], names: Sequence[str], tongue: Tongue) -> list[tuple[str, list[Shape]]]:
    word = tongue.word
    one, other = (names[party] for party in pair["parties"])
    shapes: list[Shape] = [("proved", *span[:2], word("proved by both logs")) for span in pair["spans"]]
    missed = {test["place"] for test in pair["missed"]}
    for test in pair["tests"]:
        is_missed = test["place"] in missed
        said = word("test %(place)s by %(name)s, not answered") if is_missed else (
            word("test %(place)s by %(name)s, answered")
        )
        said %= {"place": tongue.apart(test["place"]), "name": names[test["by"]]}
        shapes.append(("missed" if is_missed else "test", test["written_at_ms"], test["written_at_ms"], said))
    rows = [(word("%(one)s and %(other)s") % {"one": one, "other": other}, shapes)]
    for row in pair["observed"]:
        name = names[row["by"]]
        says = word("%(state)s, %(name)s's word")
        observed: list[Shape] = [
            (span[2], span[0], span[1], says % {"state": word(span[2]), "name": name}) for span in row["spans"]
        ]
        rows.append((f"{name}: {tongue.apart(row['bearer'])}", observed))
    return rows


def _x(data: dict[str, Any], at_ms: int, tongue: Tongue) -> float:
    period = max(data["to_ms"] - data["from_ms"], 1)
    inside = min(max(at_ms, data["from_ms"]), data["to_ms"]) - data["from_ms"]
    x = float(LEFT + inside * (WIDTH - 20 - LEFT) / period)
    return WIDTH - x if tongue.right_to_left else x


def _length(span_ms: int, tongue: Tongue) -> str:
    """A length of time in the two largest units."""
    word, seconds = tongue.word, span_ms // 1000
    days, hours, minutes = seconds // 86_400, seconds // 3_600 % 24, seconds // 60 % 60
    if days:
        return " ".join((str(days), word("d"), str(hours), word("h")))
    if hours:
        return " ".join((str(hours), word("h"), str(minutes), word("min")))
    return " ".join((str(minutes), word("min"), str(seconds % 60), word("s")))


def _shape(data: dict[str, Any], y: int, shape: Shape, tongue: Tongue) -> str:
    what, from_ms, to_ms, said = shape
    first, last = sorted(_x(data, at_ms, tongue) for at_ms in (from_ms, to_ms))
    width = max(last - first, 1.5)
    begin = tongue.apart(dtg(from_ms))
    told = f"<title>{escape(said)}, {escape(begin)}</title>"
    if from_ms != to_ms:
        until = {"from": begin, "to": tongue.apart(dtg(to_ms)), "length": _length(to_ms - from_ms, tongue)}
        lasting = tongue.word("%(from)s to %(to)s, %(length)s") % until
        told = f"<title>{escape(said)}, {escape(lasting)}</title>"
    if what == "proved":
        return f'<rect x="{first:.1f}" y="{y + 3}" width="{width:.1f}" height="18" fill="#333">{told}</rect>'
    if what == "test":
        return f'<rect x="{first:.1f}" y="{y - 1}" width="1.5" height="26" fill="#000">{told}</rect>'
    if what == "missed":
        cross = f"M{first - 5:.1f} {y + 7}l10 10m0 -10l-10 10"
        return f'<path d="{cross}" stroke="#000" stroke-width="2.5" fill="none">{told}</path>'
    return f'<rect x="{first:.1f}" y="{y + 8}" width="{width:.1f}" height="8" {_SHAPES[what]}>{told}</rect>'


def _axis(data: dict[str, Any], bottom: int, tongue: Tongue) -> list[str]:
    rows = []
    anchors = ("end", "start") if tongue.right_to_left else ("start", "end")  # of the first and the last
    written = ' direction="ltr"' if tongue.right_to_left else ""
    for number in range(TICKS + 1):
        at_ms = data["from_ms"] + (data["to_ms"] - data["from_ms"]) * number // TICKS
        x = _x(data, at_ms, tongue)
        rows.append(f'<line x1="{x:.1f}" y1="{TOP - 12}" x2="{x:.1f}" y2="{bottom}" stroke="#ddd"/>')
        anchor = "middle" if 0 < number < TICKS else anchors[number == TICKS]
        words = escape(short_dtg(at_ms))
        rows.append(f'<text x="{x:.1f}" y="{TOP - 16}" font-size="10" text-anchor="{anchor}"{written}>{words}</text>')
    return rows


def _legend(x: int, y: int, tongue: Tongue) -> list[str]:
    word = tongue.word
    words = word(
        "thick bar: proved by both logs (and the time between two proofs near each other); stroke: test answered; "
        "cross: not answered"
    )
    thin = word("thin bar, one side's word only: full up, dotted silent, hollow down at its own end")
    return [
        f'<text x="{x}" y="{y}" font-size="11">{escape(words)}</text>',
        f'<text x="{x}" y="{y + 16}" font-size="11">{escape(thin)}</text>',
    ]


def _described(data: dict[str, Any], names: Sequence[str], tongue: Tongue) -> str:
    said = []
    for pair in data["pairs"]:
        one, other = (names[party] for party in pair["parties"])
        words = tongue.word(
            "%(one)s and %(other)s: contact proved by both logs for %(share)s of the period, "
            "%(answered)s of %(tests)s tests answered, %(gaps)s gaps."
        )
        said.append(words % {
            "one": one, "other": other, "share": percent(pair["proved_thousandths"]), "tests": len(pair["tests"]),
            "answered": len(pair["tests"]) - len(pair["missed"]), "gaps": len(pair["gaps"]),
        })  # fmt: skip
    return " ".join(said) or tongue.word("No parties.")
