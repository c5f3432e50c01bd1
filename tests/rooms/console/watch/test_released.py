"""What the page of one message says of its release: looked at in the record, as `verify` does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import pytest

from openline.console.ladder.released import ATTESTED, NOTHING, SIGNED, UNNAMED, Releases, in_words
from openline.console.ladder.rows import ReleaseRow
from openline.line.ports import EntryRow, FoundRow, LogId, Store
from openline.record.body import Message, encode_message
from openline.record.entry import FLASH, KEY_OF_OFFICER, MESSAGE, NOTHING_HELD, OPENING, RELEASE, Header, encode_header
from tests.keys import SecurityKey
from tests.rooms.console.watch.test_proving import BODY, LINE, by_key, named, release

LOG = LogId(0, bytes(12))


@dataclass
class OneLog:
    """A record of one log; entries by their index."""

    bodies: list[tuple[int, bytes]]

    def kinds(self, _log: LogId, first: int, count: int) -> list[int]:
        return [kind for kind, _ in self.bodies[first : first + count]]

    def entries(self, _log: LogId, first: int, count: int, _bytes_max: int) -> list[EntryRow]:
        rows = list(enumerate(self.bodies))[first : first + count]
        return [EntryRow(encode_header(header(index, kind)), body, bytes(32)) for index, (kind, body) in rows]

    def find(self, kind: int | None, after: int, limit: int) -> list[FoundRow]:
        at = [index for index, one in enumerate(self.bodies) if one[0] == kind and index + 1 > after]
        return [FoundRow(index + 1, LOG, index) for index in at[:limit]]


def header(index: int, kind: int) -> Header:
    return Header(index, 0, kind, FLASH, 0, NOTHING_HELD, (), bytes(32))


def shown(*bodies: tuple[int, bytes], at: int | None = None) -> ReleaseRow | None:
    """Of the message among these, or of the entry at that index."""
    index = at if at is not None else [kind for kind, _ in bodies].index(MESSAGE)
    store = cast(Store, OneLog(list(bodies)))
    return Releases(store).of(LOG, header(index, bodies[index][0]), bodies[index][1], LINE)


def test_a_signature_of_a_named_key_is_the_officers_own() -> None:
    """R-305, R-308, R-309."""
    key = SecurityKey()
    found = shown((KEY_OF_OFFICER, named(key)), (MESSAGE, BODY), (RELEASE, by_key(key)))
    assert found is not None and (found.evidence, found.why) == (SIGNED, "")
    assert found.persons == ["Bob (drafter)", "Cyd (releaser)"] and found.key == key.public.hex()[-16:]
    assert in_words(found).startswith("released by Bob (drafter) and Cyd (releaser): signed by the officer's")
    unnamed = shown((OPENING, b""), (MESSAGE, BODY), (RELEASE, by_key(key)))
    assert unnamed is not None and unnamed.evidence == UNNAMED
    later = shown((OPENING, b""), (MESSAGE, BODY), (RELEASE, by_key(key)), (KEY_OF_OFFICER, named(key)))
    assert later is not None and later.evidence == UNNAMED, "named after it signed is not named"


def test_a_pin_and_a_code_are_the_stations_word() -> None:
    found = shown((OPENING, b""), (MESSAGE, BODY), (RELEASE, release()))
    assert found is not None and found.evidence == ATTESTED


@pytest.mark.parametrize(
    ("before", "says"),
    [
        ([(1, "Bob")], "was not that of 'Cyd'"), ([(1, "Cyd"), (0, "Cyd")], "was not that of 'Cyd'"),
    ],
)  # fmt: skip
def test_a_key_of_another_or_taken_away_shows_nothing(before: list[tuple[int, str]], says: str) -> None:
    key = SecurityKey()
    keys = [(KEY_OF_OFFICER, named(key, name, given)) for given, name in before]
    found = shown(*keys, (MESSAGE, BODY), (RELEASE, by_key(key)))
    assert found is not None and found.evidence == NOTHING and says in found.why


def test_what_is_over_something_else_or_does_not_verify_shows_nothing() -> None:
    key = SecurityKey()
    other = encode_message(Message("Subject", "Other words.", released_by=("Bob", "Cyd")))
    for body, evidence in ((other, release()), (other, by_key(key)), (BODY, b"junk")):
        found = shown((KEY_OF_OFFICER, named(key)), (MESSAGE, body), (RELEASE, evidence))
        assert found is not None and found.evidence == NOTHING and found.why
    key.sign = SecurityKey().sign  # type: ignore[method-assign]
    found = shown((KEY_OF_OFFICER, named(key)), (MESSAGE, BODY), (RELEASE, by_key(key)))
    assert found is not None and found.evidence == NOTHING and "does not verify" in found.why


def test_where_nothing_was_released_nothing_is_said() -> None:
    assert shown((OPENING, b""), (MESSAGE, BODY)) is None
    assert shown((OPENING, b""), (MESSAGE, BODY), (MESSAGE, BODY), (RELEASE, release()), at=1) is None
    assert shown((OPENING, b""), (RELEASE, release()), at=0) is None
