"""Scenarios of the line: a log as it comes in payloads, and what a station then holds and receipts."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

import zlib
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final

from conformance.making.cupboard import word
from conformance.making.parties import OPENED_AT_MS, Log, Opened, line, papers_of
from conformance.making.scenarios import Book, flipped
from openline.record import merkle
from openline.record.ahead import nodes_between
from openline.record.entry import Header, Receipted
from openline.record.opening import Opening as OpeningBody
from openline.record.opening import encode_opening, secret_commitment
from openline.wire import items
from openline.wire.items import AfterSlot, LogRef, Ref, Run, WireEntry, encode_items

NOW_MS: Final = OPENED_AT_MS + 60_000
TEXT: Final = b"\xa9" + b"not a message that reads, and held all the same"


def write(book: Book) -> None:
    """All of them."""
    _taken(book)
    _taken_of_three(book)
    _refused(book)
    _openings(book)
    _awaited(book)
    _ahead(book)


def receiver(opened: Opened, ours: Log, sender: Log, payloads: Sequence[bytes], *others: Log) -> dict[str, Any]:
    """A station that holds `ours` (its own log) and `others`, and is given payloads of the sender's life."""
    held = [ours, *others]
    return {
        "line": papers_of(opened), "me": ours.party, "sender": sender.party, "start": sender.log.generation[-4:], "now_ms": NOW_MS,
        "logs": [{"log": list(one.log), "secret": one.secret, "station": one.certificate.digest, "leaves": one.leaves} for one in held],
        "known": [[list(one.log), size, one.root(size)] for one in held for size in range(1, one.size + 1)],
        "payloads": list(payloads),
    }  # fmt: skip


def wire_entry(header: Header, body: bytes, codec: int = 0) -> WireEntry:
    """An entry as it travels."""
    bits = header.precedence | (4 if header.flags else 0)
    return WireEntry(header.kind, bits, header.written_at_ms, tuple(Ref(*ref) for ref in header.references), codec, body)


def opening_of(log: Log) -> items.Opening:
    """The item that goes before a log's first entries."""
    return items.Opening(log.party, log.log.generation, log.secret, log.certificate.digest[:8])


def spelled(*some: items.Item) -> bytes:
    """One payload."""
    return encode_items(some, OPENED_AT_MS)


def commit_of(log: Log, afters: Sequence[items.WireAfter], first: int = 0, signature: bytes | None = None) -> items.Commit:
    """Entries from `first` on, each with its own run, and the author's signature."""
    runs = tuple(Run(1, after) for after in afters)
    entries = tuple(wire_entry(log.parsed[at], log.bodies[at]) for at in range(first, first + len(afters)))
    return items.Commit(LogRef(log.party, b""), first, runs, entries, signature or log.sign(first + len(afters)))


def lone_message() -> tuple[Log, Log, bytes]:
    """B's log, A's log with one message after it, and the payload that carries A's log to B."""
    opened = line(2)
    ours, theirs = Log(opened, 1), Log(opened, 0)
    theirs.write(TEXT, held=[ours.held()], at_ms=OPENED_AT_MS + 30_000, precedence=2)
    short = (AfterSlot(1, ours.log.generation[-2:], 1, b"", 0),)
    return ours, theirs, spelled(opening_of(theirs), commit_of(theirs, [(), short]))


