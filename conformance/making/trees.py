"""Scenarios of trees and proofs, notes and checkpoints as bytes, intervals, and entries that crossed."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

import base64
from hashlib import sha256
from typing import Any

from conformance.making.cupboard import word
from conformance.making.entries import GENERATION, OTHER, cbor
from conformance.making.parties import OPENED_AT_MS, Log, line
from conformance.making.scenarios import Book
from openline.record import merkle
from openline.record.note import parse_note


def write(book: Book) -> None:
    """All of them."""
    _trees(book)
    _inclusion(book)
    _consistency(book)
    _notes(book)
    _checkpoints(book)
    _intervals(book)
    _crossed(book)


# The leaves and roots that implementations of RFC 6962 and 9162 have tested with for years.
INPUTS = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")]
LEAVES = [sha256(b"\0" + one).digest() for one in INPUTS]
ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def _lookup(level: int, first: int, count: int) -> list[bytes]:
    assert level == 0
    return LEAVES[first : first + count]


def _trees(book: Book) -> None:
    book.accept("record-tree-of-nothing", "tree", {"leaves": []}, "R-070", "SHA-256 of nothing.", root=sha256(b"").digest())
    for count, root in ROOTS.items():
        book.accept(f"record-tree-of-{count}", "tree", {"leaves": LEAVES[:count]}, "R-070", "The published roots of RFC 6962's inputs.", root=bytes.fromhex(root))


def _inclusion(book: Book) -> None:
    def given(index: int, size: int) -> dict[str, Any]:
        proof = merkle.inclusion_proof(index, size, _lookup)
        return {"leaf": LEAVES[index], "index": index, "size": size, "proof": proof, "root": merkle.root_of(LEAVES[:size])}

    for index, size in ((0, 1), (0, 8), (5, 8), (2, 7), (6, 7)):
        book.accept(f"record-inclusion-{index}-of-{size}", "inclusion", given(index, size), "R-071", f"Entry {index} of {size}.")
    whole = given(5, 8)
    proof = whole["proof"]
    for name, changes, story in (
        ("another-leaf", {"leaf": LEAVES[4]}, "Entry 4 in the place of entry 5."),
        ("another-index", {"index": 4}, "Entry 5 as entry 4."),
        ("another-root", {"root": merkle.root_of(LEAVES[:7])}, "The root of 7 entries."),
        ("hash-lacks", {"proof": proof[:-1]}, "Too few hashes."),
        ("hash-too-many", {"proof": [*proof, word("x")]}, "Too many hashes."),
        ("hashes-exchanged", {"proof": [proof[1], proof[0], proof[2]]}, "Right hashes, wrong order."),
        ("index-beyond-the-size", {"index": 8}, "Entry 8 of 8."),
        ("of-a-size-without-entries", {"size": 0, "index": 0, "proof": []}, "Nothing is in an empty log."),
    ):
        book.refuse(f"record-inclusion-{name}", "inclusion", whole | changes, "R-071", story, "does not lead")


def _consistency(book: Book) -> None:
    def given(old: int, size: int) -> dict[str, Any]:
        proof = merkle.consistency_proof(old, size, _lookup)
        return {"old": old, "size": size, "old_root": merkle.root_of(LEAVES[:old]), "root": merkle.root_of(LEAVES[:size]), "proof": proof}

    for old, size in ((1, 8), (4, 8), (3, 7), (6, 8), (8, 8)):
        book.accept(f"record-consistency-{old}-to-{size}", "consistency", given(old, size), "R-071", f"{size} entries begin with those {old}.")
    whole = given(6, 8)
    for name, changes, story in (
        ("another-old-root", {"old_root": ROOTS[3]}, "The root of 3 entries as that of 6."),
        ("another-root", {"root": merkle.root_of(LEAVES[:7])}, "The root of 7 entries as that of 8."),
        ("hash-lacks", {"proof": whole["proof"][:-1]}, "Too few hashes."),
        ("hash-too-many", {"proof": [*whole["proof"], word("x")]}, "Too many hashes."),
        ("backwards", {"old": 8, "size": 6, "old_root": whole["root"], "root": whole["old_root"]}, "A log does not shrink."),
        ("hashes-where-none-are-needed", {"old": 8, "old_root": whole["root"]}, "One size needs no proof: a hash is one too many."),
    ):
        changes = {key: bytes.fromhex(value) if isinstance(value, str) else value for key, value in changes.items()}
        book.refuse(f"record-consistency-{name}", "consistency", whole | changes, "R-071", story, "does not lead")


def _notes(book: Book) -> None:
    log = Log(line(2), 0)
    note = book.shared.add("note.of-a", log.note(None, log.receipt(1, OPENED_AT_MS // 1000 + 5)))
    lines = parse_note(note).signatures
    text = log.text()
    book.accept("record-note", "note", {"bytes": note}, "R-085", "Text, an empty line, two signature lines.", text=text, signatures=lines)
    signed = note.removeprefix(text + b"\n")
    first, _, _ = signed.partition(b"\n")
    for name, data, says, story in (
        ("without-signatures", text + b"\n", "whole signature lines", "Nobody signed it."),
        ("without-an-empty-line", text + signed, "empty line", "Where does the text end?"),
        ("without-a-text", b"\n\n" + signed, "no text", "What was signed?"),
        ("last-newline-lacks", note[:-1], "whole signature lines", "The last line is not whole."),
        ("hyphen-for-dash", note.replace("— ".encode(), b"- ", 1), "em dash", "A hyphen where U+2014 should be."),
        ("name-with-a-plus", text + b"\n" + first.replace(b"openline/", b"open+line/", 1) + b"\n", "key name", "A + ends names in verifier keys."),
        ("two-spaces", text + b"\n" + first.replace(b"/" + log.log.generation.hex().encode() + b" ", b"/" + log.log.generation.hex().encode() + b"  ") + b"\n", "base64", "One space between name and signature."),
        ("base64-without-padding", text + b"\n" + first.rstrip(b"=") + b"\n", "base64", "The = is gone."),
        ("base64-with-spare-bits", text + b"\n" + _spare_bits(first) + b"\n", "base64", "Bits beyond the last byte are not zero."),
        ("four-bytes-of-signature-line", text + b"\n" + first.rpartition(b" ")[0] + b" " + base64.b64encode(bytes(4)) + b"\n", "key id and a signature", "A key id alone."),
        ("seventeen-signatures", text + b"\n" + (first + b"\n") * 17, "1 to 16", "One line too many."),
        ("with-a-tab", note.replace(b"openline", b"open\tline", 1), "control character", "No control characters but newline."),
        ("with-a-carriage-return", note.replace(b"\n", b"\r\n", 1), "control character", "Lines end in newline alone."),
        ("not-utf-8", note.replace(b"openline", b"open\xffine", 1), "UTF-8", "A byte that UTF-8 does not have."),
        ("too-long", note + b"x" * 65_536, "at most 65536", "Bounded before it is looked into."),
        ("words-after-the-signatures", note + b"and more\n", "em dash", "Only signature lines follow."),
    ):  # fmt: skip
        book.refuse(f"record-note-{name}", "note", {"bytes": data}, "R-085", story, says)


def _spare_bits(line_bytes: bytes) -> bytes:
    """The last base64 character before the padding with a bit that says nothing."""
    body = line_bytes.rstrip(b"=")
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return body[:-1] + bytes((alphabet[alphabet.index(body[-1]) ^ 1],)) + line_bytes[len(body) :]


def _checkpoints(book: Book) -> None:
    log = Log(line(2), 0)
    text = log.text()
    origin, size, root, _ = text.split(b"\n")
    book.accept("record-checkpoint", "checkpoint", {"text": text}, "R-080 R-082", "Origin, size, root.", size=1, root=log.root())
    for name, data, rules, says, story in (
        ("size-with-a-leading-zero", [origin, b"01", root], "R-082", "plain decimal", "01 is a second spelling of 1."),
        ("size-with-a-sign", [origin, b"+1", root], "R-082", "plain decimal", "+1 is another."),
        ("size-negative", [origin, b"-1", root], "R-082", "plain decimal", "Less than nothing."),
        ("size-empty", [origin, b"", root], "R-082", "plain decimal", "How many?"),
        ("size-with-an-underscore", [origin, b"1_0", root], "R-082", "plain decimal", "Some languages read 10."),
        ("size-in-other-digits", [origin, "١".encode(), root], "R-082", "plain decimal", "Arabic-Indic one: not ASCII."),
        ("size-beyond-the-longest-log", [origin, b"1099511627777", root], "R-082", "more than", "2^40 and one."),
        ("root-of-31-bytes", [origin, size, base64.b64encode(bytes(31))], "R-082", "32-byte root", "A byte lacks."),
        ("root-without-padding", [origin, size, root.rstrip(b"=")], "R-082", "base64", "The = is gone."),
        ("root-in-hexadecimal", [origin, size, log.root().hex().encode()], "R-082", "32-byte root", "64 digits are base64 of 48 bytes."),
        ("with-an-extension-line", [origin, size, root, b"and more"], "R-082", "three lines", "No extension lines on a line."),
        ("last-newline-lacks", None, "R-082", "three lines", "Each line has its newline."),
        ("origin-in-capitals", [origin.replace(b"openline", b"OPENLINE"), size, root], "R-080", "is not openline/", "Another word."),
        ("origin-hexadecimal-in-capitals", [origin.upper().replace(b"OPENLINE", b"openline"), size, root], "R-080", "is not openline/", "Capitals are a second spelling."),
        ("origin-party-cut-short", [origin.replace(log.origin.split("/")[2].encode(), log.origin.split("/")[2][:-2].encode()), size, root], "R-080", "is not openline/", "31 bytes of party id."),
        ("origin-with-a-slash-more", [origin + b"/", size, root], "R-080", "is not openline/", "A fifth part."),
    ):  # fmt: skip
        whole = text[:-1] if data is None else b"\n".join([*data, b""])
        book.refuse(f"record-checkpoint-{name}", "checkpoint", {"text": whole}, rules, story, says)


def _intervals(book: Book) -> None:
    at_s = OPENED_AT_MS // 1000
    at_ms = at_s * 1000
    for name, arrived, below, above, expected, story in (
        ("plain", at_ms + 900, at_ms - 2_000, at_ms + 5_000, (at_ms, at_ms + 900, False), "Stated, and here within the second."),
        ("nothing-bounds-it", None, None, None, (at_ms, None, False), "The stated second, and no later bound."),
        ("named-before-it-arrived", at_ms + 9_000, None, at_ms + 4_000, (at_ms, at_ms + 4_000, False), "Its giver wrote that it held this before the receipt came."),
        ("stated-too-early", at_ms + 9_000, at_ms + 6_001, None, (at_ms + 6_001, at_ms + 9_000, True), "It covers an entry that was written later than it says, by more than clocks may differ."),
        ("stated-a-little-early", at_ms + 9_000, at_ms + 5_999, None, (at_ms, at_ms + 9_000, False), "By as much as two honest clocks may differ."),
        ("stated-too-late", at_ms - 5_001, None, None, (at_ms - 5_001, at_ms - 5_001, True), "It was here before the time it states."),
        ("bounds-cross", at_ms - 4_000, at_ms + 2_000, None, (at_ms - 4_000, at_ms - 4_000, True), "Here before what it covers was written."),
    ):
        given = {"at_s": at_s, "arrived_at_ms": arrived, "not_before_ms": below, "not_after_ms": above}
        earliest, latest, disputed = expected
        book.accept(f"record-interval-{name}", "interval", given, "R-094", story, earliest_ms=earliest, latest_ms=latest, disputed=disputed)


def _crossed(book: Book) -> None:
    def side(party: int, generation: bytes, index: int, held: list[Any]) -> dict[str, Any]:
        header = cbor([index, OPENED_AT_MS, 1, 0, 0, held, [], [], word("a digest")])
        return {"party": party, "generation": generation, "header": header}

    root = word("a root")
    a = side(0, GENERATION, 4, [[1, OTHER, 3, root]])
    for name, held, crossed, story in (
        ("neither-knew", [[0, GENERATION, 4, root]], True, "A's entry 4 is the fifth: B held four, A held three of B's."),
        ("the-second-knew", [[0, GENERATION, 5, root]], False, "B held A's entry 4 when writing."),
        ("the-second-knew-a-later-life", [[0, OTHER, 0, root]], False, "Holding a later generation of A counts as holding all earlier ones."),
        ("nothing-held", [], True, "B held nothing of A."),
    ):
        book.accept(f"record-crossed-{name}", "crossed", {"first": a, "second": side(1, OTHER, 3, held)}, "R-095", story, crossed=crossed)
    known = side(1, OTHER, 2, [])
    book.accept("record-crossed-the-first-knew", "crossed", {"first": a, "second": known}, "R-095", "A held B's entry 2.", crossed=False)
