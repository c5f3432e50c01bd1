"""X-Wing and HPKE against the published vectors and a second implementation (pycryptodome), both ways."""

from __future__ import annotations

import hashlib

import pytest
from Crypto.Hash import SHA3_256, SHAKE256
from Crypto.Protocol import HPKE
from Crypto.Protocol.DH import import_x25519_private_key, import_x25519_public_key, key_agreement
from Crypto.PublicKey import MLKEM, Hybrid
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from openline.errors import Forged, LocalFault, Malformed
from openline.seal.draw import SEALED_OVERHEAD_BYTES, LibraryDraw, xwing_public

DRAW = LibraryDraw()
SEED = hashlib.sha256(b"receiver").digest()

# draft-connolly-cfrg-xwing-kem-08, appendix C: seed, eseed, shared secret, and the two ends of key and ciphertext.
PUBLISHED = (
    (
        "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26",
        "3cb1eea988004b93103cfb0aeefd2a686e01fa4a58e8a3639ca8a1e3f9ae57e2"
        "35b8cc873c23dc62b8d260169afa2f75ab916a58d974918835d25e6a435085b2",
        "d2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384",
        ("e2236b35a8c24b39b10aa1323a96a919", "d9abac8cd049040ef6534"),
        ("b83aa828d4d62b9a83ceffe1d3d3bb1e", "354274a079d3e6fb2e15"),
    ),
    (
        "badfd6dfaac359a5efbb7bcc4b59d538df9a04302e10c8bc1cbf1a0b3a5120ea",
        "17cda7cfad765f5623474d368ccca8af0007cd9f5e4c849f167a580b14aabdef"
        "aee7eef47cb0fca9767be1fda69419dfb927e9df07348b196691abaeb580b32d",
        "f2e86241c64d60f6649fbc6c5b7d17180b780a3f34355e64a85749949c45f150",
        ("0333285fa253661508c9fb444852caa4", "8a160b8843f1c89c62"),
        ("c93beb22326705699bbc3d1d0aa6339b", "4127ae66312f4ae3ea155b67"),
    ),
)


def by_hand(seed: bytes, eseed: bytes) -> tuple[bytes, bytes, bytes]:
    """Public key, ciphertext, secret from ML-KEM-768, X25519 and SHA3-256 alone, as the draft combines them."""
    both = SHAKE256.new(seed).read(96)
    kem = MLKEM.construct(param_set=MLKEM.ML_KEM_768, seed=both[:64])
    curve = import_x25519_private_key(both[64:])
    point = curve.public_key().export_key(format="raw")
    ours = import_x25519_private_key(eseed[32:])
    share = ours.public_key().export_key(format="raw")
    secret_kem, sealed_kem = kem.public_key()._encaps(eseed[:32])
    secret_curve = key_agreement(eph_priv=ours, static_pub=import_x25519_public_key(point), kdf=lambda shared: shared)
    combined = SHA3_256.new(secret_kem + secret_curve + share + point + b"\\.//^\\").digest()
    return kem.ek + point, sealed_kem + share, combined


@pytest.mark.parametrize(("seed", "eseed", "secret", "key_ends", "sealed_ends"), PUBLISHED)
def test_the_published_vectors_hold_in_both_implementations(
    seed: str, eseed: str, secret: str, key_ends: tuple[str, str], sealed_ends: tuple[str, str]
) -> None:
    """R-037."""
    public, sealed, shared = by_hand(bytes.fromhex(seed), bytes.fromhex(eseed))
    assert shared.hex() == secret
    assert (public.hex().startswith(key_ends[0]), public.hex().endswith(key_ends[1])) == (True, True)
    assert (sealed.hex().startswith(sealed_ends[0]), sealed.hex().endswith(sealed_ends[1])) == (True, True)
    assert DRAW.public_of(bytes.fromhex(seed)) == public
    # and the library decapsulates the published ciphertext: HPKE built by hand upon the published secret opens
    assert DRAW.open_with(bytes.fromhex(seed), sealed + hpke_by_hand(shared, b"said", b"use"), b"use") == b"said"


