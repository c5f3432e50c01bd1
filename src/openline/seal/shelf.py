"""The keyring at rest: every pair as deterministic CBOR, read back strictly. (R-061)"""

from __future__ import annotations

from typing import Final

from openline.errors import Malformed
from openline.limits import FRAME_COUNTER_MAX, PARTIES_MAX
from openline.seal.draw import XWING_PUBLIC_BYTES, XWING_SEED_BYTES
from openline.seal.epochs import EPOCH_MAX, ROOT_BYTES
from openline.seal.grants import NAME_BYTES, GrantOut
from openline.seal.pair import HELD_MAX, NAMES_KEPT, OFFERS_MAX, Held, Kind, Pair, Pending, Sending
from openline.seal.spelling import Fields, items, octets, whole, write_map

VERSION: Final = 1
KEYRING_BYTES_MAX: Final = 64 * 1024 * 1024
STARTS_KEPT: Final = 64
_RECOVERY_FRAME_BYTES_MAX: Final = 8192


def write_pairs(line_id: bytes, suite: str, ours: int, pairs: list[Pair]) -> bytes:
    """All pairs of one keyring."""
    return write_map((VERSION, line_id, suite, ours, [_write_pair(pair) for pair in pairs]))


def _write_pair(pair: Pair) -> list[object]:
    sending = pair.sending
    return [
        pair.theirs,
        [] if sending is None else _write_sending(sending),
        pair.confirmed,
        [[pending.root, *pending.item] for pending in pair.pending],
        [[held.epoch, held.kind.value, held.root, held.opened, held.superseded_at_ms] for held in pair.held],
        [list(offer) for offer in pair.offered.items()],
        pair.their_keys,
        pair.names_used,
        pair.recovery,
    ]


def _write_sending(sending: Sending) -> list[object]:
    used = list(sending.used.items())[-STARTS_KEPT:]
    return [sending.epoch, sending.kind.value, sending.root, sending.started_at_ms, [list(pair) for pair in used]]


def read_pairs(data: bytes) -> tuple[bytes, str, int, list[Pair]]:
    """Line id, suite, our index and the pairs. Raises Malformed naming the field."""
    names = ("version", "line id", "suite", "our party", "pairs")
    fields = Fields(data, "keyring", names, KEYRING_BYTES_MAX)
    if fields.whole(0) != VERSION:
        raise Malformed(f"{fields.where(0)}: this program reads version {VERSION} only")
    line_id, suite, ours = fields.octets(1, 32), fields.text(2, 64), fields.whole(3, 0, PARTIES_MAX - 1)
    pairs = [_read_pair(one, line_id, suite, ours) for one in fields.items(4, PARTIES_MAX)]
    found = [pair.theirs for pair in pairs]
    if found != sorted(set(found)) or ours in found:
        raise Malformed(f"{fields.where(4)}: parties not in ascending order, each once, without ourselves")
    return line_id, suite, ours, pairs


def _read_pair(value: object, line_id: bytes, suite: str, ours: int) -> Pair:
    theirs, sending, confirmed, pending, held, offered, their_keys, names, recovery = items(value, "keyring pair", 9, 9)
    peer = whole(theirs, "keyring pair, party", 0, PARTIES_MAX - 1)
    where = f"keyring pair with party {peer}"
    return Pair(
        line_id,
        suite,
        ours,
        peer,
        _read_sending(sending, f"{where}, sending"),
        whole(confirmed, f"{where}, confirmed", 0, EPOCH_MAX),
        [_read_pending(one, f"{where}, pending") for one in items(pending, f"{where}, pending", OFFERS_MAX)],
        [_read_held(one, f"{where}, held") for one in items(held, f"{where}, held", 2 * HELD_MAX)],
        dict(_read_offer(one, f"{where}, offered") for one in items(offered, f"{where}, offered", OFFERS_MAX)),
        [octets(one, f"{where}, keys", XWING_PUBLIC_BYTES) for one in items(their_keys, f"{where}, keys", OFFERS_MAX)],
        [octets(one, f"{where}, names", NAME_BYTES) for one in items(names, f"{where}, names", NAMES_KEPT)],
        octets(recovery, f"{where}, recovery", size_max=_RECOVERY_FRAME_BYTES_MAX),
    )


def _read_sending(value: object, where: str) -> Sending | None:
    parts = items(value, where, 5)
    if not parts:
        return None
    epoch, kind, root, started, used = items(value, where, 5, 5)
    counters = [items(one, where, 2, 2) for one in items(used, where, STARTS_KEPT)]
    return Sending(
        whole(epoch, where, 0, EPOCH_MAX),
        Kind(whole(kind, where, 0, len(Kind) - 1)),
        octets(root, where, ROOT_BYTES),
        whole(started, where),
        {octets(start, where, 4): whole(counter, where, 0, FRAME_COUNTER_MAX) for start, counter in counters},
    )


def _read_pending(value: object, where: str) -> Pending:
    root, epoch, sealed, next_key = items(value, where, 4, 4)
    item = GrantOut(
        whole(epoch, where, 1, EPOCH_MAX), octets(sealed, where, size_max=4096), octets(next_key, where, size_max=4096)
    )
    return Pending(octets(root, where, ROOT_BYTES), item)


def _read_held(value: object, where: str) -> Held:
    epoch, kind, root, opened, superseded = items(value, where, 5, 5)
    if not isinstance(opened, bool):
        raise Malformed(f"{where}: “opened” is not true or false")
    return Held(
        whole(epoch, where, 0, EPOCH_MAX),
        Kind(whole(kind, where, 0, len(Kind) - 1)),
        octets(root, where, ROOT_BYTES),
        opened,
        None if superseded is None else whole(superseded, where),
    )


def _read_offer(value: object, where: str) -> tuple[bytes, bytes]:
    name, seed = items(value, where, 2, 2)
    return octets(name, where, NAME_BYTES), octets(seed, where, XWING_SEED_BYTES)


__all__ = ["KEYRING_BYTES_MAX", "read_pairs", "write_pairs"]
