"""The annunciator trusts no silence: no answer and no progress are alarms of its own."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from openline.desk import ringing
from openline.desk.alarms import Priority
from openline.desk.ringing import LOST, Heard, Ring, Ringing
from openline.limits import STATION_LOST_AFTER_MS

DISK = Ring("disk", "disk", Priority.TOP, False, 0, "takes nothing")
SECOND_MS = 1_000


def asked(state: Ringing, answers: Sequence[Heard | None], from_ms: int = 0) -> Ringing:
    """One question a second."""
    for number, heard in enumerate(answers, start=1):
        state = ringing.listen(state, heard, from_ms + number * SECOND_MS)
    return state


def test_a_station_that_works_and_has_no_alarm_is_silence() -> None:
    state = asked(ringing.begin(0), [Heard(n, None) for n in range(100)])
    assert state.ring is None and ringing.to_play(state, 100 * SECOND_MS) is None


def test_no_answer_is_an_alarm_and_an_answer_ends_it() -> None:
    state = asked(ringing.begin(0), [Heard(1, None), *[None] * 9])
    assert state.ring is None
    state = asked(state, [None], 10 * SECOND_MS)
    assert state.ring is not None and state.ring.kind == LOST and "not answered" in state.ring.text
    assert asked(state, [Heard(2, DISK)], 11 * SECOND_MS).ring == DISK


def test_a_station_that_never_answered_is_lost_too() -> None:
    state = ringing.listen(ringing.begin(0), None, STATION_LOST_AFTER_MS)
    assert state.ring is not None and state.ring.kind == LOST


def test_answers_of_a_station_that_stands_still_are_an_alarm() -> None:
    state = asked(ringing.begin(0), [Heard(7, None)] * 11)
    assert state.ring is not None and state.ring.kind == LOST and "stood still" in state.ring.text
    assert asked(state, [Heard(8, None)], 11 * SECOND_MS).ring is None


def test_losing_the_station_is_heard_over_what_rang_before() -> None:
    state = asked(ringing.begin(0), [Heard(1, DISK), *[None] * 10])
    assert state.ring is not None and state.ring.kind == LOST


def test_hushing_has_an_end_and_hushes_nothing_else() -> None:
    lost = ringing.listen(ringing.begin(0), None, STATION_LOST_AFTER_MS)
    hushed = ringing.hush(lost, STATION_LOST_AFTER_MS)
    assert ringing.to_play(hushed, STATION_LOST_AFTER_MS + ringing.HUSH_MS - 1) is None
    assert ringing.to_play(hushed, STATION_LOST_AFTER_MS + ringing.HUSH_MS) == lost.ring
    back = ringing.listen(hushed, Heard(1, DISK), STATION_LOST_AFTER_MS + SECOND_MS)
    assert ringing.to_play(back, STATION_LOST_AFTER_MS + SECOND_MS) == DISK
    again = ringing.listen(back, None, 3 * STATION_LOST_AFTER_MS)
    played = ringing.to_play(again, 3 * STATION_LOST_AFTER_MS)
    assert played is not None and played.kind == LOST  # what was hushed before the station came back counts no more


def test_what_is_new_or_rose_is_heard_at_once_and_then_in_its_pace() -> None:
    state = ringing.played(asked(ringing.begin(0), [Heard(1, DISK)]), DISK, SECOND_MS)
    assert ringing.to_play(state, SECOND_MS + 2_999) is None
    assert ringing.to_play(state, SECOND_MS + 3_000) == DISK
    risen = DISK._replace(level=1)
    state = ringing.listen(state, Heard(2, risen), SECOND_MS + 1)
    assert ringing.to_play(state, SECOND_MS + 1) == risen


_ANSWERS = st.none() | st.builds(Heard, st.integers(0, 3), st.sampled_from([None, DISK]))


@given(st.lists(st.tuples(st.integers(1, 20_000), _ANSWERS)))
def test_silence_is_only_where_the_station_answered_and_moved_lately(steps: list[tuple[int, Heard | None]]) -> None:
    state, now_ms = ringing.begin(0), 0
    answered_ms = moved_ms = 0
    beat = -1
    for after_ms, heard in steps:
        now_ms += after_ms
        state = ringing.listen(state, heard, now_ms)
        if heard is not None:
            answered_ms = now_ms
            if heard.beat != beat:
                beat, moved_ms = heard.beat, now_ms
        is_lost = now_ms - min(answered_ms, moved_ms) >= STATION_LOST_AFTER_MS
        assert (state.ring is not None and state.ring.kind == LOST) == is_lost
        if heard is not None and not is_lost:
            assert state.ring == heard.ring
