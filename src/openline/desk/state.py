"""What a desk is, as the fold over its log. Frozen; `apply` answers with the next one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple, assert_never

from openline.desk.due import Key
from openline.desk.facts import (
    BEFORE_ALL,
    BEFOREHAND,
    AlarmAcknowledged,
    AlarmShelved,
    AlarmTested,
    Alerted,
    ChecklistSet,
    DeskEntry,
    Dismissed,
    Drafted,
    DraftedOther,
    DutyEnded,
    DutyRose,
    Enrolled,
    KeyEnrolled,
    KeyRevoked,
    KeysDemanded,
    KeyTold,
    KeyUsed,
    MeansConfirmed,
    NoticeUsed,
    NotSent,
    Opened,
    PinRenewed,
    PolicySet,
    PreclearedAsked,
    PreclearedSet,
    ProgramEnrolled,
    Recorded,
    Relayed,
    Released,
    ReleaseSigned,
    ReliefSet,
    Returned,
    RolesGiven,
    SignedIn,
    SignedOut,
    SignInRefused,
    SoundTold,
    Submitted,
    Ticked,
    Translated,
    TranslationMarked,
    WatchHandedOver,
    WatchTaken,
    WeakerAsked,
    Withdrawn,
)
from openline.desk.growing import Growing
from openline.desk.people import Actor, Officer
from openline.desk.texts.precleared import PRECLEARED
from openline.desk.texts.translations import Translation, marked
from openline.errors import LocalFault
from openline.limits import ALERTED_MAX, DRAFTS_CLOSED_KEPT_MAX, RELAYED_MAX
from openline.record.entry import MESSAGE


class Stage(StrEnum):
    """Where a draft is on its way out."""

    OPEN = "open"
    SUBMITTED = "submitted"
    RELEASED = "released"
    RECORDED = "recorded"
    WITHDRAWN = "withdrawn"
    NOT_SENT = "not sent"  # released, and refused by the record as it stood by then
    CLEARED = "cleared"  # a notice that may be sent, filled in, by the watch officer alone


class Place(NamedTuple):
    """Where a released draft stands in the line's record."""

    party: int
    generation: bytes
    index: int  # type: ignore[assignment]  # shadows tuple.index, which nobody wants here


class Version(NamedTuple):
    """A draft's newest version, and who wrote it. `entry`: where in the log; its words are kept while it may change.

    `body` is a message's. Where it is no message alone, `kind` and `told` are of the entry that goes behind it.
    """

    number: int
    entry: int
    author: Actor
    precedence: int
    flags: int
    body: bytes
    kind: int = MESSAGE
    told: bytes = b""


class Draft(NamedTuple):
    """One draft. `submitted_by` while it waits and after; `remark`: what was last said about it."""

    number: int
    version: Version
    stage: Stage
    changed_at_ms: int
    submitted_by: Actor | None = None
    released_by: Actor | None = None
    digest: bytes = b""
    method: int = 0
    remark: str = ""
    place: Place | None = None
    evidence: bytes = b""  # what the releaser's security key signed
    under: int | None = None  # the notice, released beforehand, that this is a use of, filled in with `values`
    values: bytes = b""
    checklist: tuple[str, ...] = ()
    ticked: tuple[tuple[int, int, Actor], ...] = ()  # (point, version it was looked at, by whom)
    steps: tuple[tuple[str, int, Actor | None], ...] = ()  # drafted, submitted, released: when, by whom


class OfficerKey(NamedTuple):
    """One security key. `told_given`, `told_taken`: the line's record says so already."""

    officer: int
    credential: bytes
    algorithm: int
    public: bytes
    rp_id: str
    label: str
    aaguid: bytes
    uses: int
    given_at_ms: int = 0
    revoked: bool = False
    told_given: bool = False
    told_taken: bool = False


class Weaker(NamedTuple):
    """What a release should take from now on, if another than who asked agrees."""

    by: Actor
    persons: int
    demanded: bool
    precleared: bool = False  # that notices released beforehand may be sent again, and nothing else


