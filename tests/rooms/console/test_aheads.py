"""What a person sees of an entry that is ahead of its log: at once, marked, and the other side's word apart. (R-229)"""

from __future__ import annotations

import pytest

from openline.console import words
from openline.console.channel.asking import Find
from openline.console.channel.reporting import Watch, status_of
from openline.console.channel.showing import Reader, place_of
from openline.console.codes import Told
from openline.console.contact.keeping import ContactKeeping
from openline.console.contact.rings import Rings
from openline.line.events import Draft, Submitted
from openline.line.ports import LogId
from openline.record.body import Message, encode_message
from openline.record.entry import FLASH, HELD_AHEAD, MESSAGE, ROUTINE
from openline.wire.items import Checkpoint, Commit, Entries
from tests.rooms.line.desks import Wire
from tests.rooms.line.narrow.test_overtaking import narrow_world
from tests.rooms.record.world import two

CALL = "Do not intercept"


def message(text: str, precedence: int) -> Draft:
    return Draft(MESSAGE, precedence, 0, (), encode_message(Message("", text)))


@pytest.fixture
def wire() -> Wire:
    """A letter that is on its way, and a FLASH that has overtaken it."""
    made = narrow_world()
    made.drop = lambda sender, _, item: sender == 0 and isinstance(item, Commit | Entries | Checkpoint)
    for draft in (message("a letter", ROUTINE), message(CALL, FLASH)):
        made.put(0, made.desks[0].take((Submitted((draft,)),), made.now_ms))
    made.settle()
    return made


def flash(wire: Wire) -> tuple[LogId, int]:
    own = wire.desks[0].own
    return own, wire.desks[0].size(own) - 1


def test_the_receiver_sees_it_at_once_and_marked(wire: Wire) -> None:
    """R-229"""
    state = wire.desks[1].turns.state
    reader = Reader(wire.desks[1].store)
    found = reader.find(Find(kind=MESSAGE, newest=True, theirs=True), state)
    assert found.entries == []
    (shown,) = found.ahead
    assert (shown.text, shown.precedence, shown.ahead_of, shown.position) == (CALL, "FLASH", 1, 0)
    listed = words.listing(found.ahead)
    assert "HELD AHEAD of 1 earlier entry not here yet" in listed and "not acknowledged" in listed
    assert f"openline show {shown.place}" in listed
    assert reader.shown_at(shown.place, state) == shown
    told = words.whole(shown)
    assert "HELD AHEAD of 1 earlier entry" in told and "held ahead  " in told and "\nheld        " not in told
    log, index = flash(wire)
    assert reader.find_here(str(place_of(log, index))) == (log, index, MESSAGE)
    with pytest.raises(Told):
        reader.find_place(shown.place)
    assert reader.find(Find(kind=HELD_AHEAD, newest=True, theirs=True), state).ahead == []


def test_the_sender_sees_the_other_sides_word_apart_from_a_receipt(wire: Wire) -> None:
    """R-229"""
    a = wire.desks[0]
    shown = Reader(a.store).shown_at(str(place_of(*flash(wire))), a.turns.state)
    (said,) = shown.said_ahead
    assert shown.held == [] and shown.lacking == [said.name] == ["PARTY B"] and shown.ahead_of is None
    assert said.leaf == a.store.leaves(a.own, flash(wire)[1], 1)[0].hex()
    assert words.standing(shown) == "recorded here, not held by PARTY B (held ahead)"
    told = words.whole(shown)
    assert "by PARTY B, by its own clock and word" in told and "no receipt covers it" in told
    letter = Reader(a.store).shown_at(str(place_of(a.own, flash(wire)[1] - 1)), a.turns.state)
    assert letter.said_ahead == [] and words.standing(letter) == "recorded here, not held by PARTY B"
    word = Reader(a.store).shown_at(said.place, a.turns.state)
    assert word.subject == f"holds {shown.place} ahead of its log, under a checkpoint of {flash(wire)[1] + 1}"


def test_when_its_log_is_complete_the_mark_is_gone_and_the_word_stays(wire: Wire) -> None:
    """R-229"""
    wire.drop = None
    wire.settle(ticks=12)
    a, b = wire.desks
    name = str(place_of(*flash(wire)))
    theirs = Reader(b.store).shown_at(name, b.turns.state)
    assert theirs.ahead_of is None and theirs.position > 0
    assert Reader(b.store).find(Find(kind=MESSAGE, newest=True), b.turns.state).ahead == []
    ours = Reader(a.store).shown_at(name, a.turns.state)
    assert len(ours.held) == len(ours.said_ahead) == 1 and words.standing(ours) == "held by PARTY B"


def test_the_status_counts_what_is_held_ahead(wire: Wire) -> None:
    """R-229"""
    state, charter = wire.desks[1].turns.state, two().charter
    watch = Watch()
    judge = ContactKeeping(wire.desks[1].store, lambda event: None, Rings(watch, lambda: False), 0)
    status = status_of(state, charter, watch, judge, wire.now_ms, wire.now_ms)
    assert [peer.ahead for peer in status.peers] == [1]
    assert "1 MORE HELD AHEAD of what is missing" in words.state(status)
