"""What a releaser's security key signed, and the entries that say whose keys are whose."""

from __future__ import annotations

from typing import Any, Final

from openline.desk import signing


def evidence(given: dict[str, Any]) -> object:
    """The evidence of a release by a security key."""
    return signing.parse_signed(bytes.fromhex(given["bytes"]))


def challenge(given: dict[str, Any]) -> object:
    """What a security key signs."""
    line_id, digest = (bytes.fromhex(given[name]) for name in ("line_id", "digest"))
    return signing.release_challenge(line_id, digest, given["draft"], given["version"])


def shown(given: dict[str, Any]) -> object:
    """Evidence, checked against a line, a digest and the RP ID that the record names."""
    read = signing.parse_signed(bytes.fromhex(given["bytes"]))
    line_id, digest = (bytes.fromhex(given[name]) for name in ("line_id", "digest"))
    signing.check_signed(read, line_id, digest, given["rp_id"])
    return True


def key_named(given: dict[str, Any]) -> object:
    """The body of an entry of kind 69."""
    return signing.parse_key_named(bytes.fromhex(given["bytes"]))


DOORS: Final = {
    "release-evidence": evidence,
    "release-challenge": challenge,
    "release-shown": shown,
    "officers-key": key_named,
}
