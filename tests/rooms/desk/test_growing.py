"""A map that grows without changing; a desk has the drafts under way at hand, and the newest closed ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.desk import acts, facts, state
from openline.desk.growing import LATELY_MAX, Growing
from openline.desk.state import Stage
from openline.errors import Refused
from tests.rooms.desk.desks import BOB, CYD, TestDesk

STEPS = st.lists(st.tuples(st.integers(0, 90), st.none() | st.integers(0, 5)), max_size=3 * LATELY_MAX)


@given(STEPS)
def test_it_is_what_a_map_would_be_and_no_older_one_changes(steps: list[tuple[int, int | None]]) -> None:
    there: dict[int, int] = {}
    growing: Growing[int, int] = Growing()
    older: list[tuple[Growing[int, int], dict[int, int]]] = []
    for key, value in steps:
        older.append((growing, dict(there)))
        if value is None:
            if key not in there:
                with pytest.raises(KeyError):
                    growing.without(key)
                continue
            del there[key]
            growing = growing.without(key)
        else:
            there[key] = value
            growing = growing.put(key, value)
    for made, wanted in (*older, (growing, there)):
        assert dict(made) == wanted and len(made) == len(wanted)
        assert all(made.get(key) == wanted.get(key) for key in range(91))


def test_a_desk_keeps_the_newest_closed_drafts_and_says_that_older_ones_are_in_the_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(state, "DRAFTS_CLOSED_KEPT_MAX", 3)
    desk = TestDesk()
    stays = desk.draft()
    for at in range(5):
        number = desk.draft()
        desk.act(acts.LetGo(number, 1), CYD)
        desk.take(facts.Recorded(number, 0, bytes(12), at), None)
    withdrawn = desk.draft()
    desk.act(acts.Withdraw(withdrawn, "not needed"), BOB)
    assert list(desk.state.under_way) == [stays]
    assert list(desk.state.drafts) == [stays, 4, 5, 6]
    assert desk.state.drafts[withdrawn].stage is Stage.WITHDRAWN
    assert desk.state.drafts[5].version.body == desk.state.drafts[5].evidence == b"", "their words are in the log"
    with pytest.raises(Refused, match="D-1 was recorded or withdrawn long ago; the desk's log has it"):
        desk.act(acts.Submit(1, 1), BOB)
    with pytest.raises(Refused, match="there is no draft D-99"):
        desk.act(acts.Submit(99, 1), BOB)
    assert desk.draft() == 7, "numbers go on"
