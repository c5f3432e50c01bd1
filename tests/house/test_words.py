"""The house's words. Names that we give are checked; names that a library gives us are its own affair."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from tests.house import source

PLACES: Final = source.places()

MODULE_WORDS: Final = frozenset(
    ["util", "utils", "common", "helper", "helpers", "core", "base", "manager", "handler", "service", "misc", "lib"]
)

SAY_INSTEAD: Final = {
    "client": "ours or theirs",
    "server": "ours or theirs, or station",
    "master": "say which one and of what",
    "slave": "say which one and of what",
    "user": "officer, custodian, or person",
    "users": "officers, custodians, or persons",
    "admin": "custodian or engineer",
    "valid": "say by whom it was checked, and of what",
    "invalid": "malformed, forged or unchecked",
    "trusted": "trust is a type: say what was checked",
    "untrusted": "trust is a type: a claim",
    "secure": "say against whom",
    "ack": "receipt (a machine holds it) or acknowledgement (a person read it)",
    "acks": "receipts or acknowledgements",
    "timeout": "say what is unknown, and after how many ms",
    "failed": "unknown, refused or overdue",
    "delivered": "held, by whose receipt",
    "manager": "say what it does",
    "handler": "say what it does",
    "service": "station, or say what it does",
    "util": "say what it does",
    "utils": "say what it does",
    "helper": "say what it does",
    "helpers": "say what it does",
}

# A node of a Merkle tree is a node. A machine on the line is a station.
NODE_ROOMS: Final = frozenset(["record", "store", "line", "limits"])

# (file, name): why it stays. Names that a protocol of a library makes us define go here.
ALLOWED: Final[dict[tuple[str, str], str]] = {}


@cache
def words(name: str) -> list[str]:
    """The words of a name in either spelling: `is_valid`, `ValidThing`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return [word.lower() for word in spaced.split("_") if word]


def given_names(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Names that this file gives, with the line: definitions, parameters, what it assigns to."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                yield node.name, node.lineno
            case ast.arg():
                yield node.arg, node.lineno
            case ast.Name(ctx=ast.Store()):
                yield node.id, node.lineno
            case ast.Attribute(ctx=ast.Store(), value=ast.Name(id="self")):
                yield node.attr, node.lineno
            case ast.alias(asname=str(name)):
                yield name, node.lineno


@cache
def all_given() -> dict[Path, list[tuple[str, int]]]:
    """The names of every module, each looked up once."""
    return {path: list(given_names(source.parsed(path))) for path in source.modules()}


@pytest.mark.parametrize("place", PLACES)
def test_a_module_is_named_for_what_it_holds(place: str) -> None:
    said = {path: words(path.parent.name if path.stem == "__init__" else path.stem) for path in PLACES[place]}
    wrong = [source.short(path) for path, names in said.items() if MODULE_WORDS & set(names)]
    assert not wrong, "a name that says nothing about what is inside"


@pytest.mark.parametrize("place", PLACES)
def test_names_use_the_words_of_the_house(place: str) -> None:
    wrong = []
    for path in PLACES[place]:
        inside = path.relative_to(source.PACKAGE).parts[0] if path.is_relative_to(source.PACKAGE) else ""
        node_means_station = path.is_relative_to(source.PACKAGE) and inside.removesuffix(".py") not in NODE_ROOMS
        for name, line in all_given()[path]:
            if (source.short(path), name) in ALLOWED:
                continue
            for word in words(name):
                if word in SAY_INSTEAD:
                    wrong.append(f"{source.short(path)}:{line}: {name} (not {word!r}: {SAY_INSTEAD[word]})")
                elif node_means_station and word in ("node", "nodes"):
                    wrong.append(f"{source.short(path)}:{line}: {name} (not {word!r} here: station, or party)")
    assert not wrong, "\n  ".join(wrong)


def test_every_exception_is_still_needed() -> None:
    given = {(source.short(path), name) for path, names in all_given().items() for name, _ in names}
    assert set(ALLOWED) <= given


def test_both_spellings_are_read() -> None:
    assert words("is_valid") == ["is", "valid"]
    assert words("TLSServerThing2") == ["tls", "server", "thing2"]
    assert words("_acknowledged_by") == ["acknowledged", "by"]
    assert words("validity") == ["validity"]