def _taken(book: Book) -> None:
    opened = line(2)
    ours, theirs, payload = lone_message()
    held = [{"log": {"party": 0, "generation": theirs.log.generation.hex()}, "first": 0, "headers": [h.hex() for h in theirs.headers],
             "bodies": [b.hex() for b in theirs.bodies], "size": 2, "root": theirs.root().hex()}]  # fmt: skip
    receipts = [[{"party": 0, "generation": theirs.log.generation.hex()}, 2, theirs.root().hex()]]
    book.shared.add("custody.lone", payload)
    given = receiver(opened, ours, theirs, [payload])
    book.accept("line-commit", "custody", given, "R-078 R-120 R-123", "An opening, its entry and a message after one of ours: headers are rebuilt, the root recomputed, one signature covers both.",
                held=held, receipts=receipts)  # fmt: skip
    full = (AfterSlot(1, ours.log.generation, 1, ours.root(), 0),)
    book.accept("line-commit-in-full", "custody", given | {"payloads": [spelled(opening_of(theirs), commit_of(theirs, [(), full]))]}, "R-124",
                "The same, and the root of our log spelled out.", held=held, receipts=receipts)  # fmt: skip
    apart = [spelled(opening_of(theirs), items.Entries(*commit_of(theirs, [()])[:4])), spelled(items.Entries(*commit_of(theirs, [full], 1)[:4])),
             spelled(items.Checkpoint(LogRef(0, b""), 2, theirs.sign()))]  # fmt: skip
    book.accept("line-commit-in-three-payloads", "custody", given | {"payloads": apart}, "R-122", "Entries wait for the signature that covers them.", held=held, receipts=receipts)
    pressed = zlib.compressobj(9, zlib.DEFLATED, -15)
    coded = pressed.compress(TEXT) + pressed.flush()
    commit = commit_of(theirs, [(), full])
    deflated = commit._replace(entries=(commit.entries[0], wire_entry(theirs.parsed[1], coded, 1)))
    book.accept("line-commit-deflated", "custody", given | {"payloads": [spelled(opening_of(theirs), deflated)]}, "R-020 R-074",
                "The digest is over the body without its codec.", held=held, receipts=receipts)  # fmt: skip
    answer = Log(opened, 0)
    answer.write(TEXT, held=[ours.held()], receipted=[Receipted(1, 1)], references=[ours.ref(0)], kind=200, flags=1)
    slot = (AfterSlot(1, ours.log.generation[-2:], 1, b"", 1),)
    book.accept("line-commit-of-an-unknown-kind", "custody", receiver(opened, ours, answer, [spelled(opening_of(answer), commit_of(answer, [(), slot]))]),
                "R-014 R-079 R-125", "Kind 200 is well formed: held, receipted, shown raw.")  # fmt: skip


def overtaking_of(log: Log, index: int, first: int, after: items.WireAfter = ()) -> items.Overtaking:
    """One entry by itself, under its author's signature over all there is, with the hashes from `first` on."""
    names = nodes_between(first, index) + nodes_between(index + 1, log.size)
    hashes = tuple(merkle.root_of(log.leaves[at << level : at + 1 << level]) for level, at in names)
    entry = wire_entry(log.parsed[index], log.bodies[index])
    return items.Overtaking(LogRef(log.party, b""), index, after, entry, log.size, log.sign(), first, hashes)


def _ahead(book: Book) -> None:
    opened = line(2)
    ours, theirs = Log(opened, 1), Log(opened, 0)
    for number in range(5):
        theirs.write(b"letter %d" % number)
    theirs.write(TEXT, precedence=3)
    theirs.write(b"behind it")
    opening, begun = opening_of(theirs), commit_of(theirs, [()] * 2, 0, theirs.sign(2))
    rest = spelled(commit_of(theirs, [()] * 6, 2))
    given = receiver(opened, ours, theirs, [])
    said = [{"entry": theirs.ref(6), "leaf": theirs.leaves[6], "size": 8, "root": theirs.root()}]
    for name, payloads, story in (
        ("overtaking", [spelled(opening, begun), spelled(overtaking_of(theirs, 6, 2))], "Two are held; the hashes of 2 and 3, of 4 and 5, and of 7 lead to the root."),
        ("overtaking-before-anything-is-held", [spelled(opening, overtaking_of(theirs, 6, 0))], "One payload: the secret, the entry, all that leads to the root."),
        ("overtaking-from-below-what-is-held", [spelled(opening, begun), spelled(overtaking_of(theirs, 6, 0))], "The hashes begin at entry 0, where the recipient holds two."),
    ):
        book.accept(f"line-{name}", "custody", given | {"payloads": payloads}, "R-220 R-221 R-226", story, ahead=said)
    book.accept("line-overtaking-and-then-the-rest", "custody", given | {"payloads": [spelled(opening, begun, overtaking_of(theirs, 6, 2)), rest]},
                "R-221 R-228", "What comes after it in its order covers it: held and receipted like all.", ahead=said)  # fmt: skip
    right = overtaking_of(theirs, 6, 2)
    for name, item, story in (
        ("a-hash-changed", right._replace(hashes=(flipped(right.hashes[0], 0), *right.hashes[1:])), "It leads to another root."),
        ("its-body-changed", right._replace(entry=right.entry._replace(body=b"shoot")), "Another body has another digest, another leaf, another root."),
        ("its-signature-changed", right._replace(signature=flipped(right.signature, 0)), "Nobody signed that root."),
        ("made-routine", right._replace(entry=right.entry._replace(bits=0)), "It was not; and what is ROUTINE waits its turn."),
        ("a-routine-one", overtaking_of(theirs, 5, 2), "True in everything, and in no hurry."),
        ("from-beyond-what-is-held", overtaking_of(theirs, 6, 4), "Where its hashes begin, this recipient has no peaks."),
    ):
        held = receiver(opened, ours, theirs, [spelled(opening, item)])
        held["logs"].append({"log": list(theirs.log), "secret": theirs.secret, "station": theirs.certificate.digest, "leaves": theirs.leaves[:2]})
        book.wait(f"line-overtaking-{name}", "custody", held, "R-221", story, "nothing of it is covered")
    alone = receiver(opened, ours, theirs, [spelled(right)])
    book.wait("line-overtaking-without-its-opening", "custody", alone, "R-221 R-223", "Of a log whose secret is not known nothing can be made.", "nothing of it is covered")


