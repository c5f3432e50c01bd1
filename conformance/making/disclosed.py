"""Scenarios of exports: parties that joined, papers that do not fit, how far an extract speaks, where arrivals stand."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

from typing import Any

from conformance.making.changes import joining
from conformance.making.cupboard import KeptDraw, word
from conformance.making.exports import AT_S, Items, entry, noted, papers, parts, spelled, start, talk
from conformance.making.parties import OPENED_AT_MS, WINDOW, Log, line, side
from conformance.making.scenarios import Book
from openline.record import merkle
from openline.record.entry import AMENDMENT_ACCEPTED, AMENDMENT_PROPOSED, CERTIFICATE, Held, LogId, Receipted
from openline.record.evidence import export
from openline.seal.amendment import Answer, Join, Proposal, encode_answer, encode_proposal
from openline.seal.certificate import Agreed, certify, draw_station, revoke
from openline.seal.party import make_card


def write(book: Book) -> None:
    """All of them."""
    _heads(book)
    _papers(book)
    _joined(book)
    _after(book)
    _revoked(book)
    _arrivals(book)
    _histories(book)


def _given(items: Items) -> dict[str, bytes]:
    return {"bytes": spelled(items)}


def _log(log: Log) -> dict[str, Any]:
    return {"party": log.party, "generation": log.log.generation.hex()}


def _all(log: Log) -> Items:
    return [start(log), *(entry(log, at) for at in range(log.size)), noted(log, log.size)]


def _heads(book: Book) -> None:
    head, *rest = papers(line(2))
    assert isinstance(head, export.Head)
    a, _ = talk()
    nothing = [head, *rest, start(a, 0)]
    unopened = Log(line(2), 0)
    unopened.headers.clear(), unopened.bodies.clear(), unopened.leaves.clear(), unopened.parsed.clear()
    unopened.write(b"first words")
    book.refuse("export-log-of-no-entries", "export", _given(nothing), "R-174", "Nothing is signed, nothing is said.", "end at another size")
    book.accept("export-log-without-an-opening", "export", _given([head, *rest, *_all(unopened)]), "R-078", "No station would admit it. It is signed as it is: shown, and accuses nobody.", doubts=[["no-opening", _log(unopened), 0]])


def _papers(book: Book) -> None:
    opened = line(2)
    head, charter, first, *rest = papers(opened)
    a, b = talk()
    ours, theirs = parts(a, b)
    named = export.CardPaper(0, make_card(side(0).root, "ANOTHER NAME", OPENED_AT_MS).signed)
    book.accept("export-card-with-another-name", "export", _given([head, charter, named, *rest, *ours]), "R-171", "The keys are the same, and the charter's name counts.")
    certificates = [one for one in rest if isinstance(one, export.CertificatePaper)]
    book.accept("export-without-cards", "export", _given([head, charter, *reversed(certificates), *theirs, *ours]), "R-171", "No founder needs a card in the file; certificates and logs come in any order.")
    renewed = certify(side(0).root, draw_station(KeptDraw("renewed")), opened.charter_nonce(0), *WINDOW, KeptDraw("renewed tls"))
    log = Log(opened, 0)
    log.write(renewed.signed, kind=CERTIFICATE)
    later = [export.LogStart(0, log.log.generation[:11] + b"\xff", renewed.digest, 1)]
    book.refuse("export-certificate-in-an-entry-only", "export", _given([head, charter, first, *rest, *_all(log), *later]), "R-151 R-171", "Whoever reads a file finds its keys before its logs.", "no station certificate")
    gone = revoke(side(0).root, word("a certificate"), OPENED_AT_MS, (), "of a station that this file does not know")
    book.accept("export-revocation-of-a-certificate-not-there", "export", _given([head, charter, first, *rest, export.RevocationPaper(0, gone.signed), *ours]), "R-045 R-171", "It says nothing about what is here.", doubts=[])


def _joined(book: Book) -> None:
    head, charter, *rest = papers(line(2))
    certificate, card = joining(), side(2).card
    a, b = Log(line(2), 0), Log(line(2), 1)
    a.write(encode_proposal(Proposal(Join(2, card, certificate), "C joins.")), kind=AMENDMENT_PROPOSED)
    b.write(encode_answer(Answer(True)), kind=AMENDMENT_ACCEPTED, held=[a.held()], references=[a.ref(1)])
    theirs, third = export.CardPaper(2, card.signed), export.CertificatePaper(2, certificate.signed)
    cards = [one for one in rest if isinstance(one, export.CardPaper)]
    others = [one for one in rest if not isinstance(one, export.CardPaper)]
    before: Items = [head, charter, *cards, theirs, *others, third]
    book.accept("export-party-that-joined", "export", _given([*before, *_all(a), *_all(b)]), "R-143 R-146 R-171", "Its card and certificate stand beside the founders', and the record shows that they let it join.", doubts=[], missing=[])
    book.accept("export-party-that-nobody-let-join", "export", _given([*before, *_all(a)]), "R-096 R-171", "Proposed, and B's yes is not here: shown as a doubt.", doubts=[["not-joined", {"party": 2, "generation": ""}, None]])
    book.refuse("export-party-that-joined-without-its-card", "export", _given([head, charter, *rest, third, *_all(a), *_all(b)]), "R-171", "Whose keys certified it?", "there are 2 parties")
    apart = export.CardPaper(3, card.signed)
    book.refuse("export-party-that-joined-in-no-next-place", "export", _given([head, charter, *cards, apart, *others, *_all(a)]), "R-146 R-171", "Place 3, and nobody in place 2.", "not of party 3")


def _after(book: Book) -> None:
    before = papers(line(2))
    b = Log(line(2), 1)
    own, later, nobody = (Log(line(2), 0) for _ in range(3))
    own.write(b"one", held=[Held(0, own.log.generation, 1, own.root(1))])
    later.write(b"one", receipted=[Receipted(1, 5)])
    stranger = LogId(5, b.log.generation)
    nobody.write(b"one", held=[Held(*stranger, 3, word("a root"))])
    for name, log, story in (
        ("own-party-as-held", own, "Whoever writes holds its own log; to name it says nothing."),
        ("receipt-for-what-was-not-written", later, "A receipt for five entries, in the second one."),
    ):
        book.accept(f"export-after-{name}", "export", _given([*before, *_all(log), *_all(b)]), "R-177", story, doubts=[["after-decreases", _log(log), 1]], accused=[])
    lacks = [["entries", {"party": stranger.party, "generation": stranger.generation.hex()}, 0, 3]]
    book.accept("export-after-a-party-not-there", "export", _given([*before, *_all(nobody), *_all(b)]), "R-177", "Six parties have never been on this line; what is named is not here.", missing=lacks, doubts=[])


def _revoked(book: Book) -> None:
    log = Log(line(2), 0)
    log.write(b"receipted")
    other = (Agreed(log.log.generation, 2, word("another root")),)
    paper = revoke(side(0).root, log.certificate.digest, OPENED_AT_MS + 9_000, other, "Station key lost.")
    items = [*papers(line(2), revocations=((0, paper.signed),)), *_all(log)]
    book.accept("export-revocation-with-another-root", "export", _given(items), "R-152 R-177", "What it calls agreed is not what this file shows.", doubts=[["other-root", _log(log), None]], accused=[])


def _arrivals(book: Book) -> None:
    a, b = talk()
    before = papers(line(2))
    ours, _ = parts(a, b)
    begin, zero, one, first, arrived, two, last = ours
    book.accept("export-arrival-after-a-later-entry", "export", _given([*before, begin, zero, one, first, two, last, arrived]), "R-172", "Anywhere in its log, once its receipt has come.")
    book.refuse("export-arrival-before-its-entrys-checkpoint", "export", _given([*before, begin, zero, one, first, two, arrived, last]), "R-172", "A checkpoint stands straight after the entry it ends with.", "between the last of them and their checkpoint")
    twice = [a.author(3), a.pq_line(1, AT_S + 32, 3), a.pq_line(1, AT_S + 32, 3)]
    doubled = export.NotePaper(a.note(3, *twice[1:]))
    book.refuse("export-pq-twice", "export", _given([*before, begin, zero, one, first, arrived, two, doubled]), "R-175", "One statement of a party for a size.", "twice with ML-DSA-44")
    proof = export.Proof(3, tuple(merkle.inclusion_proof(1, 3, lambda level, at, count: a.leaves[at : at + count])))
    items = [*papers(line(2), export.EXTRACT), begin, noted(a, 3, a.receipt(1, AT_S + 31, 3)), one, export.Arrival(1, 3, OPENED_AT_MS), proof]
    book.refuse("export-extract-arrival-before-the-proof", "export", _given(items), "R-172", "A proof stands straight after its entry.", "no proof stands after it")


def _histories(book: Book) -> None:
    """One author, two histories: B receipted the first of them."""
    true, false = Log(line(2), 0), Log(line(2), 0)
    true.write(b"peace"), false.write(b"war"), false.write(b"and more of it")
    proof = export.Proof(3, tuple(merkle.inclusion_proof(1, 3, lambda level, at, count: false.leaves[at : at + count])))
    receipt = export.NotePaper(true.note(2, true.receipt(1, AT_S + 5, 2)))
    items = [*papers(line(2), export.EXTRACT), start(false), receipt, noted(false, 3), entry(false, 1), proof]
    book.accept("export-extract-of-two-histories", "export", _given(items), "R-176", "B's receipt is for another history than the one in which this entry stands: it does not say that B holds it.", accused=[])
