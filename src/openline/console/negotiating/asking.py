"""What can be asked of a running station about texts under negotiation; names as in `--json`.

A version is named by its entry, `party/generation/index`. A text is a file in the form of R-520.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from openline.console.channel.asking import Count, Precedence, _Request
from openline.limits import DRAFT_ARTICLES_MAX

Number = Annotated[int, msgspec.Meta(ge=0, le=DRAFT_ARTICLES_MAX)]
StandWord = Literal["accept", "reserve", "comment"]


class TableText(_Request, tag="table-text", tag_field="op"):
    """Table a version of the draft `draft`, an id; with `over` as a counter to that version, whose terms (from, until,
    periods, formats) it keeps unless `anew`. `texts`: files by language; `titles`: in languages whose text follows."""

    draft: str
    texts: dict[str, str]
    titles: dict[str, str] = {}
    over: str | None = None
    lapses_ms: Count | None = None
    anew: bool = False
    from_ms: Count | None = None
    until_ms: Count | None = None
    periods_from_ms: Count | None = None
    formats: list[str] = []
    note: str = ""
    language: str = ""
    precedence: Precedence = "ROUTINE"
    exercise: bool = False
    token: str | None = None


class StandGiven(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What we say of an article; 0 is title and preamble."""

    article: Number
    stand: StandWord
    words: str = ""


class SayOfText(_Request, tag="say-of-text", tag_field="op"):
    """Accept, reserve or comment articles of a version. With `accept_all` every article that is not named."""

    place: str
    said: list[StandGiven] = []
    accept_all: bool = False
    language: str = ""
    token: str | None = None


class CloseText(_Request, tag="close-text", tag_field="op"):
    """Refuse their version, with the reason; or withdraw ours."""

    place: str
    how: Literal["refuse", "withdraw"]
    reason: str = ""
    language: str = ""
    token: str | None = None


class SignText(_Request, tag="sign-text", tag_field="op"):
    """Sign a version: record the agreement that it says, over the bytes of all its texts."""

    place: str
    token: str | None = None


class DraftNegotiating(_Request, tag="draft-negotiating", tag_field="op"):
    """Any of these as a draft of this desk, for another officer to release."""

    paper: TableText | SayOfText | CloseText | SignText


class AskTexts(_Request, tag="texts", tag_field="op"):
    """Every version of every draft, or of one."""

    draft: str = ""


class LanguageRow(msgspec.Struct):
    """A text of a version. `here`: its bytes are; `fault`: why they are not what its entry says, where that is so."""

    language: str
    title: str
    sha256: str
    bytes: int
    here: bool
    fault: str = ""


class SignatureRow(msgspec.Struct):
    """A signature. `late`: it came when the version had lapsed, and does not count."""

    name: str
    place: str
    at_ms: int
    late: bool


class ClosureRow(msgspec.Struct):
    """A refusal or withdrawal. `why_not`: why it has no effect, where it has none."""

    name: str
    place: str
    how: str
    reason: str
    language: str
    why_not: str


class OtherRow(msgspec.Struct):
    """Somebody signed over different bytes under the id of this draft."""

    name: str
    place: str
    digest: str


class TextRow(msgspec.Struct):
    """A version. `hindered`: why it cannot be signed now; `yet`: who has not signed it; `brackets`: articles, and whose
    they are; `crossing`: versions that crossed with it; `flaws`: what is wrong with where it stands."""

    place: str
    draft: str
    titles: dict[str, str]
    name: str
    ours: bool
    at_ms: int
    over: str | None
    state: str
    hindered: list[str]
    lapses_ms: int | None
    from_ms: int | None
    until_ms: int | None
    articles: int
    brackets: dict[str, list[str]]
    languages: list[LanguageRow]
    missing: list[str]
    crossing: list[str]
    counters: list[str]
    flaws: list[str]
    signatures: list[SignatureRow]
    yet: list[str]
    closures: list[ClosureRow]
    others_signed: list[OtherRow]
    note: str
    language: str
    exercise: bool
    digest: str


class AskText(_Request, tag="text", tag_field="op"):
    """One version: its texts side by side, what each party says of each article, where the languages differ."""

    place: str


class PieceRow(msgspec.Struct):
    """Part of a line. `by`: who wants it, where it is not agreed."""

    words: str
    by: list[str] = []


class StatedRow(msgspec.Struct):
    """What a party says of an article: accepts, reserves, comments; `tabled` of its author who has said nothing else;
    empty where it has said nothing."""

    name: str
    stand: str
    words: str
    language: str
    place: str


class DifferenceRow(msgspec.Struct):
    """Where two languages of a version differ: how they are built, or a number, date or place in one of them only."""

    article: int
    languages: list[str]
    kind: str
    what: str


class ArticleRow(msgspec.Struct):
    """An article in each language: its lines, the heading (of article 0 the title) first, in pieces."""

    number: int
    texts: dict[str, list[list[PieceRow]]]
    positions: list[StatedRow]
    comments: list[StatedRow]
    differences: list[DifferenceRow]


class TextWhole(msgspec.Struct):
    """A version. `articles` empty where its texts have not come. `body`: of the agreement that signing it records."""

    row: TextRow
    articles: list[ArticleRow]
    body: str


class AskTextFile(_Request, tag="text-file", tag_field="op"):
    """A text of a version in one language, as the file that is signed."""

    place: str
    language: str


class TextFile(msgspec.Struct):
    """The file."""

    language: str
    sha256: str
    text: str


class CompareTexts(_Request, tag="compare-texts", tag_field="op"):
    """Two versions in one language, word by word."""

    before: str
    after: str
    language: str


class RunRow(msgspec.Struct):
    """Words in both (`=`), taken out (`-`), put in (`+`)."""

    sign: str
    words: str


class LineRow(msgspec.Struct):
    """A line in either version; line 0 is the heading, in article 0 the title."""

    before: int | None
    after: int | None
    runs: list[RunRow]


class ComparedRow(msgspec.Struct):
    """An article in either version; null: it is not in that one."""

    before: int | None
    after: int | None
    same: bool
    lines: list[LineRow]


class Compared(msgspec.Struct):
    """What differs. `changed`: articles that do."""

    before: str
    after: str
    language: str
    changed: int
    articles: list[ComparedRow]


class FetchText(_Request, tag="fetch-text", tag_field="op"):
    """Have texts of a version that are not here asked for over slow bearers too."""

    place: str


Request = (
    TableText | SayOfText | CloseText | SignText | DraftNegotiating | AskTexts | AskText | AskTextFile | CompareTexts
    | FetchText
)  # fmt: skip
