"""An entry held ahead of its predecessors: what leads from it to its signed root, and what its receiver says of it.

The receipt of an entry covers everything below it, so it cannot be given over a gap. Until the gap is filled the
receiver's word is an entry of its own: this leaf, at this place, under that root, is held here. R-226.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from openline.errors import Malformed
from openline.limits import BODY_BYTES_MAX, LOG_ENTRIES_MAX
from openline.record import merkle
from openline.record.body import read_ref
from openline.record.entry import Ref
from openline.record.fields import dump_map, load_map, octets, same, whole
from openline.wire.overtaking import subtrees_between, widest


class HeldAhead(NamedTuple):
    """Body of a HELD AHEAD entry: its author holds entry `of`, with this leaf, under its writer's root of `size`."""

    of: Ref
    leaf: bytes
    size: int
    root: bytes


def encode_held_ahead(said: HeldAhead) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_held_ahead` would refuse."""
    data = dump_map((list(said.of), *said[1:]))
    parse_held_ahead(data)
    return data


def parse_held_ahead(data: bytes) -> HeldAhead:
    """From the body of a HELD AHEAD entry. Raises Malformed naming the field. (R-226)"""
    of, leaf, size, root = load_map(data, 4, "held ahead", BODY_BYTES_MAX).values()
    said = HeldAhead(
        read_ref(of, "held ahead: entry", data),
        octets(leaf, 32, "held ahead: leaf", data),
        whole(size, LOG_ENTRIES_MAX, "held ahead: size", data),
        octets(root, 32, "held ahead: root", data),
    )
    if said.size <= said.of.index:
        raise Malformed("held ahead: a root of the entries before the one that is held", data)
    same(dump_map((list(said.of), *said[1:])), data, "held ahead")
    return said


# --- the tree between what is held and what is signed


def nodes_between(first: int, end: int) -> list[merkle.NodeName]:
    """Complete subtrees over the leaves from `first` to `end` - 1, left to right: the widest that begins there each."""
    names = []
    while first < end:
        width = widest(first, end)
        level = width.bit_length() - 1
        names.append((level, first >> level))
        first += width
    return names


def plan_between(first: int, index: int, size: int) -> merkle.Plan:
    """What to look up for the nodes of an entry that overtakes: before it from `first` on, then behind it."""
    names = nodes_between(first, index) + nodes_between(index + 1, size)
    return tuple((merkle.node_sources(*name),) for name in names)


def grafted(size: int, peaks: merkle.Peaks, end: int, nodes: Sequence[bytes]) -> merkle.Peaks:
    """The peaks at `end`, from those at `size` and the nodes between."""
    for (level, index), node in zip(nodes_between(size, end), nodes, strict=True):
        peaks = merkle.graft(index << level, peaks, level, node)
    return peaks


class Path(NamedTuple):
    """From a leaf to a root: the peaks of all before it, the subtrees of all behind it. Needs nothing that is held."""

    before: merkle.Peaks
    behind: tuple[bytes, ...]


def cut(hashes: bytes) -> tuple[bytes, ...]:
    """Hashes that were kept one after another."""
    return tuple(hashes[at : at + 32] for at in range(0, len(hashes), 32))


def path_from(first: int, peaks: merkle.Peaks, index: int, nodes: Sequence[bytes]) -> Path:
    """The path of entry `index`, from the peaks at `first` and the nodes that `plan_between` names."""
    count = subtrees_between(first, index)
    return Path(grafted(first, peaks, index, nodes[:count]), tuple(nodes[count:]))


def root_along(path: Path, leaf: bytes, index: int, size: int) -> bytes:
    """The root of `size` entries to which a path leads. Raises LocalFault on a path of another length."""
    peaks = merkle.graft(index, path.before, 0, leaf)
    return merkle.root(grafted(index + 1, peaks, size, path.behind))
