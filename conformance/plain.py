"""Between values of the program and what stands in a vector: bytes in lowercase hexadecimal, the rest plain JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from openline.wire import items

Plain = Any
"""null, true, false, whole numbers, texts, arrays and objects of them."""

ITEM_NAMES: Final[dict[type[Any], str]] = {
    items.Hail: "hail",
    items.Opening: "opening",
    items.Entries: "entries",
    items.Commit: "commit",
    items.Checkpoint: "checkpoint",
    items.Receipt: "receipt",
    items.Note: "note",
    items.Differs: "differs",
    items.Fragment: "fragment",
    items.BlobAsk: "blob-ask",
    items.BlobChunk: "blob-chunk",
    items.Grant: "grant",
    items.PqCheckpoint: "pq-checkpoint",
    items.PqReceipt: "pq-receipt",
    items.RosterEntry: "roster-entry",
    items.Overtaking: "overtaking",
    items.ShortHail: "short-hail",
    items.Gaps: "gaps",
}

_NAMED: Final = re.compile(r"@([A-Za-z0-9_.-]+)(?:\[(\d*):(\d*)\])?")


def plain(value: object) -> Plain:
    """A value as it stands in a vector. An item says which kind it is; other records are objects of their fields."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        fields = {name: plain(getattr(value, name)) for name in value._fields}
        kind = ITEM_NAMES.get(type(value))
        return {"item": kind, **fields} if kind else fields
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if value is None or type(value) in (bool, int, str):
        return value
    raise TypeError(f"{type(value).__name__} has no place in a vector")


def resolved(value: Plain, shared: Mapping[str, str]) -> Plain:
    """`value` with every shared part in its place: a driver never sees a reference.

    "@name" is a shared byte string, "@name[a:b]" its bytes a to b-1, {"join": [...]} the bytes of its parts in order.
    """
    if isinstance(value, str):
        return _part(value, shared) if value.startswith("@") else value
    if isinstance(value, list):
        return [resolved(one, shared) for one in value]
    if isinstance(value, dict):
        if set(value) == {"join"}:
            return "".join(_part(one, shared) for one in value["join"])
        return {name: resolved(one, shared) for name, one in value.items()}
    return value


def _part(text: str, shared: Mapping[str, str]) -> str:
    if not text.startswith("@"):
        return text
    found = _NAMED.fullmatch(text)
    if found is None or found[1] not in shared:
        raise ValueError(f"{text[:80]!r} names nothing that is shared")
    whole = shared[found[1]]
    first = int(found[2]) if found[2] else 0
    last = int(found[3]) if found[3] else len(whole) // 2
    return whole[2 * first : 2 * last]
