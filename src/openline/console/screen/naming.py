"""Names of entries on the screen."""

from __future__ import annotations

from openline.console.channel.asking import Place
from openline.console.words import parse_place
from openline.record.entry import Ref


def spelled(ref: Ref) -> str:
    """An entry's full name."""
    return str(Place(ref.party, ref.generation.hex(), ref.index))


def ref_of(name: str) -> Ref:
    """An entry by its full name. Raises Told OL-204."""
    at = parse_place(name)
    return Ref(at.party, bytes.fromhex(at.generation), at.index)


def reference(name: str, ref: Ref) -> str:
    """How people on both sides call an entry: whose, the last four digits of the log's name, and the index."""
    return f"{name} {ref.generation.hex()[-4:]}-{ref.index}"
