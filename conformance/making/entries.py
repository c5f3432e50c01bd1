"""Scenarios of entry headers and of the bodies that people and stations write."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

import hmac
from typing import Any, Final

import cbor2

from conformance.making.cupboard import word
from conformance.making.parties import OPENED_AT_MS
from conformance.making.scenarios import Book, changed, flipped
from openline.record.entry import After, Header, Held, Receipted, Ref, encode_header

GENERATION: Final = bytes.fromhex("019c2c3a6a8c") + word("a generation")[:6]
OTHER: Final = bytes.fromhex("019c2c3a6a8d") + word("another generation")[:6]
ROOT: Final = word("a root")
DIGEST: Final = word("a digest")
Fields = list[Any]


def write(book: Book) -> None:
    """All of them."""
    _headers(book)
    _digests(book)
    _messages(book)
    _others(book)


def cbor(fields: Fields) -> bytes:
    """The map {0: fields[0], 1: ...} in the library's own encoding: another program than the one under test."""
    return cbor2.dumps(dict(enumerate(fields)))


def _headers(book: Book) -> None:
    lone: Fields = [0, OPENED_AT_MS, 1, 0, 0, [], [], [], DIGEST]
    full: Fields = [20_852_163, OPENED_AT_MS + 7_000, 200, 3, 1, [[1, OTHER, 300, ROOT], [7, GENERATION, 2**40, ROOT]],
                    [[0, 0], [1, 20_852_160]], [[1, OTHER, 41], [0, GENERATION, 2**40 - 1]], DIGEST]  # fmt: skip
    after = After((Held(1, OTHER, 300, ROOT), Held(7, GENERATION, 2**40, ROOT)), (Receipted(0, 0), Receipted(1, 20_852_160)))
    header = Header(20_852_163, OPENED_AT_MS + 7_000, 200, 3, 1, after, (Ref(1, OTHER, 41), Ref(0, GENERATION, 2**40 - 1)), DIGEST)
    assert encode_header(header) == cbor(full)
    book.accept("record-header", "entry-header", {"bytes": cbor(lone)}, "R-070 R-072 R-073", "The first entry of a log; nothing held.")
    book.accept("record-header-with-everything", "entry-header", {"bytes": cbor(full)}, "R-072 R-073 R-079",
                "Kind 200 is unknown and well formed: it is held, receipted and shown raw.", header=header)  # fmt: skip

    def put(at: int, value: object) -> bytes:
        return cbor([*full[:at], value, *full[at + 1 :]])

    data = cbor(lone)
    for name, changed_data, says, story in (
        ("field-lacks", cbor(lone[:8]), "keys 0 to 8", "No digest."),
        ("field-too-many", cbor([*lone, 0]), "keys 0 to 8", "A field 9."),
        ("keys-out-of-order", b"\xa9" + data[3:13] + b"\x00\x00" + data[13:], "keys 0 to 8", "Field 1 before field 0."),
        ("key-twice", b"\xa9\x00\x00\x00\x00" + data[13:], "not CBOR", "Two fields 0."),
        ("indefinite-map", b"\xbf" + data[1:] + b"\xff", "not CBOR", "A map of unsaid length."),
        ("integer-longer-than-it-needs", data[:2] + b"\x18\x00" + data[3:], "one spelling", "Index 0 in two bytes."),
        ("index-a-float", put(0, 1.0), "whole number", "1.0 equals 1 and is not spelled so."),
        ("precedence-true", put(3, True), "whole number", "True equals 1 and is not spelled so."),
        ("a-tag", data[:2] + b"\xc1" + data[2:], "tag", "A tag around the index."),
        ("trailing-byte", data + b"\0", "one spelling", "A byte after the end."),
        ("truncated", data[:-1], "not CBOR", "A byte lacks."),
        ("too-long", data + bytes(4096), "at most 4096", "Bounded before it is looked into."),
        ("index-beyond-the-longest-log", put(0, 2**40), "from 0 to 1099511627775", "No entry has this index."),
        ("written-before-1970", put(1, -1), "whole number", "A time below zero."),
        ("written-beyond-six-bytes", put(1, 2**48), "whole number", "After the year 10889."),
        ("kind-256", put(2, 256), "from 0 to 255", "Kinds are a byte."),
        ("precedence-4", put(3, 4), "from 0 to 3", "There are four."),
        ("flags-2", put(4, 2), "from 0 to 1", "Unknown flags are refused."),
        ("held-out-of-order", put(5, list(reversed(full[5]))), "does not ascend", "Party 7 before party 1."),
        ("held-twice-of-one-party", put(5, [full[5][0], full[5][0]]), "does not ascend", "One row a party."),
        ("held-of-party-8", put(5, [[8, OTHER, 1, ROOT]]), "from 0 to 7", "Parties are 0 to 7."),
        ("held-with-a-short-generation", put(5, [[1, OTHER[:-1], 1, ROOT]]), "not 12 bytes", "11 bytes."),
        ("held-with-a-short-root", put(5, [[1, OTHER, 1, ROOT[:-1]]]), "not 32 bytes", "31 bytes."),
        ("held-nine", put(5, [[n % 8, OTHER, 1, ROOT] for n in range(9)]), "at most 8", "A line has eight parties."),
        ("receipted-out-of-order", put(6, [[1, 1], [0, 1]]), "does not ascend", "Party 1 before party 0."),
        ("references-33", put(7, [[0, OTHER, n] for n in range(33)]), "at most 32", "One too many."),
        ("reference-with-a-text", put(7, [[0, "generation..", 1]]), "not 12 bytes", "A text is no byte string."),
        ("digest-short", put(8, DIGEST[:-1]), "not 32 bytes", "31 bytes."),
    ):  # fmt: skip
        book.refuse(f"record-header-{name}", "entry-header", {"bytes": changed_data}, "R-072 R-073", story, says)


