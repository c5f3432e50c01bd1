"""Scenarios of what changes a line: bodies of proposals and answers, and how a line stands after them."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

from functools import cache
from typing import Any, Final

from conformance.making.cupboard import KeptDraw, word
from conformance.making.parties import WINDOW, Log, line, side
from conformance.making.scenarios import Book, flipped
from openline.record import entry
from openline.seal.amendment import Answer, Close, Join, Leave, Proposal, Terms, encode_answer, encode_proposal
from openline.seal.certificate import Certificate, certify, draw_station, join_nonce
from openline.seal.charter import CharterLimits
from openline.seal.spelling import armour, write_map

DUE: Final = (300_000, 900_000, 3_600_000, 10_800_000)
TERMS: Final = Proposal(Terms(due_ms=DUE), "Answer sooner.")


def write(book: Book) -> None:
    """All of them."""
    book.shared.add("joining.certificate", joining().signed)
    _joining_papers(book)
    _proposals(book)
    _answers(book)
    _standings(book)
    _joinings(book)


@cache
def joining() -> Certificate:
    """C's station on the line of A and B."""
    nonce = join_nonce(line(2).line_id, side(2).card.party_id)
    return certify(side(2).root, draw_station(KeptDraw("joining")), nonce, *WINDOW, KeptDraw("joining tls"))


def _joining_papers(book: Book) -> None:
    """Papers to a party that wants to join, and what it hands over."""
    opened = line(2)
    cards = [side(number).card.signed for number in range(2)]
    certificates = [[number, one.signed] for number, one in enumerate(opened.lines[0].certificates)]

    def papers(*fields: object, charter: bytes = opened.charter) -> str:
        return armour("LINE PAPERS", write_map((charter, write_map(fields))))

    book.accept("line-papers", "line-papers", {"text": papers(0, cards, certificates, [])}, "R-036 R-098", "Charter, cards, certificates, revocations.", line_id=opened.line_id)
    for name, text, says, story in (
        ("with-cards-exchanged", papers(0, cards[::-1], certificates, []), "in its order", "In order of party."),
        ("without-a-certificate", papers(0, cards, certificates[:1], []), "within 2", "B has no station."),
        ("with-a-certificate-of-another-line", papers(0, cards, [[0, line(3).lines[0].certificates[0].signed], certificates[1]], []), "another line", "A's station on the line of three."),
        ("with-another-charter", papers(0, cards, certificates, [], charter=line(3).charter), "charter's parties", "Three parties there, two here."),
        ("with-a-revocation-by-another", papers(0, cards, certificates, [[1, book.shared.named["line2.revocation.0"]]]), "another party", "A's as B's."),
    ):
        book.refuse(f"line-papers-{name}", "line-papers", {"text": text}, "R-096 R-098", story, says)
    fields: list[Any] = [opened.line_id, 2, side(2).card.signed, joining().signed, ["PARTY C DESK"]]

    def request(at: int = 0, value: object = None) -> str:
        return armour("JOINING", write_map([*fields[:at], value, *fields[at + 1 :]] if value is not None else fields))

    book.accept("line-joining", "joining", {"text": request()}, "R-098 R-146", "C wants to be party 2.", place=2)
    for name, text, says, story in (
        ("another-line", request(0, line(3).line_id), "another line", "The certificate has the nonce of the line of two."),
        ("in-place-8", request(1, 8), "within 0 to 7", "A line has eight places."),
        ("with-somebody-elses-certificate", request(3, opened.lines[0].certificates[1].signed), "another party", "B's station for C."),
        ("with-a-card-spoiled", request(2, flipped(side(2).card.signed, -3)), "ML-DSA-44", "Not signed so."),
    ):
        book.refuse(f"line-joining-{name}", "joining", {"text": text}, "R-098 R-146", story, says)


