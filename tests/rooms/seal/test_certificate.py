"""Station keys: certified by a root for one line, in force between two dates, revoked without asking the peer."""

from __future__ import annotations

import dataclasses
import ssl
from collections.abc import Callable
from pathlib import Path

import cbor2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.errors import Forged, Malformed
from openline.limits import RENEW_WARN_BEFORE_MS
from openline.seal import certificate as certificates
from openline.seal.certificate import (
    CERTIFICATE_LABEL,
    REVOCATION_LABEL,
    Agreed,
    Standing,
    certify,
    parse_certificate,
    parse_revocation,
    parse_station,
    revoke,
)
from openline.seal.party import CARD_LABEL, parse_card, parse_root, parse_signed
from openline.seal.spelling import write_map
from tests.rooms.seal.people import DRAW, NOW, YEAR_MS, card, root, station

Change = Callable[[dict[int, object]], object]


def resigned(change: Change, label: str = CERTIFICATE_LABEL) -> bytes:
    """A certificate of party 0 with one field changed, and signed anew by its own root: an insider's work."""
    body = cbor2.loads(cbor2.loads(station(0)[1].signed)[1])
    change(body)
    return root(0).sign(label, write_map(list(body.values()))).encode()


def resealed(der: bytes) -> bytes:
    """The same, its signature broken."""
    return der[:-1] + bytes([der[-1] ^ 1])


def test_a_certificate_names_its_keys_and_comes_back() -> None:
    """R-042, R-040."""
    secrets, made = station(0)
    assert made.note_key == secrets.note_signer().public
    assert made.receipt_key == secrets.receipt_signer().public
    assert made.mldsa_key == secrets.mldsa44_signer().public
    assert made.hpke_key == DRAW.public_of(secrets.hpke)
    assert parse_certificate(made.signed, root(0).public) == made
    assert parse_station(secrets.encode()) == secrets
    assert made.digest == certificates.certificate_digest(made.signed)
    body = parse_signed(made.signed, CERTIFICATE_LABEL, "x").body
    again = root(0).sign(CERTIFICATE_LABEL, body).encode()
    assert again != made.signed  # ML-DSA is hedged
    assert parse_certificate(again, root(0).public).digest == made.digest


def test_another_root_and_another_label_do_not_certify() -> None:
    """R-039, R-042."""
    made = station(0)[1]
    with pytest.raises(Malformed, match=r"field 0 \(party id\): names another party"):
        parse_certificate(made.signed, root(1).public)
    with pytest.raises(Malformed, match="“openline/card/v1”, not “openline/certificate/v1”"):
        parse_certificate(card(0).signed, root(0).public)
    relabelled = cbor2.loads(card(0).signed)
    relabelled[0] = CERTIFICATE_LABEL
    with pytest.raises(Malformed):
        parse_certificate(cbor2.dumps(relabelled), root(0).public)
    stolen = cbor2.loads(made.signed)
    other = cbor2.loads(station(1)[1].signed)
    with pytest.raises(Forged, match="Ed25519 root signature"):
        parse_certificate(cbor2.dumps({**stolen, 2: other[2]}), root(0).public)
    with pytest.raises(Forged, match="ML-DSA-44 root signature"):
        parse_certificate(cbor2.dumps({**stolen, 3: other[3]}), root(0).public)


def p256_certificate() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([])
    now = certificates.datetime.datetime(2030, 1, 1)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


REFUSED: dict[str, tuple[Change, str]] = {
    "nonce too short": (lambda body: body.update({1: b"n"}), "line nonce"),
    "small-order note key": (lambda body: body.update({2: bytes(32)}), "note key.*small order"),
    "note key spelled a second time": (lambda body: body.update({2: b"\xee" + b"\xff" * 30 + b"\x7f"}), "note key"),
    "small-order receipt key": (lambda body: body.update({3: b"\x01" + bytes(31)}), "receipt key.*small order"),
    "one key for notes and receipts": (lambda body: body.update({3: body[2]}), "one key serves two purposes"),
    "the root key as note key": (lambda body: body.update({2: root(0).public.ed25519}), "one key serves two"),
    "the root key as ML-DSA key": (lambda body: body.update({4: root(0).public.mldsa44}), "one key serves two"),
    "ML-DSA key too short": (lambda body: body.update({4: b"m" * 1311}), "ML-DSA-44 key"),
    "ML-KEM key out of range": (lambda body: body.update({5: b"\xff" * 1216}), "HPKE key.*ML-KEM"),
    "small-order X25519 key": (lambda body: body.update({5: body[5][:1184] + bytes(32)}), "HPKE key.*small order"),
    "no TLS certificate": (lambda body: body.update({6: b""}), "TLS certificate"),
    "TLS certificate with a tail": (lambda body: body.update({6: body[6] + b"\x00"}), "TLS certificate"),
    "TLS certificate of another kind": (lambda body: body.update({6: p256_certificate()}), "not Ed25519"),
    "TLS certificate of somebody else": (lambda body: body.update({6: station(1)[1].tls_certificate}), "its party"),
    "TLS certificate signed by another key": (lambda body: body.update({6: resealed(body[6])}), "its own key"),
    "empty window": (lambda body: body.update({8: body[7]}), "not after"),
    "negative date": (lambda body: body.update({7: -1}), "not before"),
    "serial too long": (lambda body: body.update({9: bytes(17)}), "serial"),
    "one field more": (lambda body: body.update({10: 0}), "10 fields"),
    "one field less": (lambda body: body.popitem(), "10 fields"),
}


