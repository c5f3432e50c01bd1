"""The book of an accord: formats, agreements, notices and duties, as the fold over the record of a line.

Order does not matter: whatever the order in which entries are taken, the book answers alike. It uses nothing but what
entries and receipts say, so both sides' books of one record are the same. Nothing in it blocks or refuses anything.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Iterator, Sequence
from itertools import count, islice
from typing import Final, NamedTuple

from openline.accord.agreements.life import Papers
from openline.accord.agreements.papers import Lives
from openline.accord.agreements.reminders import reminders
from openline.accord.bodies import Agreement, Offered, Standing, Status, agreement_digest, parse_agreement
from openline.accord.clocks import rounds
from openline.accord.clocks.duty import Duty, DutyState, event_of, rationed, state_of
from openline.accord.clocks.limits import (
    Due,
    Kept,
    is_kept,
    kept_after,
    latest_receipt,
    on_a_day,
)
from openline.accord.clocks.shelf import Shelf
from openline.accord.clocks.spans import DAY_MS, When, inside, plus, year_begin
from openline.accord.communique.ledger import Statements
from openline.accord.declarations.ledger import Ledger
from openline.accord.drafting import owed as drafts_owed
from openline.accord.drafting.bodies import Tabled
from openline.accord.drafting.drafts import Drafts
from openline.accord.escrow import escrows, exchanging
from openline.accord.escrow.sealed import Sealed
from openline.accord.formats.format import Format, Limit, LimitKind
from openline.accord.formats.notice import Notice, Relation
from openline.accord.formats.printing import number_of, regime_of
from openline.accord.formats.reader import read_format
from openline.accord.identity import by_all
from openline.accord.meetings import owed as meetings_owed
from openline.accord.meetings.ledger import Meetings
from openline.accord.topics.ledger import Topics
from openline.record.entry import Header, Ref

GAPS_MAX: Final = 1000  # serials told of one run
SAME_NUMBER_MAX: Final = 8  # others under one number that are named
_MARGIN_MS: Final = 5 * DAY_MS  # months of other lengths, days in other scales, receipts that are intervals


class NoticeSeen(NamedTuple):
    """A notice as the record has it. `received`: when the others held it, as receipts prove; None where none does."""

    ref: Ref
    notice: Notice
    received: When | None
    references: tuple[Ref, ...] = ()
    exercise: bool = False


class Timeliness(NamedTuple):
    """How one notice stands to one limit of its format."""

    limit: Limit
    kept: Kept
    due: Due | None


class Book:
    """Takes entries in any order; answers what stands. Bounded by the record it is made of."""

    def __init__(self, parties: Sequence[int]) -> None:
        """`parties`: who is of the line now, by their numbers."""
        self.parties = tuple(parties)
        self.shelf = Shelf(self.parties, read_format)
        self.formats = self.shelf.formats  # by mark
        self.agreements: dict[bytes, Agreement] = {}
        self._known: dict[bytes, dict[int, Ref]] = {}
        self._statuses: dict[tuple[bytes, int], list[tuple[int, Ref, Status]]] = {}
        self.notices: dict[Ref, NoticeSeen] = {}
        self._numbers: dict[tuple[int, bytes, int], dict[int, list[Ref]]] = {}
        self._together: dict[bytes, tuple[bytes, ...]] = {}
        self._marks: set[bytes] = set()  # of formats in which there are notices
        self._related: dict[Ref, list[tuple[Relation, Ref]]] = {}
        self._sent: dict[tuple[int, bytes], list[tuple[int, Ref]]] = {}  # by party and mark, by when it was held
        self.declared = Ledger(self.parties)
        self.lives = Lives(self.parties, self._papers)
        self.drafts = Drafts(self.parties, self.lives.received)
        self.topics = Topics(self.parties)
        self.meetings = Meetings(self.parties)
        self.joint = Statements(self.parties)
        self.sealed = Sealed(self.parties)

    # ---------------------------------------------------------------- taking in
    def take_offered(self, ref: Ref, offered: Offered) -> None:
        """A party says: this format."""
        self.shelf.take(ref, offered)
        self._together.clear()

    def take_agreement(self, ref: Ref, body: bytes, at_ms: int = 0) -> None:
        """A party says: this is an agreement between us. `at_ms`: when, by its writer's clock. Raises Malformed."""
        agreement, digest = parse_agreement(body), agreement_digest(body)
        self.agreements[digest] = agreement
        said = self._known.setdefault(digest, {})
        said[ref.party] = min(ref, said.get(ref.party, ref))
        self.lives.changed(digest)
        self.drafts.take_signed(ref, digest, agreement, at_ms)

    def take_tabled(self, ref: Ref, tabled: Tabled, header: Header) -> None:
        """A party tables a version of a draft. (R-521)"""
        self.drafts.take_tabled(ref, tabled, header)
        self.lives.changed(tabled.digest)

    def take_status(self, ref: Ref, status: Status) -> None:
        """A party says how it stands to an agreement."""
        insort(self._statuses.setdefault((status.agreement, ref.party), []), (status.from_s, ref, status))
        self.lives.take_status(ref, status.agreement)

    def take_notice(self, seen: NoticeSeen) -> None:
        """A notice, or again the same one with a receipt that came since."""
        before = self.notices.get(seen.ref)
        self.notices[seen.ref] = seen
        notice = seen.notice
        self._marks.add(notice.mark)
        if before is None:
            key = (seen.ref.party, notice.mark, notice.year)
            insort(self._numbers.setdefault(key, {}).setdefault(notice.serial, []), seen.ref)
            if notice.of is not None:
                insort(self._related.setdefault(notice.of, []), (notice.relation, seen.ref))
        if seen.received is not None and (before is None or before.received is None):
            insort(self._sent.setdefault((seen.ref.party, notice.mark), []), (seen.received.earliest_ms, seen.ref))

    # ---------------------------------------------------------------- agreements
    def is_known(self, digest: bytes) -> bool:
        """Whether every party has recorded this agreement, and in time where a draft of it lapses. (R-405, R-525)"""
        counted = self.drafts.counted(digest)
        return by_all(self.parties, self._known.get(digest, ()) if counted is None else counted)

    def standing(self, digest: bytes, party: int, at_s: int) -> Standing | None:
        """How a party says it stands to an agreement at an instant; None before it begins, or where it is not known."""
        agreement = self.agreements.get(digest)
        if agreement is None or not self.is_known(digest):
            return None
        status = self.status_at(digest, party, at_s)
        if status is not None:
            return status[1].standing
        begin_s, end_s = self.span(digest)
        if begin_s is None or at_s < begin_s:
            return None
        return Standing.ENDED if end_s is not None and at_s >= end_s else Standing.IN_FORCE

    def status_at(self, digest: bytes, party: int, at_s: int) -> tuple[Ref, Status] | None:
        """Which word of a party about an agreement counts at an instant, and the entry that says it."""
        said = self._statuses.get((digest, party), [])
        last = bisect_right(said, at_s, key=lambda one: one[0])
        return said[last - 1][1:] if last else None

    def said_by(self, digest: bytes) -> tuple[Ref, ...]:
        """The first entry of each party that records this agreement."""
        return tuple(ref for _, ref in sorted(self._known.get(digest, {}).items()))

    def span(self, digest: bytes) -> tuple[int | None, int | None]:
        """From when an agreement is in force and when it ends, with what the parties have declared of it since."""
        life = self.lives.life(digest)
        return (life.begin_s, life.end_s) if life is not None else (None, None)

    def _papers(self, digest: bytes) -> Papers | None:
        agreement = self.agreements.get(digest)
        if agreement is None:
            return None
        statuses = {party: self._statuses.get((digest, party), ()) for party in self.parties}
        counted = self.drafts.counted(digest)
        known = {party: ref for party, ref in self._known[digest].items() if counted is None or party in counted}
        return Papers(agreement, known, (), statuses, (), {})

    def astray(self) -> list[tuple[Ref, str]]:
        """Entries that say something of what this record does not have, in their order: kept, and without effect."""
        found = [(mark.ref, mark.why) for mark in self.lives.astray()]
        found += [(ref, "it names no version of a draft of this record") for ref in self.drafts.astray()]
        found += [(ref, "it names no meeting of this record") for ref in self.meetings.astray()]
        return sorted(found + self.sealed.astray())

    # ---------------------------------------------------------------- notices
    def known_by(self, digest: bytes) -> tuple[int, ...]:
        """Who has recorded this agreement."""
        return tuple(sorted(self._known.get(digest, ())))

    def has_any(self, name: str) -> bool:
        """Whether anybody has sent a notice in a format of that id. At the same cost whatever the record holds."""
        return any(format_.mark in self._marks for format_ in self.shelf.by_id(name))

    def in_format(self, party: int, mark: bytes) -> list[Ref]:
        """A party's notices in one format."""
        years = (used for key, used in self._numbers.items() if key[:2] == (party, mark))
        return [ref for used in years for refs in used.values() for ref in refs]

    def counted_with(self, mark: bytes) -> tuple[bytes, ...]:
        """Marks of the formats whose notices a sender counts together: of one agreement. (R-467)"""
        if mark not in self._together:
            own = self.formats.get(mark)
            regime = regime_of(own) if own is not None else None
            together = (other for other, one in self.formats.items() if own is not None and regime_of(one) == regime)
            self._together[mark] = tuple(sorted(together)) or (mark,)
        return self._together[mark]

    def _used(self, party: int, mark: bytes, year: int) -> list[dict[int, list[Ref]]]:
        found = (self._numbers.get((party, other, year)) for other in self.counted_with(mark))
        return [one for one in found if one]

    def free_serial(self, party: int, format_: Format, year: int, taken: Collection[int]) -> int:
        """The lowest from 1 that this party has not used in this year under the agreement of this format, which need
        not be on the record, nor has in hand (`taken`)."""
        marks = {one.mark for one in self.formats.values() if regime_of(one) == regime_of(format_)} | {format_.mark}
        used = [self._numbers.get((party, mark, year), {}) for mark in marks]
        return next(serial for serial in count(1) if serial not in taken and not any(serial in one for one in used))

    def format_of(self, seen: NoticeSeen) -> Format | None:
        """The format it names, where the record has it."""
        return self.formats.get(seen.notice.mark)

    def replaced_by(self, ref: Ref) -> tuple[tuple[Relation, Ref], ...]:
        """What answers, corrects or cancels it. A party corrects and cancels its own; what others say stands beside."""
        return tuple(
            (relation, other) for relation, other in self._related.get(ref, ())
            if relation is Relation.ANSWERS or other.party == ref.party
        )  # fmt: skip

    def counts(self, seen: NoticeSeen) -> bool:
        """Whether a notice does what it is there for: it corrects or cancels no other, is no exercise, and its party
        has not cancelled it. It need not be in the record. (R-465)"""
        is_said_first = seen.notice.relation in (Relation.NONE, Relation.ANSWERS)
        return is_said_first and not seen.exercise and not self._is_cancelled(seen)

    def as_corrected(self, seen: NoticeSeen) -> NoticeSeen:
        """What a notice says now: with its party's last correction in the same format, and the corrections of that; as
        it was where there is none. A correction that was cancelled corrects nothing. (R-466)"""
        passed = {seen.ref}
        while True:
            said = (other for relation, other in self._related.get(seen.ref, ()) if relation is Relation.CORRECTS)
            later = [other for other in said if other not in passed and self._corrects(other, seen)]
            if not later:
                return seen
            seen = self.notices[max(later)]
            passed.add(seen.ref)

    def _corrects(self, other: Ref, seen: NoticeSeen) -> bool:
        later = self.notices[other]
        is_own = other.party == seen.ref.party and later.notice.mark == seen.notice.mark
        return is_own and not later.exercise and not self._is_cancelled(later)

    def _is_cancelled(self, seen: NoticeSeen) -> bool:
        return any(
            relation is Relation.CANCELS and other.party == seen.ref.party and not self.notices[other].exercise
            for relation, other in self._related.get(seen.ref, ())
        )

    def same_number(self, ref: Ref) -> tuple[int, tuple[Ref, ...]]:
        """How many other notices of this sender have the same number, and the first few of them. (rule A2)"""
        seen = self.notices[ref]
        used = self._used(ref.party, seen.notice.mark, seen.notice.year)
        there = [one[seen.notice.serial] for one in used if seen.notice.serial in one]
        others = sorted(other for refs in there for other in refs[: SAME_NUMBER_MAX + 1] if other != ref)
        return sum(map(len, there)) - 1, tuple(others[:SAME_NUMBER_MAX])

    def sent(self, party: int, mark: bytes) -> Sequence[tuple[int, Ref]]:
        """A party's notices in one format that receipts prove held, in the order in which they were, each with when."""
        return self._sent.get((party, mark), ())

    def statuses(self) -> dict[tuple[bytes, int], list[tuple[int, Ref, Status]]]:
        """What parties have said of how they stand, by agreement and party, in the order in which it counts."""
        return dict(self._statuses)

    def series(self) -> Collection[tuple[int, bytes, int]]:
        """Party, year and the least mark of every run of serials."""
        return {(party, min(self.counted_with(mark)), year) for party, mark, year in self._numbers}

    def gaps(self, party: int, mark: bytes, year: int) -> tuple[int, ...]:
        """Serials between the first and the last that are not there. (rule A2) At most 1,000."""
        serials = set[int]().union(*self._used(party, mark, year))
        if not serials:
            return ()
        there = range(min(serials), max(serials) + 1)
        return tuple(islice((serial for serial in there if serial not in serials), GAPS_MAX))

    def timeliness(self, ref: Ref) -> tuple[Timeliness, ...]:
        """How a notice stands to each time limit of its format. (rules B1 to B6)"""
        seen = self.notices[ref]
        format_ = self.format_of(seen)
        return self.timeliness_of(seen, format_) if format_ is not None else ()

    def timeliness_of(self, seen: NoticeSeen, format_: Format) -> tuple[Timeliness, ...]:
        """The same of a notice that need not be in the record."""
        return tuple(self._timely(seen, format_, limit) for limit in format_.limits if limit.of == "notice")

    def _timely(self, seen: NoticeSeen, format_: Format, limit: Limit) -> Timeliness:
        due = self._due_of(seen, format_, limit)
        if seen.received is None:
            return Timeliness(limit, Kept.OPEN, due)
        if limit.kind is LimitKind.CALENDAR_DAY:
            return Timeliness(limit, on_a_day(limit, seen.received), None)
        return Timeliness(limit, is_kept(due, seen.received) if due is not None else Kept.OPEN, due)

    def _due_of(self, seen: NoticeSeen, format_: Format, limit: Limit) -> Due | None:
        if limit.event:
            event = event_of(format_, seen.notice, limit.event)
            return latest_receipt(limit, event) if event is not None else None
        if limit.kind is LimitKind.AFTER and seen.notice.of is not None:
            cause = self.notices.get(seen.notice.of)
            if cause is not None and cause.received is not None:
                return latest_receipt(limit, (cause.received, cause.received))
        return None

    # ---------------------------------------------------------------- duties
    def duties(self, from_ms: int, to_ms: int, now_ms: int) -> Iterator[Duty]:
        """What is due between two instants, with how it stands now: replies, confirmations, periodic declarations;
        ends of agreements, dates of offers and lapses of drafts, of which every party is reminded."""
        from_ms, to_ms = inside(from_ms), inside(to_ms)
        yield from self._replies(from_ms, to_ms, now_ms)
        known = {digest: one for digest, one in sorted(self.agreements.items()) if self.is_known(digest)}
        for digest, one in known.items():
            yield from rounds.duties(self, digest, one, (from_ms, to_ms, now_ms))
        yield from reminders(self.lives, known, from_ms, to_ms, now_ms)
        yield from drafts_owed.duties(self.drafts, from_ms, to_ms, now_ms)
        yield from meetings_owed.duties(self.meetings, from_ms, to_ms, now_ms)
        steps = [step for one in exchanging.all_seen(self.sealed) for step in exchanging.steps(one)]
        steps += [step for kept in escrows.all_kept(self.sealed) for step in escrows.steps(kept)]
        yield from self.sealed.duties(steps, from_ms, to_ms, now_ms)

    def _replies(self, from_ms: int, to_ms: int, now_ms: int) -> Iterator[Duty]:
        for mark in sorted(self.formats):
            format_ = self.formats[mark]
            for limit in format_.limits:
                if limit.of == "notice" or limit.kind not in (LimitKind.AFTER, LimitKind.CLOCK_TIME):
                    continue
                yield from rationed(limit, from_ms, self._replies_to(format_, limit, (from_ms, to_ms, now_ms)))

    def _replies_to(self, format_: Format, limit: Limit, times: tuple[int, int, int]) -> Iterator[Duty]:
        from_ms = year_begin(times[0]) if limit.quota else times[0]
        # In order of receipt, so of due time: only the stretch that can matter is looked at.
        first, last = plus(from_ms, limit.span, -1) - _MARGIN_MS, plus(times[1], limit.span, -1) + _MARGIN_MS
        for party in self.parties:
            sent = self._sent.get((party, format_.mark), [])
            for held_ms, ref in islice(sent, bisect_left(sent, (first,)), None):
                if held_ms > last:
                    break
                yield from self._reply(self.notices[ref], format_, limit, (from_ms, times[1], times[2]))

    def _reply(
        self, seen: NoticeSeen, format_: Format, limit: Limit, times: tuple[int, int, int]
    ) -> Iterator[Duty]:
        assert seen.received is not None
        due = latest_receipt(limit, (seen.received, seen.received))
        if due is None or not times[0] <= due.by.latest_ms < times[1] or not self.counts(seen):
            return
        answers = [other for relation, other in self._related.get(seen.ref, ())
                   if relation is Relation.ANSWERS and self.counts(self.notices[other])]  # fmt: skip
        for party in self.parties:
            if party == seen.ref.party:
                continue
            answer = next((self.notices[other] for other in answers if other.party == party), None)
            state = state_of(due, answer, times[2])
            if answer is not None and answer.received is not None:
                kept = kept_after(limit, seen.received, answer.received)
                state = {Kept.KEPT: DutyState.KEPT, Kept.BROKEN: DutyState.LATE}.get(kept, DutyState.OPEN)
            ref = answer.ref if answer is not None else None
            basis = format_.basis[0].agreement if format_.basis else ""
            yield Duty(party, basis, format_.id, limit.of, due, (seen.ref,), ref, state, {}, seen.received.latest_ms)

    def number(self, ref: Ref) -> str:
        """A notice's number as people say it; its mark where the format is not known."""
        seen = self.notices[ref]
        format_ = self.format_of(seen)
        if format_ is None:
            return f"{seen.notice.mark.hex()}/{seen.notice.year}/{seen.notice.serial:04d}"
        return number_of(seen.notice, format_)
