"""A notice for paper and archives: its sheet in every language of its format, a map of its places, what is odd in it.

From the same answer that `notice show` gives, so the same record gives the same file.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any, Final

from openline.accord.formats.format import Format
from openline.accord.formats.notice import parse_notice
from openline.accord.formats.words import said, word
from openline.console.accords.asking import NoticeRow
from openline.console.dtg import iso
from openline.console.maps.drawing import draw
from openline.console.maps.shapes import Shape, shapes_of
from openline.console.sheets.composing import EXERCISE, Sheet
from openline.console.sheets.letters import RTL_LANGUAGES, breakable, language_tag, printable

INDENT_CHARS: Final = 3  # of one step of indentation in a printed sheet
_NO_BREAK: Final = "\u00a0"
_STYLE: Final = (
    "body{font:16px/1.4 'DejaVu Sans Mono',monospace;max-width:60rem;margin:1rem auto;padding:0 1rem;color:#000;"
    "background:#fff}pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit}section{break-after:page}"
    "svg{width:100%;max-width:40rem;height:auto}table{border-collapse:collapse}th,td{border:1px solid;padding:.3rem;"
    "text-align:start;vertical-align:top}.small{font-size:.75rem;overflow-wrap:anywhere}.exercise{font-weight:700}"
)


def is_rtl(language: str) -> bool:
    """Which way a sheet in this language runs."""
    return language.partition("-")[0].lower() in RTL_LANGUAGES


def file_name(row: NoticeRow) -> str:
    """A name for a file, made of the notice's number."""
    return "".join(c if c.isascii() and (c.isalnum() or c == "-") else "-" for c in row.number)


def places_of(row: NoticeRow, format_: Format | None, language: str) -> list[Shape]:
    """The places of a notice, said in a language; none where its format is not known."""
    return shapes_of(format_, parse_notice(bytes.fromhex(row.body)).values, language) if format_ is not None else []


def map_title(row: NoticeRow, language: str) -> str:
    """What somebody hears who does not see the map."""
    return f"{word('map', language)}: {row.number}"


def sheets_of(row: NoticeRow, format_: Format | None, languages: Sequence[str]) -> list[Sheet]:
    """A sheet a language; one with the raw values where the format is not known."""
    if format_ is None or not row.printed:
        return [_sheet(row, row.number, "en", _raw(row), [])]
    return [
        _sheet(row, said(format_.title, language), language, row.printed[language].rstrip("\n"),
               places_of(row, format_, language))
        for language in languages
    ]  # fmt: skip


def _raw(row: NoticeRow) -> str:
    return f"FORMAT {row.mark}: not in this record; the values as they came\n{row.raw}"


def _sheet(row: NoticeRow, title: str, language: str, text: str, places: list[Shape]) -> Sheet:
    drawn = any(one.is_drawn for one in places)
    return {
        "exercise": row.exercise, "precedence": row.precedence, "reference": printable(row.number),
        "position": f"record #{row.position}, entry {row.place}", "hash": f"SHA-256 {row.leaf}",
        "heading": breakable(printable(title)), "head": [],
        "body": {"lines": [], "rtl": is_rtl(language), "lang": language_tag(language)},
        "typed": [_typed(line) for line in text.split("\n")],
        "map": draw(places, map_title(row, language)) if drawn else "",
        "alt": printable(map_title(row, language)),
        "places": [[str(one.number), breakable(printable(one.title)), breakable(printable(_words(one, language)))]
                   for one in places],
        "evidence": [[f"{one.severity} {one.rule}".strip(), breakable(printable(f"{one.place}: {one.what}"))]
                     for one in row.faults],
    }  # fmt: skip


def _words(shape: Shape, language: str) -> str:
    return f"{shape.words} ({word('roughly', language)})" if shape.is_rough else shape.words


def _typed(line: str) -> list[Any]:
    """Steps of indentation, and the rest, in which columns stay columns."""
    rest = line.lstrip(" ")
    kept = printable(rest).replace("  ", _NO_BREAK * 2)
    return [(len(line) - len(rest)) // INDENT_CHARS, breakable(kept)]


def given_of_notice(
    row: NoticeRow, format_: Format | None, languages: Sequence[str], *, line: str, name: str, banners: Sequence[str]
) -> dict[str, Any]:
    """All that the setter is given."""
    day = iso(row.written_at_ms) or "1970-01-01"
    return {
        "title": printable(row.number), "author": printable(name), "line": printable(f"Openline · {line} · {name}"),
        "date": [int(day[:4]), int(day[5:7]), int(day[8:10])], "exercise": EXERCISE,
        "banners": [printable(one) for one in banners], "sheets": sheets_of(row, format_, languages),
    }  # fmt: skip


def html_of(row: NoticeRow, format_: Format | None, languages: Sequence[str], banners: Sequence[str]) -> str:
    """One page of HTML that needs nothing else."""
    banner = escape(" · ".join(banners))
    parts = ['<!doctype html><html lang="en"><head><meta charset="utf-8">',
             '<meta name="viewport" content="width=device-width, initial-scale=1">',
             f"<title>{escape(printable(row.number))}</title><style>{_STYLE}</style></head><body>"]  # fmt: skip
    for sheet in sheets_of(row, format_, languages):
        parts += _section(sheet, banner)
    return "".join([*parts, "</body></html>\n"])


def _section(sheet: Sheet, banner: str) -> list[str]:
    body = sheet["body"]
    text = "\n".join(" " * (INDENT_CHARS * steps) + line for steps, line in sheet["typed"])
    parts = [f'<section lang="{body["lang"]}" dir="{"rtl" if body["rtl"] else "ltr"}">']
    parts += [f"<p><strong>{banner}</strong></p>"] if banner else []
    parts += [f'<p class="exercise">{escape(EXERCISE)}</p>'] if sheet["exercise"] else []
    parts += [f"<h1>{escape(sheet['heading'])}</h1><pre>{escape(text)}</pre>", sheet["map"]]
    if sheet["places"]:
        rows = "".join(
            f"<tr><th>{number}</th><td>{escape(title)}</td><td>{escape(words)}</td></tr>"
            for number, title, words in sheet["places"]
        )
        parts.append(f"<table><tbody>{rows}</tbody></table>")
    if sheet["evidence"]:
        told = "".join(f"<li>{escape(what)}: {escape(words)}</li>" for what, words in sheet["evidence"])
        parts.append(f'<ul lang="en" dir="ltr">{told}</ul>')
    parts.append(f'<p class="small" dir="ltr">{escape(sheet["reference"])} · {escape(sheet["position"])}<br>'
                 f'{escape(sheet["hash"])}</p></section>')  # fmt: skip
    return parts
