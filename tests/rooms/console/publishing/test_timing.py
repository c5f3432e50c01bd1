"""Whether the instant has come: this clock, and who bears it out where it is not known to be right. (R-545)"""

from __future__ import annotations

import pytest

from openline.console.publishing.filing import undisputed
from openline.console.publishing.timing import clock_word, why_not_yet
from openline.limits import CLOCK_TOLERANCE_MS
from openline.store.memory import MemoryStore
from tests.rooms.store.spoken import Party, arrive

AT = 1_800_000_000_000


def test_a_clock_is_believed_where_the_others_agree() -> None:
    assert clock_word([]) == clock_word([None, None]) == "unknown"
    assert clock_word([0, None]) == clock_word([CLOCK_TOLERANCE_MS, -CLOCK_TOLERANCE_MS]) == "agrees"
    assert clock_word([0, CLOCK_TOLERANCE_MS + 1]) == "disagrees"


@pytest.mark.parametrize("clock", ["agrees", "disagrees", "unknown"])
def test_nothing_before_the_instant_by_our_own_clock_whatever_others_say(clock: str) -> None:
    why = why_not_yet(AT, AT - 1, clock, AT + 1)
    assert "the agreed instant is" in why and (clock == "agrees" or clock in why)


def test_at_the_instant_a_known_clock_is_enough_and_another_needs_a_witness() -> None:
    assert why_not_yet(AT, AT, "agrees", 0) == ""
    for clock in ("disagrees", "unknown"):
        assert why_not_yet(AT, AT, clock, AT) == ""
        assert f"is {clock}" in why_not_yet(AT, AT, clock, AT - 1)
        assert "no entry of another party" in why_not_yet(AT, AT, clock, 0)


def test_what_stands_where_its_log_is_disputed_is_not_published_on() -> None:
    """R-545."""
    store, party, other = MemoryStore(), Party(1), Party(0)
    for one in (party, other):
        refs = [one.says(words) for words in ("a", "b", "c")]
        arrive(store, one, disputed_from=1 if one is party else None)
        stands = undisputed(store)
        assert [stands(ref) for ref in refs] == ([True, False, False] if one is party else [True] * 3)


def test_where_nobody_else_is_on_the_line_any_more_our_clock_decides_alone() -> None:
    assert why_not_yet(AT, AT, "unknown", 0, alone=True) == ""
    assert "the agreed instant is" in why_not_yet(AT, AT - 1, "unknown", AT + 1, alone=True)
