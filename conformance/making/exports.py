"""Scenarios of exported records and extracts: whole files, judged to their end."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from conformance.making.cupboard import word
from conformance.making.parties import OPENED_AT_MS, Log, Opened, line, side
from conformance.making.scenarios import Book, flipped
from openline.record import merkle, note
from openline.record.entry import Held, Receipted, encode_header, salt_for
from openline.record.evidence import export
from openline.record.evidence.export import Item
from openline.record.note import NoteSignature
from openline.record.opening import Opening, encode_opening, secret_commitment

AT_S: Final = OPENED_AT_MS // 1000
Items = list[Item]


def write(book: Book) -> None:
    """All of them."""
    _whole(book)
    _form(book)
    _order(book)
    _entries(book)
    _checkpoints(book)
    _extracts(book)
    _doubts(book)


def spelled(items: Iterable[Item]) -> bytes:
    """The bytes of an export."""
    return b"".join(export.spell_export(items))


def papers(opened: Opened, kind: str = export.RECORD, revocations: tuple[tuple[int, bytes], ...] = ()) -> Items:
    """What stands before the logs."""
    count = len(opened.lines)
    return [
        export.Head(opened.line_id, kind, OPENED_AT_MS + 60_000, 0, "all entries, all bodies"),
        export.CharterPaper(opened.charter),
        *(export.CardPaper(number, side(number).card.signed) for number in range(count)),
        *(export.CertificatePaper(number, one.signed) for number, one in enumerate(opened.lines[0].certificates)),
        *(export.RevocationPaper(*one) for one in revocations),
    ]


def start(log: Log, size: int | None = None) -> export.LogStart:
    """Where a log begins in the file."""
    return export.LogStart(log.party, log.log.generation, log.certificate.digest, log.size if size is None else size)


def entry(log: Log, index: int, *, withheld: bool = False) -> export.Entry:
    """An entry with body and salt, or neither."""
    if withheld:
        return export.Entry(log.headers[index], None, None)
    return export.Entry(log.headers[index], log.bodies[index], salt_for(log.secret, index))


def noted(log: Log, size: int, *lines: NoteSignature) -> export.NotePaper:
    """A checkpoint with its signatures."""
    return export.NotePaper(log.note(size, *lines))


def talk() -> tuple[Log, Log]:
    """A writes after holding B's opening; B answers after holding that; both receipt."""
    opened = line(2)
    a, b = Log(opened, 0), Log(opened, 1)
    a.write(b"first words", held=[b.held(1)], at_ms=OPENED_AT_MS + 10_000)
    b.write(b"an answer", held=[a.held(2)], receipted=[Receipted(0, 1)], at_ms=OPENED_AT_MS + 20_000)
    a.write(b"", held=[b.held(2)], receipted=[Receipted(1, 2)], at_ms=OPENED_AT_MS + 30_000)
    return a, b


def parts(a: Log, b: Log) -> tuple[Items, Items]:
    """The items of both logs of a talk."""
    first = AT_S + 11
    ours: Items = [start(a), entry(a, 0), entry(a, 1), noted(a, 2, a.receipt(1, first, 2)), export.Arrival(1, 2, first * 1000 + 400), entry(a, 2),
                   noted(a, 3, a.receipt(1, AT_S + 31, 3), a.pq_line(0, 0, 3), a.pq_line(1, AT_S + 32, 3))]  # fmt: skip
    theirs: Items = [start(b), entry(b, 0), noted(b, 1, b.receipt(0, AT_S + 5, 1)), entry(b, 1), noted(b, 2, b.receipt(0, AT_S + 21, 2))]
    return ours, theirs


def _given(items: Iterable[Item]) -> dict[str, bytes]:
    return {"bytes": spelled(items)}


