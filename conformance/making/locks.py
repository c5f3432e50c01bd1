"""Scenarios of keys and signatures: what may be a key, what verifies, what opens."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

from typing import Final

from conformance.making import points
from conformance.making.cupboard import KeptDraw, sign_mldsa44, word
from conformance.making.scenarios import Book, flipped
from openline.seal.signature import Ed25519Signer, Mldsa44Signer

SEED: Final = word("a signer")
MESSAGE: Final = b"what was signed"


def write(book: Book) -> None:
    """All of them."""
    _keys(book)
    _signatures(book)
    _pq(book)
    _hpke(book)


def _keys(book: Book) -> None:
    key = Ed25519Signer(SEED).public
    book.accept("seal-key", "ed25519-key", {"key": key}, "R-030 R-031 R-032", "An ordinary key.")
    mixed = points.spelled(points.add(points.times(points.secret_of(SEED)[0], points.BASE), points.ORDER_TWO))
    for name, data, rules, says, story in (
        ("short", key[:-1], "R-030", "31 bytes", "31 bytes."),
        ("y-is-the-prime", points.P.to_bytes(32, "little"), "R-031", "canonical", "y = 2^255 - 19, a second spelling of 0."),
        ("y-beyond-the-prime", (points.P + 1).to_bytes(32, "little"), "R-031", "canonical", "A second spelling of y = 1."),
        ("sign-on-x-zero", (1 | 1 << 255).to_bytes(32, "little"), "R-031", "canonical", "x is 0 and has no sign."),
        ("of-order-one", points.spelled(points.NEUTRAL), "R-031", "small order",
         "Under the neutral point one signature verifies for everything."),
        ("of-order-two", points.spelled(points.ORDER_TWO), "R-031", "small order", "A point of order 2."),
        ("of-order-four", bytes(32), "R-031", "small order", "y = 0: a point of order 4."),
        ("of-order-eight", bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "R-031",
         "small order", "A point of order 8."),
        ("off-the-curve", (2).to_bytes(32, "little"), "R-032", "prime-order", "No point has y = 2."),
        ("of-mixed-order", mixed, "R-032", "prime-order", "An ordinary key with a point of order 2 added."),
    ):  # fmt: skip
        book.refuse(f"seal-key-{name}", "ed25519-key", {"key": data}, rules, story, says)
    pq = Mldsa44Signer(SEED).public
    book.accept("seal-pq-key", "mldsa44-key", {"key": pq}, "R-030", "1312 bytes that load.")
    book.refuse("seal-pq-key-short", "mldsa44-key", {"key": pq[:-1]}, "R-030", "1311 bytes.", "1311 bytes")


def _signatures(book: Book) -> None:
    signer = Ed25519Signer(SEED)
    given = {"key": signer.public, "signature": signer.sign(MESSAGE), "message": MESSAGE}
    signature = signer.sign(MESSAGE)
    assert points.sign_with(SEED, MESSAGE, points.NEUTRAL) == signature, "two programs sign alike"
    book.accept("seal-signature", "ed25519", given, "R-033 R-034", "As RFC 8032 says.")
    book.accept("seal-signature-test-vector", "ed25519", {
        "key": bytes.fromhex("ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf"),
        "signature": bytes.fromhex(_OF_SHA_ABC), "message": bytes.fromhex(_SHA_ABC)}, "R-033",
        "RFC 8032, 7.1, the test named SHA(abc).")  # fmt: skip
    s = int.from_bytes(signature[32:], "little")
    for name, changes, rules, story in (
        ("another-message", {"message": MESSAGE + b"."}, "R-033", "One byte more was never signed."),
        ("another-key", {"key": Ed25519Signer(word("somebody else")).public}, "R-033", "Somebody else's key."),
        ("bit-turned", {"signature": flipped(signature, 40)}, "R-033", "One bit of S turned."),
        ("s-plus-l", {"signature": signature[:32] + (s + points.L).to_bytes(32, "little")}, "R-033",
         "S + L: the same signature in a second spelling."),
        ("63-bytes", {"signature": signature[:-1]}, "R-033", "A byte lacks."),
        ("65-bytes", {"signature": signature + b"\0"}, "R-033", "A byte too many."),
        ("only-with-the-cofactor", {"signature": points.sign_with(SEED, MESSAGE, points.ORDER_TWO)}, "R-033",
         "R has a point of order 2 added: the equation holds times eight, and not as it is."),
        ("r-of-small-order", {"signature": bytes(32) + signature[32:]}, "R-034", "R is a point of order 4."),
        ("r-not-canonical", {"signature": (points.P + 3).to_bytes(32, "little") + signature[32:]}, "R-034",
         "y of R is beyond the prime."),
        ("under-a-small-order-key", {"key": points.spelled(points.NEUTRAL), "signature": _for_everything()}, "R-031 R-034",
         "The one signature that a lenient library takes for any message under the neutral point."),
    ):  # fmt: skip
        book.refuse(f"seal-signature-{name}", "ed25519", given | changes, rules, story, "does not verify")


# RFC 8032, 7.1, TEST SHA(abc).
_SHA_ABC: Final = (
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
    "454d4423643ce80e2a9ac94fa54ca49f"
)
_OF_SHA_ABC: Final = (
    "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e030"
    "3dca179c138ac17ad9bef1177331a704"
)


def _for_everything() -> bytes:
    """R = S·B for S = 5: under the neutral point, R = S·B - k·A for every message."""
    return points.spelled(points.times(5, points.BASE)) + (5).to_bytes(32, "little")


def _pq(book: Book) -> None:
    key, signature = Mldsa44Signer(SEED).public, sign_mldsa44(SEED, MESSAGE)
    book.shared.add("pq.key", key)
    book.shared.add("pq.signature", signature)
    given = {"key": key, "signature": signature, "message": MESSAGE}
    book.accept("seal-pq-signature", "mldsa44", given, "R-039", "ML-DSA-44 (FIPS 204), pure, empty context.")
    for name, changes, story in (
        ("another-message", {"message": b""}, "Never signed."),
        ("bit-turned", {"signature": flipped(signature, 1_000)}, "One bit turned."),
        ("short", {"signature": signature[:-1]}, "2419 bytes."),
        ("another-key", {"key": Mldsa44Signer(word("somebody else")).public}, "Somebody else's key."),
    ):
        book.refuse(f"seal-pq-signature-{name}", "mldsa44", given | changes, "R-039", story, "does not verify")


def _hpke(book: Book) -> None:
    draw = KeptDraw("hpke")
    seed, info, plain = word("an hpke seed"), b"what it is for", b"thirty-two bytes and a few more"
    public = book.shared.add("hpke.public", draw.public_of(seed))
    sealed = book.shared.add("hpke.sealed", draw.seal_to(public, plain, info))
    book.accept("seal-hpke-key", "hpke-key", {"key": public}, "R-043", "An X-Wing public key.")
    small = public[:1184] + bytes(32)
    second = public[:1184] + (points.P + 9).to_bytes(32, "little")
    for name, data, says, story in (
        ("short", public[:-1], "1215 bytes", "1215 bytes."),
        ("coefficient-beyond-the-modulus", b"\xff\xff" + public[2:], "ML-KEM-768", "A coefficient of 4095; the modulus is 3329."),
        ("x25519-of-small-order", small, "small order", "The X25519 part is 0."),
        ("x25519-second-spelling", second, "canonical", "The X25519 part is beyond the prime."),
    ):  # fmt: skip
        book.refuse(f"seal-hpke-key-{name}", "hpke-key", {"key": data}, "R-043", story, says)
    given = {"seed": seed, "sealed": sealed, "info": info}
    book.accept("seal-hpke", "hpke", given, "R-037", "Sealed once, by chance; opens for ever.", plain=plain, public=public)
    for name, changes, story in (
        ("another-info", {"info": b"another use"}, "Sealed for one use, opened for another."),
        ("another-seed", {"seed": word("another seed")}, "Sealed to somebody else."),
        ("ciphertext-bit-turned", {"sealed": flipped(sealed, -1)}, "The last bit of the tag."),
        ("encapsulation-bit-turned", {"sealed": flipped(sealed, 5)}, "A bit of the encapsulation."),
        ("short", {"sealed": sealed[:1_135]}, "Shorter than an encapsulation and a tag."),
    ):
        book.refuse(f"seal-hpke-{name}", "hpke", given | changes, "R-037", story, "sealed")

