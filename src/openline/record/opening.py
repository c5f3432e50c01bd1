"""Entry 0 of every log: what a new generation says of itself, and of the life before it.

0 commitment  SHA-256("openline/secret/v1" || log secret): which secret salts this log
1 previous    null, or [generation, size, root] of the newest log of its own that the writer knows
2 station     digest of the station certificate whose note key signs this log for life
3 software    free text
"""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from openline.limits import BODY_BYTES_MAX, GENERATION_BYTES, LOG_ENTRIES_MAX, NAME_CHARS_MAX
from openline.record.fields import dump_map, load_map, octets, row, same, text, whole


class Previous(NamedTuple):
    """Where the writer's last generation stood, as far as this writer knows."""

    generation: bytes
    size: int
    root: bytes


class Opening(NamedTuple):
    """Body of entry 0; see the table above."""

    commitment: bytes
    previous: Previous | tuple[bytes, int, bytes] | None
    station: bytes
    software: str


def secret_commitment(log_secret: bytes) -> bytes:
    """SHA-256("openline/secret/v1" || log secret). (R-078)"""
    return sha256(b"openline/secret/v1" + log_secret).digest()


def encode_opening(opening: Opening) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_opening` would refuse."""
    data = _spell(opening)
    parse_opening(data)
    return data


def _spell(opening: Opening) -> bytes:
    previous = None if opening.previous is None else list(opening.previous)
    return dump_map((opening.commitment, previous, opening.station, opening.software))


def parse_opening(data: bytes) -> Opening:
    """From the body of an OPENING entry. Raises Malformed naming the field. (R-078)"""
    commitment, previous, station, software = load_map(data, 4, "opening", BODY_BYTES_MAX).values()
    opening = Opening(
        octets(commitment, 32, "opening: commitment", data),
        None if previous is None else _previous(previous, data),
        octets(station, 32, "opening: station", data),
        text(software, NAME_CHARS_MAX, "opening: software", data),
    )
    same(_spell(opening), data, "opening")
    return opening


def _previous(value: object, data: bytes) -> Previous:
    generation, size, root = row(value, 3, "opening: previous", data)
    return Previous(
        octets(generation, GENERATION_BYTES, "opening: previous generation", data),
        whole(size, LOG_ENTRIES_MAX, "opening: previous size", data),
        octets(root, 32, "opening: previous root", data),
    )
