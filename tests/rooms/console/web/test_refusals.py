"""Whatever a page can be refused with is said in Russian and Arabic: every error that its modules can raise. (0047)

A page asks in one process and the station answers in another; what either says in English is told on the page by its
pattern. So every module that these two reach by their imports is read here. What only a terminal can show stays
English: modules that they do not reach, and those that `TERMINAL` names with the reason.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest

import openline
from openline.accord.agreements.table import TABLE
from openline.console.codes import CODES
from openline.console.wording.sentences import sentence

ROOM = Path(openline.__file__).parent
ASKED = ("console/web/app.py", "station.py")  # the process of the pages, and the one that answers them
# LocalFault is left out: a bug, told to who mends it word for word.
ERRORS = {"Refused", "Told", "Stale", "Unchecked", "Malformed", "Forged", "Equivocated", "PeerFault", "Misconfigured",
          "Locked", "StoreDown", "Damaged", "UnknownOutcome", "BearerDown"}  # fmt: skip
TERMINAL: Mapping[str, str] = {
    "console/bearer_checks.py": "a look at devices and ports before a station starts",
    "console/ceremonies.py": "how a line is made: by its commands, before there is a station",
    "console/home.py": "where lines are kept: read by commands, before a station starts",
    "console/kept/joining.py": "how a party joins or renews: by its commands",
    "console/roads/roads.py": "settings of bearers: said before a station starts",
    "console/terminal.py": "what is asked at a terminal",
    "console/web/setting.py": "where the pages are served: said before there is a page",
    "store/backup.py": "files of a backup: restored by a command, with the station stopped",
    "store/migrations.py": "a file named wrongly: said before a station starts",
    "bearer/": "bytes and roads: an engineer's notices, never the answer to a page",
    "line/": "what the other side sent: an engineer's notices, never the answer to a page",
    "wire/": "what the other side sent: an engineer's notices, never the answer to a page",
    "seal/": "papers and frames of the other side: an engineer's notices, never the answer to a page",
    "record/": "notes, exhibits and files of the other side: an engineer's notices, never the answer to a page",
}
NONE_THE_LESS = {"record/body.py", "record/fields.py", "record/breach.py"}  # of what an officer wrote
FILLED: Mapping[str, tuple[str, ...]] = {  # a place that takes these words alone
    "a translation is {} by another officer than who did it": tuple(
        f"a translation is {one} by another officer than who did it" for one in ("reviewed", "certified")),
    "translation {} of {} is {} already": ("translation 1 of D-2 is reviewed already",
                                           "translation 1 of D-2 is certified already"),
    "{} may not: the roles here are {}": ("Moreau may not: the roles here are drafter",),
    "a{} body of {} bytes; the terms of this line allow no more than {}": (
        "a body of 5 bytes; the terms of this line allow no more than 4",
        "a FLASH body of 5 bytes; the terms of this line allow no more than 4"),
    "{}: {} is not {}": tuple(f"course: 'x' is not {one}" for one in (
        "a whole number from 1 to 9", "a date-time group like 221005Z NOV 26", "one of: north, south",
        "a point like 57 12.3N 155 00.0E", "one line of 1 to 9 characters")),
    "brackets in {} paragraphs in the one, {} in the other are not the same parties' in both, or not as many": (),
}
_WORDS = re.compile(r"[a-z]{2,} [a-z]")  # and no pattern of characters
_TEMPLATE = ("console/templates/reading.py _faults", "console/templates/reading.py _unfit")
# Raised with what was made elsewhere: where that is, as file and function (`*`: every one), whose sentences are looked
# at too; or why there is nothing to look at.
MADE_ELSEWHERE: Mapping[str, tuple[str, ...] | str] = {
    "console/accord_pages/composing.py keep": "a word of the pages",
    "console/accord_pages/notices.py sheet": "a word of the pages",
    "console/accords/acts.py _offered": "a format's file: offered by a command or a program",
    "console/accords/acts.py _spelled": "faults of a notice, looked at in test_sentences",
    "console/agreeing/fitting.py _fits": (
        "accord/agreements/answering.py _marks", "accord/agreements/life.py *", "accord/agreements/papers.py _tried",
    ),
    "console/channel/answers.py outcome": "what the station said",
    "console/channel/submitting.py check": ("record/breach.py breaches",),
    "console/codes.py as_given": "what a `Malformed` says, looked at here",
    "console/config.py parse": "the words of the library that reads TOML, after the name of the file",
    "console/declaring/acts.py _offered": "a layout's file: offered by a command or a program",
    "console/declaring/acts.py _spelled": "faults of a declaration, looked at in test_sentences",
    "console/dictionaries.py held": "a file read before the station starts",
    "console/escrowing/acts.py _committed": "faults of a declaration, looked at in test_sentences",
    "console/escrowing/door.py check": "what a `Malformed` says, looked at here",
    "console/kept/keeping.py _parse": "papers read before the station starts",
    "console/ladder/directories.py read_offices": ("console/ladder/directories.py read_offices",
                                                   "console/ladder/directories.py _faults"),
    "console/negotiating/acts.py _read": ("accord/drafting/text.py *",
                                          "accord/drafting/comparing.py differences_of_build"),
    "console/negotiating/acts.py _text": ("accord/drafting/text.py *",),
    "console/roads/bearers.py bearers_of": ("console/roads/bearers.py unknown_dialled",
                                            "console/roads/bearers.py _nobody"),
    "console/templates/reading.py read_template": _TEMPLATE,
    "console/templates/shelf.py one_of": _TEMPLATE,
    "console/watch/desk.py act": "what a `Malformed` says, looked at here",
    "console/watch/desk.py write": "what a `Malformed` says, looked at here",
    "console/watch/keys/operations.py signed_release": "what a `Malformed` says, looked at here",
    "console/web/app.py _lost": "the path that was asked for",
    "console/web/pages/files.py attach": "a word of the pages",
    "console/web/pages/files.py file_number": "the path that was asked for",
    "console/web/pages/watching.py state": "the path that was asked for",
    "desk/acts.py _let_go": ("desk/acts.py release_refusal",),
    "desk/acts.py _send_precleared": ("desk/acts.py not_good",),
    "desk/means.py agree": ("desk/means.py unconfirmed",),
    "desk/means.py confirm": ("desk/means.py unconfirmed",),
    "desk/telling/counting.py read_told": "no error: what an entry told",
    "desk/texts/precleared.py fill": ("desk/texts/precleared.py fill", "desk/texts/precleared.py wanted"),
    "store/keyfile.py unlock": "a file of ours and what the system says of it",
    "store/oncelog.py _as_store_down": "a file of ours and what the system says of it",
    "store/sqlite.py _as_store_down": "a file of ours and what the system says of it",
    "store/sqlite.py _finish": "a file of ours and what the system says of it",
}


class Said(NamedTuple):
    """Where an error is raised, and with which sentences, `{}` where something is filled in."""

    file: str
    function: str
    texts: tuple[str, ...]


def _imports(tree: ast.Module, modules: Mapping[str, Path]) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
        elif isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
    return found & set(modules)


@cache
def reached() -> dict[str, ast.Module]:
    """Every file that a page or its station can come to, read."""
    modules = {".".join(("openline", *path.relative_to(ROOM).with_suffix("").parts)).removesuffix(".__init__"): path
               for path in ROOM.rglob("*.py")}  # fmt: skip
    waiting = [f"openline.{one.removesuffix('.py').replace('/', '.')}" for one in ASKED]
    found: dict[str, ast.Module] = {}
    while waiting:
        path = modules[waiting.pop()]
        name = str(path.relative_to(ROOM))
        if name not in found:
            found[name] = ast.parse(path.read_text("utf-8"))
            waiting += _imports(found[name], modules)
    return found


def called(node: ast.Call) -> str:
    """The name of what is called."""
    return str(getattr(node.func, "id", getattr(node.func, "attr", "")))


def templates(node: ast.expr, known: Mapping[str, list[ast.expr]]) -> Iterator[str]:
    """Strings that may come of an expression; `known`: what is put under names in the same function."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.Name(id=name) if name in known:
            yield from (text for one in known[name] for text in templates(one, {}))
        case ast.IfExp(body=one, orelse=other):
            yield from (*templates(one, known), *templates(other, known))
        case ast.BinOp(left=one, op=ast.Add(), right=other):
            for both in product(list(templates(one, known)) or ["{}"], list(templates(other, known)) or ["{}"]):
                yield "".join(both)
        case ast.JoinedStr(values=values):
            parts = [[str(one.value)] if isinstance(one, ast.Constant) else _filled(one, known) for one in values]
            yield from map("".join, product(*parts))


