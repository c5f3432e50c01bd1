"""Sittings end; PINs are not tried for ever."""

from __future__ import annotations

import pytest

from openline.console.codes import Told
from openline.console.watch.sittings import Sittings
from openline.errors import Refused
from openline.limits import (
    SIGN_IN_REST_MS,
    SIGN_INS_REFUSED_BY_SOURCE_MAX,
    SIGN_INS_REFUSED_IN_ALL_MAX,
    SIGN_INS_REFUSED_MAX,
    SITTING_IDLE_MS,
    SITTING_MS_MAX,
    SITTINGS_MAX,
)


def test_a_sitting_is_known_by_its_token_and_two_never_share_one() -> None:
    sittings = Sittings()
    first, one = sittings.begin(7, 0, 0)
    second, two = sittings.begin(7, 0, 0)
    assert first != second
    assert one.sitting != two.sitting
    assert sittings.find(first, 1).actor == one
    for stranger in ("", "0" * 64, first + "x"):
        with pytest.raises(Told) as told:
            sittings.find(stranger, 1)
        assert told.value.code == "OL-404"
    sittings.end(first)
    with pytest.raises(Told):
        sittings.find(first, 1)
    sittings.end_of(7)
    with pytest.raises(Told):
        sittings.find(second, 1)


def test_a_sitting_ends_when_nobody_works_and_after_a_shift() -> None:
    sittings = Sittings()
    token, _ = sittings.begin(1, 0, 0)
    sittings.find(token, SITTING_IDLE_MS)
    with pytest.raises(Told):
        sittings.find(token, 2 * SITTING_IDLE_MS + 1)
    token, _ = sittings.begin(1, 0, 0)
    for at_ms in range(0, SITTING_MS_MAX, SITTING_IDLE_MS):
        sittings.find(token, at_ms)
    with pytest.raises(Told):
        sittings.find(token, SITTING_MS_MAX + 1)


def test_after_five_wrong_tries_nothing_is_looked_at_for_a_while() -> None:
    sittings = Sittings()
    for at_ms in range(SIGN_INS_REFUSED_MAX):
        sittings.may_try(1, at_ms)
        sittings.was_refused(1, at_ms)
    with pytest.raises(Refused, match="min more"):
        sittings.may_try(1, 1000)
    sittings.may_try(2, 1000)  # another officer's affair
    sittings.may_try(1, SIGN_IN_REST_MS + SIGN_INS_REFUSED_MAX)


def test_sittings_are_bounded() -> None:
    sittings = Sittings()
    for number in range(SITTINGS_MAX):
        sittings.begin(number, 0, 0)
    with pytest.raises(Refused, match="sign out"):
        sittings.begin(0, 0, 0)
    sittings.begin(0, 0, SITTING_IDLE_MS + 1)  # those that were idle have made room


def test_who_guesses_elsewhere_does_not_soon_lock_an_officer_out() -> None:
    sittings = Sittings()
    for _ in range(SIGN_INS_REFUSED_MAX):
        sittings.was_refused(3, 0, "10.0.0.9")
    with pytest.raises(Refused, match="min more"):
        sittings.may_try(3, 1, "10.0.0.9")
    sittings.may_try(3, 1, "10.0.0.5")
    sittings.may_try(3, 1)


def test_one_address_does_not_guess_at_everybody_nor_everybody_at_one() -> None:
    sittings = Sittings()
    for officer in range(SIGN_INS_REFUSED_BY_SOURCE_MAX):
        sittings.may_try(officer, 0, "10.0.0.9")
        sittings.was_refused(officer, 0, "10.0.0.9")
    with pytest.raises(Refused):
        sittings.may_try(99, 1, "10.0.0.9")
    sittings.may_try(99, SIGN_IN_REST_MS + 1, "10.0.0.9")
    sittings = Sittings()
    for at in range(SIGN_INS_REFUSED_IN_ALL_MAX):
        sittings.was_refused(3, 0, f"10.0.0.{at}")
    with pytest.raises(Refused):
        sittings.may_try(3, 1, "10.1.0.1")
