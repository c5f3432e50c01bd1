"""A message that was corrected, withdrawn or superseded says so before its words, and so does the one that did it."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from openline.console.screen import cards
from openline.console.screen.asking import Card, Standing
from openline.console.screen.reading import RegisterReader
from openline.console.web import rendering
from openline.desk.release import release_digest
from openline.desk.telling.bodies import Relation, Which, encode_body
from openline.line.state import LineState
from openline.record.entry import MESSAGE, RELATION, Ref
from openline.seal.charter import Charter
from openline.store.memory import MemoryStore
from openline.store.register.file import Register, Whose
from openline.store.register.looking import Looking
from tests.rooms.store.spoken import AT_MS, Party, arrive


class Desk:
    """Aurora's register of what Borealis wrote."""

    def __init__(self, folder: Path) -> None:
        self.store, self.us, self.them = MemoryStore(), Party(0), Party(1)
        self.register = Register(folder / "register.sqlite", Whose(0, (1,)))
        self.looking = Looking(folder / "register.sqlite")

    def card(self, place: Ref) -> Card:
        """As a station that has just started makes it: nothing is known yet."""
        for party in (self.us, self.them):
            arrive(self.store, party)
        self.register.check(self.store)
        while self.register.follow(self.store, 100):
            pass
        roster = SimpleNamespace(parties=[SimpleNamespace(name="Aurora"), SimpleNamespace(name="Borealis")])
        terms = cast("Charter", SimpleNamespace(due_ms=(60_000, 60_000, 60_000, 60_000)))
        reader = RegisterReader(self.store, self.looking)
        state = cast("LineState", SimpleNamespace(roster=roster))
        row = self.looking.message(place)
        assert row is not None
        return cards.card(row, cards.View(state, terms, AT_MS, self.looking, reader))


def relate(desk: Desk, which: Which, of: Ref) -> Ref:
    """A new message of theirs that does something to an earlier one."""
    by = desk.them.says("Read thirty, not three.", "The right figure")
    beside = release_digest(MESSAGE, 0, 0, desk.them.rows[by.index].body)
    desk.them.writes(RELATION, encode_body(Relation(which, (of,), beside, "a slip", "en")), of)
    return by


def standing_html(card: Card, language: str) -> str:
    """What the page says of it, without its marks."""
    made = rendering.templates(language).get_template("parts.html").module
    html = made.standing(card.standing)  # type: ignore[attr-defined]
    return " ".join(re.sub(r"<[^>]*>", "", html).split())


@pytest.mark.parametrize(
    ("which", "done", "does", "shape"),
    [
        (Which.CORRECTS, "corrected by", "corrects", "✎"),
        (Which.SUPERSEDES, "superseded by", "supersedes", "⇉"),
    ],
)
def test_both_cards_say_it_in_words_and_shape(
    which: Which, done: str, does: str, shape: str, tmp_path: Path
) -> None:  # fmt: skip
    desk = Desk(tmp_path)
    old = desk.them.says("Three flights.", "The figure")
    new = relate(desk, which, old)
    first, second = desk.card(old), desk.card(new)
    assert [(one.which, one.reference, one.ended, one.note) for one in first.standing] == [
        (done, f"Borealis 0000-{new.index}", True, "a slip")
    ]
    assert [(one.which, one.reference, one.ended) for one in second.standing] == [(does, "Borealis 0000-0", False)]
    word = done.split()[0].upper()
    told = standing_html(first, "en")
    assert told.startswith(f"{shape} {word} by Borealis 0000-1 ")
    assert told.endswith("read that one first")
    assert standing_html(second, "en").startswith(f"{shape} {does} Borealis 0000-0 ")
    assert "Borealis 0000-1" in standing_html(first, "ru")
    assert word not in standing_html(first, "ru")


def test_a_withdrawn_one_says_so(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    old = desk.them.says("Three flights.", "The figure")
    desk.them.writes(RELATION, encode_body(Relation(Which.WITHDRAWS, (old,), b"", "not so", "en")), old)
    told = standing_html(desk.card(old), "en")
    assert told.startswith("⊘ WITHDRAWN by Borealis 0000-1 ")
    assert told.endswith(": not so")


def test_a_message_that_stands_says_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    assert desk.card(desk.them.says("Three flights.")).standing == []


def test_what_ended_it_comes_first() -> None:
    rows = [SimpleNamespace(which="corrects", place=f"1/{'00' * 12}/3", at_ms=1, note=""),
            SimpleNamespace(which="forwarded by", place=f"1/{'00' * 12}/7", at_ms=2, note=""),
            SimpleNamespace(which="corrected by", place=f"1/{'00' * 12}/9", at_ms=5, note="")]  # fmt: skip
    view = SimpleNamespace(called=lambda name: name[-1])
    found: list[Standing] = cards.standing(rows, view)  # type: ignore[arg-type]
    assert [(one.which, one.reference) for one in found] == [("corrected by", "9"), ("corrects", "3")]


def test_a_crossed_card_names_the_other_as_people_do(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    ours = desk.us.says("From us.")
    arrive(desk.store, desk.us)
    theirs = desk.them.says("From them, not knowing.")
    card = desk.card(theirs)
    assert (card.crossed, card.crossed_reference) == (True, f"Aurora 0000-{ours.index}")
