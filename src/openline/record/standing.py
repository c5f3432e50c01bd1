"""How a line stands: its charter, and everything its record has changed since. A fold over statements. (R-140 to R-153)

The answer depends on the statements and on the lives between them only, never on the order in which they came here.
What one was written after shows in its header, so each is judged by the line as its author could know it:

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

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from openline.errors import Malformed, PeerFault
from openline.limits import PARTIES_MAX
from openline.record.entry import LogId, Ref
from openline.record.fields import dump_map
from openline.record.lives import Before, Lives
from openline.record.statement import Answered, Brought, Proposed, Statement, Written
from openline.seal.amendment import Change, Close, Join, Leave, Proposal, Terms, amended
from openline.seal.certificate import (
    Certificate,
    Revocation,
    certified_party,
    join_nonce,
    parse_certificate,
    parse_revocation,
    revoking_party,
)
from openline.seal.charter import Charter
from openline.seal.party import RootPublic

STATEMENTS_MAX: Final = 1024  # proposals of one party: further ones are held and shown, and change nothing
TURNOVERS_MAX: Final = 16  # proposals of one party that somebody joins or leaves
ROUNDS_MAX: Final = 4 * PARTIES_MAX  # more than eight parties can join and leave

IN_FORCE: Final = "in force"
OPEN: Final = "open"
REFUSED: Final = "refused"
WITHDRAWN: Final = "withdrawn"
VOID: Final = "void"
WAITING: Final = "waiting for the record"


class Amendment(NamedTuple):
    """One proposal and what became of it. `lacking`: whose yes it still needs, or who said no; `why`: for people."""

    ref: Ref
    proposal: Proposal
    state: str
    accepted: tuple[int, ...] = ()
    lacking: tuple[int, ...] = ()
    why: str = ""


class Record(NamedTuple):
    """What the fold looks at: statements, sizes of logs, the certificate digest (or its first 8 bytes) of each log,

    how much of a log other parties have receipted, and revocations known from elsewhere than the record.
    """

    statements: Mapping[Ref, Statement]
    held: Mapping[LogId, int]
    stations: Mapping[LogId, bytes]
    covered: Mapping[LogId, int]
    revocations: tuple[Revocation, ...] = ()
    before: Before = {}


Wait = tuple[LogId, int, bool]
"""Some statement counts when so much of a log is held, or (true) has been receipted by somebody."""


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
    waits: frozenset[Wait] = frozenset()  # for what

    def current(self) -> tuple[int, ...]:
        """Who is on the line now."""
        return tuple(party for party in range(len(self.terms.parties)) if party not in self.left)

    def encode(self) -> bytes:
        """A snapshot in one spelling, for comparing. (R-156)"""
        force = [list(one.ref) for one in self.amendments if one.state == IN_FORCE]
        certificates = [[party, one.digest] for party, one in self.certificates]
        revocations = [[party, one.digest] for party, one in self.revocations]
        return dump_map((force, list(self.left), self.closed, certificates, revocations))


class Checks:
    """Papers already checked, so that judging again does not verify again: a pure function's memory."""

    def __init__(self) -> None:
        self.known: dict[bytes, Certificate | Revocation | None] = {}


def stand(charter: Charter, record: Record, checks: Checks | None = None) -> Standing:
    """Judge the record. Raises nothing: what cannot count is left out, or listed as what it is."""
    papers = _Papers(charter, record, checks or Checks())
    return _Fold(charter, record, papers).standing()


