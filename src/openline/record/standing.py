"""How a line stands: its charter, and everything its record has changed since. A fold over statements. (R-140 to R-159)

The answer depends on the statements only, never on the order in which they came here. What a statement was written
after shows in its header, so each is judged by the line as its author could know it:

- A proposal comes into force when every party has said yes that was on the line in the past of the proposal or of
  any yes that counts for it. Nobody is passed over by keeping silent about a party that has joined. (R-143)
- The first answer of a party to a proposal counts; its own proposal is its yes. A no of the proposer withdraws it,
  against every yes written after that no. (R-141)
- A party leaves by its own word; leaving somebody out takes all the others, at least two. (R-148)
- Amendments take effect in the order in which their authors knew of each other; between those that did not, by
  time written, then place in the record. Of two that contradict each other, the later one holds. (R-144)

A statement waits until everything it was written after is held here; then it counts for good. Judging goes in rounds
over the few statements that change who is on the line, so that lies about the past cannot make it run in circles.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from openline.errors import Malformed, PeerFault
from openline.limits import PARTIES_MAX
from openline.record.amendment import (
    Answer,
    Change,
    Close,
    Join,
    Leave,
    Paper,
    Proposal,
    Statement,
    Terms,
    with_party,
    with_terms,
)
from openline.record.entry import CERTIFICATE, LogId, Ref
from openline.record.fields import dump_map
from openline.seal.certificate import (
    Certificate,
    Revocation,
    certified_party,
    join_nonce,
    parse_certificate,
    parse_revocation,
    revoking_party,
)
from openline.seal.charter import Charter, parse_charter
from openline.seal.party import RootPublic

STATEMENTS_MAX: Final = 1024  # of one party: later ones are held and shown, and change nothing
TURNOVERS_MAX: Final = 16  # proposals of one party that somebody joins or leaves
ROUNDS_MAX: Final = 4 * PARTIES_MAX  # more than eight parties can join and leave

IN_FORCE: Final = "in force"
OPEN: Final = "open"
REFUSED: Final = "refused"
WITHDRAWN: Final = "withdrawn"
VOID: Final = "void"
WAITING: Final = "waiting for the record"


class Amendment(NamedTuple):
    """One proposal and what became of it. `lacking`: parties whose yes it still needs; `why`: for people."""

    ref: Ref
    proposal: Proposal
    state: str
    accepted: tuple[int, ...] = ()
    lacking: tuple[int, ...] = ()
    why: str = ""


class Record(NamedTuple):
    """What the fold looks at. `held`: sizes of logs; `stations`: certificate digest (or its first 8 bytes) of a log;

    `covered`: how much of a log other parties have receipted; `revocations`: known from elsewhere than the record.
    """

    statements: Mapping[Ref, Statement]
    held: Mapping[LogId, int]
    stations: Mapping[LogId, bytes]
    covered: Mapping[LogId, int]
    revocations: tuple[Revocation, ...] = ()


class Standing(NamedTuple):
    """The line as it stands. `terms` is the charter as amended, joined parties included; it is not signed as such."""

    terms: Charter
    joined: tuple[Join, ...] = ()
    left: tuple[int, ...] = ()
    closed: bool = False
    certificates: tuple[tuple[int, Certificate], ...] = ()
    revocations: tuple[tuple[int, Revocation], ...] = ()
    amendments: tuple[Amendment, ...] = ()  # those in force first, in the order of coming into force
    settled: bool = True  # False while a statement waits, or hangs on receipts to come

    def current(self) -> tuple[int, ...]:
        """Who is on the line now."""
        return tuple(party for party in range(len(self.terms.parties)) if party not in self.left)

    def encode(self) -> bytes:
        """A snapshot in one spelling, for comparing. (R-156)"""
        return dump_map((
            [list(one.ref) for one in self.amendments if one.state == IN_FORCE],
            [list(one.ref) for one in self.amendments if one.state == VOID],
            list(self.left),
            self.closed,
            [[party, one.digest] for party, one in self.certificates],
            [[party, one.digest] for party, one in self.revocations],
        ))  # fmt: skip


class Checks:
    """Papers already checked, so that judging again does not verify again. A pure function's memory."""

    def __init__(self) -> None:
        self.known: dict[tuple[bytes, bytes], Certificate | Revocation | None] = {}


