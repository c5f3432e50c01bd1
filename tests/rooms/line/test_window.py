"""The window of roots: what is new stays, what is asked for is found, nothing grows without bound."""

from __future__ import annotations

from openline.limits import RECENT_ROOTS
from openline.line.window import ASKED_MAX, CHUNK, NOTHING, window_of


def root(size: int) -> bytes:
    return size.to_bytes(32, "big")


def test_the_newest_roots_are_found_however_many_came_before() -> None:
    window = NOTHING
    for size in range(1, 5 * RECENT_ROOTS, 3):
        window = window.put(size, root(size))
        assert window.get(size) == root(size)
    newest = range(1, 5 * RECENT_ROOTS, 3)[-RECENT_ROOTS:]
    assert all(window.get(size) == root(size) for size in newest)
    assert window.get(1) is None
    assert sum(len(chunk) for chunk in window.rising) <= RECENT_ROOTS + CHUNK


def test_what_a_peer_asks_for_never_drives_out_what_is_new() -> None:
    window = window_of((size, root(size)) for size in range(2000, 2100))
    for size in range(1, 1000):
        window = window.put(size, root(size))
        assert window.get(size) == root(size)
    assert window.get(2000) == root(2000)
    assert len(window.asked) <= ASKED_MAX


def test_an_older_window_is_not_changed_by_a_newer_one() -> None:
    older = window_of([(5, root(5))])
    older.put(6, root(6))
    assert older.get(6) is None


def test_no_roots_at_all() -> None:
    assert window_of([]) == NOTHING
    assert NOTHING.get(0) is None