def _filled(node: ast.expr, known: Mapping[str, list[ast.expr]]) -> list[str]:
    assert isinstance(node, ast.FormattedValue)
    inner = [] if isinstance(node.value, ast.Constant) else list(templates(node.value, known))
    return inner if (inner and all(inner)) or isinstance(node.value, ast.IfExp) else ["{}"]


def named(function: ast.AST) -> dict[str, list[ast.expr]]:
    """What is put under each name in a function."""
    known: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            known.setdefault(node.targets[0].id, []).append(node.value)
    return known


def needs_words(file: str) -> bool:
    return file in NONE_THE_LESS or not any(file.startswith(one) for one in TERMINAL)


@cache
def raised() -> tuple[Said, ...]:
    """Every error that is made in what is reached, and needs words."""
    found = []
    for file, tree in reached().items():
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) or not needs_words(file):
                continue
            known = named(function)
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and called(node) in ERRORS and node.args:
                    given = node.args[1] if called(node) == "Told" and len(node.args) > 1 else node.args[0]
                    texts = tuple(one for one in templates(given, known) if one.replace("{}", "").strip(".:; "))
                    found.append(Said(file, function.name, texts))
    return tuple(found)


def made() -> Iterator[tuple[str, str]]:
    """File and sentence, of what is raised elsewhere: every string with a space in it that is no docstring."""
    for place in {one for places in MADE_ELSEWHERE.values() if not isinstance(places, str) for one in places}:
        file, name = place.split()
        for function in ast.walk(reached()[file]):
            wanted = isinstance(function, ast.FunctionDef) if name != "*" else isinstance(function, ast.Module)
            if not wanted or name not in ("*", getattr(function, "name", "")):
                continue
            plain = {id(one) for each in ast.walk(function) if isinstance(each, ast.JoinedStr) for one in each.values}
            plain |= {id(each.value) for each in ast.walk(function) if isinstance(each, ast.Expr)}  # docstrings
            known = named(function)
            for node in ast.walk(function):
                if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in plain:
                    yield from ((file, one) for one in templates(node, known) if _WORDS.search(one))
    yield from (("accord/agreements/table.py", row.why) for row in TABLE if row.why)


