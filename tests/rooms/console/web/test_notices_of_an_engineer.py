"""What an engineer reads on the page of bearers, and what rings for faults of our own, in the language of the page."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest

from openline.bearer.pins import _SSL_WORDS
from openline.console.web import rendering
from openline.console.wording.sentences import sentence
from tests.rooms.console.web.test_refusals import ERRORS, called, lacks, named, reached, templates

# What is called with such a sentence, and which of its arguments that is.
SAYING: Mapping[str, int] = {
    "notice": 1, "note": 0, "_note": 0, "Noticed": 1, "on_alarm": 1, "on_fault": 2, "on_down": 2, "_fault": 1,
    "_down": 0, "_lost": 0, "_sparing": 1, "drop": 0, "retire": 0, "take_leave": 0, "_refused": 1, "ring": 1,
    "_stop": 0,
}  # fmt: skip
ROOMS = ("bearer/", "line/", "station.py", "console/kept/upkeep.py", "console/roads/",
         "console/channel/operations.py", "console/alarm/board.py")  # fmt: skip
# Whose bytes are refused, and what they break: what a station is given all day.
REFUSING = ("bearer/", "line/", "seal/keyring.py", "seal/grants.py", "seal/pair.py", "record/roster.py",
            "wire/items.py", "wire/varint.py", "wire/cursor.py", "wire/fragments.py")  # fmt: skip
# Said before a station starts, or by a command, and on no page.
AT_THE_START: Mapping[str, str] = {
    "bearer/pages/": "codes on paper: read and shown by a command",
    "bearer/directory.py Misconfigured": "its settings", "console/roads/roads.py Misconfigured": "its settings",
    "bearer/serial.py Misconfigured": "its settings", "bearer/program.py Misconfigured": "its settings",
}  # fmt: skip


@cache
def said() -> frozenset[tuple[str, str]]:
    """File and sentence."""
    found = {one for file, tree in reached().items() for one in _in(file, tree)}
    return frozenset((file, text) for file, text in found if " " in text.replace("{}", "").strip())


def _in(file: str, tree: ast.Module) -> Iterator[tuple[str, str]]:
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        known = named(function)
        for node in ast.walk(function):
            if not isinstance(node, ast.Call):
                continue
            name = called(node)
            at = 0 if name in ERRORS - {"Told"} and file.startswith(REFUSING) else None
            at = SAYING.get(name) if at is None and file.startswith(ROOMS) else at
            if at is None or len(node.args) <= at or any(
                file.startswith(one.split()[0]) and one.split()[-1] in (one, name) for one in AT_THE_START
            ):
                continue
            yield from ((file, text) for text in templates(node.args[at], known))
        if file == "bearer/pins.py" and function.name == "why":
            yield from ((file, text) for node in ast.walk(function) if isinstance(node, ast.Return) and node.value
                        for text in templates(node.value, known))  # fmt: skip


@pytest.mark.parametrize("language", ["ru", "ar"])
def test_no_notice_and_no_trouble_of_a_bearer_lacks_its_words(language: str) -> None:
    all_ = said() | {("bearer/pins.py", one) for one in _SSL_WORDS.values()}
    assert len(all_) > 120
    assert not sorted(one for one in all_ if lacks(one[1], language))


@pytest.mark.parametrize("language", ["ru", "ar"])
def test_the_page_of_bearers_says_trouble_and_notices_in_its_language(language: str) -> None:
    status: Any = SimpleNamespace(
        bearers=[SimpleNamespace(name="tls", up=[], bits_per_second=1, latency_ms=1, cost=1, duplex="full",
                                 trouble="nobody listens there")], peers=[],
        refused={"tls: Malformed": 3, "grant: Forged": 1, "hf: Unchecked": 2},
        notices=["tls to party 1: they closed the connection", "hf: frame with tag 01: was changed, or never sealed"
                 " with this epoch's key", "to party 1: by hf instead of tls"],
    )  # fmt: skip
    made = rendering.templates(language)
    context = {"prefs": SimpleNamespace(language=language), "status": status,
               "sentence": lambda text: sentence(text, language)}  # fmt: skip
    page = made.get_template("engineer.html")
    whole = page.new_context(context)
    whole.vars.update({"shape": lambda state: "", "age": lambda ms: ""})
    told = "".join(page.blocks["main"](whole))
    assert 'lang="en"' not in told and "Malformed" not in told and "<bdi>tls</bdi>" in told
