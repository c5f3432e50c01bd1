"""What can stand in a desk's log: one fact an entry, deterministic CBOR, read strictly.

    {0: fact number, 1: index, 2: at ms, 3: officer or null, 4: sitting (8) or empty, 5: SHA-256 of the entry before,
     6: [fields of the fact]}

Each entry names the hash of the one before it, so that nothing can be taken out of the middle unseen. (R-304)
"""

from __future__ import annotations

from hashlib import sha256
from types import UnionType
from typing import Any, Final, NamedTuple, get_args

from openline.desk.key_facts import Alerted as Alerted
from openline.desk.key_facts import KeyEnrolled as KeyEnrolled
from openline.desk.key_facts import KeyRevoked as KeyRevoked
from openline.desk.key_facts import KeysDemanded as KeysDemanded
from openline.desk.key_facts import KeyTold as KeyTold
from openline.desk.key_facts import KeyUsed as KeyUsed
from openline.desk.key_facts import MeansConfirmed as MeansConfirmed
from openline.desk.key_facts import Opened as Opened
from openline.desk.key_facts import PreclearedAsked as PreclearedAsked
from openline.desk.key_facts import ProgramEnrolled as ProgramEnrolled
from openline.desk.key_facts import Relayed as Relayed
from openline.desk.key_facts import ReleaseSigned as ReleaseSigned
from openline.desk.key_facts import WeakerAsked as WeakerAsked
from openline.desk.people import Actor, Role
from openline.errors import Malformed
from openline.limits import (
    ALARM_LEVEL_MAX,
    ALARM_NAME_CHARS_MAX,
    BODY_BYTES_MAX,
    CHECKLIST_MAX,
    CREDENTIAL_BYTES_MAX,
    DESK_ENTRY_BYTES_MAX,
    DESK_LOG_ENTRIES_MAX,
    DRAFT_VERSIONS_MAX,
    DUTY_CHARS_MAX,
    GENERATION_BYTES,
    LOG_ENTRIES_MAX,
    NAME_CHARS_MAX,
    OFFICER_KEY_BYTES_MAX,
    OFFICERS_MAX,
    PARTIES_MAX,
    RELEASE_BYTES_MAX,
    REMARK_CHARS_MAX,
    RP_ID_CHARS_MAX,
    TEXT_CHARS_MAX,
    TRANSLATIONS_MAX,
    WRITTEN_AT_MS_MAX,
)
from openline.record.entry import FLAGS_KNOWN, FLASH, KIND_MAX
from openline.record.fields import dump_map, load_map, octets, octets_up_to, row, rows, same, text, whole

SITTING_BYTES: Final = 8
DIGEST_BYTES: Final = 32
AAGUID_BYTES: Final = 16
BEFORE_ALL: Final = bytes(DIGEST_BYTES)
METHODS: Final = ("pin and code", "security key", "pre-cleared")
PIN_AND_CODE: Final = 0
SECURITY_KEY: Final = 1
BEFOREHAND: Final = 2  # a notice that two persons released before, sent by the watch officer alone
SOUNDS: Final = ("not said", "heard", "not heard", "not used here")
SOUND_HEARD: Final = 1
SOUND_NOT_HEARD: Final = 2


class Enrolled(NamedTuple):
    """A person got a number and roles at this desk."""

    officer: int
    name: str
    roles: tuple[Role, ...]


class RolesGiven(NamedTuple):
    """An officer's roles from now on."""

    officer: int
    roles: tuple[Role, ...]


class Dismissed(NamedTuple):
    """An officer is no longer of this desk."""

    officer: int
    remark: str


class PinRenewed(NamedTuple):
    """An officer has a new PIN and a new code generator."""

    officer: int


class SignedIn(NamedTuple):
    """An officer began a sitting."""

    officer: int
    method: int


class SignInRefused(NamedTuple):
    """Somebody gave this officer's name and not what goes with it."""

    officer: int


class SignedOut(NamedTuple):
    """A sitting ended by the officer's own act."""


class WatchTaken(NamedTuple):
    """An officer has the watch from now on."""

    officer: int


class WatchHandedOver(NamedTuple):
    """The watch passes on, with a remark for who comes."""

    to: int
    remark: str


class PolicySet(NamedTuple):
    """So many persons does a release take from now on."""

    persons: int


class Drafted(NamedTuple):
    """A version of a draft: `body` is a message's, without the names of who releases it."""

    draft: int
    version: int
    precedence: int
    flags: int
    body: bytes


class Submitted(NamedTuple):
    """A version waits for release."""

    draft: int
    version: int
    remark: str


class Returned(NamedTuple):
    """Who should release it did not, and says why."""

    draft: int
    remark: str


class Withdrawn(NamedTuple):
    """The draft will not be sent."""

    draft: int
    remark: str


