"""A releaser's own signature: what a security key signed (WebAuthn level 2), kept so that anybody can check it.

The challenge is no random number but the release itself: line, digest, draft and version. So the signature says which
words it let go, on which line, and neither this station nor another can use it for anything else. What is checked
here needs no station: the evidence, the line's id, and the keys that the party named in its record before (kind 69).
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any, Final, NamedTuple

from openline.errors import Forged, Malformed
from openline.limits import (
    BROWSER_DATA_BYTES_MAX,
    DESK_LOG_ENTRIES_MAX,
    DRAFT_VERSIONS_MAX,
    NAME_CHARS_MAX,
    OFFICER_KEY_BYTES_MAX,
    RELEASE_BYTES_MAX,
    RP_ID_CHARS_MAX,
)
from openline.record.fields import dump_map, load_map, octets_up_to, same, text, whole
from openline.seal.ecdsa import SIGNATURE_BYTES_MAX, check_point, verify_es256
from openline.seal.signature import check_public_key, verify_ed25519

CHALLENGE_LABEL: Final = b"openline/release-key/v1\n"
ES256: Final = 0
EDDSA: Final = 1
ALGORITHMS: Final = ("ES256", "EdDSA")
TAKEN_AWAY: Final = 0
GIVEN: Final = 1
AUTHENTICATOR_BYTES_MIN: Final = 37
AUTHENTICATOR_BYTES_MAX: Final = 512
_ORIGIN: Final = re.compile(r"(https?)://([a-z0-9.-]+)(?::[0-9]{1,5})?")
_PRESENT, _VERIFIED, _ATTESTED, _EXTENDED = 0x01, 0x04, 0x40, 0x80


class Signed(NamedTuple):
    """What a security key signed over one release: the evidence of a release record."""

    algorithm: int
    public: bytes
    authenticator: bytes  # authenticatorData: hash of the RP ID, flags, count
    browser: bytes  # clientDataJSON as the browser wrote it
    signature: bytes
    draft: int
    version: int


class KeyNamed(NamedTuple):
    """The body of an entry of kind 69: a security key is an officer's from now on, or no longer."""

    given: int
    name: str
    rp_id: str
    algorithm: int
    public: bytes


def release_challenge(line_id: bytes, digest: bytes, draft: int, version: int) -> bytes:
    """What a key signs to let a release go; 32 bytes. (R-307)"""
    numbers = draft.to_bytes(8, "big") + version.to_bytes(4, "big")
    return sha256(CHALLENGE_LABEL + line_id + digest + numbers).digest()


def check_key(algorithm: int, public: bytes) -> None:
    """Raises Malformed for a key under which nothing could be shown. (R-306)"""
    if algorithm == ES256:
        check_point(public, "security key")
    else:
        check_public_key(public, "security key")


