"""Taking turns, on a clock of the test's own: no word lost for ever, whatever the radio does to whom."""

from __future__ import annotations

import heapq
import random
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.bearer.contract import BearerFacts
from openline.bearer.turns import OVER_BYTES, Over, TurnReader, Turns, encode_over, parse_over, times_of
from openline.errors import Malformed
from openline.line.state import Duplex
from openline.wire.frame import encode_frame

RATE = 100  # bytes a second
FACTS = BearerFacts("radio", RATE, 500, 1024, Duplex.HALF, 86_400_000)


class Heard(NamedTuple):
    """Something on the air, at one ear."""

    began: float
    until: float
    frames: int
    over: Over | None


class Radio:
    """Two sides of one `Turns` each. Frames of 100 bytes; who speaks hears nothing; what overlaps is noise."""

    def __init__(self, seed: int, lost: float, frames: tuple[int, int], late_s: float = 0.4) -> None:
        self.draw = random.Random(seed)
        self.lost = lost
        self.late_s = late_s
        self.left = list(frames)  # still to be said, each side
        self.came = [0, 0]
        self.spoke: list[list[tuple[float, float]]] = [[], []]
        self.sides = [Turns(n, 1 - n, times_of(FACTS), self.draw.random) for n in (0, 1)]
        self.queue: list[tuple[float, int, int, str, Heard | None]] = []
        self.number = 0
        for side in (0, 1):
            self.sides[side].open(0.0)
            self._at(0.0, side, "look", None)

    def _at(self, when: float, side: int, what: str, heard: Heard | None) -> None:
        self.number += 1
        heapq.heappush(self.queue, (when, self.number, side, what, heard))

    def run(self, until: float) -> float:
        """Returns when nothing is left to be said, or at `until`."""
        now = 0.0
        while self.queue and now < until and any(self.left):
            now, _, side, what, heard = heapq.heappop(self.queue)
            if what == "look":
                self._look(side, now)
            elif what == "end":
                self.sides[side].end(now)
                self._at(now + 0.01, side, "look", None)
            elif heard is not None:
                self._hear(side, now, heard)
        return now

    def _look(self, side: int, now: float) -> None:
        turns = self.sides[side]
        if turns.is_ours:
            return
        if not self.left[side] and not turns.owes_answer:
            self._at(now + 0.1, side, "look", None)
            return
        wait_s = turns.may_begin_in(now)
        if wait_s > 0:
            self._at(now + wait_s, side, "look", None)
            return
        turns.begin(now)
        frames, until = 0, now
        while frames < self.left[side] and turns.may_say_more(until):
            frames, until = frames + 1, until + 100 / RATE
        word = parse_over(turns.word(more=frames < self.left[side]))
        until += OVER_BYTES / RATE
        self.spoke[side].append((now, until))
        self._at(until, side, "end", None)
        for tenth in range(1, round((until - now) / 0.1)):
            said = now + tenth * 0.1
            self._at(said + self.late_s, 1 - side, "hear", Heard(said - 0.1, said, 0, None))
        self._at(until + self.late_s, 1 - side, "hear", Heard(now, until, frames, word))

    def _hear(self, side: int, now: float, heard: Heard) -> None:
        began, until = heard.began + self.late_s, heard.until + self.late_s
        if any(since < until and last > began for since, last in self.spoke[side]):
            return  # spoke itself
        turns = self.sides[side]
        turns.heard(now, sure=True)
        for _ in range(heard.frames):
            if self.draw.random() >= self.lost:
                self.came[side] += 1
                self.left[1 - side] -= 1  # as the line's receipts would say
        if heard.over is not None and self.draw.random() >= self.lost:
            turns.over(heard.over, now)
        self._at(now, side, "look", None)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("lost", [0.0, 0.2, 0.6])
def test_both_get_all_across_however_much_is_lost(seed: int, lost: float) -> None:
    """R-242 R-243"""
    radio = Radio(seed, lost, (60, 60))
    took = radio.run(until=20_000)
    assert radio.left == [0, 0] or max(radio.left) <= 0, f"stuck after {took:.0f} s: {radio.left}"


@pytest.mark.parametrize("seed", range(10))
def test_neither_waits_long_for_the_other_who_has_much_to_say(seed: int) -> None:
    """R-244"""
    radio = Radio(seed, 0.0, (500, 3))
    radio.run(until=60)
    assert radio.came[0] >= 3


def test_without_loss_taking_turns_costs_little() -> None:
    """R-241: a handing over is a few bytes and the way there."""
    radio = Radio(1, 0.0, (100, 100))
    took = radio.run(until=10_000)
    turns = sum(len(one) for one in radio.spoke)
    assert took <= 200 * 100 / RATE + turns * (OVER_BYTES / RATE + radio.late_s + 0.2) + 10


