"""Scenarios of cards, station certificates, revocations and charters."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

from conformance.making import points
from conformance.making.cupboard import KeptRoot, word
from conformance.making.parties import DAY_MS, OPENED_AT_MS, WINDOW, line, side
from conformance.making.scenarios import Book, flipped
from openline.seal.certificate import (
    CERTIFICATE_LABEL,
    REVOCATION_LABEL,
    Agreed,
    revoke,
)
from openline.seal.party import CARD_LABEL
from openline.seal.spelling import armour, write_map

Fields = list[object]


def write(book: Book) -> None:
    """All of them."""
    _share(book)
    _armour(book)
    _cards(book)
    _certificates(book)
    _revocations(book)


def _share(book: Book) -> None:
    for number in range(3):
        book.shared.add(f"card.{number}", side(number).card.signed)
    for count in (2, 3):
        opened = line(count)
        for number, certificate in enumerate(opened.lines[0].certificates):
            book.shared.add(f"line{count}.certificate.{number}", certificate.signed)
        book.shared.add(f"line{count}.charter", opened.charter)


def _armour(book: Book) -> None:
    card = side(0).card.signed
    text = side(0).card.armoured()
    given = {"kind": "CARD", "text": text}
    data = b"a few bytes, long enough for two lines of base64: 64 characters in each!!"
    short = {"kind": "CARD", "text": armour("CARD", data)}
    book.accept("seal-armour", "armour", short, "R-036", "Base64 between two lines.", bytes=data)
    mailed = "Dear colleague,\r\n\r\n" + armour("CARD", data).replace("\n", " \r\n") + "\r\nRegards\r\n"
    book.accept("seal-armour-mailed", "armour", short | {"text": mailed}, "R-036",
                "What mail does to a text: words around it, CR, spaces at the ends.", bytes=data)  # fmt: skip
    book.accept("seal-armour-of-a-card", "armour", given, "R-036 R-041", "A whole card as it is handed over.", bytes=card)
    plain = short["text"]
    for name, changed_text, says, story in (
        ("another-kind", plain.replace("CARD", "OPENING"), "not one pair", "An opening where a card should be."),
        ("no-end", plain.replace("-----END", "----END"), "not one pair", "The last line is damaged."),
        ("twice", plain + plain, "not one pair", "Two cards in one file."),
        ("end-before-begin", "\n".join(reversed(plain.strip().split("\n"))), "not one pair", "The lines upside down."),
        ("not-base64", plain.replace("YSBm", "YS!m"), "not base64", "A character that base64 does not have."),
        ("padding-lost", plain.replace("=", ""), "base64", "The = at the end is gone."),
        ("spare-bits", armour("CARD", b"ab").replace("YWI=", "YWJ="), "second spelling", "Bits beyond the last byte are not zero."),
    ):  # fmt: skip
        book.refuse(f"seal-armour-{name}", "armour", {"kind": "CARD", "text": changed_text}, "R-036", story, says)


def _card(fields: Fields, name: str = "PARTY A", label: str = CARD_LABEL) -> bytes:
    return KeptRoot(name).sign(label, write_map(fields)).encode()


def _cards(book: Book) -> None:
    root, card = side(0).root, side(0).card
    fields: Fields = ["PARTY A", root.public.ed25519, root.public.mldsa44, card.made_at_ms]
    assert _card(fields) == card.signed
    book.accept("seal-card", "card", {"bytes": card.signed}, "R-035 R-038 R-039 R-041",
                "Name, root keys, date, signed by those keys.", name="PARTY A", party_id=root.party_id)  # fmt: skip
    uncommon = "A\u0301 \u0378"
    book.accept("seal-card-name-that-unicode-may-not-know", "card", {"bytes": _card([uncommon, *fields[1:]])}, "R-035",
                "A letter and its accent apart, and a character that no Unicode has yet: kept as written.", name=uncommon)  # fmt: skip
    body = write_map(fields)
    signed_long = root.sign(CARD_LABEL, body[:1] + b"\x18\x00" + body[2:]).encode()
    for name, data, rules, says, story in (
        ("bit-turned-in-the-name", flipped(card.signed, card.signed.index(b"PARTY A") + 6), "R-039", "does not verify",
         "PARTY A became PARTY @."),
        ("ed25519-signature-bit-turned", flipped(card.signed, -2_420 - 4 - 10), "R-039", "Ed25519", "One of the two signatures is not enough."),
        ("mldsa44-signature-bit-turned", flipped(card.signed, -100), "R-039", "ML-DSA-44", "Nor is the other."),
        ("signed-for-another-purpose", _card(fields, label="openline/revocation/v1"), "R-039", "openline/card/v1",
         "The label says what a signature is for."),
        ("signed-by-another", _card(fields, "PARTY B"), "R-041", "does not verify", "Another's signature over A's keys."),
        ("trailing-byte", card.signed + b"\0", "R-035", "after the end", "A byte after the end."),
        ("truncated", card.signed[:-1], "R-035", "not CBOR", "A byte lacks."),
        ("field-lacks", _card(fields[:3]), "R-035", "not a map of the 4 fields", "No date."),
        ("field-too-many", _card([*fields, 0]), "R-035", "not a map of the 4 fields", "A fifth field."),
        ("integer-longer-than-it-needs", signed_long, "R-035", "deterministic", "Key 0 in two bytes, well signed."),
        ("name-empty", _card(["", *fields[1:]]), "R-035", "within 1 to 64", "A party without a name."),
        ("name-of-65-characters", _card(["A" * 65, *fields[1:]]), "R-035", "within 1 to 64", "One too many."),
        ("name-with-a-line-end", _card(["PARTY\nA", *fields[1:]]), "R-035", "control", "A name is one line."),
        ("name-that-turns-direction", _card(["PARTY \u202eA", *fields[1:]]), "R-035", "control", "U+202E turns what follows."),
        ("name-with-an-invisible-character", _card(["PARTY\u200bA", *fields[1:]]), "R-035", "U+200B", "Looks like PARTYA."),
        ("name-with-a-private-character", _card(["PARTY \ue000", *fields[1:]]), "R-035", "U+E000", "Everybody sees another sign."),
        ("name-with-a-tag-character", _card(["PARTY A\U000e0041", *fields[1:]]), "R-035", "U+E0041", "Looks like PARTY A."),
        ("name-with-a-space-at-the-end", _card(["PARTY A ", *fields[1:]]), "R-035", "space at an end", "Looks like PARTY A."),
        ("name-with-a-wide-space-at-the-end", _card(["PARTY A\u3000", *fields[1:]]), "R-035", "space at an end", "So does this."),
        ("key-of-small-order", _card(["PARTY A", bytes(32), *fields[2:]]), "R-031 R-041", "small order", "Root key 0."),
        ("date-before-1970", _card([*fields[:3], -1]), "R-035", "within 0", "A date below zero."),
        ("date-a-float", _card([*fields[:3], 1.5]), "R-035", "whole number", "No floating point anywhere."),
    ):  # fmt: skip
        book.refuse(f"seal-card-{name}", "card", {"bytes": data}, rules, story, says)


def _certificate_fields() -> Fields:
    certificate = line(2).lines[0].certificates[0]
    return [getattr(certificate, name) for name in certificate._fields[:10]]


def _certified(fields: Fields, name: str = "PARTY A", label: str = CERTIFICATE_LABEL) -> bytes:
    return KeptRoot(name).sign(label, write_map(fields)).encode()


def _put(fields: Fields, at: int, value: object) -> bytes:
    return _certified([*fields[:at], value, *fields[at + 1 :]])


def _certificates(book: Book) -> None:
    opened, root = line(2), side(0).root.public
    certificate = opened.lines[0].certificates[0]
    nonce = certificate.line_nonce
    given = {"bytes": certificate.signed, "root": [root.ed25519, root.mldsa44], "nonce": nonce, "at_ms": OPENED_AT_MS}
    book.shared.add("root.0.mldsa44", root.mldsa44)
    fields = _certificate_fields()
    assert _certified(fields) == certificate.signed
    book.accept("seal-certificate", "certificate", given, "R-040 R-042 R-043 R-044",
                "A station's keys for one line, one key a purpose; named by what was signed.", name=certificate.digest)  # fmt: skip
    for name, at_ms, in_force, story in (
        ("at-its-first-instant", WINDOW.not_before_ms, True, "In force from `not before` on."),
        ("an-instant-early", WINDOW.not_before_ms - 1, False, "Not yet."),
        ("at-its-end", WINDOW.not_after_ms, False, "Not at `not after` any more."),
    ):
        book.accept(f"seal-certificate-{name}", "certificate", given | {"at_ms": at_ms}, "R-044", story, in_force=in_force)
    other = line(3).lines[0].certificates[0]
    note_key, hpke_key = fields[2], fields[5]
    assert isinstance(note_key, bytes) and isinstance(hpke_key, bytes)
    for label, data, rules, says, story in (
        ("for-another-line", other.signed, "R-042 R-096", "another line", "A's station on another line, well signed."),
        ("of-another-party", _put(fields, 0, side(1).root.party_id), "R-042", "another party", "A signs keys as B's."),
        ("signed-by-another", _certified(fields, "PARTY B"), "R-039 R-042", "does not verify", "B's root under A's name."),
        ("signed-as-a-card", _certified(fields, label=CARD_LABEL), "R-039", "openline/certificate/v1", "Another label."),
        ("window-empty", _put(fields, 8, fields[7]), "R-042", "not later", "It ends when it begins."),
        ("window-backwards", _put(fields, 8, 0), "R-042", "not later", "It ends before it begins."),
        ("note-key-of-small-order", _put(fields, 2, bytes(32)), "R-031 R-043", "small order", "Under it anything verifies."),
        ("receipt-key-not-canonical", _put(fields, 3, (points.P + 1).to_bytes(32, "little")), "R-031 R-043", "canonical",
         "A second spelling."),
        ("note-key-short", _put(fields, 2, note_key[:31]), "R-043", "31 bytes, not 32", "31 bytes."),
        ("mldsa44-key-short", _put(fields, 4, bytes(1311)), "R-043", "1311 bytes, not 1312", "1311 bytes."),
        ("hpke-key-of-small-order", _put(fields, 5, hpke_key[:1184] + bytes(32)), "R-043", "small order", "Its X25519 part is 0."),
        ("one-key-for-two-purposes", _put(fields, 3, note_key), "R-046", "two purposes", "Receipts by the note key."),
        ("root-key-as-note-key", _put(fields, 2, root.ed25519), "R-046", "two purposes", "The offline key online."),
        ("tls-not-a-certificate", _put(fields, 6, b"\x30\x00"), "R-043", "X.509", "Not X.509."),
        ("tls-with-a-byte-more", _put(fields, 6, certificate.tls_certificate + b"\0"), "R-043", "X.509", "DER has one spelling."),
        ("serial-short", _put(fields, 9, bytes(15)), "R-042", "15 bytes, not 16", "15 bytes."),
        ("field-lacks", _certified(fields[:9]), "R-035", "not a map of the 10 fields", "No serial."),
        ("signature-bit-turned", flipped(certificate.signed, -7), "R-039", "ML-DSA-44", "One bit."),
    ):  # fmt: skip
        book.refuse(f"seal-certificate-{label}", "certificate", given | {"bytes": data}, rules, story, says)


def _revocations(book: Book) -> None:
    opened, root = line(2), side(0).root.public
    digest = opened.lines[0].certificates[0].digest
    at_ms = OPENED_AT_MS + DAY_MS
    agreed = [Agreed(word("one life")[:12], 17, word("its root")), Agreed(word("a life")[:12], 3, word("another root"))]
    agreed.sort()
    made = revoke(side(0).root, digest, at_ms, agreed, "The laptop was left in a taxi.")
    given = {"bytes": made.signed, "root": [root.ed25519, root.mldsa44]}
    book.shared.add("revocation.0", made.signed)
    book.accept("seal-revocation", "revocation", given, "R-040 R-045",
                "Which certificate, since when, what both sides had agreed on last.", certificate=digest)  # fmt: skip
    fields: Fields = [root.party_id, digest, at_ms, [list(one) for one in agreed], "stolen"]

    def signed(at: int, value: object) -> bytes:
        return _certified([*fields[:at], value, *fields[at + 1 :]], label=REVOCATION_LABEL)

    backwards = [list(one) for one in reversed(agreed)]
    for name, data, says, story in (
        ("signed-by-another", _certified(fields, "PARTY B", REVOCATION_LABEL), "does not verify", "B cannot revoke A's station."),
        ("of-another-party", signed(0, side(1).root.party_id), "another party", "A cannot revoke B's."),
        ("agreed-out-of-order", signed(3, backwards), "ascending", "Generations ascend."),
        ("agreed-twice", signed(3, [backwards[0], backwards[0]]), "ascending", "Each generation once."),
        ("agreed-with-a-short-root", signed(3, [[bytes(12), 1, bytes(31)]]), "31 bytes, not 32", "31 bytes of root."),
        ("reason-of-two-lines", signed(4, "stolen\nor lost"), "control", "A reason is one line."),
    ):
        book.refuse(f"seal-revocation-{name}", "revocation", given | {"bytes": data}, "R-039 R-045", story, says)