def _proposals(book: Book) -> None:
    join = Join(2, side(2).card, joining(), ("PARTY C DESK",))
    full = Terms(DUE, CharterLimits(1_000, 60, 0), ("en", "fr"), (("fr", "OFFICIEL"),), ((1, ("PARTY B DESK",)),), (word("a format"),))
    for name, change, story in (
        ("terms", Terms(due_ms=DUE), "New due times; null leaves a term as it is."),
        ("all-terms", full, "Every term at once."),
        ("join", join, "A party joins in the next place, with its card and the certificate of its station."),
        ("leave", Leave(1), "A party leaves; its logs stay."),
        ("close", Close(), "The line ends; its record stays."),
    ):
        book.accept(f"line-proposal-{name}", "proposal-body", {"bytes": encode_proposal(Proposal(change, "Because."))}, "R-140 R-145", story)
    nothing: list[Any] = [None] * 6
    card, certificate = join.card.signed, join.certificate.signed

    def terms(at: int, value: object) -> bytes:
        return write_map((0, [*nothing[:at], value, *nothing[at + 1 :]], ""))

    for name, data, says, story in (
        ("of-unknown-kind", write_map((4, [], "")), "within 0 to 3", "Kinds are 0 to 3."),
        ("that-changes-nothing", write_map((0, nothing, "")), "change nothing", "Every term left as it is."),
        ("with-five-terms", write_map((0, nothing[:5], "")), "within 6 to 6", "Six terms."),
        ("with-three-due-times", terms(0, [1, 2, 3]), "within 4 to 4", "Four precedences."),
        ("with-a-body-limit-of-nothing", terms(1, [0, 1, 0]), "within 1", "Nothing could be sent."),
        ("with-offices-out-of-order", terms(4, [[1, []], [0, []]]), "ascending", "Ascending by party."),
        ("with-a-short-format-hash", terms(5, [bytes(31)]), "31 bytes, not 32", "A byte lacks."),
        ("join-with-a-spoiled-card", write_map((1, [2, flipped(card, -5), certificate, []], "")), "ML-DSA-44", "Not signed so."),
        ("join-with-somebody-elses-certificate", write_map((1, [2, card, line(2).lines[0].certificates[1].signed, []], "")), "another party", "B's station for C."),
        ("join-in-place-8", write_map((1, [8, card, certificate, []], "")), "within 0 to 7", "A line has eight places."),
        ("leave-of-party-8", write_map((2, [8], "")), "within 0 to 7", "Parties are 0 to 7."),
        ("close-with-a-reason-in-the-wrong-field", write_map((3, ["because"], "")), "within 0 to 0", "Nothing stands there."),
        ("remark-of-two-lines", write_map((3, [], "one\ntwo")), "control", "A remark is one line."),
        ("trailing-byte", write_map((3, [], "")) + b"\0", "after the end", "A byte after the end."),
    ):  # fmt: skip
        book.refuse(f"line-proposal-{name}", "proposal-body", {"bytes": data}, "R-035 R-140", story, says)


def _answers(book: Book) -> None:
    for name, said in (("yes", Answer(True)), ("no", Answer(False, "Not so fast."))):
        book.accept(f"line-answer-{name}", "answer-body", {"bytes": encode_answer(said)}, "R-141", f"A plain {name}.", accepted=said.accepted)
    for name, data, says, story in (
        ("perhaps", write_map((2, "")), "within 0 to 1", "Yes is 1, no is 0."),
        ("true", write_map((True, "")), "whole number", "True is not spelled 1."),
        ("without-a-remark", write_map((1,)), "not a map", "It may be empty, not absent."),
    ):
        book.refuse(f"line-answer-{name}", "answer-body", {"bytes": data}, "R-035 R-141", story, says)


class _Record:
    """Entries that change a line, in the logs of its parties."""

    def __init__(self, count: int = 2) -> None:
        self.opened = line(count)
        self.logs = [Log(self.opened, number) for number in range(count)]
        self.statements: list[dict[str, Any]] = []

    def say(self, party: int, body: bytes, kind: int, about: entry.Ref | None = None, knowing: bool = True) -> entry.Ref:
        """An entry of one party; `knowing`: after everything that the others have written."""
        log = self.logs[party]
        held = [other.held() for other in self.logs if other is not log] if knowing else []
        index = log.write(body, kind=kind, held=held, references=[about] if about else [])
        self.statements.append({"log": list(log.log), "header": log.headers[index], "body": body})
        return log.ref(index)

    def propose(self, party: int, proposal: Proposal, knowing: bool = True) -> entry.Ref:
        """A proposal."""
        return self.say(party, encode_proposal(proposal), entry.AMENDMENT_PROPOSED, None, knowing)

    def answer(self, party: int, about: entry.Ref, accepted: bool = True, knowing: bool = True) -> None:
        """A yes or a no."""
        self.say(party, encode_answer(Answer(accepted)), entry.AMENDMENT_ACCEPTED, about, knowing)

    def given(self, *lacking: int) -> dict[str, Any]:
        """What the door takes; of the parties named only the opening is held."""
        held = [[list(log.log), 1 if log.party in lacking else log.size] for log in self.logs]
        return {"charter": self.opened.charter, "entries": self.statements, "held": held,
                "stations": [[list(log.log), log.certificate.digest] for log in self.logs],
                "receipted": [[list(log.log), 0] for log in self.logs]}  # fmt: skip


def _states(*rows: tuple[entry.Ref, str, list[int]]) -> list[object]:
    return [[ref._asdict() | {"generation": ref.generation.hex()}, state, accepted] for ref, state, accepted in rows]


