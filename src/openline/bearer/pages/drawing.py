"""Codes drawn: A4 sheets as SVG with a head for people, one page that prints them all, and codes for a terminal.

Six codes a sheet, QR (ISO/IEC 18004) in byte mode at level M, which mends 15 % of a code by itself; what is lost
beyond that other codes of the set make good.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple
from xml.sax.saxutils import escape

from openline.bearer.pages.sets import CODES_A_SHEET, PageSet

_QUIET: Final = 4  # modules around a code, as the standard wants
_CODE_MM: Final = 74
_TEXT_MM: Final = 180
_LEFT_MM: Final = (23, 113)
_TOP_MM: Final = (51, 132, 213)

_WORDS: Final = {
    "en": (
        "Sealed codes to be carried. Whoever copies them cannot read or change them.",
        "Any {needed} of the {made} codes of this set are enough: from any sheets, in any order, in many photographs.",
        "Photograph or scan flat and sharp, whole codes with their white edge; then: openline carry in --pages IMAGES",
    ),
    "ru": (
        "Запечатанные коды для передачи. Кто их копирует, не может ни прочесть, ни изменить их.",
        "Достаточно любых {needed} из {made} кодов этого набора, с любых листов, в любом порядке, на разных снимках.",
        "Снимайте или сканируйте ровно и резко, коды целиком с белым краем; затем: openline carry in --pages СНИМКИ",
    ),
}


class Heading(NamedTuple):
    """What a sheet's head says besides its set."""

    line: str
    line_id: bytes
    sender: str
    receiver: str
    made: str  # as watches write instants
    languages: tuple[str, ...]


def modules(symbol: bytes) -> list[bytes]:
    """The code of one symbol: rows of 0 (light) and 1 (dark), with its quiet edge."""
    import segno

    code = segno.make(symbol, error="m", mode="byte", micro=False, boost_error=False)
    return [bytes(row) for row in code.matrix_iter(border=_QUIET)]


def sheets(page_set: PageSet, heading: Heading) -> Iterator[tuple[str, str]]:
    """Every sheet of a set: its file's name and its SVG."""
    of = -(-len(page_set.symbols) // CODES_A_SHEET)
    for sheet in range(of):
        first = sheet * CODES_A_SHEET
        drawn = [_code(page_set, number) for number in range(first, min(first + CODES_A_SHEET, len(page_set.symbols)))]
        head = "".join(_head(page_set, heading, sheet + 1, of))
        yield (
            f"{page_set.head.name}-{sheet + 1:02d}-of-{of:02d}.svg",
            '<svg xmlns="http://www.w3.org/2000/svg" width="210mm" height="297mm" viewBox="0 0 210 297">'
            f'<rect width="210" height="297" fill="#fff"/>{head}{"".join(drawn)}</svg>\n',
        )


def printing_page(title: str, names: Sequence[str]) -> str:
    """One page that prints all sheets beside it, without anything from elsewhere."""
    shown = "\n".join(f'<img src="{escape(name)}" alt="{escape(name)}">' for name in names)
    return (
        f'<!DOCTYPE html>\n<meta charset="utf-8"><title>{escape(title)}</title>\n'
        "<style>@page{size:A4;margin:0}body{margin:0}img{display:block;width:210mm;height:297mm;"
        f"break-after:page}}</style>\n{shown}\n"
    )


def for_a_terminal(symbol: bytes) -> str:
    """Half a line of characters a row, dark on bright whatever the terminal's own colours are."""
    rows = modules(symbol)
    rows += [bytes(len(rows[0]))] * (len(rows) % 2)
    out = io.StringIO()
    for upper, lower in zip(rows[::2], rows[1::2], strict=True):
        line = "".join(" ▄▀█"[2 * above + below] for above, below in zip(upper, lower, strict=True))
        out.write(f"\x1b[38;5;16;48;5;231m{line}\x1b[0m\n")
    return out.getvalue()


def _head(page_set: PageSet, heading: Heading, sheet: int, of: int) -> Iterator[str]:
    head = page_set.head
    rows = [
        (f"OPENLINE   {head.name}   {heading.made}   {sheet} / {of}", 12.0, 6.0, 'font-weight="bold"'),
        (f"{heading.line}  ({heading.line_id.hex()[:16]})   {heading.sender}  →  {heading.receiver}", 18.5, 4.0, ""),
    ]
    known = [_WORDS[language] for language in dict.fromkeys(one[:2] for one in heading.languages) if language in _WORDS]
    texts = [text.format(needed=head.needed, made=head.made) for words in (known or [_WORDS["en"]]) for text in words]
    rows += [(text, 25.0 + 4.2 * at, 3.1, "") for at, text in enumerate(texts)]
    for text, top, size, weight in rows:
        style = f'font-family="sans-serif" font-size="{size:g}" {weight}'
        if len(text) * size * 0.56 > _TEXT_MM:  # drawn narrower, never beyond the edge
            style += f' textLength="{_TEXT_MM}" lengthAdjust="spacingAndGlyphs"'
        yield f'<text x="15" y="{top:g}" {style} xml:space="preserve">{escape(text)}</text>'


def _code(page_set: PageSet, number: int) -> str:
    place = number % CODES_A_SHEET
    left, top = _LEFT_MM[place % 2], _TOP_MM[place // 2]
    rows = modules(page_set.symbols[number])
    path = "".join(_runs(rows))
    label = f"{page_set.head.name}   {number + 1} / {page_set.head.made}"
    return (
        f'<svg x="{left}" y="{top}" width="{_CODE_MM}" height="{_CODE_MM}" viewBox="0 0 {len(rows)} {len(rows)}">'
        f'<path d="{path}" stroke="#000" stroke-width="1.02"/></svg>'
        f'<text x="{left + 4}" y="{top + _CODE_MM + 3}" font-family="monospace" font-size="3.5" '
        f'xml:space="preserve">{label}</text>'
    )


def _runs(rows: Sequence[bytes]) -> Iterator[str]:
    """Dark runs of each row as strokes."""
    for y, row in enumerate(rows):
        x = 0
        while (start := row.find(1, x)) >= 0:
            end = row.find(0, start)
            x = len(row) if end < 0 else end
            yield f"M{start} {y}.5h{x - start}"
