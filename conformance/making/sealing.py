"""Scenarios of the key schedule, of sealed frames, grants, offers and recovery frames."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

import hmac
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from conformance.making.cupboard import KeptDraw, word
from conformance.making.parties import DAY_MS, OPENED_AT_MS, line
from conformance.making.scenarios import Book, flipped
from openline.seal import epochs, grants, keyring
from openline.seal.charter import SUITE
from openline.seal.epochs import Way
from openline.seal.grants import GrantIn, GrantOut
from openline.seal.keyring import Ports

SEED: Final = word("a one-time key of party B")
NEXT_SEED: Final = word("the next one-time key of party A")
FRESH: Final = word("a granted secret")
NOW_MS: Final = OPENED_AT_MS + 30 * DAY_MS


def write(book: Book) -> None:
    """All of them."""
    _schedule(book)
    _frames(book)
    _grants(book)
    _recovery(book)


def way() -> Way:
    """Frames of A to B on the line of two."""
    return Way(line(2).line_id, SUITE, 0, 1)


def ceremony_root() -> bytes:
    """Root of epoch 0 of that way."""
    return epochs.root_zero(line(2).lines[0].ceremony_secret, way())


def _given() -> dict[str, Any]:
    return {"line_id": way().line_id, "suite": SUITE, "sender": 0, "receiver": 1}


def _hkdf(salt: bytes, secret: bytes, info: bytes, size: int = 32) -> bytes:
    """RFC 5869 by hand."""
    return _expand(hmac.digest(salt, secret, "sha256"), info, size)


def _expand(key: bytes, info: bytes, size: int) -> bytes:
    out, block = b"", b""
    for number in range(1, 3):
        block = hmac.digest(key, block + info + bytes((number,)), "sha256")
        out += block
    return out[:size]


def _context(epoch: int, purpose: bytes) -> bytes:
    suite = SUITE.encode()
    return b"openline/epoch/v1\n" + bytes((len(suite),)) + suite + way().line_id + b"\x00\x01" + epoch.to_bytes(8, "big") + purpose


def _schedule(book: Book) -> None:
    ceremony = line(2).lines[0].ceremony_secret
    first = _hkdf(way().line_id, ceremony, _context(0, b"ceremony"))
    assert first == ceremony_root()
    for purpose, epoch, root, secret, story in (
        ("ceremony", 0, way().line_id, ceremony, "Root of epoch 0: salted with the line id."),
        ("ratchet", 1, first, bytes(32), "By time alone: 32 zero bytes for a secret."),
        ("grant", 2, first, FRESH, "From an older root and a fresh secret."),
        ("recovery", NOW_MS, word("a recovery secret"), FRESH, "Salted with the recovery secret; the epoch is a time."),
    ):
        made = _hkdf(root, secret, _context(epoch, purpose.encode()))
        expanded = _expand(made, b"openline/frame/v1", 36)
        given = _given() | {"purpose": purpose, "epoch": epoch, "from": root, "secret": secret}
        book.accept(f"seal-epoch-{purpose}", "epoch", given, "R-052 R-053 R-054", story, root=made, key=expanded[:32],
                    tag=expanded[32:], base_name=_expand(made, b"openline/base/v1", 8))  # fmt: skip


def sealed(root: bytes, start: bytes, counter: int, payload: bytes) -> bytes:
    """A frame's body, sealed by hand."""
    expanded = _expand(root, b"openline/frame/v1", 36)
    head = expanded[32:] + start + counter.to_bytes(4, "big")
    return head + AESGCMSIV(expanded[:32]).encrypt(head, payload, head)