def _taken_of_three(book: Book) -> None:
    opened = line(3)
    ours, theirs, third = Log(opened, 1), Log(opened, 0), Log(opened, 2)
    third.write(b"a word of C")
    theirs.write(TEXT, held=[ours.held(), third.held()])
    after = (AfterSlot(1, ours.log.generation[-2:], 1, b"", 0), AfterSlot(2, third.log.generation, 2, third.root(), 0))
    payload = spelled(opening_of(theirs), commit_of(theirs, [(), after]))
    book.accept("line-commit-after-a-third-partys-log", "custody", receiver(opened, ours, theirs, [payload]), "R-123 R-124",
                "Of a third party's log the root is said, whether the receiver holds it or not.")  # fmt: skip
    carried = commit_of(third, [(), ()])._replace(log=LogRef(2, third.log.generation))
    given = receiver(opened, ours, theirs, [spelled(opening_of(third), carried)])
    book.accept("line-commit-served-by-another", "custody", given, "R-086 R-125", "A carries C's log: the signature is C's.")


def _refused(book: Book) -> None:
    opened = line(2)
    ours, theirs, _ = lone_message()
    short = (AfterSlot(1, ours.log.generation[-2:], 1, b"", 0),)
    opening = opening_of(theirs)
    commit = commit_of(theirs, [(), short])
    given = receiver(opened, ours, theirs, [])

    def refuse(name: str, rules: str, story: str, says: str, *some: items.Item) -> None:
        book.refuse(f"line-commit-{name}", "custody", given | {"payloads": [spelled(*some)]}, rules, story, says)

    entries = commit.entries
    bad = "differs 0"
    refuse("signature-bit-turned", "R-086 R-125", "One bit: not a byte of it is held.", bad, opening, commit._replace(signature=flipped(commit.signature, 9)))
    refuse("signed-by-the-receipt-key", "R-086", "The same station, another purpose.", bad, opening, commit._replace(signature=opened.secrets(0).receipt_signer().sign(theirs.text())))
    refuse("signed-for-one-entry-less", "R-082 R-125", "The signature covers one entry and two came.", bad, opening, commit._replace(signature=theirs.sign(1)))
    for name, other, story in (
        ("a-word-changed", entries[1]._replace(body=TEXT.replace(b"not", b"now")), "Another body, another digest."),
        ("written-a-millisecond-later", entries[1]._replace(written_at_ms=entries[1].written_at_ms + 1), "Back-dated or post-dated on the way."),
        ("precedence-raised", entries[1]._replace(bits=3), "IMMEDIATE became FLASH."),
        ("made-an-exercise", entries[1]._replace(bits=entries[1].bits | 4), "In earnest became EXERCISE."),
        ("made-another-kind", entries[1]._replace(kind=2), "A message became an acknowledgement."),
        ("reference-added", entries[1]._replace(references=(Ref(1, ours.log.generation, 0),)), "It answers what it did not."),
    ):
        refuse(name, "R-072 R-125", story, bad, opening, commit._replace(entries=(entries[0], other)))
    nothing = commit._replace(runs=(Run(2, ()),))
    refuse("after-taken-away", "R-123 R-125", "As if it had been written before ours was held.", bad, opening, nothing)
    more = commit._replace(runs=(Run(1, ()), Run(1, (short[0]._replace(receipted=1),))))
    refuse("receipt-added-to-after", "R-123 R-125", "As if we had receipted what we had not.", bad, opening, more)
    refuse("entries-exchanged", "R-125", "The second entry first.", "differs 4", opening, commit._replace(entries=entries[::-1]))
    refuse("wrong-secret", "R-074 R-078", "The salts follow from the secret, and the opening commits to it.", "differs 4", opening._replace(secret=word("another")), commit)
    body = commit._replace(entries=(entries[0], entries[1]._replace(codec=1)))
    refuse("body-not-in-its-codec", "R-020", "Said to be deflated, and is not.", "differs 4", opening, body)
    _refused_dictionaries(book, opening, commit, given)


