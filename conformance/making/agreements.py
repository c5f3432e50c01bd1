"""Scenarios of agreements: bodies of terms, acts, offers and reports; lives and offers as they stand in each view."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from conformance.making.entries import cbor
from conformance.making.scenarios import Book
from openline.accord.agreements.acts import Act, What, encode_act
from openline.accord.agreements.offers import Answer, Offer, Said, encode_offer
from openline.accord.agreements.terms import End, Terms, encode_terms
from openline.accord.bodies import Agreement, Standing, Status, agreement_digest, encode_agreement, encode_status
from openline.record.entry import ACT, AGREEMENT, OFFER, STATUS, TERMS, Ref

LIFE: Final = bytes(12)
DIGEST: Final = bytes(range(32))
REF: Final = [0, LIFE, 7]
TERMS_PLAIN: Final[list[Any]] = [DIGEST, "en", ["Amber", "Birch"], "Amber", ["all"], ["ministries"], [["new-start-data", "A"]], "By notice.", 90, [1_770_238_800, 180, "Europe/Moscow"], None]
ACT_PLAIN: Final[list[Any]] = [DIGEST, 4, 1_770_768_000, 1_802_304_000, "As long as the other does.", "en", "2026-02-11", "minister"]
OFFER_PLAIN: Final[list[Any]] = [0, None, None, "Limits", "To keep the limits for a year.", "if the other does", "en", 1_770_238_800, None, "2025-09-22", "president"]
REPORT_PLAIN: Final[list[Any]] = ["An agency", "https://example.org/1", "", "They are near.", "en", "2026-02-05", 0, [[0, REF]], None, "A. Archivist"]


def at(text: str) -> int:
    """Seconds of a day or an instant in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


BEGIN: Final = at("2011-02-05")
END: Final = at("2026-02-05")
BODY: Final = encode_agreement(Agreement("NEW-START", (("en", "A treaty"),), (("en", bytes(32)),), BEGIN, END, None, ()))
OF: Final = agreement_digest(BODY)


def write(book: Book) -> None:
    """All of them."""
    _terms(book)
    _acts(book)
    _offers(book)
    _reports(book)
    _spelled(book)
    _lives(book)
    _answers(book)


def _spelled(book: Book) -> None:
    """What every one of these bodies refuses alike."""
    for name, plain, rule, numbers in (
        ("terms", TERMS_PLAIN, "R-500", (8,)), ("act", ACT_PLAIN, "R-502", (1, 2, 3)),
        ("offer", OFFER_PLAIN, "R-504", (0, 7)), ("report", REPORT_PLAIN, "R-506", (6,)),
    ):  # fmt: skip
        data = cbor(plain)
        for what, other, says, story in (
            ("field-lacks", cbor(plain[:-1]), "keys 0 to", "The last field is missing."),
            ("field-too-many", cbor([*plain, 0]), "keys 0 to", "One that nobody knows."),
            ("byte-after-the-end", data + b"\0", "one spelling", "A byte after the end."),
            ("of-indefinite-length", b"\xbf" + data[1:] + b"\xff", "", "A second spelling of the map."),
            ("of-nothing", b"", "not CBOR", "No bytes at all."),
            ("an-array", b"\x80", "keys 0 to", "Fields have keys."),
            ("cut", data[:-1], "not CBOR", "The last byte is missing."),
        ):
            book.refuse(f"{name}-body-spelled-{what}", f"{name}-body", {"bytes": other}, rule, story, says)
        for place in numbers:
            for word, value in (("true", True), ("below-zero", -1), ("text", "1"), ("fraction", 1.0)):
                book.refuse(f"{name}-body-number-{place}-{word}", f"{name}-body", {"bytes": _put(plain, (place, value))}, rule, "A whole number from 0, and nothing like one.", "whole number")


def _put(plain: list[Any], *changes: tuple[int, Any]) -> bytes:
    fields = list(plain)
    for place, value in changes:
        fields[place] = value
    return cbor(fields)