class _Papers:
    """Certificates and revocations of the record, each under the root of the party it is of. (R-151, R-152)"""

    def __init__(self, charter: Charter, record: Record, checks: Checks) -> None:
        self._charter = charter
        self._checks = checks
        self._roots: dict[bytes, tuple[int, RootPublic]] = {}
        self._members: set[tuple[int, bytes]] = set()
        for one in record.statements.values():  # whoever may yet join
            if isinstance(one, Proposed) and isinstance(one.said.change, Join):
                place, card = one.said.change.place, one.said.change.card
                self._roots[card.party_id] = (PARTIES_MAX, card.root)
                self._members.add((place, card.party_id))
        self._roots |= {party.root.party_id: (number, party.root) for number, party in enumerate(charter.parties)}
        self._members |= {(number, party.root.party_id) for number, party in enumerate(charter.parties)}
        found = [self._checked(one) for one in record.statements.values() if isinstance(one, Brought)]
        self.certificates = {paper.digest: paper for paper in found if isinstance(paper, Certificate)}
        self.revocations = {paper.digest: paper for paper in found if isinstance(paper, Revocation)}
        self._revoked = [*record.revocations, *self.revocations.values()]

    def _checked(self, one: Brought) -> Certificate | Revocation | None:
        try:
            party_id = certified_party(one.data) if one.is_certificate else revoking_party(one.data)
        except Malformed:
            return None
        if party_id not in self._roots:
            return None
        if one.data not in self._checks.known:
            self._checks.known[one.data] = self._verified(one, *self._roots[party_id])
        return self._checks.known[one.data]

    def _verified(self, one: Brought, number: int, root: RootPublic) -> Certificate | Revocation | None:
        try:
            if not one.is_certificate:
                return parse_revocation(one.data, root)
            certificate = parse_certificate(one.data, root)
        except PeerFault:
            return None
        joined = number == PARTIES_MAX
        nonce = join_nonce(self._charter.line_id(), root.party_id) if joined else self._charter.nonces[number]
        return certificate if certificate.line_nonce == nonce else None

    def revoking(self, party: int, station: bytes) -> Revocation | None:
        """The party's own revocation of a certificate, named by its digest or the first 8 bytes."""
        for one in self._revoked:
            if station and one.certificate.startswith(station) and (party, one.party_id) in self._members:
                return one
        return None

    def of(self, terms: Charter) -> tuple[list[tuple[int, Certificate]], list[tuple[int, Revocation]]]:
        """Those of parties on the line, with their numbers, in one order."""
        numbers = {party.root.party_id: number for number, party in enumerate(terms.parties)}
        held = [(numbers[one.party_id], one) for one in self.certificates.values() if one.party_id in numbers]
        gone = [(numbers[one.party_id], one) for one in self.revocations.values() if one.party_id in numbers]
        held.sort(key=lambda pair: (pair[0], pair[1].not_before_ms, pair[1].digest))
        return held, sorted(gone, key=lambda pair: (pair[0], pair[1].digest))


class _Presence(NamedTuple):
    """Who had ever been on the line, and who was there."""

    ever: frozenset[int]
    here: frozenset[int]


