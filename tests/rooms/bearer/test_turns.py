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