def _standings(book: Book) -> None:
    def accept(name: str, record: _Record, story: str, *lacking: int, **expected: object) -> None:
        book.accept(f"line-standing-{name}", "standing", record.given(*lacking), "R-141 R-142 R-143", story, **expected)

    accept("of-the-charter", _Record(), "Nothing was proposed.", amendments=[])
    record = _Record()
    ref = record.propose(0, TERMS)
    accept("proposed", record, "One yes of two: the proposer's own.", amendments=_states((ref, "open", [0])))
    record.answer(1, ref)
    accept("accepted", record, "Both: in force.", amendments=_states((ref, "in force", [0, 1])), due_ms=list(DUE))
    accept("accepted-and-not-yet-held", record, "The answer was written after what is not all held here: it waits.", 0)
    record = _Record()
    ref = record.propose(0, TERMS)
    record.answer(1, ref, accepted=False)
    accept("refused", record, "One no.", amendments=_states((ref, "refused", [0])))
    record.answer(1, ref)
    accept("refused-and-then-accepted", record, "The first answer of a party counts.", amendments=_states((ref, "refused", [0])))
    record = _Record()
    ref = record.propose(0, TERMS)
    record.answer(0, ref, accepted=False)
    record.answer(1, ref)
    accept("withdrawn", record, "The proposer's no came before the other's yes.", amendments=_states((ref, "withdrawn", [0])))
    record = _Record()
    ref = record.propose(0, TERMS)
    record.answer(1, ref, knowing=False)
    accept("accepted-without-having-it", record, "An answer written without the proposal in hand says nothing.", amendments=_states((ref, "open", [0])))
    record = _Record(3)
    ref = record.propose(0, TERMS)
    record.answer(1, ref)
    accept("accepted-by-two-of-three", record, "C has not answered: silence is no consent.", amendments=_states((ref, "open", [0, 1])))


def _joinings(book: Book) -> None:
    def accept(name: str, record: _Record, rules: str, story: str, **expected: object) -> None:
        book.accept(f"line-standing-{name}", "standing", record.given(), rules, story, **expected)

    join = Proposal(Join(2, side(2).card, joining()), "C joins.")
    record = _Record()
    ref = record.propose(0, join)
    record.answer(1, ref)
    accept("joined", record, "R-143 R-146", "C is party 2 from now on.", parties=[[0, "PARTY A"], [1, "PARTY B"], [2, "PARTY C"]])
    record = _Record()
    ref = record.propose(0, Proposal(Join(3, side(2).card, joining())))
    record.answer(1, ref)
    accept("joined-in-the-wrong-place", record, "R-146", "Place 3 is not the next one.", amendments=_states((ref, "void", [])))
    record = _Record()
    ref = record.propose(0, Proposal(Leave(0)))
    accept("left-by-its-own-word", record, "R-148", "A party leaves when it says so.", parties=[[1, "PARTY B"]])
    record = _Record()
    ref = record.propose(0, Proposal(Leave(1)))
    accept("turned-out-by-one", record, "R-148", "One party alone cannot turn the other out.", amendments=_states((ref, "open", [0])))
    record = _Record(3)
    ref = record.propose(0, Proposal(Leave(2)))
    record.answer(1, ref)
    accept("turned-out-by-two", record, "R-148", "All the others, at least two.", parties=[[0, "PARTY A"], [1, "PARTY B"]])
    record = _Record()
    ref = record.propose(1, Proposal(Close()))
    record.answer(0, ref)
    accept("closed", record, "R-149", "The line has ended; its record stays.", closed=True)
    record = _Record()
    renewed = book.shared.named["line2.renewed.0"]
    record.say(0, renewed, entry.CERTIFICATE)
    record.say(1, book.shared.named["line2.revocation.0"], entry.REVOCATION)
    accept("renewed-and-revoked", record, "R-151 R-152", "Papers count by their own signatures, whoever brings them.")
    record = _Record()
    record.say(0, line(3).lines[0].certificates[0].signed, entry.CERTIFICATE)
    accept("renewed-for-another-line", record, "R-151", "A's station on the line of three is none here.", certificates=[])
    broken = _Record()
    broken.say(1, b"no answer", entry.AMENDMENT_ACCEPTED, broken.logs[0].ref(0))
    book.refuse("line-standing-answer-that-does-not-read", "standing", broken.given(), "R-141", "It changes nothing, and is shown.", "not CBOR")
    loose = _Record()
    loose.say(1, encode_answer(Answer(True)), entry.AMENDMENT_ACCEPTED)
    book.refuse("line-standing-answer-to-nothing", "standing", loose.given(), "R-141", "It refers to no proposal.", "refers to no proposal")
