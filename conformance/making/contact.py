"""Scenarios of link tests, their answers, and what a station says it observed."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

from hashlib import sha256

from conformance.making.cupboard import word
from conformance.making.entries import Fields, cbor
from conformance.making.exports import AT_S, Items, entry, noted, papers, spelled, start
from conformance.making.parties import OPENED_AT_MS, Log, line
from conformance.making.scenarios import Book
from openline.contact.body import receipts_hash
from openline.record.entry import LINK_TEST, Receipted

CHALLENGE = word("a challenge")[:16]
NONCE = word("a nonce")[:8]
TEST: Fields = [4, "ru", CHALLENGE, [[1, 300]], [[1, 299]], word("receipts"), "", []]
ANSWER: Fields = [CHALLENGE, word("read")[:8], "tls", OPENED_AT_MS + 1_250, word("back")[:8]]


def write(book: Book) -> None:
    """All of them."""
    _tests(book)
    _answers(book)
    _observed(book)
    _receipts(book)


def _tests(book: Book) -> None:
    book.accept("contact-test", "link-test-body", {"bytes": cbor(TEST)}, "R-250", "Text 4 in Russian, to all, over whichever bearer.")
    standby = [*TEST[:6], "radio", [1]]
    book.accept("contact-test-of-one-bearer", "link-test-body", {"bytes": cbor(standby)}, "R-250 R-255", "A standby, as its author calls it.")
    for name, data, says, story in (
        ("number-256", cbor([256, *TEST[1:]]), "from 0 to 255", "There are at most 256 texts."),
        ("without-a-language", cbor([4, "", *TEST[2:]]), "not a tag", "In which language?"),
        ("challenge-short", cbor([*TEST[:2], CHALLENGE[:8], *TEST[3:]]), "not 16 bytes", "Half a challenge."),
        ("given-out-of-order", cbor([*TEST[:3], [[2, 1], [1, 1]], *TEST[4:]]), "ascend", "Party 2 before party 1."),
        ("received-twice", cbor([*TEST[:4], [[1, 1], [1, 2]], *TEST[5:]]), "ascend", "Two sizes of one party."),
        ("receipts-short", cbor([*TEST[:5], b"", *TEST[6:]]), "not 32 bytes", "A hash of nothing."),
        ("bearer-of-two-lines", cbor([*TEST[:6], "a\nb", []]), "U+000A", "A name is one line."),
        ("bearer-too-long", cbor([*TEST[:6], "x" * 33, []]), "at most 32", "One too many."),
        ("to-party-8", cbor([*TEST[:7], [8]]), "from 0 to 7", "Parties are 0 to 7."),
        ("to-a-party-twice", cbor([*TEST[:7], [1, 1]]), "ascend", "Each once."),
        ("field-lacks", cbor(TEST[:7]), "keys 0 to 7", "To whom?"),
        ("trailing-byte", cbor(TEST) + b"\0", "one spelling", "A byte after the end."),
    ):
        book.refuse(f"contact-test-{name}", "link-test-body", {"bytes": data}, "R-073 R-250", story, says)


def _answers(book: Book) -> None:
    def opened(name: str, test: Fields, answer: Fields, story: str, opens: bool) -> None:
        given = {"bytes": cbor(answer), "test": cbor(test)}
        fields = dict(zip(("echo", "read", "bearer", "came_at_ms", "nonce"), answer, strict=True))
        book.accept(f"contact-answer-{name}", "link-answer-body", given, "R-251", story, **fields, opens=opens)

    opened("opens", TEST, ANSWER, "The challenge, given back.", True)
    opened("of-another-test", TEST, [word("other")[:16], *ANSWER[1:]], "It does not open this one.", False)
    committed = sha256(b"openline/bearer-test/v1\n" + NONCE).digest()[:16]
    standby = [*TEST[:2], committed, *TEST[3:6], "radio", [1]]
    opened("opens-a-bearer", standby, [NONCE, *ANSWER[1:]], "The nonce that went over that bearer only.", True)
    opened("that-only-repeats-it", standby, [committed, *ANSWER[1:]], "What stands in the test proves nothing of the bearer.", False)
    opened("without-the-text", TEST, [ANSWER[0], b"", *ANSWER[2:]], "It has no text of that number.", True)
    for name, data, says, story in (
        ("echo-of-nine", cbor([bytes(9), *ANSWER[1:]]), "neither 8 nor 16", "Neither a challenge nor a nonce."),
        ("read-short", cbor([ANSWER[0], b"1234", *ANSWER[2:]]), "not 8 bytes", "Eight bytes, or none."),
        ("read-null", cbor([ANSWER[0], None, *ANSWER[2:]]), "byte string", "Nothing is empty here, not null."),
        ("nonce-short", cbor([*ANSWER[:4], b""]), "not 8 bytes", "Nothing unpredictable in it."),
        ("field-lacks", cbor(ANSWER[:4]), "keys 0 to 4", "The nonce lacks."),
        ("trailing-byte", cbor(ANSWER) + b"\0", "one spelling", "A byte after the end."),
    ):
        book.refuse(f"contact-answer-{name}", "link-answer-body", {"bytes": data}, "R-073 R-251", story, says)


def _observed(book: Book) -> None:
    row = [OPENED_AT_MS, 1, "tls", 0]
    book.accept("contact-observed", "observed-body", {"bytes": cbor([[row, [OPENED_AT_MS + 9, 1, "radio", 2]], 0])}, "R-252", "Up, and a bearer down.")
    book.accept("contact-observed-too-much", "observed-body", {"bytes": cbor([[], 70])}, "R-252", "Seventy changes were not listed.")
    for name, data, says, story in (
        ("nothing", cbor([[], 0]), "nothing", "Then it is not said."),
        ("seen-3", cbor([[[*row[:3], 3]], 0]), "from 0 to 2", "Up, silent or down."),
        ("65-rows", cbor([[row] * 65, 0]), "at most 64", "The rest is counted."),
        ("row-of-three", cbor([[row[:3]], 0]), "4 fields", "How did it look?"),
        ("seen-true", cbor([[[*row[:3], True]], 0]), "from 0 to 2", "True is not 1."),
        ("trailing-byte", cbor([[row], 0]) + b"\0", "one spelling", "A byte after the end."),
    ):
        book.refuse(f"contact-observed-{name}", "observed-body", {"bytes": data}, "R-073 R-252", story, says)


def _receipts(book: Book) -> None:
    """A has B's receipt for its opening and has given one for B's; its link test carries the hash over both."""
    opened = line(2)
    rows = _exchanged()
    wrong = [*rows[:1], (*rows[1][:4], rows[1][4] + 1, rows[1][5])]
    for name, hashed, first, fits, story in (
        ("fit", rows, True, True, "The hash is that of the two receipts in the file."),
        ("of-another-second", wrong, True, False, "The hash is over a receipt with another time."),
        ("of-one-of-them", rows[:1], True, False, "The hash leaves out a receipt that the test names."),
        ("not-here", rows, False, None, "The receipt that A had is not in the file: nothing can be said."),
    ):
        a, b = Log(opened, 0), Log(opened, 1)
        body = cbor([*TEST[:3], [[1, 1]], [[1, 1]], receipts_hash(hashed), "", []])
        a.write(body, kind=LINK_TEST, held=[b.held(1)], receipted=[Receipted(1, 1)], at_ms=OPENED_AT_MS + 10_000)
        items: Items = [*papers(opened), start(a), entry(a, 0), *([noted(a, 1, a.receipt(1, AT_S + 3, 1))] if first else []), entry(a, 1),
                        noted(a, 2), start(b), entry(b, 0), noted(b, 1, b.receipt(0, AT_S + 5, 1))]  # fmt: skip
        book.accept(f"contact-test-receipts-{name}", "link-test-receipts", {"bytes": spelled(items)}, "R-250 R-286", story, tests=[[a.ref(1), 2, fits]])
    damaged = book.shared.named["export.record"][:-1]
    book.refuse("contact-test-receipts-of-no-whole-file", "link-test-receipts", {"bytes": damaged}, "R-170 R-286", "Nothing is compared in a file that is not whole.", "cut off")


def _exchanged() -> list[tuple[int, bytes, int, int, int, bytes]]:
    opened = line(2)
    a, b = Log(opened, 0), Log(opened, 1)
    return [
        (0, a.log.generation, 1, 1, AT_S + 3, a.cosign(1, AT_S + 3, 1)),
        (1, b.log.generation, 0, 1, AT_S + 5, b.cosign(0, AT_S + 5, 1)),
    ]
