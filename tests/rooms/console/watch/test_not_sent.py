"""What two released and the record refuses by now: it ends with a word, is kept, and is tried no further. R-340."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from openline.accord.agreements.acts import Act, What, encode_act
from openline.accord.bodies import Standing, Status, check_body, encode_status
from openline.accord.communique.statement import (
    Signature,
    Statement,
    Version,
    Withdrawal,
    encode_signature,
    encode_statement,
    encode_withdrawal,
    statement_digest,
)
from openline.accord.drafting import bodies as drafting
from openline.accord.drafting.bodies import Closed, Closing, Position, encode_closed, encode_position, encode_tabled
from openline.accord.drafting.drafts import Stand
from openline.console.accords.keeping import OneBook
from openline.console.agreeing.acts import Agreeing
from openline.console.channel.clock import counted_ms
from openline.console.channel.submitting import Submissions
from openline.console.negotiating.acts import Negotiating
from openline.console.publishing.acts import Publishing
from openline.console.watch import asking
from openline.console.watch.desk import Desk
from openline.console.watch.operations import DeskOperations
from openline.desk import acts, facts
from openline.desk.people import Role
from openline.desk.state import Stage
from openline.errors import Refused, StoreDown
from openline.line.events import Draft as LineDraft
from openline.line.ports import LogId
from openline.record.entry import ACT, AGREEMENT, CLOSED, JOINT, JOINT_WITHDRAWN, POSITION, STATUS, TABLED, Ref
from openline.store.sqlite import SqliteStore
from tests.rooms.accord.drafting.treaty import tabled
from tests.rooms.store.spoken import AT_MS, Party, arrive

END_S = AT_MS // 1000 + 3600


class Line:
    """The real doors over a real record. Its disk takes what is given, or does not."""

    def __init__(self, folder: Path) -> None:
        self.store = SqliteStore(folder / "store.sqlite")
        self.us, self.them = Party(0), Party(1)
        self.now = AT_MS
        self.book = OneBook(folder / "store.sqlite", lambda: (0, 1))
        self.is_down = False
        self.state = SimpleNamespace(me=0, peers={})
        self.charter = SimpleNamespace(languages=("en",))
        running = cast(Any, self)
        of_texts = Negotiating(running, cast(Any, None), self.book, cast(Any, None), lambda _event: None)
        self._submissions = Submissions(self.store)
        self._submissions.doors += [
            Agreeing(running, cast(Any, None), self.book).check_leaving, of_texts.check_leaving,
            Publishing(running, self.book).check_leaving,
        ]  # fmt: skip

    def now_ms(self) -> int:
        return self.now

    async def pass_doors(self, drafts: Sequence[LineDraft]) -> None:
        await self._submissions.pass_doors(drafts)

    def look_at(self, drafts: Sequence[LineDraft]) -> None:
        """Everything fits."""

    async def submit(self, drafts: Sequence[LineDraft]) -> list[tuple[LogId, int]]:
        await self.pass_doors(drafts)
        if self.is_down:
            raise StoreDown("full")
        refs = [self.us.writes(one.kind, one.body, *one.references) for one in drafts]
        arrive(self.store, self.us)
        return [(LogId(ref.party, ref.generation), ref.index) for ref in refs]

    def says(self, by: Party, kind: int, body: bytes, *references: Ref) -> Ref:
        """Recorded by a party, whatever any door says."""
        for other in (self.us, self.them):
            if other is not by:
                by.hears(other)
        ref = by.writes(kind, body, *(references or check_body(kind, body)), at_ms=self.now)
        arrive(self.store, by)
        return ref


class Office:
    """A desk where two release, over that line."""

    def __init__(self, folder: Path) -> None:
        self.line = Line(folder)
        self.desk = Desk(folder / "desk.sqlite", folder / "officers.key", b"passphrase", self.line.now_ms)
        self.desk.write([facts.Enrolled(n, str(role), (role,)) for n, role in enumerate(Role)], None)
        self.desk.write([facts.PolicySet(2)], None)
        sat = {role: self.desk.sittings.begin(n, 0, counted_ms())[0] for n, role in enumerate(Role)}
        self.actor = {role: self.desk.sitting(token).actor for role, token in sat.items()}
        self.operations = DeskOperations(self.desk, self.line, lambda _message: [], "line", bytes(32), None)

    def drafted(self, kind: int, body: bytes) -> int:
        (fact,) = self.desk.act(acts.Write(None, 0, 0, 0, b"", kind, body), self.actor[Role.DRAFTER])
        assert isinstance(fact, facts.DraftedOther)
        self.desk.act(acts.Submit(fact.draft, fact.version), self.actor[Role.DRAFTER])
        return fact.draft

    def released(self, kind: int, body: bytes) -> int:
        """Let go by another, and not recorded yet: as after a crash, or while the disk takes nothing."""
        number = self.drafted(kind, body)
        leaving = [LineDraft(kind, 0, 0, check_body(kind, body), body)]
        asyncio.run(self.line.pass_doors(leaving))  # it fits the record when it is let go
        self.desk.act(acts.LetGo(number, 1), self.actor[Role.RELEASER])
        return number

    def carry(self) -> None:
        """What the station does by itself with what is released, until there is nothing left of it."""

        async def once() -> None:
            going = asyncio.create_task(self.operations.carry_through())
            while any(one.stage is Stage.RELEASED for one in self.desk.state.under_way.values()):
                assert not going.done()
                await asyncio.sleep(0.01)
            going.cancel()
            with suppress(asyncio.CancelledError):
                await going

        asyncio.run(once())

    def recorded(self, kind: int) -> int:
        return len(self.line.store.find(kind, 0, 100))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.line.book.close()
    made.line.store.close()
    made.desk.close()


def position(line: Line) -> tuple[int, bytes, Callable[[], object], str]:
    """Their version is withdrawn while our acceptance waits."""
    of = line.says(line.them, TABLED, encode_tabled(tabled()))
    body = encode_position(Position(of, (drafting.Said(1, Stand.ACCEPTS, ""),), ""))
    gone = encode_closed(Closed(of, Closing.WITHDRAWN, "No.", "en"))
    return POSITION, body, lambda: line.says(line.them, CLOSED, gone), "is withdrawn"


def signature(line: Line) -> tuple[int, bytes, Callable[[], object], str]:
    """A version lapses while our signature under it waits."""
    one = tabled(lapses_s=END_S)
    line.says(line.them, TABLED, encode_tabled(one))
    return AGREEMENT, one.body, lambda: setattr(line, "now", END_S * 1000), "it has lapsed"


def adherence(line: Line) -> tuple[int, bytes, Callable[[], object], str]:
    """We leave the agreement before its end while our adherence after it waits."""
    one = tabled(of={"from_s": AT_MS // 1000 - 3600, "until_s": END_S})
    for party in (line.us, line.them):
        line.says(party, AGREEMENT, one.body)
    adheres = encode_act(Act(one.digest, What.ADHERE, END_S, None, "As long as they do.", "en"))
    leaves = encode_status(Status(one.digest, Standing.ENDED, END_S - 60, "", ""))
    return ACT, adheres, lambda: line.says(line.us, STATUS, leaves), "this party left it by its own act"


def joint(line: Line) -> tuple[int, bytes, Callable[[], object], str]:
    """A joint statement is withdrawn while our signature waits."""
    body = encode_statement(Statement("peace-1", (Version("en", "Title", "Words."),), END_S, "UTC", 0))
    digest = statement_digest(body)
    line.says(line.them, JOINT, encode_signature(Signature(digest, body)))
    gone = encode_withdrawal(Withdrawal(digest, "", ""))
    return JOINT, encode_signature(Signature(digest, b"")), lambda: line.says(line.them, JOINT_WITHDRAWN, gone), \
        "withdrawn"  # fmt: skip


CASES = [position, signature, adherence, joint]


@pytest.mark.parametrize("case", CASES)
def test_what_the_record_refuses_by_now_ends_is_kept_and_is_not_tried_again(
    office: Office, case: Callable[[Line], tuple[int, bytes, Callable[[], object], str]]
) -> None:
    """R-340"""
    kind, body, happens, why = case(office.line)
    before = office.recorded(kind)
    number = office.released(kind, body)
    happens()
    there = office.recorded(kind)
    office.carry()
    draft = office.desk.state.drafts[number]
    assert draft.stage is Stage.NOT_SENT and why in draft.remark and "released, and refused" in draft.remark
    assert draft.version.told == body, "its words are kept"
    assert number in office.desk.state.under_way and office.recorded(kind) == there >= before
    size = office.desk.state.size
    office.carry()
    assert office.desk.state.size == size, "nothing is tried, and nothing written, again"
    row = office.operations._row(number, office.actor[Role.DRAFTER])
    assert isinstance(row, asking.DraftRow) and (row.stage, row.remark) == ("not sent", draft.remark)
    log = [office.operations._presenter.log_row(one).what for one in office.desk.entries(0, 100)]
    assert log[-1] == "not sent"


def test_whoever_wrote_it_writes_it_anew_or_withdraws_it(office: Office) -> None:
    """R-340"""
    body = encode_signature(Signature(bytes(32), b""))
    for number in range(2):
        office.desk.act(acts.Write(None, 0, 0, 0, b"", JOINT, body), office.actor[Role.DRAFTER])
        office.desk.write([facts.NotSent(number, "released, and refused")], None)
    office.desk.act(acts.Write(0, 1, 0, 0, b"", JOINT, body), office.actor[Role.DRAFTER])
    office.desk.act(acts.Withdraw(1), office.actor[Role.DRAFTER])
    drafts = office.desk.state.drafts
    assert (drafts[0].stage, drafts[0].version.number, drafts[1].stage) == (Stage.OPEN, 2, Stage.WITHDRAWN)


def test_an_officer_who_releases_it_in_that_moment_is_told_and_nothing_is_sent(office: Office) -> None:
    """R-340"""
    kind, body, happens, why = position(office.line)
    number = office.drafted(kind, body)
    passed = office.line.pass_doors

    async def then_it_happens(drafts: Sequence[LineDraft]) -> None:
        await passed(drafts)
        if office.desk.state.drafts[number].stage is Stage.SUBMITTED:
            happens()

    office.line.pass_doors = then_it_happens  # type: ignore[method-assign]
    with pytest.raises(Refused, match=f"D-{number} was released, and refused .*{why}.* nothing of it was sent"):
        asyncio.run(office.operations._let_go(acts.LetGo(number, 1), office.actor[Role.RELEASER]))
    assert office.desk.state.drafts[number].stage is Stage.NOT_SENT and not office.recorded(kind)


def test_what_waits_only_for_the_disk_is_recorded_once_that_takes_it(office: Office) -> None:
    kind, body, _, _ = position(office.line)
    number = office.drafted(kind, body)
    office.line.is_down = True
    with pytest.raises(Exception, match="is released, and will be recorded once this is over"):
        asyncio.run(office.operations._let_go(acts.LetGo(number, 1), office.actor[Role.RELEASER]))
    office.line.is_down = False
    office.carry()
    assert office.desk.state.drafts[number].stage is Stage.RECORDED and office.recorded(kind) == 1