def _whole(book: Book) -> None:
    opened = line(2)
    a, b = talk()
    ours, theirs = parts(a, b)
    whole = [*papers(opened), *ours, *theirs]
    book.shared.add("export.record", spelled(whole))
    book.accept("export-record", "export", _given(whole), "R-170 R-171 R-172 R-173 R-174 R-175", "Two logs, receipts, post-quantum statements, an arrival.", missing=[], doubts=[], signatures=10)
    hidden = [*papers(opened), start(a), entry(a, 0), entry(a, 1, withheld=True), *ours[3:], *theirs]
    book.accept("export-record-with-a-body-withheld", "export", _given(hidden), "R-173", "A header without its body: that it is there, and when, still shows.")
    book.accept("export-record-of-nothing", "export", _given(papers(opened)), "R-171", "Papers and no log: a line on which nothing is held.", logs=[])
    exhibit = book.shared.named["exhibit.two-roots"]
    book.accept("export-record-with-an-exhibit", "export", _given([*papers(opened), export.ExhibitPaper(exhibit)]), "R-091 R-171", "An exhibit proves by itself, without the log.", accused=[[{"party": 0, "generation": a.log.generation.hex()}, 2]])
    void = [*papers(opened), export.ExhibitPaper(flipped(exhibit, -10))]
    book.accept("export-record-with-an-exhibit-that-proves-nothing", "export", _given(void), "R-091", "It is shown as proving nothing; the record stands.", accused=[], unproven_exhibits=1)
    three = line(3)
    lone = Log(three, 2)
    other = [*papers(three), start(lone), entry(lone, 0), noted(lone, 1, lone.receipt(0, AT_S, 1), lone.receipt(1, AT_S + 1, 1))]
    book.accept("export-record-of-three", "export", _given(other), "R-174 R-175", "One log, held by two others: each said by itself.")


def _form(book: Book) -> None:
    data = book.shared.named["export.record"]
    newline = data.index(b"\n") + 1
    for name, bad, says, story in (
        ("empty", b"", "not an export", "No bytes."),
        ("of-another-version", data.replace(b"record 1\n", b"record 2\n", 1), "not an export", "Nothing is known of a version 2."),
        ("first-line-alone", data[:newline], "cut off before it", "No items, and no end."),
        ("cut-off-between-items", data[: -_last(data)], "cut off before it", "Without its end item it is not whole."),
        ("cut-off-within-an-item", data[:-60], "cut off within it", "The end item is broken."),
        ("byte-after-the-end", data + b"\0", "after the end", "Nothing follows the end."),
        ("twice", data + data, "after the end", "Two exports in one file."),
        ("bit-turned-in-a-payload", flipped(data, newline + 20), "not those that were exported", "The item's check shows where."),
        ("bit-turned-in-a-length", flipped(data, newline + 3, 3), "not those that were exported", "Length and kind are under the check."),
        ("length-beyond-its-kind", data[:newline] + b"\x7f" + data[newline + 1 :], "is no item", "Bounded before it is read."),
        ("unknown-kind", data[: newline + 4] + b"\x63" + data[newline + 5 :], "is no item", "Kind 99."),
    ):  # fmt: skip
        book.refuse(f"export-{name}", "export", {"bytes": bad}, "R-170", story, says)


def _last(data: bytes) -> int:
    """Length of the end item: its payload is {0: count, 1: 32 bytes}."""
    at = data.rindex(b"\x0c\xa2\x00") - 4
    return len(data) - at


def _order(book: Book) -> None:
    opened = line(2)
    a, b = talk()
    ours, _ = parts(a, b)
    head, charter, *rest = papers(opened)
    assert isinstance(head, export.Head)
    other = papers(line(3))
    for name, items, rules, says, story in (
        ("without-a-head", [charter, *rest, *ours], "R-171", "out of order", "Which line, which kind of file?"),
        ("two-heads", [head, head, charter, *rest], "R-171", "out of order", "One head."),
        ("made-by-nobody-of-the-line", [head._replace(by=2), charter, *rest, *ours], "R-171", "not on this roster", "Party 2 of two."),
        ("charter-before-head", [charter, head, *rest], "R-171", "out of order", "The head is first."),
        ("head-of-another-line", [other[0], charter, *rest, *ours], "R-171", "another line", "The charter makes another line id."),
        ("card-after-a-log", [head, charter, *rest, *ours, rest[0]], "R-171", "out of order", "Cards come before logs."),
        ("card-twice", [head, charter, rest[0], rest[0], *rest[1:], *ours], "R-171", "stands in it twice", "One paper, once."),
        ("certificate-twice", [head, charter, *rest, rest[-1], *ours], "R-171", "stands in it twice", "One paper, once."),
        ("card-of-somebody-else", [head, charter, export.CardPaper(1, side(2).card.signed), *rest[2:], *ours], "R-171", "not of party 1", "C's card as B's."),
        ("entry-outside-any-log", [head, charter, *rest, entry(a, 0)], "R-171", "outside any log", "Of which log?"),
        ("a-log-twice", [head, charter, *rest, *ours, *ours], "R-171", "twice", "A log stands in it once."),
        ("log-of-a-party-not-there", [head, charter, *rest, export.LogStart(2, a.log.generation, a.certificate.digest, 1)], "R-171", "not on this roster", "Party 2 of two."),
        ("log-of-an-unknown-station", [head, charter, *rest, export.LogStart(0, a.log.generation, word("x"), 1)], "R-171 R-175", "no station certificate", "No certificate for it in the file."),
        ("certificate-of-another-line", [head, charter, export.CertificatePaper(0, line(3).lines[0].certificates[0].signed), *ours], "R-096 R-171", "another line", "Well signed, for the line of three."),
        ("revocation-by-another", [head, charter, *rest, export.RevocationPaper(1, book.shared.named["line2.revocation.0"])], "R-045 R-096", "another party", "A's revocation as B's."),
    ):  # fmt: skip
        book.refuse(f"export-{name}", "export", _given(items), rules, story, says)


