"""Frames that wait for a turn."""

from __future__ import annotations

from openline.console.roads.waiting import HOLD_ABOVE_BYTES, TURN_BYTES, WaitingFrames


def taken(frames: WaitingFrames) -> list[bytes]:
    frames.begin_turn()
    out = []
    while (one := frames.take()) is not None:
        out.append(one[1])
    return out


def test_a_peer_that_floods_holds_up_nobody_else() -> None:
    frames = WaitingFrames()
    for _ in range(50):
        frames.put(1, "tls", bytes(1 << 20))
    assert frames.is_too_much(1) and not frames.is_too_much(2)
    for text in (b"one", b"two"):
        frames.put(2, "tls", text)
    assert [len(body) for body in taken(frames)] == [1 << 20, 3, 1 << 20], "a frame of each after the other"
    assert b"two" in taken(frames)


def test_a_turn_takes_a_bounded_part_in_order_and_the_rest_waits() -> None:
    frames = WaitingFrames()
    sent = [bytes([number]) * 100_000 for number in range(60)]
    for body in sent:
        frames.put(1, "tls", body)
    first = taken(frames)
    assert TURN_BYTES <= sum(map(len, first)) < TURN_BYTES + 100_000 and frames
    while frames:
        first += taken(frames)
    assert first == sent
    assert not frames.is_too_much(1) and HOLD_ABOVE_BYTES > TURN_BYTES


def test_what_was_given_before_a_mark_is_past_though_more_keeps_coming() -> None:
    frames = WaitingFrames()
    frames.put(1, "tls", bytes(TURN_BYTES))
    frames.put(1, "tls", b"x")
    mark = frames.mark()
    assert not frames.is_past(mark)
    for _ in range(2):
        frames.put(1, "tls", bytes(TURN_BYTES))
        taken(frames)
    assert frames.is_past(mark) and frames


def test_nothing_waits_after_all_was_given_up() -> None:
    frames = WaitingFrames()
    frames.put(1, "tls", b"x")
    mark = frames.mark()
    frames.clear()
    assert not frames and frames.is_past(mark) and frames.take() is None
