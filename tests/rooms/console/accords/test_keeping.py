"""The one book of a station: read beside the loop, looked at by nobody while it takes something in."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from openline.accord.bodies import Offered, encode_offered
from openline.accord.clocks.book import Book
from openline.accord.formats.notice import Notice, Relation, compose, encode_notice
from openline.console.accords.keeping import OneBook
from openline.console.accords.library import files, formats
from openline.errors import StoreDown
from openline.record.entry import FORMAT, NOTICE
from openline.store.sqlite import SqliteStore
from tests.rooms.store.spoken import Party, arrive

FORM = formats()["goodwill"]
MANY = 700  # more than is read at once


def good_wishes(party: Party, serials: range) -> None:
    """A format and notices in it."""
    values = compose(FORM, {"text": "Well."}).values
    for serial in serials:
        party.writes(NOTICE, encode_notice(Notice(FORM.mark, 2026, serial, "en", Relation.NONE, values)))


def recorded(path: Path) -> tuple[SqliteStore, Party]:
    store, us = SqliteStore(path), Party(0)
    us.writes(FORMAT, encode_offered(Offered(FORM.digest, files()[FORM.id])))
    good_wishes(us, range(1, MANY + 1))
    arrive(store, us)
    return store, us


def test_it_is_level_with_what_was_committed_and_read_in_a_thread_of_its_own(tmp_path: Path) -> None:
    store, us = recorded(tmp_path / "store.sqlite")
    parties = [(0, 1)]
    one = OneBook(tmp_path / "store.sqlite", lambda: parties[0])

    async def told() -> None:
        assert not one.near.notices, "nothing is read before somebody asks"
        assert await one.ask(lambda _book: threading.current_thread().name) != threading.current_thread().name
        book = await one.level()
        assert len(book.notices) == MANY and one.near is book
        good_wishes(us, range(MANY + 1, MANY + 11))
        arrive(store, us)
        assert await one.level() is book and len(book.notices) == MANY + 10
        parties[0] = (0, 1, 2)  # another party: who must hold what is another question from the beginning
        other = await one.level()
        assert other is not book and other.parties == (0, 1, 2) and len(other.notices) == MANY + 10

    asyncio.run(told())
    one.close()
    store.close()


def test_who_has_awaited_it_walks_through_a_book_that_stands_still(tmp_path: Path) -> None:
    store, us = recorded(tmp_path / "store.sqlite")
    one = OneBook(tmp_path / "store.sqlite", lambda: (0, 1))
    serial = MANY

    async def asks(rounds: int) -> None:
        nonlocal serial
        for _ in range(rounds):
            good_wishes(us, range(serial + 1, serial + 41))
            serial += 40
            mine = serial
            arrive(store, us)
            book = await one.level()
            walked = sum(1 for ref in book.notices if ref.index)  # raises where something is taken in meanwhile
            assert mine <= walked == len(book.notices) <= serial
            assert await one.ask(lambda book: sum(1 for _ in book.notices)) >= mine

    async def together() -> None:
        await asyncio.gather(*(asks(8) for _ in range(4)))

    asyncio.run(together())
    one.close()
    store.close()


def test_a_store_that_cannot_be_read_is_said_and_the_book_is_made_anew_when_it_can(tmp_path: Path) -> None:
    store, _ = recorded(tmp_path / "store.sqlite")
    one = OneBook(tmp_path / "store.sqlite", lambda: (0, 1))

    def breaks(_book: Book) -> None:
        raise StoreDown("the disk is away")

    async def told() -> None:
        before = await one.level()
        with pytest.raises(StoreDown):
            await one.ask(breaks)
        assert await one.level() is before, "a question that fails leaves the book as it was"
        assert one._beside is not None
        one._beside[0].close()  # the file is opened anew beside it
        with pytest.raises(StoreDown):
            await one.level()
        after = await one.level()
        assert after is not before and len(after.notices) == MANY

    asyncio.run(told())
    one.close()
    store.close()


def test_while_nobody_knows_what_the_disk_holds_the_book_says_nothing_and_is_made_anew(tmp_path: Path) -> None:
    """R-193. Also where that came about while the record was read on."""
    store, us = recorded(tmp_path / "store.sqlite")
    sure = [True]

    def known() -> None:
        if not sure[0]:
            raise StoreDown("nobody knows what the disk holds")

    one = OneBook(tmp_path / "store.sqlite", lambda: (0, 1), known)

    async def told() -> None:
        before = await one.level()
        sure[0] = False
        with pytest.raises(StoreDown):
            await one.level()
        sure[0] = True
        assert await one.level() is before, "nothing was read meanwhile"
        good_wishes(us, range(MANY + 1, MANY + 11))
        arrive(store, us)
        looked = iter((True, False))
        one._sure = lambda: known() if next(looked) else _raise()
        with pytest.raises(StoreDown):
            await one.level()
        one._sure = known
        after = await one.level()
        assert after is not before and len(after.notices) == MANY + 10

    asyncio.run(told())
    one.close()
    store.close()


def _raise() -> None:
    raise StoreDown("nobody knows what the disk holds")
