"""Scenarios of payloads: every kind of item taken, and refused in several ways."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from conformance.making.cupboard import word
from conformance.making.parties import OPENED_AT_MS
from conformance.making.scenarios import Book
from openline.limits import COMMIT_ENTRIES_MAX
from openline.wire import items
from openline.wire.items import AfterSlot, HailLog, HailReceipt, Lack, LogRef, Ref, Run, WireEntry, encode_items
from openline.wire.varint import put_varint

GENERATION: Final = bytes.fromhex("019c2c3a6a8c") + word("a generation")[:6]
OTHER: Final = bytes.fromhex("019c2c3a6a8d") + word("another generation")[:6]
SIGNATURE: Final = word("half a signature") + word("the other half")
PQ_SIGNATURE: Final = (word("part of a long signature") * 76)[:2420]
ROOT: Final = word("a root")
OTHERS: Final = word("another root")
NOW: Final = LogRef(0, b"")
SHORT: Final = LogRef(1, GENERATION[-2:])
FULL: Final = LogRef(2, GENERATION)
ENTRY: Final = WireEntry(1, 2, OPENED_AT_MS + 1_000, (), 0, b"Held, I hope.")
REFERRING: Final = WireEntry(2, 7, OPENED_AT_MS + 2**40 - 1, (Ref(1, OTHER, 41), Ref(0, GENERATION, 0)), 1, b"\x03\x00")
NOTHING: Final = Run(1, ())
AFTER: Final = (
    AfterSlot(0, b"", 0, b"", 7),
    AfterSlot(1, OTHER[-2:], 300, b"", 6),
    AfterSlot(2, OTHER, 0, ROOT, 0),
    AfterSlot(3, GENERATION, 2**40, ROOT, 9),
    AfterSlot(4, GENERATION[-2:], 2**40, b"", 8),
)


def given(payload: bytes) -> dict[str, object]:
    """What the door takes."""
    return {"payload": payload, "opened_at_ms": OPENED_AT_MS}


def write(book: Book) -> None:
    """All of them."""
    _taken(book)
    _frame_of_items(book)
    _hails(book)
    _gaps(book)
    _entries(book)
    _statements(book)
    _overtaking(book)
    _carried(book)


def _taken(book: Book) -> None:
    log = HailLog(0, GENERATION, 20_852_163, ROOT[:8])
    hail = items.Hail(OPENED_AT_MS + 5_000, word("nonce")[:8], word("echo")[:8], 3, (log, log._replace(party=1)),
                      (HailReceipt(1, 20_852_160), HailReceipt(2, 1)), (Lack(1, OTHER, 17),), 1_250)  # fmt: skip
    short = items.ShortHail(OPENED_AT_MS + 5_000, word("nonce")[:8], word("echo")[:8], 700_000, 3, ROOT[:4])
    grant = items.Grant(5, word("a grant") * 3, b"")
    rows: Sequence[tuple[str, items.Item, str, str]] = (
        ("hail", hail, "R-016", "Two logs held, two receipts, one log that is lacking from entry 17 on."),
        ("hail-of-nothing", items.Hail(0, bytes(8), bytes(8), 0, (), (), ()), "R-016", "Here I am, and hold nothing."),
        ("short-hail", short, "R-231", "Here I am, and as far as I know you hold all that I hold."),
        ("opening", items.Opening(1, GENERATION, word("a log secret"), ROOT[:8]), "R-010", "The secret of a log."),
        ("entries", items.Entries(FULL, 300, (NOTHING,), (ENTRY,)), "R-012 R-013 R-014", "One entry, log named in full."),
        ("entries-in-two-runs", items.Entries(SHORT, 9, (Run(2, AFTER), NOTHING), (ENTRY, REFERRING, ENTRY)),
         "R-013 R-014 R-015", "Every form of an `after`; references, codec, all bits; the latest time of all."),
        ("commit", items.Commit(NOW, 0, (NOTHING,), (ENTRY,), SIGNATURE), "R-012 R-013",
         "An entry under a signature; the log is the sender's own of now."),
        ("checkpoint", items.Checkpoint(SHORT, 12, SIGNATURE), "R-012", "A signature over entries that came before."),
        ("receipt", items.Receipt(SHORT, None, 99_999, 1_770_282_001, SIGNATURE), "R-006 R-012", "The sender's receipt."),
        ("receipt-of-another", items.Receipt(SHORT, 2, 99_999, 1_770_282_001, SIGNATURE), "R-012",
         "A receipt of party 2, passed on."),
        ("note", items.Note("a note\n\n— its author c2ln\n".encode()), "R-010", "A whole note; its form is another door's."),
        ("differs", items.Differs(FULL, 4, ROOT, 1), "R-012", "At size 4 the sender of this has another root."),
        ("fragment", items.Fragment(ROOT[:8], 0, 100, b"the first bytes"), "R-017", "Part of a longer item."),
        ("gaps", items.Gaps(ROOT[:8], 9_000, ((0, 400), (800, 1_200), (8_999, 9_000))), "R-211",
         "Of a whole of 9,000 bytes three stretches did not come."),
        ("gaps-all-of-it", items.Gaps(ROOT[:8], 5, ((0, 5),)), "R-211", "It has a name for it, and nothing."),
        ("blob-ask", items.BlobAsk(word("a file"), 65_536), "R-010", "Send me this attachment from there on."),
        ("blob-chunk", items.BlobChunk(word("a file"), 0, 11, b"hello world"), "R-010", "A whole small attachment."),
        ("grant", grant, "R-010", "A grant without a next key; what is sealed in it is another door's."),
        ("offer", items.Grant(0, SIGNATURE, (ROOT * 38)), "R-010", "A one-time key of 1216 bytes."),
        ("pq-checkpoint", items.PqCheckpoint(FULL, 7, PQ_SIGNATURE), "R-012", "Like a checkpoint, by ML-DSA-44."),
        ("pq-receipt", items.PqReceipt(FULL, None, 7, 1_770_282_001, PQ_SIGNATURE), "R-019", "255 for the sender."),
        ("pq-receipt-of-another", items.PqReceipt(FULL, 1, 7, 1_770_282_001, PQ_SIGNATURE), "R-019", "Of party 1."),
        ("roster-entry", items.RosterEntry(b"a certificate's bytes"), "R-010", "A station certificate, unread as yet."),
        ("overtaking", items.Overtaking(NOW, 9, AFTER, REFERRING, 10, SIGNATURE, 8, (ROOT,)), "R-220",
         "Entry 9 goes before entry 8, whose leaf is beside it."),
        ("overtaking-needing-nothing", items.Overtaking(FULL, 6, (), ENTRY, 9, SIGNATURE, 0, (ROOT, OTHERS, ROOT, OTHERS)),
         "R-220", "Entries 0 to 3 and 4 to 5 before entry 6; 7 alone, and 8, behind it."),
        ("overtaking-nothing", items.Overtaking(SHORT, 0, (), ENTRY, 1, SIGNATURE, 0, ()), "R-220",
         "The first entry of a log, alone: no hashes."),
    )  # fmt: skip
    for name, item, rules, story in rows:
        book.accept(f"wire-item-{name}", "payload", given(encode_items([item], OPENED_AT_MS)), rules, story, items=[item])


def _frame_of_items(book: Book) -> None:
    receipt = items.Receipt(SHORT, None, 1, 1, SIGNATURE)
    one = encode_items([receipt], OPENED_AT_MS)
    book.accept("wire-payload-of-nothing", "payload", given(b""), "R-010", "No items: only a proof of the key.", items=[])
    book.accept("wire-payload-padded", "payload", given(one + bytes(13)), "R-010",
                "From type 0 to the end all zero.", items=[receipt])  # fmt: skip
    book.accept("wire-payload-all-padding", "payload", given(bytes(64)), "R-010", "Padding alone.", items=[])
    book.accept("wire-payload-of-two-items", "payload", given(one + one), "R-010", "Items follow without a gap.",
                items=[receipt, receipt])  # fmt: skip
    for name, payload, says, rules, story in (
        ("unknown-kind-96", one + b"\x60" + bytes(4), "unknown kind 96", "R-011",
         "The item before it is not used either."),
        ("unknown-kind-255", b"\xff", "unknown kind 255", "R-011", "No such kind."),
        ("padding-not-zero", one + bytes(5) + b"\x01", "padding", "R-010", "A bit in the padding is a second spelling."),
        ("an-item-after-padding", b"\0" + one, "padding", "R-010", "Nothing follows padding."),
        ("cut-off-within-an-item", one[:-1], "needs 64 bytes, 63 are left", "R-011", "One byte of the signature lacks."),
        ("a-kind-and-no-fields", one + b"\x05", "needs 1 bytes, 0 are left", "R-011", "A type byte at the very end."),
    ):  # fmt: skip
        book.refuse(f"wire-payload-{name}", "payload", given(payload), rules, story, says)


def _gaps(book: Book) -> None:
    head = b"\x13" + ROOT[:8] + put_varint(9_000)
    for name, payload, says, story in (
        ("of-nothing", head + b"\x00", "no gaps", "Then it is not said."),
        ("of-no-bytes", head + b"\x01\x05\x00", "no bytes", "An empty stretch."),
        ("side-by-side", head + b"\x02\x05\x05\x00\x05", "beside another", "Two stretches that are one."),
        ("beyond-the-whole", head + b"\x01" + put_varint(8_999) + b"\x02", "of a whole of 9000", "One byte too far."),
        ("too-many", head + b"\x31" + b"\x01\x01" * 49, "more than 48", "What lies behind is told as one."),
        ("cut-off", head + b"\x02\x05\x05\x01", "cut off", "The length of the second lacks."),
    ):
        book.refuse(f"wire-gaps-{name}", "payload", given(payload), "R-011 R-211", story, says)


def _hails(book: Book) -> None:
    log = b"\x00" + GENERATION + b"\x01" + ROOT[:8]
    head = b"\x01" + bytes(6) + bytes(8) + bytes(8) + b"\x00" + b"\x00"
    none = b"\x00"
    second = b"\x01" + log[1:]
    for name, payload, says, story in (
        ("logs-out-of-order", head + b"\x02" + second + log + none * 2, "do not ascend", "Party 1 before party 0."),
        ("a-log-twice", head + b"\x02" + log + log + none * 2, "do not ascend", "One log in two rows."),
        ("receipts-out-of-order", head + none + b"\x02\x01\x05\x00\x05" + none, "do not ascend", "Party 1 before 0."),
        ("a-receipt-twice", head + none + b"\x02\x01\x05\x01\x06" + none, "do not ascend", "Two receipts of one party."),
        ("nine-receipts", head + none + b"\x09" + bytes(18) + none, "more than 8", "A line has eight parties at most."),
        ("lacks-out-of-order", head + none * 2 + b"\x02" + b"\x01" + GENERATION + none + b"\x00" + GENERATION + none,
         "do not ascend", "Party 1 before party 0."),
        ("party-8", head + b"\x01\x08" + log[1:] + none * 2, "party 8", "Parties are 0 to 7."),
        ("more-logs-than-may-be", head + put_varint(1025), "more than 1024", "Refused before any of them is read."),
        ("epoch-badly-spelled", head[:-1] + b"\x80\x00" + none * 3, "shortest", "Epoch 0 in two bytes."),
        ("size-beyond-the-longest-log", head + b"\x01\x00" + GENERATION + put_varint(2**40 + 1), "more than 10995",
         "A log has at most 2^40 entries."),
        ("cut-off", head + b"\x01" + log, "cut off", "Receipts and lacks are missing."),
        ("wait-badly-spelled", head[:-2] + b"\x80\x00" + none * 4, "shortest", "No wait, in two bytes."),
    ):  # fmt: skip
        book.refuse(f"wire-hail-{name}", "payload", given(payload), "R-011 R-016", story, says)
    short = b"\x12" + bytes(6) + bytes(8) + bytes(8) + b"\x00\x00" + ROOT[:3]
    book.refuse("wire-short-hail-cut-off", "payload", given(short), "R-011 R-231", "Three bytes of the level.", "level needs 4")


def _entries(book: Book) -> None:
    head = b"\x03" + b"\x22" + GENERATION + b"\x00"  # log in full, first 0
    run = b"\x01\x01\x00"  # one run of one entry, nothing held
    start = b"\x01\x00" + bytes(5)
    cut = encode_items([items.Entries(FULL, 0, (NOTHING,), (ENTRY,))], OPENED_AT_MS)
    slots = head + b"\x01\x01"
    for name, payload, rules, says, story in (
        ("log-of-unknown-form", b"\x03\x32" + cut[2:], "R-012", "no known kind or party", "Kinds are 0, 1 and 2."),
        ("log-of-party-8", b"\x03\x28" + cut[2:], "R-012", "no known kind or party", "Parties are 0 to 7."),
        ("no-runs", head + b"\x00", "R-013", "0 entries", "An item of no entries says nothing."),
        ("a-run-of-nothing", head + b"\x02\x00\x00\x01\x00" + start + b"\x00", "R-013", "a run of no entries",
         "Every run has an entry."),
        ("more-entries-than-may-be", head + b"\x01" + put_varint(COMMIT_ENTRIES_MAX + 1), "R-013", "more than 1024",
         "At most 1024 entries in one item."),
        ("more-entries-in-two-runs", head + b"\x02" + put_varint(COMMIT_ENTRIES_MAX) + b"\x00" + b"\x01", "R-013",
         "more than 0", "1024 in the first run leave none to the second."),
        ("beyond-the-longest-log", b"\x03\x22" + GENERATION + put_varint(2**40) + run, "R-013", "beyond the longest log",
         "No entry has the index 2^40."),
        ("unknown-bits", head + run + b"\x01\x40" + bytes(5) + b"\x00", "R-014", "unknown bits", "Bits 0x40 and 0x80 are zero."),
        ("references-announced-none-there", head + run + b"\x01\x08" + bytes(5) + b"\x00\x00", "R-014",
         "there are none", "A count of zero is a second spelling of no references."),
        ("references-33", head + run + b"\x01\x08" + bytes(5) + b"\x21", "R-014", "more than 32", "At most 32 references."),
        ("reference-to-party-8", head + run + b"\x01\x08" + bytes(5) + b"\x01\x08" + GENERATION + b"\x00\x00", "R-014",
         "party 8", "Parties are 0 to 7."),
        ("body-length-beyond-frame", head + run + start + b"\x7f" + b"short", "R-011 R-014", "needs 127 bytes, 5 are left",
         "The body's length reaches beyond the payload."),
        ("body-length-beyond-the-most", head + run + start + put_varint(262_145), "R-014", "more than 262144",
         "A body has at most 262144 bytes."),
        ("body-length-badly-spelled", head + run + start + b"\x85\x00" + b"short", "R-005 R-014", "shortest",
         "Length 5 in two bytes."),
        ("entry-cut-off", head + run + start, "R-011 R-014", "cut off", "Kind, bits and time, and no length."),
        ("after-out-of-order", slots + b"\x02\x01\x00\x00\x00" + start + b"\x00", "R-015", "out of order",
         "Slots ascend by party."),
        ("after-twice-of-one-party", slots + b"\x02\x01\x00\x01\x00" + start + b"\x00", "R-015", "out of order",
         "One slot a party."),
        ("after-of-party-8", slots + b"\x01\x08\x00" + start + b"\x00", "R-015", "beyond the roster", "Parties are 0 to 7."),
        ("after-of-form-3", slots + b"\x01\x30\x00" + start + b"\x00", "R-015", "no known form", "Forms are 0, 1 and 2."),
        ("after-in-full-without-a-root", slots + b"\x01\x21" + OTHER + b"\x05\x00" + start + b"\x00", "R-015", "needs 32 bytes",
         "Whoever names a log in full says its root."),
        ("reference-beyond-the-longest-log", head + run + b"\x01\x08" + bytes(5) + b"\x01\x00" + GENERATION + put_varint(2**40) + b"\x00",
         "R-014 R-072", "more than 1099511627775", "No entry has the index 2^40: a header may not name it."),
        ("after-receipted-beyond-the-run", slots + b"\x01\x00\x01" + start + b"\x00", "R-015", "more than 0",
         "Receipted is the run's first index less this: it cannot be below zero."),
    ):  # fmt: skip
        book.refuse(f"wire-entries-{name}", "payload", given(payload), rules, story, says)
    commit = encode_items([items.Commit(NOW, 0, (NOTHING,), (ENTRY,), SIGNATURE)], OPENED_AT_MS)
    book.refuse("wire-commit-signature-cut-off", "payload", given(commit[:-1]), "R-011", "63 bytes of signature.",
                "needs 64 bytes")  # fmt: skip


def _statements(book: Book) -> None:
    log = b"\x11" + GENERATION[-2:]
    at = bytes(5)
    for name, payload, rules, says, story in (
        ("checkpoint-size-beyond", b"\x05" + log + put_varint(2**40 + 1), "R-011", "more than 10995",
         "A log has at most 2^40 entries."),
        ("receipt-cut-off", b"\x06" + log + b"\x01" + at + SIGNATURE[:-1], "R-011", "needs 64 bytes", "63 bytes."),
        ("receipt-of-party-8", b"\x07\x08" + log + b"\x01" + at + SIGNATURE, "R-011", "party 8", "Parties are 0 to 7."),
        ("pq-receipt-of-party-254", b"\x0f\xfe" + log + b"\x01" + at + PQ_SIGNATURE, "R-019", "party 254",
         "255 is the sender, 0 to 7 are parties, nothing else is anybody."),
        ("pq-checkpoint-short-signature", b"\x0e" + log + b"\x01" + PQ_SIGNATURE[:-1], "R-011", "needs 2420 bytes",
         "2419 bytes."),
        ("note-beyond-the-most", b"\x08" + put_varint(65_537), "R-011", "more than 65536", "A note has at most 64 KiB."),
        ("differs-of-unknown-reason", b"\x09" + log + b"\x01" + ROOT + b"\x05", "R-011", "reason 5 is not known",
         "Reasons are 0 to 4."),
        ("opening-secret-cut-off", b"\x02\x00" + GENERATION + ROOT[:31], "R-011", "needs 32 bytes", "31 bytes of secret."),
    ):  # fmt: skip
        book.refuse(f"wire-{name}", "payload", given(payload), rules, story, says)


def _overtaking(book: Book) -> None:
    head = b"\x11" + b"\x22" + GENERATION  # the log in full
    entry = b"\x01\x00" + bytes(5) + b"\x00"  # of no body, in a log that holds nothing of the others
    for name, payload, rules, says, story in (
        ("index-beyond-the-longest-log", head + put_varint(2**40) + b"\x00" + entry, "R-220", "more than 1099511627775",
         "No entry has the index 2^40."),
        ("receipted-beyond-its-index", head + b"\x05" + b"\x01\x00\x06" + entry, "R-015 R-220", "more than 5",
         "Its `after` counts from its own index."),
        ("more-behind-than-a-log-has", head + put_varint(2**40 - 1) + b"\x00" + entry + b"\x01", "R-220", "more than 0",
         "It is the last entry of the longest log: nothing is behind it."),
        ("more-missing-than-there-are", head + b"\x05\x00" + entry + b"\x00" + SIGNATURE + b"\x06", "R-220", "more than 5",
         "Six entries cannot be missing before entry 5."),
        ("a-hash-too-few", head + b"\x05\x00" + entry + b"\x00" + SIGNATURE + b"\x05" + ROOT, "R-220", "needs 64 bytes, 32 are",
         "Entries 0 to 3, and entry 4: two subtrees."),
        ("a-hash-too-many", head + b"\x05\x00" + entry + b"\x00" + SIGNATURE + b"\x01" + ROOT + b"\x60" + ROOT[1:], "R-011 R-220",
         "unknown kind 96", "Entry 4 is one subtree; what follows it is the next item."),
        ("signature-cut-off", head + b"\x05\x00" + entry + b"\x00" + SIGNATURE[:-1], "R-011 R-220", "needs 64 bytes, 63 are",
         "63 bytes of signature."),
        ("bits-unknown", head + b"\x05\x00" + b"\x01\x40" + bytes(5) + b"\x00", "R-014 R-220", "unknown bits",
         "The entry is spelled as in a commit."),
    ):  # fmt: skip
        book.refuse(f"wire-overtaking-{name}", "payload", given(payload), rules, story, says)


def _carried(book: Book) -> None:
    digest = word("a file")
    for name, payload, rules, says, story in (
        ("fragment-of-nothing", b"\x0a" + bytes(8) + b"\x00\x05\x00", "R-017", "no bytes", "A fragment has bytes."),
        ("fragment-beyond-its-whole", b"\x0a" + bytes(8) + b"\x03\x05\x03abc", "R-017", "more than 2",
         "Three bytes from 3 on, of a whole of five."),
        ("fragment-of-too-large-a-whole", b"\x0a" + bytes(8) + b"\x00" + put_varint(4 * 1024 * 1024 + 64 * 1024 + 1),
         "R-017", "more than 4259840", "No item is that long."),
        ("chunk-beyond-its-blob", b"\x0c" + digest + b"\x06\x05\x00", "R-011", "of a blob of 5 bytes", "At 6 of 5 bytes."),
        ("chunk-longer-than-its-blob", b"\x0c" + digest + b"\x03\x05\x03abc", "R-011", "more than 2", "Three bytes where two fit."),
        ("chunk-of-too-large-a-blob", b"\x0c" + digest + b"\x00" + put_varint(2**24 + 1), "R-011", "more than 16777216",
         "An attachment has at most 16 MiB."),
        ("grant-beyond-the-most", b"\x0d\x05" + put_varint(4097), "R-011", "more than 4096", "Sealed bytes: at most 4096."),
        ("grant-key-mark-2", b"\x0d\x05\x00\x02", "R-011", "not 0 or 1", "0: no next key. 1: 1216 bytes follow."),
        ("grant-key-cut-off", b"\x0d\x05\x00\x01" + bytes(1215), "R-011", "needs 1216 bytes", "1215 bytes of key."),
        ("roster-entry-beyond-the-most", b"\x10" + put_varint(16_385), "R-011", "more than 16384",
         "A certificate has at most 16 KiB."),
    ):  # fmt: skip
        book.refuse(f"wire-{name}", "payload", given(payload), rules, story, says)