def _digests(book: Book) -> None:
    secret = word("a log secret")
    for name, index, body, story in (
        ("of-entry-0", 0, b"the body of an opening", "Salt by expansion of the log's secret."),
        ("of-nothing", 7, b"", "An empty body is salted too: nobody can tell that it was empty."),
        ("of-a-late-entry", 2**33, b"a body", "The index takes eight bytes."),
    ):
        salt = hmac.digest(secret, b"openline/salt/v1" + index.to_bytes(8, "big") + b"\x01", "sha256")
        given = {"log_secret": secret, "index": index, "body": body}
        book.accept(f"record-digest-{name}", "body-digest", given, "R-074", story, salt=salt,
                    digest=hmac.digest(salt, body, "sha256"))  # fmt: skip


LONE: Final[Fields] = ["Aircraft in distress", "Ours, 3 nm west of the line.\nIt carries no weapons.", "en", [], [], None, None, [], []]
FULL: Final[Fields] = [
    "Answer", "Приняли.\tTreated as urgent.", "ru", ["PARTY B DUTY OFFICER"], ["PARTY B LEGAL"], OPENED_AT_MS + 3_600_000,
    [0, GENERATION, 17], [["map.png", 16_777_216, "image/png", word("a file")]], ["Col. A. Example"],
]  # fmt: skip


def _messages(book: Book) -> None:
    def put(at: int, value: object) -> bytes:
        return cbor([*FULL[:at], value, *FULL[at + 1 :]])

    book.accept("record-message", "message-body", {"bytes": cbor(LONE)}, "R-073 R-075 R-076", "Subject, text, language; nothing else said.")
    book.accept("record-message-with-everything", "message-body", {"bytes": cbor(FULL)}, "R-075 R-076",
                "Offices, a date to answer by, what it answers, an attachment, who released it.")  # fmt: skip
    lone = cbor(LONE)
    for name, data, says, story in (
        ("field-lacks", cbor(LONE[:8]), "keys 0 to 8", "Nobody released it: then the field is an empty array."),
        ("subject-of-two-lines", put(0, "one\ntwo"), "U+000A", "A subject is one line."),
        ("subject-257-characters", put(0, "x" * 257), "at most 256", "One too many."),
        ("text-with-an-escape", put(1, "\x1b[2J"), "U+001B", "A terminal would obey it."),
        ("text-with-a-carriage-return", put(1, "one\r\ntwo"), "U+000D", "A line ends in U+000A."),
        ("text-that-turns-direction", put(1, "attack \u202enot"), "U+202E", "What follows would be read backwards."),
        ("text-with-a-line-separator", put(1, "one\u2028two"), "U+2028", "A line end in disguise."),
        ("text-not-utf-8", lone.replace(b"weapons", b"weap\xffns"), "not CBOR", "A byte that UTF-8 does not have."),
        ("text-60001-characters", put(1, "x" * 60_001), "at most 60000", "One too many."),
        ("language-empty", put(2, ""), "not a tag", "In which language?"),
        ("language-not-ascii", put(2, "рус"), "not a tag", "Tags are ASCII."),
        ("office-empty", put(3, [" "]), "empty name", "An office of no name."),
        ("offices-65", put(3, [f"O{n}" for n in range(65)]), "at most 64", "One too many."),
        ("reply-by-a-text", put(5, "tomorrow"), "whole number", "An instant in UTC, in ms."),
        ("in-reply-to-party-8", put(6, [8, GENERATION, 1]), "from 0 to 7", "Parties are 0 to 7."),
        ("in-reply-to-with-a-short-generation", put(6, [0, GENERATION[:-1], 1]), "not 12 bytes", "11 bytes."),
        ("attachment-named-by-a-path", put(7, [["../map.png", 1, "image/png", ROOT]]), "a path", "A name never leaves its folder."),
        ("attachment-named-dot-dot", put(7, [["..", 1, "image/png", ROOT]]), "a path", "The folder above."),
        ("attachment-too-large", put(7, [["map.png", 16_777_217, "image/png", ROOT]]), "16777216", "At most 16 MiB."),
        ("attachment-without-a-hash", put(7, [["map.png", 1, "image/png", b""]]), "not 32 bytes", "By which hash?"),
        ("attachments-17", put(7, [["map.png", 1, "image/png", ROOT]] * 17), "at most 16", "One too many."),
        ("released-by-five", put(8, ["A", "B", "C", "D", "E"]), "at most 4", "One too many."),
        ("trailing-byte", lone + b"\0", "one spelling", "A byte after the end."),
        ("text-in-pieces", _in_pieces(lone), "not CBOR", "A text of unsaid length."),
    ):  # fmt: skip
        book.refuse(f"record-message-{name}", "message-body", {"bytes": data}, "R-073 R-075 R-076", story, says)


