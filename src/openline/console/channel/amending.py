"""Amendments as a running station is asked for them: proposed, answered, listed; papers taken; sealing begun anew.

What cannot come into force is refused here, before it is written: the record would hold it and show it as void.
"""

from __future__ import annotations

from typing import Final, Protocol

from openline.console.channel import asking
from openline.console.channel.showing import name_of, place_of
from openline.console.codes import Told
from openline.console.dtg import dtg
from openline.console.kept.joining import RETURN
from openline.console.kept.upkeep import Upkeep
from openline.console.words import parse_place
from openline.errors import Malformed, PeerFault, Refused
from openline.limits import STATEMENTS_A_LOG_MAX
from openline.line.events import Draft
from openline.line.ports import LogId
from openline.line.state import LineState
from openline.record.entry import AMENDMENT_ACCEPTED, AMENDMENT_PROPOSED, CERTIFICATE, REVOCATION, Ref
from openline.record.standing import IN_FORCE, OPEN, Amendment, Standing
from openline.seal.amendment import (
    Answer,
    Change,
    Close,
    Join,
    Leave,
    Terms,
    amended,
    encode_answer,
    parse_proposal,
)
from openline.seal.certificate import (
    certified_party,
    join_nonce,
    parse_certificate,
    parse_revocation,
    revoking_party,
)

_PRECEDENCE: Final = 2  # IMMEDIATE: what changes the line goes before what is said on it


class Running(Protocol):
    """What amendments need of the station."""

    @property
    def state(self) -> LineState:
        """The machine's state after the last committed turn."""

    @property
    def upkeep(self) -> Upkeep:
        """What follows the roster."""

    def now_ms(self) -> int:
        """UTC, ms."""

    async def submit(self, drafts: list[Draft]) -> list[tuple[LogId, int]]:
        """Append drafts; returns once they are durable here."""


