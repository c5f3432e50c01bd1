"""What a watch desk's screen asks of a running station, and what it is answered with.

Field names are those of `--json`. Instants are UTC ms, ages and spans ms. Texts are as their authors wrote them:
whoever shows them makes them harmless first. Nothing here changes anything; who may ask is in the table of doors.
"""

from __future__ import annotations

from typing import Final

import msgspec

from openline.console.channel.asking import Count, Shown, _Request

CARD_CHARS_MAX: Final = 2_000  # of a message's text on its card; `AskMatter` has the whole
CARDS_MAX: Final = 50  # on one screen; `Counts` says how many there are
LOG_LINES_MAX: Final = 40
SEARCH_MAX: Final = 100  # found in one answer
NEWS_WITHIN_MS_MAX: Final = 600_000


class AskSitting(_Request, tag="sitting", tag_field="op"):
    """Who this sitting is. Raises Told OL-404 for one that has ended. Looking does not prolong it."""


class SittingRow(msgspec.Struct):
    """One sitting. `ends_at_ms` if nothing is done in it: it moves on with every act, up to a shift's length."""

    name: str
    roles: list[str]
    method: str  # "pin and code" or "security key"
    began_at_ms: int
    ends_at_ms: int
    has_watch: bool


class AskScreen(_Request, tag="screen", tag_field="op"):
    """The first screen, whole, as it is now."""


class AskNews(_Request, tag="news", tag_field="op"):
    """Wait until the screen is another than at version `after`, or until `within_ms` has passed.

    Answered at once where it is another already; with `after` 0 that is always so. Ask again with the version answered.
    """

    after: Count = 0
    within_ms: Count = 25_000


class News(msgspec.Struct):
    """`version` grows with every change, over restarts too: another number than `after` means ask for the screen.

    `position`: where the newest entry of the record stands, for `find` with `after`.
    """

    version: int
    now_ms: int
    position: int


# ------------------------------------------------------------------ the line
class BearerNow(msgspec.Struct):
    """One bearer to one party. `seen`: up, silent, down or unknown; `words` says it whole."""

    name: str
    seen: str
    since_ms: int | None
    proved_age_ms: int | None
    words: str


class PartyNow(msgspec.Struct):
    """The line to one other party. `state`: up, degraded, silent, never heard, our fault, refused or suspended.

    `since_ms`: the last proof of life. `observed` and `declared` are the two facts apart. `words` says it whole.
    """

    party: int
    name: str
    state: str
    words: str
    observed: str
    declared: str
    bars: list[str]
    fault: str
    since_ms: int | None
    proved_age_ms: int | None
    signed_age_ms: int | None
    clock: str
    bearers: list[BearerNow]


class RecordNow(msgspec.Struct):
    """Where the record stands. `agreed_at_ms`: the youngest instant up to which each side has signed what the other
    wrote, by receipts held here; None where some party has never signed. `level`: nothing is without its receipt."""

    position: int
    agreed_at_ms: int | None
    level: bool


class WatchNow(msgspec.Struct):
    """Who has the watch. Without officers at this desk, nobody: `staffed` is False."""

    staffed: bool
    officer: str | None
    since_ms: int
    remark: str
    relief_at_ms: int | None = None


class Alarm(msgspec.Struct):
    """One alarm. It clears when its fact is gone; `standing`: whether somebody has seen it, `by` whom."""

    name: str
    text: str
    standing: str = "unacknowledged"
    by: str = ""


class LinkTests(msgspec.Struct):
    """The last link test of the line as a whole that everybody asked had answered, and when the next is due."""

    last_at_ms: int | None
    next_at_ms: int | None


# ------------------------------------------------------------------ what needs whom
class DueRow(msgspec.Struct):
    """What is to be done by when. `subject`: an entry's name, `D-12`, or what it is about; `who`: whose it is now.

    `step`: 0 before it is overdue, then how often it went on to the next. `words`: what to do. `about`: what people
    call the subject, where that says something; `cause`: the entry that says what it is about.
    """

    subject: str
    what: str
    words: str
    at_ms: int
    overdue: bool
    who: str
    step: int
    source: str
    about: str = ""
    cause: str = ""


class Standing(msgspec.Struct):
    """What a later entry did to a message ("corrected by", "withdrawn by", "superseded by"), or what it does itself to
    an earlier one ("corrects" and so on). `ended`: it does not stand as it was written. `reference`: of the other."""

    which: str
    reference: str
    place: str
    at_ms: int
    note: str
    ended: bool


class Card(msgspec.Struct):
    """A message of theirs that needs somebody here. `reference`: how people call it.

    `standing`: whether it stands as it was written, to be seen before its words.

    `crossed_with`: a message of ours that they had not seen when they wrote this, nor we theirs; empty where none.
    `ahead_of`: held ahead of so many earlier entries; it has no position yet then.
    """

    reference: str
    place: str
    position: int
    party: int
    name: str
    precedence: str
    kind: str
    subject: str
    text: str
    whole: bool  # the text is all of it
    language: str
    written_at_ms: int
    received_at_ms: int
    due: list[DueRow]
    exercise: bool
    crossed: bool
    crossed_with: str
    in_reply_to: str | None
    reply_by_ms: int | None
    steps: list[str]  # words of the ladder that were reached
    ahead_of: int | None = None
    attachments: int = 0
    translation: str = ""  # the newest certified one of this desk, else the newest
    translation_language: str = ""
    translation_certified: bool = False
    disputed: bool = False
    standing: list[Standing] = []
    crossed_reference: str = ""


