"""What was committed and is not shown yet: seeds of salts, records, parts of draws; one encrypted file each.

A file lies in the line's home under the station's passphrase, named by what was committed. Nothing of it is in the
record, nor in a backup: without it nothing can be opened, so `escrow salts` puts it away a second time. (R-562)
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final, NamedTuple

from openline.accord.escrow import tree
from openline.accord.escrow.bodies import DRAW_BYTES, LEVELS, RECORD_BYTES_MAX
from openline.accord.escrow.tree import LEAVES_MAX, SEED_BYTES, Opening, Rows
from openline.console.codes import Told
from openline.console.home import make_folder
from openline.record.fields import dump_map, load_map, octets, octets_up_to, rows, same
from openline.store import keyfile

PURPOSE: Final = "escrow"
DRAW_PURPOSE: Final = "draw"
_NAME: Final = re.compile(r"[0-9a-f]{64}")


class Secret(NamedTuple):
    """What opens a commitment: the seed of its salts and, level by level, its records, empty ones behind them."""

    seed: bytes
    levels: tuple[tuple[bytes, ...], ...]

    def __repr__(self) -> str:
        return "Secret(…)"  # a traceback must not print it

    def rows(self, level: int) -> Rows:
        """The tree of a level."""
        return tree.tree_of(self.levels[level], self.salts(level))

    def salts(self, level: int) -> list[bytes]:
        """Its salts."""
        return tree.salts_of(self.seed, level, len(self.levels[level]))

    def locks(self, party: int) -> list[bytes]:
        """What is committed by a party, level by level."""
        return [tree.lock_of(party, level, len(records), self.rows(level)[-1][0])
                for level, records in enumerate(self.levels)]  # fmt: skip

    def opening(self, rows_: Rows, level: int, first: int, count: int) -> Opening:
        """Some leaves of a level, whose tree is `rows_`."""
        salts = [tree.salt_of(self.seed, level, index) for index in range(first, first + count)]
        return tree.open_run(rows_, level, first, salts, self.levels[level][first : first + count])


def make_secret(levels: list[list[bytes]]) -> Secret:
    """With a fresh seed; levels as they are, padded already."""
    return Secret(os.urandom(SEED_BYTES), tuple(map(tuple, levels)))


def spell_secret(secret: Secret) -> bytes:
    """As it lies in its file."""
    return dump_map((secret.seed, [list(records) for records in secret.levels]))


def read_secret(data: bytes) -> Secret:
    """From its file. Raises Malformed."""
    seed, levels = load_map(data, 2, "escrow file", keyfile.KEYFILE_BYTES_MAX).values()
    found = []
    for records in rows(levels, len(LEVELS), "escrow file: levels", data[:64]):
        one = rows(records, LEAVES_MAX, "escrow file: records", data[:64])
        found.append(tuple(octets_up_to(each, RECORD_BYTES_MAX, "escrow file: record", data[:64]) for each in one))
    secret = Secret(octets(seed, SEED_BYTES, "escrow file: seed", data[:64]), tuple(found))
    same(spell_secret(secret), data, "escrow file")
    return secret


class Vault:
    """The secrets of one line. Each call takes a tenth of a second or so, on purpose: not for the event loop."""

    def __init__(self, folder: Path, passphrase: bytes) -> None:
        self._folder, self._passphrase = folder, passphrase

    def keep(self, name: bytes, secret: Secret) -> None:
        """Durable on return. Raises Misconfigured where it is there already, StoreDown."""
        self._write(self._path(name), PURPOSE, spell_secret(secret))

    def keep_draw(self, name: bytes, draw: bytes) -> None:
        """A part of a draw, by what it is committed by."""
        self._write(self._draw(name), DRAW_PURPOSE, draw)

    def find(self, name: bytes) -> Secret:
        """Raises Told OL-303 where it is not here, Locked, Misconfigured, Malformed."""
        return read_secret(self._read(self._path(name), PURPOSE))

    def find_draw(self, name: bytes) -> bytes:
        """As `find`."""
        data = self._read(self._draw(name), DRAW_PURPOSE)
        return octets(data, DRAW_BYTES, "draw file", data[:64])

    def has(self, name: bytes) -> bool:
        """Whether there is a file for it."""
        return self._path(name).exists()

    def names(self) -> list[bytes]:
        """What there are files for."""
        if not self._folder.is_dir():
            return []
        return sorted(bytes.fromhex(path.stem) for path in self._folder.glob("*.key") if _NAME.fullmatch(path.stem))

    def _path(self, name: bytes) -> Path:
        return self._folder / f"{name.hex()}.key"

    def _draw(self, name: bytes) -> Path:
        return self._folder / f"{name.hex()}.draw"

    def _write(self, path: Path, purpose: str, data: bytes) -> None:
        make_folder(self._folder)
        keyfile.create(path, purpose, data, self._passphrase)

    def _read(self, path: Path, purpose: str) -> bytes:
        if not path.exists():
            what = "what opens it is not on this machine: put it back with `openline escrow salts restore`"
            raise Told("OL-303", f"{path.name}: {what}")
        return keyfile.unlock(path, purpose, self._passphrase).secret