def _entries(book: Book) -> None:
    opened = line(2)
    a, b = talk()
    ours, theirs = parts(a, b)
    head = papers(opened)
    changed = export.Entry(a.headers[1], b"first wards", salt_for(a.secret, 1))
    salted = export.Entry(a.headers[1], a.bodies[1], salt_for(a.secret, 0))
    later = export.Entry(encode_header(a.parsed[1]._replace(written_at_ms=OPENED_AT_MS + 10_001)), None, None)
    odd = export.Entry(a.headers[1] + b"\0", None, None)
    half = _half_disclosed(spelled([*head, *ours]), a)
    for name, items, rules, says, story in (
        ("body-changed", [*ours[:2], changed, *ours[3:]], "R-173", "its body is not the one", "One letter: the entry is named."),
        ("opening-withheld", [ours[0], export.Entry(a.headers[0], None, None), *ours[2:]], "R-350", "always shown", "Whose station, which life?"),
        ("salt-of-another-entry", [*ours[:2], salted, *ours[3:]], "R-074 R-173", "its body is not the one", "Each entry has its own salt."),
        ("header-changed", [*ours[:2], later, *ours[3:]], "R-174", "not what the author's checkpoint covers", "Written a millisecond later."),
        ("header-with-a-byte-more", [*ours[:2], odd, *ours[3:]], "R-072 R-173", "one spelling", "Damage is found in the header itself."),
        ("entry-left-out", [ours[0], ours[1], *ours[3:]], "R-172", "stands after 1 entries", "A hole in a record."),
        ("entries-exchanged", [ours[0], ours[2], ours[1], *ours[3:]], "R-172", "its header says it is entry 1", "Out of order."),
        ("entry-twice", [*ours[:3], ours[2], *ours[3:]], "R-172", "its header says it is entry 1", "Doubled."),
        ("entries-under-no-checkpoint", [start(a, 2), *ours[1:4], ours[5]], "R-174", "no checkpoint covers them", "The last entry is nobody's word."),
        ("size-more-than-is-there", [start(a, 4), *ours[1:]], "R-174", "end at another size", "Said to have four, and has three."),
        ("log-of-no-checkpoint", [start(a, 1), entry(a, 0)], "R-174", "end at another size", "Nobody signed it."),
        ("an-entry-of-the-other-log", [ours[0], theirs[1], *ours[2:]], "R-078 R-174", "", "B's opening in A's log."),
    ):  # fmt: skip
        book.refuse(f"export-{name}", "export", _given([*head, *items]), rules, story, says)
    book.refuse("export-body-without-its-salt", "export", {"bytes": half}, "R-173", "Both or neither.", "salt")
    _openings(book, head)


def _half_disclosed(data: bytes, log: Log) -> bytes:
    """The export with the body of its entry 1 and a null for the salt, checks made anew."""
    salt = b"\x02\x58\x20" + salt_for(log.secret, 1)
    at = data.index(salt)
    return _sealed_anew(data[:at] + b"\x02\xf6" + data[at + len(salt) :], at, len(salt) - 2)


def _sealed_anew(data: bytes, at: int, shorter: int) -> bytes:
    """An export after a payload around `at` lost bytes: lengths and checks as its maker would write them."""
    out = position = data.index(b"\n") + 1
    made = [data[:out]]
    state = sha256(made[0]).digest()
    while position < len(data):
        length, kind = int.from_bytes(data[position : position + 4], "big"), data[position + 4 : position + 5]
        if position < at < position + 5 + length:
            length -= shorter
        payload = data[position + 5 : position + 5 + length]
        if kind == b"\x0c":
            payload = payload[: payload.index(b"\x01\x58\x20") + 3] + state
        head = length.to_bytes(4, "big") + kind
        state = sha256(state + head + payload).digest()
        made.append(head + payload + state[:8])
        position += 5 + length + 8
    return b"".join(made)


