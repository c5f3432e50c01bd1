"""What an export shows of releases, and what it does not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from openline.console.watch.proving import in_words, releases_of
from openline.desk.release import Release, Signatory, encode_release, release_digest
from openline.record.body import Message, encode_message
from openline.record.entry import FLASH, MESSAGE, NOTHING_HELD, RELEASE, Header
from openline.record.evidence.findings import EntryFinding, LogFinding

TWO = (Signatory("Bob", "drafter"), Signatory("Cyd", "releaser"))
BODY = encode_message(Message("Subject", "Words.", released_by=("Bob", "Cyd")))


def entry(index: int, kind: int, body: bytes | None, precedence: int = FLASH) -> EntryFinding:
    return EntryFinding(Header(index, 0, kind, precedence, 0, NOTHING_HELD, (), bytes(32)), body)


def release(over: bytes = BODY, signatories: tuple[Signatory, ...] = TWO, method: int = 0) -> bytes:
    digest = release_digest(MESSAGE, FLASH, 0, over)
    return encode_release(Release(digest, signatories, method, b"signed" if method else b""))


def log(*entries: EntryFinding) -> LogFinding:
    return cast(LogFinding, SimpleNamespace(log=(0, bytes(12)), entries=entries))


def test_a_release_speaks_of_the_message_straight_before_it() -> None:
    """R-305."""
    found = releases_of([log(entry(1, MESSAGE, BODY), entry(2, RELEASE, release()))])
    assert (found.by_two, found.by_one, found.by_key, found.without, found.misfits) == (1, 0, 0, 0, ())
    assert "1 releases are its station's word" in in_words(found)[0]
    key = releases_of([log(entry(1, MESSAGE, BODY), entry(2, RELEASE, release(method=1, signatories=TWO[1:])))])
    assert (key.by_one, key.by_key) == (1, 1)


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
        found = releases_of([log(*entries)])
        assert (found.by_two, found.by_one) == (0, 0)
        assert "shows nothing" in found.misfits[0]
        assert found.misfits[0] in in_words(found)[-1]


def test_what_is_withheld_is_not_called_a_misfit() -> None:
    for entries in (
        (entry(1, MESSAGE, None), entry(2, RELEASE, release())),
        (entry(1, MESSAGE, BODY), entry(2, RELEASE, None)),
        (entry(2, RELEASE, release()),),
    ):
        found = releases_of([log(*entries)])
        assert found.misfits == () and found.by_two == 0
    assert in_words(releases_of([log(entry(1, MESSAGE, BODY))])) == []