def stand(charter: Charter, record: Record, checks: Checks | None = None) -> Standing:
    """Judge the record. Raises nothing: what cannot count is left out, or listed as what it is."""
    return _Fold(charter, record, checks or Checks()).standing()


def precedes(first: Statement, then: Statement) -> bool:
    """Whether `then` was written knowing `first`, as its own header says. (R-142)"""
    if first.ref.party == then.ref.party:
        return first.ref < then.ref
    for party, generation, size in then.held:
        if party == first.ref.party:
            return (first.ref.generation, first.ref.index) < (generation, size)
    return False


class _Presence(NamedTuple):
    """Who had ever been on the line, and who had gone."""

    ever: frozenset[int]
    gone: frozenset[int]

    @property
    def here(self) -> frozenset[int]:
        return self.ever - self.gone


class _Fold:
    def __init__(self, charter: Charter, record: Record, checks: Checks) -> None:
        self.charter = charter
        self.line_id = charter.line_id()
        self.record = record
        self.checks = checks
        self.founders = frozenset(range(len(charter.parties)))
        self.settled = True
        every = _bounded(record.statements)
        self.roots = self._known_roots(every)
        self.papers = self._check_papers(every)
        self.revoked = {paper.certificate: paper for paper in (*record.revocations, *self._revocations())}
        self.counting = [one for one in every if self._counts(one)]
        self.waiting = {one.ref for one in every} - {one.ref for one in self.counting}
        self.proposals = {one.ref: one for one in self.counting if isinstance(one.body, Proposal)}
        self.answers: dict[Ref, list[Statement]] = {}
        for one in self.counting:
            if isinstance(one.body, Answer) and one.about in self.proposals:
                self.answers.setdefault(one.about, []).append(one)
        self.turnovers = self._turnovers()
        self.presence: dict[Ref, _Presence] = {}
        self._settle_presence()

    # --- papers

    def _known_roots(self, every: list[Statement]) -> dict[bytes, tuple[int, RootPublic]]:
        """Root keys by party id, with the party's number: founders, and whoever a proposal would let join."""
        roots = {}
        for one in every:
            change = one.body.change if isinstance(one.body, Proposal) else None
            if isinstance(change, Join):
                roots[change.card.party_id] = (change.place, change.card.root)
        for number, party in enumerate(self.charter.parties):
            roots[party.root.party_id] = (number, party.root)
        return roots

    def _check_papers(self, every: list[Statement]) -> dict[bytes, tuple[int, Certificate | Revocation]]:
        found: dict[bytes, tuple[int, Certificate | Revocation]] = {}
        for one in every:
            if isinstance(one.body, Paper):
                checked = self._check_paper(one.kind == CERTIFICATE, one.body.data)
                if checked is not None:
                    found.setdefault(checked[1].digest, checked)
        return found

    def _check_paper(self, is_certificate: bool, data: bytes) -> tuple[int, Certificate | Revocation] | None:
        """Under the root of the party it is of, whoever brought it; and made for this line. (R-151, R-152)"""
        try:
            party_id = certified_party(data) if is_certificate else revoking_party(data)
        except Malformed:
            return None
        number, root = self.roots.get(party_id, (-1, None))
        if root is None:
            return None
        if (party_id, data) not in self.checks.known:
            self.checks.known[party_id, data] = self._verify(is_certificate, number, root, data)
        paper = self.checks.known[party_id, data]
        return None if paper is None else (number, paper)

    def _verify(
        self, is_certificate: bool, number: int, root: RootPublic, data: bytes
    ) -> Certificate | Revocation | None:
        try:
            if not is_certificate:
                return parse_revocation(data, root)
            certificate = parse_certificate(data, root)
        except PeerFault:
            return None
        founder = number in self.founders
        nonce = self.charter.nonces[number] if founder else join_nonce(self.line_id, root.party_id)
        return certificate if certificate.line_nonce == nonce else None

    def _revocations(self) -> list[Revocation]:
        return [paper for _, paper in self.papers.values() if isinstance(paper, Revocation)]

    # --- what counts

    def _counts(self, one: Statement) -> bool:
        """Everything it was written after is held, and no revocation disowns it. (R-142, R-153)"""
        if any(self.record.held.get(LogId(party, generation), 0) < size for party, generation, size in one.held):
            self.settled = False
            return False
        station = self.record.stations.get(one.log, b"")
        revocation = next((r for digest, r in self.revoked.items() if station and digest.startswith(station)), None)
        if revocation is None:
            return True
        agreed = {log.generation: log.size for log in revocation.agreed}.get(one.ref.generation, 0)
        if one.ref.index < max(agreed, self.record.covered.get(one.log, 0)):
            return True
        self.settled = False
        return False

    def _turnovers(self) -> list[Statement]:
        """Proposals that somebody joins or leaves, a bounded number of each party. (R-150)"""
        used: dict[int, int] = {}
        found = []
        for one in self.proposals.values():
            assert isinstance(one.body, Proposal)
            if isinstance(one.body.change, Join | Leave):
                used[one.ref.party] = used.get(one.ref.party, 0) + 1
                if used[one.ref.party] <= TURNOVERS_MAX and self._may_stand(one.body.change):
                    found.append(one)
        return found

    def _may_stand(self, change: Join | Leave) -> bool:
        if isinstance(change, Leave):
            return True
        founding = self.charter.parties
        nonce = join_nonce(self.line_id, change.card.party_id)
        return (
            len(founding) <= change.place < PARTIES_MAX
            and change.certificate.line_nonce == nonce
            and all(change.card.party_id != party.root.party_id for party in founding)
            and all(change.card.name != party.name for party in founding)
        )

    # --- who was on the line, in the past of each statement

    def _settle_presence(self) -> None:
        """Rounds until nothing changes: each round knows one more joining or leaving than the one before."""
        turning = {one.ref for one in self.turnovers}
        narrow = [one for one in self.counting if one.ref in turning or one.about in turning]
        for _ in range(ROUNDS_MAX):
            after = {one.ref: self._presence_before(one) for one in narrow}
            if after == self.presence:
                break
            self.presence = after
        self.presence |= {one.ref: self._presence_before(one) for one in self.counting if one.ref not in self.presence}

    def _presence_before(self, then: Statement) -> _Presence:
        return self._presence_of([one for one in self.turnovers if self._complete(one, then)])

    def _presence_of(self, complete: list[Statement]) -> _Presence:
        ever, gone = set(self.founders), set()
        for one in complete:
            assert isinstance(one.body, Proposal)
            change = one.body.change
            if isinstance(change, Join):
                ever.add(change.place)
            elif isinstance(change, Leave):
                gone.add(change.party)
        return _Presence(frozenset(ever), frozenset(gone))

    def _present(self, one: Statement) -> _Presence:
        return self.presence.get(one.ref, _Presence(self.founders, frozenset()))

    # --- consent

    def _complete(self, proposal: Statement, before: Statement | None = None) -> bool:
        """Whether all have said yes that must: altogether, or as far as the author of `before` could know."""
        if before is not None and not precedes(proposal, before):
            return False
        return self._is_made_by_one_present(proposal) and not self._lacking(proposal, before)[1]

    def _is_made_by_one_present(self, proposal: Statement) -> bool:
        """A stranger's proposal, or one whose place does not follow the last, never comes into force. (R-146, R-159)"""
        present = self._present(proposal)
        assert isinstance(proposal.body, Proposal)
        change = proposal.body.change
        if isinstance(change, Join):
            if change.place in present.ever or not present.ever >= set(range(change.place)):
                return False
        elif isinstance(change, Leave) and change.party not in present.here:
            return False
        return proposal.ref.party in present.here

    def _lacking(self, proposal: Statement, before: Statement | None) -> tuple[set[int], set[int]]:
        """Who has said yes, and whose yes is lacking."""
        assert isinstance(proposal.body, Proposal)
        change = proposal.body.change
        yes, needed = {proposal.ref.party}, set(self._present(proposal).here)
        for answer in self._first_answers(proposal, before):
            if self._is_yes(proposal, answer):
                yes.add(answer.ref.party)
                needed |= self._present(answer).here
        if isinstance(change, Leave):
            if change.party == proposal.ref.party:
                return yes, set()
            needed.discard(change.party)
            if len(needed) < 2:  # one party alone cannot turn the other out: it can leave
                needed.add(change.party)
        return yes, needed - yes

    def _first_answers(self, proposal: Statement, before: Statement | None) -> list[Statement]:
        first: dict[int, Statement] = {}
        for answer in self.answers.get(proposal.ref, ()):
            if before is not None and not precedes(answer, before):
                continue
            known = first.get(answer.ref.party)
            if precedes(proposal, answer) and (known is None or answer.ref < known.ref):
                first[answer.ref.party] = answer
        return list(first.values())

    def _is_yes(self, proposal: Statement, answer: Statement) -> bool:
        assert isinstance(answer.body, Answer) and isinstance(proposal.body, Proposal)
        if not answer.body.accepted or answer.ref.party not in self._present(answer).here:
            return False
        withdrawn = any(
            isinstance(one.body, Answer)
            and not one.body.accepted
            and one.ref.party == proposal.ref.party
            and precedes(one, answer)
            for one in self.answers.get(proposal.ref, ())
        )
        return not withdrawn and not (
            isinstance(proposal.body.change, Join) and self._gave_place_away(proposal, answer)
        )

    def _gave_place_away(self, proposal: Statement, answer: Statement) -> bool:
        """One yes for one place: unless the other joining was refused or withdrawn before this answer. (R-147)"""
        assert isinstance(proposal.body, Proposal) and isinstance(proposal.body.change, Join)
        for other in self.turnovers:
            assert isinstance(other.body, Proposal)
            change = other.body.change
            if other is proposal or not isinstance(change, Join) or change.place != proposal.body.change.place:
                continue
            said = [one for one in self.answers.get(other.ref, ()) if one.ref < answer.ref]
            own = [one for one in said if one.ref.party == answer.ref.party]
            gave = other.ref.party == answer.ref.party and other.ref < answer.ref
            gave = gave or any(isinstance(one.body, Answer) and one.body.accepted for one in own)
            if gave and not self._is_dead(other, answer):
                return True
        return False

    def _is_dead(self, proposal: Statement, before: Statement | None = None) -> bool:
        """Some party's first answer was no; the proposer's no withdraws."""
        firsts = self._first_answers(proposal, before)
        return any(isinstance(one.body, Answer) and not one.body.accepted for one in firsts)

    # --- the outcome

    def standing(self) -> Standing:
        """Everything in force, in order, applied to the charter."""
        force = self._ordered([one for one in self.proposals.values() if self._stands(one)])
        standing = Standing(self.charter)
        told: list[Amendment] = []
        for one in force:
            assert isinstance(one.body, Proposal)
            yes, _ = self._lacking(one, None)
            accepted = tuple(sorted(yes))
            try:
                standing = _apply(standing, one.body.change)
                told.append(Amendment(one.ref, one.body, IN_FORCE, accepted))
            except Malformed as fault:
                told.append(Amendment(one.ref, one.body, VOID, accepted, why=fault.reason))
        told += [self._unfinished(one) for one in sorted(self.record.statements.values(), key=_place) if one not in force
                 and isinstance(one.body, Proposal)]  # fmt: skip
        members = {party.root.party_id: number for number, party in enumerate(standing.terms.parties)}
        papers = [paper for _, paper in self.papers.values() if paper.party_id in members]
        return standing._replace(
            certificates=tuple(sorted(
                ((members[one.party_id], one) for one in papers if isinstance(one, Certificate)),
                key=lambda pair: (pair[0], pair[1].not_before_ms, pair[1].digest),
            )),
            revocations=tuple(sorted(
                ((members[one.party_id], one) for one in papers if isinstance(one, Revocation)),
                key=lambda pair: (pair[0], pair[1].digest),
            )),
            amendments=tuple(told),
            settled=self.settled,
        )  # fmt: skip

    def _stands(self, proposal: Statement) -> bool:
        assert isinstance(proposal.body, Proposal)
        if isinstance(proposal.body.change, Join | Leave) and proposal not in self.turnovers:
            return False
        return self._complete(proposal)

    def _ordered(self, force: list[Statement]) -> list[Statement]:
        """What was known to a proposal's author comes before it; else by time written, then place. (R-144)"""
        left = sorted(force, key=lambda one: (one.at_ms, one.ref))
        known = {
            one.ref: [other.ref for other in left if other is not one and self._complete(other, one)] for one in left
        }
        done: list[Statement] = []
        while left:
            placed = {one.ref for one in done}
            ready = [one for one in left if all(ref in placed for ref in known[one.ref])]
            chosen = (ready or left)[0]  # in a circle of lies, the first by time
            left.remove(chosen)
            done.append(chosen)
        return done

    def _unfinished(self, one: Statement) -> Amendment:
        assert isinstance(one.body, Proposal)
        if one.ref in self.waiting:
            return Amendment(one.ref, one.body, WAITING, why="not all it was written after counts here")
        if not self._is_made_by_one_present(one):
            return Amendment(one.ref, one.body, VOID, why="its author could not propose this when it was written")
        yes, lacking = self._lacking(one, None)
        accepted, missing = tuple(sorted(yes)), tuple(sorted(lacking))
        noes = sorted(a.ref.party for a in self._first_answers(one, None)
                      if isinstance(a.body, Answer) and not a.body.accepted)  # fmt: skip
        if one.ref.party in noes:
            return Amendment(one.ref, one.body, WITHDRAWN, accepted, missing)
        if noes:
            return Amendment(one.ref, one.body, REFUSED, accepted, tuple(noes))
        if not missing:
            return Amendment(one.ref, one.body, VOID, accepted, why="it does not fit the line it would change")
        return Amendment(one.ref, one.body, OPEN, accepted, missing)


def _place(one: Statement) -> tuple[int, Ref]:
    return one.at_ms, one.ref


def _bounded(statements: Mapping[Ref, Statement]) -> list[Statement]:
    """The first STATEMENTS_MAX of each party, in the order of the logs. (R-150)"""
    used: dict[int, int] = {}
    found = []
    for ref in sorted(statements):
        used[ref.party] = used.get(ref.party, 0) + 1
        if used[ref.party] <= STATEMENTS_MAX:
            found.append(statements[ref])
    return found


def _apply(standing: Standing, change: Change) -> Standing:
    """The line after one more amendment. Raises Malformed where it does not fit: it is then void."""
    match change:
        case Terms():
            return standing._replace(terms=_reread(with_terms(standing.terms, change)))
        case Join():
            if change.place != len(standing.terms.parties):
                raise Malformed(f"place {change.place} is not the next one")
            return standing._replace(
                terms=_reread(with_party(standing.terms, change)), joined=(*standing.joined, change)
            )
        case Leave():
            return standing._replace(left=tuple(sorted({*standing.left, change.party})))
        case Close():
            return standing._replace(closed=True)


def _reread(terms: Charter) -> Charter:
    return parse_charter(terms.encode())
