"""The drafts' part of the book: versions tabled, positions on them, refusals, withdrawals, signatures; how each stands.

Like the book it answers alike whatever the order in which entries are taken, and refuses nothing: what should not have
been written is kept, and marked. A version is signed when every party has recorded the agreement that it says: that is
an act, and silence is none. Whether something came after a lapse is told by the instant that its writer stamped on it.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from openline.accord.clocks.spans import SECOND_MS, When
from openline.accord.drafting.bodies import Closed, Closing, Position, Said, Stand, Tabled
from openline.accord.identity import Agreement, by_all
from openline.record.entry import EXERCISE, Header, Ref
from openline.record.times import crossed


class State(StrEnum):
    """How a version stands. The first that fits, from the top."""

    SIGNED = "signed"  # by all
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    LAPSED = "lapsed"
    SIGNED_BY_SOME = "signed by some"
    COUNTERED = "countered"
    TABLED = "tabled"


class Hindrance(StrEnum):
    """Why a version cannot be signed, or what a signature was written in spite of."""

    BRACKETS = "brackets remain"
    LANGUAGE = "a language is missing"
    RESERVED = "articles are reserved"
    REFUSED = "it was refused"
    WITHDRAWN = "it was withdrawn"
    LAPSED = "it has lapsed"
    EXERCISE = "it was tabled in an exercise"


class Version(NamedTuple):
    """A version as the record has it."""

    ref: Ref
    tabled: Tabled
    agreement: Agreement
    digest: bytes
    header: Header

    @property
    def draft(self) -> str:
        """The id of its draft, which is that of the agreement it would make."""
        return self.agreement.id

    @property
    def at_ms(self) -> int:
        """When its author says to have written it."""
        return self.header.written_at_ms

    @property
    def exercise(self) -> bool:
        """Whether it was tabled in one."""
        return bool(self.header.flags & EXERCISE)

    @property
    def missing(self) -> tuple[str, ...]:
        """Languages in which it has a title, and no text."""
        there = {language for language, _ in self.agreement.texts}
        return tuple(language for language, _ in self.agreement.titles if language not in there)

    def has_lapsed(self, at_ms: int) -> bool:
        """Whether what is written at that instant is too late. (R-525)"""
        lapses_s = self.tabled.lapses_s
        return lapses_s is not None and at_ms >= lapses_s * SECOND_MS


class Stated(NamedTuple):
    """What a party says of one article, and where."""

    ref: Ref
    party: int
    said: Said
    language: str


class Closure(NamedTuple):
    """A refusal or withdrawal. `why_not`: why it has no effect, where it has none."""

    ref: Ref
    closed: Closed
    why_not: str


class Signature(NamedTuple):
    """A party's entry over the agreement that a version says. `late`: that had lapsed, and it does not count."""

    ref: Ref
    at_ms: int
    late: bool


class Other(NamedTuple):
    """A party's agreement of the same id as a draft, over other bytes than any version of it says."""

    ref: Ref
    digest: bytes
    agreement: Agreement


