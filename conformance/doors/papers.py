"""Doors of papers: armour, cards, certificates, revocations, charters, the three files of the ceremony."""

from __future__ import annotations

from typing import Any, Final

from conformance.doors.keys import DRAW
from openline.console.kept.joining import read_request
from openline.console.kept.papers import read_bundle
from openline.errors import Malformed
from openline.limits import CEREMONY_BYTES_MAX
from openline.seal import papers
from openline.seal.ceremony import OpenLine, Waiting, take_opening
from openline.seal.certificate import parse_certificate, parse_revocation, parse_station
from openline.seal.charter import parse_charter
from openline.seal.epochs import recovery_secret
from openline.seal.party import RootPublic, parse_card
from openline.seal.spelling import armour, unarmour


def root_of(given: dict[str, Any]) -> RootPublic:
    """The root keys that a vector names."""
    ed25519, mldsa44 = given["root"]
    return RootPublic(bytes.fromhex(ed25519), bytes.fromhex(mldsa44))


def armoured(given: dict[str, Any]) -> object:
    """The bytes inside a text file of one kind."""
    return {"bytes": unarmour(given["kind"], given["text"], CEREMONY_BYTES_MAX)}


def card(given: dict[str, Any]) -> object:
    """A party's card."""
    read = parse_card(bytes.fromhex(given["bytes"]))
    return {"name": read.name, "ed25519": read.root.ed25519, "mldsa44": read.root.mldsa44,
            "made_at_ms": read.made_at_ms, "party_id": read.party_id}  # fmt: skip


def certificate(given: dict[str, Any]) -> object:
    """A station certificate under its party's root, for the line with that nonce; in force at an instant or not."""
    read = parse_certificate(bytes.fromhex(given["bytes"]), root_of(given))
    if read.line_nonce != bytes.fromhex(given["nonce"]):
        raise Malformed("station certificate: made for another line")
    shown = {name: getattr(read, name) for name in read._fields if name not in ("signed", "digest")}
    return {**shown, "name": read.digest, "in_force": read.in_force(given["at_ms"])}


def revocation(given: dict[str, Any]) -> object:
    """A revocation under its party's root."""
    read = parse_revocation(bytes.fromhex(given["bytes"]), root_of(given))
    return {name: getattr(read, name) for name in read._fields if name not in ("signed", "digest")}


def charter(given: dict[str, Any]) -> object:
    """A charter, and the line id it makes."""
    read = parse_charter(bytes.fromhex(given["bytes"]))
    return {"line_id": read.line_id(), "line_name": read.line_name, "opened_at_ms": read.opened_at_ms,
            "parties": [[party.name, party.root.party_id] for party in read.parties], "nonces": read.nonces,
            "languages": read.languages, "handling": read.handling, "due_ms": read.due_ms,
            "limits": read.limits.spell(), "formats": read.formats, "offices": read.offices}  # fmt: skip


def proposal(given: dict[str, Any]) -> object:
    """The first file of the ceremony."""
    read = papers.parse_proposal(bytes.fromhex(given["bytes"]))
    return {"name": read.digest, "proposer": read.proposer, "certificate": read.certificate.digest,
            "one_time_key": read.one_time_key}  # fmt: skip


def acceptance(given: dict[str, Any]) -> object:
    """The second file, under the proposal."""
    read = papers.parse_acceptance(bytes.fromhex(given["bytes"]), _proposal(given))
    return {"name": read.digest, "party": read.party, "nonce": read.nonce, "certificate": read.certificate.digest,
            "sealed": read.sealed, "one_time_key": read.one_time_key}  # fmt: skip


def opening(given: dict[str, Any]) -> object:
    """The third file, under the proposal."""
    read = papers.parse_opening(bytes.fromhex(given["bytes"]), _proposal(given))
    return {"name": read.signed.digest, "line_id": read.charter.line_id(),
            "acceptances": [one.digest for one in read.acceptances]}  # fmt: skip


def ceremony(given: dict[str, Any]) -> object:
    """What an acceptor has after the third file: its own secrets as it kept them, and all the secrets that follow."""
    waiting = Waiting(
        given["ours"], bytes.fromhex(given["proposal"]), bytes.fromhex(given["acceptance"]),
        bytes.fromhex(given["one_time_seed"]), bytes.fromhex(given["secret"]),
        parse_station(bytes.fromhex(given["station"])),
    )  # fmt: skip
    line: OpenLine = take_opening(waiting, armour(papers.OPENING, bytes.fromhex(given["opening"])), DRAW)
    return {"line_id": line.line_id, "transcript": line.transcript, "digits": line.digits(),
            "ceremony_secret": line.ceremony_secret,
            "recovery_secret": recovery_secret(line.ceremony_secret, line.line_id)}  # fmt: skip


def line_papers(given: dict[str, Any]) -> object:
    """All papers of a line, as they are handed to a party that wants to join."""
    read = read_bundle(given["text"])
    return {"line_id": read.line_id, "cards": [one.party_id for one in read.cards],
            "certificates": [[number, one.digest] for number, one in read.certificates],
            "revocations": [[number, one.digest] for number, one in read.revocations]}  # fmt: skip


def joining(given: dict[str, Any]) -> object:
    """What a party that wants to join hands over."""
    read = read_request(given["text"])
    return {"line_id": read.line_id, "place": read.join.place, "party_id": read.join.card.party_id,
            "certificate": read.join.certificate.digest, "offices": read.join.offices}  # fmt: skip


def _proposal(given: dict[str, Any]) -> papers.Proposal:
    return papers.parse_proposal(bytes.fromhex(given["proposal"]))


DOORS: Final = {
    "armour": armoured,
    "card": card,
    "certificate": certificate,
    "revocation": revocation,
    "charter": charter,
    "proposal": proposal,
    "acceptance": acceptance,
    "opening": opening,
    "ceremony": ceremony,
    "line-papers": line_papers,
    "joining": joining,
}
