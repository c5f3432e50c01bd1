"""Scenarios of releases by a security key: the evidence, what it is over, and whose key it is."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from conformance.making.cupboard import word
from conformance.making.entries import ROOT, Fields, cbor
from conformance.making.scenarios import Book, flipped
from openline.desk.signing import release_challenge

LINE: Final = word("a line of releases")
RP: Final = "desk.home.arpa"
NAME: Final = "Col. C. Example"
_POINT: Final = derive_private_key(int.from_bytes(word("a key of an officer"), "big"), SECP256R1())
_EDWARDS: Final = Ed25519PrivateKey.from_private_bytes(word("another key of an officer"))
P256: Final = _POINT.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
ED25519: Final = _EDWARDS.public_key().public_bytes_raw()


def _signed(algorithm: int = 0, *, flags: int = 5, rp: str = RP, said: dict[str, Any] | None = None) -> Fields:
    """The fields of evidence as a key makes them; signatures are the same every time (RFC 6979, RFC 8032)."""
    challenge = urlsafe_b64encode(release_challenge(LINE, ROOT, 88, 2)).rstrip(b"=").decode()
    words = {"type": "webauthn.get", "challenge": challenge, "origin": f"https://{RP}:8443", "crossOrigin": False}
    browser = json.dumps({**words, **(said or {})}, separators=(",", ":")).encode()
    authenticator = sha256(rp.encode()).digest() + bytes((flags,)) + (7).to_bytes(4, "big")
    message = authenticator + sha256(browser).digest()
    if algorithm == 0:
        return [0, P256, authenticator, browser, _POINT.sign(message, ECDSA(SHA256(), deterministic_signing=True)), 88, 2]
    return [1, ED25519, authenticator, browser, _EDWARDS.sign(message), 88, 2]


def changed(fields: Fields, at: int, value: object) -> Fields:
    """The fields with another one at a place."""
    return [*fields[:at], value, *fields[at + 1 :]]


def write(book: Book) -> None:
    """All of them."""
    one, other = _signed(), _signed(1)
    book.accept("released-evidence", "release-evidence", {"bytes": cbor(one)}, "R-306", "ES256, as most keys sign.")
    book.accept("released-evidence-of-edwards", "release-evidence", {"bytes": cbor(other)}, "R-306", "EdDSA.")
    over = {"line_id": LINE, "digest": ROOT, "draft": 88, "version": 2}
    book.accept("released-challenge", "release-challenge", over, "R-307", "What the key is given to sign.")
    for name, data, says, story in (
        ("algorithm-2", cbor([2, *one[1:]]), "from 0 to 1", "There are two."),
        ("point-compressed", cbor(changed(one, 1, P256[:33])), "uncompressed", "A point has one spelling."),
        ("point-off-the-curve", cbor(changed(one, 1, flipped(P256, -1))), "not on the curve", "A bit turned."),
        ("key-of-small-order", cbor(changed(other, 1, bytes(32))), "small order", "Anything would verify."),
        ("client-data-too-long", cbor(changed(one, 3, b"x" * 1025)), "at most 1024", "One byte too many."),
        ("signature-too-long", cbor(changed(one, 4, b"x" * 73)), "at most 72", "No such signature."),
        ("version-lacks", cbor(one[:6]), "keys 0 to 6", "Of which version?"),
        ("trailing-byte", cbor(one) + b"\0", "one spelling", "A byte after the end."),
    ):
        book.refuse(f"released-evidence-{name}", "release-evidence", {"bytes": data}, "R-073 R-306", story, says)
    _shown(book, one, other)
    _names(book)


def _shown(book: Book, one: Fields, other: Fields) -> None:
    def given(fields: Fields, **more: Any) -> dict[str, Any]:
        return {"bytes": cbor(fields), "line_id": LINE, "digest": ROOT, "rp_id": RP, **more}

    book.accept("released-shown", "release-shown", given(one), "R-308", "The key signed this release.")
    book.accept("released-shown-of-edwards", "release-shown", given(other), "R-308", "So did this one.")
    book.accept("released-shown-of-a-key-not-named", "release-shown", given(one, rp_id=None), "R-308", "Whose key it is, nobody said.")
    extended = [*other[:2], other[2][:32] + b"\x85" + other[2][33:], *other[3:]]
    for name, what, says, story in (
        ("on-another-line", given(one, line_id=ROOT), "something else", "The line is in the challenge."),
        ("of-other-words", given(one, digest=LINE), "something else", "So is the digest."),
        ("of-another-draft", given(changed(one, 5, 89)), "something else", "And the draft."),
        ("of-another-version", given(changed(one, 6, 3)), "something else", "And its version."),
        ("signature-bit-turned", given(changed(other, 4, flipped(other[4], 0))), "does not verify", "A bit of R."),
        ("authenticator-bit-turned", given(changed(one, 2, flipped(one[2], -1))), "does not verify", "The count is signed too."),
        ("signature-of-nothing", given(changed(one, 4, bytes.fromhex("3006020101020101"))), "does not verify", "Well formed, and of nothing."),
        ("signature-not-der", given(changed(one, 4, b"\x30\x81\x06" + bytes.fromhex("020101020101"))), "does not verify", "A length has one spelling."),
        ("nobody-present", given(_signed(flags=4)), "present", "Nobody touched it."),
        ("nobody-verified", given(_signed(flags=1)), "verify who", "Whoever found it could have touched it."),
        ("with-a-new-key-in-it", given(_signed(flags=0x45)), "flags say", "That is said when a key is made."),
        ("extensions-announced-none-there", given(extended), "flags say", "Nothing follows."),
        ("too-short", given(changed(one, 2, one[2][:36])), "too short", "No count."),
        ("for-another-desk", given(_signed(rp="other.home.arpa")), "another RP ID", "Its hash is signed."),
        ("at-another-origin", given(_signed(said={"origin": "https://desk.home.arpa.example"})), "not of desk.home.arpa", "A name that begins like it."),
        ("without-tls", given(_signed(said={"origin": "http://desk.home.arpa"})), "not of desk.home.arpa", "Anybody on the way could be that page."),
        ("made-not-used", given(_signed(said={"type": "webauthn.create"})), "sign-in", "A key made is no release."),
        ("within-another-page", given(_signed(said={"crossOrigin": True})), "somebody else's page", "A frame."),
        ("client-data-no-json", given(changed(one, 3, b"{")), "cannot be read", "Cut off."),
    ):
        book.refuse(f"released-shown-{name}", "release-shown", what, "R-307 R-308", story, says)


def _names(book: Book) -> None:
    named: Fields = [1, NAME, RP, 0, P256]
    book.accept("officers-key", "officers-key", {"bytes": cbor(named)}, "R-309", "A key is this officer's from now on.")
    book.accept("officers-key-taken-away", "officers-key", {"bytes": cbor(changed(named, 0, 0))}, "R-309", "And no longer.")
    for name, data, says, story in (
        ("given-twice", cbor(changed(named, 0, 2)), "from 0 to 1", "It is, or it is not."),
        ("of-nobody", cbor(changed(named, 1, " ")), "empty name", "A person has a name."),
        ("for-no-desk", cbor(changed(named, 2, "")), "no RP ID", "For which desk?"),
        ("of-the-other-algorithm", cbor(changed(named, 3, 1)), "not 32", "A point is no Ed25519 key."),
        ("field-lacks", cbor(named[:4]), "keys 0 to 4", "Which key?"),
        ("trailing-byte", cbor(named) + b"\0", "one spelling", "A byte after the end."),
    ):
        book.refuse(f"officers-key-{name}", "officers-key", {"bytes": data}, "R-073 R-309", story, says)
