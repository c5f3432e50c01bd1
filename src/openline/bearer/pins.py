"""TLS 1.3 with pinned certificates: who we are, whom we let in, and refusals in plain words.

There is no authority: each side's certificate is compared byte for byte with the one on the roster.
What OpenSSL checks before that (possession of the key, dates by our clock) is only the first sieve. (R-021)
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterable
from typing import Final, NamedTuple

from openline.errors import Misconfigured

ALPN: Final = "openline/1"
_X509_EXPIRED, _X509_EARLY = 10, 9


class Identity(NamedTuple):
    """Our TLS certificate (DER) and its private key (unencrypted PEM, kept in memory only)."""

    certificate: bytes
    key_pem: bytes


class Contexts(NamedTuple):
    """One TLS setting for each direction of dialling."""

    listening: ssl.SSLContext
    dialling: ssl.SSLContext


def make_contexts(identity: Identity, pinned: Iterable[bytes]) -> Contexts:
    """Settings that show `identity` and accept only the `pinned` certificates (DER).

    A pinned certificate that this TLS library does not read is left out: its party cannot connect, the others can.
    Raises Misconfigured when our certificate and key do not belong together or cannot be read.
    """
    every = list(pinned)
    anchors = b"".join(every if _reads(b"".join(every)) else [one for one in every if _reads(one)])
    contexts = Contexts(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    for context in contexts:
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_3
        context.check_hostname = False  # a certificate is compared whole; names in it decide nothing
        context.verify_mode = ssl.CERT_REQUIRED
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.set_alpn_protocols([ALPN])
        try:
            if anchors:
                context.load_verify_locations(cadata=anchors)
            _load_identity(context, identity)
        except (ssl.SSLError, ValueError) as error:
            raise Misconfigured(f"TLS certificate or key cannot be used: {error}; renew the station's keys") from error
    contexts.listening.num_tickets = 0  # no resumption: every link shows its certificate
    return contexts


def _reads(certificates: bytes) -> bool:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=certificates)
    except (ssl.SSLError, ValueError):
        return False
    return True


def _load_identity(context: ssl.SSLContext, identity: Identity) -> None:
    """OpenSSL's binding takes a private key from a file only; this file has no place on any disk."""
    chain = ssl.DER_cert_to_PEM_cert(identity.certificate).encode() + identity.key_pem
    file = os.memfd_create("openline-tls", os.MFD_CLOEXEC)
    try:
        os.write(file, chain)
        context.load_cert_chain(f"/proc/self/fd/{file}", password=_no_password)
    finally:
        os.close(file)


def _no_password() -> bytes:
    raise ValueError("the TLS key is encrypted")


def why(error: BaseException) -> str:
    """What a broken or refused link means, for a person. Says nothing about the other party's intent."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code == _X509_EXPIRED:
            return "their certificate is past its end by our clock: compare clocks, or they renew it"
        if error.verify_code == _X509_EARLY:
            return "their certificate is not yet in force by our clock: compare clocks"
        return "their certificate is not the one on our roster"
    if isinstance(error, ssl.SSLError):
        return _SSL_WORDS.get(error.reason or "", f"TLS broke off: {error.reason or error}")
    if isinstance(error, ConnectionAbortedError) and "handshake" in str(error):
        return "the TLS handshake took too long"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ConnectionRefusedError):
        return "nobody listens there"
    if isinstance(error, ConnectionError):
        return "the connection was cut"
    return str(error) or type(error).__name__


_SSL_WORDS: Final = {
    "WRONG_VERSION_NUMBER": "they do not speak TLS",
    "HTTP_REQUEST": "they do not speak TLS (a web request)",
    "HTTPS_PROXY_REQUEST": "they do not speak TLS (a web request)",
    "UNSUPPORTED_PROTOCOL": "they do not speak TLS 1.3",
    "NO_SHARED_CIPHER": "they do not speak TLS 1.3",
    "TLSV1_ALERT_PROTOCOL_VERSION": "they do not speak TLS 1.3",
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": "they showed no certificate",
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": "they want a certificate",
    "TLSV1_ALERT_UNKNOWN_CA": "they do not know our certificate: is theirs the newest roster?",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": "they do not know our certificate: is theirs the newest roster?",
    "SSLV3_ALERT_BAD_CERTIFICATE": "they do not accept our certificate",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "our certificate is past its end by their clock: renew it, or compare clocks",
    "UNEXPECTED_EOF_WHILE_READING": "the connection was cut",
}
