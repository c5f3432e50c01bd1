"""The decision table: for whatever conditions, one row."""

from __future__ import annotations

from openline.contact.declared import DeclaredState
from openline.contact.table import (
    TABLE,
    Conditions,
    State,
    every_condition,
    matching,
    observed_of,
    state_of,
)


def test_exactly_one_row_matches_whatever_is_the_case() -> None:
    """R-253: over the whole cross product."""
    conditions = every_condition()
    assert len(conditions) == len(set(conditions)) == 2**5 * 3
    for one in conditions:
        assert len(matching(one)) == 1, one


def test_every_row_is_needed_and_every_state_is_reached() -> None:
    """R-253."""
    reached = {state_of(one) for one in every_condition()}
    assert reached == set(State)
    for row in range(len(TABLE)):
        left = [one for place, (one, _) in enumerate(TABLE) if place != row]
        unmatched = [
            given
            for given in every_condition()
            if not any(all(w is None or w == g for w, g in zip(one, given, strict=True)) for one in left)
        ]
        assert unmatched, f"row {row} says nothing that the others do not"


def test_never_green_without_a_young_signature_and_never_by_a_signature_alone() -> None:
    """R-253."""
    for one in every_condition():
        if state_of(one) is State.UP:
            assert one.signed and one.live and not one.fault and one.declared is DeclaredState.OPEN
        if observed_of(one) is State.UP:
            assert one.signed and one.live


def test_never_red_while_anything_proves_life() -> None:
    """R-253: a test that was answered is a proof of life."""
    for one in every_condition():
        if one.recent or one.live:
            assert state_of(one) not in (State.SILENT, State.NEVER)


def test_our_own_fault_is_never_called_their_silence() -> None:
    """R-253."""
    for one in every_condition():
        if one.fault:
            assert state_of(one) is State.OUR_FAULT


def test_what_is_declared_hides_nothing_that_is_observed() -> None:
    """R-253: two facts, kept apart."""
    answering = Conditions(False, DeclaredState.SUSPENDED, live=True, signed=True, recent=True, ever=True)
    assert (state_of(answering), observed_of(answering)) == (State.SUSPENDED, State.UP)
    refused = Conditions(False, DeclaredState.REFUSED, live=False, signed=False, recent=False, ever=True)
    assert (state_of(refused), observed_of(refused)) == (State.REFUSED, State.SILENT)
