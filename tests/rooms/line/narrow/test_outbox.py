"""What waits for a slow bearer: what goes first, in which pieces, and what never goes at all."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from openline import limits
from openline.errors import Malformed
from openline.line.narrow.facts import FRAMING_BYTES, frame_bytes, is_slow, span_ms, whole_bytes
from openline.line.narrow.outbox import Outbox, Rank, rank_of, ranked
from openline.line.ports import LogId
from openline.line.state import BearerUp, Flow
from openline.line.turn import Heard
from openline.record.entry import FLASH, IMMEDIATE, PRIORITY, ROUTINE
from openline.wire.items import (
    BlobAsk,
    Commit,
    Entries,
    Grant,
    Hail,
    Item,
    LogRef,
    Note,
    Opening,
    Receipt,
    Run,
    WireEntry,
    encode_item,
)

OPENED_AT_MS = 1_790_000_000_000
RADIO = BearerUp("radio", 1024, 37)
MODEM = BearerUp("modem", 4096, 150)
LOG = LogId(0, bytes(12))
REF = LogRef(0, b"")
ROOM = frame_bytes(RADIO) - limits.FRAME_BODY_BYTES_MIN


def commit(first: int, body: bytes = b"x", precedence: int = ROUTINE, *, count: int = 1, mark: int = 0) -> Commit:
    entry = WireEntry(1, precedence, OPENED_AT_MS + 1, (), 0, body)
    return Commit(REF, first, (Run(count, ()),), (entry,) * count, bytes([mark]) * 64)


def hail(number: int = 0) -> Hail:
    return Hail(OPENED_AT_MS, number.to_bytes(8, "big"), bytes(8), 0, (), (), ())


def receipt(size: int) -> Receipt:
    return Receipt(LogRef(1, b"ab"), None, size, 1_790_000_000, bytes(64))


def put(box: Outbox, *items: Item) -> list[bool]:
    return [box.put(rank, item, LOG if isinstance(item, Commit | Entries | Opening) else None)
            for rank, item in ranked(items)]  # fmt: skip


def drain(box: Outbox, frames: int = 10_000) -> list[tuple[int, Item]]:
    """What arrives, each with the number of the frame that completes it."""
    heard, came, now_ms = Heard(OPENED_AT_MS), [], 10**9
    for number in range(frames):
        now_ms += 60_000
        payload = box.draw(now_ms, {})
        if payload is None:
            break
        came += [(number, item) for item in heard.items(payload)]
    return came


def kinds(came: list[tuple[int, Item]]) -> list[str]:
    return [type(item).__name__ for _, item in came]


def test_only_bearers_below_the_bound_that_are_no_couriers_are_slow() -> None:
    """R-200"""
    assert is_slow(RADIO)
    assert not is_slow(BearerUp("tls", 1 << 20, limits.NARROW_BELOW_BYTES_PER_SECOND))
    assert not is_slow(BearerUp("stick", 1 << 20, 100, latency_ms=limits.COURIER_LATENCY_MS))


def test_a_frame_is_of_a_few_seconds_and_never_too_short_to_be_worth_its_head() -> None:
    """R-201"""
    assert frame_bytes(MODEM) == 600
    assert frame_bytes(RADIO) == limits.NARROW_FRAME_BYTES_MIN
    assert frame_bytes(BearerUp("sheet", 100, 37)) == 100, "no bearer is given more than it takes"
    assert whole_bytes(RADIO) == limits.NARROW_WHOLE_BYTES


def test_a_lone_message_is_one_frame_and_a_long_letter_many() -> None:
    """R-201: cutting a short one would cost more than the wait it saves."""
    box = Outbox(RADIO, OPENED_AT_MS)
    put(box, commit(1, bytes(350)))
    assert [number for number, _ in drain(box)] == [0]
    put(box, commit(2, bytes(5_000)))
    payload = box.draw(10**6, {})
    assert payload is not None
    assert len(payload) <= ROOM


def test_items_go_by_rank_and_within_one_in_order() -> None:
    """R-202"""
    box = Outbox(MODEM, OPENED_AT_MS)
    grant = Grant(1, bytes(900), b"")
    items = [BlobAsk(bytes(32), 0), grant, commit(1, bytes(300)), commit(2, bytes(300), PRIORITY),
             commit(3, bytes(300), IMMEDIATE), hail(), receipt(1), commit(4, bytes(300), FLASH)]  # fmt: skip
    for item in items:
        put(box, item)
    came = [item for _, item in drain(box)]
    assert came == [items[7], items[5], items[6], items[4], items[3], items[2], grant, items[0]]


def test_what_is_needed_to_read_a_flash_goes_with_it() -> None:
    """R-202: the opening of its log, and the entries under the same signature."""
    opening = Opening(0, bytes(12), bytes(32), bytes(8))
    before = Entries(REF, 0, (Run(1, ()),), (WireEntry(1, ROUTINE, OPENED_AT_MS + 1, (), 0, b"x"),))
    flash = commit(1, b"now", FLASH)
    assert [rank for rank, _ in ranked((opening, before, flash))] == [Rank.FLASH] * 3
    assert [rank for rank, _ in ranked((opening, commit(1)))] == [Rank.ROUTINE] * 2
    assert rank_of(Note(b"x")) is Rank.CONTROL


def test_a_flash_goes_between_two_pieces_of_a_letter() -> None:
    """R-202: and so does a receipt; the letter goes on where it was."""
    box = Outbox(RADIO, OPENED_AT_MS)
    letter = commit(1, bytes(5_000))
    put(box, letter)
    heard = Heard(OPENED_AT_MS)
    for frame in range(10):
        payload = box.draw(60_000 * (frame + 1), {})
        assert payload is not None
        assert not heard.items(payload)
    put(box, commit(2, b"do not fire", FLASH), receipt(1))
    came = []
    for frame in range(200):
        payload = box.draw(60_000 * (frame + 20), {})
        came += [(frame, item) for item in heard.items(payload or b"")]
    assert [(frame, type(item).__name__) for frame, item in came[:2]] == [(0, "Commit"), (1, "Receipt")]
    assert came[2][1] == letter


def test_nothing_starves_behind_a_stream_of_what_is_more_urgent() -> None:
    """R-203: one frame in eight is of what has waited longest; while FLASH waits, one in sixteen."""
    for precedence, often in ((IMMEDIATE, limits.NARROW_SHARE_FRAMES), (FLASH, 2 * limits.NARROW_SHARE_FRAMES)):
        box = Outbox(RADIO, OPENED_AT_MS)
        put(box, commit(1, b"routine", mark=7))
        put(box, Grant(1, bytes(10), b""))
        for number in range(200):
            put(box, commit(10 + number, bytes(120), precedence))
        came = drain(box, 40)
        first = [number for number, item in came if isinstance(item, Commit) and item.first == 1]
        second = [number for number, item in came if isinstance(item, Grant)]
        assert (first, second) == ([often - 1], [2 * often - 1])


def test_a_flash_is_not_held_up_by_the_share_of_others() -> None:
    """R-203: it has its first frames for itself, however long the others have waited."""
    for frames in range(30):
        box = Outbox(RADIO, OPENED_AT_MS)
        put(box, commit(1, bytes(9_000)))
        put(box, Grant(1, bytes(4_000), b""))
        for number in range(frames):
            box.draw(60_000 * (number + 1), {})
        put(box, commit(2, bytes(350), FLASH))
        heard = Heard(OPENED_AT_MS)
        payload = box.draw(10**7, {})
        assert [type(item).__name__ for item in heard.items(payload or b"")] == ["Commit"]


def test_the_newer_hail_and_the_larger_receipt_take_the_place_of_the_older() -> None:
    """R-204"""
    box = Outbox(RADIO, OPENED_AT_MS)
    put(box, hail(1), receipt(3))
    assert put(box, hail(2), receipt(5), receipt(4)) == [True, True, False]
    assert [item for _, item in drain(box)] == [hail(2), receipt(5)]


def test_what_waits_already_is_not_put_twice() -> None:
    """R-204: an impatient line costs the bearer nothing."""
    box = Outbox(RADIO, OPENED_AT_MS)
    letter = commit(1, bytes(5_000))
    assert put(box, letter) == [True]
    box.draw(60_000, {})
    assert put(box, letter) == [False], "also while it is under way"
    waiting = box.bytes_held
    assert put(box, commit(1, bytes(20), count=3)) == [True], "more under one signature"
    assert put(box, commit(2, bytes(20))) == [False], "it is among those"
    assert box.bytes_held > waiting
    assert [len(item.entries) for _, item in drain(box) if isinstance(item, Commit)] == [3]  # the letter had begun


def test_the_same_entries_in_another_form_take_the_place_of_what_could_not_be_read() -> None:
    """R-204"""
    box = Outbox(RADIO, OPENED_AT_MS)
    put(box, commit(1, b"compact"), commit(2, b"after"))
    assert put(box, commit(1, b"spelled out")) == [True]
    assert [item.entries[0].body for _, item in drain(box) if isinstance(item, Commit)] == [b"spelled out", b"after"]


def test_what_the_peer_has_proved_to_hold_is_not_sent_any_more() -> None:
    """R-204: it came over another bearer, or half of it did."""
    box = Outbox(RADIO, OPENED_AT_MS)
    put(box, Opening(0, bytes(12), bytes(32), bytes(8)), commit(0, bytes(5_000)))
    for frame in range(5):
        box.draw(60_000 * (frame + 1), {})
    put(box, commit(1, b"next"), receipt(9))
    proved = {LOG: Flow(2, 0, 1)}
    rest = [box.draw(10**6 * number, proved) for number in range(1, 5)]
    heard = Heard(OPENED_AT_MS)
    assert [item for payload in rest if payload for item in heard.items(payload)] == [receipt(9), commit(1, b"next")]
    assert not box
    assert box.bytes_held == 0


def test_a_bearer_is_given_the_next_frame_when_the_last_is_nearly_out() -> None:
    """R-201: never more than a frame and a second, whatever the bearer says of its room."""
    box = Outbox(RADIO, OPENED_AT_MS)
    put(box, commit(1, bytes(5_000)))
    given = [(now_ms, payload) for now_ms in range(10_000, 70_000, 50) if (payload := box.draw(now_ms, {})) is not None]
    spans = [after - before for (before, _), (after, _) in pairwise(given[1:])]
    assert given[0][0] == 10_000
    assert all(3_500 <= span <= 5_000 for span in spans), spans
    busy_ms = 10_000
    for now_ms, payload in given:
        assert busy_ms - now_ms <= limits.NARROW_LEAD_MS
        busy_ms = max(busy_ms, now_ms) + span_ms(RADIO, len(payload) + limits.FRAME_BODY_BYTES_MIN + FRAMING_BYTES)
        assert busy_ms - now_ms <= limits.NARROW_LEAD_MS + 5_000


def test_a_clock_set_back_does_not_stop_the_bearer() -> None:
    """R-201"""
    box = Outbox(RADIO, OPENED_AT_MS)
    put(box, commit(1, bytes(5_000)))
    assert box.draw(86_400_000, {}) is not None
    assert box.draw(5_000, {}) is not None
    assert box.draw(5_050, {}) is None


def test_an_outbox_is_bounded() -> None:
    """R-204: what does not fit stays in the record."""
    box = Outbox(RADIO, OPENED_AT_MS)
    taken = [box.put(Rank.ROUTINE, commit(number, bytes(200_000)), LOG) for number in range(40)]
    assert False in taken
    assert box.bytes_held <= limits.OUTBOX_BYTES_MAX


def test_a_bearer_that_comes_up_afresh_begins_its_letter_anew() -> None:
    """R-204: of what had begun nothing may have arrived."""
    box = Outbox(RADIO, OPENED_AT_MS)
    put(box, commit(1, bytes(600)))
    box.draw(60_000, {})
    box.again()
    assert kinds(drain(box)) == ["Commit"]


def test_traffic_that_moved_to_another_bearer_leaves_only_what_goes_out_on_all() -> None:
    """R-207"""
    box = Outbox(RADIO, OPENED_AT_MS)
    put(box, commit(1), hail())
    put(box, commit(2, b"now", FLASH))
    box.keep((Rank.FLASH, Rank.CONTROL))
    assert kinds(drain(box)) == ["Commit", "Hail"]


some_items = st.lists(
    st.one_of(
        st.builds(commit, st.integers(1, 30), st.binary(max_size=900), st.sampled_from((0, 1, 2, 3))),
        st.builds(receipt, st.integers(1, 9)),
        st.builds(hail, st.integers(0, 5)),
        st.builds(Grant, st.integers(0, 3), st.binary(max_size=1200), st.just(b"")),
    ),
    max_size=30,
)


@given(some_items, st.sampled_from((RADIO, MODEM, BearerUp("sheet", 130, 20))))
def test_whatever_waits_arrives_whole_and_in_frames_that_fit(items: list[Item], bearer: BearerUp) -> None:
    """R-201, R-204: what does not is said by something else that does."""
    box, heard = Outbox(bearer, OPENED_AT_MS), Heard(OPENED_AT_MS)
    came: list[Item] = []
    for number, item in enumerate(items):
        put(box, item)
        if number % 3 == 0:
            came += heard.items(box.draw(60_000 * (number + 1), {}) or b"")
    now_ms = 10**8
    while (payload := box.draw(now_ms, {})) is not None:
        now_ms += 60_000
        assert 0 < len(payload) <= whole_bytes(bearer) - limits.FRAME_BODY_BYTES_MIN
        came += heard.items(payload)
    assert box.bytes_held == 0
    assert all(item in items for item in came)
    arrived = {encode_item(item, OPENED_AT_MS) for item in came}
    for item in items:
        if isinstance(item, Commit):
            assert any(isinstance(one, Commit) and one.first == item.first for one in came)
        if isinstance(item, Receipt):
            assert any(isinstance(one, Receipt) and one.size >= item.size for one in came)
    if any(isinstance(item, Hail) for item in items):
        last = next(item for item in reversed(items) if isinstance(item, Hail))
        assert encode_item(last, OPENED_AT_MS) in arrived


def test_noise_in_pieces_is_refused_as_ever() -> None:
    """R-018: a letter that is put together wrongly is no letter."""
    box, heard = Outbox(RADIO, OPENED_AT_MS), Heard(OPENED_AT_MS)
    put(box, commit(1, bytes(300) + b"y" * 300))
    payloads = [box.draw(60_000 * number, {}) or b"" for number in range(1, 20)]
    broken = bytearray(payloads[1])
    broken[-1] ^= 1
    payloads[1] = bytes(broken)
    refused = 0
    for payload in payloads:
        try:
            assert not heard.items(payload)
        except Malformed:
            refused += 1
    assert refused == 1