class Released(NamedTuple):
    """A version was let go: `digest` is over what leaves, names included (R-301)."""

    draft: int
    version: int
    digest: bytes
    method: int


class Recorded(NamedTuple):
    """A released draft stands in the line's record at this place."""

    draft: int
    party: int
    generation: bytes
    index: int  # type: ignore[assignment]  # shadows tuple.index, which nobody wants here


class AlarmAcknowledged(NamedTuple):
    """Somebody has seen an alarm, which had risen to this level."""

    alarm: str
    level: int


class AlarmShelved(NamedTuple):
    """An alarm is silent until an instant; 0: it was taken off the shelf."""

    alarm: str
    until_ms: int
    remark: str


class AlarmTested(NamedTuple):
    """The test alarm was asked for."""


class SoundTold(NamedTuple):
    """What a person says of the alarm's sound: an index of SOUNDS."""

    sound: int


class DraftedOther(NamedTuple):
    """A version of a draft that is no message alone: `kind` and `told` of the entry that is to be recorded, and the
    message straight before it, or nothing."""

    draft: int
    version: int
    precedence: int
    flags: int
    kind: int
    told: bytes
    body: bytes


class NoticeUsed(NamedTuple):
    """The watch officer sent a notice that two persons released beforehand (draft `under`), filled in by the CBOR pairs
    `told`; it is a draft of its own, released as `digest`."""

    draft: int
    under: int
    precedence: int
    flags: int
    body: bytes
    told: bytes
    digest: bytes


class PreclearedSet(NamedTuple):
    """Whether notices that were released beforehand may be sent: 1 or 0."""

    allowed: int


class Translated(NamedTuple):
    """A working translation of a text: a draft (`D-12`, at `version`) or an entry (its full name, version 0)."""

    of: str
    number: int
    version: int
    stage: int
    language: str
    words: str
    program: str


class TranslationMarked(NamedTuple):
    """An officer reviewed (0) or certified (1) a translation."""

    of: str
    number: int
    step: int


class ChecklistSet(NamedTuple):
    """What is to be looked at before this draft is released."""

    draft: int
    items: tuple[str, ...]


class Ticked(NamedTuple):
    """An officer looked at a point of the checklist, of that version."""

    draft: int
    version: int
    item: int


class DutyRose(NamedTuple):
    """A duty was not done in its time, and went on to the next persons. `what`: as `due.What` has it."""

    subject: str
    what: int
    rise: int


class DutyEnded(NamedTuple):
    """A duty that had risen was done, or is not to be done any more."""

    subject: str
    what: int


class ReliefSet(NamedTuple):
    """Who has the watch shall be relieved at an instant; 0: it is open again."""

    at_ms: int


class NotSent(NamedTuple):
    """A released draft was refused by the record as that stood by then; `remark` says why. Nothing of it left."""

    draft: int
    remark: str


Fact = (
    Enrolled | RolesGiven | Dismissed | PinRenewed | SignedIn | SignInRefused | SignedOut | WatchTaken | WatchHandedOver
    | PolicySet | Drafted | Submitted | Returned | Withdrawn | Released | Recorded | AlarmAcknowledged
    | AlarmShelved | AlarmTested | SoundTold | DraftedOther
    | KeyEnrolled | KeyRevoked | KeyUsed | KeyTold | KeysDemanded | WeakerAsked | ReleaseSigned | ProgramEnrolled
    | NoticeUsed | PreclearedSet | Translated | TranslationMarked | ChecklistSet | Ticked
    | DutyRose | DutyEnded | ReliefSet
    | MeansConfirmed | PreclearedAsked | Alerted | Opened | Relayed | NotSent
)  # fmt: skip


def _members(union: UnionType) -> tuple[type[Any], ...]:
    return get_args(union)


_NUMBERED: Final = _members(Fact)  # a fact's number is its place here: new ones come at the end


class DeskEntry(NamedTuple):
    """One entry of a desk's log. No actor: the station itself wrote it."""

    index: int  # type: ignore[assignment]  # shadows tuple.index, which nobody wants here
    at_ms: int
    actor: Actor | None
    before: bytes
    fact: Fact


def encode_entry(entry: DeskEntry) -> bytes:
    """The one spelling. Raises Malformed for an entry that `parse_entry` would refuse."""
    data = _spell(entry)
    parse_entry(data)
    return data


def entry_hash(data: bytes) -> bytes:
    """What the next entry names as the one before it."""
    return sha256(data).digest()


def _spell(entry: DeskEntry) -> bytes:
    officer, sitting = (None, b"") if entry.actor is None else entry.actor
    number = _NUMBERED.index(type(entry.fact))
    fields = [[str(one) for one in value] if isinstance(value, tuple) else value for value in entry.fact]
    return dump_map((number, entry.index, entry.at_ms, officer, sitting, entry.before, fields))


