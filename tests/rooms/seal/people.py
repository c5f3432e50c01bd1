"""Parties, stations and a deterministic `Draw` for the tests of this room."""

from __future__ import annotations

import hashlib
from functools import cache

from openline.errors import Forged, Malformed
from openline.seal.certificate import Certificate, StationSecrets, certify, draw_station
from openline.seal.draw import SEALED_OVERHEAD_BYTES, XWING_PUBLIC_BYTES, LibraryDraw
from openline.seal.party import Card, PartyRoot, draw_root, make_card

NAMES = ("Party A", "Party B", "Party C")
NOW = 1_800_000_000_000
YEAR_MS = 366 * 86_400_000
DRAW = LibraryDraw()


@cache
def root(party: int) -> PartyRoot:
    return draw_root(Counted(b"root%d" % party))


@cache
def card(party: int) -> Card:
    return make_card(root(party), NAMES[party], NOW)


@cache
def station(party: int, nonce: bytes = b"n" * 32) -> tuple[StationSecrets, Certificate]:
    secrets = draw_station(Counted(b"station%d" % party))
    return secrets, certify(root(party), secrets, nonce, NOW, NOW + YEAR_MS, DRAW)


class Counted:
    """A `Draw` without chance: bytes from a counter, and a sealing that only the seed undoes."""

    def __init__(self, name: bytes) -> None:
        self.name = name
        self.count = 0

    def fresh(self, size: int) -> bytes:
        self.count += 1
        return hashlib.shake_256(self.name + self.count.to_bytes(8, "big")).digest(size)

    def public_of(self, seed: bytes) -> bytes:
        return hashlib.shake_256(b"public" + seed).digest(XWING_PUBLIC_BYTES)

    def seal_to(self, public: bytes, plaintext: bytes, info: bytes) -> bytes:
        if public == bytes(XWING_PUBLIC_BYTES):
            raise Malformed("X-Wing public key: nobody's", public)
        mark = hashlib.shake_256(public + info).digest(SEALED_OVERHEAD_BYTES)
        return mark + plaintext

    def open_with(self, seed: bytes, sealed: bytes, info: bytes) -> bytes:
        mark = hashlib.shake_256(self.public_of(seed) + info).digest(SEALED_OVERHEAD_BYTES)
        if sealed[:SEALED_OVERHEAD_BYTES] != mark:
            raise Forged("sealed secret: was not sealed to this key for this use", sealed)
        return sealed[SEALED_OVERHEAD_BYTES:]