def hpke_by_hand(shared: bytes, plaintext: bytes, info: bytes) -> bytes:
    """RFC 9180, 5.1, base mode, KEM 0x647a, KDF 1, AEAD 2; from HKDF and AES-GCM alone."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    suite = b"HPKE" + bytes.fromhex("647a00010002")

    def extract(salt: bytes, label: bytes, secret: bytes) -> bytes:
        return HKDF.extract(hashes.SHA256(), salt, b"HPKE-v1" + suite + label + secret)

    def expand(secret: bytes, label: bytes, context: bytes, size: int) -> bytes:
        full = size.to_bytes(2, "big") + b"HPKE-v1" + suite + label + context
        return HKDFExpand(hashes.SHA256(), size, full).derive(secret)

    context = b"\x00" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
    secret = extract(shared, b"secret", b"")
    return AESGCM(expand(secret, b"key", context, 32)).encrypt(
        expand(secret, b"base_nonce", context, 12), plaintext, b""
    )


def test_a_second_implementation_opens_what_we_seal_and_we_what_it_seals() -> None:
    """R-037."""
    key = Hybrid._construct(param_set=Hybrid.MLKEM768_X25519, seed=SEED)
    public = DRAW.public_of(SEED)
    sealed = DRAW.seal_to(public, b"from us", b"use")
    theirs = HPKE.new(receiver_key=key, aead_id=HPKE.AEAD.AES256_GCM, enc=sealed[:1120], info=b"use")
    assert theirs.unseal(sealed[1120:]) == b"from us"
    sender = HPKE.new(receiver_key=key.public_key(), aead_id=HPKE.AEAD.AES256_GCM, info=b"use")
    assert DRAW.open_with(SEED, sender.enc + sender.seal(b"from them"), b"use") == b"from them"


def test_what_was_sealed_opens_only_whole_with_its_key_and_its_use() -> None:
    public = DRAW.public_of(SEED)
    sealed = DRAW.seal_to(public, bytes(32), b"use")
    assert len(sealed) == 32 + SEALED_OVERHEAD_BYTES
    assert DRAW.open_with(SEED, sealed, b"use") == bytes(32)
    bad = [sealed[:-1], sealed[:1119], b"", sealed + b"\x00", sealed[:1088] + bytes(32) + sealed[1120:]]
    bad += [sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :] for at in (0, 1087, 1088, 1119, 1120, 1167)]
    for one in bad:
        with pytest.raises(Forged):
            DRAW.open_with(SEED, one, b"use")
    with pytest.raises(Forged):
        DRAW.open_with(SEED, sealed, b"another use")
    with pytest.raises(Forged):
        DRAW.open_with(bytes(32), sealed, b"use")
    with pytest.raises(LocalFault):
        DRAW.open_with(SEED[:-1], sealed, b"use")


def test_a_key_that_nobody_could_hold_is_refused() -> None:
    """R-043: coefficients out of range, points of small order, wrong sizes."""
    public = DRAW.public_of(SEED)
    with pytest.raises(Malformed, match="1215 bytes"):
        xwing_public(public[:-1])
    with pytest.raises(Malformed, match="ML-KEM"):
        xwing_public(b"\xff" * 1184 + public[1184:])
    # the eight spellings of X25519 points whose order divides 8, each giving the secret zero
    prime = 2**255 - 19
    low = [0, 1, prime - 1, prime, prime + 1]
    low += [325606250916557431795983626356110631294008115727848805560023387167927233504]
    low += [39382357235489614581723060781553021112529911719440698176882885853963445705823]
    for number in low:
        with pytest.raises(Malformed):
            DRAW.seal_to(public[:1184] + number.to_bytes(32, "little"), bytes(32), b"")
        with pytest.raises(Malformed, match=r"small order|canonical"):
            xwing_public(public[:1184] + number.to_bytes(32, "little"))


def test_fresh_bytes_differ_and_have_their_size() -> None:
    assert [len(DRAW.fresh(size)) for size in (0, 1, 31, 32, 33, 100)] == [0, 1, 31, 32, 33, 100]
    assert DRAW.fresh(32) != DRAW.fresh(32)
    X25519PrivateKey.from_private_bytes(DRAW.fresh(32))
