"""A format: what a notice of one kind holds, what it rests on, when it is due. Frozen data, named by its hash."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from hashlib import sha256
from typing import Final, NamedTuple

from openline.accord.formats.tables import FieldType
from openline.accord.formats.words import Said

FORMAT_LABEL: Final = b"openline/format/v1\n"
MARK_BYTES: Final = 8  # of the hash, in every notice


class Group(StrEnum):
    """The seven groups in which notices of every known regime say what they say."""

    HEAD = "head"
    BASIS = "legal basis"
    REFERENCES = "references"
    TIME = "time"
    PLACE = "place"
    OBJECT = "object"
    REMARKS = "remarks"


FIELD_GROUPS: Final = (Group.TIME, Group.PLACE, Group.OBJECT, Group.REMARKS)  # the others fill themselves


class MessageClass(StrEnum):
    """What a notice does."""

    NOTIFICATION = "notification"
    DATA = "data declaration"
    CHANGE = "change"
    CORRECTION = "correction"
    CANCELLATION = "cancellation"
    REQUEST = "request"
    REPLY = "reply"
    EXPLANATION = "explanation"
    CONFIRMATION = "confirmation"
    OBJECTION = "objection"
    GOODWILL = "goodwill"
    OFFER = "offer"
    ACCEPTANCE = "acceptance"
    REFUSAL = "refusal"


class LimitKind(StrEnum):
    """The nine kinds of time limit. Clocks run from receipt."""

    BEFORE = "at least before"
    AFTER = "at most after"
    AT_ONCE = "at once"
    EVERY = "every"
    CALENDAR_DAY = "calendar day"
    CLOCK_TIME = "clock time"
    FIRST_THEN = "first then"
    BY_AGREEMENT = "by agreement"
    NONE = "none"


RECURRING: Final = (LimitKind.EVERY, LimitKind.CALENDAR_DAY, LimitKind.FIRST_THEN)  # owed round after round


class DayCount(StrEnum):
    """How days are counted, because treaties do not say (each due time names its rule)."""

    SPANS = "spans of 24 hours"
    EVENT_IS_ZERO = "calendar days, the day of the event is day 0"
    EVENT_IS_ONE = "calendar days, the day of the event is day 1"


class Span(NamedTuple):
    """Years and months, days, hours and minutes, as ISO 8601 writes them: `P14D`, `PT24H`, `P6M`."""

    months: int = 0
    days: int = 0
    seconds: int = 0


class Limit(NamedTuple):
    """One time limit. `event`: the field it is measured from; empty where it is the receipt of what is answered."""

    kind: LimitKind
    span: Span = Span()
    most: Span | None = None  # at least `span` and, as a rule, at most this before
    then: Span | None = None  # of `first then`; of `every`: within this after the period has ended
    event: str = ""
    days: DayCount = DayCount.SPANS
    month_days: tuple[tuple[int, int], ...] = ()  # of `calendar day`
    minute: int = 0  # of `clock time`, of the day in `scale`
    scale: str = "UTC"
    of: str = "notice"  # or `reply`, `confirmation`: what it limits
    note: Said | None = None
    quota: int = 0  # how many in a calendar year (UTC) may be withheld by right
    notices: int = 1  # how many of a party discharge one round together
    rule: str = ""  # under which number it is named, where its kind does not say
    year: str = ""  # of `first then`: the field that says for which calendar year a notice is


class Keep(NamedTuple):
    """A quantity that an agreement bounds: one that is less, in the field's unit, is sent, shown and recorded.

    `days_most`: of a window of dates instead, how many days it reaches beyond its first at most.
    """

    rule: str
    field: str
    at_least: int
    days_most: int = 0


class Owed(NamedTuple):
    """How many of its kind a party owes in a calendar year of `event` (UTC); what is more is goodwill."""

    rule: str
    event: str
    a_year: int


class Cover(NamedTuple):
    """What a notice speaks of must be covered: somebody gave, beforehand, a number for each calendar year of it."""

    rule: str
    event: str  # the field that says when
    format: str  # the id of the format in which the number is given
    year: str  # its field that says for which year
    by_sender: bool  # whether the sender of this notice gives it; else one of the others does
    number: str = ""  # the field here that names the number
    names: str = ""  # the field there that it must be the same as


class Basis(NamedTuple):
    """What a notice rests on: an agreement and the place in it."""

    agreement: str
    article: str
    label: Said


class Condition(NamedTuple):
    """A field is required where another one holds this choice, or anything at all (`code` empty)."""

    field: str
    code: str = ""


class Field(NamedTuple):
    """One field. `letter` is how it is printed."""

    name: str
    group: Group
    label: Said
    type: FieldType
    required: bool = True
    required_if: Condition | None = None
    is_unconfirmed: bool = False
    note: Said | None = None


class Format(NamedTuple):
    """A whole format. `digest` is over the bytes of its file: change a comma and it is another one."""

    id: str
    version: int
    title: Said
    message_class: MessageClass
    languages: tuple[str, ...]
    fields: tuple[Field, ...]
    basis: tuple[Basis, ...]
    needs: tuple[str, ...]  # formats of which a notice must stand in the record before
    limits: tuple[Limit, ...]
    keeps: tuple[Keep, ...]
    owed: Owed | None
    covers: tuple[Cover, ...]
    may_be_precleared: bool
    is_unconfirmed: bool
    sources: tuple[str, ...]
    digest: bytes

    @property
    def mark(self) -> bytes:
        """The first bytes of the hash, by which notices name it."""
        return self.digest[:MARK_BYTES]

    def field(self, name: str) -> Field | None:
        """The field of that name."""
        return next((one for one in self.fields if one.name == name), None)

    def value(self, name: str, values: Sequence[object]) -> object:
        """What stands there in the field of that name, as on the wire; None where nothing does."""
        found = (value for one, value in zip(self.fields, values, strict=False) if one.name == name)
        return next(found, None)


def format_digest(data: bytes) -> bytes:
    """What names a format: SHA-256 over a label and the bytes of its file. (R-400)"""
    return sha256(FORMAT_LABEL + data).digest()
