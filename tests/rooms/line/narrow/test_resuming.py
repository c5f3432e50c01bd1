"""A long item over a slow road that loses frames: only what did not come goes again. R-211 to R-213."""

from __future__ import annotations

import random
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openline import limits
from openline.line.events import BlobWanted
from openline.line.narrow.outbox import Outbox
from openline.line.narrow.resuming import Lacking
from openline.line.narrow.waiting import both, joined
from openline.line.ports import PutBlob
from openline.line.state import Flow
from openline.line.turn import Heard
from openline.wire.fragments import Reassembly
from openline.wire.items import BlobAsk, Fragment, Gaps, decode_items, encode_item
from tests.rooms.line.narrow.air import RADIO_1200, TLS, Air
from tests.rooms.line.narrow.test_outbox import LOG, MODEM, OPENED_AT_MS, RADIO, commit, put

LETTER_BYTES = 30_000
DAY_MS = 86_400_000


def letter(air: Air, seed: int = 7) -> int:
    """A letter that does not compress; the size of the log it makes."""
    air.write(0, random.Random(seed).randbytes(LETTER_BYTES))
    return air.desks[0].size(air.desks[0].own)


def sent(loss: float, seed: int) -> int:
    """Bytes that the writer sends until it has the receipt for its letter."""
    draw = random.Random(seed)
    air = Air(RADIO_1200)
    air.run(120_000)
    before = air.sent_bytes[0]
    air.roads["radio"].lost = lambda _: draw.random() < loss
    size = letter(air)
    air.run(DAY_MS, lambda: air.receipted(0) >= size)
    assert air.receipted(0) == size
    return air.sent_bytes[0] - before


@pytest.mark.parametrize(
    ("loss", "more"),
    [(0.02, 1.1), *(pytest.param(*one, marks=pytest.mark.whole) for one in ((0.1, 1.35), (0.3, 2.2)))],
)
def test_what_was_lost_goes_again_and_not_the_letter(loss: float, more: float) -> None:
    whole = sent(0, 0)
    for seed in (1, 2, 3):
        again = sent(loss, seed)
        assert again < whole * more, (loss, seed, again, whole)


def test_a_receiver_that_forgets_what_came_gets_all_of_it() -> None:
    """Its pieces are volatile: it asks for nothing of what it has not heard of, and the letter is there in the end."""
    draw = random.Random(3)
    air = Air(RADIO_1200)
    air.run(120_000)
    air.roads["radio"].lost = lambda _: draw.random() < 0.05
    size = letter(air)
    for _ in range(4):
        air.run(60_000)
        air.desks[1].heard = {party: Heard(OPENED_AT_MS) for party in range(2)}
    air.run(DAY_MS, lambda: air.receipted(0) >= size)
    assert air.receipted(0) == size


def test_a_road_that_was_cut_goes_on_where_it_was() -> None:
    whole = sent(0, 0)
    air = Air(RADIO_1200)
    air.run(120_000)
    before = air.sent_bytes[0]
    size = letter(air)
    air.run(150_000)
    air.roads["radio"].dead = True
    air.run(20_000)
    air.roads["radio"].dead = False
    air.run(DAY_MS, lambda: air.receipted(0) >= size)
    assert air.receipted(0) == size and air.sent_bytes[0] - before < whole * 1.3


def test_what_somebody_said_before_is_not_taken_from_him_who_says_it_again() -> None:
    """R-213: one recorded frame must not have us say a letter again for ever."""
    draw = random.Random(1)
    air = Air(RADIO_1200)
    air.run(120_000)
    air.roads["radio"].lost = lambda _: draw.random() < 0.1
    size = letter(air)
    told = lambda: [one for one in air.arrived if any(isinstance(item, Gaps) for item in one.items)]  # noqa: E731
    air.run(DAY_MS, lambda: len(told()) >= 1)
    (recorded,) = told()[:1]
    air.run(DAY_MS, lambda: not air.pacing[0])
    air.take(0, recorded)
    assert all(count < limits.NARROW_WHOLE_BYTES for count in air.pacing[0].waiting_bytes().values())
    air.run(DAY_MS, lambda: air.receipted(0) >= size)
    assert air.receipted(0) == size


def test_a_broad_road_is_told_nothing() -> None:
    pieces, lacking = Reassembly(), Lacking()
    pieces.take(Fragment(b"12345678", 0, 100, b"x" * 10))
    for now_ms in range(0, 10 * DAY_MS, 3_600_000):
        assert lacking.due(pieces, TLS, now_ms) == ()


def test_it_is_told_when_quiet_each_time_later_and_not_for_ever() -> None:
    """R-212"""
    pieces, lacking = Reassembly(), Lacking()
    pieces.take(Fragment(b"12345678", 10, 100, b"x" * 10))
    times = [at for at in range(0, DAY_MS, 500) if lacking.due(pieces, RADIO_1200, at)]
    quiet_ms = limits.NARROW_QUIET_MS + 2 * RADIO_1200.latency_ms
    assert len(times) == limits.NARROW_TOLD_TIMES_MAX
    assert times[0] == quiet_ms and times[1] - times[0] == 2 * quiet_ms
    pieces.take(Fragment(b"12345678", 0, 100, b"x" * 10))
    later = [gaps for at in range(DAY_MS, DAY_MS + 60_000, 500) for gaps in lacking.due(pieces, RADIO_1200, at)]
    assert later and later[0].spans == ((20, 100),), "it grew: it is told again, and what lacks now"