def _frames(book: Book) -> None:
    root = ceremony_root()
    start, payload = b"\x01\x02\x03\x04", b"\x0b" + bytes(33)
    body = sealed(root, start, 5, payload)
    successor = _hkdf(root, bytes(32), _context(1, b"ratchet"))
    given = _given() | {"held": [[0, root]], "body": body}
    book.accept("seal-frame", "sealed-frame", given, "R-049 R-050", "Twelve bytes in clear, nonce and associated data at once.",
                epoch=0, start=start, counter=5, payload=payload)  # fmt: skip
    book.accept("seal-frame-of-nothing", "sealed-frame", given | {"body": sealed(root, start, 0, b"")}, "R-049",
                "An empty payload, sealed.", payload=b"", counter=0)  # fmt: skip
    book.accept("seal-frame-one-epoch-on-by-time", "sealed-frame", given | {"body": sealed(successor, start, 6, payload)}, "R-053 R-057",
                "The sender's clock moved it by one epoch: a receiver holds the successor of every root.", epoch=1)  # fmt: skip
    book.accept("seal-frame-with-the-last-counter", "sealed-frame", given | {"body": sealed(root, start, 2**32 - 1, b"")}, "R-049",
                "After it the sender begins a new generation.", counter=2**32 - 1)  # fmt: skip
    back = epochs.root_zero(line(2).lines[0].ceremony_secret, Way(way().line_id, SUITE, 1, 0))
    other = epochs.root_zero(line(3).lines[0].ceremony_secret, Way(line(3).line_id, SUITE, 0, 1))
    two_on = _hkdf(successor, bytes(32), _context(2, b"ratchet"))
    for name, data, story in (
        ("of-another-line", sealed(other, start, 5, payload), "Sealed for another line: its tag is unknown here."),
        ("reflected", sealed(back, start, 5, payload), "Our own frame, sent back to us: one key, one direction."),
        ("two-epochs-on-by-time", sealed(two_on, start, 5, payload), "Time moves by one epoch beyond what is proved, never by two."),
        ("tag-bit-turned", flipped(body, 3), "A tag that nobody holds."),
    ):
        book.wait(f"seal-frame-{name}", "sealed-frame", given | {"body": data}, "R-050 R-057", story, "no epoch of this line")
    for name, data, rules, says, story in (
        ("start-bit-turned", flipped(body, 5), "R-049 R-050", "was changed", "Start is authenticated."),
        ("counter-bit-turned", flipped(body, 11), "R-049 R-050", "was changed", "So is the counter."),
        ("ciphertext-bit-turned", flipped(body, 20), "R-050", "was changed", "One bit."),
        ("truncated", body[:-1], "R-050", "was changed", "A byte lacks, and 28 are left."),
        ("lengthened", body + b"\0", "R-050", "was changed", "A byte more."),
        ("too-short", body[:27], "R-003", "27 bytes", "Shorter than any frame."),
    ):
        book.refuse(f"seal-frame-{name}", "sealed-frame", given | {"body": data}, rules, story, says)


def _grant(epoch: int, base: bytes, next_key: bytes, note: Any, seed: bytes = SEED) -> GrantOut:
    draw = KeptDraw("grant")
    public = draw.public_of(seed)
    name, base_name = grants.key_name(public), epochs.base_name(base)
    hpke = draw.seal_to(public, FRESH, grants.grant_info(way(), epoch, base_name, name))
    return grants.sign_grant(way(), epoch, GrantIn(base_name, name, hpke), next_key, note)


def _grants(book: Book) -> None:
    draw, root = KeptDraw("grant"), ceremony_root()
    note, stranger = line(2).secrets(0).note_signer(), line(2).secrets(1).note_signer()
    key = book.shared.add("grant.next-key", draw.public_of(NEXT_SEED))
    grant, plain = _grant(2, root, key, note.sign), _grant(2, root, b"", note.sign)
    book.shared.add("grant.sealed", grant.sealed)
    base = _given() | {"held": [[0, root]], "one_time_seeds": [SEED], "note_keys": [note.public]}

    def given(item: GrantOut, **changes: object) -> dict[str, Any]:
        return base | item._asdict() | changes

    made = _hkdf(root, FRESH, _context(2, b"grant"))
    book.accept("seal-grant", "grant", given(grant), "R-055 R-056 R-058", "A fresh secret for epoch 2, and A's next one-time key.",
                new=True, root=made, reports=2)  # fmt: skip
    book.accept("seal-grant-taken-before", "grant", given(plain, held=[[0, root], [2, made]]), "R-056",
                "A repetition changes nothing.", new=False, root=None, reports=2)  # fmt: skip
    book.accept("seal-grant-far-ahead", "grant", given(_grant(20, root, b"", note.sign)), "R-055",
                "Epochs can be skipped: two above the highest that the sender has used, granted or been told of.", reports=20)  # fmt: skip
    offer = grants.sign_offer(way(), key, note.sign)
    book.accept("seal-offer", "grant", given(offer), "R-055", "A one-time key and nothing else.", new=True, root=None)
    unknown = _grant(2, word("a root that B does not hold"), b"", note.sign)
    book.wait("seal-grant-on-an-unknown-base", "grant", given(unknown), "R-056", "It builds on a root that is not held here.", "builds on")
    book.wait("seal-grant-to-an-unknown-key", "grant", given(plain, one_time_seeds=[]), "R-056",
              "The one-time key is used up or was lost.", "one-time key")  # fmt: skip
    late = _hkdf(root, FRESH, _context(6, b"grant"))
    for name, item, changes, rules, says, story in (
        ("signed-by-another", _grant(2, root, b"", stranger.sign), {}, "R-056", "not signed", "By B's own note key."),
        ("signature-bit-turned", plain._replace(sealed=flipped(plain.sealed, 20)), {}, "R-056", "not signed", "One bit."),
        ("next-key-exchanged", grant._replace(next_key=draw.public_of(SEED)), {}, "R-055", "not signed", "The signature covers the key that comes along."),
        ("next-key-taken-away", grant._replace(next_key=b""), {}, "R-055", "not signed", "Or its absence."),
        ("epoch-changed", plain._replace(epoch=4), {}, "R-055", "not signed", "The epoch is in what is signed."),
        ("below-its-base", _grant(5, late, b"", note.sign), {"held": [[0, root], [6, late]]}, "R-055", "out of order", "Built on epoch 6, and itself epoch 5."),
        ("short", plain._replace(sealed=plain.sealed[:-1]), {}, "R-055", "bytes, not 1248", "A byte lacks."),
        ("another-direction", GrantOut(2, plain.sealed, b""), {"sender": 1, "receiver": 0, "note_keys": [note.public, stranger.public]}, "R-055", "not signed", "A's grant to B as if it were B's to A."),
        ("that-does-not-open", _spoiled(plain, note.sign), {}, "R-055", "sealed", "Well signed, and its ciphertext is spoiled."),
    ):  # fmt: skip
        book.refuse(f"seal-grant-{name}", "grant", given(item, **changes), rules, story, says)
    for name, item, says, story in (
        ("signed-by-another", grants.sign_offer(way(), key, stranger.sign), "not signed", "By B's own note key."),
        ("without-a-key", GrantOut(0, offer.sealed, b""), "not one signature and one key", "Nothing is offered."),
        ("with-a-grant-in-it", GrantOut(0, plain.sealed, key), "not one signature and one key", "Epoch 0 is never granted."),
    ):
        book.refuse(f"seal-offer-{name}", "grant", given(item), "R-055 R-056", story, says)