@dataclass(frozen=True, slots=True)
class DeskState:
    """The desk now. `head` is the hash of the newest entry, `size` how many there are."""

    officers: tuple[Officer, ...] = ()
    under_way: Mapping[int, Draft] = field(default_factory=dict)  # neither recorded nor withdrawn
    closed: Growing[int, Draft] = field(default_factory=Growing)  # the newest of those that were
    drafted: int = 0  # how many drafts there ever were: the next one's number
    translations: Growing[str, tuple[Translation, ...]] = field(default_factory=Growing)  # by the text they are of
    persons: int = 1  # that a release takes
    keys_demanded: bool = False  # a release takes the releaser's security key
    weaker: Weaker | None = None
    keys: Mapping[bytes, OfficerKey] = field(default_factory=dict)  # by credential
    programs: Mapping[bytes, tuple[int, int]] = field(default_factory=dict)  # token's SHA-256 to officer, until
    allows_precleared: bool = True
    watch: int | None = None  # who has it
    watch_since_ms: int = 0
    watch_remark: str = ""
    relief_at_ms: int = 0  # 0: open
    risen: Mapping[Key, int] = field(default_factory=dict)  # duties that went on to the next, and have not ended
    alerted: Mapping[str, tuple[int, bool]] = field(default_factory=dict)  # when each of the newest rang, and aloud
    relayed: Growing[str, tuple[Relayed, ...]] = field(default_factory=Growing)  # of the newest messages, by full name
    sound: int = 0  # what was last said of the alarm's sound: an index of facts.SOUNDS
    sound_at_ms: int = 0
    sound_by: Actor | None = None
    head: bytes = BEFORE_ALL
    size: int = 0
    last_at_ms: int = 0

    @property
    def drafts(self) -> Mapping[int, Draft]:
        """All that are at hand, by number."""
        return _AtHand(self.under_way, self.closed)

    @property
    def is_staffed(self) -> bool:
        """True once somebody was enrolled: from then on acts are officers' acts."""
        return bool(self.officers)

    def named(self, name: str) -> Officer | None:
        """The officer of that name who is of this desk now."""
        return next((one for one in self.officers if one.name == name and not one.dismissed), None)

    def keys_of(self, officer: int) -> list[OfficerKey]:
        """An officer's security keys that are good now."""
        return [one for one in self.keys.values() if one.officer == officer and not one.revoked]

    def untold(self) -> list[tuple[OfficerKey, bool]]:
        """Keys whose giving (True) or taking away (False) the line's record does not say yet, in order."""
        given = [(one, True) for one in self.keys.values() if not one.told_given]
        return given + [(one, False) for one in self.keys.values() if one.revoked and not one.told_taken]


class _AtHand(Mapping[int, Draft]):
    """Both as one, by number."""

    __slots__ = ("_closed", "_under_way")

    def __init__(self, under_way: Mapping[int, Draft], closed: Mapping[int, Draft]) -> None:
        self._under_way, self._closed = under_way, closed

    def __getitem__(self, number: int) -> Draft:
        found = self._under_way.get(number)
        return self._closed[number] if found is None else found

    def __iter__(self) -> Iterator[int]:
        return iter(sorted((*self._closed, *self._under_way)))

    def __len__(self) -> int:
        return len(self._closed) + len(self._under_way)


