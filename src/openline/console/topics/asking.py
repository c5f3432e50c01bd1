"""What can be asked of a running station about topics and meetings; names as in `--json`."""

from __future__ import annotations

from typing import Literal

import msgspec

from openline.console.channel.asking import Count, _Request

Filing = Literal["statement", "measure announced", "measure taken", "report", "not of it"]
Word = Literal["agrees", "refuses", "will answer", "cancels", "was held", "was not held"]


# ------------------------------------------------------------------ topics
class NameTopic(_Request, tag="name-topic", tag_field="op"):
    """Name a topic by an id that both sides write alike, with titles by language."""

    topic: str
    titles: dict[str, str]
    token: str | None = None


class FileUnder(_Request, tag="file-under", tag_field="op"):
    """Put an entry under a topic, as what it is there. `said`: when, where that is not when it was written."""

    topic: str
    place: str
    filing: Filing
    said: str = ""
    remark: str = ""
    language: str = ""
    token: str | None = None


class SayContradiction(_Request, tag="say-contradiction", tag_field="op"):
    """Say that two entries cannot both be so."""

    place: str
    other: str
    remark: str = ""
    language: str = ""
    token: str | None = None


class SpokeRow(msgspec.Struct, forbid_unknown_fields=True):
    """Who spoke, as what, and which offices the same person also holds."""

    person: str
    spoke_as: str
    also: list[str] = []


class SayCapacity(_Request, tag="say-capacity", tag_field="op"):
    """Say in which capacity somebody said what stands in an entry, by language."""

    place: str
    words: dict[str, SpokeRow]
    token: str | None = None


class AskTopics(_Request, tag="topics", tag_field="op"):
    """The topics of this line."""


class TopicRow(msgspec.Struct):
    """A topic. `titles`: by party, then by language."""

    id: str
    titles: dict[str, dict[str, str]]
    items: int


class AskTopic(_Request, tag="topic", tag_field="op"):
    """One topic with what stands under it, in the order of when it was said."""

    topic: str


class FiledRow(msgspec.Struct):
    """What a party files an entry as."""

    by: str
    filing: Filing
    said: str
    remark: str
    language: str
    place: str


class CapacityRow(msgspec.Struct):
    """In which capacity somebody spoke, by a party's word. `own`: that of the party whose entry it is."""

    by: str
    own: bool
    words: dict[str, SpokeRow]
    place: str


class AgainstRow(msgspec.Struct):
    """What contradicts an entry, by whose word."""

    other: str
    by: str
    remark: str
    language: str
    place: str


class ItemRow(msgspec.Struct):
    """An entry under a topic. `here`: it is held here. `words`: what it says in a line; `text`: its whole text."""

    place: str
    here: bool
    name: str
    ours: bool
    kind: str
    written_at_ms: int
    said: str
    filed: list[FiledRow]
    differs: bool
    words: str
    text: str
    language: str
    exercise: bool
    capacity: list[CapacityRow]
    against: list[AgainstRow]
    position: int = 0


class TopicWhole(msgspec.Struct):
    """A topic and what stands under it."""

    row: TopicRow
    items: list[ItemRow]


# ------------------------------------------------------------------ meetings
class ProposeMeeting(_Request, tag="propose-meeting", tag_field="op"):
    """Propose a meeting, or a talk at a time; with `of` another version of one. Delegations by name of the party."""

    meeting: str
    titles: dict[str, str]
    from_ms: Count
    sort: Literal["meeting", "contact"] = "meeting"
    until_ms: Count | None = None
    where: str = ""
    agenda: dict[str, list[str]] = {}
    delegations: dict[str, list[tuple[str, str]]] = {}
    of: str | None = None
    token: str | None = None


class SayOfMeeting(_Request, tag="say-of-meeting", tag_field="op"):
    """Say something of one version of a meeting. `record`: the agreement that is its record, by id or digest."""

    place: str
    word: Word
    until_ms: Count | None = None
    reason: str = ""
    language: str = ""
    present: dict[str, list[tuple[str, str]]] = {}
    record: str = ""
    token: str | None = None


class AskMeetings(_Request, tag="meetings", tag_field="op"):
    """Every version of every meeting, by when it begins."""


class MeetingWordRow(msgspec.Struct):
    """What a party said of a meeting."""

    place: str
    name: str
    ours: bool
    word: Word
    until_ms: int | None
    reason: str
    language: str
    present: dict[str, list[tuple[str, str]]]
    record: str


class MeetingRow(msgspec.Struct):
    """A version of a meeting and how it stands. `record`: the agreement that every party names as its record."""

    place: str
    id: str
    name: str
    ours: bool
    sort: Literal["meeting", "contact"]
    titles: dict[str, str]
    from_ms: int
    until_ms: int | None
    where: str
    agenda: dict[str, list[str]]
    delegations: dict[str, list[tuple[str, str]]]
    of: str | None
    versions_after: list[str]
    state: str
    words: list[MeetingWordRow]
    record: str
    waits_for: list[str]


class DraftTopics(_Request, tag="draft-topics", tag_field="op"):
    """Any of these as a draft of this desk, for another officer to release."""

    paper: NameTopic | FileUnder | SayContradiction | SayCapacity | ProposeMeeting | SayOfMeeting


Request = (
    NameTopic | FileUnder | SayContradiction | SayCapacity | AskTopics | AskTopic | ProposeMeeting | SayOfMeeting
    | AskMeetings | DraftTopics
)  # fmt: skip
