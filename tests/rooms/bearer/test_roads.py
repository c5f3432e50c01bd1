"""Which of several bearers is taken."""

from __future__ import annotations

import pytest

from openline.bearer.contract import BearerFacts
from openline.bearer.directory import DIRECTORY_FACTS
from openline.bearer.tls import TLS_FACTS
from openline.console.roads.roads import Roads, up_of
from openline.errors import Misconfigured
from openline.line.state import BearerUp, Duplex
from tests.rooms.bearer.ears import run

RADIO = BearerFacts("radio", 37, 500, 1024, Duplex.HALF, 86_400_000, cost=5, silence_alarm_after_ms=900_000)


class Standing:
    """A bearer that only says what it is and whom it reaches."""

    def __init__(self, facts: BearerFacts, *peers: int) -> None:
        self.facts = facts
        self._peers = peers

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    def send(self, peer: int, body: bytes) -> None: ...

    def room(self, peer: int) -> int:
        return 0

    def peers_up(self) -> tuple[int, ...]:
        return self._peers

    def hold(self, peer: int) -> None: ...

    def go_on(self, peer: int) -> None: ...


def best_of(*bearers: Standing, peer: int = 1, name: str | None = None) -> str | None:
    """Name of the bearer that is taken."""
    found: list[str | None] = []

    async def settle() -> None: ...

    async def story() -> None:
        roads = Roads(lambda event: None, lambda: None, settle, lambda text: None, lambda name, text: None)
        await roads.open(bearers)
        best = roads.best(peer, name)
        found.append(best.facts.name if best is not None else None)

    run(story())
    return found[0]


def test_the_lowest_cost_is_taken_however_slow() -> None:
    quick = Standing(TLS_FACTS._replace(cost=9), 1)
    slow = Standing(RADIO, 1)
    assert best_of(quick, slow) == "radio"
    assert best_of(slow, quick) == "radio"


def test_of_one_cost_the_quickest_is_taken() -> None:
    assert best_of(Standing(RADIO._replace(cost=0), 1), Standing(TLS_FACTS, 1)) == "tls"


def test_a_courier_is_taken_only_where_nothing_else_is_up_however_many_bytes_a_stick_holds() -> None:
    stick = Standing(DIRECTORY_FACTS, 1)
    assert best_of(stick, Standing(RADIO, 1)) == "radio"
    assert best_of(stick, Standing(RADIO, 2)) == "directory"
    assert best_of(stick, peer=2) is None


def test_a_named_bearer_is_taken_or_none() -> None:
    assert best_of(Standing(TLS_FACTS, 1), Standing(RADIO, 1), name="radio") == "radio"
    assert best_of(Standing(TLS_FACTS, 1), name="radio") is None


def test_the_line_is_told_all_that_it_paces_by() -> None:
    assert up_of(RADIO) == BearerUp("radio", 1024, 37, Duplex.HALF, 500, 5, 900_000)


def test_a_peer_reached_only_by_narrow_bearers_is_known_to_be_so() -> None:
    """R-234: grants and offers wait until a broad bearer is up."""
    radio, tls = Standing(RADIO, 1, 2), Standing(TLS_FACTS, 2)

    async def settle() -> None: ...

    async def story() -> None:
        roads = Roads(lambda event: None, lambda: None, settle, lambda text: None, lambda name, text: None)
        await roads.open([radio, tls])
        assert roads.is_narrow(1)
        assert not roads.is_narrow(2)
        assert not roads.is_narrow(3), "nobody can be reached: what is due waits for any bearer"

    run(story())


def test_two_bearers_of_one_name_are_refused() -> None:
    async def settle() -> None: ...

    async def story() -> None:
        roads = Roads(lambda event: None, lambda: None, settle, lambda text: None, lambda name, text: None)
        with pytest.raises(Misconfigured, match="two bearers are called radio"):
            await roads.open([Standing(RADIO, 1), Standing(RADIO, 2)])

    run(story())


def test_how_each_bearer_is_can_be_asked() -> None:
    rung: list[tuple[str, str]] = []

    async def settle() -> None: ...

    async def story() -> None:
        told: list[str] = []
        roads = Roads(lambda event: None, lambda: None, settle, told.append, lambda *one: rung.append(one))
        await roads.open([Standing(RADIO, 1), Standing(TLS_FACTS)])
        roads.on_alarm("tls", "the cable is out")
        assert [(one.facts.name, one.up, one.trouble) for one in roads.now()] == [
            ("radio", (1,), ""),
            ("tls", (), "the cable is out"),
        ]
        roads.on_alarm("tls", "")
        roads.on_down("radio", 1, "went quiet")
        assert [one.trouble for one in roads.now()] == ["went quiet", ""]
        roads.on_up("radio", 1)
        assert [one.trouble for one in roads.now()] == ["", ""]

    run(story())
    assert rung == [("bearer tls", "the cable is out"), ("bearer tls", "")]