@pytest.mark.parametrize(("change", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_a_root_cannot_certify_what_no_roster_may_hold(change: Change, said: str) -> None:
    """R-042, R-043, R-046."""
    with pytest.raises(Malformed, match=said):
        parse_certificate(resigned(change), root(0).public)


@given(st.integers(0, 400), st.integers(1, 255))
@settings(max_examples=settings().max_examples * 12 // 5, deadline=None)
def test_a_spoiled_tls_certificate_raises_only_what_is_promised(at: int, flip: int) -> None:
    der = bytearray(station(0)[1].tls_certificate)
    der[at % len(der)] ^= flip
    try:
        certificates._tls_key(bytes(der), "TLS certificate")
    except Malformed as refused:
        assert refused.reason.startswith("TLS certificate")


def test_a_tls_key_of_an_unknown_kind_is_refused() -> None:
    der = station(0)[1].tls_certificate
    ed25519 = bytes.fromhex("300506032b6570032100")
    assert ed25519 in der
    with pytest.raises(Malformed, match="TLS certificate"):
        certificates._tls_key(der.replace(ed25519, bytes.fromhex("300506032b657f032100")), "TLS certificate")


def test_the_window_begins_with_its_first_instant_and_ends_before_its_last() -> None:
    """R-044."""
    made = station(0)[1]
    assert made.standing(NOW - 1) == Standing.EARLY
    assert made.standing(NOW) == Standing.IN_FORCE
    assert made.standing(NOW + YEAR_MS - RENEW_WARN_BEFORE_MS - 1) == Standing.IN_FORCE
    assert made.standing(NOW + YEAR_MS - RENEW_WARN_BEFORE_MS) == Standing.RENEW
    assert made.standing(NOW + YEAR_MS - 1) == Standing.RENEW
    assert made.standing(NOW + YEAR_MS) == Standing.EXPIRED
    assert [made.in_force(NOW + at) for at in (-1, 0, YEAR_MS - 1, YEAR_MS)] == [False, True, True, False]


def test_a_window_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(Malformed, match="window"):
        certify(root(0), station(0)[0], b"n" * 32, 2**62, 2**62 + 1, DRAW)


def test_a_revocation_names_the_certificate_and_the_last_agreed_state() -> None:
    """R-045."""
    agreed = [Agreed(bytes([n]) * 12, n, bytes([n]) * 32) for n in (1, 2)]
    made = revoke(root(0), station(0)[1].digest, NOW, agreed, "laptop left in a taxi")
    assert parse_revocation(made.signed, root(0).public) == made
    assert (made.certificate, made.agreed, made.reason) == (
        station(0)[1].digest,
        tuple(agreed),
        "laptop left in a taxi",
    )
    with pytest.raises(Malformed, match="names another party"):
        parse_revocation(made.signed, root(1).public)
    with pytest.raises(Malformed, match="ascending order"):
        revoke(root(0), station(0)[1].digest, NOW, agreed[::-1], "")
    with pytest.raises(Malformed, match="ascending order"):
        revoke(root(0), station(0)[1].digest, NOW, agreed[:1] * 2, "")
    with pytest.raises(Malformed, match="reason"):
        revoke(root(0), station(0)[1].digest, NOW, (), "two\nlines")
    forged = cbor2.loads(made.signed)
    forged[1] = forged[1].replace(b"laptop", b"tablet")
    with pytest.raises(Forged):
        parse_revocation(cbor2.dumps(forged), root(0).public)
    with pytest.raises(Malformed, match=REVOCATION_LABEL):
        parse_revocation(station(0)[1].signed, root(0).public)


def test_the_tls_certificate_serves_a_handshake(tmp_path: Path) -> None:
    """What a bearer pins is what its TLS library loads."""
    secrets, made = station(0)
    pem = tmp_path / "station.pem"
    pem.write_bytes(secrets.tls_key_pem() + ssl.DER_cert_to_PEM_cert(made.tls_certificate).encode())
    answering = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    answering.load_cert_chain(pem)
    asking = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    asking.check_hostname, asking.verify_mode = False, ssl.CERT_NONE
    a_in, a_out, b_in, b_out = (ssl.MemoryBIO() for _ in range(4))
    a = asking.wrap_bio(a_in, a_out)
    b = answering.wrap_bio(b_in, b_out, server_side=True)
    for _ in range(4):
        for end in (a, b):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                pass
        b_in.write(a_out.read())
        a_in.write(b_out.read())
    assert a.version() == "TLSv1.3"
    assert a.getpeercert(True) == made.tls_certificate


def test_cards_and_roots_come_back_and_a_changed_card_does_not() -> None:
    """R-038, R-041."""
    assert parse_root(root(0).encode()).public == root(0).public
    assert parse_card(card(0).signed) == card(0)
    assert card(0).party_id == root(0).party_id
    assert len(card(0).fingerprint().split()) == 8
    for at in range(0, len(card(0).signed), 61):
        data = card(0).signed
        with pytest.raises((Malformed, Forged), match="card"):
            parse_card(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    with pytest.raises(Malformed, match="name"):
        parse_card(
            root(0).sign(CARD_LABEL, write_map(("", *cbor2.loads(cbor2.loads(card(0).signed)[1]).values()))).encode()
        )


def test_no_secret_is_printed_by_a_traceback() -> None:
    secrets = station(0)[0]
    assert repr(secrets) == "StationSecrets(…)"
    assert not dataclasses.is_dataclass(secrets)