def _terms(book: Book) -> None:
    book.accept("terms-body", "terms-body", {"bytes": cbor(TERMS_PLAIN)}, "R-500", "All of it; the end in the time of Moscow.", asked_by="Amber")
    book.accept("terms-body-no-end", "terms-body", {"bytes": _put(TERMS_PLAIN, (9, []), (8, None))}, "R-500", "That there is no end was agreed in so many words.", end=[])
    for name, changes, says, story in (
        ("one-party", ((2, ["Amber"]),), "fewer than two", "Agreed with whom?"),
        ("party-twice", ((2, ["Amber", "Amber"]),), "one twice", "Each once."),
        ("area-empty", ((4, [""]),), "an empty name", "Which one?"),
        ("end-without-zone", ((9, [1_770_238_800, 180, ""]),), "two instants", "An end has a zone."),
        ("end-beyond-any-zone", ((9, [1_770_238_800, 900, "X"]),), "minutes from UTC", "No zone is so far."),
        ("end-a-number", ((9, 1_770_238_800),), "3 fields", "Not even an array."),
        ("end-before-provisional", ((10, 1_770_238_800),), "before they are applied", "It ends as it begins."),
        ("limit-cyrillic", ((6, [["nеw-start-data", ""]]),), "identifier", "A letter that looks like another."),
        ("in-no-language", ((1, ""),), "no language", "In which language?"),
        ("notice-of-200-years", ((8, 73_000),), "days of notice", "Nobody agreed on that."),
        ("line-in-a-name", ((3, "Am\nber"),), "control character", "A name is one line."),
    ):
        book.refuse(f"terms-body-{name}", "terms-body", {"bytes": _put(TERMS_PLAIN, *changes)}, "R-500", story, says)


def _acts(book: Book) -> None:
    book.accept("act-body-adhere", "act-body", {"bytes": cbor(ACT_PLAIN)}, "R-502 R-501", "Alone, on a condition, for a year.", what=4)
    book.accept("act-body-extend", "act-body", {"bytes": _put(ACT_PLAIN, (1, 3), (4, ""), (5, ""), (6, ""), (7, ""))}, "R-502", "To a new end.", what=3)
    for name, changes, says, story in (
        ("seventh", ((1, 6),), "act: what", "There are six, from 0."),
        ("extend-to-nothing", ((1, 3), (3, None)), "has a new end", "Until when?"),
        ("signed-until", ((1, 0),), "nothing else has", "A signature has no term."),
        ("adhere-without-condition", ((4, ""), (5, "")), "names its condition", "One-sided adherence says on what it hangs."),
        ("ends-before", ((3, 1_770_768_000),), "ends before it begins", "It ends as it begins."),
        ("words-in-no-language", ((5, ""),), "have a language", "In which language?"),
        ("language-of-nothing", ((1, 5), (3, None), (4, "")), "have a language", "Of what?"),
        ("date-of-february-30", ((6, "2026-02-30"),), "no date", "No such day."),
        ("date-of-a-fifth-season", ((6, "2026-25"),), "no date", "Spring is 21, winter 24."),
        ("date-in-short", ((6, "2026-2"),), "no date", "One spelling."),
        ("date-with-an-hour-24", ((6, "2026-02-05T24:00:00Z"),), "no date", "That is 00:00 of the next day."),
        ("of-nothing", ((0, b""),), "agreement", "Of which?"),
    ):
        book.refuse(f"act-body-{name}", "act-body", {"bytes": _put(ACT_PLAIN, *changes)}, "R-502 R-501", story, says)


