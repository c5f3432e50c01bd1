"""A line of our own making, from docs/PROTOCOL.md alone: keys, papers, logs and an extract of signatures, to be spoilt
at any place before it is signed.

Nothing of Openline is used here, so that a fault of its writer cannot hide one of its reader.
"""

from __future__ import annotations

import base64
import datetime
import json
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import digest as hmac
from typing import Any, Final

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from tests.browser.tampering import CARD, CERTIFICATE, CHARTER, ENTRY, HEAD, LOG, NOTE, PROOF, Item, whole

REVOCATION: Final = 11
RELEASE_S: Final = 1_770_285_600
OPENED_MS: Final = (RELEASE_S - 86_400) * 1000
SIGNED_MS: Final = (RELEASE_S - 3_600) * 1000
MADE_MS: Final = RELEASE_S * 1000 + 250
SUITE: Final = "xwing-hkdf-sha256-aes256gcmsiv"
TEXTS: Final = (("en", "On limits", "The limits are kept."), ("ru", "О пределах", "Пределы соблюдаются."))
SIGNATURE_KIND: Final = 138


def spelled(value: Any) -> bytes:
    return cbor2.dumps(value, canonical=True)


def fields(*values: Any) -> bytes:
    """A map of the keys 0, 1, 2 …."""
    return spelled(dict(enumerate(values)))


def seed(*of: object) -> bytes:
    return sha256(repr(of).encode()).digest()


def raw(key: Any) -> bytes:
    found: bytes = key.public_key().public_bytes_raw()
    return found


class Root:
    """A party's root keys, and its card."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.ed = Ed25519PrivateKey.from_private_bytes(seed(name, "root"))
        self.ml = MLDSA44PrivateKey.from_seed_bytes(seed(name, "root, pq"))
        self.id = sha256(b"openline/party/v1\n" + raw(self.ed) + raw(self.ml)).digest()
        self.card = self.signs("openline/card/v1", fields(name, raw(self.ed), raw(self.ml), OPENED_MS))

    def signs(self, label: str, body: bytes) -> bytes:
        over = label.encode() + b"\n" + body
        return fields(label, body, self.ed.sign(over), self.ml.sign(over))


class Station:
    """The keys of one party's machine, and the certificate over them."""

    def __init__(self, root: Root, nonce: bytes) -> None:
        self.root = root
        self.note, self.receipt, tls = (
            Ed25519PrivateKey.from_private_bytes(seed(root.name, what)) for what in ("note", "receipt", "tls")
        )
        ml = MLDSA44PrivateKey.from_seed_bytes(seed(root.name, "pq"))
        kem = MLKEM768PrivateKey.from_seed_bytes(seed(root.name, "kem") + seed(root.name, "kem, z"))
        dh = X25519PrivateKey.from_private_bytes(seed(root.name, "dh"))
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"openline {root.id.hex()[:16]}")])
        begin = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
        made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(tls.public_key())
        dated = made.serial_number(7).not_valid_before(begin).not_valid_after(begin + datetime.timedelta(days=3650))
        der = dated.sign(tls, None).public_bytes(serialization.Encoding.DER)
        body = fields(
            root.id, nonce, raw(self.note), raw(self.receipt), raw(ml), raw(kem) + raw(dh), der,
            OPENED_MS - 1000, OPENED_MS + 10**11, seed(root.name, "serial")[:16],
        )  # fmt: skip
        self.certificate = root.signs("openline/certificate/v1", body)
        self.name = sha256(b"openline/certificate/v1\n" + body).digest()


@dataclass
class Line:
    """Parties of one line: the first `of_charter` stand in its charter, the others joined."""

    roots: list[Root]
    of_charter: int = 2
    languages: tuple[str, ...] = ("en", "ru")
    charter: bytes = field(init=False)
    stations: list[Station] = field(init=False)

    def __post_init__(self) -> None:
        first = self.roots[: self.of_charter]
        nonces = [seed(root.name, "nonce") for root in first]
        self.charter = fields(
            1, "OWN", [[root.name, raw(root.ed), raw(root.ml)] for root in first], nonces, OPENED_MS,
            list(self.languages), [], [1, 1, 1, 1], [262144, 60, 0], SUITE, [], [[] for _ in first],
        )  # fmt: skip
        self.id = sha256(b"openline/line/v1\n" + self.charter).digest()
        for root in self.roots[self.of_charter :]:
            nonces.append(sha256(b"openline/join-nonce/v1\n" + self.id + root.id).digest())
        self.stations = [Station(root, nonce) for root, nonce in zip(self.roots, nonces, strict=True)]

    def origin(self, party: int) -> str:
        return f"openline/{self.id.hex()}/{self.roots[party].id.hex()}/{generation(party).hex()}"

    def checkpoint(self, party: int, leaves: list[bytes], receipts: dict[int, int]) -> bytes:
        """A note: the author's signature, and receipts by party and second."""
        origin = self.origin(party)
        root = base64.b64encode(root_of(leaves)).decode()
        text = f"{origin}\n{len(leaves)}\n{root}\n".encode()
        lines = [signature_line(origin, 1, self.stations[party].note, text)]
        for witness, at_s in receipts.items():
            name = f"openline/{self.id.hex()}/{self.roots[witness].id.hex()}/receipt"
            over = f"cosignature/v1\ntime {at_s}\n".encode() + text
            lines.append(signature_line(name, 4, self.stations[witness].receipt, over, at_s.to_bytes(8, "big")))
        return text + b"\n" + b"".join(lines)

    def root(self, party: int, digest: bytes, one: Signature) -> bytes:
        return root_of([leaf_of(header) for header, _, _ in headers_of(self, party, digest, one)])


