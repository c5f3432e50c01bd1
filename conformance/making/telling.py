"""Scenarios of what desks tell about messages: bodies, and what of them counts."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

from typing import Any, Final

from conformance.making.entries import cbor
from conformance.making.scenarios import Book
from conformance.making.stating import AT_MS, LONG, OFFICER, Record
from openline.desk.release import release_digest
from openline.desk.telling.bodies import (
    KIND_OF,
    Body,
    Office,
    Offices,
    Passed,
    Relation,
    Understood,
    Which,
    encode_body,
)
from openline.record.body import Message, encode_message
from openline.record.entry import MESSAGE, Ref

ROLE: Final = "watch officer"
REF: Final = [1, bytes(range(12)), 7]
OTHER: Final = [1, bytes(range(12)), 9]
DIGEST: Final = bytes(range(32))
OFFICE: Final = ["DEFENCE", "Ministry of Defence, duty officer", [["en", "Sir"], ["ru", "Господин полковник"]], "daily 0600Z to 1800Z", "+99 555 0100, ask for the duty officer"]
BODIES: Final[dict[int, tuple[str, list[Any], list[Any], str]]] = {
    65: ("understood", ["One missile; impact area as stated.\nNo ships named.", "en", OFFICER, ROLE], [REF], "R-310"),
    66: ("passed", ["DEFENCE", AT_MS, "by hand, signed for", OFFICER, ROLE], [REF], "R-311"),
    67: ("relation", [0, [REF], DIGEST, "The hour was wrong.", "en", [OFFICER]], [REF], "R-312"),
    68: ("offices", [[OFFICE], [OFFICER]], [], "R-313"),
}


def write(book: Book) -> None:
    """All of them."""
    for kind, (name, fields, references, rule) in BODIES.items():
        rules = f"{rule} R-314"
        given = {"kind": kind, "bytes": cbor(fields), "references": references}
        book.accept(f"told-{name}", "desk-body", given, rules, f"Kind {kind}, as it is spelled.")
        for what, data, refers, says, story in (
            ("field-lacks", cbor(fields[:-1]), references, "keys 0 to", "The last field is missing."),
            ("field-too-many", cbor([*fields, 0]), references, "keys 0 to", "A field that no rule names."),
            ("trailing-byte", cbor(fields) + b"\0", references, "one spelling", "A byte after the end."),
            ("referring-to-more", cbor(fields), [*references, OTHER], "refers to", "An entry that it is not about."),
        ):
            book.refuse(f"told-{name}-{what}", "desk-body", {"kind": kind, "bytes": data, "references": refers}, rules, story, says)
    _understood_and_passed(book)
    _relations(book)
    _offices(book)
    _counting(book)


def _refuse(book: Book, kind: int, rule: str, cases: tuple[tuple[str, list[Any], list[Any], str, str], ...]) -> None:
    for name, fields, references, says, story in cases:
        given = {"kind": kind, "bytes": cbor(fields), "references": references}
        book.refuse(f"told-{name}", "desk-body", given, f"{rule} R-314", story, says)


def _understood_and_passed(book: Book) -> None:
    book.accept("told-passed-how-unsaid", "desk-body", {"kind": 66, "bytes": cbor(["DEFENCE", 0, "", OFFICER, ""]), "references": [REF]}, "R-311", "How, and in what role, need not be said.")
    _refuse(book, 65, "R-310", (
        ("understood-nothing", ["\n", "en", OFFICER, ROLE], [REF], "empty", "No words."),
        ("understood-too-long", ["x" * 4001, "en", OFFICER, ROLE], [REF], "at most 4000", "One character too many."),
        ("understood-in-no-language", ["Yes.", "", OFFICER, ROLE], [REF], "not a tag", "In which language?"),
        ("understood-by-nobody", ["Yes.", "en", " ", ROLE], [REF], "empty", "No officer."),
        ("understood-of-nothing", ["Yes.", "en", OFFICER, ROLE], [], "refers to 0", "Of which message?"),
    ))  # fmt: skip
    _refuse(book, 66, "R-311", (
        ("passed-to-nobody", ["", AT_MS, "", OFFICER, ROLE], [REF], "empty", "No office."),
        ("passed-at-a-word", ["DEFENCE", "now", "", OFFICER, ROLE], [REF], "whole number", "An instant in UTC, in ms."),
        ("passed-beyond-all-time", ["DEFENCE", 2**48, "", OFFICER, ROLE], [REF], "whole number", "After the year 10889."),
        ("passed-how-too-long", ["DEFENCE", AT_MS, "x" * 257, OFFICER, ROLE], [REF], "at most 256", "One character too many."),
        ("passed-of-nothing", ["DEFENCE", AT_MS, "", OFFICER, ROLE], [], "refers to 0", "Which message?"),
    ))  # fmt: skip


def _relations(book: Book) -> None:
    for number, name, fields, story in (
        (1, "withdraws", [1, [REF, OTHER], b"", "Sent to the wrong line.", "en", []], "Two messages at once; nothing stands in their place."),
        (2, "supersedes", [2, [REF, OTHER], DIGEST, "", "en", [OFFICER, "Col. C. Example"]], "Released by two; the note may be empty."),
        (3, "forwards", [3, [REF], DIGEST, "", "ru", []], "To other offices, by the message beside it."),
    ):
        given = {"kind": 67, "bytes": cbor(fields), "references": fields[1]}
        book.accept(f"told-relation-{name}", "desk-body", given, "R-312", story, which=number)
    _refuse(book, 67, "R-312", (
        ("relation-fourth", [4, [REF], DIGEST, "", "en", []], [REF], "from 0 to 3", "No such relation."),
        ("relation-true", [True, [REF], b"", "Why.", "en", []], [REF], "whole number", "True equals 1 and is not spelled so."),
        ("relation-of-nothing", [2, [], DIGEST, "", "en", []], [], "of nothing", "Of which message?"),
        ("relation-of-one-twice", [2, [REF, REF], DIGEST, "", "en", []], [REF, REF], "one entry twice", "Named twice."),
        ("relation-of-33", [2, [[1, bytes(12), n] for n in range(33)], DIGEST, "", "en", []], [], "at most 32", "One too many."),
        ("relation-of-another", [2, [REF], DIGEST, "", "en", []], [OTHER], "other entries", "Its entry refers to another."),
        ("relation-in-another-order", [2, [REF, OTHER], DIGEST, "", "en", []], [OTHER, REF], "other entries", "In the order in which it names them."),
        ("correction-of-two", [0, [REF, OTHER], DIGEST, "", "en", []], [REF, OTHER], "of one entry", "One message corrects one."),
        ("correction-beside-nothing", [0, [REF], b"", "", "en", []], [REF], "not the digest", "With which words?"),
        ("correction-digest-short", [0, [REF], DIGEST[:31], "", "en", []], [REF], "not the digest", "A byte is missing."),
        ("withdrawal-beside-a-message", [1, [REF], DIGEST, "Why.", "en", []], [REF], "stands alone", "That would be a correction."),
        ("withdrawal-without-a-reason", [1, [REF], b"", " \n", "en", []], [REF], "empty", "A withdrawal says why."),
        ("relation-note-too-long", [3, [REF], DIGEST, LONG, "en", []], [REF], "at most 2000", "One character too many."),
        ("relation-by-five", [3, [REF], DIGEST, "", "en", ["A", "B", "C", "D", "E"]], [REF], "at most 4", "One too many."),
        ("relation-by-nobody-named", [3, [REF], DIGEST, "", "en", [""]], [REF], "empty", "A name that is none."),
    ))  # fmt: skip


def _offices(book: Book) -> None:
    def of(*offices: list[Any]) -> list[Any]:
        return [list(offices), [OFFICER]]

    def put(at: int, value: object) -> list[Any]:
        return of([*OFFICE[:at], value, *OFFICE[at + 1 :]])

    book.accept("told-offices-none", "desk-body", {"kind": 68, "bytes": cbor([[], []]), "references": []}, "R-313", "A party may name no office.")
    book.accept("told-offices-two", "desk-body", {"kind": 68, "bytes": cbor(of(OFFICE, ["FOREIGN", "", [], "", ""])), "references": []}, "R-313", "Of the second only its short name is known.")
    _refuse(book, 68, "R-313", (
        ("offices-out-of-order", of(["FOREIGN", "", [], "", ""], OFFICE), [], "ascending", "D before F."),
        ("offices-one-twice", of(OFFICE, OFFICE), [], "each once", "One short name, one office."),
        ("offices-without-a-name", put(0, " "), [], "empty", "Every office has a short name."),
        ("offices-name-too-long", put(1, "x" * 257), [], "at most 256", "One character too many."),
        ("offices-languages-out-of-order", put(2, [["ru", "Господин полковник"], ["en", "Sir"]]), [], "ascending", "By their tags."),
        ("offices-language-twice", put(2, [["en", "Sir"], ["en", "Sirs"]]), [], "each once", "One form in a language."),
        ("offices-addressed-as-nothing", put(2, [["en", ""]]), [], "empty", "Then it is left out."),
        ("offices-nine-forms", put(2, [[tag, "X"] for tag in "abcdefghi"]), [], "at most 8", "One too many."),
        ("offices-telephone-too-long", put(4, "x" * 1001), [], "at most 1000", "One character too many."),
        ("offices-sixty-five", of(*([f"O{n:02}", "", [], "", ""] for n in range(65))), [], "at most 64", "One too many."),
        ("offices-control-character", put(3, "daily\x07"), [], "control character", "A bell."),
    ))  # fmt: skip
    book.refuse("told-no-kind", "desk-body", {"kind": 64, "bytes": cbor([[], []]), "references": []}, "R-314", "A release is not of this section.", "says nothing")


class Desks(Record):
    """Two parties' desks, writing in turn."""

    def message(self, party: int, words: str, **how: Any) -> tuple[Ref, bytes]:
        """A message, and the digest that names it."""
        body = encode_message(Message("", words))
        return self.put(party, MESSAGE, body, **how), release_digest(MESSAGE, 0, how.get("flags", 0), body)

    def tell(self, party: int, said: Body, *about: Ref, **how: Any) -> Ref:
        """One entry about messages."""
        return self.put(party, KIND_OF[type(said)], encode_body(said), *about, **how)


