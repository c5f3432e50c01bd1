"""How far the clock behind a shown time could be believed when it was written. R-258."""

from __future__ import annotations

import pytest

from openline.console import words
from openline.console.channel.asking import Shown
from openline.console.channel.showing import Reader
from openline.console.contact.clocks import clock_then, mark
from openline.contact import body
from openline.contact.body import LinkAnswer, LinkTest
from openline.contact.timeline import BETWEEN_MS
from openline.line.events import Draft, Submitted
from openline.line.ports import LogId
from openline.record.body import Message, encode_message
from openline.record.entry import LINK_ANSWER, LINK_TEST, MESSAGE, Ref
from tests.rooms.line.desks import Wire
from tests.rooms.line.narrow.test_overtaking import narrow_world

HOUR_MS = 3_600_000



@pytest.fixture
def wire() -> Wire:
    made = narrow_world()
    made.settle()
    return made


def write(wire: Wire, desk: int, draft: Draft) -> Ref:
    wire.put(desk, wire.desks[desk].take((Submitted((draft,)),), wire.now_ms))
    wire.settle()
    own = wire.desks[desk].own
    return Ref(*own, wire.desks[desk].size(own) - 1)


def a_test(wire: Wire, off_ms: int) -> None:
    """A link test by the first, answered by the second whose clock, as it says, is ahead."""
    test = LinkTest(0, "en", bytes(16), (), (), bytes(32), "", ())
    place = write(wire, 0, Draft(LINK_TEST, 0, 0, (), body.encode_test(test)))
    answer = LinkAnswer(bytes(16), b"", "tls", wire.now_ms + off_ms, bytes(8))
    write(wire, 1, Draft(LINK_ANSWER, 0, 0, (place,), body.encode_answer(answer)))


def shown(wire: Wire, place: Ref) -> Shown:
    desk = wire.desks[0]
    state = desk.turns.state._replace(peers={
        party: peer._replace(clock_offset_ms=None) for party, peer in desk.turns.state.peers.items()
    })
    reader = Reader(desk.store)
    log = LogId(*place[:2])
    found = reader.shown(reader.position_of(log, place.index), log, place.index, state)
    return mark(found, desk.store, state, wire.now_ms)


def message(wire: Wire, desk: int = 0) -> Ref:
    return write(wire, desk, Draft(MESSAGE, 0, 0, (), encode_message(Message("", "words"))))


def test_without_a_test_near_it_a_clock_is_unknown(wire: Wire) -> None:
    place = message(wire)
    (held,) = shown(wire, place).held
    assert held.clock is not None and held.clock.word == "unknown"
    assert "its clock then: unknown" in words.whole(shown(wire, place))


def test_a_test_before_or_after_tells_of_a_receipt(wire: Wire) -> None:
    place = message(wire)
    wire.now_ms += 60_000
    a_test(wire, 200)
    (held,) = shown(wire, place).held
    assert held.clock is not None and (held.clock.word, held.clock.by) == ("agrees", "test")
    assert "its clock then: known good, by the link test next to it" in words.whole(shown(wire, place))


def test_what_shows_that_clocks_disagreed_goes_first(wire: Wire) -> None:
    """The test before it was fine; the next one shows a clock ten minutes behind: in between it was set."""
    a_test(wire, 0)
    wire.now_ms += 1_000
    place = message(wire)
    wire.now_ms += HOUR_MS // 2
    a_test(wire, -600_000)
    (held,) = shown(wire, place).held
    assert held.clock is not None and held.clock.word == "disagrees" and held.clock.at_most_ms is not None
    assert held.clock.at_most_ms < -5_000
    assert "ITS CLOCK THEN: BEHIND OURS by" in words.whole(shown(wire, place))


def test_a_test_hours_away_says_nothing_of_it(wire: Wire) -> None:
    a_test(wire, -600_000)
    wire.now_ms += 2 * BETWEEN_MS
    place = message(wire)
    (held,) = shown(wire, place).held
    assert held.clock is not None and held.clock.word == "unknown"
    wire.now_ms += 2 * BETWEEN_MS
    a_test(wire, -600_000)
    (held,) = shown(wire, place).held
    assert held.clock is not None and held.clock.word == "unknown"


def test_hails_tell_of_the_last_hour_only(wire: Wire) -> None:
    desk = wire.desks[0]
    peers = {party: peer._replace(clock_offset_ms=73_000) for party, peer in desk.turns.state.peers.items()}
    state = desk.turns.state._replace(peers=peers)
    now = clock_then(desk.store, state, 1, wire.now_ms, wire.now_ms + 1_000)
    assert (now.word, now.by, now.at_least_ms) == ("disagrees", "hails", 73_000)
    assert clock_then(desk.store, state, 1, wire.now_ms, wire.now_ms + 2 * BETWEEN_MS).word == "unknown"


def test_the_other_way_round_the_sign_turns(wire: Wire) -> None:
    """Seen from the second desk it is the first whose clock is behind."""
    a_test(wire, 90_000)
    desk = wire.desks[1]
    state = desk.turns.state
    found = clock_then(desk.store, state._replace(peers={}), 0, wire.now_ms, wire.now_ms)
    mine = clock_then(wire.desks[0].store, wire.desks[0].turns.state._replace(peers={}), 1, wire.now_ms, wire.now_ms)
    assert (found.at_least_ms, found.at_most_ms) == (
        None if mine.at_most_ms is None else -mine.at_most_ms,
        None if mine.at_least_ms is None else -mine.at_least_ms,
    )


def test_an_entry_of_theirs_is_marked_by_its_authors_clock(wire: Wire) -> None:
    a_test(wire, 0)
    found = shown(wire, message(wire, desk=1))
    assert not found.ours and found.clock is not None and found.clock.word == "agrees"
    assert "by their clock; their clock then: known good" in words.whole(found)
