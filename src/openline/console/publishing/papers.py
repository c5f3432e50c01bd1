"""A joint statement from a file that people write: TOML, every fault at once; the texts are files beside it.

    id = "JS-2026-1"
    release_at = "2026-11-24T12:00:00Z"     # the agreed instant, UTC
    zone = { name = "Geneva", minutes_east = 60 }
    titles = { en = "...", ru = "..." }
    [texts]
    en = "statement.en.txt"
    ru = "statement.ru.txt"
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final

from openline.accord.communique.statement import EAST_MINUTES_MAX, WEST_MINUTES_MAX
from openline.accord.formats.section import Lines, Section, is_language
from openline.accord.formats.times import Instant
from openline.accord.formats.unfit import Fault, Unfit
from openline.accord.spelling import LANGUAGES_MAX
from openline.console.accords.commands.drafting import read
from openline.console.codes import Told
from openline.console.publishing.asking import ProposeJoint, VersionRow
from openline.limits import BODY_BYTES_MAX

FILE_BYTES_MAX: Final = 64 * 1024


def read_statement(path: Path) -> ProposeJoint:
    """What is to be proposed. Raises Told OL-202 with every fault of the file, OSError."""
    try:
        source = read(path, FILE_BYTES_MAX).decode("utf-8")
        values = tomllib.loads(source)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        raise Told("OL-202", f"{path}: {wrong}") from wrong
    faults: list[Fault] = []
    section = Section(values, "", Lines(source), faults)
    titles = section.take("titles", _said, '{ en = "..." }', dict[str, str](), required=True)
    files = section.take("texts", _said, 'files by language: [texts] en = "..."', dict[str, str](), required=True)
    zone: dict[str, Any] = section.take(
        "zone", _zone, '{ name = "Geneva", minutes_east = 60 }', {"name": "-", "minutes_east": 0}, required=True
    )
    for language in sorted({*titles} ^ {*files}):
        what, lacks = ("titles", "text") if language in titles else ("texts", "title")
        section.fault(what, f"{language} has no {lacks}", "a title and a text in each language")
    texts = [VersionRow(each, titles.get(each, ""), _words(path.parent / name, section))
             for each, name in sorted(files.items())]  # fmt: skip
    found = ProposeJoint(section.line("id", "X", required=True), texts, _release(section), zone["name"],
                         zone["minutes_east"])  # fmt: skip
    section.end()
    if faults:
        raise Told("OL-202", f"{path}: " + "; ".join(one.in_a_line() for one in faults))
    return found


def _said(value: object) -> bool:
    return (
        isinstance(value, dict) and 0 < len(value) <= LANGUAGES_MAX and all(map(is_language, value))
        and all(isinstance(one, str) and one for one in value.values())
    )  # fmt: skip


def _zone(value: Any) -> bool:
    return (
        isinstance(value, dict) and set(value) == {"name", "minutes_east"} and isinstance(value["name"], str)
        and type(value["minutes_east"]) is int and -WEST_MINUTES_MAX <= value["minutes_east"] <= EAST_MINUTES_MAX
    )  # fmt: skip


def _release(section: Section) -> int:
    given = section.line("release_at", required=True)
    try:
        return Instant().read(given) * 1000 if given else 0
    except Unfit as unfit:
        section.fault("release_at", unfit.what, unfit.remedy)
        return 0


def _words(path: Path, section: Section) -> str:
    """A text as its file has it, without the line feed at its very end."""
    try:
        return read(path, BODY_BYTES_MAX).decode("utf-8").removesuffix("\n")
    except (OSError, UnicodeDecodeError, Told) as wrong:
        section.fault("texts", str(wrong), "a file of UTF-8 text beside this one")
        return ""