class Amending:
    """Performs what concerns the line itself."""

    def __init__(self, running: Running) -> None:
        self._running = running

    @property
    def _standing(self) -> Standing:
        ledger = self._running.state.ledger
        assert ledger is not None
        return ledger.standing

    # ---------------------------------------------------------------- proposals
    async def propose(self, ask: asking.Propose) -> asking.Sent:
        """Record a proposal. Raises Refused where it could never come into force, Malformed."""
        body = _unhex(ask.body)
        self._check(parse_proposal(body).change)
        return await self._submit(Draft(AMENDMENT_PROPOSED, _PRECEDENCE, 0, (), body, ask.token or ""))

    def _check(self, change: Change) -> None:
        standing, me = self._standing, self._running.state.me
        match change:
            case Join():
                self._check_join(change, standing)
            case Terms():
                _fits(standing, change)
            case Leave(party) if party not in standing.current():
                raise Refused(f"party {party} is not on the line")
            case Leave(party) if party != me and len(standing.current()) < 3:
                raise Refused("of two parties neither can turn the other out; it can leave itself")
            case Leave() | Close():
                pass

    def _check_join(self, join: Join, standing: Standing) -> None:
        line_id = self._running.state.roster.line_id
        if join.place != len(standing.terms.parties):
            raise Refused(f"the next place on the roster is {len(standing.terms.parties)}, not {join.place}: ask anew")
        if join.certificate.line_nonce != join_nonce(line_id, join.card.party_id):
            raise Refused(f"the certificate of {join.card.name} was made for another line")
        for number, party in enumerate(standing.terms.parties):
            if join.card.party_id == party.root.party_id or join.card.name == party.name:
                gone = "has left" if number in standing.left else "is on"
                raise Refused(f"party {number}, {party.name}, {gone} this line: {RETURN}")
        _fits(standing, join)
        self._check_place(join.place, standing)

    def _check_place(self, place: int, standing: Standing, besides: Ref | None = None) -> None:
        me = self._running.state.me
        for one in standing.amendments:
            change = one.proposal.change
            given = one.state == OPEN and me in one.accepted and one.ref != besides
            if given and isinstance(change, Join) and change.place == place:
                raise Refused(f"we have said yes to {change.card.name} for place {place}; that is still open")

    # ---------------------------------------------------------------- answers
    async def answer(self, ask: asking.AnswerProposal) -> asking.Sent:
        """Say yes or no to an open proposal; no to our own withdraws it. Raises Told OL-301, OL-701; Refused."""
        place = parse_place(ask.place)
        ref = Ref(place.party, bytes.fromhex(place.generation), place.index)
        one = next((one for one in self._standing.amendments if one.ref == ref), None)
        if one is None:
            raise Told("OL-301", f"no proposal stands at {ask.place} in the record here")
        self._check_answer(one, ask.accepted)
        body = encode_answer(Answer(ask.accepted, ask.remark))
        return await self._submit(Draft(AMENDMENT_ACCEPTED, _PRECEDENCE, 0, (ref,), body, ask.token or ""))

    def _check_answer(self, one: Amendment, accepted: bool) -> None:
        me, change = self._running.state.me, one.proposal.change
        if one.state != OPEN:
            raise Told("OL-701", f"this proposal is {one.state}{': ' if one.why else ''}{one.why}")
        if one.ref.party == me and accepted:
            raise Told("OL-701", "our own proposal is our yes; it waits for the others")
        if one.ref.party != me and me not in one.lacking:
            raise Told("OL-701", "it does not wait for our answer")
        if accepted and isinstance(change, Join):
            self._check_place(change.place, self._standing, one.ref)

    # ---------------------------------------------------------------- listing
    def listed(self) -> asking.Amendments:
        """How the line stands, and every proposal."""
        state, standing = self._running.state, self._standing
        terms = standing.terms
        return asking.Amendments(
            line_id=state.roster.line_id.hex(),
            me=state.me,
            closed=standing.closed,
            parties=[
                asking.Member(n, party.name, party.party_id.hex(), party.left, len(party.stations))
                for n, party in enumerate(state.roster.parties)
            ],
            languages=list(terms.languages),
            due_ms=list(terms.due_ms),
            limits=list(terms.limits),
            handling=[f"{language}={banner}" for language, banner in terms.handling],
            offices=[list(names) for names in terms.offices],
            amendments=[self._row(one) for one in standing.amendments],
        )

    def _row(self, one: Amendment) -> asking.AmendmentRow:
        roster = self._running.state.roster
        return asking.AmendmentRow(
            place=str(place_of(LogId(one.ref.party, one.ref.generation), one.ref.index)),
            proposer=name_of(roster, one.ref.party),
            what=say_change(one.proposal.change, [party.name for party in roster.parties]),
            remark=one.proposal.remark,
            state=one.state,
            in_force=one.state == IN_FORCE,
            accepted=[name_of(roster, party) for party in one.accepted],
            lacking=[name_of(roster, party) for party in one.lacking],
            why=one.why or self._why_open(one),
        )

    def _why_open(self, one: Amendment) -> str:
        """What to do about a proposal whose missing yes cannot come any more: who left may not give it."""
        left = [name_of(self._running.state.roster, party) for party in one.lacking if party in self._standing.left]
        if one.state != OPEN or not left:
            return ""
        return f"{', '.join(left)} left without a yes: its proposer withdraws it (`line refuse`) and proposes it again"

    # ---------------------------------------------------------------- papers and sealing
    async def take_paper(self, ask: asking.TakePaper) -> asking.Sent:
        """Put a root-signed certificate or revocation onto the record, whoever brought it.

        Raises Malformed, Forged, Refused for a party that is not on the line.
        """
        data = _unhex(ask.paper)
        try:
            certified_party(data)
        except Malformed:
            return await self._take_revocation(data)
        number = self._number_of(certified_party(data))
        certificate = parse_certificate(data, self._standing.terms.parties[number].root)
        if certificate.line_nonce != self._standing.terms.nonces[number]:
            raise Refused("this certificate was made for another line")
        if self._running.now_ms() >= certificate.not_after_ms:
            raise Refused(f"this certificate ended at {dtg(certificate.not_after_ms)}; its party must make a new one")
        token = f"certificate/{certificate.digest.hex()}"
        return await self._submit(Draft(CERTIFICATE, _PRECEDENCE, 0, (), data, token))

    async def _take_revocation(self, data: bytes) -> asking.Sent:
        number = self._number_of(revoking_party(data))
        revocation = parse_revocation(data, self._standing.terms.parties[number].root)
        token = f"revocation/{revocation.digest.hex()}"
        return await self._submit(Draft(REVOCATION, _PRECEDENCE, 0, (), data, token))

    def _number_of(self, party_id: bytes) -> int:
        number = self._standing.terms.party_of(party_id)
        if number is None:
            raise Refused(f"party {party_id.hex()[:16]} is not on this line")
        return number

    def recover(self, ask: asking.Recover) -> asking.Nothing:
        """The recovery secret, for grants that come; or sealing begun afresh with a party that joined later."""
        if ask.secret is not None:
            self._running.upkeep.give_secret(_unhex(ask.secret))
        if ask.party is not None:
            self._running.upkeep.begin_afresh(self._running.state, ask.party, self._running.now_ms())
        return asking.Nothing()

    async def _submit(self, draft: Draft) -> asking.Sent:
        """Raises Refused where it would count no more: a log says so much of the line and no more. (R-150)"""
        state = self._running.state
        said = state.ledger.statements if state.ledger is not None else ()
        if sum(LogId(*ref[:2]) == state.own for ref in said) >= STATEMENTS_A_LOG_MAX:
            raise Refused("this log says as many things of the line as count: start the station again, then ask")
        places = await self._running.submit([draft])
        return asking.Sent([place_of(log, index) for log, index in places])


def say_change(change: Change, names: list[str]) -> str:
    """One change in words."""
    match change:
        case Join(place, card):
            return f"{card.name} joins at place {place}, party id {card.party_id.hex()[:16]}…"
        case Leave(party):
            return f"{names[party] if party < len(names) else f'party {party}'} leaves"
        case Close():
            return "the line is closed"
        case Terms():
            return "new terms: " + "; ".join(_say_terms(change))


def _say_terms(terms: Terms) -> list[str]:
    said = []
    if terms.due_ms is not None:
        said.append("due times " + ", ".join(f"{ms // 60_000} min" for ms in terms.due_ms))
    if terms.limits is not None:
        said.append("limits " + ", ".join(f"{field} {value}" for field, value in terms.limits._asdict().items()))
    if terms.languages is not None:
        said.append("languages " + ", ".join(terms.languages))
    if terms.handling is not None:
        said.append("banners " + ", ".join(f"{language}: {banner}" for language, banner in terms.handling))
    if terms.offices is not None:
        said.append("offices of " + ", ".join(f"party {party}: {'/'.join(o) or 'none'}" for party, o in terms.offices))
    if terms.formats is not None:
        said.append(f"{len(terms.formats)} formats")
    return said


def _fits(standing: Standing, change: Terms | Join) -> None:
    try:
        amended(standing.terms, change)
    except PeerFault as fault:
        raise Refused(f"this does not fit the line: {fault.reason}") from fault


def _unhex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise Refused(f"not hex: {error}") from error
