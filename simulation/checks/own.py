"""Trees, texts, digests and signatures, written a second time and plainly, for the judges alone (RFC 9162, C2SP)."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from hashlib import sha256

from cryptography.exceptions import InvalidSignature

from openline.line.ports import LogId
from openline.record.roster import Roster, StationKeys
from simulation.sealing import public_key


class Tree:
    """Merkle tree by RFC 9162 2.1.1: grows leaf by leaf, gives its root at each size."""

    def __init__(self) -> None:
        self.size = 0
        self._stack: list[tuple[int, bytes]] = []  # (leaves below, root), the largest first

    def add(self, header: bytes) -> None:
        """Append the leaf of one header."""
        count, root = 1, sha256(b"\x00" + header).digest()
        while self._stack and self._stack[-1][0] == count:
            root = sha256(b"\x01" + self._stack.pop()[1] + root).digest()
            count *= 2
        self._stack.append((count, root))
        self.size += 1

    def root(self) -> bytes:
        """Root over everything so far."""
        if not self._stack:
            return sha256(b"").digest()
        root = self._stack[-1][1]
        for _, left in reversed(self._stack[:-1]):
            root = sha256(b"\x01" + left + root).digest()
        return root


def leaf_of(header: bytes) -> bytes:
    """RFC 9162, 2.1.1."""
    return sha256(b"\x00" + header).digest()


def roots_of(headers: Sequence[bytes]) -> list[bytes]:
    """The root at each size from 0."""
    tree = Tree()
    roots = [tree.root()]
    for header in headers:
        tree.add(header)
        roots.append(tree.root())
    return roots


def note_text(roster: Roster, log: LogId, size: int, root: bytes) -> bytes:
    """What an author signs."""
    author = roster.parties[log.party].party_id
    origin = "/".join(("openline", roster.line_id.hex(), author.hex(), log.generation.hex()))
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n".encode()


def receipt_text(roster: Roster, log: LogId, size: int, root: bytes, at_s: int) -> bytes:
    """What a witness signs."""
    return f"cosignature/v1\ntime {at_s}\n".encode() + note_text(roster, log, size, root)


def digest_of(secret: bytes, index: int, body: bytes) -> bytes:
    """Salted digest of a body: HMAC under HKDF-Expand(secret, label and index)."""
    info = b"openline/salt/v1" + index.to_bytes(8, "big")
    salt = hmac.new(secret, info + b"\x01", sha256).digest()
    return hmac.new(salt, body, sha256).digest()


def keys_of(roster: Roster, party: int, digest: bytes = b"") -> list[StationKeys]:
    """A party's station with that digest, or that begins so; all of them for none."""
    return [one for one in roster.parties[party].stations if one.digest.startswith(digest)]


class Signatures:
    """Ed25519 by the library alone. Each signature is checked once."""

    def __init__(self) -> None:
        self._known: dict[tuple[bytes, bytes, bytes], bool] = {}

    def by(self, public: bytes, signature: bytes, text: bytes) -> bool:
        """Did the holder of `public` sign `text`?"""
        key = (public, signature, text)
        if key not in self._known:
            try:
                public_key(public).verify(signature, text)
                self._known[key] = True
            except InvalidSignature:
                self._known[key] = False
        return self._known[key]

    def by_any(self, publics: Sequence[bytes], signature: bytes, text: bytes) -> bool:
        """Did the holder of one of these?"""
        return any(self.by(public, signature, text) for public in publics)


def parse_note(text: bytes) -> tuple[str, int, bytes, bytes] | None:
    """Origin, size, root and the first signature of a note, or None for bytes that are not plainly one."""
    try:
        lines = text.decode().split("\n")
        origin, size, root = lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True)
        signature = base64.b64decode(lines[4].split(" ")[2], validate=True)[4:]
    except (ValueError, IndexError, UnicodeDecodeError):
        return None
    return origin, size, root, signature


def is_prefix(one: Sequence[bytes], other: Sequence[bytes]) -> bool:
    """True if one of the two histories begins with the other."""
    count = min(len(one), len(other))
    return one[:count] == other[:count]
