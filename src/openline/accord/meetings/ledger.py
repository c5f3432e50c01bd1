"""The meetings' part of the book: how each version of a meeting stands, as the fold over what the parties said."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from openline.accord.identity import by_all
from openline.accord.meetings.bodies import Meeting, MeetingWord, Word
from openline.record.entry import Ref


class MeetingState(StrEnum):
    """How one version of a meeting stands at an instant."""

    PROPOSED = "proposed"
    HOLDING = "an answer is promised"
    AGREED = "agreed"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    REPLACED = "replaced by another version"
    LAPSED = "its time came without agreement"
    UNTOLD = "its time has passed; nobody has said whether it was held"
    HELD = "held, by every side's word"
    NOT_HELD = "not held, by every side's word"
    ONE_SAID = "held or not by one side's word only"
    DISPUTED = "held by one side's word, not held by another's"


class Facts(NamedTuple):
    """What decides: every combination fits exactly one row of the table."""

    ends: bool  # somebody refused or cancelled, or another version took its place
    cancelled: bool
    refused: bool
    told: str  # what is said of whether it was held: "", "one", "held", "not", "both"
    agreed: bool
    holding: bool
    over: bool  # its time has come (not agreed) or has passed (agreed)


def state_of(facts: Facts) -> MeetingState:
    """The first row that fits, and no other would. What was said afterwards counts before what was said beforehand."""
    (found,) = {state for fits, state in _TABLE if fits(facts)}
    return found


_TABLE: Final[tuple[tuple[Callable[[Facts], bool], MeetingState], ...]] = (
    (lambda f: f.told == "both", MeetingState.DISPUTED),
    (lambda f: f.told == "held", MeetingState.HELD),
    (lambda f: f.told == "not", MeetingState.NOT_HELD),
    (lambda f: f.told == "one", MeetingState.ONE_SAID),
    (lambda f: f.told == "" and f.cancelled, MeetingState.CANCELLED),
    (lambda f: f.told == "" and not f.cancelled and f.refused, MeetingState.REFUSED),
    (lambda f: f.told == "" and not f.cancelled and not f.refused and f.ends, MeetingState.REPLACED),
    (lambda f: f.told == "" and not f.ends and f.agreed and not f.over, MeetingState.AGREED),
    (lambda f: f.told == "" and not f.ends and f.agreed and f.over, MeetingState.UNTOLD),
    (lambda f: f.told == "" and not f.ends and not f.agreed and f.over, MeetingState.LAPSED),
    (lambda f: f.told == "" and not f.ends and not f.agreed and not f.over and f.holding, MeetingState.HOLDING),
    (lambda f: f.told == "" and not f.ends and not f.agreed and not f.over and not f.holding, MeetingState.PROPOSED),
)


class Meetings:
    """Takes entries in any order; answers how each version of a meeting stands."""

    def __init__(self, parties: Sequence[int]) -> None:
        """`parties`: who is of the line now."""
        self.parties = tuple(parties)
        self.meetings: dict[Ref, Meeting] = {}
        self._words: dict[Ref, list[tuple[Ref, MeetingWord]]] = {}
        self._next: dict[Ref, set[Ref]] = {}

    def take_meeting(self, ref: Ref, meeting: Meeting) -> None:
        """A proposal, or another version of one."""
        self.meetings[ref] = meeting
        if meeting.of is not None:
            self._next.setdefault(meeting.of, set()).add(ref)

    def take_word(self, ref: Ref, word: MeetingWord) -> None:
        """What a party says of one."""
        insort(self._words.setdefault(word.of, []), (ref, word))

    def words(self, of: Ref) -> list[tuple[Ref, MeetingWord]]:
        """All that was said of a version, party by party in its order."""
        return list(self._words.get(of, ()))

    def astray(self) -> list[Ref]:
        """Words about no meeting of this record."""
        return sorted(ref for of, said in self._words.items() if of not in self.meetings for ref, _ in said)

    def versions_after(self, of: Ref) -> list[Ref]:
        """Versions that take its place; more than one where they crossed."""
        return sorted(self._next.get(of, ()))

    def answered(self, of: Ref) -> dict[int, MeetingWord]:
        """What each party said last of whether it should be: agrees, refuses, holds."""
        return self._last(of, (Word.AGREES, Word.REFUSES, Word.HOLDS))

    def told(self, of: Ref) -> dict[int, MeetingWord]:
        """What each party said last of whether it was held."""
        return self._last(of, (Word.WAS_HELD, Word.WAS_NOT_HELD))

    def _last(self, of: Ref, among: tuple[Word, ...]) -> dict[int, MeetingWord]:
        return {ref.party: word for ref, word in self._words.get(of, ()) if word.word in among}

    def is_agreed(self, of: Ref) -> bool:
        """Every other party's last answer to this very version is that it agrees."""
        answered = self.answered(of)
        others = [party for party in self.parties if party != of.party]
        return bool(others) and all(party in answered and answered[party].word is Word.AGREES for party in others)

    def state(self, of: Ref, now_ms: int) -> MeetingState:
        """How a version stands at an instant, ms UTC. Raises KeyError where there is none."""
        meeting, agreed = self.meetings[of], self.is_agreed(of)
        answered, told = self.answered(of), self.told(of)
        others = [party for party in self.parties if party != of.party]
        cancelled = any(word.word is Word.CANCELS for _, word in self._words.get(of, ()))
        refused = any(answered[party].word is Word.REFUSES for party in others if party in answered)
        holding = any(answered[party].word is Word.HOLDS for party in others if party in answered)
        passed_ms = meeting.until_ms if agreed and meeting.until_ms is not None else meeting.from_ms
        after = self._next.get(of, ())
        # What all agreed to stands until all agree to another version; one side's alone replaces only a proposal.
        replaced = any(map(self.is_agreed, after)) if agreed else bool(after)
        ends = cancelled or refused or replaced
        return state_of(Facts(ends, cancelled, refused, self._whether_held(told), agreed, holding, now_ms >= passed_ms))

    def _whether_held(self, told: dict[int, MeetingWord]) -> str:
        words = {word.word for word in told.values()}
        if len(words) == 2:
            return "both"
        if not words:
            return ""
        if not by_all(self.parties, told):
            return "one"
        return "held" if Word.WAS_HELD in words else "not"

    def record_of(self, of: Ref) -> bytes | None:
        """The digest of the agreement that every party names as its record; None where they do not."""
        told = self.told(of)
        named = {word.record for word in told.values()}
        return next(iter(named)) if len(named) == 1 and by_all(self.parties, told) else None

    def unanswered(self, now_ms: int) -> Iterator[tuple[Ref, int]]:
        """Versions that stand proposed, and each party whose answer they wait for."""
        for of in sorted(self.meetings):
            if self.state(of, now_ms) in (MeetingState.PROPOSED, MeetingState.HOLDING):
                answered = self.answered(of)
                for party in self.parties:
                    if party != of.party and (party not in answered or answered[party].word is Word.HOLDS):
                        yield of, party

    def said(self) -> Iterator[list[object]]:
        """Lines of the canonical state. (R-461)"""
        for ref, one in sorted(self.meetings.items()):
            after = [other.full_name for other in self.versions_after(ref)]
            yield ["meeting", ref.full_name, one.id, one.sort.name, one.from_ms, one.until_ms, after]
            for said, word in self.words(ref):
                record = None if word.record is None else word.record.hex()
                yield ["meeting word", ref.full_name, said.full_name, word.word.name, word.until_ms, record]
