"""Line machines whose line changes: they agree on it, whatever arrives first, and act on it in the same step."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace

import pytest

from openline.console.kept.keeping import StationKeys
from openline.limits import CERTIFICATES_A_PARTY_MAX
from openline.line.events import Amended, Arrived, Draft, Noticed, Submitted
from openline.line.hails import is_settled
from openline.line.terms import amendments
from openline.line.terms.amendments import (
    SNAPSHOT,
    SNAPSHOT_VERSION,
    catch_up,
    derive_snapshot,
    judge,
    open_ledger,
    opened,
)
from openline.line.turn import Heard, Life, Turns
from openline.line.work import Work
from openline.record import statement
from openline.record.entry import AMENDMENT_ACCEPTED, AMENDMENT_PROPOSED, CERTIFICATE, REVOCATION, Ref, parse_header
from openline.record.members import station_keys
from openline.record.roster import Party, Roster
from openline.record.standing import IN_FORCE
from openline.record.statement import gathered
from openline.seal.amendment import Answer, Change, Join, Leave, Proposal, Terms, encode_answer, encode_proposal
from openline.seal.certificate import Agreed, Certificate, StationSecrets, certify, join_nonce, revoke
from openline.seal.charter import Charter, CharterLimits
from openline.store.memory import MemoryStore
from openline.wire.items import Commit, RosterEntry
from tests.rooms.line.desks import Desk, Wire, submit
from tests.rooms.record import world
from tests.rooms.record.world import OPENED_AT_MS, YEAR_MS, Side

NOW_MS = OPENED_AT_MS + 1_000_000


class Keys(StationKeys):
    """Real station keys, with draws that repeat."""

    def __init__(self, secrets: StationSecrets, seed: bytes) -> None:
        super().__init__(secrets)
        self._seed, self._drawn = seed, 0

    def draw(self, count: int) -> bytes:
        self._drawn += 1
        return hashlib.sha256(self._seed + self._drawn.to_bytes(8, "big")).digest()[:count]


@dataclass
class Member(Desk):
    """A desk with papers: charter, roster, and the keys of its side."""

    charter: Charter = field(default_factory=lambda: world.two().charter)
    certificate: Certificate = field(default_factory=lambda: world.two().sides[0].certificate)

    def start(self, now_ms: int) -> list:  # type: ignore[type-arg]
        self.turns = Turns(self.store, self.keys, self.roster, self.me, self.charter)
        self.lives += 1
        generation = now_ms.to_bytes(6, "big") + hashlib.sha256(bytes([self.me, self.lives])).digest()[:6]
        secret = hashlib.sha256(b"secret" + generation).digest()
        self.heard = {party: Heard(OPENED_AT_MS) for party in range(3)}
        return self._keep(self.turns.start(Life(generation, secret, self.certificate.digest, "test"), now_ms))

    def turn_to(self, certificate: Certificate, secrets: StationSecrets) -> None:
        self.certificate, self.keys = certificate, Keys(secrets, self.certificate.digest)  # type: ignore[assignment]

    @property
    def left(self) -> list[bool]:
        return [party.left for party in self.turns.state.roster.parties]

    @property
    def noticed(self) -> list[str]:
        return [told.code for told in self.told if isinstance(told, Noticed)]


def desk(me: int, sides: list[Side], roster: Roster, charter: Charter, certificate: Certificate) -> Member:
    keys = Keys(sides[me].secrets(), certificate.digest)
    return Member(me, roster, keys, MemoryStore(), charter=charter, certificate=certificate)  # type: ignore[arg-type]


def make(count: int = 2) -> tuple[Wire, list[Member]]:
    papers = world.two() if count == 2 else world.three()
    desks = [desk(n, papers.sides, papers.roster, papers.charter, papers.sides[n].certificate) for n in range(count)]
    wire = Wire(list(desks), now_ms=NOW_MS, opened_at_ms=OPENED_AT_MS)
    for one in desks:
        wire.put(one.me, one.start(wire.now_ms))
    for a in range(count):
        for b in range(a):
            wire.connect(a, b)
    wire.settle(1)
    return wire, desks


def write(wire: Wire, one: Member, kind: int, body: bytes, *about: Ref) -> Ref:
    index = one.size(one.own)
    wire.put(one.me, one.take((Submitted((Draft(kind, 2, 0, about, body),)),), wire.now_ms))
    return Ref(one.me, one.own.generation, index)


def propose(wire: Wire, one: Member, change: Change) -> Ref:
    return write(wire, one, AMENDMENT_PROPOSED, encode_proposal(Proposal(change)))


def agree(wire: Wire, one: Member, ref: Ref, accepted: bool = True) -> Ref:
    return write(wire, one, AMENDMENT_ACCEPTED, encode_answer(Answer(accepted)), ref)


def in_force(one: Member) -> list[Ref]:
    ledger = one.turns.state.ledger
    assert ledger is not None
    return [each.ref for each in ledger.standing.amendments if each.state == IN_FORCE]


SHORT = Terms(limits=CharterLimits(body_bytes_max=1000))


def test_both_stations_come_to_the_same_and_find_it_again_after_a_restart() -> None:
    """R-143, R-156"""
    wire, (amber, birch) = make()
    ref = propose(wire, amber, SHORT)
    wire.settle(1)
    agree(wire, birch, ref)
    wire.settle(1)
    for one in (amber, birch):
        assert in_force(one) == [ref]
        assert any(isinstance(told, Amended) for told in one.told)
        stored = one.store.state(SNAPSHOT)
        assert stored == derive_snapshot(one.store, one.charter, one.roster)
        assert stored is not None and stored[0] == SNAPSHOT_VERSION
        one.start(wire.now_ms + 5)
        assert in_force(one) == [ref]


def test_a_life_that_is_shown_late_tells_at_once_who_knew_of_what(monkeypatch: pytest.MonkeyPatch) -> None:
    """R-142, R-144, R-156: or two parties that hold the same say that the line stands otherwise. Seed 1860."""
    wire, (amber, birch) = make()
    begun_ms = wire.now_ms
    wire.now_ms += 600_000
    first = propose(wire, birch, SHORT)
    wire.settle(1)
    agree(wire, amber, first)
    wire.settle(1)
    lives = []
    for number in range(1, 4):  # its clock was set back: by time, what it proposes comes first
        wire.now_ms = begun_ms + number * 60_000
        wire.put(amber.me, amber.start(wire.now_ms))
        lives.append(amber.own)
        wire.connect(amber.me, birch.me)
        wire.settle(1)
    second = propose(wire, amber, Terms(limits=CharterLimits(body_bytes_max=2000)))
    wire.settle(1)
    agree(wire, birch, second)
    wire.settle(1)
    assert in_force(amber) == in_force(birch) == [first, second]
    state = birch.turns.state
    assert state.ledger is not None
    for late in ((lives[0],), (lives[0], lives[1]), (lives[1], lives[0])):
        known = {log: before for log, before in state.ledger.before.items() if log not in late}
        work = Work(state._replace(ledger=replace(state.ledger, before=known)), wire.now_ms, b"")
        judge(work)
        seen = []
        judged: list[Work] = []

        def count(work: Work, judged: list[Work] = judged) -> None:
            judged.append(work)
            judge(work)

        with monkeypatch.context() as patch:
            patch.setattr(amendments, "judge", count)
            for log in late:
                assert work.ledger is not None
                seen.append([one.ref for one in work.ledger.standing.amendments])
                opened(work, log, birch.store.entries(log, 0, 1, 1 << 20)[0].body)
            catch_up(work)
            catch_up(work)
        assert seen == [[second, first]] * len(late)
        assert judged == [work]  # once, however many were shown
        assert work.ledger is not None
        assert [one.ref for one in work.ledger.standing.amendments] == [first, second]


def test_an_entry_that_reads_as_no_amendment_is_held_and_changes_nothing() -> None:
    """R-140: junk under the kind of a proposal; the line goes on."""
    wire, (amber, birch) = make()
    write(wire, amber, AMENDMENT_PROPOSED, b"junk")
    submit(wire, 0, "and on it goes")
    wire.settle(1)
    assert birch.size(amber.own) == 3 and "amendment-void" in birch.noticed
    assert birch.turns.state.logs[amber.own].receipts[1].size == 3


def request(papers: world.World) -> tuple[Side, Join]:
    side = Side(2)
    nonce = join_nonce(papers.charter.line_id(), side.root.party_id)
    certificate = certify(side.root, side.secrets(), nonce, OPENED_AT_MS, OPENED_AT_MS + YEAR_MS, side.draw)
    return side, Join(2, side.card, certificate)


def joined() -> tuple[Wire, list[Member]]:
    """Amber and Birch with a past, and Cedar, who has just been let in and has not heard anybody."""
    wire, (amber, birch) = make()
    submit(wire, 0, *(f"amber {n}" for n in range(40)))
    submit(wire, 1, *(f"birch {n}" for n in range(40)))
    wire.settle(1)
    papers = world.two()
    side, join = request(papers)
    ref = propose(wire, amber, join)
    wire.settle(1)
    agree(wire, birch, ref)
    wire.settle(1)
    known = papers.roster
    itself = Party(side.root.party_id, side.name, (station_keys(join.certificate, False),))
    roster = known._replace(parties=(*known.parties, itself))
    cedar = desk(2, [*papers.sides, side], roster, papers.charter, join.certificate)
    wire.desks.append(cedar)
    wire.put(2, cedar.start(wire.now_ms))
    return wire, [amber, birch, cedar]


def test_a_party_joins_reads_everything_and_receipts_it() -> None:
    """R-146"""
    wire, desks = joined()
    assert [len(one.turns.state.roster.parties) for one in desks] == [3, 3, 3]
    wire.connect(0, 2)
    wire.connect(1, 2)
    wire.settle(6)
    submit(wire, 2, "good day")
    wire.settle(6)
    amber, birch, cedar = desks
    sizes = {log: held.size for log, held in amber.turns.state.logs.items()}
    for one in desks:
        assert {log: held.size for log, held in one.turns.state.logs.items()} == sizes
        assert in_force(one) == in_force(amber)
    for log, held in amber.turns.state.logs.items():
        witnesses = {0, 1, 2} - {log.party}
        assert {witness for witness in witnesses if held.receipts[witness].size == held.size} == witnesses
    assert cedar.turns.state.logs[amber.own].receipts[1].size == cedar.size(amber.own), (
        "Birch's receipts reach Cedar too"
    )


def test_a_stranger_who_was_not_let_in_is_unknown() -> None:
    """R-159: its entries are under no certificate that anybody knows."""
    wire, (amber, birch) = make()
    papers = world.two()
    side, join = request(papers)
    roster = papers.roster._replace(
        parties=(
            *papers.roster.parties,
            Party(side.root.party_id, side.name, (station_keys(join.certificate, False),)),
        )
    )
    cedar = desk(2, [*papers.sides, side], roster, papers.charter, join.certificate)
    wire.desks.append(cedar)
    wire.put(2, cedar.start(wire.now_ms))
    wire.connect(0, 2)
    wire.settle(2)
    assert amber.size(cedar.own) == 0 and cedar.own not in birch.turns.state.logs


def test_after_a_party_left_nothing_is_taken_from_it_or_sent_to_it() -> None:
    """R-148, R-158: but the entry by which it left is receipted."""
    wire, (amber, birch, cedar) = make(3)
    ref = propose(wire, cedar, Leave(2))
    wire.settle(1)
    assert [one.left for one in (amber, birch, cedar)] == [[False, False, True]] * 3
    assert cedar.turns.state.logs[cedar.own].receipts[0].size == ref.index + 1
    wire.settle(1)
    submit(wire, 0, "without Cedar")
    submit(wire, 2, "is anybody there?")
    wire.settle(4)
    assert cedar.size(amber.own) == amber.size(amber.own) - 1
    assert amber.size(cedar.own) == ref.index + 1
    assert birch.size(amber.own) == amber.size(amber.own)
    assert 2 not in amber.turns.state.peers and set(birch.turns.state.peers) == {0}


def test_a_renewed_certificate_and_the_first_log_under_it_come_in_one_burst() -> None:
    """R-151"""
    wire, (amber, birch) = make()
    side = world.two().sides[0]
    renewed = side.certified("second", OPENED_AT_MS + 7)
    wire.links.clear()
    write(wire, amber, CERTIFICATE, renewed.signed)
    amber.turn_to(renewed, side.secrets("second"))
    wire.now_ms += 10
    wire.put(0, amber.start(wire.now_ms))
    submit(wire, 0, "under the new key")
    wire.connect(0, 1)
    wire.settle(3)
    assert birch.size(amber.own) == 2
    assert birch.turns.state.logs[amber.own].station[:8] == renewed.digest[:8]


def test_a_certificate_shown_beforehand_is_believed_on_its_roots_signature_only() -> None:
    """R-151: by roster item, before its entry; a forged one is refused, the next item is taken."""
    wire, (amber, birch) = make()
    side = world.two().sides[0]
    renewed = side.certified("second", OPENED_AT_MS + 7)
    forged = renewed.signed[:-5] + bytes([renewed.signed[-5] ^ 1]) + renewed.signed[-4:]
    items = (RosterEntry(forged), RosterEntry(world.two().sides[1].certificate.signed), RosterEntry(renewed.signed))
    wire.put(1, birch.take((Arrived(0, "wire", amber.start_bytes, items),), wire.now_ms))
    assert birch.noticed.count("certificate-refused") == 2
    digests = [station.digest for station in birch.turns.state.roster.parties[0].stations]
    assert digests == [side.certificate.digest, renewed.digest]


def revocation_of(amber: Member, size: int) -> bytes:
    side = world.two().sides[0]
    root = amber.store.notes(amber.own, size, size)[0].root
    return revoke(
        side.root, side.certificate.digest, OPENED_AT_MS + 9, [Agreed(amber.own.generation, size, root)], ""
    ).signed


def test_what_a_revoked_key_writes_beyond_what_was_agreed_is_held_and_not_receipted() -> None:
    """R-152: disputed, never an exhibit; the revocation itself came by Birch's hand."""
    wire, (amber, birch) = make()
    submit(wire, 0, "in good order")
    wire.settle(1)
    agreed = amber.size(amber.own)
    write(wire, birch, REVOCATION, revocation_of(amber, agreed))
    submit(wire, 0, "by a thief")
    wire.settle(3)
    held = birch.turns.state.logs[amber.own]
    assert held.size == agreed + 1 and held.disputed_from == agreed
    assert held.receipts[1].size == agreed
    assert birch.store.exhibits() == []