def test_very_many_gaps_are_told_as_one_from_there_on() -> None:
    pieces = Reassembly()
    for at in range(0, 400, 4):
        pieces.take(Fragment(b"12345678", at, 1_000, b"xx"))
    ((key, came),) = pieces.unfinished().items()
    spans = pieces.gaps(key).spans
    assert came == 100 and len(spans) == limits.GAPS_TOLD_MAX
    assert spans[0] == (2, 4) and spans[-1] == (4 * limits.GAPS_TOLD_MAX - 2, 1_000)
    assert len(encode_item(pieces.gaps(key), 0)) < limits.NARROW_WHOLE_BYTES - limits.FRAME_BODY_BYTES_MIN


def test_what_has_gone_is_kept_within_bounds_and_only_if_it_was_cut() -> None:
    box = Outbox(MODEM, OPENED_AT_MS)
    now_ms = 0
    for number in range(40):
        put(box, commit(number, random.Random(number).randbytes(3_000), mark=number), commit(100 + number, b"short"))
        while box:
            now_ms += 60_000
            box.draw(now_ms, {})
    assert len(box._gone) == limits.FRAGMENT_SETS_MAX
    for known in box._gone:
        gaps = Gaps(known.set_id, len(known.data), ((0, len(known.data)),))
        box.lacking(gaps, now_ms + DAY_MS)
    assert box.bytes_held <= limits.OUTBOX_BYTES_MAX


def test_what_the_peer_holds_is_not_repeated_for_who_says_it_lacks_it() -> None:
    box = Outbox(MODEM, OPENED_AT_MS)
    put(box, commit(0, random.Random(1).randbytes(3_000)))
    while box:
        box.draw(10**9, {})
        box._busy_until_ms = 0
    (known,) = box._gone
    gaps = Gaps(known.set_id, len(known.data), ((0, 500),))
    box.lacking(gaps, 2 * 10**9)
    assert box
    assert box.draw(3 * 10**9, {LOG: Flow(1, 0, 1)}) is None and not box._gone


spans = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 60)), max_size=6).map(
    lambda rows: joined((start, start + length) for start, length in rows)
)


def as_set(some: tuple[tuple[int, int], ...]) -> set[int]:
    return {at for start, end in some for at in range(start, end)}


@given(spans, spans)
def test_stretches_are_sets_of_bytes(ones: tuple[tuple[int, int], ...], others: tuple[tuple[int, int], ...]) -> None:
    assert as_set(both(ones, others)) == as_set(ones) & as_set(others)
    assert as_set(joined((*ones, *others))) == as_set(ones) | as_set(others)


@settings(max_examples=settings().max_examples * 4 // 5, deadline=None)
@given(st.randoms(use_true_random=False))
def test_whatever_is_said_and_lost_at_first_the_letter_comes(draw: random.Random) -> None:
    """True gaps, lies and nothing at all, at any moment; then a road that loses nothing, and who says what is so."""
    box, heard, lacking_of = Outbox(RADIO, OPENED_AT_MS), Reassembly(), Lacking()
    item = commit(0, draw.randbytes(1_500))
    put(box, item)
    came = None
    for step in range(400):
        now_ms = 10**9 + 60_000 * step
        is_rough = step < 60
        payload = box.draw(now_ms, {})
        if payload is not None and not (is_rough and draw.random() < 0.5):
            for piece in decode_items(payload, OPENED_AT_MS):
                came = heard.take(piece) or came if isinstance(piece, Fragment) else came
        told = [gaps for late_ms in (0, 30_000) for gaps in lacking_of.due(heard, box.bearer, now_ms + late_ms)]
        for gaps in told:
            if not is_rough or draw.random() < 0.3:
                box.lacking(gaps, now_ms)
            elif draw.random() < 0.5:
                start = draw.randrange(gaps.total)
                box.lacking(gaps._replace(spans=((start, draw.randint(start + 1, gaps.total)),)), now_ms)
        if came is not None:
            break
        if not box:
            put(box, item)  # as the record does, when a hail shows that it is lacking
    assert came == encode_item(item, OPENED_AT_MS)


def fetched(loss: float) -> list[int]:
    """An attachment that a person asked for over a slow road: from where its pieces were asked for."""
    draw = random.Random(2)
    air = Air(RADIO_1200)
    air.run(120_000)
    air.roads["radio"].lost = lambda _: draw.random() < loss
    data = random.Random(4).randbytes(limits.BLOB_CHUNK_BYTES + 5_000)
    digest = sha256(data).digest()
    air.desks[0].store.commit((PutBlob(digest, 0, len(data), data),))
    air.take(1, BlobWanted(digest, len(data), 0, True))
    air.run(DAY_MS, lambda: not air.desks[1].turns.state.wants)
    assert air.desks[1].store.blob_bytes(digest, 0, len(data)) == data
    return [item.offset for _, _, _, item in air.came if isinstance(item, BlobAsk)]


def test_an_attachment_is_asked_for_again_as_slowly_as_its_road_is() -> None:
    """R-135: a piece takes minutes there; asked every few seconds, what was held was given up as a lie."""
    assert fetched(0) == [0, limits.BLOB_CHUNK_BYTES]
    assert len(fetched(0.05)) <= 5
