"""What an export shows of releases, and what it does not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from openline.console.watch.proving import Releases, in_words, releases_of
from openline.desk.facts import SECURITY_KEY
from openline.desk.release import Release, Signatory, encode_release, release_digest
from openline.desk.signing import (
    ES256,
    KeyNamed,
    Signed,
    encode_key_named,
    encode_signed,
    release_challenge,
)
from openline.record.body import Message, encode_message
from openline.record.entry import (
    AGREEMENT,
    FLASH,
    FORMAT,
    KEY_OF_OFFICER,
    MESSAGE,
    NOTHING_HELD,
    NOTICE,
    OFFICES,
    RELEASE,
    STATUS,
    Header,
)
from openline.record.evidence.findings import EntryFinding, LogFinding
from tests.keys import SecurityKey, b64, unb64

TWO = (Signatory("Bob", "drafter"), Signatory("Cyd", "releaser"))
BODY = encode_message(Message("Subject", "Words.", released_by=("Bob", "Cyd")))


def entry(index: int, kind: int, body: bytes | None, precedence: int = FLASH) -> EntryFinding:
    return EntryFinding(Header(index, 0, kind, precedence, 0, NOTHING_HELD, (), bytes(32)), body)


LINE = bytes(range(32))


def shown(*logs: LogFinding) -> Releases:
    return releases_of(list(logs), LINE)


def release(over: bytes = BODY, signatories: tuple[Signatory, ...] = TWO) -> bytes:
    return encode_release(Release(release_digest(MESSAGE, FLASH, 0, over), signatories, 0))


def log(*entries: EntryFinding) -> LogFinding:
    return cast(LogFinding, SimpleNamespace(log=(0, bytes(12)), entries=entries))


def test_a_release_speaks_of_the_message_straight_before_it() -> None:
    """R-305."""
    found = shown(log(entry(1, MESSAGE, BODY), entry(2, RELEASE, release())))
    assert (found.by_two, found.by_one, found.by_key, found.without, found.misfits) == (1, 0, 0, 0, ())
    assert "1 releases are its station's word" in in_words(found)[0]


def test_a_release_of_something_else_shows_nothing() -> None:
    """R-305: of other words, of another urgency, of no message, or of one that stands elsewhere."""
    other = encode_message(Message("Subject", "Other words."))
    cases: list[tuple[Any, ...]] = [
        (entry(1, MESSAGE, BODY), entry(2, RELEASE, release(over=other))),
        (entry(1, MESSAGE, BODY, precedence=0), entry(2, RELEASE, release())),
        (entry(1, RELEASE, release()), entry(2, RELEASE, release())),
        (entry(1, MESSAGE, BODY), entry(2, RELEASE, b"no release")),
    ]
    for entries in cases:
        found = shown(log(*entries))
        assert (found.by_two, found.by_one) == (0, 0)
        assert "shows nothing" in found.misfits[0]
        assert found.misfits[0] in in_words(found)[-1]


def test_what_is_withheld_is_not_called_a_misfit() -> None:
    for entries in (
        (entry(1, MESSAGE, None), entry(2, RELEASE, release())),
        (entry(1, MESSAGE, BODY), entry(2, RELEASE, None)),
        (entry(2, RELEASE, release()),),
    ):
        found = shown(log(*entries))
        assert found.misfits == () and found.by_two == 0
    assert in_words(shown(log(entry(1, MESSAGE, BODY)))) == []


def by_key(key: SecurityKey, draft: int = 3) -> bytes:
    digest = release_digest(MESSAGE, FLASH, 0, BODY)
    made = key.get({"challenge": b64(release_challenge(LINE, digest, draft, 1))})["response"]
    parts = (unb64(made[name]) for name in ("authenticatorData", "clientDataJSON", "signature"))
    evidence = encode_signed(Signed(ES256, key.public, *parts, draft, 1))
    return encode_release(Release(digest, TWO, SECURITY_KEY, evidence))


def named(key: SecurityKey, name: str = "Cyd", given: int = 1) -> bytes:
    return encode_key_named(KeyNamed(given, name, key.rp_id, ES256, key.public))


def test_a_key_counts_from_where_the_record_names_it_to_where_it_takes_it_away() -> None:
    """R-308, R-309."""
    key = SecurityKey()
    given, said = entry(1, KEY_OF_OFFICER, named(key)), entry(2, MESSAGE, BODY)
    found = shown(log(given, said, entry(3, RELEASE, by_key(key))))
    assert (found.by_two, found.by_key, found.by_unnamed, found.misfits) == (1, 1, 0, ())
    assert "1 are signed by the officer's security key" in in_words(found)[0]
    earlier = SimpleNamespace(log=(0, bytes(12)), entries=(given,))
    later = SimpleNamespace(log=(0, b"x" * 12), entries=(said, entry(3, RELEASE, by_key(key))))
    assert shown(cast(LogFinding, later), cast(LogFinding, earlier)).by_key == 1, "an earlier generation"
    found = shown(log(said, entry(3, RELEASE, by_key(key))))
    assert (found.by_two, found.by_key, found.by_unnamed) == (1, 0, 1)
    assert "does not say whose" in in_words(found)[1]


def test_a_key_of_another_or_taken_away_or_used_twice_shows_nothing() -> None:
    """R-309."""
    key = SecurityKey()
    said = entry(4, MESSAGE, BODY)
    for before, body, says in (
        ([named(key, "Bob")], by_key(key), "that of 'Bob', not of 'Cyd'"),
        ([named(key), named(key, given=0)], by_key(key), "taken away"),
        ([b"no key"], by_key(key), "shows nothing"),
    ):
        keys = [entry(1 + at, KEY_OF_OFFICER, one) for at, one in enumerate(before)]
        found = shown(log(*keys, said, entry(5, RELEASE, body)))
        assert found.by_key == 0 and len(found.misfits) == 1
        assert says in found.misfits[0]
    again = [entry(6, MESSAGE, BODY), entry(7, RELEASE, by_key(key))]
    found = shown(log(entry(1, KEY_OF_OFFICER, named(key)), said, entry(5, RELEASE, by_key(key)), *again))
    assert (found.by_key, found.without) == (1, 1)
    assert "another release already" in found.misfits[0]


def test_a_signature_that_does_not_verify_shows_nothing() -> None:
    """R-308."""
    key = SecurityKey()
    key.sign = SecurityKey().sign  # type: ignore[method-assign]
    found = shown(log(entry(1, KEY_OF_OFFICER, named(key)), entry(4, MESSAGE, BODY), entry(5, RELEASE, by_key(key))))
    assert (found.by_two, found.by_key) == (0, 0)
    assert "does not verify" in found.misfits[0]


@pytest.mark.parametrize("kind", [OFFICES, NOTICE, FORMAT, AGREEMENT, STATUS])
def test_a_release_of_whatever_needs_one_fits(kind: int) -> None:
    """R-319: what a desk must release before it leaves, an export shows as released."""
    over = Release(release_digest(kind, FLASH, 0, b"said"), TWO, 0)
    found = shown(log(entry(1, kind, b"said"), entry(2, RELEASE, encode_release(over))))
    assert (found.others, found.misfits) == (1, ())