class _Fold:
    def __init__(self, charter: Charter, record: Record, papers: _Papers) -> None:
        self._charter = charter
        self._record = record
        self._papers = papers
        self._lives = Lives(record.before, {one.at.log for one in record.statements.values()})
        waits = {one.at.ref: self._waits(one.at) for one in record.statements.values()}
        counting = [one for one in record.statements.values() if waits[one.at.ref] is None]
        self._waiting = frozenset(wait for wait in waits.values() if wait is not None)
        proposals = {one.at.ref: one for one in counting if isinstance(one, Proposed)}
        answers: dict[Ref, list[Answered]] = {ref: [] for ref in proposals}
        for one in counting:
            if isinstance(one, Answered) and one.about in answers:
                answers[one.about].append(one)
        self._answers = {ref: self._that_count(proposals[ref], given) for ref, given in answers.items()}
        self._proposals = {one.at.ref: one for one in self._first(proposals.values(), STATEMENTS_MAX)}
        self._turnovers = self._find_turnovers()
        founders = frozenset(range(len(charter.parties)))
        self._founding = _Presence(founders, founders)
        self._presence: dict[Ref, _Presence] = {}
        self._settle_presence()

    # --- what counts

    def _waits(self, at: Written) -> Wait | None:
        """None: everything it was written after is held, and no revocation disowns it. (R-142, R-153)"""
        for party, generation, size in at.held:
            log = LogId(party, generation)
            if self._record.held.get(log, 0) < size:
                return log, size, False
        revocation = self._papers.revoking(at.ref.party, self._record.stations.get(at.log, b""))
        if revocation is None:
            return None
        agreed = {log.generation: log.size for log in revocation.agreed}.get(at.ref.generation, 0)
        counts = at.ref.index < max(agreed, self._record.covered.get(at.log, 0))
        return None if counts else (at.log, at.ref.index + 1, True)

    def _that_count(self, one: Proposed, answers: list[Answered]) -> list[Answered]:
        """Of each log the first answer; of each party's logs those that it had not answered before. (R-141)

        So what one log says takes nothing back of what stands in another, which may be shown years later.
        """
        first: dict[LogId, Answered] = {}
        for answer in sorted(answers, key=lambda answer: answer.at.ref):
            if answer.at.knew(one.at):
                first.setdefault(answer.at.log, answer)
        found: dict[tuple[int, bool], Answered] = {}
        for answer in first.values():
            party = answer.at.ref.party
            if (party, answer.said.accepted) in found:
                continue
            earlier = [other for other in first.values() if other.at.ref.party == party and other is not answer]
            if not any(self._lives.knew(answer.at, other.at.ref) for other in earlier):
                found[party, answer.said.accepted] = answer
        return list(found.values())

    def _first(self, proposals: Iterable[Proposed], at_most: int) -> list[Proposed]:
        """A bounded number of each party's: first those that most have agreed to, so that more of them undo nothing.

        In the order of the logs. (R-150)
        """
        used: Counter[int] = Counter()
        found = []
        agreed = {ref: sum(answer.said.accepted for answer in given) for ref, given in self._answers.items()}
        for one in sorted(proposals, key=lambda one: (-agreed[one.at.ref], one.at.ref)):
            used[one.at.ref.party] += 1
            if used[one.at.ref.party] <= at_most:
                found.append(one)
        return sorted(found, key=lambda one: one.at.ref)

    def _find_turnovers(self) -> list[Proposed]:
        """Proposals that somebody joins or leaves, a bounded number of each party. (R-150)"""
        turning = [one for one in self._proposals.values() if self._may_stand(one.said.change)]
        return self._first(turning, TURNOVERS_MAX)

    def _may_stand(self, change: Change) -> bool:
        if not isinstance(change, Join):
            return isinstance(change, Leave)
        founding, card = self._charter.parties, change.card
        return (
            len(founding) <= change.place < PARTIES_MAX
            and change.certificate.line_nonce == join_nonce(self._charter.line_id(), card.party_id)
            and all(card.party_id != party.root.party_id and card.name != party.name for party in founding)
        )

    # --- who was on the line, in the past of each statement

    def _settle_presence(self) -> None:
        """Rounds until nothing changes: each round knows one more joining or leaving than the one before."""
        narrow = [at for one in self._turnovers for at in (one.at, *(a.at for a in self._answers[one.at.ref]))]
        for _ in range(ROUNDS_MAX):
            after = {at.ref: self._presence_before(at) for at in narrow}
            if after == self._presence:
                break
            self._presence = after
        wide = [at for one in self._proposals.values() for at in (one.at, *(a.at for a in self._answers[one.at.ref]))]
        self._presence |= {at.ref: self._presence_before(at) for at in wide if at.ref not in self._presence}

    def _presence_before(self, then: Written) -> _Presence:
        ever, gone = set(self._founding.ever), set()
        for one in self._turnovers:
            if self._complete(one, then):
                if isinstance(one.said.change, Join):
                    ever.add(one.said.change.place)
                elif isinstance(one.said.change, Leave):
                    gone.add(one.said.change.party)
        return _Presence(frozenset(ever), frozenset(ever - gone))

    def _present(self, at: Written) -> _Presence:
        return self._presence.get(at.ref, self._founding)

    # --- consent

    def _complete(self, one: Proposed, then: Written | None = None) -> bool:
        """Whether all have said yes that must: altogether, or as far as the author of `then` could know."""
        if then is not None and not self._lives.knew(then, one.at.ref):
            return False
        return self._could_propose(one) and not self._consent(one, then)[1]

    def _could_propose(self, one: Proposed) -> bool:
        """A stranger's proposal, or one whose place does not follow the last, never comes into force. (R-146, R-159)"""
        present, change = self._present(one.at), one.said.change
        if isinstance(change, Join) and (change.place in present.ever or not present.ever >= set(range(change.place))):
            return False
        if isinstance(change, Leave) and change.party not in present.here:
            return False
        return one.at.ref.party in present.here

    def _consent(self, one: Proposed, then: Written | None) -> tuple[set[int], set[int]]:
        """Who has said yes, and whose yes is lacking."""
        change = one.said.change
        yes, needed = {one.at.ref.party}, set(self._present(one.at).here)
        for answer in self._first_answers(one, then):
            if self._is_yes(one, answer):
                yes.add(answer.at.ref.party)
                needed |= self._present(answer.at).here
        if isinstance(change, Leave):
            if change.party == one.at.ref.party:
                return yes, set()
            needed.discard(change.party)
            if len(needed) < 2:  # one party alone cannot turn the other out: it can leave
                needed.add(change.party)
        return yes, needed - yes

    def _first_answers(self, one: Proposed, then: Written | None) -> list[Answered]:
        """Of each party its answer, altogether or as far as the author of `then` could know. Of two that no order of
        its logs decides between, the yes."""
        first: dict[int, Answered] = {}
        for answer in self._answers[one.at.ref]:
            if then is None or self._lives.knew(then, answer.at.ref):
                known = first.setdefault(answer.at.ref.party, answer)
                if answer.said.accepted and not known.said.accepted:
                    first[answer.at.ref.party] = answer
        return list(first.values())

    def _is_yes(self, one: Proposed, answer: Answered) -> bool:
        if not answer.said.accepted or answer.at.ref.party not in self._present(answer.at).here:
            return False
        noes = [no.at for no in self._answers[one.at.ref] if not no.said.accepted]
        if any(no.ref.party == one.at.ref.party and self._lives.knew(answer.at, no.ref) for no in noes):
            return False
        return not (isinstance(one.said.change, Join) and self._gave_place_away(one, one.said.change.place, answer))

    def _gave_place_away(self, one: Proposed, place: int, answer: Answered) -> bool:
        """One yes for one place: unless the other joining was refused or withdrawn before this answer. (R-147)"""
        for other in self._turnovers:
            change = other.said.change
            if other is one or not isinstance(change, Join) or change.place != place:
                continue
            given = [a.at.ref for a in self._answers[other.at.ref] if a.said.accepted] + [other.at.ref]
            if any(ref.party == answer.at.ref.party and self._lives.knew(answer.at, ref) for ref in given):
                if all(no.said.accepted for no in self._first_answers(other, answer.at)):
                    return True
        return False

    # --- the outcome

    def standing(self) -> Standing:
        """Everything in force, in order, applied to the charter."""
        complete = [one for one in self._proposals.values() if self._stands(one)]
        standing = Standing(self._charter)
        force: list[Amendment] = []
        rest = [
            self._unfinished(one)
            for one in sorted(self._record.statements.values(), key=_by_time)
            if isinstance(one, Proposed) and one not in complete
        ]
        for one in self._ordered(complete):
            accepted = tuple(sorted(self._consent(one, None)[0]))
            try:
                standing = _apply(standing, one.said.change)
                force.append(Amendment(one.at.ref, one.said, IN_FORCE, accepted))
            except Malformed as fault:
                rest.append(Amendment(one.at.ref, one.said, VOID, accepted, why=fault.reason))
        certificates, revocations = self._papers.of(standing.terms)
        return standing._replace(
            certificates=tuple(certificates),
            revocations=tuple(revocations),
            amendments=(*force, *rest),
            settled=not self._waiting,
            waits=self._waiting,
        )

    def _stands(self, one: Proposed) -> bool:
        if isinstance(one.said.change, Join | Leave) and one not in self._turnovers:
            return False
        return self._complete(one)

    def _ordered(self, complete: list[Proposed]) -> list[Proposed]:
        """What was known to a proposal's author comes before it; else by time written, then place. (R-144)"""
        left = sorted(complete, key=_by_time)
        done: list[Proposed] = []
        while left:
            ready = [one for one in left if not any(self._complete(other, one.at) for other in left)]
            chosen = (ready or left)[0]  # in a circle of lies, the first by time
            left.remove(chosen)
            done.append(chosen)
        return done

    def _unfinished(self, one: Proposed) -> Amendment:
        ref = one.at.ref
        if ref not in self._proposals:
            return Amendment(ref, one.said, WAITING, why="not all it was written after counts here")
        if not self._could_propose(one):
            return Amendment(ref, one.said, VOID, why="its author could not propose this when it was written")
        yes, lacking = self._consent(one, None)
        noes = [answer.at.ref.party for answer in self._first_answers(one, None) if not answer.said.accepted]
        if ref.party in noes:
            return Amendment(ref, one.said, WITHDRAWN, tuple(sorted(yes)))
        if noes:
            return Amendment(ref, one.said, REFUSED, tuple(sorted(yes)), tuple(sorted(noes)))
        if not lacking:
            return Amendment(ref, one.said, VOID, tuple(sorted(yes)), why="it does not fit this line")
        return Amendment(ref, one.said, OPEN, tuple(sorted(yes)), tuple(sorted(lacking)))


def _by_time(one: Statement) -> tuple[int, Ref]:
    return one.at.at_ms, one.at.ref


def _apply(standing: Standing, change: Change) -> Standing:
    """The line after one more amendment. Raises Malformed where it does not fit: it is then void."""
    match change:
        case Join():
            return standing._replace(terms=amended(standing.terms, change), joined=(*standing.joined, change))
        case Terms():
            return standing._replace(terms=amended(standing.terms, change))
        case Leave(party):
            return standing._replace(left=tuple(sorted({*standing.left, party})))
        case Close():
            return standing._replace(closed=True)