def _offers(book: Book) -> None:
    answer: list[Any] = [1, REF, None, "", "Not so.", "", "en", None, 1, "", ""]
    book.accept("offer-body", "offer-body", {"bytes": cbor(OFFER_PLAIN)}, "R-504", "With a term and a condition.", said=0)
    book.accept("offer-body-answer", "offer-body", {"bytes": cbor(answer)}, "R-504", "Refused, with words.", answer=1)
    for name, plain, changes, says, story in (
        ("without-words", OFFER_PLAIN, ((4, ""),), "says what is offered", "What is offered?"),
        ("without-subject", OFFER_PLAIN, ((3, ""),), "has a subject", "Called nothing."),
        ("of-an-offer", OFFER_PLAIN, ((1, REF),), "an offer names none", "An offer is not of another one."),
        ("that-answers", OFFER_PLAIN, ((8, 0),), "nothing else", "It says yes to itself."),
        ("third", OFFER_PLAIN, ((0, 3),), "what is said", "There are three, from 0."),
        ("answer-to-nothing", answer, ((1, None),), "name the offer", "To which?"),
        ("answer-without-one", answer, ((8, None),), "says what is answered", "Yes or no?"),
        ("answer-with-a-term", answer, ((7, 1),), "those of the offer", "The term is the offer's."),
        ("conditions-not-named", answer, ((8, 2),), "conditions are named", "Which conditions?"),
        ("conditions-of-a-refusal", answer, ((5, "if so"),), "only there", "A refusal has none."),
        ("fourth-answer", answer, ((8, 3),), "offer: answer", "There are three, from 0."),
        ("withdrawn-with-an-answer", answer, ((0, 2),), "nothing else", "A withdrawal answers nothing."),
        ("in-no-language", OFFER_PLAIN, ((6, ""),), "no language", "In which language?"),
    ):
        book.refuse(f"offer-body-{name}", "offer-body", {"bytes": _put(plain, *changes)}, "R-504", story, says)


def _reports(book: Book) -> None:
    book.accept("report-body", "report-body", {"bytes": cbor(REPORT_PLAIN)}, "R-506 R-501", "Unnamed, unconfirmed, and against another one.", confirmed=0)
    book.accept("report-body-season", "report-body", {"bytes": _put(REPORT_PLAIN, (5, "2021-23"))}, "R-501", "No finer than it is known: autumn.", said_on="2021-23")
    for name, changes, says, story in (
        ("by-nobody", ((0, " "),), "who reported it", "Who says so?"),
        ("without-source", ((1, ""),), "its source", "Where can it be read?"),
        ("says-nothing", ((3, ""),), "says nothing", "What was reported?"),
        ("without-a-date", ((5, ""),), "no date", "When?"),
        ("entered-by-nobody", ((9, ""),), "who entered it", "Whose word is it here?"),
        ("half-confirmed", ((6, 2),), "confirmed", "Yes or no."),
        ("word-3", ((7, [[3, REF]]),), "report: word", "There are three, from 0."),
        ("about-one-twice", ((7, [[0, REF], [1, REF]]),), "one entry twice", "Against it, or for it?"),
        ("in-no-language", ((4, ""),), "no language", "In which language?"),
    ):
        book.refuse(f"report-body-{name}", "report-body", {"bytes": _put(REPORT_PLAIN, *changes)}, "R-506 R-501", story, says)


Given = tuple[int, int, int, bytes, int | None]  # party, index, kind, body, held by the others at, s


def known(*more: Given) -> list[Given]:
    """The agreement as both parties have recorded it, and what else was said."""
    return [(0, 1, AGREEMENT, BODY, None), (1, 1, AGREEMENT, BODY, None), *more]


def act(party: int, index: int, what: What, from_s: int, until_s: int | None = None, words: str = "", held_s: int | None = None) -> Given:
    """A declaration, held when it was made, unless `held_s` says otherwise."""
    body = encode_act(Act(OF, what, from_s, until_s, words, "en" if words else ""))
    return party, index, ACT, body, from_s if held_s is None else held_s


def status(party: int, index: int, standing: Standing, from_s: int) -> Given:
    """What a party says of itself."""
    return party, index, STATUS, encode_status(Status(OF, standing, from_s, "", "")), None