class Waiting(msgspec.Struct):
    """A message of ours, and what is lacking. `state`: "not held", "held, not opened" or "reply due"; `of`: by whom."""

    reference: str
    place: str
    position: int
    precedence: str
    subject: str
    state: str
    of: list[str]
    since_ms: int
    due_at_ms: int | None
    overdue: bool
    exercise: bool
    kind: str = "message"


class Leaving(msgspec.Struct):
    """A draft that waits for its release. `may_release`: the officer who asks may; `why_not` where not."""

    draft: int
    version: int
    precedence: str
    exercise: bool
    subject: str
    submitted_by: str
    since_ms: int
    may_release: bool
    why_not: str
    in_reply_to: str | None = None


class LogLine(msgspec.Struct):
    """One line of the running log, of the record or of the desk's own log. `place` and `position` are the record's.

    `words` is the whole of it in English; `what` (a kind of entry, or of act) and `told` are the same apart: `told` is
    in `language`, `precedence` is of messages; `fields` is `told` of an act at the desk, field by field.
    """

    at_ms: int
    source: str  # "record" or "desk"
    who: str
    words: str
    place: str = ""
    position: int = 0
    exercise: bool = False
    what: str = ""
    told: str = ""
    language: str = ""
    precedence: str = ""
    fields: dict[str, str] = {}


class Counts(msgspec.Struct):
    """How many there are, whatever fits the screen. `worst`: the highest precedence among what needs us, or empty."""

    needs: int
    waiting: int
    release: int
    overdue: int
    worst: str


class Screen(msgspec.Struct):
    """The first screen. `reached`: up to where the record is in it; behind `record.position` while much comes at once.

    Lists that the asker's roles do not open are empty, and `withheld` says so.
    """

    version: int
    now_ms: int
    line: str
    party: int
    name: str
    banners: list[list[str]]  # language and handling banner
    parties: list[PartyNow]
    record: RecordNow
    watch: WatchNow
    alarms: list[Alarm]
    tests: LinkTests
    needs: list[Card]
    waiting: list[Waiting]
    release: list[Leaving]
    ahead: list[DueRow]  # duties of the next 7 days, by time
    log: list[LogLine]  # newest first
    counts: Counts
    drills: list[str]
    notices: list[str]
    reached: int
    withheld: bool = False
    sound: str = ""  # armed, mute, lost or none: whether an annunciator can be heard


# ------------------------------------------------------------------ one message, and finding it
class AskMatter(_Request, tag="matter", tag_field="op"):
    """Everything about one message, by its full name or `#` and its position here. Raises Told OL-204, OL-301."""

    place: str


class Step(msgspec.Struct):
    """One step of a message's ladder. `word`: recorded, held, held ahead, opened, understood, passed, answered,
    accepted, refused, holding reply, silence recorded, corrected, withdrawn, superseded, forwarded and so on.

    `at_ms`: by the clock of who did it; `arrived_at_ms`: when we had it; `place`: the entry that shows it, if one does.
    """

    word: str
    party: int
    name: str
    officer: str
    role: str
    at_ms: int
    arrived_at_ms: int
    place: str
    words: str


class Related(msgspec.Struct):
    """Another entry that this one refers to, or that refers to this one. `relation`: in words, from this one's side."""

    relation: str
    place: str
    position: int
    ours: bool
    name: str
    kind: str
    subject: str
    at_ms: int


class DueVersion(msgspec.Struct):
    """A due time as it was at some time: `from_ms` on it was `at_ms`, because of `why` (and the entry `place`)."""

    what: str
    at_ms: int
    from_ms: int
    why: str
    place: str = ""


class Matter(msgspec.Struct):
    """A message with its ladder, its evidence (in `entry`), what belongs to it, and its due times."""

    reference: str
    entry: Shown
    ladder: list[Step]
    related: list[Related]
    due: list[DueRow]
    versions: list[DueVersion]
    crossed_with: str
    now_ms: int
    standing: list[Standing] = []
    crossed_reference: str = ""


class Filters(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a search leaves out. `precedence`: at least this one; `state`: "needs us" or "waits for them"."""

    ours: bool | None = None
    party: Count | None = None
    precedence: str | None = None
    exercise: bool | None = None
    language: str | None = None
    from_ms: Count | None = None
    to_ms: Count | None = None
    state: str | None = None


class Search(_Request, tag="search", tag_field="op"):
    """Messages with all these words, newest first; without words, all that the filters leave.

    A word in double quotes is looked for as it stands with its neighbours, one that ends in `*` as a beginning. Case,
    diacritics and ё/е make no difference. `after`: the `next` of the answer before. Raises Refused for what cannot be
    searched for.
    """

    text: str = ""
    filters: Filters = Filters()
    after: Count = 0
    count: Count = 50


class Hit(msgspec.Struct):
    """One message found. `excerpt`: around the first word found."""

    reference: str
    place: str
    position: int
    ours: bool
    name: str
    precedence: str
    exercise: bool
    written_at_ms: int
    arrived_at_ms: int
    subject: str
    language: str
    excerpt: str
    steps: list[str]


class Hits(msgspec.Struct):
    """What was found. `next` 0: there is no more. `reached`: up to where the record was searched."""

    hits: list[Hit]
    next: int
    reached: int


Request = AskSitting | AskScreen | AskNews | AskMatter | Search