def signature_line(name: str, algorithm: int, key: Ed25519PrivateKey, over: bytes, before: bytes = b"") -> bytes:
    key_id = sha256(name.encode() + b"\n" + bytes([algorithm]) + raw(key)).digest()[:4]
    return f"\u2014 {name} ".encode() + base64.b64encode(key_id + before + key.sign(over)) + b"\n"


def generation(party: int) -> bytes:
    return seed("generation", party)[:12]


def leaf_of(header: bytes) -> bytes:
    return sha256(b"\0" + header).digest()


def root_of(leaves: list[bytes]) -> bytes:
    """Of one entry or of two."""
    return leaves[0] if len(leaves) == 1 else sha256(b"\1" + leaves[0] + leaves[1]).digest()


@dataclass
class Signature:
    """The entry by which a party signs, as it is to be; None for the body stands for the digest alone."""

    kind: int = SIGNATURE_KIND
    body: bytes | None = None
    flags: int = 0
    precedence: int = 0
    written_ms: int = SIGNED_MS
    references: tuple[tuple[int, bytes, int], ...] = ()
    receipts: dict[int, int] | None = None
    opened: bool = True


def statement(texts: Any = TEXTS, *, id_: str = "JS-1", zone: tuple[str, int] = ("Geneva", 60)) -> bytes:
    return fields(id_, [list(one) for one in texts], RELEASE_S, list(zone))


def digest_of(bytes_: bytes) -> bytes:
    return sha256(b"openline/joint-statement/v1\n" + bytes_).digest()


def evidence(line: Line, digest: bytes, signed: dict[int, Signature], *, more: tuple[Item, ...] = ()) -> bytes:
    """The extract: every party's entry under its one checkpoint. `more` stands behind the certificates."""
    items = [
        Item(HEAD, fields(line.id, "extract", MADE_MS, 0, "the signatures")),
        Item(CHARTER, line.charter),
        *(Item(CARD, fields(party, root.card)) for party, root in enumerate(line.roots)),
        *(Item(CERTIFICATE, fields(party, one.certificate)) for party, one in enumerate(line.stations)),
        *more,
    ]
    for party, one in sorted(signed.items()):
        items += log_of(line, party, digest, one)
    return whole(items)


def headers_of(line: Line, party: int, digest: bytes, one: Signature) -> list[tuple[bytes, bytes, bytes]]:
    """(header, body, salt) of the opening and of the signature."""
    secret = seed("secret", party)
    station = line.stations[party]
    opening = fields(sha256(b"openline/secret/v1" + secret).digest(), None, station.name, "own")
    body = fields(digest, b"") if one.body is None else one.body
    named = [list(reference) for reference in one.references]
    entries = [
        (0, opening, 0, 0, OPENED_MS, []),
        (one.kind, body, one.precedence, one.flags, one.written_ms, named),
    ]
    found = []
    for index, (kind, content, precedence, flags, at_ms, references) in enumerate(entries[0 if one.opened else 1 :]):
        salt = hmac(secret, b"openline/salt/v1" + index.to_bytes(8, "big") + b"\1", "sha256")
        hashed = hmac(salt, content, "sha256")
        found.append((fields(index, at_ms, kind, precedence, flags, [], [], references, hashed), content, salt))
    return found


def log_of(line: Line, party: int, digest: bytes, one: Signature) -> list[Item]:
    entries = headers_of(line, party, digest, one)
    leaves = [leaf_of(header) for header, _, _ in entries]
    receipts = {other: RELEASE_S - 60 for other in range(len(line.roots)) if other != party}
    note = line.checkpoint(party, leaves, receipts if one.receipts is None else one.receipts)
    return [
        Item(LOG, fields(party, generation(party), line.stations[party].name, len(entries))),
        Item(NOTE, note),
        Item(ENTRY, fields(*entries[-1])),
        Item(PROOF, fields(len(entries), leaves[:-1])),
    ]


def published(of: Line, digest: bytes, extract: bytes, /, **changes: Any) -> bytes:
    """The file, in its one spelling. What is changed is changed in its members."""
    members = {
        "openline": "joint statement 1", "digest": digest.hex(), "id": "JS-1", "release_at": "2026-02-05T10:00:00Z",
        "zone": {"name": "Geneva", "minutes_east": 60},
        "texts": [dict(zip(("language", "title", "text"), one, strict=True)) for one in TEXTS],
        "line": of.id.hex(), "published_at": "2026-02-05T10:00:00Z", "published_by": 0,
        "evidence": base64.b64encode(extract).decode(),
    }  # fmt: skip
    return (json.dumps({**members, **changes}, ensure_ascii=False, indent=1) + "\n").encode()
