"""Scenarios of the charter and of the three files that open a line."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

from typing import Any, Final

from conformance.making.cupboard import KeptDraw, word
from conformance.making.parties import ceremony_bytes, line, side
from conformance.making.scenarios import Book, flipped
from openline.seal import papers
from openline.seal.charter import NO_NONCE, Charter
from openline.seal.papers import parse_acceptance, parse_opening, parse_proposal
from openline.seal.spelling import write_map

Fields = list[Any]
LABELS: Final = {"proposal": "openline/proposal/v1", "acceptance": "openline/acceptance/v1", "opening": "openline/opening/v1"}


def write(book: Book) -> None:
    """All of them."""
    _charters(book)
    _share(book)
    _proposals(book)
    _acceptances(book)
    _openings(book)
    _secrets(book)


def _charter_fields(charter: Charter) -> Fields:
    return [1, charter.line_name, [[one.name, one.root.ed25519, one.root.mldsa44] for one in charter.parties],
            list(charter.nonces), charter.opened_at_ms, list(charter.languages), [list(one) for one in charter.handling],
            list(charter.due_ms), charter.limits.spell(), charter.suite, list(charter.formats),
            [list(one) for one in charter.offices]]  # fmt: skip


def _charters(book: Book) -> None:
    opened = line(2)
    fields = _charter_fields(opened.lines[0].charter)
    assert write_map(fields) == opened.charter

    def put(at: int, value: object) -> bytes:
        return write_map([*fields[:at], value, *fields[at + 1 :]])

    parties, nonces = fields[2], fields[3]
    a, b = parties
    book.accept("seal-charter", "charter", {"bytes": opened.charter}, "R-047 R-048",
                "Two parties, their nonces, and the line id that follows.", line_id=opened.line_id)  # fmt: skip
    book.accept("seal-charter-of-three", "charter", {"bytes": line(3).charter}, "R-047 R-048", "Three parties.")
    for name, data, says, story in (
        ("of-version-2", put(0, 2), "version 1 only", "Nothing is known of a version 2."),
        ("of-one-party", write_map([*fields[:2], [a], nonces[:1], *fields[4:11], [[]]]), "within 2 to 8", "A line joins at least two."),
        ("of-one-party-twice", put(2, [a, a]), "twice", "A with A."),
        ("of-two-parties-of-one-name", put(2, [a, ["PARTY A", *b[1:]]]), "one name", "Who is meant?"),
        ("root-key-of-small-order", put(2, [a, ["PARTY B", bytes(32), b[2]]]), "small order", "Under it anything verifies."),
        ("nonce-missing", put(3, [nonces[0], NO_NONCE]), "missing", "Only a proposal has nonces of zero."),
        ("nonce-twice", put(3, [nonces[0], nonces[0]]), "twice", "A nonce copied is not fresh."),
        ("nonces-too-few", put(3, nonces[:1]), "within 2 to 2", "One nonce a party."),
        ("opened-beyond-six-bytes", put(4, 2**48 - 2**40 + 1), "not within 0", "Entries written 34 years later would have no spelling."),
        ("no-language", put(5, []), "within 1 to 8", "In which language?"),
        ("language-twice", put(5, ["en", "en"]), "twice", "One language, said twice."),
        ("language-no-tag", put(5, ["en_GB"]), "BCP 47", "A tag has hyphens."),
        ("banner-of-no-language-of-the-line", put(6, [["fr", "OFFICIEL"]]), "charter's languages", "French is not of this line."),
        ("banners-out-of-order", put(6, [["en", "OFFICIAL"], ["ar", "OFFICIAL"]]), "ascending", "ar comes before en."),
        ("due-times-three", put(7, [1, 2, 3]), "within 4 to 4", "Four precedences."),
        ("due-time-zero", put(7, [0, 1, 1, 1]), "within 1", "At once cannot be kept."),
        ("body-limit-beyond-the-most", put(8, [262_145, 1, 0]), "within 1 to 262144", "Over every body's bound."),
        ("no-entries-a-minute", put(8, [1, 0, 0]), "within 1", "A line that takes nothing."),
        ("another-suite", put(9, "aes128"), "there is no other", "No negotiation, and no weaker suite."),
        ("formats-out-of-order", put(10, [word("b"), word("a")] if word("b") > word("a") else [word("a"), word("b")]), "ascending", "Hashes ascend."),
        ("office-of-two-parties", put(11, [["DESK"], ["DESK"]]), "twice", "An address is of one party."),
        ("trailing-byte", opened.charter + b"\0", "after the end", "A byte after the end."),
        ("keys-out-of-order", _swapped(opened.charter), "in order", "Field 1 before field 0."),
    ):  # fmt: skip
        book.refuse(f"seal-charter-{name}", "charter", {"bytes": data}, "R-035 R-048", story, says)


def _swapped(charter: bytes) -> bytes:
    """The first two fields the other way round."""
    end = charter.index(b"\x02", 4)
    return charter[:1] + charter[3:end] + charter[1:3] + charter[end:]


def _share(book: Book) -> None:
    for count in (2, 3):
        opened = line(count)
        book.shared.add(f"line{count}.proposal", ceremony_bytes(papers.PROPOSAL, opened.proposal.file))
        for number, answer in enumerate(opened.acceptances, 1):
            book.shared.add(f"line{count}.acceptance.{number}", ceremony_bytes(papers.ACCEPTANCE, answer.file))
        book.shared.add(f"line{count}.opening", ceremony_bytes(papers.OPENING, opened.opening))


def _signed(kind: str, fields: Fields, by: int) -> bytes:
    return side(by).root.sign(LABELS[kind], write_map(fields)).encode()


def _proposals(book: Book) -> None:
    named = book.shared.named
    data = named["line2.proposal"]
    read = parse_proposal(data)
    draft = _charter_fields(read.charter)
    fields: Fields = [read.charter.encode(), 0, [side(0).card.signed, side(1).card.signed], read.certificate.signed, read.one_time_key]
    assert _signed("proposal", fields, 0) == data

    def put(at: int, value: object, by: int = 0) -> bytes:
        return _signed("proposal", [*fields[:at], value, *fields[at + 1 :]], by)

    def terms(at: int, value: object) -> bytes:
        return put(0, write_map([*draft[:at], value, *draft[at + 1 :]]))

    book.accept("seal-proposal", "proposal", {"bytes": data}, "R-062 R-063", "Terms, cards, certificate, one-time key.", proposer=0)
    full = line(2).lines[0].charter.nonces
    for name, changed, says, story in (
        ("bit-turned", flipped(data, -3_000), "does not verify", "One bit."),
        ("signed-by-another", _signed("proposal", fields, 1), "does not verify", "B's signature under A's proposal."),
        ("of-a-party-not-there", put(1, 2), "within 0 to 1", "Party 2 of two."),
        ("proposer-another", put(1, 1), "only the proposer's nonce", "A's proposal in B's name."),
        ("nonce-of-the-other-there", terms(3, list(full)), "only the proposer's nonce", "B's nonce is B's to draw."),
        ("no-nonce-at-all", terms(3, [NO_NONCE, NO_NONCE]), "only the proposer's nonce", "A's must stand in it."),
        ("card-of-somebody-else", put(2, [side(0).card.signed, side(2).card.signed]), "not of the charter's party 1", "C's card in B's place."),
        ("cards-exchanged", put(2, [side(1).card.signed, side(0).card.signed]), "not of the charter's party 0", "In order of party."),
        ("card-spoiled", put(2, [side(0).card.signed, flipped(side(1).card.signed, -100)]), "ML-DSA-44", "B's card was not signed so."),
        ("certificate-for-another-line", put(3, line(3).lines[0].certificates[0].signed), "for another line", "Its nonce is of another charter."),
        ("certificate-of-another-party", put(3, line(2).lines[0].certificates[1].signed), "another party", "B's certificate as A's."),
        ("one-time-key-of-small-order", put(4, read.one_time_key[:1184] + bytes(32)), "small order", "Nothing may be sealed to it."),
        ("an-acceptance", named["line2.acceptance.1"], "openline/proposal/v1", "Another file of the ceremony."),
        ("truncated", data[:-1], "not CBOR", "A byte lacks."),
    ):  # fmt: skip
        book.refuse(f"seal-proposal-{name}", "proposal", {"bytes": changed}, "R-062 R-063", story, says)


def _acceptances(book: Book) -> None:
    named = book.shared.named
    proposal, data = named["line2.proposal"], named["line2.acceptance.1"]
    given = {"proposal": proposal, "bytes": data}
    read = parse_acceptance(data, parse_proposal(proposal))
    fields: Fields = [read.proposal_digest, 1, read.nonce, read.certificate.signed, read.sealed, read.one_time_key]
    assert _signed("acceptance", fields, 1) == data

    def put(at: int, value: object, by: int = 1) -> bytes:
        return _signed("acceptance", [*fields[:at], value, *fields[at + 1 :]], by)

    book.accept("seal-acceptance", "acceptance", given, "R-062 R-063", "A nonce, a certificate, a secret sealed to the proposer.")
    nonce = parse_proposal(proposal).charter.nonces[0]
    for name, changed, says, story in (
        ("of-another-proposal", put(0, word("another proposal")), "another proposal", "It says yes to something else."),
        ("by-the-proposer", put(1, 0, by=0), "cannot accept its own", "A says yes to itself."),
        ("in-another-name", _signed("acceptance", fields, 2), "does not verify", "C signs as B."),
        ("nonce-copied", put(2, nonce), "fresh nonce", "The proposer's nonce again."),
        ("nonce-zero", put(2, NO_NONCE), "fresh nonce", "Zero marks a nonce that lacks."),
        ("certificate-of-another-nonce", put(2, word("another nonce")), "for another line", "The certificate has the first nonce."),
        ("sealed-secret-short", put(4, read.sealed[:-1]), "1167 bytes, not 1168", "A byte lacks."),
        ("one-time-key-short", put(5, read.one_time_key[:-1]), "1215 bytes, not 1216", "A byte lacks."),
        ("bit-turned", flipped(data, 60), "another proposal", "A bit in the proposal's name."),
    ):  # fmt: skip
        book.refuse(f"seal-acceptance-{name}", "acceptance", given | {"bytes": changed}, "R-062 R-063", story, says)


def _openings(book: Book) -> None:
    named = book.shared.named
    proposal, data = named["line2.proposal"], named["line2.opening"]
    given = {"proposal": proposal, "bytes": data}
    read = parse_opening(data, parse_proposal(proposal))
    fields: Fields = [read.proposal_digest, [named["line2.acceptance.1"]], read.charter.encode(), list(read.sealed)]
    assert _signed("opening", fields, 0) == data

    def put(at: int, value: object) -> bytes:
        return _signed("opening", [*fields[:at], value, *fields[at + 1 :]], 0)

    book.accept("seal-opening", "opening", given, "R-062 R-063", "All acceptances, the charter they make, all secrets.")
    three = {"proposal": named["line3.proposal"], "bytes": named["line3.opening"]}
    book.accept("seal-opening-of-three", "opening", three, "R-062 R-063", "Two acceptances, in order of party.")
    charter = read.charter
    renamed = charter._replace(line_name="ANOTHER LINE").encode()
    softer = charter._replace(nonces=(charter.nonces[1], charter.nonces[0])).encode()
    for name, changed, says, story in (
        ("of-another-proposal", put(0, word("another proposal")), "another proposal", "Not ours."),
        ("signed-by-another", _signed("opening", fields, 1), "does not verify", "B opens what A proposed."),
        ("acceptance-lacks", put(1, []), "within 1 to 8", "Nobody said yes."),
        ("acceptance-twice", put(1, [named["line2.acceptance.1"]] * 2), "each once", "B said yes once."),
        ("acceptance-spoiled", put(1, [flipped(named["line2.acceptance.1"], -9)]), "ML-DSA-44", "B did not sign this."),
        ("other-terms", put(2, renamed), "not the charter that was proposed", "The name of the line is another now."),
        ("nonces-exchanged", put(2, softer), "not the charter that was proposed", "Each nonce in its party's place."),
        ("sealed-for-the-proposer-too", put(3, [bytes(1_200), read.sealed[1]]), "1200 bytes, not 0", "The proposer has them."),
        ("sealed-secrets-short", put(3, [b"", read.sealed[1][:-1]]), "1199 bytes, not 1200", "A byte lacks."),
    ):  # fmt: skip
        book.refuse(f"seal-opening-{name}", "opening", given | {"bytes": changed}, "R-062 R-063", story, says)


def _secrets(book: Book) -> None:
    named = book.shared.named
    for count in (2, 3):
        opened = line(count)
        ours = count - 1
        waiting = opened.acceptances[ours - 1].waiting
        given = {"ours": ours, "proposal": waiting.proposal, "acceptance": waiting.acceptance,
                 "one_time_seed": waiting.one_time_seed, "secret": waiting.secret, "station": waiting.station.encode(),
                 "opening": named[f"line{count}.opening"]}  # fmt: skip
        first = opened.lines[0]
        book.accept(f"seal-ceremony-of-{count}", "ceremony", given, "R-064 R-067",
                    "What the last party has at the end: the same secret, transcript and digits as the first.",
                    line_id=first.line_id, transcript=first.transcript, digits=first.digits(),
                    ceremony_secret=first.ceremony_secret)  # fmt: skip
    other = line(3).acceptances[0]
    given = {"ours": 1, "proposal": other.waiting.proposal, "acceptance": other.waiting.acceptance,
             "one_time_seed": other.waiting.one_time_seed, "secret": other.waiting.secret,
             "station": other.waiting.station.encode(), "opening": named["line3.opening"]}  # fmt: skip
    read = parse_acceptance(named["line3.acceptance.1"], parse_proposal(named["line3.proposal"]))
    fields: Fields = [read.proposal_digest, 1, read.nonce, read.certificate.signed,
                      KeptDraw().seal_to(parse_proposal(named["line3.proposal"]).one_time_key, word("another secret"),
                                         b"openline/acceptance/v1\n" + read.proposal_digest + b"\x01" + read.nonce),
                      read.one_time_key]  # fmt: skip
    for name, changes, rules, says, story in (
        ("opening-holds-another-acceptance-of-ours", {"acceptance": _signed("acceptance", fields, 1)}, "R-063",
         "not the one we gave", "Somebody answered in our name."),
        ("secret-is-not-ours", {"secret": word("what we gave")}, "R-063", "not the one we gave", "The proposer has another secret of ours."),
        ("one-time-key-is-not-ours", {"one_time_seed": word("another seed")}, "R-037 R-063", "sealed", "It does not open."),
        ("opening-of-another-line", {"opening": named["line2.opening"]}, "R-063", "another proposal", "Not what we accepted."),
    ):  # fmt: skip
        book.refuse(f"seal-ceremony-{name}", "ceremony", given | changes, rules, story, says)

