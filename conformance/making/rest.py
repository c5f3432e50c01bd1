"""Scenarios of what lies on a disk or a stick, and of what is said first on a link."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

from hashlib import sha256
from typing import Any, Final

import cbor2
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from conformance.making.cupboard import word
from conformance.making.frames import BODY, FRAME
from conformance.making.scenarios import Book, flipped
from openline.wire.frame import encode_frame

PASSPHRASE: Final = b"correct horse battery staple"
SECRET: Final = word("a secret at rest")
SALT: Final = word("a salt")[:16]
NONCE: Final = word("a nonce")[:12]
LABEL: Final = "openline/keyfile/v1"
PURPOSE: Final = "station keys"
OTHER: Final = encode_frame(bytes(12) + word("another body"))
BYE: Final = encode_frame(bytes(12) + b"openline bearer ")
Fields = list[Any]


def write(book: Book) -> None:
    """All of them."""
    _key_files(book)
    _links(book)
    _folders(book)


def _cbor(fields: Fields) -> bytes:
    return cbor2.dumps(dict(enumerate(fields)))


def _closed(purpose: str = PURPOSE, memory: int = 64, passes: int = 2, lanes: int = 2, label: str = LABEL) -> Fields:
    """The fields of a key file, made with the primitives alone."""
    head: Fields = [label, purpose, memory, passes, lanes, SALT, NONCE]
    key = Argon2id(salt=SALT, length=32, iterations=passes, lanes=lanes, memory_cost=memory).derive(PASSPHRASE)
    return [*head, AESGCMSIV(key).encrypt(NONCE, SECRET, _cbor(head))]


def _key_files(book: Book) -> None:
    good = _closed()

    def given(data: bytes, passphrase: bytes = PASSPHRASE) -> dict[str, object]:
        return {"bytes": data, "purpose": PURPOSE, "passphrase": passphrase}

    def put(at: int, value: object) -> bytes:
        return _cbor([*good[:at], value, *good[at + 1 :]])

    data = _cbor(good)
    book.accept("rest-key-file", "key-file", given(data), "R-065", "Purpose and costs stand beside the secret and are covered by its seal.", secret=SECRET)
    book.accept("rest-key-file-of-one-lane", "key-file", given(_cbor(_closed(memory=8, passes=1, lanes=1))), "R-065 R-066",
                "The least that Argon2id takes; whoever makes files asks for more.", secret=SECRET)  # fmt: skip
    for name, bad, says, story in (
        ("of-another-purpose", _cbor(_closed("root key")), "root key", "Well made, and holds something else."),
        ("of-another-label", _cbor(_closed(label="openline/keyfile/v2")), "not a key file", "A later version, perhaps."),
        ("of-more-than-1-gib", put(2, 1_048_577), "1048576", "Refused unopened: nobody else's file takes this machine's memory."),
        ("of-17-passes", put(3, 17), "within 1 to 16", "Nor its day."),
        ("of-17-lanes", put(4, 17), "within 1 to 16", "Nor its cores."),
        ("of-too-little-memory", put(2, 15), "within 16", "8 KiB a lane is the least."),
        ("of-no-pass", put(3, 0), "within 1", "One pass is the least."),
        ("salt-short", put(5, SALT[:-1]), "15 bytes, not 16", "15 bytes."),
        ("nonce-short", put(6, NONCE[:-1]), "11 bytes, not 12", "11 bytes."),
        ("field-lacks", _cbor(good[:7]), "not a map of the 8 fields", "Nothing is sealed in it."),
        ("truncated", data[:-1], "not CBOR", "A byte lacks."),
        ("trailing-byte", data + b"\0", "after the end", "A byte after the end."),
    ):
        book.refuse(f"rest-key-file-{name}", "key-file", given(bad), "R-065 R-066", story, says)
    for name, asked, story in (
        ("wrong-passphrase", given(data, PASSPHRASE + b"!"), "One character more."),
        ("no-passphrase", given(data, b""), "An empty one is none."),
        ("bit-turned", given(flipped(data, -1)), "Nothing tells this from a wrong passphrase."),
        ("costs-changed", given(put(3, 3)), "Another key comes out; the costs are covered too."),
        ("salt-changed", given(put(5, word("another salt")[:16])), "So does it here."),
    ):
        book.wait(f"rest-key-file-{name}", "key-file", asked, "R-065", story, "passphrase")


def _links(book: Book) -> None:
    hello = b"openln/1"

    def link(*parts: bytes) -> dict[str, bytes]:
        return {"bytes": b"".join(parts)}

    book.accept("rest-link", "link", link(hello), "R-022", "Up: both sides have judged each other's certificate.", bodies=[], leaves=False)
    book.accept("rest-link-with-frames", "link", link(hello, FRAME, OTHER), "R-022", "Frames follow the greeting without a gap.", bodies=[BODY, OTHER[5:]], leaves=False)
    book.accept("rest-link-that-takes-leave", "link", link(hello, FRAME, BYE, OTHER), "R-022", "Nothing is read after the leave.", bodies=[BODY], leaves=True)
    book.wait("rest-link-greeting-cut-off", "link", link(hello[:-1]), "R-022", "The last byte is still to come.", "awaited")
    book.wait("rest-link-nothing-said", "link", link(), "R-022", "Not up before the other side has spoken.", "awaited")
    for name, data, story in (
        ("of-another-version", b"openln/2", "Versions are told apart before any frame."),
        ("with-another-first-byte", b"Openln/", "Refused as soon as it cannot be the greeting."),
        ("that-begins-with-a-frame", FRAME, "A greeting comes first."),
        ("of-another-program", b"GET / HTTP/1.1\r\n", "Somebody took the port for another."),
    ):
        book.refuse(f"rest-link-{name}", "link", link(data), "R-022", story, "do not greet")


def _folders(book: Book) -> None:
    def read(name: str, *bodies: bytes, damaged: int = 0, cut: bool = False) -> dict[str, object]:
        return {"name": name, "bodies": list(bodies), "damaged": damaged, "cut": cut}

    def folder(**files: bytes) -> dict[str, object]:
        return {"files": {f"{name.removeprefix('n').replace('_', '.')}": data for name, data in files.items()}}

    done = sha256(FRAME).hexdigest().encode() + b"\n"
    for name, given, found, rules, story in (
        ("two-files", folder(n00000002_oln=OTHER, n00000001_oln=FRAME), [read("00000001.oln", BODY), read("00000002.oln", OTHER[5:])], "R-025 R-026",
         "In order of number, whatever the folder's own order."),
        ("other-names", folder(n00000001_oln=FRAME, n1_oln=OTHER, n00000002_part=OTHER, n00000003_OLN=OTHER, n000000004_oln=OTHER, note_txt=b"read me"),
         [read("00000001.oln", BODY)], "R-025 R-026 R-027", "Eight digits and .oln, nothing else: what is being written has no such name yet."),
        ("two-frames-in-a-file", folder(n00000001_oln=FRAME + OTHER), [read("00000001.oln", BODY, OTHER[5:])], "R-025", "Whole frames one after another."),
        ("a-damaged-file", folder(n00000001_oln=flipped(FRAME, 4) + OTHER), [read("00000001.oln", OTHER[5:], damaged=1)], "R-026", "Its other frames are found."),
        ("a-file-without-its-end", folder(n00000001_oln=FRAME + OTHER[:-1]), [read("00000001.oln", BODY, cut=True)], "R-026",
         "Taken as far as it goes, and never marked as read."),
        ("an-empty-file", folder(n00000001_oln=b""), [read("00000001.oln")], "R-025", "Nothing in it, nothing wrong with it."),
        ("a-file-that-was-read", folder(n00000001_oln=FRAME, n00000001_done=done, n00000002_oln=OTHER), [read("00000002.oln", OTHER[5:])], "R-026",
         "The mark holds the SHA-256 of what was read, in hexadecimal, and a newline."),
        ("a-file-that-changed-since", folder(n00000001_oln=OTHER, n00000001_done=done), [read("00000001.oln", OTHER[5:])], "R-026", "A better copy is read again."),
        ("nothing", folder(), [], "R-026", "A stick that is empty is no fault."),
    ):  # fmt: skip
        book.accept(f"rest-folder-{name}", "folder", given, rules, story, files=found)
    for name, given, story in (
        ("of-noise", folder(n00000001_oln=b"no frame at all, though the name is right"), "The right name, and nothing in it."),
        ("of-a-frame-spoiled", folder(n00000001_oln=flipped(FRAME, 4)), "Its only head is wrong."),
        ("of-two-spoiled-files", folder(n00000001_oln=flipped(FRAME, 0), n00000002_oln=flipped(OTHER, 3, 1)), "One worse than the other."),
    ):
        book.refuse(f"rest-folder-{name}", "folder", given, "R-025 R-026", story, "no frame")
    book.wait("rest-folder-of-half-a-frame", "folder", folder(n00000001_oln=FRAME[:-1]), "R-026", "A better copy may come under the same name.", "awaited")