def _openings(book: Book, head: Items) -> None:
    log = Log(line(2), 0)
    log.headers.clear(), log.bodies.clear(), log.leaves.clear(), log.parsed.clear()
    log.write(encode_opening(Opening(secret_commitment(log.secret), None, word("a station"), "liar")), kind=0)
    book.refuse("export-opening-of-another-station", "export", _given([*head, start(log), entry(log, 0), noted(log, 1)]), "R-078 R-174",
                "Signed by one station, said in its opening to be of another.", "names another station")  # fmt: skip


def _checkpoints(book: Book) -> None:
    opened = line(2)
    a, b = talk()
    ours, _ = parts(a, b)
    head = papers(opened)
    text = a.text(2)
    author, receipt = a.author(2), a.receipt(1, AT_S + 11, 2)
    strange = note.receipt_line(a.receipt_name(1), word("somebody's key"), AT_S, a.cosign(1, AT_S, 2))
    timed = a.pq_line(0, 0, 2)
    timed = timed._replace(signature=(AT_S).to_bytes(8, "big") + timed.signature[8:])

    def put(*lines: NoteSignature) -> Items:
        return [*ours[:3], export.NotePaper(note.format_note(text, lines)), *ours[5:]]

    for name, items, rules, says, story in (
        ("checkpoint-unsigned-by-its-author", put(receipt), "R-174", "one signature by their author", "A receipt alone."),
        ("checkpoint-signed-twice-by-its-author", put(author, author), "R-174", "one signature by their author", "Exactly one."),
        ("checkpoint-signature-bit-turned", put(author._replace(signature=flipped(author.signature, 8))), "R-175", "does not verify", "The entries under it are named."),
        ("receipt-bit-turned", put(author, receipt._replace(signature=flipped(receipt.signature, 20))), "R-175", "does not verify", "One bit of a receipt."),
        ("receipt-time-changed", put(author, receipt._replace(signature=flipped(receipt.signature, 7))), "R-083 R-175", "does not verify", "A second later than it was given."),
        ("receipt-by-nobody-on-the-roster", put(author, strange), "R-175", "nobody on the roster", "Whose key is this?"),
        ("receipt-twice", put(author, receipt, receipt), "R-175", "twice", "One receipt of a party for a size."),
        ("receipt-of-another-length", put(author, receipt._replace(signature=receipt.signature + b"\0")), "R-083", "its kind has 72", "A byte too many."),
        ("pq-of-the-author-with-a-time", put(author, timed), "R-084", "states a time", "An author states none."),
        ("checkpoint-of-another-log", [*ours[:3], noted(b, 2), *ours[5:]], "R-174", "another log", "B's checkpoint in A's log."),
        ("checkpoint-of-another-history", [*ours[:3], _other_history(a), *ours[5:]], "R-174", "not what the author's checkpoint covers", "Well signed, over other entries."),
        ("checkpoint-before-its-entries", [*ours[:2], ours[3], ours[2], *ours[5:]], "R-172", "stands after 1 entries", "Straight after the entry it ends with."),
        ("checkpoint-twice", [*ours[:4], noted(a, 2), *ours[5:]], "R-172", "do not rise", "Sizes rise."),
        ("arrival-of-no-receipt", [*ours[:4], export.Arrival(1, 1, 0), *ours[5:]], "R-171", "to have arrived", "What arrived?"),
        ("arrival-twice", [*ours[:5], ours[4], *ours[5:]], "R-171", "to have arrived", "Once."),
    ):  # fmt: skip
        book.refuse(f"export-{name}", "export", _given([*head, *items]), rules, story, says)


def _other_history(log: Log) -> export.NotePaper:
    text = note.checkpoint_text(log.origin, 2, word("another root"))
    return export.NotePaper(note.format_note(text, (note.author_line(log.origin, log.signer.public, log.signer.sign(text)),)))


