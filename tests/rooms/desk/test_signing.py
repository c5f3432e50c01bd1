"""What a security key signed, checked without any station."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.desk.signing import (
    EDDSA,
    ES256,
    GIVEN,
    KeyNamed,
    Signed,
    check_signed,
    encode_key_named,
    encode_signed,
    is_at,
    parse_key_named,
    parse_signed,
    release_challenge,
)
from openline.errors import Forged, Malformed, PeerFault
from openline.record.fields import dump_map
from openline.seal.ecdsa import check_point, verify_es256
from tests.keys import SecurityKey, b64, unb64

LINE = bytes(range(32))
DIGEST = bytes(range(32, 64))


def signed(key: SecurityKey, draft: int = 3, version: int = 2, line: bytes = LINE) -> Signed:
    made = key.get({"challenge": b64(release_challenge(line, DIGEST, draft, version))})["response"]
    parts = (unb64(made[name]) for name in ("authenticatorData", "clientDataJSON", "signature"))
    return Signed(EDDSA if key.edwards else ES256, key.public, *parts, draft, version)


@pytest.mark.parametrize("edwards", [False, True])
def test_a_release_signed_by_a_key_is_checked_anywhere(edwards: bool) -> None:
    """R-306, R-307, R-308."""
    made = signed(SecurityKey(edwards=edwards))
    read = parse_signed(encode_signed(made))
    assert read == made
    check_signed(read, LINE, DIGEST, "localhost")
    check_signed(read, LINE, DIGEST, None)


@pytest.mark.parametrize("edwards", [False, True])
def test_it_shows_that_release_and_no_other(edwards: bool) -> None:
    """R-307: not on another line, not of other words, not of another draft or version."""
    made = signed(SecurityKey(edwards=edwards))
    for line, digest, draft, version in (
        (DIGEST, DIGEST, 3, 2), (LINE, LINE, 3, 2), (LINE, DIGEST, 4, 2), (LINE, DIGEST, 3, 3),
    ):  # fmt: skip
        with pytest.raises(Malformed, match="something else"):
            check_signed(made._replace(draft=draft, version=version), line, digest, "localhost")


def test_a_signature_of_another_key_or_of_other_bytes_is_forged() -> None:
    """R-308."""
    for edwards in (False, True):
        key = SecurityKey(edwards=edwards)
        made = signed(key)
        more = made.authenticator[:36] + bytes((made.authenticator[36] ^ 1,))
        for other in (
            made._replace(public=SecurityKey(edwards=edwards).public),
            made._replace(signature=made.signature[:-1] + bytes((made.signature[-1] ^ 1,))),
            made._replace(signature=b""),
            made._replace(authenticator=more),
        ):
            with pytest.raises(Forged):
                check_signed(other, LINE, DIGEST, "localhost")


@pytest.mark.parametrize(
    ("key", "says"),
    [
        (SecurityKey(flags=0x04), "nobody was present"),
        (SecurityKey(flags=0x01), "did not verify who"),
        (SecurityKey(flags=0x45), "flags say"),
        (SecurityKey(flags=0x85), "flags say"),
        (SecurityKey(rp_id="desk.home.arpa"), "another RP ID"),
        (SecurityKey(origin="https://localhost.example"), "not of localhost"),
        (SecurityKey(origin="http://desk.home.arpa"), "not of localhost"),
    ],
)
def test_what_a_key_must_say_of_its_holder_and_its_page(key: SecurityKey, says: str) -> None:
    """R-308."""
    with pytest.raises(Malformed, match=says):
        check_signed(signed(key), LINE, DIGEST, "localhost")


@pytest.mark.parametrize(
    "client",
    [
        b"", b"\xff", b"[]", b"{}", b'{"type":"webauthn.create"}', b"[" * 1000,
        b'{"type":"webauthn.get","challenge":"AA","origin":"http://localhost"}',
        b'{"type":"webauthn.get","type":"webauthn.get","challenge":"%s","origin":"http://localhost"}',
        b'{"type":"webauthn.get","challenge":"%s"}',
        b'{"type":"webauthn.get","challenge":"%s","origin":7}',
        b'{"type":"webauthn.get","challenge":"%s","origin":"http://localhost","crossOrigin":true}',
        b'{"type":"webauthn.get","challenge":"%s=","origin":"http://localhost"}',
    ],
)  # fmt: skip
def test_client_data_are_read_strictly(client: bytes) -> None:
    """R-308: also where the key did sign them."""
    key = SecurityKey()
    challenge = b64(release_challenge(LINE, DIGEST, 3, 2)).encode()
    written = client.replace(b"%s", challenge)
    made = signed(key)
    made = made._replace(browser=written, signature=key.sign(made.authenticator + sha256(written).digest()))
    with pytest.raises(Malformed):
        check_signed(made, LINE, DIGEST, "localhost")


@pytest.mark.parametrize(
    ("origin", "rp_id", "fits"),
    [
        ("https://desk.home.arpa", "desk.home.arpa", True),
        ("https://desk.home.arpa:8443", "desk.home.arpa", True),
        ("https://a.desk.home.arpa:8443", "desk.home.arpa", True),
        ("http://localhost:8443", "localhost", True),
        ("http://desk.home.arpa", "desk.home.arpa", False),
        ("https://xdesk.home.arpa", "desk.home.arpa", False),
        ("https://desk.home.arpa.example", "desk.home.arpa", False),
        ("https://user@desk.home.arpa", "desk.home.arpa", False),
        ("https://desk.home.arpa/page", "desk.home.arpa", False),
        ("https://desk.home.arpa:", "desk.home.arpa", False),
        ("ftp://desk.home.arpa", "desk.home.arpa", False),
        ("null", "null", False),
        ("", "", False),
    ],
)
def test_which_pages_may_use_a_key(origin: str, rp_id: str, fits: bool) -> None:
    assert is_at(origin, rp_id) is fits


@given(st.binary(max_size=200))
def test_junk_is_refused_and_nothing_else_raised(data: bytes) -> None:
    for parse in (parse_signed, parse_key_named):
        with pytest.raises(Malformed):
            parse(data)
    assert not verify_es256(data, data, data)
    made = Signed(ES256, SecurityKey().public, data, data, data, 0, 0)
    with pytest.raises(PeerFault):
        check_signed(made, LINE, DIGEST, None)


def test_a_key_is_named_in_one_spelling() -> None:
    """R-309."""
    key = SecurityKey(edwards=True)
    named = KeyNamed(GIVEN, "Col. C. Example", "desk.home.arpa", EDDSA, key.public)
    assert parse_key_named(encode_key_named(named)) == named
    for other, says in (
        (named._replace(given=2), "given"),
        (named._replace(name=" "), "empty name"),
        (named._replace(rp_id=""), "no RP ID"),
        (named._replace(algorithm=ES256), "uncompressed point"),
        (named._replace(public=bytes(32)), "small order"),
    ):
        with pytest.raises(Malformed, match=says):
            parse_key_named(dump_map(other))
    with pytest.raises(Malformed, match="one spelling"):
        parse_key_named(encode_key_named(named) + b"\0")


def test_es256_has_one_spelling() -> None:
    """R-306, R-308: DER with shortest integers; keys as uncompressed points of the curve."""
    key = SecurityKey()
    made = key.sign(b"words")
    assert verify_es256(key.public, made, b"words")
    longer = bytes((0x30, made[1] + 1, 0x02, made[3] + 1, 0)) + made[4:]
    for wrong in (longer, made + b"\0", b"\x30\x81" + made[1:], made[:-1], bytes(8)):
        assert not verify_es256(key.public, wrong, b"words")
    compressed = bytes((2 + (key.public[-1] & 1),)) + key.public[1:33]
    off = key.public[:-1] + bytes((key.public[-1] ^ 1,))
    for point in (compressed, off, b"", b"\0", b"\x04" + bytes(64)):
        with pytest.raises(Malformed):
            check_point(point)
        assert not verify_es256(point, made, b"words")
