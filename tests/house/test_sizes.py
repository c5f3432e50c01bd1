"""Small enough that one person can audit it. Counted are lines of code: not blank, comment or docstring."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.house import source

FUNCTION_LINES_MAX: Final = 60
MODULE_LINES_MAX: Final = 400
ROOM_LINES_MAX: Final = 2_500

PLACES: Final = source.places()


@pytest.mark.parametrize("place", PLACES)
def test_a_function_fits_one_screen(place: str) -> None:
    long = [
        f"{source.short(path)}:{node.lineno}: {name}: {count}"
        for path in PLACES[place]
        for name, node, count in source.functions(path)
        if count > FUNCTION_LINES_MAX
    ]
    assert not long, f"over {FUNCTION_LINES_MAX} lines of code: {'; '.join(long)}"


@pytest.mark.parametrize("place", PLACES)
def test_a_module_can_be_read_in_one_sitting(place: str) -> None:
    counts = {source.short(path): len(source.code_lines(path)) for path in PLACES[place]}
    long = {name: count for name, count in counts.items() if count > MODULE_LINES_MAX}
    assert not long, f"lines of code, at most {MODULE_LINES_MAX}: {long}"


def test_no_module_is_left_out() -> None:
    assert sorted(path for paths in PLACES.values() for path in paths) == source.modules()


@pytest.mark.parametrize("room", sorted(source.rooms()))
def test_a_room_can_be_audited(room: str) -> None:
    count = sum(len(source.code_lines(path)) for path in source.rooms()[room])
    assert count < ROOM_LINES_MAX, f"room {room}: {count} lines of code, must stay under {ROOM_LINES_MAX}"


def test_the_counter_leaves_out_blank_lines_comments_and_docstrings(tmp_path: Path) -> None:
    path = tmp_path / "sample.py"
    said = '"""Says.\n\nMore."""\n\n# why\nX = """a\nb"""\n\n\n'
    path.write_text(said + 'def f() -> int:\n    """Promise."""\n    # because\n    return 1\n')
    assert source.code_lines(path) == {6, 7, 10, 13}
    assert [(name, count) for name, _, count in source.functions(path)] == [("f", 2)]


def test_both_ways_of_counting_agree(tmp_path: Path) -> None:
    """Most files are counted line by line; those that hold strings of several lines, token by token."""
    path = tmp_path / "sample.py"
    head = '"""Says."""\n\n# why\n\n\ndef f(\n    x: int,  # because\n) -> int:\n'
    path.write_text(head + '    """P."""\n\n    return (\n        1\n    )\n')
    assert source.code_lines(path) == {6, 7, 8, 11, 12, 13}
    path = tmp_path / "other.py"
    path.write_text((tmp_path / "sample.py").read_text() + 'X = """a\n\n# b"""\n')
    assert source.code_lines(path) == {6, 7, 8, 11, 12, 13, 14, 15, 16}
