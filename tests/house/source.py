"""Reading the tree as text, for the tests of the house."""

from __future__ import annotations

import ast
import io
import subprocess
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from tests.needs import lacks, needs_tool

ROOT: Final = Path(__file__).resolve().parent.parent.parent
PACKAGE: Final = ROOT / "src" / "openline"
BESIDE: Final = ("simulation", "conformance", "bench")

Function = ast.FunctionDef | ast.AsyncFunctionDef

_NO_CODE: Final = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}


def modules(*, tests: bool = False) -> list[Path]:
    """Every Python file of the product and of what stands beside it; of the tests too when asked."""
    folders = [PACKAGE, *(ROOT / name for name in BESIDE)]
    if tests:
        folders.append(ROOT / "tests")
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


def rooms() -> dict[str, list[Path]]:
    """Module files by room; a module directly in the package is its own room, and so is each chamber of a room."""
    by_room: dict[str, list[Path]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).parts
        depth = min(len(parts) - 1, 2) or 1
        by_room.setdefault("/".join(parts[:depth]).removesuffix(".py"), []).append(path)
    return by_room


def short(path: Path) -> str:
    """A path as a person writes it."""
    return path.relative_to(ROOT).as_posix()


def places() -> dict[str, list[Path]]:
    """Every module, by room, and by folder for what stands beside the product."""
    beside = {name: sorted((ROOT / name).rglob("*.py")) for name in BESIDE}
    return rooms() | {name: paths for name, paths in beside.items() if paths}


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text("utf-8"), str(path))


@cache
def code_lines(path: Path) -> frozenset[int]:
    """Numbers of the lines that hold code: not blank, not only comment, not docstring."""
    text = path.read_text("utf-8")
    said = [
        node.body[0]
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Module | ast.ClassDef | Function) and ast.get_docstring(node, clean=False) is not None
    ]
    if text.count('"""') == 2 * len(said) and "'''" not in text:
        lines = enumerate(text.splitlines(), 1)
        held = {number for number, line in lines if line.strip() and not line.lstrip().startswith("#")}
    else:  # strings of several lines, whose lines may look like anything
        held = _lines_of_tokens(text)
    for one in said:
        held.difference_update(range(one.lineno, (one.end_lineno or one.lineno) + 1))
    return frozenset(held)


def _lines_of_tokens(text: str) -> set[int]:
    held: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in _NO_CODE:
            held.update(range(token.start[0], token.end[0] + 1))
    return held


def functions(path: Path) -> Iterator[tuple[str, Function, int]]:
    """Name, node and code lines of every function, its decorators not counted."""
    lines = code_lines(path)
    for node in ast.walk(parsed(path)):
        if isinstance(node, Function):
            span = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            yield node.name, node, sum(number in lines for number in span)


def tracked() -> list[Path]:
    """Files that git keeps. A tree without git (an archive) is a named skip."""
    git = needs_tool("git")
    if not (ROOT / ".git").exists():
        lacks("a git work tree: this is an unpacked archive")
    run = subprocess.run([git, "-C", str(ROOT), "ls-files", "-z"], capture_output=True, check=True)
    names = [name for name in run.stdout.decode("utf-8").split("\0") if name]
    return [path for name in names if (path := ROOT / name).is_file() and not path.is_symlink()]
