"""When something was held: their word, bounded by what the entries and our own record allow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.record.entry import After, Header, Held, LogId
from openline.record.times import Bounds, Interval, crossed, held_before, receipt_interval

T = 1_770_000_000


@pytest.mark.parametrize(
    ("arrived", "bounds", "expected"),
    [
        (T * 1000 + 900, Bounds(), Interval(T * 1000, T * 1000 + 900, False)),
        (None, Bounds(), Interval(T * 1000, None, False)),
        (None, Bounds(not_after_ms=T * 1000 + 70), Interval(T * 1000, T * 1000 + 70, False)),
        (T * 1000 + 900, Bounds(T * 1000 - 50, T * 1000 + 70), Interval(T * 1000, T * 1000 + 70, False)),
        # stamped before the entry was written, by more than clocks may differ
        (T * 1000 + 90_000, Bounds(T * 1000 + 60_000), Interval(T * 1000 + 60_000, T * 1000 + 90_000, True)),
        # stamped after it arrived here
        (T * 1000 - 60_000, Bounds(), Interval(T * 1000 - 60_000, T * 1000 - 60_000, True)),
        (T * 1000 - 60_000, Bounds(T * 1000 - 90_000), Interval(T * 1000 - 90_000, T * 1000 - 60_000, True)),
        # a few seconds of difference are two honest clocks
        (T * 1000 - 3_000, Bounds(), Interval(T * 1000 - 3_000, T * 1000 - 3_000, False)),
        # the record itself is out of order: written after it had arrived
        (T * 1000, Bounds(T * 1000 + 60_000), Interval(T * 1000, T * 1000, True)),
    ],
)
def test_a_receipts_time_is_an_interval(arrived: int | None, bounds: Bounds, expected: Interval) -> None:
    """R-094"""
    assert receipt_interval(T, arrived, bounds) == expected


@given(st.integers(0, 10**7), st.none() | st.integers(0, 10**10), st.none() | st.integers(0, 10**10))
def test_an_interval_never_ends_before_it_begins(at_s: int, arrived: int | None, below: int | None) -> None:
    interval = receipt_interval(at_s, arrived, Bounds(below))
    assert interval.latest_ms is None or interval.earliest_ms <= interval.latest_ms


A, A2, B = LogId(0, b"a" * 12), LogId(0, b"b" * 12), LogId(1, b"a" * 12)


def header(index: int, *held: Held) -> Header:
    return Header(index, T * 1000, 1, 0, 0, After(held, ()), (), bytes(32))


def holds(log: LogId, size: int) -> Held:
    return Held(*log, size, bytes(32))


def test_messages_cross_when_neither_side_had_the_other_in_hand() -> None:
    """R-095"""
    ours = header(5, holds(B, 3))
    theirs_before = header(2, holds(A, 4))
    theirs_crossing = header(3, holds(A, 5))
    theirs_answering = header(3, holds(A, 6))
    assert not crossed(ours, A, theirs_before, B)
    assert crossed(ours, A, theirs_crossing, B)
    assert crossed(theirs_crossing, B, ours, A)
    assert not crossed(ours, A, theirs_answering, B)
    assert crossed(header(0), A, header(0), B)


def test_one_party_never_crosses_itself() -> None:
    assert not crossed(header(5), A, header(0), A2)


def test_holding_a_later_life_means_having_come_after_the_earlier_one() -> None:
    assert held_before(header(0, holds(A2, 1)), A, 99)
    assert not held_before(header(0, holds(A, 99)), A2, 0)
