"""Chance that happened once: ML-DSA-44 signatures and HPKE encapsulations differ each time they are made.

So each is made once, kept in `kept.json` under the hash of what it was made of, and taken from there ever after: making
the vectors anew gives the same files. What no longer has a use is left out when the cupboard is written.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Final

from openline.seal.draw import LibraryDraw
from openline.seal.party import PartyRoot, Signed
from openline.seal.signature import Mldsa44Signer

KEPT: Final = Path(__file__).resolve().parent.parent / "kept.json"
WARNING: Final = "TEST KEY, NEVER USE"


def word(*parts: object) -> bytes:
    """32 bytes that anybody can compute: nothing made with them is secret."""
    return sha256(" ".join((WARNING, *(str(part) for part in parts))).encode()).digest()


class Cupboard:
    """What was drawn once, by name."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
        self._used: dict[str, str] = {}

    def draw(self, make: Callable[[], bytes], *made_of: bytes) -> bytes:
        """What was made of this the first time; made now if it never was."""
        name = sha256(b"".join(sha256(part).digest() for part in made_of)).hexdigest()[:32]
        held = self._used.get(name) or self._kept.get(name)
        self._used[name] = held or base64.b64encode(make()).decode("ascii")
        return base64.b64decode(self._used[name])

    def text(self) -> str:
        """The file as it should stand: what had a use."""
        return json.dumps(dict(sorted(self._used.items())), indent=0) + "\n"


CUPBOARD: Final = Cupboard()


def sign_mldsa44(seed: bytes, message: bytes) -> bytes:
    """The one signature of this message under this seed that the vectors know."""
    return CUPBOARD.draw(lambda: Mldsa44Signer(seed).sign(message), b"mldsa44", seed, message)


class KeptRoot(PartyRoot):
    """Root keys whose post-quantum signatures are drawn once."""

    __slots__ = ("_pq_seed",)

    def __init__(self, *name: object) -> None:
        self._pq_seed = word(*name, "ML-DSA-44 root key")
        super().__init__(word(*name, "Ed25519 root key"), self._pq_seed)

    def sign(self, label: str, body: bytes) -> Signed:
        """`body` under both keys."""
        message = label.encode() + b"\n" + body
        return Signed(label, body, self._ed25519.sign(message), sign_mldsa44(self._pq_seed, message))


class KeptDraw(LibraryDraw):
    """Fresh bytes by counting, encapsulations drawn once."""

    __slots__ = ("_count", "_name")

    def __init__(self, *name: object) -> None:
        super().__init__()
        self._name = name
        self._count = 0

    def fresh(self, size: int) -> bytes:
        """The next bytes of this draw."""
        self._count += 1
        return b"".join(word(*self._name, "drawn", self._count, part) for part in range(-(-size // 32)))[:size]

    def seal_to(self, public: bytes, plaintext: bytes, info: bytes) -> bytes:
        """The one encapsulation of this that the vectors know."""
        return CUPBOARD.draw(lambda: super(KeptDraw, self).seal_to(public, plaintext, info),
                             b"hpke", public, plaintext, info)  # fmt: skip
