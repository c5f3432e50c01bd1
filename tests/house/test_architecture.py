"""ARCHITECTURE names functions and files: each one is there."""

from __future__ import annotations

import importlib
import re
from typing import Final

import pytest

from tests.house import source

TEXT: Final = (source.ROOT / "docs" / "ARCHITECTURE.md").read_text("utf-8")
ROOMS: Final = "station|console|store|bearer|line|record|seal|wire"
NAMED: Final = sorted(set(re.findall(rf"(?<![\w/.])(?:{ROOMS})(?:\.\w+)+\b(?!/)", TEXT)))
FILES: Final = sorted(
    set(re.findall(rf"`((?:{ROOMS}|tests|conformance)/[\w/<>]+\.py)`", TEXT)) - {"console/commands/<room>.py"}
)
LIFE: Final = re.findall(r"^\|\s*\d+ \| [^|]+ \| `([\w.]+)` \|", TEXT, re.MULTILINE)


def found(name: str) -> object:
    """What a dotted name means: the longest module, then attributes."""
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            value: object = importlib.import_module("openline." + ".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            value = getattr(value, part)
        return value
    raise AssertionError(f"{name}: no such module")


@pytest.mark.parametrize("name", [name for name in NAMED if name not in ("store.sqlite", "station.key", "station.py")])
def test_what_it_names_exists(name: str) -> None:
    assert found(name) is not None


def test_every_row_of_a_life_names_a_function() -> None:
    rows = re.findall(r"^\|\s*\d+ \|", TEXT, re.MULTILINE)
    assert len(LIFE) == len(rows) >= 30
    assert all(callable(found(name)) for name in LIFE)


@pytest.mark.parametrize("name", FILES)
def test_the_files_it_names_exist(name: str) -> None:
    beside = name.split("/")[0] in ("tests", "conformance")
    assert ((source.ROOT if beside else source.PACKAGE) / name).is_file()