def _spoiled(item: GrantOut, sign: Any) -> GrantOut:
    names, hpke = item.sealed[:16], flipped(item.sealed[80:], -1)
    return grants.sign_grant(way(), item.epoch, GrantIn(names[:8], names[8:], hpke), b"", sign)


def _recovery(book: Book) -> None:
    opened = line(2)
    secrets = [opened.secrets(party) for party in range(2)]
    apart = epochs.recovery_secret(opened.lines[0].ceremony_secret, opened.line_id)
    note = secrets[0].note_signer()

    def made(recovery: bytes | None, by: int = 0, at_ms: int = NOW_MS) -> bytes:
        ports = Ports(KeptDraw("recovery", recovery is None, by), secrets[by].note_signer().sign, lambda *_: False)
        ring = keyring.lost(opened.line_id, SUITE, by, [1 - by], ports)
        return ring.make_recovery(1 - by, opened.lines[0].certificates[1 - by].hpke_key, recovery, at_ms)

    body = book.shared.add("recovery.frame", made(apart))
    joining = book.shared.add("joining.frame", made(None))
    root = ceremony_root()
    given = _given() | {"held": [[0, root]], "note_keys": [note.public], "hpke_seed": secrets[1].hpke,
                        "recovery_secret": apart, "now_ms": NOW_MS, "body": body}  # fmt: skip
    book.accept("seal-recovery", "recovery", given, "R-060 R-067", "Both directions anew, under a number that is A's clock.",
                new=True, epoch=NOW_MS)  # fmt: skip
    book.accept("seal-recovery-old-one-repeated", "recovery", given | {"held": [[NOW_MS, word("a later root")]]}, "R-060",
                "Not above what is known: an old one, repeated.", new=False)  # fmt: skip
    book.accept("seal-joining", "recovery", given | {"body": joining, "held": [], "recovery_secret": None}, "R-068",
                "A party that joined opens sealing: no secret apart, and no epoch was there.", new=True, epoch=NOW_MS)  # fmt: skip
    for name, changes, rules, says, story in (
        ("with-another-secret", {"recovery_secret": word("not that one")}, "R-060", "another recovery secret", "The confirmation shows it before anything changes."),
        ("without-the-secret", {"recovery_secret": None}, "R-060", "enter the recovery secret", "An officer must enter it."),
        ("dated-a-day-ahead", {"now_ms": NOW_MS - DAY_MS - 1}, "R-060", "more than a day ahead", "One clock is wrong."),
    ):
        book.wait(f"seal-recovery-{name}", "recovery", given | changes, rules, story, says)
    for name, changes, rules, says, story in (
        ("signed-by-another", {"note_keys": [secrets[1].note_signer().public]}, "R-060", "not signed", "Not by A's note key."),
        ("bit-turned", {"body": flipped(body, 300)}, "R-060", "not signed", "One bit of what is sealed."),
        ("of-another-line", {"line_id": line(3).line_id}, "R-060", "of another line", "The line id in it is another."),
        ("under-a-tag", {"body": b"\0\0\0\1" + body[4:]}, "R-060", "not 00000000", "Its tag is not that of a recovery frame."),
        ("to-another-hpke-key", {"hpke_seed": word("another")}, "R-060", "sealed", "Not sealed to us."),
        ("trailing-byte", {"body": body + b"\0"}, "R-035 R-060", "after the end", "A byte after the end."),
    ):
        book.refuse(f"seal-recovery-{name}", "recovery", given | changes, rules, story, says)
    book.refuse("seal-joining-of-one-on-the-line", "recovery", given | {"body": joining}, "R-068",
                "There is an epoch with A: whoever has A's note key alone must not reset it.", "on the line already")  # fmt: skip
