"""A security key in software: what a real one does of WebAuthn level 2, and what a wrong one might."""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class SecurityKey:
    """One credential. `origin` is what the browser it sits in says; `flags` what it says of its holder."""

    origin: str = "http://localhost:8443"
    rp_id: str = "localhost"
    edwards: bool = False
    flags: int = PRESENT | VERIFIED
    uses: int = 0
    counts: bool = True
    credential: bytes = field(default_factory=lambda: os.urandom(16))
    private: Ed25519PrivateKey | EllipticCurvePrivateKey = field(init=False)

    def __post_init__(self) -> None:
        self.private = Ed25519PrivateKey.generate() if self.edwards else generate_private_key(SECP256R1())

    @property
    def public(self) -> bytes:
        key = self.private.public_key()
        if isinstance(self.private, Ed25519PrivateKey):
            return key.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def _cose(self) -> bytes:
        if self.edwards:
            return cbor2.dumps({1: 1, 3: -8, -1: 6, -2: self.public})
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: self.public[1:33], -3: self.public[33:]})

    def _head(self, flags: int) -> bytes:
        if self.counts:
            self.uses += 1
        return sha256(self.rp_id.encode()).digest() + bytes((flags,)) + self.uses.to_bytes(4, "big")

    def client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said, separators=(",", ":")).encode()

    def sign(self, message: bytes) -> bytes:
        if isinstance(self.private, Ed25519PrivateKey):
            return self.private.sign(message)
        return self.private.sign(message, ECDSA(SHA256()))

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """What `navigator.credentials.create` gives."""
        about = bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential + self._cose()
        made = {"fmt": "none", "attStmt": {}, "authData": self._head(self.flags | ATTESTED) + about}
        client = self.client("webauthn.create", options["challenge"])
        return self._answer(clientDataJSON=client, attestationObject=cbor2.dumps(made))

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """What `navigator.credentials.get` gives."""
        head = self._head(self.flags)
        client = self.client("webauthn.get", options["challenge"])
        signature = self.sign(head + sha256(client).digest())
        return self._answer(clientDataJSON=client, authenticatorData=head, signature=signature)

    def _answer(self, **response: bytes) -> dict[str, Any]:
        return {
            "id": b64(self.credential), "rawId": b64(self.credential), "type": "public-key",
            "response": {name: b64(data) for name, data in response.items()}, "clientExtensionResults": {},
        }  # fmt: skip