def test_who_alone_has_something_to_say_is_not_held_up_by_a_silent_other() -> None:
    radio = Radio(3, 0.0, (0, 40))
    assert radio.run(until=10_000) < 40 + 40 * 0.9 + 10
    assert radio.came[0] == 40


@given(st.integers(0, 7), st.booleans(), st.booleans())
def test_an_end_of_a_turn_reads_as_it_was_written(place: int, more: bool, answers: bool) -> None:
    """R-241"""
    over = Over(place, more, answers)
    assert parse_over(encode_over(over)) == over


@given(st.binary(max_size=6))
def test_no_other_spelling_is_taken(data: bytes) -> None:
    """R-241"""
    over = parse_over(data)
    assert over is None or encode_over(over) == data


@given(st.lists(st.one_of(st.binary(max_size=40), st.sampled_from(["frame", "over", "quiet"])), max_size=20), st.data())
def test_whatever_comes_in_whatever_pieces_nothing_is_raised_and_ends_outside_frames_are_found(
    parts: list[bytes | str], data: st.DataObject
) -> None:
    """R-240 R-241"""
    whole, pieces = TurnReader(200), TurnReader(200)
    frame, over = encode_frame(bytes(range(60))), encode_over(Over(2, more=True))
    for part in parts:
        if part == "quiet":
            one, two = whole.quiet(), pieces.quiet()
        else:
            spoken = part if isinstance(part, bytes) else frame if part == "frame" else over
            one = whole.feed(spoken)
            at = data.draw(st.integers(0, len(spoken)))
            two = [*pieces.feed(spoken[:at]), *pieces.feed(spoken[at:])]
        assert [x for x in one if not isinstance(x, Malformed)] == [x for x in two if not isinstance(x, Malformed)]
    whole.quiet()
    whole.feed(frame)  # confirms or ends what was before
    whole.quiet()
    assert bytes(range(60)) in whole.feed(frame)
    assert Over(2, more=True) in whole.feed(over)
    assert not whole.is_waiting


# --- who does not keep the rules


def spoken(heard: float, *, over_every_s: float = 0.0, for_s: float = 600.0) -> tuple[int, Turns]:
    """How often a side comes to speak while frames are heard every `heard` seconds, and ends of turns now and then."""
    times = times_of(FACTS)
    turns = Turns(1, 0, times, lambda: 1.0)
    turns.open(0.0)
    begun, over_at, now = 0, over_every_s, 0.0
    while now < for_s:
        turns.heard(now, sure=True)
        if over_every_s and now >= over_at:
            turns.over(Over(0, True), now)
            over_at = now + over_every_s
        if turns.may_begin_in(now) <= 0:
            turns.begin(now)
            frames = 0
            while turns.may_say_more(now):
                frames += 1
                now += 1.0
            assert frames == 1 or over_every_s, "nobody answers: one frame a turn"
            turns.end(now)
            begun += 1
        now += heard
    return begun, turns


@pytest.mark.parametrize("heard", [0.05, 0.3, 1.0])
def test_who_never_yields_its_turn_does_not_keep_us_from_speaking_for_ever(heard: float) -> None:
    """R-244: heads of frames cost a liar a few bytes; a turn has an end, also where nobody says so."""
    begun, _ = spoken(heard)
    times = times_of(FACTS)
    assert 600 / (times.longest_s + times.hush_s + times.slot_s * 2 + 3) - 1 <= begun <= 600 / times.longest_s + 1


def test_who_yields_in_time_is_never_interrupted_however_long_it_goes_on() -> None:
    """R-244: honest turns of full length, with a frame of full length at their end, one after another."""
    times = times_of(FACTS)
    turns = Turns(1, 0, times, lambda: 0.0)
    turns.open(0.0)
    now = 0.0
    for _ in range(20):
        end = now + times.turn_s + FACTS.frame_bytes_max / RATE
        while now < end:
            turns.heard(now, sure=True)
            assert turns.may_begin_in(now) > 0, "they speak"
            now += 0.1
        turns.over(Over(0, True, answers=True), now)
        assert turns.may_begin_in(now) <= 0 and turns.owes_answer
        turns.begin(now)
        turns.end(now + 0.1)
        now += 0.2


def test_turns_claimed_out_of_order_end_ours_no_sooner_and_begin_theirs_no_later() -> None:
    """R-243: an end of a turn while we speak, one in our own name, one of a place that is not theirs."""
    turns = Turns(0, 1, times_of(FACTS), lambda: 0.0)
    turns.open(0.0)
    turns.begin(10.0)
    assert turns.may_say_more(10.0)
    for word in (Over(1, False), Over(1, True), Over(0, True), Over(7, False)):
        turns.over(word, 11.0)
    assert turns.is_ours and not turns.owes_answer
    turns.end(12.0)
    for word in (Over(0, True), Over(2, True), Over(7, False)):
        turns.over(word, 12.1)
        assert turns.may_begin_in(12.1) > 0 and not turns.owes_answer