def lacks(text: str, language: str) -> bool:
    """Whether it stays English. What is said of a place is a sentence too, and a value is a value."""
    tried: tuple[str, ...] = FILLED.get(text, (text,))
    if text.endswith((": {}", "; {}")):
        tried = (text[:-2] + "nothing there",)
    return any(_english(str(sentence(one.replace("{}", "A-1"), language))) for one in tried)


def _english(told: str) -> bool:
    """Whether some of it is English as it was: marked so, or words that a pattern took for a value."""
    bare = re.sub(r"`[^`]*`|<[^>]*>", " ", told)
    return 'lang="en"' in told or re.search(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}", bare) is not None


@pytest.mark.parametrize("language", ["ru", "ar"])
def test_no_refusal_that_a_page_can_show_lacks_its_words(language: str) -> None:
    all_ = {(one.file, text) for one in raised() for text in one.texts} | set(made())
    assert len(all_) > 400
    assert not sorted(one for one in all_ if lacks(one[1], language))


def test_what_is_raised_with_the_words_of_others_is_known() -> None:
    bare = {f"{one.file} {one.function}" for one in raised() if not one.texts}
    assert bare == set(MADE_ELSEWHERE)


def test_what_stays_english_is_named_once_and_is_there() -> None:
    files = set(reached())
    for one in TERMINAL:
        assert any(file.startswith(one) for file in files), one
    assert files >= NONE_THE_LESS
    assert not [one for one in files if "/commands/" in one or one.startswith(("console/demo/", "console/history/"))]
    assert "OL-401" in CODES
