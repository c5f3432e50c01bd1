"""Doors of the record: headers, bodies, digests, trees and proofs, notes and checkpoints as bytes, intervals."""

from __future__ import annotations

from typing import Any, Final

from openline.desk import release
from openline.errors import Forged
from openline.record import ahead, body, entry, merkle, note, opening, statement, times
from openline.seal import amendment


def header(given: dict[str, Any]) -> object:
    """An entry's header, and its leaf."""
    data = bytes.fromhex(given["bytes"])
    return {"header": entry.parse_header(data), "leaf": entry.leaf(data)}


def salted(given: dict[str, Any]) -> object:
    """Salt and digest of the body of one entry."""
    salt = entry.salt_for(bytes.fromhex(given["log_secret"]), given["index"])
    return {"salt": salt, "digest": entry.body_digest(salt, bytes.fromhex(given["body"]))}


def message(given: dict[str, Any]) -> object:
    """The body of a MESSAGE."""
    return body.parse_message(bytes.fromhex(given["bytes"]))


def acknowledgement(given: dict[str, Any]) -> object:
    """The body of an ACKNOWLEDGEMENT."""
    return body.parse_acknowledgement(bytes.fromhex(given["bytes"]))


def held_ahead(given: dict[str, Any]) -> object:
    """The body of a HELD AHEAD."""
    return ahead.parse_held_ahead(bytes.fromhex(given["bytes"]))


def release_body(given: dict[str, Any]) -> object:
    """The body of a RELEASE."""
    return release.parse_release(bytes.fromhex(given["bytes"]))


def release_digest(given: dict[str, Any]) -> object:
    """What a release is over."""
    return release.release_digest(given["kind"], given["precedence"], given["flags"], bytes.fromhex(given["body"]))


def opening_body(given: dict[str, Any]) -> object:
    """The body of an OPENING."""
    return opening.parse_opening(bytes.fromhex(given["bytes"]))


def proposal(given: dict[str, Any]) -> object:
    """The body of an AMENDMENT_PROPOSED; papers in it shown by their names."""
    read = amendment.parse_proposal(bytes.fromhex(given["bytes"]))
    change = read.change
    if isinstance(change, amendment.Join):
        return {"change": "join", "place": change.place, "party_id": change.card.party_id,
                "certificate": change.certificate.digest, "offices": change.offices,
                "remark": read.remark}  # fmt: skip
    return {"change": type(change).__name__.lower(), **change._asdict(), "remark": read.remark}


def intake(given: dict[str, Any]) -> object:
    """The body of an INTAKE."""
    return statement.parse_paused(bytes.fromhex(given["bytes"]))


def answer(given: dict[str, Any]) -> object:
    """The body of an AMENDMENT_ACCEPTED."""
    return amendment.parse_answer(bytes.fromhex(given["bytes"]))


def tree(given: dict[str, Any]) -> object:
    """The root over leaf hashes."""
    return {"root": merkle.root_of([bytes.fromhex(leaf) for leaf in given["leaves"]])}


def inclusion(given: dict[str, Any]) -> object:
    """An inclusion proof."""
    proof = [bytes.fromhex(one) for one in given["proof"]]
    leaf, root = bytes.fromhex(given["leaf"]), bytes.fromhex(given["root"])
    if not merkle.verify_inclusion(leaf, given["index"], given["size"], proof, root):
        raise Forged("the inclusion proof does not lead to the root")
    return {}


def consistency(given: dict[str, Any]) -> object:
    """A consistency proof."""
    proof = [bytes.fromhex(one) for one in given["proof"]]
    old_root, root = bytes.fromhex(given["old_root"]), bytes.fromhex(given["root"])
    if not merkle.verify_consistency(given["old"], given["size"], old_root, root, proof):
        raise Forged("the consistency proof does not lead from the one root to the other")
    return {}


def signed_note(given: dict[str, Any]) -> object:
    """The form of a signed note; no signature is checked."""
    return note.parse_note(bytes.fromhex(given["bytes"]))


def checkpoint(given: dict[str, Any]) -> object:
    """A checkpoint's text, and its origin taken apart."""
    read = note.parse_checkpoint(bytes.fromhex(given["text"]))
    return {**read._asdict(), "names": note.parse_origin(read.origin)}


def interval(given: dict[str, Any]) -> object:
    """When something was held, from all that bounds it."""
    bounds = times.Bounds(given["not_before_ms"], given["not_after_ms"])
    return times.receipt_interval(given["at_s"], given["arrived_at_ms"], bounds)


def crossed(given: dict[str, Any]) -> object:
    """Whether two entries crossed, by what their headers name as held."""
    sides = []
    for one in (given["first"], given["second"]):
        read = entry.parse_header(bytes.fromhex(one["header"]))
        sides += [read, (one["party"], bytes.fromhex(one["generation"]))]
    return {"crossed": times.crossed(*sides)}


DOORS: Final = {
    "entry-header": header,
    "body-digest": salted,
    "message-body": message,
    "acknowledgement-body": acknowledgement,
    "held-ahead-body": held_ahead,
    "release-body": release_body,
    "release-digest": release_digest,
    "opening-body": opening_body,
    "intake-body": intake,
    "proposal-body": proposal,
    "answer-body": answer,
    "tree": tree,
    "inclusion": inclusion,
    "consistency": consistency,
    "note": signed_note,
    "checkpoint": checkpoint,
    "interval": interval,
    "crossed": crossed,
}
