"""Doors of epochs: the key schedule, sealed frames, grants, offers and recovery frames."""

from __future__ import annotations

from typing import Any, Final

from conformance.doors.keys import DRAW
from openline.errors import LocalFault, Malformed
from openline.seal import epochs, keyring
from openline.seal.epochs import Way
from openline.seal.keyring import Keyring, Ports
from openline.seal.pair import Kind, Pair
from openline.seal.signature import verify_ed25519

NOW_MS: Final = 0


def _way(given: dict[str, Any]) -> Way:
    return Way(bytes.fromhex(given["line_id"]), given["suite"], given["sender"], given["receiver"])


def _shown(root: bytes) -> dict[str, object]:
    key = epochs.frame_key(root)
    return {"root": root, "key": key.key, "tag": key.tag, "base_name": epochs.base_name(root),
            "confirmation": epochs.confirmation(root)}  # fmt: skip


def schedule(given: dict[str, Any]) -> object:
    """A root from what it follows from, and all that follows from it."""
    way, secret = _way(given), bytes.fromhex(given["secret"])
    match given["purpose"]:
        case "ceremony":
            return _shown(epochs.root_zero(secret, way))
        case "ratchet":
            return _shown(epochs.ratchet_root(bytes.fromhex(given["from"]), way, given["epoch"]))
        case "grant":
            return _shown(epochs.grant_root(bytes.fromhex(given["from"]), secret, way, given["epoch"]))
        case _:
            return _shown(epochs.recovery_root(bytes.fromhex(given["from"]), secret, way, given["epoch"]))


def _no_signing(message: bytes) -> bytes:
    raise LocalFault("a vector never makes its receiver sign")


def _ring(given: dict[str, Any], pair: Pair | None = None) -> Keyring:
    """A receiver's keyring: it holds the roots of the sender's frames that the vector names."""
    way = _way(given)
    notes = [bytes.fromhex(key) for key in given.get("note_keys", ())]

    def check(party: int, signature: bytes, message: bytes) -> bool:
        return party == way.sender and any(verify_ed25519(key, signature, message) for key in notes)

    pair = pair or _pair(given)
    for number, held in given.get("held", ()):
        pair.hold(number, Kind.CEREMONY if number == 0 else Kind.GRANT, bytes.fromhex(held))
    return Keyring([pair], way.line_id, way.suite, way.receiver, Ports(DRAW, _no_signing, check))


def _pair(given: dict[str, Any]) -> Pair:
    way = _way(given)
    return Pair(way.line_id, way.suite, way.receiver, way.sender)


def sealed(given: dict[str, Any]) -> object:
    """A frame's body, opened by a receiver that holds the named roots of the sender's frames (and their successors)."""
    opened = _ring(given).open(bytes.fromhex(given["body"]))
    return {"epoch": opened.epoch, "start": opened.start, "counter": opened.counter, "payload": opened.payload}


def granted(given: dict[str, Any]) -> object:
    """A grant or an offer, taken by a receiver that holds the named roots and the seeds of its one-time keys."""
    pair = _pair(given)
    for seed in given["one_time_seeds"]:
        pair.offered[epochs_key_name(bytes.fromhex(seed))] = bytes.fromhex(seed)
    ring = _ring(given, pair)
    before = {one.root for one in pair.held}
    new = ring.take_grant(
        given["sender"], given["epoch"], bytes.fromhex(given["sealed"]), bytes.fromhex(given["next_key"])
    )
    roots = [one.root for one in pair.held if one.root not in before and one.kind == Kind.GRANT]
    return {"new": new, "root": roots[0] if roots else None, "reports": ring.report(given["sender"])}


def epochs_key_name(seed: bytes) -> bytes:
    """The name of a one-time key by its seed."""
    return keyring.grants.key_name(DRAW.public_of(seed))


def recovered(given: dict[str, Any]) -> object:
    """A recovery or joining frame, taken by a receiver with that HPKE seed and recovery secret."""
    pair = _pair(given)
    ring = _ring(given, pair)
    apart = given["recovery_secret"]
    body, seed = bytes.fromhex(given["body"]), bytes.fromhex(given["hpke_seed"])
    sender = ring.take_recovery(body, seed, None if apart is None else bytes.fromhex(apart), given["now_ms"])
    if sender is None:
        return {"new": False}
    assert pair.sending is not None
    back = next(one for one in pair.held if one.kind == Kind.RECOVERY)
    if pair.sending.epoch != back.epoch:
        raise Malformed("recovery sets both directions to one epoch")
    return {"new": True, "epoch": back.epoch, "their_root": back.root, "our_root": pair.sending.root}


DOORS: Final = {
    "epoch": schedule,
    "sealed-frame": sealed,
    "grant": granted,
    "recovery": recovered,
}