def _stand(book: Book, name: str, entries: list[Given], rules: str, story: str, states: dict[int, list[str]], marks: list[str] = [], when: int = END) -> None:  # noqa: B006
    """`states`: of each party's view, one after the other; `marks`: reasons that do not fit."""
    given = {"parties": 2, "at_ms": when * 1000, "entries": [list(one) for one in entries]}
    before = len(book.problems)
    book.accept(f"agreements-{name}", "agreements-stand", given, rules, story)
    if len(book.problems) == before:
        lines = _asked(given)
        found = {row[2]: [step[1] for step in row[3]] for row in lines if row[0] == "life"}
        said = sorted({row[3] for row in lines if row[0] == "mark"})
        if found != states or said != sorted(marks):
            book.problems.append(f"{name}: {found}, {said}; not {states}, {sorted(marks)}")


def _asked(given: dict[str, Any]) -> list[Any]:
    from conformance.doors.agreements import stand  # the same door, asked what it gives
    entries = [[*one[:3], one[3].hex(), one[4]] for one in given["entries"]]
    found = stand({**given, "entries": entries})
    assert isinstance(found, dict)
    return list(found["lines"])


def _lives(book: Book) -> None:
    both = ["signed", "in force", "expired"]
    _stand(book, "expired", known(), "R-507 R-512", "Signed by both, in force, expired at its instant.", {0: both, 1: both})
    _stand(book, "proposed", [(0, 1, AGREEMENT, BODY, None), status(0, 2, Standing.SUSPENDED, BEGIN)], "R-507 R-509", "One party alone has recorded it: proposed, whatever else it says.",
           {0: ["proposed"], 1: ["proposed"]}, ["not every party has recorded this agreement"])
    alone = known(status(1, 2, Standing.SUSPENDED, at("2023-02-28")))
    _stand(book, "suspended-by-one", alone, "R-503 R-507", "One suspends: suspended in its own view, in force in the other's.", {0: both, 1: ["signed", "in force", "suspended", "expired"]})
    resumed = [*alone, status(1, 3, Standing.IN_FORCE, at("2024-01-01"))]
    _stand(book, "resumed", resumed, "R-503 R-507", "It resumes: back to where the events of all have brought it.", {0: both, 1: ["signed", "in force", "suspended", "in force", "expired"]})
    first, second = at("2021-02-03"), at("2031-02-05")
    extended = [act(party, 5, What.EXTEND, first, second) for party in (0, 1)]
    long = ["signed", "in force", "extended", "expired"]
    _stand(book, "extended", known(*extended), "R-508", "Both declare the same new end.", {0: long, 1: long})
    _stand(book, "extended-by-one", known(extended[0]), "R-508", "One party's word extends nothing.", {0: both, 1: both})
    other = [extended[0], act(1, 5, What.EXTEND, first, second + 1)]
    _stand(book, "two-ends", known(*other), "R-508", "Two ends are two proposals.", {0: both, 1: both})
    stale = [extended[0], act(1, 5, What.EXTEND, first, second, held_s=END + 86_400)]
    _stand(book, "extension-accepted-after-the-end", known(*stale), "R-508", "Dated before the end, held after it: receipts say when.", {0: both, 1: both}, ["accepted after the end that it would have moved"])
    late = [act(party, 5, What.EXTEND, END, second) for party in (0, 1)]
    _stand(book, "extension-after-the-end", known(*late), "R-508", "Nothing is left to extend.", {0: both, 1: both}, ["an extension after the end"])
    adhered = act(0, 6, What.ADHERE, END, at("2027-02-05"), "If the other does likewise.")
    _stand(book, "adhered-on-condition", known(adhered), "R-507", "After the end, alone, for a year; then no longer.", {0: ["signed", "in force", "adhered to on condition", "expired"], 1: both})
    early = act(0, 6, What.ADHERE, BEGIN + 1, None, "If the other does likewise.")
    _stand(book, "adhered-before-the-end", known(early), "R-507", "What is in force needs no adherence.", {0: both, 1: both}, ["it has not ended: nothing to adhere to alone"])
    left = known(status(0, 4, Standing.ENDED, at("2020-01-01")), status(0, 5, Standing.IN_FORCE, at("2021-01-01")))
    _stand(book, "withdrawn", left, "R-503 R-507", "Who has left does not come back by its own word.", {0: ["signed", "in force", "withdrawn from"], 1: both}, ["it has ended"])
    terms = Terms(OF, "en", ("Amber", "Birch"), "", (), (), (), "", None, End(END + 1, 0, "UTC"), None)
    _stand(book, "terms-with-another-end", known(*((party, 8, TERMS, encode_terms(terms), None) for party in (0, 1))), "R-500", "Two ends: that of the identity stands.", {0: both, 1: both},
           ["two ends: its end is not that of the agreement it is of"])
    book.refuse("agreements-of-no-body", "agreements-stand", {"parties": 2, "at_ms": 0, "entries": [[0, 1, ACT, b"\xa0", None]]}, "R-502", "Bytes that are no act.", "keys 0 to 7")