# ------------------------------------------------------------------ spelling
def encode_signed(signed: Signed) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_signed` would refuse."""
    data = dump_map(signed)
    parse_signed(data)
    return data


def parse_signed(data: bytes) -> Signed:
    """From the evidence of a release. Raises Malformed naming the field. (R-306)"""
    algorithm, public, authenticator, browser, signature, draft, version = load_map(
        data, 7, "evidence", RELEASE_BYTES_MAX
    ).values()
    read = Signed(
        whole(algorithm, len(ALGORITHMS) - 1, "evidence: algorithm", data),
        octets_up_to(public, OFFICER_KEY_BYTES_MAX, "evidence: public key", data),
        octets_up_to(authenticator, AUTHENTICATOR_BYTES_MAX, "evidence: authenticator data", data),
        octets_up_to(browser, BROWSER_DATA_BYTES_MAX, "evidence: client data", data),
        octets_up_to(signature, SIGNATURE_BYTES_MAX, "evidence: signature", data),
        whole(draft, DESK_LOG_ENTRIES_MAX - 1, "evidence: draft", data),
        whole(version, DRAFT_VERSIONS_MAX, "evidence: version", data),
    )
    check_key(read.algorithm, read.public)
    same(dump_map(read), data, "evidence")
    return read


def encode_key_named(named: KeyNamed) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_key_named` would refuse."""
    data = dump_map(named)
    parse_key_named(data)
    return data


def parse_key_named(data: bytes) -> KeyNamed:
    """From the body of an entry of kind 69. Raises Malformed naming the field. (R-309)"""
    given, name, rp_id, algorithm, public = load_map(data, 5, "officer's key", RELEASE_BYTES_MAX).values()
    read = KeyNamed(
        whole(given, GIVEN, "officer's key: given", data),
        text(name, NAME_CHARS_MAX, "officer's key: name", data),
        text(rp_id, RP_ID_CHARS_MAX, "officer's key: RP ID", data),
        whole(algorithm, len(ALGORITHMS) - 1, "officer's key: algorithm", data),
        octets_up_to(public, OFFICER_KEY_BYTES_MAX, "officer's key: public key", data),
    )
    if not read.name.strip() or not read.rp_id or not read.rp_id.isascii():
        raise Malformed("officer's key: an empty name or no RP ID", data)
    check_key(read.algorithm, read.public)
    same(dump_map(read), data, "officer's key")
    return read


def key_in_a_line(named: KeyNamed) -> str:
    """Whose key it is, by the word of the station that says so."""
    what = "is from now on" if named.given else "is no longer"
    return f"the security key {named.public.hex()[-16:]} ({ALGORITHMS[named.algorithm]}) {what} that of {named.name}"


# ------------------------------------------------------------------ checking
def check_signed(signed: Signed, line_id: bytes, digest: bytes, rp_id: str | None) -> None:
    """That this key signed this release, with its holder present and verified. (R-308)

    `rp_id` None: it is not known for which desk the key is; then its hash and the origin are not looked at.
    Raises Malformed for evidence that does not fit together, Forged where the signature does not verify.
    """
    authenticator = signed.authenticator
    if len(authenticator) < AUTHENTICATOR_BYTES_MIN:
        raise Malformed("evidence: authenticator data: too short", authenticator)
    flags = authenticator[32]
    if not flags & _PRESENT or not flags & _VERIFIED:
        raise Malformed("evidence: nobody was present at the key, or it did not verify who", authenticator)
    if flags & _ATTESTED or bool(flags & _EXTENDED) != (len(authenticator) > AUTHENTICATOR_BYTES_MIN):
        raise Malformed("evidence: authenticator data: more or less than its flags say", authenticator)
    origin = _origin(signed.browser, release_challenge(line_id, digest, signed.draft, signed.version))
    if rp_id is not None:
        if authenticator[:32] != sha256(rp_id.encode()).digest():
            raise Malformed("evidence: signed for another RP ID than that of the key", authenticator)
        if not is_at(origin, rp_id):
            raise Malformed(f"evidence: signed at {origin!r}, which is not of {rp_id}", signed.browser)
    message = authenticator + sha256(signed.browser).digest()
    verify = verify_es256 if signed.algorithm == ES256 else verify_ed25519
    if not verify(signed.public, signed.signature, message):
        raise Forged("evidence: the signature does not verify under the key", message, signed.signature)


def is_at(origin: str, rp_id: str) -> bool:
    """Whether a page at this origin may use keys of that RP ID: its host or one below it, over TLS or at localhost."""
    found = _ORIGIN.fullmatch(origin)
    if found is None:
        return False
    scheme, host = found.groups()
    return (scheme == "https" or host == "localhost") and (host == rp_id or host.endswith("." + rp_id))


def _origin(browser: bytes, challenge: bytes) -> str:
    """The origin in client data that are over this challenge. Raises Malformed."""
    try:
        said = json.loads(browser.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"evidence: client data cannot be read: {error}", browser) from error
    wanted = urlsafe_b64encode(challenge).rstrip(b"=").decode()
    if type(said) is not dict or said.get("type") != "webauthn.get":
        raise Malformed("evidence: client data are not of a sign-in with a key", browser)
    if said.get("challenge") != wanted:
        raise Malformed("evidence: signed over something else than this release", browser)
    if said.get("crossOrigin", False) is not False:
        raise Malformed("evidence: signed inside somebody else's page", browser)
    origin = said.get("origin")
    if type(origin) is not str:
        raise Malformed("evidence: client data name no origin", browser)
    return origin


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name stands in it twice")
    return dict(pairs)
