"""Keeps contact for one running station: writes tests, answers and observations when they are due, and rings.

Driven by the station's ticks; everything it writes is a draft like any other, everything it decides comes from
`openline.contact`. It blocks nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final

from openline.console.channel.clock import counted_ms
from openline.console.contact.book import Kept, TestBook
from openline.console.contact.rings import Rings
from openline.console.contact.seen import Sight, Unpredictable, age_ms
from openline.console.contact.texts import read_here, text_for
from openline.console.contact.towards import Known, Towards, towards
from openline.contact import due
from openline.contact.body import (
    CHALLENGE_BYTES,
    NONCE_BYTES,
    LinkAnswer,
    LinkTest,
    Observed,
    challenge_of,
    encode_answer,
    encode_observed,
    encode_test,
    receipts_hash,
)
from openline.line.events import Draft, Event, Submitted
from openline.line.narrow.cadence import can_answer, fresh_ms
from openline.line.narrow.contacts import preferred
from openline.line.ports import Store
from openline.line.state import NO_CONTACT, LineState, PeerState, others
from openline.record.entry import LINK_ANSWER, LINK_TEST, OBSERVED, ROUTINE

TICK_MS: Final = 1_000
ASK_AGAIN_MS: Final = 30_000  # a draft that did not become an entry: the disk took nothing


class ContactKeeping:
    """Contact of one station on one line."""

    def __init__(
        self,
        store: Store,
        happened: Callable[[Event], None],
        rings: Rings,
        period_ms: int,
        counting: Callable[[], int] = counted_ms,
        chance: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._counting = counting
        self._chance = chance
        self._store = store
        self._happened = happened
        self._rings = rings
        self._period_ms = period_ms
        self._began_ms = counting()
        self._book = TestBook(store)
        self._sight = Sight()
        self._ours = Unpredictable()
        self._asked: dict[str, int] = {}  # tokens of what was drafted, and when, on the counting clock
        self._entries = -1
        self._ticked_ms = -TICK_MS
        self._said_slot = -1  # in which we last wrote down what changed

    @property
    def between_ms(self) -> int:
        """How far apart two proofs may be for the time between them to count as contact."""
        period_ms = self._period_ms or due.PERIOD_MS
        return period_ms + max(period_ms // due.LATE_PART, due.LATE_MIN_MS)

    def has_looked(self, party: int) -> bool:
        """Whether that party was ever seen over a bearer that can answer, so that its tests count."""
        return any(whose == party for whose, _ in self._sight.looked)

    # ---------------------------------------------------------------- from time to time
    def tick(self, state: LineState, now_ms: int, *, may_write: bool) -> None:
        """What waits for its time. `may_write`: the line is open to us."""
        counted = self._counting()
        if counted - self._ticked_ms < TICK_MS:
            return
        looked_ms, self._ticked_ms = max(self._ticked_ms, self._began_ms), counted
        present = tuple(sorted((state.me, *others(state.roster, state.me))))
        entries = sum(log.size for log in state.logs.values())
        if entries != self._entries:  # the store is asked only where something came
            self._book.read(present)
            self._entries = entries
        self._ours.follow(state, looked_ms)
        self._follow_drafts(counted)
        self._sight.look(state, now_ms, counted)
        rule = self._rule(state, now_ms, counted)
        if rule is not None and may_write and state.own is not None:
            drafts = self._with_news(self._due(state, rule, now_ms), rule, now_ms)
            if drafts:
                self._happened(Submitted(tuple(drafts)))
        for party in others(state.roster, state.me):
            found = self.towards(state, party, now_ms)
            waited_ms = counted - self._began_ms
            self._rings.ring(state, party, found, self._missed(state, rule, party, now_ms), waited_ms)

    def towards(self, state: LineState, party: int, now_ms: int) -> Towards:
        """How the line stands towards a party."""
        counted = self._counting()
        peer = state.peers.get(party) or PeerState(party)
        rule = self._rule(state, now_ms, counted)
        known = Known(
            self._rings.fault_towards(peer),
            self._book.declared(state.me, party, now_ms),
            self._ours.signed_age_ms(state, party, counted),
            rule.green_ms if rule is not None else None,
        )
        return towards(peer, self._sight, known, now_ms)

    def tests(self, now_ms: int) -> tuple[int | None, int | None]:
        """When the last test of the line as a whole was written that all have answered, and when the next is due."""
        done = [one.at_ms for one in self._book.tests if not one.bearer and one.is_complete]
        next_ms = (now_ms // self._period_ms + 1) * self._period_ms if self._period_ms else None
        return max(done, default=None), next_ms

    def _rule(self, state: LineState, now_ms: int, counted: int) -> due.Rule | None:
        if self._period_ms == 0:
            return None
        present = tuple(sorted((state.me, *others(state.roster, state.me))))
        return due.Rule(self._period_ms, state.me, present, now_ms - (counted - self._began_ms))

    # ---------------------------------------------------------------- what is due
    def _due(self, state: LineState, rule: due.Rule, now_ms: int) -> list[Draft]:
        tests = self._book.tests
        drafts = [draft for one in due.to_answer(tests, state.me) if (draft := self._answer(state, one))]
        if not self._sight.looked:
            return drafts  # nobody was ever reached over a bearer that can answer: nothing is tested over couriers
        slot = due.slot_of(now_ms, rule)
        if due.is_test_due(tests, rule, now_ms):
            drafts += self._asked_for(f"link-test/{slot}", self._test(state, slot))
        for (party, name), _ in sorted(self._sight.looked.items()):
            peer = state.peers.get(party)
            if peer is None or name == preferred(peer) or party not in rule.parties:
                continue
            nonce = _nonce_over(peer, name, now_ms)
            if nonce and due.is_standby_due(tests, rule, name, party, now_ms):
                day = slot // due.STANDBY_PERIODS
                test = self._test(state, slot, bearer=name, party=party, nonce=nonce)
                drafts += self._asked_for(f"bearer-test/{party}/{name}/{day}", test)
        return drafts

    def _with_news(self, drafts: list[Draft], rule: due.Rule, now_ms: int) -> list[Draft]:
        """With what we write anyway goes what we saw change; alone only once a slot. (R-252)"""
        slot = due.slot_of(now_ms, rule)
        is_time = slot > self._said_slot and slot * rule.period_ms > rule.since_ms
        if self._sight.has_news and (drafts or is_time):
            drafts.append(Draft(OBSERVED, ROUTINE, 0, (), encode_observed(Observed(*self._sight.take()))))
            self._said_slot = slot
        return drafts

    def _asked_for(self, token: str, draft: Draft) -> list[Draft]:
        """The draft, unless it is an entry already or was asked for a moment ago."""
        counted = self._counting()
        if counted - self._asked.get(token, -ASK_AGAIN_MS) < ASK_AGAIN_MS or self._store.submission(token) is not None:
            return []
        self._asked[token] = counted
        return [draft._replace(token=token)]

    def _follow_drafts(self, counted: int) -> None:
        for token, at_ms in list(self._asked.items()):
            place = self._store.submission(token)
            if place is not None:
                self._ours.wrote(*place, at_ms)
            if place is not None or counted - at_ms > 2 * ASK_AGAIN_MS:
                del self._asked[token]

    # ---------------------------------------------------------------- what is written
    def _test(
        self, state: LineState, slot: int, *, bearer: str = "", party: int | None = None, nonce: bytes = b""
    ) -> Draft:
        language, number = text_for(slot)
        given, received, rows = _receipts(state)
        test = LinkTest(
            number,
            language,
            challenge_of(nonce) if bearer else self._chance(CHALLENGE_BYTES),
            given,
            received,
            receipts_hash(rows),
            bearer[:32],
            () if party is None else (party,),
        )
        return Draft(LINK_TEST, ROUTINE, 0, (), encode_test(test))

    def _answer(self, state: LineState, tested: due.Tested) -> Draft | None:
        kept = self._book.kept(tested.place)
        peer = state.peers.get(tested.author)
        opened = _opened(kept, peer) if peer is not None else None
        if peer is None or opened is None:
            return None  # its nonce has not come over that bearer, or not yet
        echo, bearer = opened
        answer = LinkAnswer(
            echo,
            read_here(kept.body.language, kept.body.number),
            bearer[:32],
            kept.arrived_at_ms,
            self._chance(NONCE_BYTES),
        )
        place = tested.place
        draft = Draft(LINK_ANSWER, ROUTINE, 0, (place,), encode_answer(answer))
        drafts = self._asked_for(f"link-answer/{place.party}/{place.generation.hex()}/{place.index}", draft)
        return drafts[0] if drafts else None

    # ---------------------------------------------------------------- what was missed
    def _missed(self, state: LineState, rule: due.Rule | None, party: int, now_ms: int) -> dict[str, int]:
        """Tests that should have been answered, by bearer ("" for the line as a whole), and when they were due."""
        if rule is None or not self.has_looked(party):
            return {}
        tests = self._book.tests
        found = {"": due.missed(tests, rule, party, now_ms)}
        for whose, name in self._sight.looked:
            if whose == party:
                found[name] = due.missed_standby(tests, rule, name, party, now_ms)
        return {name: at_ms for name, at_ms in found.items() if at_ms is not None}


def _opened(kept: Kept, peer: PeerState) -> tuple[bytes, str] | None:
    """What opens a test's challenge, and the bearer over which it came: None where we do not have it."""
    if not kept.body.bearer:
        return kept.body.challenge, preferred(peer)
    for name, contact in peer.contacts.items():
        for nonce in contact.echoes:
            if challenge_of(nonce) == kept.body.challenge:
                return nonce, name
    return None