def apply(state: DeskState, entry: DeskEntry, entry_hash: bytes) -> DeskState:
    """Take one entry in. Raises LocalFault where it does not follow: something was taken out, or changed. (R-304)"""
    if entry.index != state.size or entry.before != state.head:
        raise LocalFault(f"desk log: entry {state.size} does not follow the one before it: taken out, or changed")
    state = replace(state, head=entry_hash, size=state.size + 1, last_at_ms=entry.at_ms)
    match entry.fact:
        case Enrolled(number, name, roles):
            made = Officer(number, name, frozenset(roles), made_by=_makers(state, entry), means_at_ms=entry.at_ms)
            return _enrolled(state, entry, made)
        case ProgramEnrolled(number, name, roles, digest, until_ms):
            _expect(digest not in state.programs, entry)
            made = Officer(number, name, frozenset(roles), is_program=True, means_at_ms=entry.at_ms)
            state = _enrolled(state, entry, made)
            return replace(state, programs={**state.programs, digest: (number, until_ms)})
        case RolesGiven(number, roles):
            officer, given = _known(state, number, entry), frozenset(roles)
            makers = officer.made_by if given <= officer.roles else _makers(state, entry, officer.made_by)
            return _officer(state, entry, officer._replace(roles=given, made_by=makers))
        case Dismissed(number, _):
            gone = _known(state, number, entry)._replace(roles=frozenset(), dismissed=True)
            state = _without_keys(_officer(state, entry, gone), number)
            return replace(state, watch=None, watch_since_ms=entry.at_ms) if state.watch == number else state
        case Translated() | TranslationMarked() | ChecklistSet() | Ticked():
            return _texts(state, entry, entry.fact)
        case PreclearedSet() | PolicySet() | KeysDemanded() | WeakerAsked() | PreclearedAsked():
            return _policy(state, entry, entry.fact)
        case WatchTaken() | WatchHandedOver() | ReliefSet():
            return _watch(state, entry, entry.fact)
        case DutyRose() | DutyEnded():
            return replace(state, risen=_risen(state, entry.fact))
        case PinRenewed(number):
            return _officer(state, entry, _given_means(state, entry, number)._replace(means_at_ms=entry.at_ms))
        case MeansConfirmed(number):
            return _officer(state, entry, _known(state, number, entry)._replace(made_by=()))
        case SoundTold(sound):
            return replace(state, sound=sound, sound_at_ms=entry.at_ms, sound_by=entry.actor)
        case AlarmAcknowledged() | AlarmShelved() | AlarmTested():
            return state
        case SignedIn() | SignInRefused() | SignedOut() | Opened():
            return state
        case Alerted(of, heard):
            newest = [*state.alerted.items()][1 - ALERTED_MAX :]
            return replace(state, alerted={**dict(newest), of: (entry.at_ms, bool(heard))})
        case Relayed():
            return replace(state, relayed=_relayed(state.relayed, entry.fact))
        case KeyEnrolled() | KeyRevoked() | KeyUsed() | KeyTold():
            return _key(state, entry, entry.fact)
        case ReleaseSigned(number, evidence):
            _expect(number in state.drafts, entry)
            return _with_draft(state, state.drafts[number]._replace(evidence=evidence))
        case (
            Drafted() | DraftedOther() | NoticeUsed() | Submitted() | Returned() | Withdrawn() | Released() | Recorded()
            | NotSent()
        ):
            return _with_draft(state, _draft(state, entry))
        case _:
            assert_never(entry.fact)


def _policy(
    state: DeskState, entry: DeskEntry, fact: PreclearedSet | PolicySet | KeysDemanded | WeakerAsked | PreclearedAsked
) -> DeskState:
    """What lets something leave after this entry, and what somebody asks it should."""
    match fact:
        case PreclearedSet(allowed):
            asked = None if state.weaker is not None and state.weaker.precleared else state.weaker
            return replace(state, allows_precleared=bool(allowed), weaker=asked)
        case PolicySet(persons):
            if persons > state.persons:  # whoever is here when two begin to be needed counts as nobody's making
                state = replace(state, officers=tuple(one._replace(made_by=()) for one in state.officers))
            return replace(state, persons=persons, weaker=None)
        case KeysDemanded(demanded):
            return replace(state, keys_demanded=bool(demanded), weaker=None)
    _expect(entry.actor is not None, entry)
    assert entry.actor is not None
    if isinstance(fact, PreclearedAsked):
        return replace(state, weaker=Weaker(entry.actor, state.persons, state.keys_demanded, precleared=True))
    return replace(state, weaker=Weaker(entry.actor, fact.persons, bool(fact.demanded)))


def _watch(state: DeskState, entry: DeskEntry, fact: WatchTaken | WatchHandedOver | ReliefSet) -> DeskState:
    """Who has the watch after this entry, and until when; a new watch is open."""
    match fact:
        case WatchTaken(number):
            return replace(state, watch=number, watch_since_ms=entry.at_ms, relief_at_ms=0)
        case WatchHandedOver(number, remark):
            taken = replace(state, watch=number, watch_since_ms=entry.at_ms, relief_at_ms=0)
            return replace(taken, watch_remark=remark)
        case ReliefSet(at_ms):
            return replace(state, relief_at_ms=at_ms)


def _risen(state: DeskState, fact: DutyRose | DutyEnded) -> dict[Key, int]:
    """Duties that have risen, after this fact."""
    key = Key(fact.subject, fact.what)
    if isinstance(fact, DutyRose):
        return {**state.risen, key: fact.rise}
    return {one: rise for one, rise in state.risen.items() if one != key}