def _in_pieces(message: bytes) -> bytes:
    """The language, a text of two bytes, as two texts of one in a text of unsaid length."""
    return message.replace(b"\x02\x62en", b"\x02\x7f\x61e\x61n\xff")


def _others(book: Book) -> None:
    read: Fields = ["Capt. B. Example", "DUTY OFFICER", "Read to the duty admiral."]
    book.accept("record-acknowledgement", "acknowledgement-body", {"bytes": cbor(read)}, "R-077", "A person opened it. It is not agreement.")
    for name, data, says, story in (
        ("by-nobody", cbor(["", *read[1:]]), "empty name", "Somebody read it."),
        ("role-of-two-lines", cbor([read[0], "one\ntwo", ""]), "U+000A", "A role is one line."),
        ("remark-too-long", cbor([*read[:2], "x" * 2001]), "at most 2000", "One too many."),
        ("field-lacks", cbor(read[:2]), "keys 0 to 2", "The remark may be empty, not absent."),
    ):
        book.refuse(f"record-acknowledgement-{name}", "acknowledgement-body", {"bytes": data}, "R-073 R-077", story, says)
    ahead: Fields = [[1, OTHER, 41], word("a leaf"), 43, ROOT]
    book.accept("record-held-ahead", "held-ahead-body", {"bytes": cbor(ahead)}, "R-226", "Entry 41 is held, under a root of 43.")
    for name, data, says, story in (
        ("below-its-root", cbor([*ahead[:2], 41, ROOT]), "before the one", "A root of 41 entries says nothing of entry 41."),
        ("of-party-8", cbor([[8, OTHER, 41], *ahead[1:]]), "from 0 to 7", "Parties are 0 to 7."),
        ("without-its-leaf", cbor([ahead[0], b"", *ahead[2:]]), "not 32 bytes", "Which entry?"),
        ("field-lacks", cbor(ahead[:3]), "keys 0 to 3", "Under which root?"),
        ("trailing-byte", cbor(ahead) + b"\0", "one spelling", "A byte after the end."),
    ):
        book.refuse(f"record-held-ahead-{name}", "held-ahead-body", {"bytes": data}, "R-073 R-226", story, says)
    _releases(book)
    opening: Fields = [word("a commitment"), [OTHER, 17, ROOT], word("a certificate's name"), "openline 0.1"]
    first = [opening[0], None, *opening[2:]]
    book.accept("record-opening", "opening-body", {"bytes": cbor(opening)}, "R-078", "A new life that names the one before.")
    book.accept("record-opening-of-the-first-life", "opening-body", {"bytes": cbor(first)}, "R-078", "Nothing was before it.")
    for name, data, says, story in (
        ("commitment-short", cbor([b"", *opening[1:]]), "not 32 bytes", "A commitment to what?"),
        ("previous-without-a-root", cbor([opening[0], [OTHER, 17], *opening[2:]]), "3 fields", "Generation, size and root."),
        ("previous-false", cbor([opening[0], False, *opening[2:]]), "3 fields", "Nothing is null here, not false."),
        ("station-short", cbor([*opening[:2], bytes(8), opening[3]]), "not 32 bytes", "The whole name of a certificate."),
        ("software-too-long", cbor([*opening[:3], "x" * 65]), "at most 64", "One too many."),
        ("bit-turned-in-its-map", flipped(cbor(opening), 0, 4), "", "An array is no map."),
        ("null-in-two-bytes", changed(cbor(first), cbor(first).index(b"\x01\xf6"), b"\x01\xf8"), "", "A simple value in two bytes."),
    ):  # fmt: skip
        book.refuse(f"record-opening-{name}", "opening-body", {"bytes": data}, "R-073 R-078", story, says)
    paused: Fields = [1, OTHER, 41, 600]
    book.accept("record-intake", "intake-body", {"bytes": cbor(paused)}, "R-182", "Party 1 writes more than 600 a minute; 41 entries of that log were held.")
    for name, data, says, story in (
        ("of-party-8", cbor([8, *paused[1:]]), "from 0 to 7", "Parties are 0 to 7."),
        ("short-generation", cbor([1, OTHER[:-1], 41, 600]), "not 12 bytes", "11 bytes."),
        ("size-below-zero", cbor([1, OTHER, -1, 600]), "whole number", "Nothing is less than nothing."),
        ("rate-of-nothing", cbor([1, OTHER, 41, 0]), "allows one at least", "No terms allow that."),
        ("rate-beyond-all-terms", cbor([1, OTHER, 41, 10_000_001]), "10000000", "No terms allow that either."),
        ("field-lacks", cbor(paused[:3]), "keys 0 to 3", "Beyond which rate?"),
        ("trailing-byte", cbor(paused) + b"\0", "one spelling", "A byte after the end."),
    ):
        book.refuse(f"record-intake-{name}", "intake-body", {"bytes": data}, "R-073 R-182", story, says)


