"""A party: its root keys, what it signs with them, and the card by which others know it.

The root signs rarely and offline: cards, station certificates, revocations, ceremony files. Each signature is two
(Ed25519 and ML-DSA-44) over one message that begins with a label, so that no signature for one purpose fits another.
(R-038, R-039)
"""

from __future__ import annotations

import hashlib
from typing import Final, NamedTuple

from openline.errors import Forged, Malformed
from openline.limits import CARD_BYTES_MAX, CEREMONY_BYTES_MAX, NAME_CHARS_MAX
from openline.seal import signature
from openline.seal.draw import Draw
from openline.seal.signature import Ed25519Signer, Mldsa44Signer
from openline.seal.spelling import INT_MAX, Fields, armour, unarmour, write_map

PARTY_LABEL: Final = b"openline/party/v1\n"
CARD_LABEL: Final = "openline/card/v1"
_SIGNED_BYTES_MAX: Final = CEREMONY_BYTES_MAX


class RootPublic(NamedTuple):
    """The two public root keys of a party; made by parsing, which checks them."""

    ed25519: bytes
    mldsa44: bytes

    @property
    def party_id(self) -> bytes:
        """SHA-256 over a label and both keys, 32 bytes: the party's name in origins. (R-038)"""
        return hashlib.sha256(PARTY_LABEL + self.ed25519 + self.mldsa44).digest()

    def check(self, what: str) -> RootPublic:
        """Itself, once both keys are fit for a roster; raises Malformed naming `what`."""
        signature.check_public_key(self.ed25519, f"{what}: Ed25519 root key")
        signature.check_mldsa_key(self.mldsa44, f"{what}: ML-DSA-44 root key")
        return self


class Signed(NamedTuple):
    """A body with the two signatures of a root; not yet checked against any key."""

    label: str
    body: bytes
    ed25519: bytes
    mldsa44: bytes

    def encode(self) -> bytes:
        """The deterministic CBOR of the four fields."""
        return write_map(self)

    @property
    def digest(self) -> bytes:
        """SHA-256 of what was signed. Not of the signatures: ML-DSA signs differently each time. (R-040)"""
        return hashlib.sha256(_message(self.label, self.body)).digest()

    def check(self, root: RootPublic, what: str) -> bytes:
        """The body, once both signatures verify under `root`; raises Forged naming `what` and which signature."""
        message = _message(self.label, self.body)
        if not signature.verify_ed25519(root.ed25519, self.ed25519, message):
            raise Forged(f"{what}: the Ed25519 root signature does not verify", self.encode())
        if not signature.verify_mldsa44(root.mldsa44, self.mldsa44, message):
            raise Forged(f"{what}: the ML-DSA-44 root signature does not verify", self.encode())
        return self.body


def parse_signed(data: bytes, label: str, what: str, bytes_max: int = _SIGNED_BYTES_MAX) -> Signed:
    """Read a signed structure of one label; the signatures are not checked here. Raises Malformed."""
    fields = Fields(data, what, ("label", "body", "Ed25519 signature", "ML-DSA-44 signature"), bytes_max)
    found = fields.text(0, 64)
    if found != label:
        raise Malformed(f"{fields.where(0)}: “{found}”, not “{label}”", data)
    return Signed(
        label,
        fields.octets(1, size_max=bytes_max),
        fields.octets(2, signature.ED25519_SIGNATURE_BYTES),
        fields.octets(3, signature.MLDSA44_SIGNATURE_BYTES),
    )


class PartyRoot:
    """The private root keys of our own party."""

    __slots__ = ("_ed25519", "_mldsa44", "_seeds", "public")

    def __init__(self, ed25519_seed: bytes, mldsa44_seed: bytes) -> None:
        self._seeds = (ed25519_seed, mldsa44_seed)
        self._ed25519 = Ed25519Signer(ed25519_seed)
        self._mldsa44 = Mldsa44Signer(mldsa44_seed)
        self.public: Final = RootPublic(self._ed25519.public, self._mldsa44.public)

    @property
    def party_id(self) -> bytes:
        """The party's 32-byte name."""
        return self.public.party_id

    def sign(self, label: str, body: bytes) -> Signed:
        """`body` under both keys, for the one purpose that `label` names."""
        message = _message(label, body)
        return Signed(label, body, self._ed25519.sign(message), self._mldsa44.sign(message))

    def encode(self) -> bytes:
        """The secret seeds; only ever written through an encrypted key file."""
        return write_map(self._seeds)


def draw_root(draw: Draw) -> PartyRoot:
    """Fresh root keys."""
    return PartyRoot(draw.fresh(signature.SEED_BYTES), draw.fresh(signature.SEED_BYTES))


def parse_root(data: bytes) -> PartyRoot:
    """The root keys of `PartyRoot.encode`. Raises Malformed."""
    fields = Fields(data, "root key", ("Ed25519 seed", "ML-DSA-44 seed"), 256)
    return PartyRoot(fields.octets(0, signature.SEED_BYTES), fields.octets(1, signature.SEED_BYTES))


class Card(NamedTuple):
    """What a party hands to others in person: its name and its root keys, signed by those keys."""

    name: str
    root: RootPublic
    made_at_ms: int
    signed: bytes

    @property
    def party_id(self) -> bytes:
        """The party's 32-byte name."""
        return self.root.party_id

    def armoured(self) -> str:
        """The card as a text file."""
        return armour("CARD", self.signed)

    def fingerprint(self) -> str:
        """The party id in eight groups of eight hexadecimal digits, for reading aloud."""
        return spoken_hex(self.party_id)


def make_card(root: PartyRoot, name: str, made_at_ms: int) -> Card:
    """A card of our own party. Raises Malformed if the name may not stand on a card."""
    body = write_map((name, root.public.ed25519, root.public.mldsa44, made_at_ms))
    return parse_card(root.sign(CARD_LABEL, body).encode())


def parse_card(data: bytes) -> Card:
    """Read a card's bytes and check that its own keys signed it. Raises Malformed or Forged. (R-041)

    A card proves possession of its keys and nothing about who holds them: that is what meeting in person is for.
    """
    signed = parse_signed(data, CARD_LABEL, "card", CARD_BYTES_MAX)
    names = ("name", "Ed25519 root key", "ML-DSA-44 root key", "made at")
    fields = Fields(signed.body, "card body", names, CARD_BYTES_MAX)
    root = RootPublic(
        fields.octets(1, signature.ED25519_KEY_BYTES), fields.octets(2, signature.MLDSA44_KEY_BYTES)
    ).check("card")
    card = Card(fields.text(0, NAME_CHARS_MAX), root, fields.whole(3, most=INT_MAX), data)
    signed.check(root, f"card of “{card.name}”")
    return card


def read_card(file_text: str) -> Card:
    """Read a card's text file. Raises Malformed or Forged."""
    return parse_card(unarmour("CARD", file_text, CARD_BYTES_MAX))


def spoken_hex(digest: bytes) -> str:
    """32 bytes as eight groups of eight hexadecimal digits."""
    coded = digest.hex()
    return " ".join(coded[at : at + 8] for at in range(0, len(coded), 8))


def _message(label: str, body: bytes) -> bytes:
    return label.encode("ascii", "replace") + b"\n" + body