def _answers(book: Book) -> None:
    until = at("2026-02-05")
    of = Ref(0, LIFE, 1)
    made = (0, 1, OFFER, encode_offer(Offer(Said.OFFERED, None, None, "Limits", "To keep them for a year.", "if so", "en", until)), until - 1000)

    def answer(index: int, said: Answer, held_s: int | None, party: int = 1) -> Given:
        condition = "If all do." if said is Answer.CONDITIONS else ""
        return party, index, OFFER, encode_offer(Offer(Said.ANSWERED, of, None, "", "", condition, "en", None, said)), held_s

    gone = (0, 3, OFFER, encode_offer(Offer(Said.WITHDRAWN, of, None, "", "", "", "en")), until - 500)
    for name, entries, when, expected, story in (
        ("open", [], until - 1, ["open", []], "Before its date nobody has answered."),
        ("unanswered", [], until, ["unanswered at its date", []], "At its date: neither consent nor refusal."),
        ("accepted", [answer(2, Answer.ACCEPTED, until - 10)], until, ["accepted", [[]]], "Held in time."),
        ("late", [answer(2, Answer.ACCEPTED, until + 1)], until + 9, ["unanswered at its date", [["late: held after the date of the offer"]]], "A yes after the date is kept, and late."),
        ("not-held", [answer(2, Answer.ACCEPTED, None)], until, ["unanswered at its date", [["not proved to be held yet"]]], "Clocks run from receipt."),
        ("withdrawn", [gone, answer(4, Answer.ACCEPTED, until - 10)], until, ["withdrawn", [[], ["an answer to a withdrawn offer"]]], "Accepted after it was withdrawn."),
        ("accepted-before-withdrawn", [gone, answer(4, Answer.ACCEPTED, until - 600)], until, ["accepted", [[], []]], "They crossed, and the acceptance was held first."),
        ("by-itself", [answer(2, Answer.ACCEPTED, until - 10, party=0)], until, ["unanswered at its date", [["a party does not answer its own offer"]]], "Nobody accepts for the other."),
        ("conditions-then-refused", [answer(2, Answer.CONDITIONS, until - 20), answer(3, Answer.REFUSED, until - 10)], until, ["refused", [[], []]], "The last answer in time stands."),
        ("refused-after-accepted", [answer(2, Answer.ACCEPTED, until - 20), answer(3, Answer.REFUSED, until - 10)], until, ["accepted", [[], ["accepted already"]]], "A yes is not taken back."),
    ):
        given = {"parties": 2, "at_ms": when * 1000, "entries": [list(one) for one in [made, *entries]]}
        book.accept(f"offer-{name}", "agreements-stand", given, "R-505 R-512", story)
        (outcome,) = [row for row in _asked(given) if row[0] == "outcome"]
        found = [outcome[2][0][1], [marks for _, marks in outcome[3]]]
        if found != expected:
            book.problems.append(f"offer-{name}: {found}, not {expected}")
