"""Texts under negotiation at two running stations, by command: a hundred pages in two languages travel; what may not be
signed is refused; what crossed is shown as crossed on both sides."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from openline.limits import DRAFT_INLINE_BYTES_MAX
from tests.rooms.accord.drafting.treaty import english, russian
from tests.whole.parties import WITHIN_S, Desk, make_parties, open_line

pytestmark = pytest.mark.whole


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Desk]]:
    folder = tmp_path_factory.mktemp("texts")
    amber, birch = make_parties(folder, "Amber", "Birch")
    open_line(folder, [amber, birch])
    try:
        amber.start()
        birch.start()
        yield amber, birch
    finally:
        for desk in (amber, birch):
            if desk.process is not None:
                desk.kill()


def until(holds: Callable[[], bool], desk: Desk) -> None:
    end = time.monotonic() + WITHIN_S
    while not holds():
        assert time.monotonic() < end, desk.log.read_text()[-3000:]
        time.sleep(0.2)


def here(desk: Desk, *arguments: str) -> Any:
    return json.loads(desk.here(*arguments, "--json"))


def put(folder: Path, name: str, texts: dict[str, bytes]) -> list[str]:
    options = []
    for language, data in texts.items():
        path = folder / f"{name}.{language}.txt"
        path.write_bytes(data)
        options += ["--text", f"{language}={path}"]
    return options


def placed(answer: Any) -> str:
    return "/".join(map(str, answer["places"][0]))


def row_of(desk: Desk, place: str) -> Any:
    """A version as a desk has it, once it has."""
    found: list[Any] = []

    def is_there() -> bool:
        found[:] = [row for row in here(desk, "text", "list") if row["place"] == place]
        return bool(found)

    until(is_there, desk)
    return found[0]


def long_text(language: str) -> bytes:
    """A hundred pages: 100 articles of about 500 words."""
    rng = random.Random(language)
    letters = "абвгдежзиклмн" if language == "ru" else "abcdefghiklmn"
    words = ["".join(rng.choice(letters) for _ in range(rng.randint(2, 9))) for _ in range(2_000)]
    blocks = ["# Text"]
    for article in range(1, 101):
        blocks.append(f"## {article}. Heading")
        blocks += [f"{n}. {' '.join(rng.choices(words, k=125))}." for n in range(1, 5)]
    return ("\n\n".join(blocks) + "\n").encode()


def test_a_hundred_pages_in_two_languages_travel_are_compared_and_signed(
    desks: tuple[Desk, Desk], tmp_path: Path
) -> None:
    """R-528"""
    amber, birch = desks
    texts = {language: long_text(language) for language in ("en", "ru")}
    assert sum(map(len, texts.values())) > 6 * DRAFT_INLINE_BYTES_MAX
    first = placed(here(amber, "text", "table", "treaty", *put(tmp_path, "first", texts)))
    until(lambda: all(one["here"] for one in row_of(birch, first)["languages"]), birch)
    for language, data in texts.items():
        assert birch.here("text", "show", first, "--file", language).encode() == data
    changed = {language: data.replace(b"## 50. Heading", b"## 50. Another") for language, data in texts.items()}
    second = placed(here(birch, "text", "counter", first, *put(tmp_path, "second", changed)))
    until(lambda: all(one["here"] for one in row_of(amber, second)["languages"]), amber)
    compared = here(amber, "text", "compare", first, second, "--in", "ru")
    assert compared["changed"] == 1 and "ARTICLE 50" in amber.here("text", "compare", first, second, "--in", "ru")
    amber.here("text", "sign", second)
    until(lambda: row_of(birch, second)["signatures"] != [], birch)
    birch.here("text", "sign", second)
    until(lambda: row_of(amber, second)["state"] == "signed", amber)
    assert row_of(birch, second)["state"] == "signed"


def test_what_may_not_be_signed_or_said_is_refused_with_the_reason(desks: tuple[Desk, Desk], tmp_path: Path) -> None:
    """R-526"""
    amber, birch = desks
    bad = [("built", {"en": english(), "ru": russian().replace(b"\n\n2. ", b"\n\n")}, "not built alike"),
           ("nobody", {"en": english("[Cedar: 30]")}, "is no party here"),
           ("no-text", {"en": b"# T\n"}, "there is no article")]  # fmt: skip
    for name, texts, why in bad:
        ran = amber.try_here("text", "table", "refusals", *put(tmp_path, name, texts))
        assert ran.code == 2 and why in ran.err, ran
    english_only = put(tmp_path, "one", {"en": english("[Amber: 30]")})
    late = amber.try_here("text", "table", "refusals", *english_only, "--lapses", "2020-01-01T00:00:00Z")
    assert late.code == 2 and "has passed" in late.err
    options = ("--title", "ru=Соглашение", "--note", "The Russian follows.")
    first = placed(here(amber, "text", "table", "refusals", *english_only, *options))
    until(lambda: birch.try_here("text", "show", first).code == 0, birch)
    ran = birch.try_here("text", "table", "refusals", *english_only)
    assert ran.code == 4 and "on the table already" in ran.err
    for desk, arguments, why in (
        (birch, ("sign", first), "brackets remain; a language is missing"),
        (birch, ("withdraw", first), "withdraws its own"),
        (amber, ("refuse", first, "--reason", "No."), "withdraw it"),
        (amber, ("accept", first), "the others accept it"),
        (birch, ("accept", first, "9"), "it has 3 articles"),
        (birch, ("reserve", first), "say which articles"),
        (birch, ("comment", first, "1"), "a comment without words"),
        (birch, ("refuse", first, "--reason", ""), "a refusal says why"),
    ):
        ran = desk.try_here("text", *arguments)
        assert ran.code in (2, 4) and why in ran.err, (arguments, ran)
    amber.here("text", "withdraw", first, "--reason", "It was not ours to propose.")
    until(lambda: row_of(birch, first)["state"] == "withdrawn", birch)
    for arguments in (("sign", first), ("accept", first), ("refuse", first, "--reason", "No.")):
        ran = birch.try_here("text", *arguments)
        assert ran.code == 4 and "withdrawn" in ran.err, (arguments, ran)


def test_counters_that_crossed_and_other_bytes_are_shown_alike_on_both_sides(
    desks: tuple[Desk, Desk], tmp_path: Path
) -> None:
    """R-521"""
    amber, birch = desks
    both = {"en": english("[Amber: 30]"), "ru": russian("[Amber: 30]")}
    first = placed(here(amber, "text", "table", "crossing", *put(tmp_path, "v1", both)))
    row_of(birch, first)
    amber.stop()
    theirs = placed(here(birch, "text", "counter", first, *put(tmp_path, "v2", {"en": english(), "ru": russian()})))
    birch.stop()
    amber.start()
    other = {"en": english("20"), "ru": russian("20")}
    ours = placed(here(amber, "text", "counter", first, *put(tmp_path, "v3", other)))
    birch.start()
    for desk in desks:
        until(lambda desk=desk: row_of(desk, theirs)["crossing"] == [ours], desk)  # type: ignore[misc]
        assert row_of(desk, ours)["crossing"] == [theirs]
        assert set(row_of(desk, first)["counters"]) == {ours, theirs}
        assert "CROSSED with" in desk.here("text", "list", "--draft", "crossing")


def test_three_delegations_come_to_one_text_and_it_is_agreed_when_the_third_has_signed(
    on_a_line: Callable[..., list[Desk]], tmp_path: Path
) -> None:
    """R-521 to R-526: one reserves, one counters, two sign; nothing is agreed by the silence of the third."""
    desks = on_a_line("Amber", "Birch", "Cedar")
    amber, birch, cedar = desks
    for desk in desks:
        desk.start()

    def everywhere(place: str, holds: Callable[[Any], bool]) -> None:
        for desk in desks:
            until(lambda desk=desk: holds(row_of(desk, place)), desk)  # type: ignore[misc]

    both = {"en": english(), "ru": russian()}
    first = placed(here(amber, "text", "table", "three", *put(tmp_path, "v1", both)))
    everywhere(first, lambda row: row["state"] == "tabled")
    birch.here("text", "reserve", first, "2", "--words", "Not this form.")
    cedar.here("text", "accept", first)
    everywhere(first, lambda row: row["hindered"] == ["articles are reserved"])
    for desk in (amber, cedar):
        ran = desk.try_here("text", "sign", first)
        assert ran.code == 4 and "articles are reserved" in ran.err, ran
    changed = {"en": english("21"), "ru": russian("21")}
    second = placed(here(cedar, "text", "counter", first, *put(tmp_path, "v2", changed)))
    everywhere(second, lambda row: row["state"] == "tabled")
    assert row_of(birch, first)["state"] == "countered"
    for desk in (amber, birch):
        desk.here("text", "accept", second)
    for desk in (amber, cedar):
        desk.here("text", "sign", second)
    everywhere(second, lambda row: len(row["signatures"]) == 2)
    for desk in desks:
        row = row_of(desk, second)
        assert row["state"] == "signed by some" and row["yet"] == ["Birch"], "it accepted, and is silent now"
        (agreed,) = here(desk, "agreement", "list")
        assert not agreed["known"] and sorted(agreed["by"]) == ["Amber", "Cedar"], agreed
    birch.here("text", "sign", second)
    everywhere(second, lambda row: row["state"] == "signed")
    said = {json.dumps([here(desk, "accord", "replay")["said"], here(desk, "agreement", "list")[0]["known"]])
            for desk in desks}  # fmt: skip
    assert len(said) == 1 and "true" in said.pop()
