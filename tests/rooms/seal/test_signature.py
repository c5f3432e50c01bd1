"""One answer for every implementation: the edge cases of Ed25519, published and made here, and ML-DSA-44."""

from __future__ import annotations

import hashlib
import itertools

import pytest
from Crypto.PublicKey import ECC, MLDSA
from Crypto.Signature import eddsa, mldsa
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.errors import LocalFault, Malformed
from openline.seal import curve, signature
from openline.seal.curve import ORDER, PRIME
from openline.seal.signature import Ed25519Signer, Mldsa44Signer, check_public_key, verify_ed25519, verify_mldsa44

# RFC 8032, 7.1: seed, public key, message, signature.
RFC_8032 = (
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24"
        "655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee"
        "b00d291612bb0c00",
    ),
)

# "Taming the many EdDSAs" (ia.cr/2020/1244): message, key, signature, and what is wrong with it.
TAMING = (
    (
        "8c93255d71dcab10e8f379c26200f3c7bd5f09d9bc3068d3ef4edeb4853022b6",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"
        "0000000000000000000000000000000000000000000000000000000000000000",
        "small A, small R, S = 0",
    ),
    (
        "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43"
        "a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04",
        "small A",
    ),
    (
        "aebf3f2601a0c8c5d39cc7d8911642f740b78168218da8471772b35f9d35b9ab",
        "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"
        "8c4bd45aecaca5b24fb97bc10ac27ac8751a7dfe1baff8b953ec9f5833ca260e",
        "mixed A, small R",
    ),
    (
        "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79",
        "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
        "9046a64750444938de19f227bb80485e92b83fdb4b6506c160484c016cc1852f"
        "87909e14428a7a1d62e9f22f3d3ad7802db02eb2e688b6c52fcd6648a98bd009",
        "mixed A, mixed R",
    ),
    (
        "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
        "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
        "160a1cb0dc9c0258cd0a7d23e94d8fa878bcb1925f2c64246b2dee1796bed512"
        "5ec6bc982a269b723e0668e540911a9a6a58921d6925e434ab10aa7940551a09",
        "holds only with the cofactor",
    ),
    (
        "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
        "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
        "21122a84e0b5fca4052f5b1235c80a537878b38f3142356b2c2384ebad4668b7"
        "e40bc836dac0f71076f9abe3a53f9c03c1ceeeddb658d0030494ace586687405",
        "holds only with the cofactor",
    ),
    (
        "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40",
        "442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623",
        "e96f66be976d82e60150baecff9906684aebb1ef181f67a7189ac78ea23b6c0e"
        "547f7690a0e2ddcd04d87dbc3490dc19b3b3052f7ff0538cb68afb369ba3a514",
        "S above L",
    ),
    (
        "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40",
        "442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623",
        "8ce5b96c8f26d0ab6c47958c9e68b937104cd36e13c33566acd2fe8d38aa1942"
        "7e71f98a473474f2f13f06f97c20d58cc3f54b8bd0d272f42b695dd7e89a8c22",
        "S far above L",
    ),
    (
        "fdaebc429f4a735932a160da1301080c13280eea8bc280d1b392c6b9e6ba3a5a",
        "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
        "454d370c8d9fc323a41450f8d513eafeb5b0697390c1e505a0d4ddc71f566607",
        "second spelling of R",
    ),
    (
        "84b698d39be126ff55fe45079e6c8bf64a0d7db6994560b4e96b7021eb39c1a1",
        "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
        "084d5b99c2a9463d9c8bd5026916996984eeec87ddf1d3be329006ace1b37b09",
        "second spelling of R",
    ),
)

BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202
BASE_Y = 46316835694926478169428394003475163141307993866256225615783033603165251855960
BASE = curve._Point(BASE_X, BASE_Y, 1, BASE_X * BASE_Y % PRIME)


def spell(point: curve._Point) -> bytes:
    over = pow(point.z, PRIME - 2, PRIME)
    x, y = point.x * over % PRIME, point.y * over % PRIME
    return (y | (x & 1) << 255).to_bytes(32, "little")