class Drafts:
    """Takes entries in any order; answers what stands."""

    def __init__(self, parties: Sequence[int], received: Mapping[Ref, When] | None = None) -> None:
        """`parties`: who is of the line now: all of them sign. `received`: when the others held what was signed."""
        self.parties = tuple(parties)
        self._received = received if received is not None else {}
        self._versions: dict[Ref, Version] = {}
        self._by_id: dict[str, list[Ref]] = {}
        self._by_digest: dict[bytes, list[Ref]] = {}
        self._over: dict[Ref, list[Ref]] = {}
        self._positions: dict[Ref, list[tuple[Ref, Position]]] = {}
        self._closed: dict[Ref, list[tuple[Ref, Closed]]] = {}
        self._in_exercise: set[Ref] = set()  # positions and closings that were
        self._signed: dict[bytes, dict[int, list[tuple[Ref, int]]]] = {}  # by party, in order
        self._earliest: dict[tuple[bytes, int], int] = {}  # instant that any signature of a party over them states
        self._beside: dict[tuple[str, Ref | None], dict[int, list[Ref]]] = {}  # versions over one, by party
        self._others: dict[str, list[Other]] = {}  # as they were found last
        self._named: dict[str, dict[bytes, Agreement]] = {}  # agreements on the record, by id

    # ---------------------------------------------------------------- taking in
    def take_tabled(self, ref: Ref, tabled: Tabled, header: Header) -> None:
        """A party tables a version. (R-521)"""
        one = Version(ref, tabled, tabled.agreement, tabled.digest, header)
        self._versions[ref] = one
        insort(self._by_id.setdefault(one.draft, []), ref)
        insort(self._by_digest.setdefault(one.digest, []), ref)
        self._others.pop(one.draft, None)
        insort(self._beside.setdefault((one.draft, tabled.over), {}).setdefault(ref.party, []), ref)
        if tabled.over is not None:
            insort(self._over.setdefault(tabled.over, []), ref)

    def take_position(self, ref: Ref, position: Position, *, exercise: bool = False) -> None:
        """A party says how it stands to articles. (R-522)"""
        if exercise:
            self._in_exercise.add(ref)
        insort(self._positions.setdefault(position.of, []), (ref, position))

    def take_closed(self, ref: Ref, closed: Closed, *, exercise: bool = False) -> None:
        """A party refuses a version, or withdraws its own. (R-523)"""
        if exercise:
            self._in_exercise.add(ref)
        insort(self._closed.setdefault(closed.of, []), (ref, closed))

    def take_signed(self, ref: Ref, digest: bytes, agreement: Agreement, at_ms: int) -> None:
        """A party records an agreement, of a draft or not. (R-524)"""
        insort(self._signed.setdefault(digest, {}).setdefault(ref.party, []), (ref, at_ms))
        self._earliest[digest, ref.party] = min(at_ms, self._earliest.get((digest, ref.party), at_ms))
        self._named.setdefault(agreement.id, {})[digest] = agreement
        self._others.pop(agreement.id, None)

    # ---------------------------------------------------------------- versions
    def ids(self) -> list[str]:
        """Every draft."""
        return sorted(self._by_id)

    def versions(self, draft: str) -> list[Version]:
        """Of one draft, as their authors' clocks have them, then by place."""
        found = [self._versions[ref] for ref in self._by_id.get(draft, ())]
        return sorted(found, key=lambda one: (one.at_ms, one.ref))

    def version(self, ref: Ref) -> Version | None:
        """A version by its entry."""
        return self._versions.get(ref)

    def all_versions(self) -> list[Version]:
        """Every version, by place."""
        return [self._versions[ref] for ref in sorted(self._versions)]

    def counters(self, ref: Ref) -> tuple[Ref, ...]:
        """Versions over it, of its own draft."""
        of = self._versions.get(ref)
        found = self._over.get(ref, ())
        return tuple(one for one in found if of is None or self._versions[one].draft == of.draft)

    def flaws(self, one: Version) -> list[str]:
        """What is wrong with where it stands, whoever wrote it."""
        over = one.tabled.over
        found = []
        if over is not None:
            base = self._versions.get(over)
            if base is None:
                found.append("it counters an entry that is no version here")
            elif base.draft != one.draft:
                found.append(f"it counters a version of another draft, {base.draft}")
        if one.header.references != ((over,) if over is not None else ()):
            found.append("its header refers to another entry than it counters")
        return found

    def crossing(self, one: Version) -> tuple[Ref, ...]:
        """Versions over the same one, or also first, of others who had not seen it, nor it theirs. (R-521, R-095)"""
        log, beside = (one.ref.party, one.ref.generation), self._beside[one.draft, one.tabled.over]
        others = (self._versions[ref] for party in sorted(beside) if party != one.ref.party for ref in beside[party])
        return tuple(
            other.ref for other in others
            if crossed(one.header, log, other.header, (other.ref.party, other.ref.generation))
        )  # fmt: skip

    def astray(self) -> list[Ref]:
        """Positions, refusals and withdrawals that name no version of this record."""
        return sorted(
            ref for said in (self._positions, self._closed) for of, found in said.items() if of not in self._versions
            for ref, _ in found
        )  # fmt: skip

    # ---------------------------------------------------------------- what is said of them
    def _said(self, ref: Ref) -> list[tuple[Ref, Position]]:
        """What is said in an exercise says something of what was tabled in one, and of nothing else. (R-522)"""
        return [one for one in self._positions.get(ref, ()) if not self._is_beside(ref, one[0])]

    def _is_beside(self, ref: Ref, place: Ref) -> bool:
        return place in self._in_exercise and ref in self._versions and not self._versions[ref].exercise

    def positions(self, ref: Ref) -> list[Stated]:
        """What each party said last of each article, comments apart; by article and party."""
        found: dict[tuple[int, int], Stated] = {}
        for place, position in self._said(ref):
            for said in position.said:
                if said.stand is not Stand.COMMENTS:
                    found[said.article, place.party] = Stated(place, place.party, said, position.language)
        return [found[key] for key in sorted(found)]

    def comments(self, ref: Ref) -> list[Stated]:
        """Every comment, by article and place."""
        found = [
            Stated(place, place.party, said, position.language)
            for place, position in self._said(ref)
            for said in position.said if said.stand is Stand.COMMENTS
        ]  # fmt: skip
        return sorted(found, key=lambda one: (one.said.article, one.ref))

    def reserved(self, ref: Ref) -> list[Stated]:
        """Articles that somebody reserves."""
        return [one for one in self.positions(ref) if one.said.stand is Stand.RESERVES]

    def closures(self, ref: Ref) -> list[Closure]:
        """Refusals and withdrawals, with those that have no effect. (R-523)"""
        signed = self._signed_by(ref)
        found = []
        for place, closed in self._closed.get(ref, ()):
            why_not = ""
            if closed.closing is Closing.WITHDRAWN and place.party != ref.party:
                why_not = "a party withdraws its own versions"
            elif closed.closing is Closing.REFUSED and place.party == ref.party:
                why_not = "a party withdraws its own version, and does not refuse it"
            elif place.party in signed:
                why_not = "its writer has signed the version"
            elif self._is_beside(ref, place):
                why_not = "it was written in an exercise, and the version was not"
            found.append(Closure(place, closed, why_not))
        return found

    # ---------------------------------------------------------------- signatures
    def signatures(self, ref: Ref) -> list[Signature]:
        """Of each party its first that is not late, else its first, over the agreement this version says. (R-524)"""
        one, found = self._versions[ref], []
        for party, signed in sorted(self._signed.get(one.digest, {}).items()):
            late = one.has_lapsed(self._earliest[one.digest, party])
            place, at_ms = signed[0] if late else next(each for each in signed if not one.has_lapsed(each[1]))
            found.append(Signature(place, at_ms, late))
        return found

    def held_late(self, ref: Ref) -> list[Signature]:
        """Signatures dated before the lapse that receipts prove held only after it: they count, and are shown so."""
        lapses_s, found = self._versions[ref].tabled.lapses_s, []
        for one in self.signatures(ref) if lapses_s is not None else ():
            held = self._received.get(one.ref)
            if lapses_s is not None and not one.late and held is not None and held.earliest_ms > lapses_s * SECOND_MS:
                found.append(one)
        return found

    def counted(self, digest: bytes) -> frozenset[int] | None:
        """Whose signatures count under the version of this agreement under which most do; None: no version says it.

        (R-525)
        """
        tabled = self._by_digest.get(digest)
        return max((self._signed_by(one) for one in tabled), key=len) if tabled else None

    def _signed_by(self, ref: Ref) -> frozenset[int]:
        one = self._versions[ref]
        signed = self._signed.get(one.digest, ())
        return frozenset(party for party in signed if not one.has_lapsed(self._earliest[one.digest, party]))

    def others_signed(self, draft: str) -> list[Other]:
        """Agreements of this id that no version says: somebody signed over different bytes. (R-526)"""
        if draft not in self._others:
            self._others[draft] = self._find_others(draft)
        return self._others[draft]

    def _find_others(self, draft: str) -> list[Other]:
        found = [
            Other(place, digest, agreement)
            for digest, agreement in self._named.get(draft, {}).items() if digest not in self._by_digest
            for signed in self._signed[digest].values() for place, _ in signed
        ]  # fmt: skip
        return sorted(found, key=lambda one: (one.ref, one.digest))

    def hindrances(self, ref: Ref, at_ms: int) -> list[Hindrance]:
        """Why it cannot be signed at that instant; nothing where it can. (R-526)"""
        one = self._versions[ref]
        closed = {each.closed.closing for each in self.closures(ref) if not each.why_not}
        asked = (
            (Hindrance.BRACKETS, bool(one.tabled.brackets)),
            (Hindrance.LANGUAGE, bool(one.missing)),
            (Hindrance.RESERVED, bool(self.reserved(ref))),
            (Hindrance.REFUSED, Closing.REFUSED in closed),
            (Hindrance.WITHDRAWN, Closing.WITHDRAWN in closed),
            (Hindrance.LAPSED, one.has_lapsed(at_ms)),
            (Hindrance.EXERCISE, one.exercise),
        )
        return [hindrance for hindrance, is_so in asked if is_so]

    def state(self, ref: Ref, at_ms: int) -> State:
        """How a version stands at an instant."""
        one = self._versions[ref]
        signed = self._signed_by(ref)
        closed = {each.closed.closing for each in self.closures(ref) if not each.why_not}
        rows = (
            (State.SIGNED, by_all(self.parties, signed)),
            (State.WITHDRAWN, Closing.WITHDRAWN in closed),
            (State.REFUSED, Closing.REFUSED in closed),
            (State.LAPSED, one.has_lapsed(at_ms)),
            (State.SIGNED_BY_SOME, bool(signed)),
            (State.COUNTERED, bool(self.counters(ref))),
        )
        return next((state for state, is_so in rows if is_so), State.TABLED)
