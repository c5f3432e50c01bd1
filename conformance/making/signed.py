"""Scenarios of signed statements under a line's roster: checkpoints, receipts, whole notes, exhibits."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

from typing import Any

from conformance.making.cupboard import KeptDraw, word
from conformance.making.parties import OPENED_AT_MS, WINDOW, Log, line, papers_of, side
from conformance.making.scenarios import Book, flipped
from openline.record import merkle, note
from openline.record.exhibit import NotAPrefixProof, TwoRoots, encode_exhibit
from openline.seal.certificate import certify, draw_station, revoke

AT_S = OPENED_AT_MS // 1000 + 5


def write(book: Book) -> None:
    """All of them."""
    _members(book)
    _claims(book)
    _receipts(book)
    _statements(book)
    _whole_notes(book)
    _two_roots(book)
    _not_a_prefix(book)


def _members(book: Book) -> None:
    opened = line(2)
    papers = papers_of(opened)
    renewed = certify(side(0).root, draw_station(KeptDraw("renewed")), opened.charter_nonce(0), WINDOW.not_before_ms + 1, WINDOW.not_after_ms, KeptDraw("renewed tls"))
    book.shared.add("line2.renewed.0", renewed.signed)
    first = opened.lines[0].certificates[0]
    revocation = book.shared.add("line2.revocation.0", revoke(side(0).root, first.digest, OPENED_AT_MS + 1, [], "lost").signed)
    stations = [[first.digest.hex(), False], [renewed.digest.hex(), False]]
    book.accept("record-members", "members", {"line": papers}, "R-096", "The charter's parties, one station each.", line_id=opened.line_id)
    more = papers | {"certificates": [*papers["certificates"], [0, renewed.signed]]}
    book.accept("record-members-after-a-renewal", "members", {"line": more}, "R-044 R-096", "Both certificates count: the old one signed what is recorded.",
                parties=[{"party_id": side(0).card.party_id.hex(), "name": "PARTY A", "stations": stations},
                         {"party_id": side(1).card.party_id.hex(), "name": "PARTY B", "stations": [[opened.lines[0].certificates[1].digest.hex(), False]]}])  # fmt: skip
    book.accept("record-members-after-a-revocation", "members", {"line": papers | {"revocations": [[0, revocation]]}}, "R-045 R-096", "The station stays on the roster, marked.")
    strange = line(3).lines[0].certificates[0].signed
    for name, changes, says, story in (
        ("certificate-of-another-line", {"certificates": [[0, strange]]}, "another line", "A's station on the line of three."),
        ("certificate-in-another-place", {"certificates": [[1, first.signed]]}, "another party", "A's certificate as B's."),
        ("certificate-of-a-party-not-there", {"certificates": [[2, first.signed]]}, "2 parties", "Party 2 of two."),
        ("revocation-by-another", {"revocations": [[1, revocation]]}, "another party", "A's revocation as B's."),
        ("charter-spoiled", {"charter": opened.charter[:-1]}, "not CBOR", "A byte lacks."),
    ):
        book.refuse(f"record-members-{name}", "members", {"line": papers | changes}, "R-042 R-096", story, says)


def _claims(book: Book) -> None:
    opened = line(2)
    log = Log(opened, 0)
    given = {"line": papers_of(opened), "log": list(log.log), "size": 1, "root": log.root(), "station": log.certificate.digest, "signature": log.sign()}
    book.accept("record-claim", "claim", given, "R-082 R-086", "The log's own station signed size and root.", station=log.certificate.digest)
    book.accept("record-claim-station-by-eight-bytes", "claim", given | {"station": log.certificate.digest[:8]}, "R-086", "On the wire a station is named by eight bytes.")
    other = opened.lines[0].certificates[1].digest
    for name, changes, story in (
        ("of-another-size", {"size": 2}, "Signed for one entry, claimed for two."),
        ("of-another-root", {"root": word("another root")}, "What came gives another root."),
        ("of-another-generation", {"log": [0, word("another life")[:12]]}, "Signed for one life, claimed for another."),
        ("by-a-receipt-key", {"signature": opened.secrets(0).receipt_signer().sign(log.text())}, "The same station, another purpose."),
        ("by-the-other-party", {"signature": opened.secrets(1).note_signer().sign(log.text())}, "B signs for A's log."),
        ("bit-turned", {"signature": flipped(log.sign(), 3)}, "One bit."),
        ("cosigned-not-signed", {"signature": opened.secrets(0).note_signer().sign(note.cosigned_text(log.text(), AT_S))}, "The text of a receipt, by the note key."),
    ):
        book.refuse(f"record-claim-{name}", "claim", given | changes, "R-082 R-086", story, "not by its station")
    for name, changes, says, story in (
        ("of-an-unknown-station", {"station": word("a station")}, "no station certificate", "Its certificate has not come yet."),
        ("of-a-station-of-the-other", {"station": other}, "no station certificate", "B's station is none of A's."),
        ("of-a-party-not-there", {"log": [2, log.log.generation]}, "not on this roster", "Our roster may be old."),
    ):
        book.wait(f"record-claim-{name}", "claim", given | changes, "R-086", story, says)


def _receipts(book: Book) -> None:
    opened = line(2)
    log = Log(opened, 0)
    given = {"line": papers_of(opened), "log": list(log.log), "witness": 1, "size": 1, "root": log.root(), "at_s": AT_S, "signature": log.cosign(1, AT_S)}
    book.accept("record-receipt", "receipt", given, "R-083 R-087", "B holds every header and body below size 1.", station=opened.lines[0].certificates[1].digest)
    key = opened.secrets(1)
    for name, changes, story in (
        ("at-another-second", {"at_s": AT_S + 1}, "The time is signed."),
        ("of-another-size", {"size": 2}, "Given for one entry, claimed for two."),
        ("of-another-root", {"root": word("another root")}, "Given for another history."),
        ("of-the-other-log", {"log": [1, log.log.generation], "witness": 0}, "Claimed for B's log, by A."),
        ("by-the-note-key", {"signature": key.note_signer().sign(note.cosigned_text(log.text(), AT_S))}, "A receipt has a key of its own."),
        ("signed-not-cosigned", {"signature": key.receipt_signer().sign(log.text())}, "The checkpoint alone, without the receipt's head."),
        ("with-a-time-in-milliseconds", {"signature": key.receipt_signer().sign(note.cosigned_text(log.text(), AT_S * 1000))}, "The text has seconds."),
        ("bit-turned", {"signature": flipped(log.cosign(1, AT_S), 33)}, "One bit."),
    ):
        book.refuse(f"record-receipt-{name}", "receipt", given | changes, "R-083 R-087", story, "not by any of its stations")
    own = opened.secrets(0).receipt_signer().sign(note.cosigned_text(log.text(), AT_S))
    book.refuse("record-receipt-of-ones-own-log", "receipt", given | {"witness": 0, "signature": own}, "R-087", "Nobody receipts what it wrote.", "says nothing")
    book.wait("record-receipt-of-a-party-not-there", "receipt", given | {"witness": 2}, "R-087", "Our roster may be old.", "not on this roster")


def _statements(book: Book) -> None:
    opened = line(2)
    log = Log(opened, 0)
    base = {"line": papers_of(opened), "log": list(log.log), "size": 1, "root": log.root()}
    ours = base | {"witness": 0, "at_s": 0, "signature": book.shared.add("pq.of-the-author", log.pq(0, 0))}
    theirs = base | {"witness": 1, "at_s": AT_S, "signature": book.shared.add("pq.of-the-witness", log.pq(1, AT_S))}
    book.accept("record-pq-of-the-author", "pq-statement", ours, "R-084 R-088", "The author, under the origin's name, at time 0.")
    book.accept("record-pq-of-a-witness", "pq-statement", theirs, "R-084 R-088", "A witness, under the name of its receipt key.")
    for name, given, changes, story in (
        ("of-the-author-with-a-time", ours, {"at_s": AT_S}, "An author states no time."),
        ("of-the-author-as-a-witness", ours, {"witness": 1}, "A's signature as B's."),
        ("of-a-witness-at-another-second", theirs, {"at_s": AT_S + 1}, "The time is signed."),
        ("of-a-witness-for-another-size", theirs, {"size": 2}, "The size is signed."),
        ("of-a-witness-as-the-author", theirs, {"witness": 0, "at_s": 0}, "B's signature as A's."),
        ("bit-turned", theirs, {"signature": flipped(theirs["signature"], 2_000)}, "One bit."),
    ):
        book.refuse(f"record-pq-{name}", "pq-statement", given | changes, "R-084 R-088", story, "not by its stations")


def _whole_notes(book: Book) -> None:
    opened = line(2)
    log = Log(opened, 0)
    given = {"line": papers_of(opened)}
    receipt = log.receipt(1, AT_S)
    book.accept("record-whole-note", "whole-note", given | {"bytes": log.note(None, receipt)}, "R-081 R-086", "The author's line counts, others are ignored.", size=1, root=log.root())
    ours = log.author()
    for name, data, says, story in (
        ("unsigned-by-its-author", note.format_note(log.text(), (receipt,)), "unsigned by its author", "A receipt alone is no checkpoint."),
        ("key-id-of-another-key", note.format_note(log.text(), (ours._replace(key_id=b"\1\2\3\4"),)), "unsigned by its author", "The line says that another key signed."),
        ("author-line-under-another-name", note.format_note(log.text(), (ours._replace(name=log.receipt_name(0)),)), "unsigned by its author", "Signed by the right key under another name."),
        ("signature-bit-turned", note.format_note(log.text(), (ours._replace(signature=flipped(ours.signature, 0)),)), "unsigned by its author", "One bit."),
        ("of-a-checkpoint-that-does-not-read", note.format_note(log.text().replace(b"\n1\n", b"\n01\n"), (ours,)), "plain decimal", "Size 01."),
    ):  # fmt: skip
        book.refuse(f"record-whole-note-{name}", "whole-note", given | {"bytes": data}, "R-081 R-086", story, says)
    strange, third = Log(line(3), 0), Log(line(3), 2)
    moved = third.origin.replace(line(3).line_id.hex(), opened.line_id.hex())
    text = note.checkpoint_text(moved, 1, third.root())
    unknown = note.format_note(text, (note.author_line(moved, third.signer.public, third.signer.sign(text)),))
    book.wait("record-whole-note-of-another-line", "whole-note", given | {"bytes": strange.note()}, "R-086", "A's log on the line of three.", "another line")
    book.wait("record-whole-note-of-a-party-not-there", "whole-note", given | {"bytes": unknown}, "R-086", "C is not on this roster.", "not on this roster")


def _fork() -> tuple[Log, Log]:
    """One log of A with two histories from entry 1 on."""
    logs = Log(line(2), 0), Log(line(2), 0)
    for log, words in zip(logs, (b"yes", b"no"), strict=True):
        log.write(words)
        log.write(b"and more")
    return logs


def _two_roots(book: Book) -> None:
    opened = line(2)
    one, other = _fork()
    given: dict[str, Any] = {"line": papers_of(opened), "station": None}
    data = encode_exhibit(TwoRoots(one.note(2), other.note(2)))
    book.shared.add("exhibit.two-roots", data)
    book.accept("record-exhibit-two-roots", "exhibit", given | {"bytes": data}, "R-090 R-091", "One size, two roots, one station: its writer signed two histories.", log=one.log, size=2)
    book.accept("record-exhibit-two-roots-of-a-known-station", "exhibit", given | {"bytes": data, "station": one.certificate.digest}, "R-091", "The log's opening names the station that signed both.")

    def exhibit(first: bytes, second: bytes) -> bytes:
        parts = sorted((first, second))
        return b"\1" + b"".join(len(part).to_bytes(4, "big") + part for part in parts)

    later = Log(opened, 0, 1)
    later.write(b"yes")
    forged = note.format_note(other.text(2), (other.author(2)._replace(signature=word("x") * 2),))
    parts = [one.note(2), other.note(2)]
    backwards = b"\1" + b"".join(len(part).to_bytes(4, "big") + part for part in sorted(parts, reverse=True))
    for name, bad, says, story in (
        ("of-one-history", exhibit(one.note(2), one.note(2, one.receipt(1, AT_S))), "not one size with two roots", "Twice the same root accuses nobody."),
        ("of-two-sizes", exhibit(one.note(2), one.note(3)), "not one size with two roots", "A log grows: this accuses nobody."),
        ("of-two-logs", exhibit(one.note(2), later.note(2)), "two logs", "Two lives of A accuse nobody."),
        ("with-a-forged-note", exhibit(one.note(2), forged), "unsigned by its author", "Anybody can write a second history."),
        ("of-one-note", data[:1] + data[1 : 5 + int.from_bytes(data[1:5], "big")], "not two notes", "One note proves nothing."),
        ("out-of-order", backwards, "ascending", "Notes ascend, so that one exhibit has one spelling."),
        ("of-unknown-kind", b"\3" + data[1:], "unknown kind", "There are two kinds, and nothing else accuses."),
        ("cut-off", data[:-1], "cut off or too long", "A byte lacks."),
        ("empty", b"", "unknown kind", "No bytes."),
    ):  # fmt: skip
        book.refuse(f"record-exhibit-{name}", "exhibit", given | {"bytes": bad}, "R-090 R-091", story, says)
    revocation = book.shared.named["line2.revocation.0"]
    book.wait("record-exhibit-under-a-revoked-key", "exhibit", {"line": papers_of(opened, ((0, revocation),)), "station": None, "bytes": data},
              "R-092", "Whoever took the key may have signed it.", "revoked key")  # fmt: skip
    renewed = opened.lines[0].certificates[1].digest
    book.wait("record-exhibit-by-another-station-than-the-logs", "exhibit", given | {"bytes": data, "station": renewed}, "R-091",
              "The log's opening names another station than the one that signed.", "log's own station")  # fmt: skip
    book.wait("record-exhibit-of-another-line", "exhibit", {"line": papers_of(line(3)), "station": None, "bytes": data}, "R-091", "Not our line.", "another line")


def _not_a_prefix(book: Book) -> None:
    opened = line(2)
    one, other = _fork()
    given: dict[str, Any] = {"line": papers_of(opened), "station": None}
    proof = tuple(merkle.consistency_proof(2, 3, lambda _, first, count: other.leaves[first : first + count]))
    data = encode_exhibit(NotAPrefixProof(one.note(2), other.note(3), merkle.root_of(other.leaves[:2]), proof))
    book.shared.add("exhibit.not-a-prefix", data)
    book.accept("record-exhibit-not-a-prefix", "exhibit", given | {"bytes": data}, "R-071 R-090 R-091", "Two entries signed, and three that do not begin with them.", log=one.log, size=2)

    def exhibit(*parts: bytes) -> bytes:
        return b"\2" + b"".join(len(part).to_bytes(4, "big") + part for part in parts)

    root = merkle.root_of(other.leaves[:2])
    proof = merkle.consistency_proof(2, 3, lambda level, first, count: other.leaves[first : first + count])
    honest = merkle.consistency_proof(2, 3, lambda level, first, count: one.leaves[first : first + count])
    for name, bad, says, story in (
        ("that-is-a-prefix", exhibit(one.note(2), one.note(3), one.root(2), *honest), "agree", "Both notes agree: a log that grows."),
        ("with-another-root", exhibit(one.note(2), other.note(3), word("a root"), *proof), "does not lead", "Any root differs: the proof must lead from it."),
        ("proof-cut", exhibit(one.note(2), other.note(3), root), "does not lead", "No proof at all."),
        ("proof-too-long", exhibit(one.note(2), other.note(3), root, *proof, word("x")), "does not lead", "A hash too many."),
        ("larger-note-first", exhibit(other.note(3), one.note(2), root, *proof), "not the smaller one", "The smaller note comes first."),
        ("hash-of-31-bytes", exhibit(one.note(2), other.note(3), root, proof[0][:-1]), "hashes of 32 bytes", "A byte lacks."),
    ):  # fmt: skip
        book.refuse(f"record-exhibit-not-a-prefix-{name}", "exhibit", given | {"bytes": bad}, "R-090 R-091", story, says)

