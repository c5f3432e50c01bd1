"""Doors at rest and at the edge: a secret's file, a stream after the handshake, a folder that a courier brings."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Final, NamedTuple

from openline.bearer.folder import Inbox, Reading
from openline.bearer.link import BYE, after_greeting
from openline.errors import Locked, Malformed, Unchecked
from openline.store.keyfile import open_bytes
from openline.wire.frame import FrameReader


def key_file(given: dict[str, Any]) -> object:
    """A secret at rest, opened by a passphrase for a purpose. That it does not open blames nobody."""
    try:
        secret, _ = open_bytes(bytes.fromhex(given["bytes"]), given["purpose"], bytes.fromhex(given["passphrase"]))
    except Locked as locked:
        raise Unchecked(str(locked)) from locked
    return {"secret": secret}


def linked(given: dict[str, Any]) -> object:
    """Bytes of a stream after the TLS handshake: a greeting, frames, perhaps a leave; nothing after that is read."""
    rest = after_greeting(bytes.fromhex(given["bytes"]))
    if rest is None:
        raise Unchecked("the greeting is not whole: more bytes are awaited")
    bodies = [one for one in FrameReader().feed(rest) if isinstance(one, bytes)]
    leaves = BYE in bodies
    return {"bodies": bodies[: bodies.index(BYE)] if leaves else bodies, "leaves": leaves}


def folder(given: dict[str, Any]) -> object:
    """Files of a folder by name: those read, in order, with the bodies found in each and what is wrong with it.

    Nothing but damage is a refusal; nothing but a file whose end is missing has to be brought again.
    """
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        for file, data in given["files"].items():
            (place / file).write_bytes(bytes.fromhex(data))
        found = [_read(path) for path in Inbox(place).unread()]
    if found and not any(one.bodies for one in found):
        if any(one.damaged for one in found):
            raise Malformed("no frame in it is whole")
        if any(one.cut for one in found):
            raise Unchecked("the end of the only frame is missing: it is awaited")
    return {"files": [one._asdict() for one in found]}


class _Read(NamedTuple):
    name: str
    bodies: list[bytes]
    damaged: int
    cut: bool


def _read(path: Path) -> _Read:
    reading = Reading(path)
    bodies = [body for piece in reading.pieces() for body in piece]
    return _Read(path.name, bodies, len(reading.faults), reading.is_cut)


DOORS: Final = {
    "key-file": key_file,
    "link": linked,
    "folder": folder,
}