def test_for_a_receipt_that_a_revoked_key_never_gets_nobody_asks_for_ever() -> None:
    """R-152; simulation, seed 14: the log was listed and its last receipt repeated with every hail from then on."""
    wire, (amber, birch) = make()
    submit(wire, 0, "in good order")
    wire.settle(1)
    old, agreed = amber.own, amber.size(amber.own)
    write(wire, birch, REVOCATION, revocation_of(amber, agreed))
    submit(wire, 0, "by a thief")
    wire.settle(3)
    side = world.two().sides[0]
    renewed = side.certified("second", OPENED_AT_MS + 7)
    write(wire, amber, CERTIFICATE, renewed.signed)
    wire.settle(1)
    amber.turn_to(renewed, side.secrets("second"))
    wire.put(0, amber.start(wire.now_ms))
    wire.settle(3)
    assert amber.turns.state.logs[old].receipts[1].size < amber.size(old) == birch.size(old)
    assert is_settled(Work(amber.turns.state, wire.now_ms, bytes(8)), old, 1, None)


def test_who_comes_later_receipts_a_revoked_log_as_far_as_it_was_agreed() -> None:
    """R-152"""
    wire, (amber, birch) = make()
    submit(wire, 0, "in good order")
    wire.settle(1)
    agreed = amber.size(amber.own)
    late = desk(1, world.two().sides, birch.roster, birch.charter, birch.certificate)
    wire.desks[1] = late
    wire.links.clear()
    wire.now_ms += 10
    wire.put(1, late.start(wire.now_ms))
    write(wire, late, REVOCATION, revocation_of(amber, agreed))
    wire.connect(0, 1)
    wire.settle(3)
    held = late.turns.state.logs[amber.own]
    assert held.size == agreed and held.disputed_from is None
    assert held.receipts[1].size == agreed


