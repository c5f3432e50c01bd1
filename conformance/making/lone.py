"""The scenarios of PROTOCOL's example: one lone message from A to B, from its words to the exported record."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

from typing import Final

from conformance.making.custody import commit_of, opening_of, receiver, spelled
from conformance.making.exports import entry, noted, papers, start
from conformance.making.exports import spelled as export_of
from conformance.making.parties import OPENED_AT_MS, Log, line, papers_of
from conformance.making.scenarios import Book
from conformance.making.sealing import ceremony_root, sealed
from openline.record.body import Message, encode_message
from openline.record.entry import IMMEDIATE, Receipted, salt_for
from openline.record.evidence import export
from openline.seal import epochs
from openline.seal.charter import SUITE
from openline.seal.epochs import Way
from openline.wire.frame import encode_frame
from openline.wire.items import AfterSlot, LogRef, Receipt

WRITTEN_AT_MS: Final = OPENED_AT_MS + 16_234_567
HELD_AT_S: Final = (WRITTEN_AT_MS + 400) // 1000
MESSAGE: Final = Message(
    "Transport aircraft in distress",
    "Ours, one engine out, 3 nm west of the line, descending.\nIt carries no weapons. Do not intercept.",
    "en",
    ("PARTY B DUTY OFFICER",),
    (),
    WRITTEN_AT_MS + 600_000,
    None,
    (),
    ("Capt. A. Example",),
)


def write(book: Book) -> None:
    """All of them, in the order of the example."""
    opened = line(2)
    a, b = Log(opened, 0), Log(opened, 1)
    body = encode_message(MESSAGE)
    a.write(body, held=[b.held(1)], receipted=[Receipted(1, 1)], at_ms=WRITTEN_AT_MS, precedence=IMMEDIATE)
    book.accept("example-1-body", "message-body", {"bytes": body}, "R-076", "The words, as A's officer wrote them.", subject=MESSAGE.subject)
    salt = salt_for(a.secret, 1)
    book.accept("example-2-digest", "body-digest", {"log_secret": a.secret, "index": 1, "body": body}, "R-074", "Its salt and digest.", salt=salt, digest=a.parsed[1].digest)
    book.accept("example-3-header", "entry-header", {"bytes": a.headers[1]}, "R-070 R-072", "The header, and the leaf.", header=a.parsed[1], leaf=a.leaves[1])
    book.accept("example-4-tree", "tree", {"leaves": a.leaves}, "R-070", "The root over the log's two entries.", root=a.root())
    claim = {"line": papers_of(opened), "log": list(a.log), "size": 2, "root": a.root()}
    book.accept("example-5-checkpoint", "claim", claim | {"station": a.certificate.digest, "signature": a.sign()}, "R-082 R-086", "A's station signs the checkpoint.")
    _carried(book, a, b)
    receipt = a.cosign(1, HELD_AT_S)
    book.accept("example-9-receipt", "receipt", claim | {"witness": 1, "at_s": HELD_AT_S, "signature": receipt}, "R-083 R-087", "B's station countersigns it: its receipt.")
    note = a.note(2, a.receipt(1, HELD_AT_S))
    book.accept("example-10-note", "whole-note", {"line": papers_of(opened), "bytes": note}, "R-082 R-083 R-085", "Checkpoint and receipt as a signed note.", size=2, root=a.root())
    _answered(book, a, b, receipt)
    items: list[export.Item] = [*papers(opened), start(a), entry(a, 0), noted(a, 1, a.receipt(1, OPENED_AT_MS // 1000 + 2, 1)), entry(a, 1),
                                noted(a, 2, a.receipt(1, HELD_AT_S)), start(b), entry(b, 0), noted(b, 1)]  # fmt: skip
    book.accept("example-12-export", "export", {"bytes": export_of(items)}, "R-170 R-173 R-174", "The exported record.", missing=[], doubts=[])


def _carried(book: Book, a: Log, b: Log) -> None:
    short = (AfterSlot(1, b.log.generation[-2:], 1, b"", 1),)
    payload = spelled(commit_of(a, [short], 1))
    body = sealed(ceremony_root(), a.log.generation[-4:], 7, payload)
    way = {"line_id": a.opened.line_id, "suite": SUITE, "sender": 0, "receiver": 1}
    book.accept("example-6-frame", "stream", {"bytes": encode_frame(body)}, "R-001", "The frame as it travels.", bodies=[body])
    book.accept("example-7-sealed", "sealed-frame", way | {"held": [[0, ceremony_root()]], "body": body}, "R-049", "Opened by B.", payload=payload, counter=7)
    book.accept("example-7-payload", "payload", {"payload": payload, "opened_at_ms": OPENED_AT_MS}, "R-013 R-014 R-015", "One commit.")
    before = spelled(opening_of(a), commit_of(a, [()]))
    given = receiver(a.opened, b, a, [before, payload])
    given["now_ms"] = HELD_AT_S * 1000
    book.accept("example-8-held", "custody", given, "R-120 R-123", "B rebuilds the header, recomputes the root and holds the entry.")


def _answered(book: Book, a: Log, b: Log, receipt: bytes) -> None:
    item = Receipt(LogRef(0, a.log.generation[-2:]), None, 2, HELD_AT_S, receipt)
    root = epochs.root_zero(a.opened.lines[0].ceremony_secret, Way(a.opened.line_id, SUITE, 1, 0))
    body = sealed(root, b.log.generation[-4:], 4, spelled(item))
    book.accept("example-11-receipt-frame", "stream", {"bytes": encode_frame(body)}, "R-001", "The receipt's frame.", bodies=[body])
    book.accept("example-11-receipt-payload", "payload", {"payload": spelled(item), "opened_at_ms": OPENED_AT_MS}, "R-012", "One receipt.", items=[item])
