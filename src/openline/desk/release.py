"""What leaves a desk, and the record of who let it go.

The release record is an entry of kind 64 in the same commit as the message, straight after it. It names the message by
the digest of what was released, and says who drafted, who released, and how the releaser showed who they are: by a
PIN and a code, which only the station can attest, or by a signature of their own security key.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final, NamedTuple

from openline.desk.facts import DIGEST_BYTES, METHODS, PIN_AND_CODE
from openline.errors import Malformed
from openline.limits import NAME_CHARS_MAX, OFFICE_CHARS_MAX, RELEASE_BYTES_MAX
from openline.record.body import Message, encode_message, parse_message
from openline.record.fields import dump_map, load_map, octets, octets_up_to, row, rows, same, text, whole

RELEASE_LABEL: Final = b"openline/release/v1\n"
_HOW: Final = (
    "attested by the station, not signed by the officer", "with the releaser's security key",
    "PRE-CLEARED: a notice that two others released beforehand",
)  # fmt: skip
CODE_GROUPS: Final = 2  # of four hex digits: what two officers read to each other


class Signatory(NamedTuple):
    """A person named in a release: the name, and as what they acted."""

    name: str
    role: str


class Release(NamedTuple):
    """The body of a release record. The last signatory released; whoever stands before drafted or submitted."""

    digest: bytes
    signatories: tuple[Signatory, ...]
    method: int
    evidence: bytes = b""


def with_names(body: bytes, names: tuple[str, ...]) -> bytes:
    """A draft's message with the names of those who let it go. Raises Malformed."""
    message: Message = parse_message(body)
    return encode_message(message._replace(released_by=names))


def release_digest(kind: int, precedence: int, flags: int, body: bytes) -> bytes:
    """What a release is over: SHA-256 of a label, kind, precedence, flags and the body as it will be recorded. (R-301)

    The reference of an answer is in the body; the place in the log is not known yet, and the digest needs none.
    """
    return sha256(RELEASE_LABEL + bytes((kind, precedence, flags)) + body).digest()


def short_code(digest: bytes) -> str:
    """Eight hex digits in two groups, for two officers to compare: `3f9a 01c2`."""
    word = digest.hex()
    return " ".join(word[at : at + 4] for at in range(0, 4 * CODE_GROUPS, 4))


def in_a_line(release: Release) -> str:
    """Who let it go, and who says so."""
    people = " and ".join(f"{one.name} ({one.role})" for one in release.signatories)
    how = _HOW[release.method]
    return f"released by {people}; {how}"


def encode_release(release: Release) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_release` would refuse."""
    data = _spell(release)
    parse_release(data)
    return data


def _spell(release: Release) -> bytes:
    return dump_map((release.digest, [list(one) for one in release.signatories], release.method, release.evidence))


def parse_release(data: bytes) -> Release:
    """From the body of a RELEASE entry. Raises Malformed naming the field. (R-300)"""
    digest, signatories, method, evidence = load_map(data, 4, "release", RELEASE_BYTES_MAX).values()
    read = Release(
        octets(digest, DIGEST_BYTES, "release: digest", data),
        tuple(_signatory(one, data) for one in rows(signatories, 2, "release: signatories", data)),
        whole(method, len(METHODS) - 1, "release: method", data),
        octets_up_to(evidence, RELEASE_BYTES_MAX, "release: evidence", data),
    )
    if not read.signatories or len({one.name for one in read.signatories}) != len(read.signatories):
        raise Malformed("release: signatories: nobody, or one person twice", data)
    if (read.method == PIN_AND_CODE) == bool(read.evidence):
        raise Malformed("release: evidence belongs to a security key, and to nothing else", data)
    same(_spell(read), data, "release")
    return read


def _signatory(value: object, data: bytes) -> Signatory:
    name, role = row(value, 2, "release: a signatory", data)
    read = Signatory(
        text(name, NAME_CHARS_MAX, "release: name", data), text(role, OFFICE_CHARS_MAX, "release: role", data)
    )
    if not read.name.strip():
        raise Malformed("release: an empty name", data)
    return read
