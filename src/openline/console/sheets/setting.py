"""Sets sheets as PDF/A by typst, with the fonts that it brings: the same release of it makes the same bytes on every
machine."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any, Final

from openline.console.codes import Told
from openline.console.sheets.letters import plainest

EXTRA: Final = "openline[print]"
STANDARD: Final = "a-2a"
CARRYING: Final = "a-3a"  # of sheets that carry a file
NO_SETTER: Final = 3  # how the process that sets for the pages ends where there is none
_TEMPLATE: Final = Path(__file__).with_name("sheet.typ")


def check_installed() -> None:
    """Raises Told OL-803 where the setter is not here."""
    if importlib.util.find_spec("typst") is None:
        raise Told("OL-803", f"printing needs typst: pip install '{EXTRA}'")


def set_sheets(given: dict[str, Any]) -> bytes:
    """The PDF. Raises Told OL-803 without the setter, OL-101 where it could set it in no way."""
    check_installed()
    try:
        return _set(given)
    except Told:
        return _set(_plainly(given))  # what it stumbled over is printed by its numbers: ugly, and whole


def _set(given: dict[str, Any]) -> bytes:
    import typst

    inputs = {"given": json.dumps(given, ensure_ascii=True)}
    try:
        made = typst.compile(
            _TEMPLATE.read_bytes(), format="pdf", sys_inputs=inputs, timestamp=0,
            pdf_standards=[CARRYING if given.get("attached") else STANDARD],
            ignore_system_fonts=True, font_paths=[],
        )  # fmt: skip
    except typst.TypstError as error:
        raise Told("OL-101", f"the sheet could not be set: {error.message}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # its own end, not a wish of ours to stop
            raise
        raise Told("OL-101", "the setter stumbled over this text") from error
    assert isinstance(made, bytes)
    return made


def _plainly(value: Any) -> Any:
    if isinstance(value, str):
        return plainest(value)
    if isinstance(value, list):
        return [_plainly(one) for one in value]
    if isinstance(value, dict):
        return {key: one if key == "attached" else _plainly(one) for key, one in value.items()}
    return value