def parse_entry(data: bytes) -> DeskEntry:
    """An entry from its bytes. Raises Malformed naming the field. (R-304)"""
    number, index, at_ms, officer, sitting, before, fields = load_map(
        data, 7, "desk entry", DESK_ENTRY_BYTES_MAX
    ).values()
    kind = _NUMBERED[whole(number, len(_NUMBERED) - 1, "desk entry: fact", data)]
    values = row(fields, len(kind._fields), f"desk entry: {kind.__name__}", data)
    actor = None
    if officer is not None:
        actor = Actor(
            whole(officer, OFFICERS_MAX - 1, "desk entry: officer", data),
            octets(sitting, SITTING_BYTES, "desk entry: sitting", data),
        )
    entry = DeskEntry(
        whole(index, DESK_LOG_ENTRIES_MAX - 1, "desk entry: index", data),
        whole(at_ms, WRITTEN_AT_MS_MAX, "desk entry: at", data),
        actor,
        octets(before, DIGEST_BYTES, "desk entry: before", data),
        kind(*(_read(name, value, data) for name, value in zip(kind._fields, values, strict=True))),
    )
    same(_spell(entry), data, "desk entry")
    return entry


_BOUNDS: Final = {
    "officer": OFFICERS_MAX - 1, "to": OFFICERS_MAX - 1, "method": len(METHODS) - 1, "persons": 2,
    "draft": DESK_LOG_ENTRIES_MAX - 1, "version": DRAFT_VERSIONS_MAX, "precedence": FLASH, "flags": FLAGS_KNOWN,
    "kind": KIND_MAX, "under": DESK_LOG_ENTRIES_MAX - 1, "allowed": 1,
    "number": TRANSLATIONS_MAX, "stage": 2, "step": 1, "item": CHECKLIST_MAX - 1,
    "party": PARTIES_MAX - 1, "index": LOG_ENTRIES_MAX - 1, "level": ALARM_LEVEL_MAX, "until_ms": WRITTEN_AT_MS_MAX,
    "sound": len(SOUNDS) - 1,
    "algorithm": 1, "uses": 2**32 - 1, "given": 1, "heard": 1,
    "demanded": 1,
    "what": 63, "rise": 7, "at_ms": WRITTEN_AT_MS_MAX,
}  # fmt: skip
_OCTETS: Final = {"digest": DIGEST_BYTES, "generation": GENERATION_BYTES, "aaguid": AAGUID_BYTES}
_OCTETS_UP_TO: Final = {
    "body": BODY_BYTES_MAX, "told": BODY_BYTES_MAX, "credential": CREDENTIAL_BYTES_MAX, "public": OFFICER_KEY_BYTES_MAX,
    "evidence": RELEASE_BYTES_MAX,
}  # fmt: skip


def _read(name: str, value: object, data: bytes) -> object:
    """One field of a fact; every name means the same in all of them."""
    where = f"desk entry: {name}"
    if name in _OCTETS_UP_TO:
        return octets_up_to(value, _OCTETS_UP_TO[name], where, data)
    if name in _OCTETS:
        return octets(value, _OCTETS[name], where, data)
    match name:
        case "name" | "label":
            return _named(value, where, data)
        case "alarm":
            return text(value, ALARM_NAME_CHARS_MAX, where, data)
        case "rp_id":
            return text(value, RP_ID_CHARS_MAX, where, data)
        case "subject":
            return text(value, DUTY_CHARS_MAX, where, data)
        case "remark":
            return text(value, REMARK_CHARS_MAX, where, data, lines=True)
        case "of" | "language" | "program":
            return text(value, NAME_CHARS_MAX, where, data)
        case "words":
            return text(value, TEXT_CHARS_MAX, where, data, lines=True)
        case "items":
            return tuple([_named(one, where, data) for one in rows(value, CHECKLIST_MAX, where, data)])
        case "roles":
            return read_roles(value, where, data)
        case _:
            return whole(value, _BOUNDS[name], where, data)


def _named(value: object, where: str, data: bytes) -> str:
    name = text(value, NAME_CHARS_MAX, where, data)
    if not name.strip() or name != name.strip():
        raise Malformed(f"{where}: empty, or with spaces around it", data)
    return name


def read_roles(value: object, where: str, data: bytes) -> tuple[Role, ...]:
    """Roles, ascending by their words, each once. Raises Malformed naming `where`."""
    found = []
    for one in rows(value, len(Role), where, data):
        if one not in tuple(Role):
            raise Malformed(f"{where}: {one!r} is no role; there are: {', '.join(Role)}", data)
        found.append(Role(one))
    if found != sorted(set(found)):
        raise Malformed(f"{where}: not in ascending order, each once", data)
    return tuple(found)
