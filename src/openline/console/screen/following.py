"""Follows the record into its register beside the station's loop, and asks the register where nobody waits for it.

Two threads, each with connections of its own: one reads the record on after each commit, a little at a time, so that
the line keeps the machine; the other answers questions. Who needs what was committed this instant says so with `until`,
and it is read at once.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final, TypeVar

from openline.console.channel.showing import Reader
from openline.console.home import LineHome
from openline.console.screen.reading import RegisterReader
from openline.console.screen.translated import Translations
from openline.errors import LocalFault, Malformed, Misconfigured, StoreDown
from openline.store.register.file import Register, Whose
from openline.store.register.looking import Looking
from openline.store.sqlite import SqliteStore

T = TypeVar("T")
Q = TypeVar("Q")
LAG_S: Final = 0.25  # after a commit, where nobody asks
REST_PARTS: Final = 4  # of the time that reading took, it rests after it, where nobody asks
AGAIN_AFTER_S: Final = 1.0
_BATCH: Final = 64  # entries a transaction
_BATCH_ASKED: Final = 512


class Following:
    """One record and its register. `noted` hears, in the loop, what an engineer may want to read.

    `sure`, asked from any thread, raises StoreDown while nobody knows what the disk holds: a reader beside the loop
    would show what was written and may never have become durable. (R-193)
    """

    def __init__(
        self, line: LineHome, whose: Whose, noted: Callable[[str], None], sure: Callable[[], object]
    ) -> None:
        self._store, self._register, self._desk_log = line.store, line.register, line.desk_log
        self._whose = whose
        self._noted, self._sure = noted, sure
        self._loop = asyncio.get_running_loop()
        self._news, self._urgent = threading.Event(), threading.Event()
        self._ended = False
        self.reached = 0
        self._made = 0  # how often the file was made anew, over all its lives
        self._waiting: set[asyncio.Future[None]] = set()
        self._asking = ThreadPoolExecutor(1, "register-asking")
        self._reader: tuple[int, Looking, RegisterReader, SqliteStore] | None = None
        self._untranslated = ""  # why translations were not read last
        self._whole: tuple[Reader, SqliteStore] | None = None
        self._thread = threading.Thread(target=self._run, name="register-following", daemon=True)
        self._thread.start()

    def told(self, whose: Whose) -> None:
        """The record has grown, perhaps."""
        self._whose = whose
        if not self._news.is_set():  # it is taken back before the record is looked at
            self._news.set()

    async def until(self, position: int, within_ms: int) -> int:
        """Returns when the register has reached a position, or when the span has passed: how far it has come. While
        somebody waits so the register does not rest."""
        end = self._loop.time() + within_ms / 1000
        while self.reached < position and not self._ended:
            left = end - self._loop.time()
            if left <= 0:
                break
            self._news.set()
            self._urgent.set()
            waiter: asyncio.Future[None] = self._loop.create_future()
            self._waiting.add(waiter)
            try:
                with suppress(TimeoutError):
                    await asyncio.wait_for(waiter, left)
            finally:
                self._waiting.discard(waiter)
        if not self._waiting and not self._ended:
            self._urgent.clear()
        return self.reached

    async def ask(self, question: Callable[[Looking, RegisterReader], T]) -> T:
        """Have a question answered beside the loop, one at a time. Raises what it raises; StoreDown."""
        return await self._asked(self._answer, question)

    async def ask_record(self, question: Callable[[Reader], T]) -> T:
        """The same of the record alone, while the register is behind: all that was said is read for it, once."""
        return await self._asked(self._answer_whole, question)

    async def _asked(self, answer: Callable[[Q], T], question: Q) -> T:
        self._sure()
        found = await self._loop.run_in_executor(self._asking, answer, question)
        self._sure()
        return found

    def close(self) -> None:
        """End both threads; waits for what they are at."""
        self._ended = True
        self._news.set()
        self._urgent.set()
        self._thread.join()
        self._asking.submit(self._let_go).result()
        self._asking.shutdown()

    # ---------------------------------------------------------------- the asking thread
    def _answer(self, question: Callable[[Looking, RegisterReader], T]) -> T:
        made = self._made
        if self._reader is not None and self._reader[0] != made:
            self._let_go()
        if self._reader is None:
            store = SqliteStore(self._store, read_only=True)
            looking = Looking(self._register)
            self._reader = (made, looking, RegisterReader(store, looking), store)
        if self._whole is not None:  # the register is asked again: what was read without it is let go
            self._whole[1].close()
            self._whole = None
        try:
            return question(self._reader[1], self._reader[2])
        except LocalFault:
            self._let_go()
            raise

    def _answer_whole(self, question: Callable[[Reader], T]) -> T:
        if self._whole is None:
            store = SqliteStore(self._store, read_only=True)
            self._whole = (Reader(store), store)
        try:
            return question(self._whole[0])
        except LocalFault:
            self._let_go()
            raise

    def _let_go(self) -> None:
        if self._whole is not None:
            self._whole[1].close()
            self._whole = None
        if self._reader is not None:
            _made, looking, _reader, store = self._reader
            looking.close()
            store.close()
            self._reader = None

    # ---------------------------------------------------------------- the following thread
    def _run(self) -> None:
        while not self._ended:
            try:
                self._follow()
            except LocalFault as fault:  # the disk, or the record is being opened again: nothing else hangs on this
                self._say(f"the register of the record is not followed now: {fault}")
                self._news.wait(AGAIN_AFTER_S)
                time.sleep(0 if self._ended else AGAIN_AFTER_S)

    def _follow(self) -> None:
        self._sure()
        source = SqliteStore(self._store, read_only=True)
        register = Register(self._register, self._whose)
        translations = Translations(self._desk_log)
        made_before, was_level = self._made, False  # a register that is made for the first time does not rest
        try:
            register.check(source)
            while not self._ended:
                self._news.clear()
                register.whose = self._whose
                began = time.monotonic()
                self._sure()
                hurries = self._urgent.is_set() or not was_level
                count = register.follow(source, _BATCH_ASKED if hurries else _BATCH)
                self._sure()  # else what was taken in is looked at again: the record may come to be another
                if made_before + register.made != self._made:
                    self._made = made_before + register.made
                    self._say(f"the register of the record is made anew: {register.rebuilt}")
                    was_level = False
                self._tell(register.reached)
                if count == 0:
                    was_level = True
                    self._translate(translations, register, source)
                    self._urgent.clear()
                    self._news.wait()
                    self._urgent.wait(LAG_S)
                elif was_level and not self._urgent.is_set():
                    self._urgent.wait(REST_PARTS * (time.monotonic() - began))
        finally:
            translations.close()
            register.close()
            source.close()

    def _translate(self, translations: Translations, register: Register, source: SqliteStore) -> None:
        """What the desk has translated: where its log cannot be read, translations are not found, and nothing else."""
        try:
            translations.follow(register, source)
        except (Malformed, Misconfigured, StoreDown) as fault:
            translations.close()
            if str(fault) != self._untranslated:
                self._say(f"translations are not found by their words: {fault}")
            self._untranslated = str(fault)
        else:
            self._untranslated = ""

    def _tell(self, reached: int) -> None:
        if reached != self.reached:
            self.reached = reached
            self._in_loop(self._wake)

    def _say(self, text: str) -> None:
        self._in_loop(lambda: self._noted(text))

    def _in_loop(self, done: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(done)

    def _wake(self) -> None:
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)
