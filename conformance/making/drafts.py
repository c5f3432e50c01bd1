"""Scenarios of drafts across the border: texts, bodies, and how versions come to stand."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

from hashlib import sha256
from typing import Any, Final

from conformance.making.entries import cbor
from conformance.making.scenarios import Book
from openline.record.entry import AGREEMENT, CLOSED, POSITION, TABLED

REF: Final = [1, bytes(12), 7]
AT_MS: Final = 1_770_000_000_000
LAPSES_S: Final = AT_MS // 1000 + 3_600
SMALL: Final = "# Notices\n\nThe Parties have agreed:\n\n## 1. Notice\n\n1. Thirty days.\n\n2. By the line.\n\n## 2.\n\nIt is in force on signature.\n"
RUSSIAN: Final = "# Уведомления\n\nСтороны согласились:\n\n## 1. Уведомление\n\n1. Тридцать дней.\n\n2. По линии.\n\n## 2.\n\nВступает в силу с подписания.\n"
BRACKETED: Final = SMALL.replace("Thirty", "[Amber: Thirty] [Amber, Birch: Twenty]")


def write(book: Book) -> None:
    """All of them."""
    _texts(book)
    _tabled(book)
    _others(book)
    _states(book)


def _texts(book: Book) -> None:
    for name, text, story in (
        ("small", SMALL, "Preamble, two articles, numbered paragraphs in one."),
        ("russian", RUSSIAN, "The same in Russian."),
        ("bracketed", BRACKETED, "What is not agreed, and who wants it."),
        ("bare", "# T\n\n## 1.\n\nWords.\n", "No preamble and no heading."),
    ):
        book.accept(f"draft-text-{name}", "draft-text", {"file": text}, "R-520", story)
    for name, text, says, story in (
        ("without-end", SMALL[:-1], "does not end with a new line", "One spelling."),
        ("two-empty-lines", SMALL.replace("\n\n2. By", "\n\n\n2. By"), "an empty line belongs here", "One spelling."),
        ("carriage-returns", SMALL.replace("\n", "\r\n"), "U+000D", "One spelling."),
        ("byte-order-mark", "\ufeff" + SMALL, "U+FEFF", "A mark that nobody sees."),
        ("without-title", SMALL[2:], "no title", "What is it called?"),
        ("without-articles", "# T\n\nWords.\n", "no article", "Nothing to agree on."),
        ("articles-out-of-order", SMALL.replace("## 2.", "## 3."), "heading of article 2", "Articles count from 1."),
        ("article-01", SMALL.replace("## 1.", "## 01."), "heading of article 1", "One spelling."),
        ("empty-article", SMALL + "\n## 3. Costs\n", "has no paragraph", "It says nothing."),
        ("paragraph-twice", SMALL.replace("2. By", "1. By"), "stands where 2 belongs", "Paragraphs count too."),
        ("two-spaces", SMALL.replace("Thirty days", "Thirty  days"), "two together", "One spelling."),
        ("zero-width", SMALL.replace("days", "da\u200bys"), "U+200B", "The same to the eye, other bytes."),
        ("turned", SMALL.replace("days", "\u202edays"), "U+202E", "It reads as something else."),
        ("bracket-of-nobody", SMALL.replace("Thirty", "[Thirty]"), "says not whose", "Who wants it?"),
        ("bracket-open", SMALL.replace("Thirty", "[Amber: Thirty"), "not closed", "Where does it end?"),
        ("bracket-in-bracket", SMALL.replace("Thirty", "[Amber: Thirty [Birch: Ten]]"), "not closed", "Brackets stand beside each other."),
        ("names-out-of-order", SMALL.replace("Thirty", "[Birch, Amber: Thirty]"), "alphabetical order", "One spelling."),
    ):
        book.refuse(f"draft-text-{name}", "draft-text", {"file": text}, "R-520", story, says)


def agreement(texts: dict[str, str], *, name: str = "notices", from_s: int | None = None) -> bytes:
    """What signing texts records."""
    titles = [["en", "Notices"], ["ru", "Уведомления"]]
    hashes = [[language, sha256(text.encode()).digest()] for language, text in sorted(texts.items())]
    return cbor([name, titles, hashes, from_s, None, None, []])


def fields(texts: dict[str, str] | None = None, over: list[Any] | None = None, lapses_s: int | None = None, **more: Any) -> list[Any]:
    """A version's."""
    texts = {"en": SMALL, "ru": RUSSIAN} if texts is None else texts
    brackets = [[1, ["Amber", "Birch"]]] if BRACKETED in texts.values() else []
    given = [text.encode() for _, text in sorted(texts.items())]
    return [agreement(texts, **more), given, 2, brackets, over, lapses_s, "", ""]