def _relayed(before: Growing[str, tuple[Relayed, ...]], fact: Relayed) -> Growing[str, tuple[Relayed, ...]]:
    """For each party the first counts. Of the newest messages; the log has all."""
    seen = before.get(fact.of, ())
    if any(one.party == fact.party for one in seen):
        return before
    after = before.put(fact.of, (*seen, fact))
    return after.without(next(iter(after))) if len(after) > RELAYED_MAX else after


def _expect(holds: bool, entry: DeskEntry) -> None:
    if not holds:
        raise LocalFault(f"desk log: entry {entry.index} ({type(entry.fact).__name__}) does not fit what is before it")


def _known(state: DeskState, number: int, entry: DeskEntry) -> Officer:
    _expect(number < len(state.officers), entry)
    return state.officers[number]


def _officer(state: DeskState, entry: DeskEntry, officer: Officer) -> DeskState:
    _expect(officer.number < len(state.officers), entry)
    officers = list(state.officers)
    officers[officer.number] = officer
    return replace(state, officers=tuple(officers))


def _enrolled(state: DeskState, entry: DeskEntry, officer: Officer) -> DeskState:
    _expect(officer.number == len(state.officers), entry)
    return replace(state, officers=(*state.officers, officer))


def _makers(state: DeskState, entry: DeskEntry, before: tuple[int, ...] = ()) -> tuple[int, ...]:
    """Who gave somebody the means to act, unconfirmed: told apart only while a release takes two. -1 is the account."""
    maker = entry.actor.officer if entry.actor is not None else -1
    return before if state.persons < 2 or maker in before else (*before, maker)


def _given_means(state: DeskState, entry: DeskEntry, number: int) -> Officer:
    """With another PIN or key; one that officers gave themselves makes nobody else able to act as them."""
    officer = _known(state, number, entry)
    if entry.actor is not None and entry.actor.officer == number:
        return officer
    return officer._replace(made_by=_makers(state, entry, officer.made_by))


def _without_keys(state: DeskState, officer: int) -> DeskState:
    keys = {name: one._replace(revoked=True) if one.officer == officer else one for name, one in state.keys.items()}
    return replace(state, keys=keys)


def _key(state: DeskState, entry: DeskEntry, fact: KeyEnrolled | KeyRevoked | KeyUsed | KeyTold) -> DeskState:
    """The security keys after this entry."""
    if isinstance(fact, KeyEnrolled):
        _expect(fact.credential not in state.keys, entry)
        made = _given_means(state, entry, fact.officer)
        state, key = _officer(state, entry, made), OfficerKey(*fact, entry.at_ms)
    else:
        _expect(fact.credential in state.keys, entry)
        key = state.keys[fact.credential]
        match fact:
            case KeyRevoked():
                key = key._replace(revoked=True)
            case KeyUsed(_, uses):
                key = key._replace(uses=uses)
            case KeyTold(_, given):
                key = key._replace(told_given=True) if given else key._replace(told_taken=True)
            case _:
                assert_never(fact)
    return replace(state, keys={**state.keys, fact.credential: key})


def _texts(
    state: DeskState, entry: DeskEntry, fact: Translated | TranslationMarked | ChecklistSet | Ticked
) -> DeskState:
    """What stands beside a text after this entry: its translations, or a draft's checklist."""
    if isinstance(fact, Translated | TranslationMarked):
        return replace(state, translations=state.translations.put(fact.of, _translations(state, entry)))
    _expect(fact.draft in state.drafts and entry.actor is not None, entry)
    assert entry.actor is not None
    draft = state.drafts[fact.draft]
    if isinstance(fact, ChecklistSet):
        draft = draft._replace(checklist=fact.items, ticked=())
    else:
        draft = draft._replace(ticked=(*draft.ticked, (fact.item, fact.version, entry.actor)))
    return _with_draft(state, draft)


