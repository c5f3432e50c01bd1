"""Streams of events: bounded of a sitting and in all; the oldest of the same sitting goes first."""

from __future__ import annotations

import asyncio

import pytest

from openline.console.api.events import _until
from openline.console.web.streams import Streams
from openline.errors import Refused
from openline.limits import EVENT_STREAMS_BY_SITTING_MAX, EVENT_STREAMS_MAX


def test_one_more_of_a_sitting_ends_its_oldest_and_nobody_elses() -> None:
    streams, gone = Streams(), []
    other = streams.open("other", lambda: gone.append("other"))
    for number in range(EVENT_STREAMS_BY_SITTING_MAX + 2):
        streams.open("ours", lambda number=number: gone.append(number))  # type: ignore[misc]
    assert gone == [0, 1] and len(streams) == EVENT_STREAMS_BY_SITTING_MAX + 1 and not other.is_over
    streams.close(other)
    streams.close(other)
    assert len(streams) == EVENT_STREAMS_BY_SITTING_MAX


def test_full_in_all_who_has_one_gives_it_for_the_new_one_and_who_has_none_is_refused() -> None:
    streams, gone = Streams(), []
    for number in range(EVENT_STREAMS_MAX):
        streams.open(str(number), lambda number=number: gone.append(number))  # type: ignore[misc]
    with pytest.raises(Refused, match="streams of events are open"):
        streams.open("another", lambda: gone.append("another"))
    streams.open("7", lambda: gone.append("7 again"))
    assert gone == [7] and len(streams) == EVENT_STREAMS_MAX


def test_a_stream_that_has_to_go_says_so_while_nothing_comes() -> None:
    async def told() -> list[bytes]:
        over, closed = asyncio.Event(), []

        async def entries():  # type: ignore[no-untyped-def]
            try:
                yield b"first"
                await asyncio.Event().wait()
            finally:
                closed.append(True)

        events = _until(over, entries())
        found = [await anext(events)]
        asyncio.get_running_loop().call_soon(over.set)
        found += [one async for one in events]
        assert closed == [True]
        return found

    first, last = asyncio.run(told())
    assert first == b"first" and last.startswith(b"event: ended")
