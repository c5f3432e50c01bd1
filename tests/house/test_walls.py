"""The walls between rooms: import-linter's two contracts, shown to bite, and what imports alone cannot show."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.house import source

PURE: Final = ("wire", "seal", "record", "line", "accord", "desk")

# Built-ins that reach the world without an import, or hide an import from the contracts.
IMPURE_CALLS: Final = frozenset(["open", "print", "input", "__import__", "eval", "exec", "compile", "breakpoint"])
# The console reads a command's file only when it is asked for, and only from its own folder.
COMMANDS: Final = "openline.console."  # a command is imported when it is asked for, within the one room
CLOCKS: Final = frozenset(["now", "utcnow", "today"])


def lint(src: Path) -> subprocess.CompletedProcess[str]:
    """Run the contracts of pyproject.toml over the package in `src`."""
    program = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=source.ROOT,
        env={**os.environ, "PYTHONPATH": str(src)},
        capture_output=True,
        text=True,
        check=False,
    )


HOLES: Final = (
    ("wire", "from openline import record", "openline.wire -> openline.record"),
    ("line", "from openline import accord", "openline.line -> openline.accord"),
    ("accord", "from openline import line", "openline.accord -> openline.line"),
    ("store", "from openline import bearer", "openline.store -> openline.bearer"),
    ("bearer", "from openline import store", "openline.bearer -> openline.store"),
    ("record", "import time", "openline.record -> time"),
    ("line", "import random", "openline.line -> random"),
    ("seal", "from os import environ", "openline.seal -> os"),
    ("wire", "import logging", "openline.wire -> logging"),
    ("desk", "import asyncio", "openline.desk -> asyncio"),
)


def copied(folder: Path) -> Path:
    """The package, to be spoilt."""
    shutil.copytree(source.PACKAGE, folder / "openline", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the contracts say of a copy with every hole in it: one look, for each costs seconds."""
    src = copied(tmp_path_factory.mktemp("holes"))
    for room, statement, _ in HOLES:
        charter = src / "openline" / room / "__init__.py"
        charter.write_text(charter.read_text("utf-8") + f"\n{statement}\n", "utf-8")
    run = lint(src)
    assert run.returncode == 1, run.stdout
    return run.stdout


def test_every_room_looks_only_down() -> None:
    run = lint(source.ROOT / "src")
    assert run.returncode == 0, run.stdout[run.stdout.find("Contracts") :] + run.stderr


@pytest.mark.parametrize(("room", "statement", "said"), HOLES)
def test_a_hole_in_a_wall_is_found(found: str, room: str, statement: str, said: str) -> None:
    chain = re.compile(rf"^ *-? *{re.escape(said)} \(l\.\d+\)$", re.MULTILINE)
    assert "BROKEN" in found
    assert chain.search(found), f"{room}: {statement}\n{found}"


def test_a_room_that_is_not_on_the_plan_is_found(tmp_path: Path) -> None:
    src = copied(tmp_path)
    (src / "openline" / "annexe").mkdir()
    (src / "openline" / "annexe" / "__init__.py").touch()
    run = lint(src)
    assert run.returncode == 1, run.stdout


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_asks_the_world_nothing(room: str) -> None:
    asked = []
    for path in source.rooms().get(room, []):
        for node in ast.walk(source.parsed(path)):
            match node:
                case ast.Call(func=ast.Name(id=name)) if name in IMPURE_CALLS:
                    asked.append(f"{source.short(path)}:{node.lineno}: {name}()")
                case ast.Call(func=ast.Attribute(value=ast.Name(id="io"), attr="open")):
                    asked.append(f"{source.short(path)}:{node.lineno}: io.open()")
                case ast.Call(func=ast.Attribute(value=ast.Name(id="datetime" | "date"), attr=name)) if name in CLOCKS:
                    asked.append(f"{source.short(path)}:{node.lineno}: {name}()")
    assert not asked


def test_no_module_hides_an_import() -> None:
    hidden = []
    for path in source.modules():
        if not path.is_relative_to(source.PACKAGE):
            continue
        for node in ast.walk(source.parsed(path)):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr="import_module"),
                    args=[ast.JoinedStr(values=[ast.Constant(value=str(name)), *_])],
                ) if name.startswith(COMMANDS) and path.is_relative_to(source.PACKAGE / "console"):
                    pass
                case ast.Call(func=ast.Attribute(attr="import_module") | ast.Name(id="__import__" | "import_module")):
                    hidden.append(f"{source.short(path)}:{node.lineno}")
    assert not hidden, "an import that the contracts cannot see"
