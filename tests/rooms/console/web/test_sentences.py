"""What the station says of faults and findings is said in Russian and Arabic too, whatever is filled in."""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import openline
from openline.console.codes import CODES, Code
from openline.console.wording.sentences import filled, parts_of, patterns, sentence
from openline.desk.people import Act, Role

ROOM = Path(openline.__file__).parent
SPEAKING = (
    "accord/formats/notice.py", "accord/formats/numbers.py", "accord/formats/places.py", "accord/formats/tables.py",
    "accord/formats/texts.py", "accord/formats/times.py", "accord/formats/unfit.py", "accord/declarations/judging.py",
    "accord/declarations/reconciling.py", "accord/clocks/conformity.py", "console/accords/rows.py",
    "console/declaring/acts.py",
    "console/accord_pages/forms.py", "console/accord_pages/blanks.py", "console/accord_pages/saying.py",
    "console/accord_pages/sealing.py", "console/accord_pages/arranging.py", "console/accord_pages/publishing.py",
    "console/accord_pages/composing.py", "console/accord_pages/declared_forms.py",
    "accord/declarations/files.py",
)  # fmt: skip
# What their acts are refused with: on pages it stands above the form that was filled in.
REFUSING = (
    "console/agreeing/acts.py", "console/publishing/acts.py", "console/publishing/timing.py",
    "console/topics/acts.py", "console/escrowing/acts.py", "console/escrowing/door.py",
    "console/escrowing/composing.py", "console/escrowing/vault.py",
    "desk/acts.py", "desk/alarms.py", "desk/leaving.py", "desk/means.py",
    "console/watch/doors.py", "console/watch/keys/challenges.py", "console/watch/keys/operations.py",
    "console/watch/once.py", "console/watch/operations.py", "console/watch/secrets.py", "console/watch/sittings.py",
    "console/channel/attaching.py", "console/files/operations.py", "console/web/uploads.py", "console/web/visit.py",
)  # fmt: skip
REFUSALS = {"Refused", "Told"}
CALLS = {"Unfit", "Fault", "Lack", "_fault", "_note", "note", "FaultRow", "Finding", "FindingRow"}
NAMES = {"what", "there", "which", "when", "_REMEDY", "_AS_INSTANT", "_AS_DATE", "_AS_CLOCK"}
NAMED_ALREADY = {"ERROR", "WARN", "BREACH", "language", "references", "format", "number", "values", "tables", "as_of",
                 "time", "{}.name", "en, ru, ar ...", "declaration", "[{column: value, ...}, ...]",
                 "{\"as_of\": \"2020-09-01\", \"tables\": {...}}"}  # fmt: skip  # places and marks


