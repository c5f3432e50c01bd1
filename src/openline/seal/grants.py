"""The bytes of grants, offers and recovery grants: made, signed, read, checked. Pure, apart from the `Draw` port.

A grant gives the receiver of our frames a fresh secret, sealed to a one-time key that it offered, and offers the next
one-time key of ours. An offer carries only a key. Both are signed by the station's note key: on a line of three, the
third knows the secret of epoch 0 and could otherwise slip its own key between the two. (R-055, R-056)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final, NamedTuple

from openline.errors import Forged, Malformed
from openline.limits import PARTIES_MAX
from openline.seal.draw import SEALED_OVERHEAD_BYTES, XWING_PUBLIC_BYTES
from openline.seal.epochs import EPOCH_MAX, Way
from openline.seal.spelling import Fields, write_map

Sign = Callable[[bytes], bytes]
"""Our note key's Ed25519 signature of a message."""
Check = Callable[[int, bytes, bytes], bool]
"""(party, signature, message): did a note key of that party's certificates on the roster sign it?"""

NAME_BYTES: Final = 8
SECRET_BYTES: Final = 32
CONFIRM_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64
GRANT_BYTES: Final = 2 * NAME_BYTES + _SIGNATURE_BYTES + SECRET_BYTES + SEALED_OVERHEAD_BYTES
_RECOVERY_BYTES_MAX: Final = 4096


class GrantOut(NamedTuple):
    """The fields of a grant item. An offer has epoch 0 and only a signature in `sealed`."""

    epoch: int
    sealed: bytes
    next_key: bytes


class GrantIn(NamedTuple):
    """A grant whose signature has been checked; not yet opened."""

    base: bytes
    key_name: bytes
    hpke: bytes


def key_name(public: bytes) -> bytes:
    """Eight bytes that name a one-time key."""
    return hashlib.sha256(b"openline/one-time-key/v1\n" + public).digest()[:NAME_BYTES]


def grant_info(way: Way, epoch: int, base: bytes, name: bytes) -> bytes:
    """HPKE `info` of a grant: opening it anywhere else does not work. (R-055)"""
    return _context(b"openline/grant/v1\n", way, epoch) + base + name


def sign_offer(way: Way, next_key: bytes, sign: Sign) -> GrantOut:
    """An offer of one key to the party that `way` leads to."""
    return GrantOut(0, sign(_offer_message(way, next_key)), next_key)


def sign_grant(way: Way, epoch: int, grant: GrantIn, next_key: bytes, sign: Sign) -> GrantOut:
    """The grant item for `way`."""
    signature = sign(_grant_message(way, epoch, grant, next_key))
    return GrantOut(epoch, grant.base + grant.key_name + signature + grant.hpke, next_key)


def read_grant(way: Way, item: GrantOut, check: Check) -> GrantIn | None:
    """Check an item that came over `way`; None if it is only an offer. Raises Malformed or Forged."""
    if item.next_key and len(item.next_key) != XWING_PUBLIC_BYTES:
        raise Malformed(f"grant: next key of {len(item.next_key)} bytes, not {XWING_PUBLIC_BYTES}", item.next_key)
    if item.epoch == 0:
        if len(item.sealed) != _SIGNATURE_BYTES or not item.next_key:
            raise Malformed("offer: not one signature and one key", item.sealed)
        if not check(way.sender, item.sealed, _offer_message(way, item.next_key)):
            raise Forged(f"offer of party {way.sender}: not signed by a note key of its certificates", item.sealed)
        return None
    if len(item.sealed) != GRANT_BYTES or item.epoch > EPOCH_MAX:
        raise Malformed(f"grant of epoch {item.epoch}: {len(item.sealed)} bytes, not {GRANT_BYTES}", item.sealed)
    rest = item.sealed[2 * NAME_BYTES :]
    grant = GrantIn(item.sealed[:NAME_BYTES], item.sealed[NAME_BYTES : 2 * NAME_BYTES], rest[_SIGNATURE_BYTES:])
    if not check(way.sender, rest[:_SIGNATURE_BYTES], _grant_message(way, item.epoch, grant, item.next_key)):
        raise Forged(f"grant of party {way.sender}: not signed by a note key of its certificates", item.sealed)
    return grant


class Recovery(NamedTuple):
    """A recovery grant as read; its signature has been checked."""

    line_id: bytes
    sender: int
    receiver: int
    epoch: int
    joining: bool
    hpke: bytes


_RECOVERY_NAMES: Final = ("line id", "sender", "receiver", "epoch", "joining", "sealed secret", "signature")


def recovery_info(way: Way, epoch: int, joining: bool) -> bytes:
    """HPKE `info` of a recovery grant. (R-060)"""
    return _context(b"openline/join/v1\n" if joining else b"openline/recovery/v1\n", way, epoch)


def sign_recovery(way: Way, epoch: int, joining: bool, hpke: bytes, sign: Sign) -> bytes:
    """The bytes of a recovery grant."""
    signature = sign(recovery_info(way, epoch, joining) + hpke)
    return write_map((way.line_id, way.sender, way.receiver, epoch, int(joining), hpke, signature))


def read_recovery(data: bytes, line_id: bytes, suite: str, check: Check) -> Recovery:
    """Read a recovery grant and check its signature. Raises Malformed or Forged."""
    fields = Fields(data, "recovery grant", _RECOVERY_NAMES, _RECOVERY_BYTES_MAX)
    found = Recovery(
        fields.octets(0, 32),
        fields.whole(1, 0, PARTIES_MAX - 1),
        fields.whole(2, 0, PARTIES_MAX - 1),
        fields.whole(3, 1, EPOCH_MAX),
        bool(fields.whole(4, 0, 1)),
        fields.octets(5, SECRET_BYTES + CONFIRM_BYTES + SEALED_OVERHEAD_BYTES),
    )
    if found.line_id != line_id:
        raise Malformed(f"{fields.where(0)}: of another line", data)
    if found.sender == found.receiver:
        raise Malformed(f"{fields.where(2)}: to its own sender", data)
    way = Way(line_id, suite, found.sender, found.receiver)
    if not check(way.sender, fields.octets(6, 64), recovery_info(way, found.epoch, found.joining) + found.hpke):
        raise Forged(f"recovery grant of party {way.sender}: not signed by a note key of its certificates", data)
    return found


def _context(label: bytes, way: Way, epoch: int) -> bytes:
    suite = way.suite.encode("ascii")
    ends = bytes((len(suite),)) + suite + way.line_id + bytes((way.sender, way.receiver))
    return label + ends + epoch.to_bytes(8, "big")


def _offer_message(way: Way, next_key: bytes) -> bytes:
    return _context(b"openline/offer/v1\n", way, 0) + hashlib.sha256(next_key).digest()


def _grant_message(way: Way, epoch: int, grant: GrantIn, next_key: bytes) -> bytes:
    hashes = hashlib.sha256(grant.hpke).digest() + hashlib.sha256(next_key).digest()
    return grant_info(way, epoch, grant.base, grant.key_name) + hashes