def _refused_dictionaries(book: Book, opening: items.Opening, commit: items.Commit, given: dict[str, Any]) -> None:
    def coded_with(dictionary: bytes, mark: bytes) -> bytes:
        press = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=dictionary)
        entry = commit.entries[1]._replace(codec=2, body=mark + press.compress(TEXT) + press.flush())
        return spelled(opening, commit._replace(entries=(commit.entries[0], entry)))

    ours, other = b"not a message, held all the same by us", b"held by nobody: is not a message at all"
    mark = sha256(ours).digest()[:1]
    agreed = given | {"dictionaries": [ours]}
    book.accept("line-commit-with-the-agreed-dictionary", "custody", agreed | {"payloads": [coded_with(ours, mark)]}, "R-280 R-074", "The digest is over the body, whatever coded it.")
    book.refuse("line-commit-dictionary-not-agreed", "custody", given | {"payloads": [coded_with(ours, mark)]}, "R-281 R-124", "Not agreed: it is asked for in full form.", "differs 4")
    book.refuse("line-commit-with-a-wrong-dictionary", "custody", agreed | {"payloads": [coded_with(other, mark)]}, "R-280 R-125", "It names ours and was coded with another: other bytes, another digest.", "differs")


def _openings(book: Book) -> None:
    opened = line(2)
    ours = Log(opened, 1)

    def refuse(name: str, body: bytes, kind: int, story: str) -> None:
        log = Log(opened, 0)
        header = log.parsed[0]
        log.headers.clear(), log.bodies.clear(), log.leaves.clear(), log.parsed.clear()
        log.write(body, kind=kind, at_ms=header.written_at_ms)
        given = receiver(opened, ours, log, [spelled(opening_of(log), commit_of(log, [()]))])
        book.refuse(f"line-opening-{name}", "custody", given, "R-078", story, "differs 4")

    log = Log(opened, 0)
    body = OpeningBody(secret_commitment(log.secret), None, log.certificate.digest, "liar")
    refuse("that-is-a-message", b"hello", 1, "A log begins with an opening.")
    refuse("that-does-not-read", b"hello", 0, "Nobody could tell which station signs this log.")
    refuse("of-another-secret", encode_opening(body._replace(commitment=word("a commitment"))), 0, "The salts of this log could not be shown to be its own.")
    refuse("of-another-station", encode_opening(body._replace(station=word("a station"))), 0, "Signed by one station, said to be of another: every export of it would be refused.")


def _awaited(book: Book) -> None:
    opened = line(2)
    ours, theirs, payload = lone_message()
    given = receiver(opened, ours, theirs, [payload])
    short = (AfterSlot(1, ours.log.generation[-2:], 1, b"", 0),)
    commit = commit_of(theirs, [(), short])
    opening = opening_of(theirs)
    renamed = [{**given["logs"][0], "log": [1, word("another life")[:12]]}]
    for name, changes, rules, says, story in (
        ("without-its-opening", {"payloads": [spelled(commit)]}, "R-122", "covered", "The log's secret has not come: ask by a hail."),
        ("of-the-second-entry-alone", {"payloads": [spelled(opening, commit_of(theirs, [short], 1))]}, "R-122", "covered", "The first entry has not come: a gap is never filled by a signature."),
        ("unsigned", {"payloads": [spelled(opening, items.Entries(*commit[:4]))]}, "R-122 R-125", "covered", "Nothing is held before a signature covers it."),
        ("after-what-we-do-not-know", {"known": []}, "R-123", "differs 3", "Our own root at that size is not remembered: asked for in full."),
        ("after-another-life-of-ours", {"logs": renamed, "known": []}, "R-123", "differs 3", "Two bytes name no log of ours."),
    ):  # fmt: skip
        book.wait(f"line-commit-{name}", "custody", given | changes, rules, story, says)
    strange = spelled(opening, commit_of(theirs, [(), short], signature=bytes(64)))
    book.refuse("line-commit-signature-all-zero", "custody", given | {"payloads": [strange]}, "R-034 R-125", "R is a point of small order.", "differs 0")
