"""Working translations are found with their messages, also when the register was made anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from openline.console.screen.translated import BATCH, Translations
from openline.desk.facts import BEFORE_ALL, DeskEntry, Fact, SignedOut, Translated, encode_entry, entry_hash
from openline.desk.people import Actor
from openline.record.entry import Ref
from openline.store.desklog import DeskLog
from openline.store.memory import MemoryStore
from openline.store.register.file import Register, Whose
from openline.store.register.folding import terms_of
from openline.store.register.looking import Looking, Wanted
from tests.rooms.store.spoken import AT_MS, Party, arrive

ACTOR = Actor(0, bytes(8))


class Desk:
    """Its log, the record, and the register of both."""

    def __init__(self, folder: Path) -> None:
        self.store, self.them = MemoryStore(), Party(1)
        self.path, self.log_path = folder / "register.sqlite", folder / "desk.sqlite"
        self.register = Register(self.path, Whose(0, (1,)))
        self.log = DeskLog(self.log_path)
        self.translations = Translations(self.log_path)
        self.size, self.head = 0, BEFORE_ALL

    def writes(self, *facts: Fact) -> None:
        entries = []
        for at, fact in enumerate(facts, self.size):
            entries.append(encode_entry(DeskEntry(at, AT_MS, ACTOR, self.head, fact)))
            self.head = entry_hash(entries[-1])
        self.log.append(self.size, entries)
        self.size += len(facts)

    def translates(self, of: Ref, words: str, number: int = 1) -> None:
        self.writes(Translated(of.full_name, number, 0, 0, "en", words, ""))

    def found(self, text: str) -> list[int]:
        while self.register.follow(self.store, 7):
            pass
        self.translations.follow(self.register, self.store)
        looking = Looking(self.path)
        try:
            return [row.index for row in looking.search(terms_of(text), Wanted(), 0, 50)]
        finally:
            looking.close()

    def close(self) -> None:
        self.translations.close()
        self.register.close()
        self.log.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.close()


def test_what_was_translated_is_found_and_again_when_the_register_was_made_anew(desk: Desk) -> None:
    first, second = desk.them.says("Один пуск."), desk.them.says("Два пуска.")
    arrive(desk.store, desk.them)
    desk.translates(first, "One launch.")
    desk.writes(Translated("D-0", 1, 1, 0, "en", "Our own launch.", ""))
    assert desk.found("launch") == [0]
    desk.translates(second, "Two launches.")
    desk.translates(first, "One rocket.", number=2)
    assert desk.found("launches") == [1] and desk.found("rocket") == [0]
    desk.register.close()
    desk.path.unlink()
    desk.register = Register(desk.path, Whose(0, (1,)))
    assert desk.found("launches") == [1] and desk.found("rocket") == [0] and desk.found("launch") == [0]


def test_a_translation_of_what_is_not_in_its_log_yet_is_found_when_it_is(desk: Desk) -> None:
    desk.translates(desk.them.says("Один пуск."), "One launch.")
    assert desk.found("launch") == []
    arrive(desk.store, desk.them)
    assert desk.found("launch") == [0]
    assert desk.register.desk_waiting == []


def test_a_long_desk_log_is_read_to_its_end_and_a_restored_one_again(desk: Desk, tmp_path: Path) -> None:
    first = desk.them.says("Один пуск.")
    arrive(desk.store, desk.them)
    desk.writes(*[SignedOut()] * (BATCH + 3))
    desk.translates(first, "One launch.")
    assert desk.found("launch") == [0]
    assert desk.register.desk_reached == BATCH + 4
    desk.translations.close()
    desk.log.close()
    desk.log_path.unlink()
    desk.log, desk.size, desk.head = DeskLog(desk.log_path), 0, BEFORE_ALL
    desk.translates(first, "One rocket.")
    assert desk.found("rocket") == [0]
    assert desk.register.desk_reached == 1