def _tabled(book: Book) -> None:
    def put(at: int, value: object, base: list[Any] | None = None) -> dict[str, Any]:
        one = fields() if base is None else base
        return {"kind": TABLED, "bytes": cbor([*one[:at], value, *one[at + 1 :]])}

    bracketed = fields({"en": BRACKETED})
    for name, given, story in (
        ("first", put(6, ""), "Both texts, in the entry itself."),
        ("counter", put(4, REF), "Over a version that it names, and to which its header refers."),
        ("bracketed", put(3, bracketed[3], bracketed), "One language as yet, with brackets."),
        ("lapsing", put(5, LAPSES_S), "With a term."),
        ("beside", put(1, [len(SMALL.encode()), len(RUSSIAN.encode())]), "Texts that go as attachments: their sizes, whose hashes the agreement says."),
    ):
        book.accept(f"draft-tabled-{name}", "draft-body", given, "R-521 R-528" if name == "beside" else "R-521", story)
    for name, given, says, story in (
        ("no-text", put(1, []), "a text for each hash", "Nothing is tabled."),
        ("text-of-another-hash", put(1, [RUSSIAN.encode(), RUSSIAN.encode()]), "another hash", "Not the bytes that would be signed."),
        ("text-that-is-none", put(1, [b"# T\n"], [agreement({"en": "# T\n"}), *fields()[1:]]), "there is no article", "It has its hash, and no form."),
        ("articles-miscounted", put(2, 3), "has 2 articles", "The author's word does not fit the text."),
        ("brackets-untold", put(3, [], bracketed), "other brackets", "Brackets that its entry does not say."),
        ("brackets-invented", put(3, [[1, ["Amber"]]]), "other brackets", "Brackets that are not there."),
        ("brackets-of-nobody", put(3, [[1, []]]), "brackets of nobody", "Whose?"),
        ("note-in-no-language", put(6, "Why."), "has a language", "In which language?"),
        ("over-half-a-reference", put(4, [1, bytes(12)]), "does not have 3 fields", "Which entry?"),
        ("trailing-byte", {"kind": TABLED, "bytes": cbor(fields()) + b"\0"}, "one spelling", "A byte after the end."),
        ("size-of-a-book", put(1, [2**30, 2**30]), "size of a text", "Larger than any text."),
        ("text-without-title", put(0, cbor(["notices", [["ru", "У"]], [["en", bytes(32)]], None, None, None, []]), put_one()), "no title", "In which language is it called what?"),
    ):
        book.refuse(f"draft-tabled-{name}", "draft-body", given, "R-521", story, says)


def put_one() -> list[Any]:
    """A version in one language, beside its entry."""
    return [b"", [7], *fields()[2:]]


def _others(book: Book) -> None:
    said = [REF, [[0, 0, ""], [1, 1, "The costs."], [2, 2, "Why?"]], "en"]
    book.accept("draft-position", "draft-body", {"kind": POSITION, "bytes": cbor(said)}, "R-522", "One accepted, one reserved, one asked about.")
    for name, one, says, story in (
        ("of-nothing", [REF, [], ""], "no article", "It says nothing."),
        ("out-of-order", [REF, [[1, 0, ""], [0, 0, ""]], ""], "out of order", "By their numbers."),
        ("twice", [REF, [[1, 0, ""], [1, 1, ""]], ""], "out of order", "Which of the two?"),
        ("stand-3", [REF, [[1, 3, ""]], ""], "from 0 to 2", "There are three."),
        ("comment-without-words", [REF, [[1, 2, ""]], ""], "comment without words", "It says nothing."),
        ("words-in-no-language", [REF, [[1, 1, "No."]], ""], "words have a language", "In which language?"),
    ):
        book.refuse(f"draft-position-{name}", "draft-body", {"kind": POSITION, "bytes": cbor(one)}, "R-522", story, says)
    for name, one, story in (("refused", [REF, 0, "No area.", "en"], "With its reason."), ("withdrawn", [REF, 1, "", ""], "Its author needs none.")):
        book.accept(f"draft-{name}", "draft-body", {"kind": CLOSED, "bytes": cbor(one)}, "R-523", story)
    for name, one, says, story in (
        ("refused-without-reason", [REF, 0, "", ""], "says why", "A refusal says why."),
        ("closed-otherwise", [REF, 2, "x", "en"], "from 0 to 1", "There are two ways."),
        ("refused-in-no-language", [REF, 0, "No.", ""], "has a language", "In which language?"),
    ):
        book.refuse(f"draft-{name}", "draft-body", {"kind": CLOSED, "bytes": cbor(one)}, "R-523", story, says)


Row = tuple[int, int, int, bytes, int, int]
V1: Final = [0, bytes(12), 1]


def _stand(book: Book, name: str, rules: str, story: str, rows: list[Row], states: list[str], **more: Any) -> None:
    given = {"parties": more.pop("parties", 2), "at_ms": more.pop("at_ms", AT_MS + 1_000_000)}
    for order, said in (("", rows), ("-backwards", rows[::-1])):
        book.accept(f"drafts-{name}{order}", "drafts", {**given, "entries": [list(row) for row in said]}, rules, story, states=states, **more)


