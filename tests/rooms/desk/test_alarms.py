"""Alarms: acknowledging ends the sound and never the fact; nothing is silent for ever; the hours are counted."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline import limits
from openline.desk import alarms
from openline.desk.alarms import Board, Cause, Kind, Priority, Standing, cause_of, follow
from openline.errors import Refused

DISK = Cause("disk", Kind.DISK, Priority.TOP, "takes nothing")
CLOCK = cause_of("clock Birch", "12 s ahead")
FLASH = Cause("message 1/ab/4", Kind.NEED, Priority.TOP, "FLASH of Birch")
MINUTE_MS = 60_000


def raised(*causes: Cause, now_ms: int = 0) -> Board:
    return follow(Board(), causes, now_ms)


def heard(board: Board) -> str:
    alarm = alarms.sounding(board)
    return alarm.cause.name if alarm is not None else ""


def test_acknowledging_ends_the_sound_and_not_the_fact() -> None:
    board = raised(DISK)
    assert heard(board) == "disk"
    board = alarms.acknowledge(board, "disk", "Ann")
    board = follow(board, [DISK], 23 * 3_600_000)
    assert heard(board) == ""
    assert board.alarms["disk"].standing is Standing.ACKNOWLEDGED and board.alarms["disk"].by == "Ann"
    assert follow(board, [], 23 * 3_600_000).alarms == {}


def test_what_ended_before_anybody_saw_it_stays_listed_in_silence() -> None:
    board = follow(raised(DISK), [], 1_000)
    assert heard(board) == "" and board.alarms["disk"].standing is Standing.RETURNED
    assert alarms.acknowledge(board, "disk", "Ann").alarms == {}
    again = follow(board, [DISK], 2_000)
    assert heard(again) == "disk" and alarms.within_hour(again, 2_000) == 2


def test_what_nobody_acknowledges_rings_again_a_level_higher() -> None:
    board = raised(DISK)
    for level in (1, 2, 3, 3, 3):
        rang_ms = board.alarms["disk"].rang_ms
        before = follow(board, [DISK], rang_ms + alarms.RINGS_AGAIN_AFTER_MS[Priority.TOP] - 1)
        assert before.alarms["disk"].rang_ms == rang_ms
        board = follow(board, [DISK], rang_ms + alarms.RINGS_AGAIN_AFTER_MS[Priority.TOP])
        assert board.alarms["disk"].level == level


def test_what_gets_worse_rings_again_although_it_was_acknowledged() -> None:
    board = alarms.acknowledge(raised(FLASH), FLASH.name, "Ann")
    assert heard(follow(board, [FLASH], MINUTE_MS)) == ""
    overdue = follow(board, [FLASH._replace(stage=1)], MINUTE_MS)
    assert heard(overdue) == FLASH.name and overdue.alarms[FLASH.name].level == 1
    quiet = alarms.acknowledge(overdue, FLASH.name, "Ann")
    assert heard(follow(quiet, [FLASH._replace(stage=1)], 2 * MINUTE_MS)) == ""


def test_words_that_change_wake_nobody() -> None:
    board = alarms.acknowledge(raised(CLOCK), CLOCK.name, "Ann")
    after = follow(board, [CLOCK._replace(text="13 s ahead")], 1_000)
    assert heard(after) == "" and after.alarms[CLOCK.name].cause.text == "13 s ahead"


def test_the_shelf_has_an_end_a_reason_and_a_name() -> None:
    board = alarms.shelve(raised(CLOCK), CLOCK.name, 5 * MINUTE_MS, "they are setting it", "Ann", 0)
    assert heard(board) == "" and board.alarms[CLOCK.name].remark == "they are setting it"
    assert heard(follow(board, [CLOCK], 5 * MINUTE_MS - 1)) == ""
    assert heard(follow(board, [CLOCK], 5 * MINUTE_MS)) == CLOCK.name
    assert heard(alarms.take_off(board, CLOCK.name, 1)) == CLOCK.name
    assert follow(board, [], 1).alarms == {}
    with pytest.raises(Refused, match="shelf"):
        alarms.acknowledge(board, CLOCK.name, "Ann")
    with pytest.raises(Refused, match="not on the shelf"):
        alarms.take_off(raised(CLOCK), CLOCK.name, 0)


@pytest.mark.parametrize(
    ("name", "for_ms", "remark", "says"),
    [
        (FLASH.name, MINUTE_MS, "why", "acknowledged, not shelved"),
        (CLOCK.name, limits.ALARM_SHELVED_MS_MIN - 1, "why", "1 to 720 minutes"),
        (CLOCK.name, limits.ALARM_SHELVED_MS_MAX + 1, "why", "1 to 720 minutes"),
        (CLOCK.name, MINUTE_MS, "  ", "word of why"),
        (CLOCK.name, MINUTE_MS, "x" * (limits.REMARK_CHARS_MAX + 1), "word of why"),
        ("moon", MINUTE_MS, "why", "no alarm 'moon'"),
        ("ended", MINUTE_MS, "why", "has ended"),
    ],
)
def test_what_is_not_shelved(name: str, for_ms: int, remark: str, says: str) -> None:
    ended = cause_of("ended", "")
    board = follow(raised(FLASH, CLOCK, ended), [FLASH, CLOCK], 1)
    with pytest.raises(Refused, match=says):
        alarms.shelve(board, name, for_ms, remark, "Ann", 0)


def test_a_test_alarm_gives_way_and_leaves_nothing_behind() -> None:
    test = Cause("test", Kind.TEST, Priority.TOP, "")
    assert heard(raised(test, CLOCK)) == CLOCK.name
    assert heard(raised(test)) == "test"
    assert follow(raised(test), [], 1).alarms == {}


def test_a_message_that_was_opened_needs_no_other_acknowledgement() -> None:
    assert follow(raised(FLASH), [], 1).alarms == {}


def test_the_most_urgent_is_heard_and_read_first() -> None:
    board = raised(CLOCK, DISK)
    assert heard(board) == "disk"
    assert [one.cause.name for one in alarms.in_order(board)] == ["disk", CLOCK.name]
    board = alarms.acknowledge(board, "disk", "Ann")
    assert heard(board) == CLOCK.name
    assert [one.cause.name for one in alarms.in_order(board)] == [CLOCK.name, "disk"]


def test_hours_are_counted_by_themselves() -> None:
    hour_ms, board = alarms.HOUR_MS, Board()
    for hour, count in enumerate((1, 3, 0, 2)):
        for minute in range(count):
            now_ms = hour * hour_ms + minute * MINUTE_MS
            board = follow(board, [DISK], now_ms)
            board = follow(board, [], now_ms + 1)
    now_ms = 4 * hour_ms - 1
    assert alarms.by_hour(board, now_ms, 4) == [1, 3, 0, 2]
    assert alarms.within_hour(board, now_ms) == 2
    assert alarms.by_hour(follow(board, [], 30 * hour_ms), 30 * hour_ms, 24) == [0] * 24


def test_what_a_board_has_no_place_for_is_counted_and_rings_together() -> None:
    many = [Cause(f"link {n}", Kind.LINE, Priority.LOW, "") for n in range(limits.ALARMS_MAX)]
    board = follow(Board(), many, 0)
    assert alarms.MORE not in board.alarms and len(board.alarms) == limits.ALARMS_MAX
    disk = Cause("disk", Kind.DISK, Priority.TOP, "it takes nothing")
    board = follow(board, [*many, disk], 0)
    assert "disk" in board.alarms and len(board.alarms) == limits.ALARMS_MAX
    more = board.alarms[alarms.MORE].cause
    assert more.priority == Priority.LOW and more.text.startswith("2 more alarms")
    assert alarms.MORE not in follow(board, many, 0).alarms


def test_a_name_says_what_an_alarm_is_about() -> None:
    about = {"contact B": Kind.LINE, "link test B": Kind.LINE, "dispute 1/aa": Kind.RECORD, "disk": Kind.DISK,
             "sound": Kind.SOUND, "keyring": Kind.KEYS, "never seen before": Kind.PROGRAM}
    assert {name: cause_of(name, "").kind for name in about} == about


_CAUSES = st.lists(
    st.builds(
        Cause,
        st.sampled_from("abcdef"),
        st.sampled_from([Kind.LINE, Kind.NEED, Kind.TEST]),
        st.sampled_from(Priority),
        st.just(""),
        st.booleans(),
        st.integers(0, 2),
    ),
    unique_by=lambda cause: cause.name,
)
_STEP = st.tuples(_CAUSES, st.integers(0, 40 * MINUTE_MS), st.sampled_from("nnash"), st.sampled_from("abcdef"))
_STEPS = st.lists(_STEP)


@given(_STEPS)
def test_whatever_happens_no_fact_is_lost_and_no_silence_is_for_ever(
    steps: Sequence[tuple[list[Cause], int, str, str]],
) -> None:
    board, now_ms = Board(), 0
    for causes, after_ms, act, name in steps:
        before, now_ms = board, now_ms + after_ms
        board = follow(board, causes, now_ms)
        assert {cause.name for cause in causes} <= set(board.alarms)  # what is the case is listed, always
        for alarm in board.alarms.values():
            ended = alarm.cause.name not in {cause.name for cause in causes}
            assert ended == (alarm.standing is Standing.RETURNED)
            if alarm.standing is Standing.ACKNOWLEDGED:  # only a person's act makes silence
                assert before.alarms[alarm.cause.name].standing is Standing.ACKNOWLEDGED
            if alarm.standing is Standing.SHELVED:
                assert now_ms < alarm.until_ms <= now_ms + limits.ALARM_SHELVED_MS_MAX
            if alarm.standing is Standing.UNACKNOWLEDGED:
                assert now_ms - alarm.rang_ms < alarms.RINGS_AGAIN_AFTER_MS[alarm.cause.priority]
        loud = [one for one in board.alarms.values() if one.standing is Standing.UNACKNOWLEDGED]
        assert (alarms.sounding(board) is None) == (not loud)
        try:
            if act == "a":
                board = alarms.acknowledge(board, name, "Ann")
            elif act == "s":
                board = alarms.shelve(board, name, MINUTE_MS, "why", "Ann", now_ms)
            elif act == "h":
                board = alarms.take_off(board, name, now_ms)
        except Refused:
            assert act != "n"