def template(node: ast.expr) -> Iterator[str]:
    """Strings that may come of an expression, `{}` where something is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values)
    elif isinstance(node, ast.IfExp):
        yield from (*template(node.body), *template(node.orelse))


def _called(node: ast.Call) -> str:
    return str(getattr(node.func, "id", getattr(node.func, "attr", "")))


def said() -> Iterator[tuple[str, str]]:
    """File and sentence."""
    for name in (*SPEAKING, *REFUSING):
        for node in ast.walk(ast.parse((ROOM / name).read_text("utf-8"))):
            found: list[ast.expr] = []
            if isinstance(node, ast.Call) and _called(node) in (CALLS if name in SPEAKING else REFUSALS):
                found = node.args[1:] if _called(node) in ("Fault", "Told") else node.args  # without place or code
            elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in NAMES:
                found = [node.value]
            elif isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") in NAMES and node.value is not None:
                found = [node.value]
            for text in (one for each in found for one in template(each)):
                if len(text.replace("{}", "").strip(".:; ")) > 2 and text not in NAMED_ALREADY:
                    yield name, text


@pytest.mark.parametrize("language", ["ru", "ar"])
def test_no_sentence_of_a_fault_or_a_finding_lacks_its_words(language: str) -> None:
    all_ = sorted(set(said()))
    assert len(all_) > 110
    lacking = []
    for name, text in all_:
        filled_in = text
        while "{}" in filled_in:
            filled_in = filled_in.replace("{}", "A-1", 1)
        if 'lang="en"' in sentence(filled_in, language) and any(c.islower() for c in text):
            lacking.append((name, text))
    assert not lacking


@pytest.mark.parametrize("language", ["ru", "ar"])
@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.code)
def test_every_end_and_its_advice_is_said_in_the_language_of_the_page(code: Code, language: str) -> None:
    for text in (code.title, code.known, code.unknown, code.act):
        told = str(sentence(text, language))
        assert 'lang="en"' not in told and told != text, text
        commands = re.findall("`[^`]+`", text)
        assert re.findall("`[^`]+`", html.unescape(told)) == commands, "what is to be typed stays as it is"


@pytest.mark.parametrize("language", ["ru", "ar"])
def test_what_is_filled_in_stands_in_both(language: str) -> None:
    open_, whole = patterns(language)
    assert len(open_) > 80 and len(whole) > 60
    for one in open_:
        assert {number for _, number in one.told if number >= 0} == set(range(len(one.english) - 1)), one
    assert {one.english for one in open_} == {one.english for one in patterns("ru")[0]}


def test_values_stay_as_they_are_and_are_kept_apart_and_labels_are_said_in_the_language() -> None:
    told = sentence("397 + 57 = 450, the sum by type", "ru", {"type": "Тип"})
    assert told == "<bdi>397 + 57</bdi> = <bdi>450</bdi>, сумма по <bdi>Тип</bdi>"
    assert sentence("<b> stands in row 3 already", "ar") == "<bdi>&lt;b&gt;</bdi> موجود في الصف <bdi>3</bdi> من قبل"
    assert sentence("nothing like it", "ru") == '<span lang="en" dir="ltr">nothing like it</span>'
    assert sentence("nothing there", "en") == "nothing there"
    both = sentence("nothing there; this column needs a value in every row", "ru")
    assert both == "пусто; в этом столбце нужно значение в каждой строке"
    two = sentence("'A' is no identifier: it holds U+202E; 1 to 64 characters, no spaces around them", "ru")
    assert two.startswith("<bdi>&#39;A&#39;</bdi> — не идентификатор: ") and "; символов: <bdi>1 to 64</bdi>, " in two
    wrong = sentence("'soon to ' is no window; write it as 12:00 to 13:00", "ru")
    assert wrong == "<bdi>&#39;soon to &#39;</bdi> — не промежуток; пишется как <bdi>12:00 to 13:00</bdi>", "typed so"
    shown = sentence("7 of at most 5, -2 below it; not yet in force", "ru")
    assert "ещё не действует" in shown and "lang" not in shown


@given(st.text(max_size=400), st.sampled_from(["ru", "ar"]))
def test_any_text_is_shown_escaped_whatever_it_says(text: str, language: str) -> None:
    told = sentence(text, language)
    assert "<" not in text or "&lt;" in told


@given(st.lists(st.text(st.characters(blacklist_characters="{}"), max_size=5), min_size=2, max_size=4),
       st.lists(st.text(min_size=1, max_size=6), min_size=3, max_size=3))  # fmt: skip
def test_what_was_filled_in_is_found_again(words: list[str], values: list[str]) -> None:
    text = "".join(word + value for word, value in zip(words, [*values[: len(words) - 1], ""], strict=False))
    found = filled(tuple(words), text)
    assert found is not None or not all(words[1:-1])
    if found is not None:
        again = "".join(word + value for word, value in zip(words, [*found, ""], strict=False))
        assert again == text


def test_a_hostile_text_costs_no_more_than_its_length() -> None:
    text = "a list of " * 380
    assert 'lang="en"' in sentence(text, "ru") or "список" in sentence(text, "ru")
    assert parts_of("{1} of {0}") == (("", 1), (" of ", 0), ("", -1))


FOUND = {"_papers", "_secret_file", "_store", "_register", "_desk", "_running"}  # what `of_line` tries of an open line
IN_WORDS = ("in_words", "standing", "_of", "misfit")  # of the register, said within them


def found() -> Iterator[str]:
    """What doctor says of a line whose station runs, without its values."""
    sources = [("console/doctoring.py", FOUND), ("store/register/standing.py", IN_WORDS),
               ("store/register/file.py", IN_WORDS)]  # fmt: skip
    for name, functions in sources:
        for function in ast.walk(ast.parse((ROOM / name).read_text("utf-8"))):
            if not isinstance(function, ast.FunctionDef) or function.name not in functions:
                continue
            for node in ast.walk(function):
                values: list[ast.expr] = []
                if isinstance(node, ast.Return) and node.value is not None:
                    values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
                    values += getattr(node.value, "args", [])
                elif isinstance(node, ast.Call) and _called(node) == "Told":
                    values = node.args[1:]
                yield from (one for value in values for one in template(value) if " " in one)


@pytest.mark.parametrize("language", ["ru", "ar"])
def test_what_doctor_says_on_a_page_is_said_in_its_language(language: str) -> None:
    all_ = {one.replace("takes {}", takes) for one in found() for takes in ("takes two persons", "takes one person")}
    assert len(all_) > 18
    named = {f"line {{}}: {one}" for one in ("papers", "store", "register", "desk", "station", "station.key")}
    asked = {f"{{}} asks that a release take {persons} and {key}" for persons in ("two persons", "one person")
             for key in ("a security key", "no security key")}  # fmt: skip
    for text in (*all_, *named, *asked, "{} asks that notices released beforehand may be sent again", "template {}"):
        filled_in = text
        while "{}" in filled_in:
            filled_in = filled_in.replace("{}", "A-1", 1)
        told = str(sentence(filled_in, language))
        assert 'lang="en"' not in told, text
        bare = re.sub(r"<[^>]+>|`[^`]+`", "", html.unescape(told)).replace("station.key", "")
        assert not re.findall(r"[a-z]{3,}", bare), (text, told)


@pytest.mark.parametrize("language", ["ru", "ar"])
def test_what_the_desk_refuses_is_said_whole(language: str) -> None:
    """With what is filled in: acts, roles, why a sitting is none."""
    roles = ", ".join(Role)
    refusals = [f"4 may not {act.value}: the roles here are {roles}" for act in Act]
    refusals += [
        "4 may not sign out: the roles here are none any more", f"an officer needs a role; there are: {roles}",
        "the sitting has ended; `openline sign-in NAME` begins one", "draft D-3 was never written here",
        "nobody is signed in here; `openline sign-in NAME` begins one",
        "draft D-3 was recorded or withdrawn long ago; the desk's log has it", "draft D-3 is at version 2, submitted",
        "draft D-3 is open; this needs one that is submitted or released",
        "D-3 was released by PIN and code, and a release here takes a security key by now;"
        " have the notice written and released again",
    ]  # fmt: skip
    for text in refusals:
        told = html.unescape(re.sub(r"<[^>]+>", "", str(sentence(text, language))))
        assert 'lang="en"' not in sentence(text, language), text
        assert not re.findall(r"[a-z]{2,}", re.sub(r"`[^`]+`", "", told)), (text, told)
