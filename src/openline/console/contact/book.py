"""Link tests and their answers, and what is declared of contact, as the store has them; read on as it grows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from openline.contact.body import LinkTest, opens, parse_answer, parse_test
from openline.contact.counted import Newest
from openline.contact.declared import Declared, declared
from openline.contact.due import Tested
from openline.contact.saying import read_stated
from openline.errors import Malformed
from openline.limits import PARTIES_MAX
from openline.line.ports import EntryRow, FoundRow, Store
from openline.record.entry import LINK_ANSWER, LINK_TEST, REFUSAL, RESUMPTION, SUSPENSION, Header, Ref, parse_header

PAGE_ROWS: Final = 256
TESTS_KEPT: Final = 512
_BODY_BYTES: Final = 64 * 1024
_OF_CONTACT: Final = (REFUSAL, SUSPENSION, RESUMPTION)


class Kept(NamedTuple):
    """A link test, its body, and when it arrived here."""

    tested: Tested
    body: LinkTest
    arrived_at_ms: int


class TestBook:
    """What the store has of our kinds. Call `read` before asking; one call costs a few empty questions."""

    __test__ = False

    def __init__(self, store: Store) -> None:
        self._store = store
        self._after: dict[int, int] = {}
        self._tests: dict[Ref, Kept] = {}
        self._early: dict[Ref, list[tuple[FoundRow, Header, EntryRow]]] = {}  # answers whose test has not come yet
        self._stated = Newest()

    def read(self, parties: tuple[int, ...]) -> None:
        """Take in what came since. `parties`: on the line now; a test to all others is a test to these."""
        for row, header, entry in self._new(LINK_TEST):
            place = Ref(*row.log, row.index)
            try:
                test = parse_test(entry.body)
            except Malformed:
                continue
            to = test.to or tuple(party for party in parties if party != row.log.party)
            tested = Tested(place, row.log.party, header.written_at_ms, test.bearer, to, frozenset())
            self._tests[place] = Kept(tested, test, self._store.arrivals(row.log, row.index, 1)[0])
            for answer in self._early.pop(place, ()):
                self._take_answer(*answer)
        for row, header, entry in self._new(LINK_ANSWER):
            self._take_answer(row, header, entry)
        while len(self._tests) > TESTS_KEPT:
            self._tests.pop(next(iter(self._tests)))
        for kind in _OF_CONTACT:
            for row, header, entry in self._new(kind):
                try:
                    stated = read_stated(row.log, header, entry.body)
                except Malformed:
                    continue
                if stated.about is None:
                    self._stated.put(stated)

    def _new(self, kind: int) -> Iterator[tuple[FoundRow, Header, EntryRow]]:
        while True:
            rows = self._store.find(kind, self._after.get(kind, 0), PAGE_ROWS)
            for row in rows:
                self._after[kind] = row.position
                entry = self._store.entries(row.log, row.index, 1, _BODY_BYTES)[0]
                yield row, parse_header(entry.header), entry
            if len(rows) < PAGE_ROWS:
                return

    def _take_answer(self, row: FoundRow, header: Header, entry: EntryRow) -> None:
        kept = self._tests.get(header.references[0]) if header.references else None
        if kept is None:
            if header.references:  # among three it comes before its test: whose turn is next must be seen alike by all
                early = self._early.setdefault(header.references[0], [])
                early += [(row, header, entry)] if len(early) < PARTIES_MAX else []
                if len(self._early) > TESTS_KEPT:
                    self._early.pop(next(iter(self._early)))
            return
        if row.log.party not in kept.tested.to:
            return
        try:
            is_opened = opens(kept.body, parse_answer(entry.body))
        except Malformed:
            return
        if is_opened:
            tested = kept.tested._replace(answered=kept.tested.answered | {row.log.party})
            self._tests[tested.place] = kept._replace(tested=tested)

    @property
    def tests(self) -> list[Tested]:
        """The last ones, in order of arrival."""
        return [kept.tested for kept in self._tests.values()]

    def kept(self, place: Ref) -> Kept:
        """One of them."""
        return self._tests[place]

    def declared(self, one: int, other: int, now_ms: int) -> Declared:
        """How contact between two parties stands by their own statements."""
        return declared(self._stated.all(), one, other, now_ms)