def _translations(state: DeskState, entry: DeskEntry) -> tuple[Translation, ...]:
    """Those of a text after this entry."""
    fact = entry.fact
    assert isinstance(fact, Translated | TranslationMarked)
    there = state.translations.get(fact.of, ())
    _expect(entry.actor is not None, entry)
    assert entry.actor is not None
    if isinstance(fact, TranslationMarked):
        _expect(any(one.number == fact.number for one in there), entry)
        return marked(there, fact.number, fact.step, entry.actor)
    _expect(fact.number == len(there) + 1, entry)
    new = Translation(
        fact.number, entry.index, entry.at_ms, entry.actor, fact.version, fact.stage, fact.language, fact.program
    )
    return (*there, new)


def _with_draft(state: DeskState, draft: Draft) -> DeskState:
    """With this draft as it is now. Of those that were closed the newest stay; the log has them all."""
    if draft.stage not in (Stage.RECORDED, Stage.WITHDRAWN):
        there = {**state.under_way, draft.number: draft}
        return replace(state, under_way=there, drafted=max(state.drafted, draft.number + 1))
    closed = state.closed.put(draft.number, draft)
    if len(closed) > DRAFTS_CLOSED_KEPT_MAX:
        closed = closed.without(next(iter(closed)))
    under_way = {number: one for number, one in state.under_way.items() if number != draft.number}
    return replace(state, under_way=under_way, closed=closed)


def _draft(state: DeskState, entry: DeskEntry) -> Draft:
    """The draft after this entry."""
    fact, actor = entry.fact, entry.actor
    if isinstance(fact, Drafted | DraftedOther):
        _expect(actor is not None, entry)
        assert actor is not None
        version = Version(fact.version, entry.index, actor, fact.precedence, fact.flags, fact.body)
        if isinstance(fact, DraftedOther):
            version = version._replace(kind=fact.kind, told=fact.told)
        old = state.drafts.get(fact.draft)
        _expect(fact.version == (old.version.number + 1 if old else 1), entry)
        _expect(old is not None or fact.draft == state.drafted, entry)
        if old is not None:
            made = Draft(fact.draft, version, Stage.OPEN, entry.at_ms, remark=old.remark, checklist=old.checklist)
        else:
            made = Draft(fact.draft, version, Stage.OPEN, entry.at_ms)
        return _stepped(made, "drafted", entry)
    if isinstance(fact, NoticeUsed):
        _expect(actor is not None and fact.draft == state.drafted and fact.under in state.drafts, entry)
        assert actor is not None
        version = Version(1, entry.index, actor, fact.precedence, fact.flags, fact.body)
        made = Draft(fact.draft, version, Stage.RELEASED, entry.at_ms, released_by=actor, digest=fact.digest,
                     method=BEFOREHAND, under=fact.under, values=fact.told)  # fmt: skip
        return _stepped(made, "released", entry)
    assert isinstance(fact, Submitted | Returned | Withdrawn | Released | Recorded | NotSent)
    _expect(fact.draft in state.drafts, entry)
    draft = state.drafts[fact.draft]._replace(changed_at_ms=entry.at_ms)
    match fact:
        case Submitted(_, _, remark):
            draft = draft._replace(stage=Stage.SUBMITTED, submitted_by=actor, remark=remark)
            return _stepped(draft, "submitted", entry)
        case Returned(_, remark):
            return draft._replace(stage=Stage.OPEN, submitted_by=None, remark=remark, steps=draft.steps[:1])
        case Withdrawn(_, remark):
            return _closed(draft)._replace(stage=Stage.WITHDRAWN, remark=remark)
        case NotSent(_, remark):
            return draft._replace(stage=Stage.NOT_SENT, remark=remark)
        case Released(_, _, digest, method):
            stage = Stage.CLEARED if draft.version.kind == PRECLEARED else Stage.RELEASED
            draft = draft._replace(stage=stage, released_by=actor, digest=digest, method=method)
            return _stepped(draft, "released", entry)
        case Recorded(_, party, generation, index):
            return _closed(draft)._replace(stage=Stage.RECORDED, place=Place(party, generation, index))
        case _:
            assert_never(fact)


def _stepped(draft: Draft, word: str, entry: DeskEntry) -> Draft:
    return draft._replace(steps=(*draft.steps, (word, entry.at_ms, entry.actor)))


def _closed(draft: Draft) -> Draft:
    """A draft that will not change: its words, and what its releaser signed, stay in the log."""
    return draft._replace(version=draft.version._replace(body=b"", told=b""), evidence=b"", values=b"")
