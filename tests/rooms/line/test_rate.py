"""Entries a minute: beyond what was agreed our own are refused, another party's wait, and our record says so."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from openline import limits
from openline.console.channel.submitting import Submissions
from openline.console.codes import Told
from openline.errors import Malformed
from openline.line.events import Draft, Submitted, Up
from openline.line.ports import LogId
from openline.line.state import BearerUp
from openline.line.terms.rate import own_room, reserve_of, waiting
from openline.record.entry import ACKNOWLEDGEMENT, DISPUTE, FLASH, INTAKE, MESSAGE, REVOCATION
from openline.record.statement import Paused, encode_paused, parse_paused
from openline.seal.charter import Charter, CharterLimits
from openline.store.memory import MemoryStore
from openline.wire.items import Checkpoint, Commit, Entries
from tests.rooms.line.desks import Wire, draft, submit
from tests.rooms.line.test_amendments import NOW_MS, Keys, Member
from tests.rooms.record import world
from tests.rooms.record.world import OPENED_AT_MS

RATE = 60
MINUTE_MS = 60_000


def limited(rate: int = RATE, **more: int) -> tuple[Wire, Member, Member]:
    """Two desks, not yet in touch, whose charter allows so many entries a minute."""
    papers = world.two()
    charter = papers.charter._replace(limits=CharterLimits(1_000, rate, 0, **more))
    desks = [
        Member(n, papers.roster, Keys(side.secrets(), side.certificate.digest), MemoryStore(), charter=charter,  # type: ignore[arg-type]
               certificate=side.certificate)
        for n, side in enumerate(papers.sides)
    ]  # fmt: skip
    wire = Wire(list(desks), now_ms=NOW_MS, opened_at_ms=OPENED_AT_MS)
    for one in desks:
        wire.put(one.me, one.start(wire.now_ms))
    return wire, desks[0], desks[1]


def said(one: Member) -> list[Paused]:
    """What its own log says of paused intake."""
    rows = one.store.entries(one.own, 0, one.size(one.own), 1 << 30)
    kinds = one.store.kinds(one.own, 0, one.size(one.own))
    return [parse_paused(row.body) for row, kind in zip(rows, kinds, strict=True) if kind == INTAKE]


def flood(wire: Wire, count: int, precedence: int = 0) -> None:
    """Party 0 writes so many at once; its machine does not stop it, as its station would."""
    event = Submitted(tuple(draft(f"flood {n}", precedence) for n in range(count)))
    wire.put(0, wire.desks[0].take((event,), wire.now_ms))


def test_a_backlog_that_was_written_slowly_is_taken_at_once() -> None:
    """R-181. Two hours at exactly the agreed rate, then the first contact."""
    wire, amber, birch = limited()
    for n in range(120):
        submit(wire, 0, *[f"{n}/{m}" for m in range(RATE)])
        wire.now_ms += MINUTE_MS
    wire.connect(0, 1)
    wire.settle(2)
    assert birch.size(amber.own) == amber.size(amber.own) == 120 * RATE + 1
    assert not said(birch)


def test_who_writes_faster_waits_and_nothing_is_lost() -> None:
    """R-181, R-182: intake pauses, one entry says so, and what is signed is all taken in its time."""
    wire, amber, birch = limited()
    wire.connect(0, 1)
    wire.settle(2)
    for _ in range(6):
        flood(wire, RATE)
        wire.settle()
    held = birch.size(amber.own)
    assert held <= 2 * RATE + reserve_of(RATE), "a minute's worth, and the commit under way"
    [paused] = said(birch)
    assert paused == Paused(0, amber.own.generation, held, RATE)
    wire.settle(ticks=1)
    assert birch.size(amber.own) == held
    assert waiting(birch.turns.state, wire.now_ms) == [0]
    wire.settle(ticks=100)
    assert birch.size(amber.own) == amber.size(amber.own)
    assert waiting(birch.turns.state, wire.now_ms + 10 * MINUTE_MS) == []
    assert amber.size(birch.own) == birch.size(birch.own), "the other direction was never touched"
    assert len(said(birch)) == 1, "within ten minutes it is said once"


@pytest.mark.whole
def test_it_is_said_again_while_it_lasts_but_not_often() -> None:
    """R-182"""
    wire, _, birch = limited(10)
    wire.connect(0, 1)
    for _ in range(25):
        flood(wire, 30)
        wire.settle(ticks=MINUTE_MS // 3_000)
    assert 2 <= len(said(birch)) <= 25 * MINUTE_MS // limits.INTAKE_SAID_EVERY_MS + 1


def test_flash_has_a_reserve_beyond_it() -> None:
    """R-181: a commit with a FLASH in it is taken when one without is not; the reserve has an end too."""
    wire, amber, birch = limited()
    wire.connect(0, 1)
    wire.settle(2)
    flood(wire, RATE)
    wire.settle()
    flood(wire, 5)
    wire.settle()
    full = birch.size(amber.own)
    flood(wire, 1)
    wire.settle()
    assert birch.size(amber.own) == full, "full"
    wire, amber, birch = limited()
    wire.connect(0, 1)
    wire.settle(2)
    flood(wire, RATE)
    flood(wire, 5)
    wire.settle()
    for _ in range(reserve_of(RATE) * 3):
        flood(wire, 1, FLASH)
        wire.settle()
    assert full < birch.size(amber.own) <= full + reserve_of(RATE) + 1


def test_a_signature_that_does_not_check_makes_nobody_pause() -> None:
    """R-181, R-182: what anybody could have made up is not counted against the party it names."""
    wire, amber, birch = limited()
    wire.connect(0, 1)
    wire.settle(2)
    before = birch.turns.state.rates.get(0)
    forger = replace(amber, keys=Keys(world.two().sides[1].secrets(), b"another's"))  # type: ignore[arg-type]
    forger.turns = amber.turns
    forger.turns._keys = forger.keys
    for _ in range(4):
        flood(wire, RATE)
        wire.settle()
    assert birch.size(amber.own) == 1
    assert birch.turns.state.rates.get(0) == before
    assert not said(birch)


def test_our_own_logs_read_back_are_not_counted() -> None:
    """R-181: a station that lost its disk gets all of its own back, however much that is."""
    wire, amber, birch = limited()
    wire.connect(0, 1)
    for n in range(10):
        submit(wire, 0, *[f"{n}/{m}" for m in range(RATE)])
        wire.now_ms += MINUTE_MS
        wire.settle(1)
    lost = amber.own
    amber.store = MemoryStore()
    wire.put(0, amber.start(wire.now_ms))
    wire.connect(0, 1)
    wire.settle(3)
    assert amber.size(lost) == birch.size(lost) == 10 * RATE + 1


def test_many_old_logs_come_in_any_order() -> None:
    """R-181: who starts from nothing reads every life of a party, the newest first or last, without a pause."""
    wire, amber, birch = limited()
    lives: list[LogId] = []
    for n in range(5):
        for m in range(10):
            submit(wire, 0, *[f"{n}/{m}/{k}" for k in range(RATE)])
            wire.now_ms += MINUTE_MS
        lives.append(amber.own)
        wire.put(0, amber.start(wire.now_ms))
    wire.connect(0, 1)
    wire.settle(6)
    assert [birch.size(log) for log in lives] == [amber.size(log) for log in lives]
    assert not said(birch)


def test_back_dating_in_the_log_of_now_buys_nothing() -> None:
    """R-181: whatever an author says of its clock, what it has written since counts once."""
    wire, amber, birch = limited()
    wire.connect(0, 1)
    wire.settle(2)
    flood(wire, RATE)
    wire.settle()
    true_ms, wire.now_ms = wire.now_ms, wire.now_ms - 5 * MINUTE_MS
    for _ in range(20):
        flood(wire, RATE)  # by a clock that was set back
    wire.now_ms = true_ms
    wire.settle(1)
    assert birch.size(amber.own) <= 3 * RATE + reserve_of(RATE)
    assert said(birch)


def test_back_dating_in_former_lives_buys_no_more_than_was_never_used() -> None:
    """R-181: what says that it is old counts against all that could have been written since the opening."""
    wire, amber, birch = limited()
    for _ in range(10):
        flood(wire, 1_000)
    lost = amber.own
    wire.now_ms += 2 * MINUTE_MS
    wire.put(0, amber.start(wire.now_ms))
    submit(wire, 0, *["text"] * RATE)
    wire.connect(0, 1)
    wire.settle(3)
    minutes = (wire.now_ms - OPENED_AT_MS) // MINUTE_MS + 1
    assert birch.size(lost) <= minutes * RATE + limits.PENDING_ENTRIES_MAX


# ------------------------------------------------------------------ our own
def check(one: Member, drafts: Sequence[Draft], now_ms: int, waiting: int = 0) -> None:
    async def ask() -> None:
        submissions = Submissions(one.store)
        if waiting:
            submissions.take([draft()] * waiting)
        submissions.check(one.turns.state, terms(one), drafts, now_ms)

    asyncio.run(ask())


def terms(one: Member) -> Charter:
    ledger = one.turns.state.ledger
    assert ledger is not None
    return ledger.standing.terms


def refused(one: Member, drafts: Sequence[Draft], now_ms: int, waiting: int = 0) -> str:
    with pytest.raises(Told) as caught:
        check(one, drafts, now_ms, waiting)
    return caught.value.code


def test_our_own_are_refused_beyond_the_rate_before_anything_is_recorded() -> None:
    """R-180: also counted is what waits; a minute later there is room again, evenly."""
    wire, amber, _ = limited()
    wire.now_ms += MINUTE_MS
    check(amber, [draft()] * RATE, wire.now_ms)
    assert refused(amber, [draft()] * (RATE + 1), wire.now_ms) == "OL-403"
    assert refused(amber, [draft()], wire.now_ms, waiting=RATE) == "OL-403"
    submit(wire, 0, *["text"] * RATE)
    assert refused(amber, [draft()], wire.now_ms) == "OL-403"
    check(amber, [draft()] * (RATE // 2), wire.now_ms + MINUTE_MS // 2)
    assert refused(amber, [draft()] * (RATE // 2 + 1), wire.now_ms + MINUTE_MS // 2) == "OL-403"
    check(amber, [draft()] * RATE, wire.now_ms + MINUTE_MS)


def test_flash_and_what_the_line_itself_writes_have_a_reserve() -> None:
    """R-180"""
    wire, amber, _ = limited()
    wire.now_ms += MINUTE_MS
    submit(wire, 0, *["text"] * RATE)
    check(amber, [draft(precedence=FLASH)] * reserve_of(RATE), wire.now_ms)
    check(amber, [Draft(REVOCATION, 0, 0, (), b"")], wire.now_ms)
    for kind in (MESSAGE, ACKNOWLEDGEMENT, 64, 200):
        assert refused(amber, [Draft(kind, 0, 0, (), b"")], wire.now_ms) == "OL-403"
    assert refused(amber, [draft(precedence=FLASH)] * (reserve_of(RATE) + 1), wire.now_ms) == "OL-403"
    assert refused(amber, [draft(precedence=FLASH), draft()], wire.now_ms) == "OL-403"


def test_what_is_on_the_record_already_is_not_counted_again() -> None:
    """R-180: asked again under its token it is found, whatever the rate."""
    wire, amber, _ = limited()
    wire.now_ms += MINUTE_MS
    batch = [Draft(MESSAGE, 0, 0, (), b"text", f"token {n}") for n in range(RATE)]
    wire.put(0, amber.take((Submitted(tuple(batch)),), wire.now_ms))
    check(amber, batch, wire.now_ms)
    assert refused(amber, [*batch, draft()], wire.now_ms) == "OL-403"


def test_a_restart_forgets_nothing_of_the_last_minute() -> None:
    """R-180: else a station started again and again writes without end, and its honest peers pause it."""
    wire, amber, _ = limited()
    wire.now_ms += MINUTE_MS
    submit(wire, 0, *["text"] * (RATE - 10))
    amber.start(wire.now_ms + 1)
    assert refused(amber, [draft()] * 10, wire.now_ms + 1) == "OL-403"
    check(amber, [draft()] * 8, wire.now_ms + 1)
    amber.start(wire.now_ms + 2 * MINUTE_MS)
    check(amber, [draft()] * (RATE - 1), wire.now_ms + 2 * MINUTE_MS)


def test_a_clock_set_back_keeps_nobody_from_writing() -> None:
    """R-180"""
    wire, amber, _ = limited()
    wire.now_ms += MINUTE_MS
    submit(wire, 0, *["text"] * RATE)
    check(amber, [draft()] * RATE, wire.now_ms - 86_400_000)


def test_a_body_beyond_the_terms_is_refused_here_and_held_from_others() -> None:
    """R-183: what the line itself writes is not bounded by the terms."""
    wire, amber, birch = limited()
    for kind in (MESSAGE, ACKNOWLEDGEMENT, 32, 255):
        check(amber, [Draft(kind, 0, 0, (), bytes(1_000))], wire.now_ms)
        assert refused(amber, [Draft(kind, 0, 0, (), bytes(1_001))], wire.now_ms) == "OL-402"
    check(amber, [Draft(DISPUTE, 0, 0, (), bytes(5_000))], wire.now_ms)
    check(amber, [Draft(DISPUTE, 3, 0, (), bytes(5_000))], wire.now_ms)
    wire.connect(0, 1)
    wire.settle(1)
    submit(wire, 0, "x" * 5_000)
    wire.settle(1)
    assert birch.size(amber.own) == amber.size(amber.own) == 2
    own = amber.turns.state.logs[amber.own]
    assert own.receipts[1].size == 2, "held and receipted like any other"


@pytest.mark.parametrize(
    "fields", [(8, bytes(12), 0, 1), (0, bytes(11), 0, 1), (0, bytes(12), -1, 1), (0, bytes(12), 0, 0)]
)
def test_what_an_intake_entry_says_reads_strictly(fields: tuple[int, bytes, int, int]) -> None:
    """R-182"""
    good = Paused(1, bytes(12), 7, 60)
    assert parse_paused(encode_paused(good)) == good
    with pytest.raises(Malformed):
        parse_paused(encode_paused(Paused(*fields)))
    with pytest.raises(Malformed):
        parse_paused(encode_paused(good) + b"\0")


def test_a_flash_beyond_the_terms_is_refused_before_it_is_recorded() -> None:
    """R-210: what goes before everything must be short; the same body goes as ROUTINE."""
    wire, amber, _ = limited(flash_bytes_max=100, immediate_bytes_max=500)
    for precedence, most in ((3, 100), (2, 500), (1, 1_000), (0, 1_000)):
        check(amber, [Draft(MESSAGE, precedence, 0, (), bytes(most))], wire.now_ms)
        assert refused(amber, [Draft(MESSAGE, precedence, 0, (), bytes(most + 1))], wire.now_ms) == "OL-402"


def test_what_another_party_has_us_say_leaves_half_of_the_rate_to_our_people() -> None:
    """R-227: every entry that overtakes makes us write one of ours; a flood of them must not silence our officers."""
    wire, amber, birch = limited(24)
    for one, other in ((0, 1), (1, 0)):
        wire.links.add((one, other))
        wire.put(one, wire.desks[one].take((Up(other, BearerUp("wire", 700, 1_200)),), wire.now_ms))
    wire.settle(2)
    wire.now_ms += MINUTE_MS
    wire.drop = lambda sender, _, item: sender == 0 and isinstance(item, Commit | Entries | Checkpoint)
    drafts = [draft("a letter " * 500), *(draft(f"flash {n}", FLASH) for n in range(30))]
    wire.put(0, amber.take((Submitted(tuple(drafts)),), wire.now_ms))
    wire.settle(2)
    assert 0 < len(birch.store.ahead()) <= 12
    assert own_room(birch.turns.state, [draft("a word of ours")], wire.now_ms) >= 11