def _counting(book: Book) -> None:
    understood = Understood("As you say.", "en", OFFICER, ROLE)
    passed = Passed("DEFENCE", AT_MS, "", OFFICER, ROLE)

    def show(name: str, rules: str, story: str, desks: Desks, message: Ref, counts: list[Ref], *, exercise: bool = False, directories: tuple[Ref, ...] = ()) -> None:
        given = {"message": list(message), "exercise": exercise, "entries": desks.entries}
        book.accept(f"telling-{name}", "about-a-message-told", given, rules, story, counts=counts, directories=list(directories))

    def relation(which: Which, of: Ref, digest: bytes = b"", note: str = "Why.") -> Relation:
        return Relation(which, (of,), digest, note, "en")

    desks = Desks()
    message, _ = desks.message(0, "A message.")
    theirs = [desks.tell(1, understood, message), desks.tell(1, passed, message)]
    desks.tell(0, understood, message)
    desks.tell(1, understood, message, knowing=False)
    desks.tell(1, understood, message, flags=1)
    show("understood-and-passed", "R-310 R-311 R-315", "By the other party, knowing it, in earnest; its author's own, one unseen and one in an exercise do not count.", desks, message, theirs)
    desks = Desks()
    message, _ = desks.message(0, "At 1400Z.")
    _, digest = desks.message(0, "At 1500Z.")
    corrected = desks.tell(0, relation(Which.CORRECTS, message, digest), message)
    show("corrected", "R-312 R-316 R-317", "The message with the right words stands straight before.", desks, message, [corrected])
    for name, story, spoil in (
        ("by-another-message", "The message before is not the one it names.", {"words": "At 1600Z."}),
        ("of-another-flag", "The message before is an exercise.", {"words": "At 1500Z.", "flags": 1}),
    ):
        desks = Desks()
        message, _ = desks.message(0, "At 1400Z.")
        desks.message(0, **spoil)  # type: ignore[arg-type]  # words and flags
        desks.tell(0, relation(Which.CORRECTS, message, digest), message)
        show(f"corrected-{name}", "R-317", story, desks, message, [])
    desks = Desks()
    message, _ = desks.message(0, "At 1400Z.")
    desks.tell(1, relation(Which.WITHDRAWS, message), message)
    withdrawn = desks.tell(0, relation(Which.WITHDRAWS, message), message)
    show("withdrawn", "R-316", "By who wrote it, and by nobody else.", desks, message, [withdrawn])
    desks = Desks()
    message, _ = desks.message(0, "At 1400Z.")
    _, digest = desks.message(1, "For your office.")
    forwarded = desks.tell(1, relation(Which.FORWARDS, message, digest), message)
    show("forwarded", "R-316", "By any party that knew it.", desks, message, [forwarded])
    desks = Desks()
    message, _ = desks.message(0, "A message.", flags=1)
    desks.tell(1, understood, message)
    drilled = desks.tell(1, understood, message, flags=1)
    show("an-exercise", "R-315", "In an exercise only what has the flag counts.", desks, message, [drilled], exercise=True)
    desks = Desks()
    message, _ = desks.message(0, "A message.")
    desks.tell(0, Offices(()))
    newest = desks.tell(0, Offices((Office("DEFENCE", "", (), "", ""),)))
    desks.tell(1, Offices(()), flags=1)
    show("directories", "R-318", "The newest of each party; that of an exercise never.", desks, message, [], directories=(newest,))
