"""A desk in memory: the real acts and the real fold, no disk."""

from __future__ import annotations

from openline.desk import acts, facts
from openline.desk.facts import DeskEntry, encode_entry, entry_hash
from openline.desk.people import Actor, Role
from openline.desk.state import DeskState, apply
from openline.record.body import Message, encode_message

ANN = Actor(0, b"sitting0")  # custodian and watch officer
BOB = Actor(1, b"sitting1")  # drafter
CYD = Actor(2, b"sitting2")  # releaser
DOT = Actor(3, b"sitting3")  # drafter, releaser and watch officer
EVE = Actor(4, b"sitting4")  # auditor
WORDS = encode_message(Message("Subject", "Words of a draft."))


class TestDesk:
    """Five officers, a release takes two."""

    __test__ = False

    def __init__(self) -> None:
        self.state = DeskState()
        self.entries: list[DeskEntry] = []
        self.act(acts.Enrol("Ann", frozenset((Role.CUSTODIAN, Role.WATCH))), None)
        for name, roles in (
            ("Bob", {Role.DRAFTER}),
            ("Cyd", {Role.RELEASER}),
            ("Dot", {Role.DRAFTER, Role.RELEASER, Role.WATCH}),
            ("Eve", {Role.AUDITOR}),
        ):
            self.act(acts.Enrol(name, frozenset(roles)), ANN)
        self.act(acts.SetPolicy(2), ANN)

    def act(self, asked: acts.Asked, actor: Actor | None) -> tuple[facts.Fact, ...]:
        """Decide and take in."""
        decided = acts.decide(self.state, asked, actor)
        for fact in decided:
            self.take(fact, actor)
        return decided

    def take(self, fact: facts.Fact, actor: Actor | None) -> None:
        """Take one fact in."""
        entry = DeskEntry(self.state.size, 1_000 + self.state.size, actor, self.state.head, fact)
        self.entries.append(entry)
        self.state = apply(self.state, entry, entry_hash(encode_entry(entry)))

    def draft(self, actor: Actor = BOB, body: bytes = WORDS) -> int:
        """A draft that waits for release; its number."""
        (fact,) = self.act(acts.Write(None, 0, 1, 0, body), actor)
        assert isinstance(fact, facts.Drafted)
        self.act(acts.Submit(fact.draft, 1), actor)
        return fact.draft
