"""The one book of a running station (accord.clocks.book), read from the record beside the loop.

One thread, with a connection of its own, reads the record on and answers what takes long; one lock says whose turn it
is. Whoever has awaited `level` may look at the book until they next await: nothing is taken in meanwhile.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

from openline.accord.clocks.book import Book
from openline.console.accords.reading import Follower
from openline.errors import LocalFault
from openline.store.sqlite import SqliteStore

T = TypeVar("T")
_ROWS: Final = 128  # read at once; then the line has its turn
_REST_S: Final = 0.001


class OneBook:
    """Made in the station's loop; `close` ends its thread."""

    def __init__(
        self, path: Path, parties: Callable[[], tuple[int, ...]], sure: Callable[[], object] = lambda: None
    ) -> None:
        """`path`: of the store, opened beside the station. `parties`: who is of the line now; others make it anew.
        `sure` raises StoreDown while nobody knows what the disk holds, and nothing read here may be told. (R-193)"""
        self._path, self._parties, self._sure = path, parties, sure
        self._thread = ThreadPoolExecutor(1, "accords")
        self._turn = asyncio.Lock()
        self._beside: tuple[SqliteStore, Follower] | None = None

    async def level(self) -> Book:
        """The book, level with what was committed before: good until the caller next awaits. Raises StoreDown."""
        return await self.ask(lambda book: book)

    async def ask(self, question: Callable[[Book], T]) -> T:
        """Have a question answered beside the loop, by a book level with the record. Raises what it raises; StoreDown.

        The answer must not be drawn from the book later: an iterator is no answer.
        """
        parties = self._parties()
        async with self._turn:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._answer, parties, question)

    @property
    def near(self) -> Book:
        """As far as it has been read: to look up one thing by its name, and to walk through nothing."""
        beside = self._beside
        return beside[1].book if beside is not None else Book(self._parties())

    def close(self) -> None:
        """End the thread; waits for what it is at."""
        self._thread.submit(self._let_go).result()
        self._thread.shutdown()

    # ---------------------------------------------------------------- the thread
    def _answer(self, parties: tuple[int, ...], question: Callable[[Book], T]) -> T:
        self._sure()
        if self._beside is not None and self._beside[1].book.parties != parties:
            self._let_go()
        if self._beside is None:
            store = SqliteStore(self._path, read_only=True)
            self._beside = (store, Follower(store, parties))
        follower = self._beside[1]
        try:
            while follower.follow_some(_ROWS):
                time.sleep(_REST_S)
            self._sure()
        except LocalFault:  # the store is opened again: the book is made anew beside it
            self._let_go()
            raise
        return question(follower.book)

    def _let_go(self) -> None:
        if self._beside is not None:
            self._beside[0].close()
            self._beside = None