def _extracts(book: Book) -> None:
    opened = line(2)
    a, _ = talk()
    head = papers(opened, export.EXTRACT)

    def proof(index: int, size: int) -> export.Proof:
        return export.Proof(size, tuple(merkle.inclusion_proof(index, size, lambda level, first, count: a.leaves[first : first + count])))

    checkpoint = noted(a, 3, a.receipt(1, AT_S + 31, 3))
    whole: Items = [start(a), checkpoint, entry(a, 1), proof(1, 3)]
    book.shared.add("export.extract", spelled([*head, *whole]))
    book.accept("export-extract", "export", _given([*head, *whole]), "R-172 R-176", "One entry of three, proved to stand under a checkpoint that B receipted.")
    book.accept("export-extract-of-two", "export", _given([*head, start(a), checkpoint, entry(a, 0), proof(0, 3), entry(a, 2), proof(2, 3)]), "R-172 R-176", "The first and the last.")
    broken = proof(1, 3)
    broken = broken._replace(hashes=(word("x"), *broken.hashes[1:]))
    for name, items, rules, says, story in (
        ("without-a-proof", whole[:3], "R-172 R-176", "no proof stands after it", "An entry alone proves nothing."),
        ("with-a-false-proof", [*whole[:3], broken], "R-176", "does not lead", "One hash changed."),
        ("proof-of-another-entry", [*whole[:3], proof(0, 3)], "R-176", "does not lead", "Entry 0's proof for entry 1."),
        ("proof-under-a-checkpoint-not-there", [*whole[:3], proof(1, 2)], "R-176", "not here", "No checkpoint of 2 in the file."),
        ("proof-first", [start(a), checkpoint, proof(1, 3), entry(a, 1)], "R-172 R-176", "without an entry", "Each proof follows its entry."),
        ("entry-before-the-checkpoint", [start(a), entry(a, 1), proof(1, 3), checkpoint], "R-172", "not here", "Checkpoints come first."),
        ("entries-out-of-order", [start(a), checkpoint, entry(a, 1), proof(1, 3), entry(a, 0), proof(0, 3)], "R-172", "do not ascend", "Ascending."),
        ("entry-changed", [start(a), checkpoint, export.Entry(encode_header(a.parsed[1]._replace(precedence=3)), None, None), proof(1, 3)], "R-176", "does not lead", "ROUTINE became FLASH."),
        ("without-a-checkpoint", [start(a)], "R-174", "end at another size", "Nobody signed anything."),
    ):  # fmt: skip
        book.refuse(f"export-extract-{name}", "export", _given([*head, *items]), rules, story, says)


def _doubts(book: Book) -> None:
    opened = line(2)
    head = papers(opened)
    a, b = Log(opened, 0), Log(opened, 1)
    a.write(b"one", held=[b.held(1)])
    a.write(b"two", held=[])
    base: Items = [start(b), entry(b, 0), noted(b, 1)]

    def whole(log: Log) -> Items:
        return [*head, start(log), *(entry(log, at) for at in range(log.size)), noted(log, log.size), *base]

    book.accept("export-after-that-decreases", "export", _given(whole(a)), "R-177", "It says that it held less than before: shown, and accuses nobody.",
                doubts=[["after-decreases", {"party": 0, "generation": a.log.generation.hex()}, 2]], accused=[])  # fmt: skip
    c = Log(opened, 0)
    c.write(b"one", held=[Held(1, b.log.generation, 1, word("another root"))])
    book.accept("export-after-with-another-root", "export", _given(whole(c)), "R-177", "It names another root than this file shows: somebody shows two histories, and who cannot be said from here.",
                doubts=[["other-root", {"party": 0, "generation": c.log.generation.hex()}, 1]], accused=[])  # fmt: skip
    d = Log(opened, 0)
    d.write(b"one", held=[Held(1, b.log.generation, 5, word("a root"))])
    book.accept("export-after-beyond-what-is-here", "export", _given(whole(d)), "R-177", "It held five of B's entries; the file has one: four are missing.",
                missing=[["entries", {"party": 1, "generation": b.log.generation.hex()}, 1, 5]])  # fmt: skip
    revocation = book.shared.named["line2.revocation.0"]
    e = Log(opened, 0)
    e.write(b"receipted"), e.write(b"not receipted")
    revoked = [*papers(opened, revocations=((0, revocation),)), start(e), entry(e, 0), entry(e, 1), noted(e, 2, e.receipt(1, AT_S, 2)), entry(e, 2), noted(e, 3)]
    book.accept("export-log-of-a-revoked-station", "export", _given(revoked), "R-045 R-152", "Disputed from the first entry that no other party had receipted: nobody is accused.", accused=[])