def test_three_parties_agree_though_the_answers_arrive_in_other_orders() -> None:
    """R-142: Cedar has the last yes long before what it answers."""
    wire, (amber, birch, cedar) = make(3)
    wire.links -= {(0, 2), (2, 0)}
    first = propose(wire, amber, SHORT)
    wire.settle(1)
    agree(wire, birch, first)
    wire.settle(1)
    ledger = cedar.turns.state.ledger
    assert ledger is not None
    assert in_force(cedar) == []
    wire.connect(0, 2)
    wire.settle(4)
    agree(wire, cedar, first)
    wire.settle(4)
    assert in_force(amber) == in_force(birch) == in_force(cedar) == [first]


def test_junk_in_a_commit_of_amendments_is_refused_like_any_other() -> None:
    """A signature over other bytes admits no proposal."""
    wire, (amber, birch) = make()

    def spoil(sender: int, receiver: int, item: object) -> bool:
        return isinstance(item, Commit)

    wire.drop = spoil
    ref = propose(wire, amber, SHORT)
    wire.settle(1)
    assert in_force(birch) == [] and birch.size(amber.own) <= ref.index
    wire.drop = None
    wire.settle(4)
    assert birch.size(amber.own) == ref.index + 1


def test_a_certificate_that_was_only_shown_goes_on_the_record_with_the_first_log_under_it() -> None:
    """R-151. A log under a certificate that its party never recorded could be held, and no export of it be made."""
    wire, (amber, birch) = make()
    side = world.two().sides[1]
    renewed = side.certified("shown", OPENED_AT_MS + 1)
    wire.put(0, amber.take((Arrived(1, "wire", birch.start_bytes, (RosterEntry(renewed.signed),)),), wire.now_ms))
    assert not amber.store.find(CERTIFICATE, 0, 9)
    wire.links.clear()
    birch.turn_to(renewed, side.secrets("shown"))
    wire.now_ms += 10
    birch.roster = amber.turns.state.roster
    birch.start(wire.now_ms)
    wire.connect(0, 1)
    wire.settle(3)
    assert amber.size(birch.own) == 1
    assert [row.log for row in amber.store.find(CERTIFICATE, 0, 9)] == [amber.own]
    ledger = amber.turns.state.ledger
    assert ledger is not None and not ledger.offered


