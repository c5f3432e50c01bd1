"""Date-time groups: our own months, Zulu, and an instant without a zone is two instants."""

from __future__ import annotations

import locale

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.console.codes import Told
from openline.console.dtg import clock, dtg, interval, iso, parse_iso, short_dtg

AT = 1795341931204  # 2026-11-22T10:05:31.204Z


def test_an_instant_in_its_forms() -> None:
    assert dtg(AT) == "22 1005:31Z NOV 26"
    assert short_dtg(AT) == "221005Z NOV 26"
    assert clock(AT) == "1005:31.204Z"
    assert iso(AT) == "2026-11-22T10:05:31.204Z"
    assert iso(None) is None


def test_the_month_does_not_follow_the_locale() -> None:
    before = locale.setlocale(locale.LC_TIME)
    try:
        for name in ("ru_RU.UTF-8", "de_DE.UTF-8", "C.UTF-8", "C"):
            try:
                locale.setlocale(locale.LC_TIME, name)
            except locale.Error:
                continue
            assert dtg(AT).endswith("NOV 26")
    finally:
        locale.setlocale(locale.LC_TIME, before)


@given(st.integers(0, 253_402_300_799_999))
def test_iso_reads_back_what_it_wrote(at_ms: int) -> None:
    assert parse_iso(iso(at_ms) or "") == at_ms


@given(st.integers(-(2**63), 2**63))
def test_what_no_calendar_holds_is_shown_raw_and_breaks_nothing(at_ms: int) -> None:
    assert dtg(at_ms) and short_dtg(at_ms) and clock(at_ms)


@pytest.mark.parametrize("text", ["", "now", "2026-11-22T10:05:31", "2026-11-22", "1969-12-31T23:59:59Z", "22 NOV"])
def test_an_instant_without_a_zone_or_sense_is_refused(text: str) -> None:
    with pytest.raises(Told):
        parse_iso(text)


def test_an_interval_within_one_second_is_one_instant() -> None:
    assert interval(AT, AT + 500) == dtg(AT)
    assert interval(AT, AT + 5000) == f"between {dtg(AT)} and {dtg(AT + 5000)}"