def small_points() -> list[curve._Point]:
    """The eight, from one generator: a point of the curve times L."""
    for y in range(2, 99):
        point = curve._decompress(y.to_bytes(32, "little"))
        if point is not None:
            eighth = curve._times(ORDER, point)
            if not curve._is_neutral(curve._times(4, eighth)):
                return [curve._times(n, eighth) for n in range(8)]
    raise AssertionError


def second_spellings() -> list[bytes]:
    """The spellings that name a small-order point a second time: y not reduced, or a sign on x = 0."""
    top = 1 << 255
    numbers = [PRIME, PRIME + 1, top | PRIME, top | (PRIME + 1), top | 1, top | (PRIME - 1)]
    return [number.to_bytes(32, "little") for number in numbers]


SMALL = small_points()
SCALAR = int.from_bytes(hashlib.sha256(b"a scalar").digest(), "little") % ORDER
MESSAGE = b"one thing was said"


def challenge(point: bytes, key: bytes, message: bytes) -> int:
    return int.from_bytes(hashlib.sha512(point + key + message).digest(), "little") % ORDER


def library_says(key: bytes, made: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(made, message)
    except InvalidSignature:
        return False
    return True


def admitted(key: bytes) -> bool:
    try:
        check_public_key(key)
    except Malformed:
        return False
    return True


@pytest.mark.parametrize(("seed", "public", "message", "made"), RFC_8032)
def test_the_published_signatures_are_made_and_accepted(seed: str, public: str, message: str, made: str) -> None:
    signer = Ed25519Signer(bytes.fromhex(seed))
    assert signer.public.hex() == public
    assert signer.sign(bytes.fromhex(message)).hex() == made
    check_public_key(signer.public)
    assert verify_ed25519(signer.public, bytes.fromhex(made), bytes.fromhex(message))


@pytest.mark.parametrize(("message", "key", "made", "why"), TAMING)
def test_every_published_edge_case_is_refused_by_roster_or_check(message: str, key: str, made: str, why: str) -> None:
    """R-030 to R-034. Either the key never enters a roster, or the signature does not verify; mostly both."""
    public = bytes.fromhex(key)
    by_roster, by_check = not admitted(public), not verify_ed25519(public, bytes.fromhex(made), bytes.fromhex(message))
    assert by_roster or by_check, why
    if why != "mixed A, mixed R":
        assert by_check, why
    if "A" in why:
        assert by_roster, why


def test_the_library_alone_would_take_one_signature_for_everything() -> None:
    """Why the checks stand before the call: this fails the day the library refuses by itself."""
    identity = spell(SMALL[0])
    constant = identity + bytes(32)
    assert library_says(identity, constant, b"yes") and library_says(identity, constant, b"no")
    assert not verify_ed25519(identity, constant, b"yes")


def test_the_eight_small_points_are_all_known() -> None:
    """R-031."""
    assert {spell(point) for point in SMALL} == signature.SMALL_ORDER_POINTS


def test_no_roster_takes_a_small_mixed_or_second_spelling_key() -> None:
    """R-030, R-031, R-032."""
    key = curve._times(SCALAR, BASE)
    assert admitted(spell(key))
    for point in SMALL:
        assert not admitted(spell(point))
    for point in SMALL[1:]:
        with pytest.raises(Malformed, match="prime-order group"):
            check_public_key(spell(curve._add(key, point)))
    for spelling in second_spellings():
        with pytest.raises(Malformed, match="canonical"):
            check_public_key(spelling)
    off_curve = next(n.to_bytes(32, "little") for n in range(2, 99) if not curve._decompress(n.to_bytes(32, "little")))
    with pytest.raises(Malformed, match="prime-order group"):
        check_public_key(off_curve)
    with pytest.raises(Malformed, match="note key: 31 bytes"):
        check_public_key(bytes(31), "note key")


def test_every_pair_of_low_order_key_and_point_is_refused() -> None:
    """All 14 spellings of A with all 14 of R, S = 0: the signatures that verify for many messages in lenient code."""
    spellings = [spell(point) for point in SMALL] + second_spellings()
    for key, point in itertools.product(spellings, repeat=2):
        assert not verify_ed25519(key, point + bytes(32), MESSAGE)


def test_a_signature_with_a_low_order_part_in_its_point_is_refused() -> None:
    """It holds only if both sides are multiplied by the cofactor, as some implementations do; ours does not."""
    key = spell(curve._times(SCALAR, BASE))
    for small in SMALL:
        point = spell(curve._add(curve._times(7, BASE), small))
        s = (7 + challenge(point, key, MESSAGE) * SCALAR) % ORDER
        made = point + s.to_bytes(32, "little")
        assert verify_ed25519(key, made, MESSAGE) == curve._is_neutral(small)


def test_s_is_below_the_order() -> None:
    """R-033."""
    signer = Ed25519Signer(bytes(32))
    made = signer.sign(MESSAGE)
    s = int.from_bytes(made[32:], "little")
    for more in range(ORDER, 2**256 - s, ORDER):
        assert not verify_ed25519(signer.public, made[:32] + (s + more).to_bytes(32, "little"), MESSAGE)
    assert not verify_ed25519(signer.public, made[:32] + ORDER.to_bytes(32, "little"), MESSAGE)


def test_a_small_order_point_in_a_signature_is_refused_even_where_the_equation_holds() -> None:
    """R-034: with R the neutral element, S = k·a verifies in most libraries; an honest signer never makes it."""
    public, neutral = spell(curve._times(SCALAR, BASE)), spell(SMALL[0])
    s = challenge(neutral, public, MESSAGE) * SCALAR % ORDER
    made = neutral + s.to_bytes(32, "little")
    assert library_says(public, made, MESSAGE)
    assert not verify_ed25519(public, made, MESSAGE)


@given(st.binary(max_size=200), st.binary(min_size=0, max_size=130))
@settings(max_examples=settings().max_examples * 4 // 5, deadline=None)
def test_noise_never_verifies_and_never_raises(key: bytes, noise: bytes) -> None:
    assert not verify_ed25519(key, noise, MESSAGE)
    assert not verify_mldsa44(key, noise, MESSAGE)


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=300))
@settings(max_examples=settings().max_examples // 2, deadline=None)
def test_a_second_implementation_agrees(seed: bytes, message: bytes) -> None:
    signer = Ed25519Signer(seed)
    theirs = ECC.construct(curve="Ed25519", seed=seed)
    made = eddsa.new(theirs, "rfc8032").sign(message)
    assert made == signer.sign(message)
    assert verify_ed25519(signer.public, made, message)
    assert admitted(signer.public)


def test_mldsa44_agrees_with_a_second_implementation_and_keeps_contexts_apart() -> None:
    seed = hashlib.sha256(b"seed").digest()
    signer = Mldsa44Signer(seed)
    theirs = MLDSA.construct(param_set=MLDSA.ML_DSA_44, seed=seed)
    assert theirs.pk == signer.public
    assert verify_mldsa44(signer.public, mldsa.new(theirs, context=b"use").sign(MESSAGE), MESSAGE, b"use")
    mldsa.new(theirs.public_key()).verify(MESSAGE, signer.sign(MESSAGE))
    signature.check_mldsa_key(signer.public)
    made = signer.sign(MESSAGE)
    assert verify_mldsa44(signer.public, made, MESSAGE)
    assert not verify_mldsa44(signer.public, made, MESSAGE, b"another use")
    assert verify_mldsa44(signer.public, signer.sign(MESSAGE, b"use"), MESSAGE, b"use")
    assert signer.sign(MESSAGE) != made  # hedged: never a name
    flipped = bytes([made[0] ^ 1]) + made[1:]
    assert not verify_mldsa44(signer.public, flipped, MESSAGE)
    assert not verify_mldsa44(signer.public, made[:-1], MESSAGE)


def test_keys_of_impossible_size_are_refused_by_name() -> None:
    with pytest.raises(Malformed, match="ML-DSA-44 key: 31 bytes"):
        signature.check_mldsa_key(bytes(31), "ML-DSA-44 key")
    for make in (Ed25519Signer, Mldsa44Signer):
        with pytest.raises(LocalFault, match="seed: 31 bytes"):
            make(bytes(31))
