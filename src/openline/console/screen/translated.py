"""Has working translations found with their messages: reads them on from the desk's log into the register."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from openline.console.channel.asking import Place
from openline.console.words import parse_place
from openline.desk.facts import Translated, parse_entry
from openline.line.ports import LogId, Store
from openline.store.desklog import DeskLog
from openline.store.register.file import SLOTS, Register, Words

BATCH: Final = 256  # entries of the desk's log that are read in one go


class Translations:
    """Of one desk, for the thread that writes its register. Raises Malformed, StoreDown, Misconfigured."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._log: DeskLog | None = None

    def close(self) -> None:
        """Let go of the desk's log."""
        if self._log is not None:
            self._log.close()
            self._log = None

    def follow(self, register: Register, source: Store) -> None:
        """Take in what was translated since; a text that has no position yet is tried again with the next call."""
        if self._log is None:
            if not self._path.is_file():
                return
            self._log = DeskLog(self._path, read_only=True)
        while True:
            first, waiting = register.desk_reached, register.desk_waiting
            if first and not list(self._log.read(first - 1, 1)):  # restored from a backup: what it says is read again
                first, waiting = 0, []
            found = list(enumerate(self._log.read(first, BATCH), first))
            again = [(at, data) for at in waiting for data in self._log.read(at, 1)]
            if not found and not again:
                return
            words, lacking = list[Words](), list[int]()
            for at, data in again + found:
                for one in _words(data, source):
                    if one.position:
                        words.append(one)
                    else:
                        lacking.append(at)
            upto = first + len(found)
            if found or words or first != register.desk_reached:
                register.put_translations(words, upto, lacking)
            if len(found) < BATCH:
                return


def _words(data: bytes, source: Store) -> Iterator[Words]:
    """What an entry of the desk's log translates of the record; position 0 where that is not in its log yet."""
    fact = parse_entry(data).fact
    if not isinstance(fact, Translated) or fact.of.startswith("D-"):
        return
    place: Place = parse_place(fact.of)
    log = LogId(place.party, bytes.fromhex(place.generation))
    slot = 1 + (fact.number - 1) % (SLOTS - 1)  # of very many the newest ones are found
    yield Words(source.position_of(log, place.index) or 0, slot, fact.words)
