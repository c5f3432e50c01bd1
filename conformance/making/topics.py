"""Scenarios of topics and meetings: bodies, refused ones first, and how they come to stand."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

from typing import Any, Final

from conformance.making.entries import cbor
from conformance.making.scenarios import Book
from openline.record.entry import CAPACITY, CONTRADICTION, FILED, MEETING, MEETING_WORD, TOPIC

REF: Final = [1, bytes(12), 7]
LOWER: Final = [0, bytes(12), 3]
AT_MS: Final = 1_770_307_200_000  # 2026-02-05T16:00Z
GOOD: Final[dict[str, list[Any]]] = {
    "topic": ["talks", [["en", "The talks"], ["ru", "Переговоры"]]],
    "filed": ["talks", REF, 0, "2026-02-05", "From the public record.", "en"],
    "contradiction": [LOWER, REF, "A draft, and no draft.", "en"],
    "capacity": [REF, [["en", ["A. Grynkewich", "NATO Supreme Allied Commander Europe", ["Commander, US European Command"]]]]],
    "meeting": ["abu-dhabi-3", 0, [["en", "Third round"]], AT_MS, AT_MS + 3_600_000, "Abu Dhabi", [["en", ["Opening", "The channel"]]], [[0, [["A. Example", "head"]]]], None],
    "meeting-word": [REF, 0, None, "", "", [], None],
}
WRONG: Final = (
    ("topic", 0, "тalks", "id-cyrillic", "A letter that looks like another cannot stand in a name.", "is no identifier", "R-570"),
    ("topic", 1, [], "without-a-title", "It is called nothing.", "no title", "R-570"),
    ("topic", 1, [["ru", "Б"], ["en", "A"]], "languages-out-of-order", "One spelling.", "ascending order", "R-570"),
    ("filed", 2, 5, "as-5", "There are five words.", "from 0 to 4", "R-571"),
    ("filed", 3, "2026-02-30", "on-no-day", "No calendar has it.", "no date", "R-571"),
    ("filed", 4, "", "language-of-no-remark", "A language of nothing.", "has a language", "R-571"),
    ("contradiction", 0, REF, "of-itself", "Nothing contradicts itself here.", "two different entries", "R-572"),
    ("contradiction", 1, [0, bytes(12), 2], "higher-first", "One spelling.", "the lower one first", "R-572"),
    ("capacity", 1, [], "of-nobody", "Who spoke?", "no words", "R-573"),
    ("capacity", 1, [["en", ["A", " ", []]]], "of-no-office", "As what?", "it is empty", "R-573"),
    ("meeting", 4, AT_MS, "ending-as-it-begins", "It would take no time.", "ends before it begins", "R-574"),
    ("meeting", 6, [["en", ["One"]], ["ru", ["Один", "Два"]]], "agenda-of-two-lengths", "Two languages, one agenda.", "another number of items", "R-574"),
    ("meeting", 7, [[1, [["B", ""]]], [0, [["A", ""]]]], "delegations-out-of-order", "One spelling.", "ascending order", "R-574"),
    ("meeting", 7, [[0, []]], "delegation-of-nobody", "A delegation is somebody.", "each with somebody", "R-574"),
    ("meeting-word", 1, 1, "refusing-without-a-reason", "A refusal says why.", "says why", "R-575"),
    ("meeting-word", 1, 2, "holding-without-an-instant", "Until when?", "until when", "R-575"),
    ("meeting-word", 2, AT_MS, "agreeing-until", "An agreement does not lapse so.", "until when", "R-575"),
    ("meeting-word", 6, bytes(32), "record-of-no-meeting", "Agreed beforehand, it has no record yet.", "that was held", "R-575"),
)


def write(book: Book) -> None:
    """All of them."""
    for kind, at, value, name, story, says, rule in WRONG:
        fields = [value if place == at else one for place, one in enumerate(GOOD[kind])]
        book.refuse(f"{kind}-{name}", "topic-body", {"kind": kind, "bytes": cbor(fields)}, rule, story, says)
    rules = {"topic": "R-570", "filed": "R-571", "contradiction": "R-572", "capacity": "R-573", "meeting": "R-574", "meeting-word": "R-575"}
    for kind, fields in GOOD.items():
        book.accept(f"{kind}-body", "topic-body", {"kind": kind, "bytes": cbor(fields)}, rules[kind], "As it is written.")
    _topics(book)
    _meetings(book)


def _stand(book: Book, name: str, rules: str, story: str, entries: list[tuple[int, int, int, list[Any]]], states: list[str], parties: int = 2, at_ms: int = AT_MS - 1) -> None:
    given = [[party, index, kind, cbor(fields)] for party, index, kind, fields in entries]
    for order, said in (("", given), ("-backwards", given[::-1])):
        given_here = {"parties": parties, "at_ms": at_ms, "entries": [list(one) for one in said]}
        book.accept(name + order, "topics-and-meetings", given_here, rules, story, states=states)


def _topics(book: Book) -> None:
    _stand(book, "topics-filed-by-both", "R-571", "Each side files the same entry as something else; one takes a filing back.", [
        (0, 0, TOPIC, GOOD["topic"]), (1, 0, TOPIC, ["talks", [["ru", "Беседы"]]]), (0, 1, TOPIC, ["talks", [["en", "Talks"]]]),
        (0, 2, FILED, ["talks", REF, 0, "", "", ""]), (1, 1, FILED, ["talks", REF, 3, "2021-23", "", ""]),
        (0, 3, FILED, ["talks", LOWER, 1, "", "", ""]), (0, 4, FILED, ["talks", LOWER, 4, "", "", ""]),
    ], [])  # fmt: skip
    _stand(book, "topics-contradicted", "R-572", "By whose word two entries contradict each other, and as what somebody spoke.", [
        (0, 0, CONTRADICTION, GOOD["contradiction"]), (1, 0, CONTRADICTION, [LOWER, REF, "", ""]),
        (0, 1, CAPACITY, GOOD["capacity"]), (1, 1, CAPACITY, [REF, [["en", ["A", "B", []]]]]),
    ], [])  # fmt: skip


def _meetings(book: Book) -> None:
    meeting, of = GOOD["meeting"], [0, bytes(12), 0]
    later = [*meeting[:8], of]

    def word(said: int, of: list[Any] = of, **more: Any) -> list[Any]:
        fields = {"until": None, "reason": "", "language": "", "present": [], "record": None, **more}
        return [of, said, *fields.values()]

    refusal = word(1, reason="Not before the draft is answered.", language="en")
    proposed = (0, 0, MEETING, meeting)
    cases: tuple[tuple[str, str, list[tuple[int, int, int, list[Any]]], list[str], int, int], ...] = (
        ("proposed", "Nobody has answered.", [], ["proposed"], 2, AT_MS - 1),
        ("lapsed", "Its time came: silence is neither refusal nor consent.", [], ["its time came without agreement"], 2, AT_MS),
        ("agreed-by-one-of-two-others", "Three parties: one has said nothing.", [(1, 0, MEETING_WORD, word(0))], ["proposed"], 3, AT_MS - 1),
        ("agreed", "Both others agree.", [(1, 0, MEETING_WORD, word(0)), (2, 0, MEETING_WORD, word(0))], ["agreed"], 3, AT_MS - 1),
        ("agreed-by-its-author", "A party does not answer itself.", [(0, 1, MEETING_WORD, word(0))], ["proposed"], 2, AT_MS - 1),
        ("holding", "An answer is promised.", [(1, 0, MEETING_WORD, word(2, until=AT_MS - 5))], ["an answer is promised"], 2, AT_MS - 1),
        ("refused-after-agreeing", "The last answer counts.", [(1, 0, MEETING_WORD, word(0)), (1, 1, MEETING_WORD, refusal)], ["refused"], 2, AT_MS - 1),
        ("cancelled", "By its author, after all agreed.", [(1, 0, MEETING_WORD, word(0)), (0, 1, MEETING_WORD, word(3))], ["cancelled"], 2, AT_MS - 1),
        ("countered", "Another version takes the place of a proposal.", [(1, 0, MEETING, later)], ["replaced by another version", "proposed"], 2, AT_MS - 1),
        ("countered-after-agreeing", "What is agreed stands until another version is.", [(1, 0, MEETING_WORD, word(0)), (0, 1, MEETING, later)], ["agreed", "proposed"], 2, AT_MS - 1),
        ("moved", "Another version, and agreed.", [(1, 0, MEETING_WORD, word(0)), (0, 1, MEETING, later), (1, 1, MEETING_WORD, word(0, [0, bytes(12), 1]))], ["replaced by another version", "agreed"], 2, AT_MS - 1),
        ("untold", "Agreed, over, and nobody says whether it was held.", [(1, 0, MEETING_WORD, word(0))], ["its time has passed; nobody has said whether it was held"], 2, AT_MS + 3_600_000),
        ("held-by-one", "One side's word.", [(0, 1, MEETING_WORD, word(4, record=bytes(32)))], ["held or not by one side's word only"], 2, AT_MS + 3_600_000),
        ("held", "Both say so.", [(0, 1, MEETING_WORD, word(4)), (1, 0, MEETING_WORD, word(4, present=[[1, [["B", "head"]]]]))], ["held, by every side's word"], 2, AT_MS + 3_600_000),
        ("not-held", "Both say so.", [(0, 1, MEETING_WORD, word(5)), (1, 0, MEETING_WORD, word(5))], ["not held, by every side's word"], 2, AT_MS + 3_600_000),
        ("held-and-not", "Each has its own word.", [(0, 1, MEETING_WORD, word(4)), (1, 0, MEETING_WORD, word(5))], ["held by one side's word, not held by another's"], 2, AT_MS + 3_600_000),
    )  # fmt: skip
    for name, story, more, states, parties, at_ms in cases:
        _stand(book, f"meetings-{name}", "R-576", story, [proposed, *more], states, parties, at_ms)
