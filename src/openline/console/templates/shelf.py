"""Where templates lie: those that come along, and the files `templates/NAME.toml` of a home, which take their place."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from openline.console.codes import Told
from openline.console.home import read_bounded
from openline.console.templates.asking import TemplateRow
from openline.console.templates.reading import read_template
from openline.errors import OpenlineError
from openline.limits import TEMPLATE_BYTES_MAX, TEMPLATES_MAX

FOLDER: Final = "templates"
_ENDING: Final = ".toml"


@cache
def shipped() -> dict[str, TemplateRow]:
    """Those that come along. A file of them with faults is a fault of the program, and a test looks for it."""
    folder = resources.files("openline.console.templates") / "library"
    found = sorted((one for one in folder.iterdir() if one.name.endswith(_ENDING)), key=lambda one: one.name)
    names = [one.name.removesuffix(_ENDING) for one in found]
    return {name: read_template(one.read_bytes(), name, one.name) for name, one in zip(names, found, strict=True)}


def own(home: Path) -> dict[str, TemplateRow]:
    """Those of a home, read anew; one that does not read is there with its fault."""
    folder = home / FOLDER
    if not folder.is_dir():
        return {}
    paths = sorted(folder.glob("*" + _ENDING))
    rows = [_row(path) for path in paths[:TEMPLATES_MAX]]
    if len(paths) > TEMPLATES_MAX:
        why = f"{folder}: {len(paths)} files; the first {TEMPLATES_MAX} are read: move what nobody uses elsewhere"
        rows.append(TemplateRow(name=FOLDER, own=True, fault=why))
    return {row.name: row for row in rows}


def _row(path: Path) -> TemplateRow:
    name = path.name.removesuffix(_ENDING)
    try:
        row = read_template(read_bounded(path, TEMPLATE_BYTES_MAX), name, str(path))
    except (OpenlineError, OSError) as error:
        return TemplateRow(name=name, own=True, fault=str(error))
    row.own = True
    return row


def every(home: Path) -> list[TemplateRow]:
    """All of them by name. A file of the home stands for the one of its name that comes along."""
    return [row for _, row in sorted({**shipped(), **own(home)}.items())]


def one_of(rows: list[TemplateRow], name: str) -> TemplateRow:
    """The template of that name. Raises Told OL-301 where there is none, OL-204 where its file does not read."""
    row = next((one for one in rows if one.name == name), None)
    if row is None:
        raise Told("OL-301", f"there is no template {name!r}; there are: {', '.join(one.name for one in rows)}")
    if row.fault:
        raise Told("OL-204", row.fault)
    return row
