"""Small enough that one person can audit it. Counted are lines of code: not blank, comment or docstring."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.house import source

FUNCTION_LINES_MAX: Final = 60
MODULE_LINES_MAX: Final = 400
ROOM_LINES_MAX: Final = 2_500

MODULES: Final = source.modules()


@pytest.mark.parametrize("path", MODULES, ids=source.short)
def test_a_function_fits_one_screen(path: Path) -> None:
    counted = source.functions(path)
    long = [f"{name} (line {node.lineno}): {count}" for name, node, count in counted if count > FUNCTION_LINES_MAX]
    assert not long, f"{source.short(path)}: over {FUNCTION_LINES_MAX} lines of code: {'; '.join(long)}"


@pytest.mark.parametrize("path", MODULES, ids=source.short)
def test_a_module_can_be_read_in_one_sitting(path: Path) -> None:
    count = len(source.code_lines(path))
    assert count <= MODULE_LINES_MAX, f"{source.short(path)}: {count} lines of code, at most {MODULE_LINES_MAX}"


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
