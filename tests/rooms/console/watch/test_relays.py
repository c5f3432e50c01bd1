"""When bearers took what left by a release: in the desk's log once, in the ladder at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from openline.console.channel.relayed import Relay, Relayed
from openline.console.watch import relays
from openline.console.watch.desk import Desk
from openline.desk import acts, facts
from openline.desk.people import Actor, Role
from openline.record.body import Message, encode_message
from openline.record.entry import Ref

WALL_MS = 1_795_000_000_000
GENERATION = bytes(range(12))
ANN, BOB = Actor(0, b"sitting0"), Actor(1, b"sitting1")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "desk.sqlite", tmp_path / "officers.key", b"passphrase", lambda: WALL_MS)
    yield made
    made.close()


def staffed(desk: Desk) -> None:
    desk.act(acts.Enrol("Ann", frozenset((Role.CUSTODIAN, Role.RELEASER))), None)
    desk.act(acts.Enrol("Bob", frozenset((Role.DRAFTER,))), ANN)
    desk.act(acts.SetPolicy(2), ANN)


def left(desk: Desk, index: int) -> Ref:
    """A message by two persons, which stands in our log there."""
    (fact,) = desk.act(acts.Write(None, 0, 1, 0, encode_message(Message("Subject", "Words."))), BOB)
    assert isinstance(fact, facts.Drafted)
    desk.act(acts.Submit(fact.draft, 1), BOB)
    draft = desk.state.drafts[fact.draft]
    digest = acts.leaving(desk.state, draft, ANN)[-1].digest
    desk.write((facts.Released(fact.draft, 1, digest, 0), facts.Recorded(fact.draft, 0, GENERATION, index)), ANN)
    return Ref(0, GENERATION, index)


def taken(relayed: Relayed, index: int, party: int, bearer: str, at_ms: int) -> None:
    relayed._seen[party, index] = relayed.came[party, index] = Relay(bearer, at_ms)


def looking() -> Relayed:
    relayed = Relayed(0, WALL_MS)
    relayed.begin(GENERATION)
    return relayed


def written(desk: Desk) -> list[facts.Fact]:
    return [one.fact for one in desk.entries(0, 1_000) if isinstance(one.fact, facts.Relayed)]


def test_what_left_by_a_release_is_written_down_once_for_each_party(desk: Desk) -> None:
    staffed(desk)
    message, relayed = left(desk, 7), looking()
    taken(relayed, 7, 1, "tls", WALL_MS + 5)
    taken(relayed, 9, 1, "tls", WALL_MS + 5)
    assert [one.label for one in relays.seen(desk, relayed, message, 3)] == ["tls"], "at once, before the log has it"
    relays.write_down(desk, 0, relayed, WALL_MS + 10)
    assert written(desk) == [facts.Relayed(message.full_name, 1, "tls", WALL_MS + 5)], "9 left without a draft"
    taken(relayed, 7, 2, "radio", WALL_MS + 900)
    relays.write_down(desk, 0, relayed, WALL_MS + relays.WAITS_MS + 6)
    relays.write_down(desk, 0, relayed, WALL_MS + relays.WAITS_MS + 6)
    assert len(written(desk)) == 2 and not relayed.came
    after = looking()  # the station was started again
    seen = [(one.party, one.label, one.at_ms) for one in relays.seen(desk, after, message, 3)]
    assert seen == [(1, "tls", WALL_MS + 5), (2, "radio", WALL_MS + 900)]


def test_a_message_that_is_not_recorded_yet_waits_and_a_desk_without_officers_keeps_nothing(desk: Desk) -> None:
    relayed = looking()
    taken(relayed, 3, 1, "tls", WALL_MS)
    relays.write_down(desk, 0, relayed, WALL_MS)
    assert not relayed.came and desk.state.size == 0
    staffed(desk)
    taken(relayed, 4, 1, "tls", WALL_MS)
    relays.write_down(desk, 0, relayed, WALL_MS + 1)
    assert relayed.came and not written(desk)
    left(desk, 4)
    relays.write_down(desk, 0, relayed, WALL_MS + 2)
    assert not relayed.came and len(written(desk)) == 1


def test_the_steps_before_a_message_left_are_those_of_its_newest_version(desk: Desk) -> None:
    staffed(desk)
    message = left(desk, 11)
    draft = relays.draft_at(desk, message)
    assert draft is not None
    steps = [(word, actor) for word, _, actor in draft.steps]
    assert steps == [("drafted", BOB), ("submitted", BOB), ("released", ANN)]
    assert relays.draft_at(desk, message._replace(index=12)) is None
    (fact,) = desk.act(acts.Write(None, 0, 1, 0, encode_message(Message("Again", "Words."))), BOB)
    assert isinstance(fact, facts.Drafted)
    desk.act(acts.Submit(fact.draft, 1), BOB)
    desk.act(acts.Return(fact.draft, "not so"), ANN)
    assert [one[0] for one in desk.state.drafts[fact.draft].steps] == ["drafted"]
    desk.act(acts.Write(fact.draft, 1, 1, 0, encode_message(Message("Better", "Words."))), BOB)
    assert [one[0] for one in desk.state.drafts[fact.draft].steps] == ["drafted"]
