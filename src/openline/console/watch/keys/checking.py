"""What a security key made of a challenge, checked by `webauthn` (level 2, sections 7.1 and 7.2), in this process.

User verification is demanded of every use: a key that was found opens nothing by itself. ES256 and EdDSA, no other;
attestation is not asked for: which makes of key a party gives its officers is seen at its counter, not here.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from openline.console.codes import Told
from openline.desk.signing import EDDSA, ES256, Signed, check_key, is_at
from openline.errors import Malformed
from openline.limits import CHALLENGE_MS_MAX

Json = dict[str, Any]
_COSE: Final = {-7: ES256, -8: EDDSA}
_SIZE_MAX: Final = 16 * 1024  # of what a browser hands over


class Relying(NamedTuple):
    """For whom keys are made: the desk's name, and where exactly its pages are (None: any port of that name)."""

    rp_id: str = "localhost"
    origin: str | None = None


class Registered(NamedTuple):
    """A new security key."""

    credential: bytes
    algorithm: int
    public: bytes
    aaguid: bytes
    uses: int


class Known(NamedTuple):
    """What is known of a key that signed."""

    credential: bytes
    algorithm: int
    public: bytes
    uses: int


def creation_options(relying: Relying, name: str, number: int, challenge: bytes, there: Sequence[bytes]) -> Json:
    """For `navigator.credentials.create`."""
    import webauthn
    from webauthn.helpers import structs as shapes
    from webauthn.helpers.cose import COSEAlgorithmIdentifier as Cose

    options = webauthn.generate_registration_options(
        rp_id=relying.rp_id, rp_name="Openline", user_name=name, user_id=number.to_bytes(8, "big"),
        challenge=challenge, timeout=CHALLENGE_MS_MAX,
        authenticator_selection=shapes.AuthenticatorSelectionCriteria(
            user_verification=shapes.UserVerificationRequirement.REQUIRED,
            resident_key=shapes.ResidentKeyRequirement.DISCOURAGED,
        ),
        exclude_credentials=[shapes.PublicKeyCredentialDescriptor(id=one) for one in there],
        supported_pub_key_algs=[Cose.ECDSA_SHA_256, Cose.EDDSA],
    )  # fmt: skip
    return _as_json(webauthn.options_to_json(options))


def request_options(relying: Relying, challenge: bytes, there: Sequence[bytes]) -> Json:
    """For `navigator.credentials.get`."""
    import webauthn
    from webauthn.helpers import structs as shapes

    options = webauthn.generate_authentication_options(
        rp_id=relying.rp_id, challenge=challenge, timeout=CHALLENGE_MS_MAX,
        allow_credentials=[shapes.PublicKeyCredentialDescriptor(id=one) for one in there],
        user_verification=shapes.UserVerificationRequirement.REQUIRED,
    )  # fmt: skip
    return _as_json(webauthn.options_to_json(options))


def _as_json(text: str) -> Json:
    read = json.loads(text)
    assert isinstance(read, dict)
    return read


def registered(relying: Relying, credential: Json, challenge: bytes) -> Registered:
    """The new key. Raises Told OL-405 where it does not answer this challenge of this desk."""
    import webauthn
    from webauthn.helpers import decode_credential_public_key
    from webauthn.helpers.cose import COSEAlgorithmIdentifier as Cose
    from webauthn.helpers.decode_credential_public_key import DecodedEC2PublicKey, DecodedOKPPublicKey

    with _as_told():
        made = webauthn.verify_registration_response(
            credential=_bounded(credential), expected_challenge=challenge, expected_rp_id=relying.rp_id,
            expected_origin=_origin(relying, credential), require_user_verification=True,
            supported_pub_key_algs=[Cose.ECDSA_SHA_256, Cose.EDDSA],
        )  # fmt: skip
        key = decode_credential_public_key(made.credential_public_key)
        if isinstance(key, DecodedEC2PublicKey):
            public = b"\x04" + key.x + key.y
        elif isinstance(key, DecodedOKPPublicKey):
            public = key.x
        else:
            raise ValueError("this kind of key is not taken")
        algorithm = _COSE[key.alg]
        check_key(algorithm, public)
        aaguid = bytes.fromhex(made.aaguid.replace("-", ""))
        return Registered(made.credential_id, algorithm, public, aaguid, made.sign_count)


def used(relying: Relying, credential: Json, challenge: bytes, known: Known) -> int:
    """How often the key has signed, where it signed this challenge of this desk. Raises Told OL-405."""
    import webauthn

    with _as_told():
        found = webauthn.verify_authentication_response(
            credential=_bounded(credential), expected_challenge=challenge, expected_rp_id=relying.rp_id,
            expected_origin=_origin(relying, credential), credential_public_key=_cose(known),
            credential_current_sign_count=known.uses, require_user_verification=True,
        )  # fmt: skip
        return found.new_sign_count


def credential_of(credential: Json) -> bytes:
    """Which key a browser says has signed. Raises Told OL-405."""
    from webauthn import base64url_to_bytes

    with _as_told():
        return base64url_to_bytes(str(_bounded(credential)["rawId"]))


def signed(credential: Json, known: Known, draft: int, version: int) -> Signed:
    """The same as evidence that stands by itself. Raises Told OL-405."""
    from webauthn import base64url_to_bytes

    with _as_told():
        response = credential["response"]
        authenticator, browser, signature = (
            base64url_to_bytes(str(response[name])) for name in ("authenticatorData", "clientDataJSON", "signature")
        )
        return Signed(known.algorithm, known.public, authenticator, browser, signature, draft, version)


def _origin(relying: Relying, credential: Json) -> str:
    """What the origin must be: ours; without a set one, the one given if it is of our name."""
    if relying.origin is not None:
        return relying.origin
    from webauthn import base64url_to_bytes

    said = json.loads(base64url_to_bytes(str(credential["response"]["clientDataJSON"])))["origin"]
    return said if isinstance(said, str) and is_at(said, relying.rp_id) else f"https://{relying.rp_id}"


def _cose(known: Known) -> bytes:
    """The public key as the library reads it (RFC 9053)."""
    import cbor2

    if known.algorithm == ES256:
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: known.public[1:33], -3: known.public[33:]})
    return cbor2.dumps({1: 1, 3: -8, -1: 6, -2: known.public})


def _bounded(credential: Json) -> Json:
    if len(json.dumps(credential)) > _SIZE_MAX:
        raise ValueError(f"more than {_SIZE_MAX} bytes")
    return credential


@contextlib.contextmanager
def _as_told() -> Iterator[None]:
    """Whatever a browser hands over that is not right is somebody's bytes, and no fault of ours."""
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        yield
    except (WebAuthnException, Malformed, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        why = str(error)[:300] or type(error).__name__
        raise Told("OL-405", f"what the key gave cannot be used: {why}") from error