def _nonce_over(peer: PeerState, name: str, now_ms: int) -> bytes:
    """A nonce that went over that bearer and no other: the last that came back over it, if that is fresh; else the last
    sent, so that a bearer that has died since is not tested by what it once carried."""
    bearer = next((bearer for bearer in peer.bearers if bearer.name == name and can_answer(bearer)), None)
    if bearer is None:
        return b""
    contact = peer.contacts.get(name, NO_CONTACT)
    age = age_ms(now_ms, contact.proved_at_ms)
    sent = [asked.nonce for asked in peer.asked if asked.bearer == name]
    if age is not None and age <= fresh_ms(bearer):
        return contact.proved_by
    return sent[-1] if sent else b""


Pairs = tuple[tuple[int, int], ...]


def _receipts(state: LineState) -> tuple[Pairs, Pairs, list[tuple[int, bytes, int, int, int, bytes]]]:
    """Sizes of the newest receipts given, of those received, and the receipts themselves. (R-250)"""
    given, received, rows = [], [], []
    for party, log in sorted(state.newest.items()):
        held = state.logs.get(log)
        ours = held.receipts.get(state.me) if held is not None else None
        if party != state.me and ours is not None:
            given.append((party, ours.size))
            rows.append((party, log.generation, state.me, ours.size, ours.at_s, ours.signature))
    own = state.logs.get(state.own) if state.own is not None else None
    if own is not None:
        for party, theirs in sorted(own.receipts.items()):
            received.append((party, theirs.size))
            rows.append((state.me, own.log.generation, party, theirs.size, theirs.at_s, theirs.signature))
    return tuple(given), tuple(received), rows