def _releases(book: Book) -> None:
    people = [["Capt. B. Example", "drafter"], ["Col. C. Example", "releaser"]]
    two: Fields = [ROOT, people, 0, b""]
    over = {"kind": 1, "precedence": 3, "flags": 0, "body": cbor(two)}
    book.accept("record-release", "release-body", {"bytes": cbor(two)}, "R-300", "Two officers let a message go, by PIN and code.")
    book.accept("record-release-by-one", "release-body", {"bytes": cbor([ROOT, people[1:], 0, b""])}, "R-300", "One person was enough.")
    book.accept("record-release-by-a-key", "release-body", {"bytes": cbor([ROOT, people, 1, b"signed"])}, "R-300", "With a security key.")
    book.accept("record-release-beforehand", "release-body", {"bytes": cbor([ROOT, people[1:], 2, b"cleared"])}, "R-300", "Pre-cleared; what the evidence says is looked at with the message.")
    book.accept("record-release-digest", "release-digest", over, "R-301", "What a release is over.")
    for name, data, says, story in (
        ("by-nobody", cbor([ROOT, [], 0, b""]), "nobody", "Somebody let it go."),
        ("by-one-person-twice", cbor([ROOT, [people[0], people[0]], 0, b""]), "twice", "Two means two."),
        ("by-three", cbor([ROOT, [*people, ["D", "releaser"]], 0, b""]), "at most 2", "One too many."),
        ("by-an-empty-name", cbor([ROOT, [[" ", "releaser"]], 0, b""]), "empty name", "A person has a name."),
        ("role-lacks", cbor([ROOT, [["Col. C. Example"]], 0, b""]), "2 fields", "As what?"),
        ("digest-short", cbor([b"", people, 0, b""]), "not 32 bytes", "Over what?"),
        ("method-3", cbor([ROOT, people, 3, b"x"]), "from 0 to 2", "There are three ways."),
        ("beforehand-without-evidence", cbor([ROOT, people[1:], 2, b""]), "security key", "Of what was cleared, and by whom?"),
        ("pin-with-evidence", cbor([ROOT, people, 0, b"x"]), "security key", "A PIN leaves no evidence."),
        ("key-without-evidence", cbor([ROOT, people, 1, b""]), "security key", "A key's signature is the evidence."),
        ("trailing-byte", cbor(two) + b"\0", "one spelling", "A byte after the end."),
    ):  # fmt: skip
        book.refuse(f"record-release-{name}", "release-body", {"bytes": data}, "R-073 R-300", story, says)