@pytest.mark.whole
def test_certificates_without_end_are_known_up_to_a_bound() -> None:
    """R-151. Eleven hundred of them made papers that the station could not read again: it never started any more."""
    wire, (amber, _) = make()
    side = world.two().sides[1]
    made = [side.certified(f"many {number}", OPENED_AT_MS + number) for number in range(70)]
    for one in made:
        wire.put(0, amber.take((Arrived(1, "wire", b"", (RosterEntry(one.signed),)),), wire.now_ms))
    assert amber.noticed.count("certificate-refused") == 70 - (CERTIFICATES_A_PARTY_MAX // 2 - 1)
    assert len(amber.turns.state.roster.parties[1].stations) == CERTIFICATES_A_PARTY_MAX // 2
    for number in range(70, 150):
        write(wire, amber, CERTIFICATE, side.certified(f"many {number}", OPENED_AT_MS + number).signed)
    assert len(amber.turns.state.roster.parties[1].stations) == CERTIFICATES_A_PARTY_MAX


def test_a_dictionary_is_used_from_when_it_is_agreed_and_no_longer_than_that() -> None:
    """R-281: held is not agreed, and what is agreed can be amended."""
    wire, (ours, theirs) = make()
    words = b"Words that both sides know. "
    digest = hashlib.sha256(words).digest()
    for one in (ours, theirs):
        one.turns.state = one.turns.state._replace(dictionaries={digest: words})

    def used(one: Member) -> list[bytes]:
        return list(Work(one.turns.state, wire.now_ms, bytes(8)).dictionaries)

    assert used(ours) == used(theirs) == []
    for formats, expected in (((digest,), [digest]), ((bytes(32),), [])):
        ref = propose(wire, ours, Terms(formats=formats))
        wire.settle(1)
        agree(wire, theirs, ref)
        wire.settle(1)
        assert used(ours) == used(theirs) == expected


def test_who_proposes_without_end_fills_nobodys_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """R-150: of each log the first count, on both sides alike, also after a start, and in whatever order."""
    monkeypatch.setattr(statement, "STATEMENTS_A_LOG_MAX", 4)
    wire, (amber, birch) = make()
    first = [propose(wire, amber, SHORT) for _ in range(3)]
    wire.settle()
    agree(wire, birch, first[2])
    fourth = propose(wire, amber, Terms(limits=CharterLimits(body_bytes_max=2000)))
    beyond = propose(wire, amber, SHORT)
    wire.settle()
    for ref in (fourth, beyond):
        agree(wire, birch, ref)
    wire.settle()
    for one in (amber, birch):
        ledger = one.turns.state.ledger
        assert ledger is not None
        assert [ref for ref in ledger.statements if ref.party == 0] == [*first, fourth]
        assert set(in_force(one)) == {first[2], fourth}, "what came too late changes nothing"
        again = open_ledger(one.store, ledger.charter, ledger.papers)
        assert (again.standing, set(again.statements)) == (ledger.standing, set(ledger.statements))
    rows = [(row.log, one) for row in amber.store.find(AMENDMENT_PROPOSED, 0, 100)
            for one in amber.store.entries(row.log, row.index, 1, 1)]  # fmt: skip
    entries = [(log, parse_header(one.header), one.body) for log, one in rows]
    for order in (entries, entries[::-1], entries * 3):
        assert list(gathered(order)) == [*first, fourth]
