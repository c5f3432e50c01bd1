"""A peer with real keys sends a few bytes that open to megabytes: what is opened for it in a step is bounded. R-160."""

from __future__ import annotations

import brotli
import pytest

from openline import limits
from openline.line import intake
from openline.line.events import Arrived, Tick
from openline.line.terms import weight
from openline.line.terms.rate import waiting
from openline.record.entry import MESSAGE
from openline.wire.codec import BROTLI
from openline.wire.items import Checkpoint, Commit, Item, LogRef, Receipt, Run, WireEntry
from tests.rooms.line.desks import OPENED_AT_MS
from tests.rooms.line.pens import Pen
from tests.rooms.line.test_hostile import heard, met, pen
from tests.rooms.line.test_rate import RATE, flood, limited

BODY = bytes(limits.BODY_BYTES_MAX)
CODED = brotli.compress(BODY, lgwin=18)
COUNT = limits.PENDING_BYTES_MAX // len(BODY) - 1  # of such bodies in one commit, at most
MOST = limits.OPENED_A_STEP_MAX // limits.PENDING_BYTES_MAX  # whole commits of them in a step


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many entries were opened, each time."""
    counts: list[int] = []
    real = intake.rebuild

    def counting(state, pending, count, *more):  # type: ignore[no-untyped-def]
        counts.append(count)
        return real(state, pending, count, *more)

    monkeypatch.setattr(intake, "rebuild", counting)
    return counts


def unsigned(mine: Pen) -> tuple[Item, Item]:
    """Four hundred bytes that open to eight megabytes, under a signature that nobody made."""
    (first,) = mine.entries(0, 1).entries
    more = (WireEntry(MESSAGE, 0, OPENED_AT_MS, (), BROTLI, CODED),) * COUNT
    return mine.opening(), Commit(mine.ref, 0, (Run(COUNT + 1, ()),), (first, *more), bytes(64))


def test_what_no_signature_covers_is_opened_twice_in_a_step_and_other_peers_have_theirs(opened: list[int]) -> None:
    """R-160. A frame of 200 kB kept a station at it for six seconds, and a turn took ten of them."""
    wire = met(3)
    desk = wire.desks[0]
    frames = [Arrived(1, "wire", b"liar", unsigned(pen(wire, bytes([n])))) for n in range(40)]
    honest = pen(wire, b"other", party=2)
    desk.take((*frames, Arrived(2, "wire", b"true", honest.items())), wire.now_ms)
    assert opened.count(COUNT + 1) == 2, "each weighs four times as much"
    assert desk.size(honest.log) == 1
    heard(wire, *unsigned(pen(wire, b"next")))
    assert opened.count(COUNT + 1) == 3, "each step has its own measure"


def test_what_is_signed_and_grows_is_taken_step_by_step(opened: list[int]) -> None:
    """R-160. Frames of 250 kB became gigabytes in memory, all in one transaction."""
    wire = met()
    desk = wire.desks[0]
    pens = [pen(wire, bytes([n])) for n in range(2 * MOST)]
    for mine in pens:
        for _ in range(COUNT):
            mine.write(BODY)
    frames = [Arrived(1, "wire", b"liar", mine.items(0, BROTLI, CODED)) for mine in pens]
    desk.take(frames, wire.now_ms)
    held = [mine for mine in pens if desk.size(mine.log)]
    assert MOST <= len(held) <= MOST + 1 and len(opened) == len(held)
    left = pens[len(held)]
    (answer,) = heard(wire, Checkpoint(left.ref, COUNT + 1, left.sign(COUNT + 1)))
    assert isinstance(answer, Receipt), "what was left waits for the next step"
    assert desk.size(left.log) == COUNT + 1


def test_an_entry_ahead_of_its_log_weighs_as_well(opened: list[int]) -> None:
    """R-160, R-221."""
    wire = met()
    mine = pen(wire)
    mine.write(b"x", precedence=2)
    ahead = mine.ahead(1, 2)
    bad = ahead._replace(entry=ahead.entry._replace(codec=BROTLI, body=CODED), signature=bytes(64))
    heard(wire, mine.opening(), *[bad] * 200)
    assert len(opened) == -(-limits.OPENED_A_STEP_MAX // (4 * (limits.BODY_BYTES_MAX + 512)))
    opened.clear()
    heard(wire, mine.opening(), ahead)
    assert len(opened) == 1 and wire.desks[0].turns.state.held_ahead


def test_bodies_that_travel_as_they_are_weigh_nothing_once_they_are_admitted() -> None:
    """R-160. A stick brings a hundred megabytes in one go, and nobody repeats it."""
    wire = met()
    desk = wire.desks[0]
    pens = [pen(wire, bytes([n])) for n in range(8)]
    for mine in pens:
        for _ in range(COUNT):
            mine.write(BODY)
    desk.take([Arrived(1, "wire", b"true", mine.items()) for mine in pens], wire.now_ms)
    assert [desk.size(mine.log) for mine in pens] == [COUNT + 1] * len(pens)
    assert len(pens) * COUNT * len(BODY) > limits.OPENED_A_STEP_MAX


def test_what_waits_for_its_minute_is_not_opened_with_every_checkpoint(opened: list[int]) -> None:
    """R-160, R-181. Each of 256 checkpoints in a frame opened everything that waited, to find that it must wait."""
    wire, amber, birch = limited()
    wire.connect(0, 1)
    wire.settle(2)
    for _ in range(3):
        flood(wire, RATE)
        wire.settle()
    assert waiting(birch.turns.state, wire.now_ms) == [0]
    before = birch.size(amber.own)
    held = amber.turns.state.logs[amber.own]
    name = Checkpoint(LogRef(0, amber.own.generation), held.size, held.noted.signature)
    opened.clear()
    step_frames = [Arrived(0, "wire", amber.start_bytes, (name,) * 200) for _ in range(4)]
    birch.take(step_frames, wire.now_ms)
    count = held.size - before
    could = limits.OPENED_A_STEP_MAX // (weight.FOR_NOTHING_TIMES * 512 * count)
    assert 1 <= len(opened) <= could + 1
    assert birch.size(amber.own) == before
    for _ in range(100):
        wire.now_ms += limits.HAIL_EVERY_MS
        for desk in (amber, birch):
            wire.put(desk.me, desk.take((Tick(),), wire.now_ms))
        wire.settle()
    assert birch.size(amber.own) == held.size
