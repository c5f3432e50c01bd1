"""What every bearer promises (`openline.bearer.contract.Bearer`). A bearer's own tests subclass and provide `pair`."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from openline.bearer.contract import Bearer
from openline.errors import BearerDown, LocalFault
from openline.line.state import Duplex
from tests.rooms.bearer.ears import Ears, run, until


class Side(NamedTuple):
    """One station: its bearer and its ears."""

    bearer: Bearer
    ears: Ears


def body(n: int, length: int = 100) -> bytes:
    return n.to_bytes(8, "big") * (length // 8) + bytes(length % 8)


class BearerContract:
    """Parties 0 and 1, each with one bearer to the other."""

    async def pair(self, place: Path) -> tuple[Side, Side]:
        """Both sides, not yet started."""
        raise NotImplementedError

    async def started(self, place: Path) -> tuple[Side, Side]:
        ours, theirs = await self.pair(place)
        await ours.bearer.start()
        await theirs.bearer.start()
        await until(lambda: ours.ears.up and theirs.ears.up)
        return ours, theirs

    def test_it_says_what_it_is(self, tmp_path: Path) -> None:
        async def story() -> None:
            ours, _ = await self.pair(tmp_path)
            facts = ours.bearer.facts
            assert facts.name
            assert facts.bytes_per_second > 0
            assert facts.latency_ms >= 0
            assert facts.frame_bytes_max >= 28
            assert facts.courier_keep_ms > facts.latency_ms
            assert isinstance(facts.duplex, Duplex)
            assert facts.cost >= 0
            assert facts.silence_alarm_after_ms > facts.latency_ms

        run(story())

    def test_before_it_starts_bytes_do_not_move_and_it_says_so(self, tmp_path: Path) -> None:
        async def story() -> None:
            ours, _ = await self.pair(tmp_path)
            assert ours.bearer.peers_up() == ()
            assert ours.bearer.room(1) == 0
            with pytest.raises(BearerDown, match="party 1"):
                ours.bearer.send(1, body(1))
            await ours.bearer.close()

        run(story())

    def test_frames_go_both_ways_whole(self, tmp_path: Path) -> None:
        async def story() -> None:
            ours, theirs = await self.started(tmp_path)
            assert ours.bearer.peers_up() == (1,)
            assert ours.bearer.room(1) > 0
            sent = [body(n, 28 + n) for n in range(300)]
            for one in sent:
                ours.bearer.send(1, one)
                theirs.bearer.send(0, one[::-1])
            await until(lambda: len(theirs.ears.frames) >= 300 and len(ours.ears.frames) >= 300)
            assert Counter(theirs.ears.bodies(0)) == Counter(sent)
            assert Counter(ours.ears.bodies(1)) == Counter(one[::-1] for one in sent)
            await ours.bearer.close()
            await theirs.bearer.close()

        run(story())

    def test_the_longest_frame_passes_and_a_longer_one_is_our_own_mistake(self, tmp_path: Path) -> None:
        async def story() -> None:
            ours, theirs = await self.started(tmp_path)
            longest = ours.bearer.facts.frame_bytes_max
            with pytest.raises(LocalFault, match=str(longest + 1)):
                ours.bearer.send(1, bytes(longest + 1))
            ours.bearer.send(1, body(7, longest))
            await until(lambda: theirs.ears.frames)
            assert theirs.ears.bodies(0) == [body(7, longest)]
            await ours.bearer.close()
            await theirs.bearer.close()

        run(story())

    def test_to_a_party_that_it_does_not_reach_it_sends_nothing(self, tmp_path: Path) -> None:
        async def story() -> None:
            ours, theirs = await self.started(tmp_path)
            with pytest.raises(BearerDown, match="party 5"):
                ours.bearer.send(5, body(1))
            assert ours.bearer.room(5) == 0
            await ours.bearer.close()
            await theirs.bearer.close()

        run(story())

    def test_what_was_taken_before_closing_still_goes_out(self, tmp_path: Path) -> None:
        async def story() -> None:
            ours, theirs = await self.started(tmp_path)
            for n in range(100):
                ours.bearer.send(1, body(n, min(4000, ours.bearer.facts.frame_bytes_max)))
            await ours.bearer.close()
            await until(lambda: len(theirs.ears.frames) == 100)
            await theirs.bearer.close()

        run(story())

    def test_closing_twice_is_closing_once_and_nothing_is_called_back_afterwards(self, tmp_path: Path) -> None:
        async def story() -> None:
            ours, theirs = await self.started(tmp_path)
            await ours.bearer.close()
            told = list(ours.ears.told)
            await ours.bearer.close()
            await theirs.bearer.close()
            await asyncio.sleep(0.02)
            assert ours.ears.told == told
            assert ours.bearer.peers_up() == ()
            with pytest.raises(BearerDown):
                ours.bearer.send(1, body(1))

        run(story())

    def test_who_holds_still_gets_everything_once_it_goes_on(self, tmp_path: Path) -> None:
        async def story() -> None:
            ours, theirs = await self.started(tmp_path)
            theirs.bearer.hold(0)
            for n in range(50):
                ours.bearer.send(1, body(n))
            await asyncio.sleep(0.02)
            theirs.bearer.go_on(0)
            await until(lambda: len(theirs.ears.frames) == 50)
            await ours.bearer.close()
            await theirs.bearer.close()

        run(story())

    def test_up_is_told_before_any_frame_and_down_after_the_last(self, tmp_path: Path) -> None:
        async def story() -> None:
            ours, theirs = await self.started(tmp_path)
            assert ours.ears.told[0] == ("up", 1)
            await ours.bearer.close()
            assert ours.ears.told[-1][:2] == ("down", 1)
            await theirs.bearer.close()

        run(story())