def _states(book: Book) -> None:
    first: Row = (0, 1, TABLED, cbor(fields({"en": BRACKETED})), AT_MS, 0)
    clean = fields(over=V1)
    second: Row = (1, 1, TABLED, cbor(clean), AT_MS + 1_000, 2)
    lapsing: Row = (0, 1, TABLED, cbor(fields(lapses_s=LAPSES_S)), AT_MS, 0)
    same = agreement({"en": SMALL, "ru": RUSSIAN})
    other = agreement({"en": SMALL, "ru": RUSSIAN}, from_s=LAPSES_S)

    def signed(party: int, index: int, body: bytes = same, at_ms: int = AT_MS + 9_000) -> Row:
        return party, index, AGREEMENT, body, at_ms, 9

    def says(party: int, index: int, stand: int, of: list[Any] = V1, words: str = "") -> Row:
        return party, index, POSITION, cbor([of, [[1, stand, words]], "en" if words else ""]), AT_MS + 5_000, 9

    def closed(party: int, index: int, how: int, of: list[Any] = V1) -> Row:
        return party, index, CLOSED, cbor([of, how, "No.", "en"]), AT_MS + 6_000, 9

    plain: Row = (0, 1, TABLED, cbor(fields()), AT_MS, 0)
    both = ["signed"]
    _stand(book, "countered", "R-521", "The first is countered and has brackets, the second can be signed.", [first, second], ["countered", "tabled"], hindered=[["brackets remain", "a language is missing"], []])
    _stand(book, "crossed", "R-521", "Two counters, each written without the other.", [first, (0, 2, TABLED, cbor(fields(over=V1)), AT_MS + 1_000, 1), (1, 1, TABLED, cbor(fields(over=V1, lapses_s=LAPSES_S)), AT_MS + 1_000, 2)], ["countered", "tabled", "tabled"])
    _stand(book, "accepted", "R-522 R-524", "Accepted is not signed.", [plain, says(1, 1, 0), says(1, 2, 0)], ["tabled"])
    _stand(book, "reserved", "R-522", "It cannot be signed while an article is reserved.", [plain, says(1, 1, 1, words="Costs.")], ["tabled"], hindered=[["articles are reserved"]])
    _stand(book, "signed-by-one", "R-524", "The other's silence is no signature.", [plain, signed(0, 2)], ["signed by some"], known=[])
    _stand(book, "signed", "R-524", "Both recorded the same bytes.", [plain, signed(0, 2), signed(1, 1)], both)
    _stand(book, "signed-by-two-of-three", "R-524", "All sign.", [plain, signed(0, 2), signed(1, 1)], ["signed by some"], parties=3, known=[])
    _stand(book, "refused", "R-523 R-526", "With a reason.", [plain, closed(1, 1, 0)], ["refused"], hindered=[["it was refused"]])
    _stand(book, "refused-by-its-author", "R-523", "Its author withdraws.", [plain, closed(0, 2, 0)], ["tabled"])
    _stand(book, "withdrawn", "R-523 R-526", "A signature over it crossed.", [plain, closed(0, 2, 1), signed(1, 1)], ["withdrawn"], known=[])
    _stand(book, "withdrawn-by-another", "R-523", "It is not theirs.", [plain, closed(1, 1, 1)], ["tabled"])
    _stand(book, "withdrawn-once-signed", "R-523", "Who has signed it is bound by it.", [plain, signed(0, 2), closed(0, 3, 1), signed(1, 1)], both)
    _stand(book, "lapsed", "R-525", "Nobody had said a word.", [lapsing], ["lapsed"], at_ms=LAPSES_S * 1000)
    _stand(book, "not-lapsed", "R-525", "A millisecond earlier.", [lapsing], ["tabled"], at_ms=LAPSES_S * 1000 - 1)
    _stand(book, "signed-late", "R-525", "One of the two signatures came after it had lapsed.", [lapsing, signed(0, 2), signed(1, 1, at_ms=LAPSES_S * 1000)], ["lapsed"], at_ms=LAPSES_S * 1000, known=[])
    _stand(book, "signed-in-time", "R-525", "It lapses no more.", [lapsing, signed(0, 2), signed(1, 1)], both, at_ms=LAPSES_S * 1000)
    _stand(book, "other-bytes", "R-526", "The same words under other terms are another agreement.", [plain, signed(0, 2), signed(1, 1, other)], ["signed by some"], known=[])
    _stand(book, "over-nothing", "R-521", "It counters an entry that is no version.", [(0, 1, TABLED, cbor(fields(over=[1, bytes(12), 40])), AT_MS, 0)], ["tabled"])
