"""Writes all vectors anew, and what docs/PROTOCOL.md cuts from them: `python -m conformance.make_vectors`.

The same every time; a test compares. With `--check` nothing is written, and the exit code says whether anything
would change.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from conformance.example import PROTOCOL, placed
from conformance.making import (
    agreements,
    ceremonies,
    changes,
    contact,
    credentials,
    custody,
    declared,
    disclosed,
    drafts,
    entries,
    escrow,
    exports,
    frames,
    joint,
    judged,
    locks,
    lone,
    notices,
    paper,
    payloads,
    released,
    rest,
    sealing,
    signed,
    stating,
    telling,
    timed,
    topics,
    trees,
    turns,
    voice,
)
from conformance.making.cupboard import CUPBOARD, KEPT
from conformance.making.scenarios import Book, Writer
from conformance.run import SHARED, VECTORS

WRITERS: Final[tuple[Writer, ...]] = (
    frames.write,
    turns.write,
    payloads.write,
    paper.write,
    voice.write,
    locks.write,
    credentials.write,
    ceremonies.write,
    sealing.write,
    entries.write,
    released.write,
    trees.write,
    signed.write,
    changes.write,
    stating.write,
    telling.write,
    notices.write,
    declared.write,
    judged.write,
    timed.write,
    agreements.write,
    topics.write,
    drafts.write,
    escrow.write,
    custody.write,
    exports.write,
    joint.write,
    disclosed.write,
    lone.write,
    contact.write,
    rest.write,
)


def make() -> Book:
    """All scenarios. Raises ValueError naming each one that our own code does not take or refuse as it means."""
    book = Book()
    for write in WRITERS:
        write(book)
    if book.problems:
        raise ValueError("\n".join(["scenarios that do not come out as they mean:", *book.problems]))
    return book


def texts(book: Book) -> dict[Path, str]:
    """Every file as it should stand."""
    files = {VECTORS / f"{name}.json": text for name, text in book.files.items()}
    return {**files, SHARED: book.shared.text(), KEPT: CUPBOARD.text()}


def changed(files: dict[Path, str]) -> list[Path]:
    """Files that stand otherwise, are missing, or are no vectors any more."""
    other = [path for path, text in files.items() if not path.exists() or path.read_text("utf-8") != text]
    return other + [path for path in VECTORS.glob("*.json") if path not in files]


def main(arguments: Sequence[str]) -> int:
    """Write, or with --check only compare."""
    book = make()
    files = texts(book)
    other = changed(files)
    if "--check" in arguments:
        print("\n".join(f"{path.name} would change" for path in other) or "nothing would change")
        return 1 if other else 0
    VECTORS.mkdir(exist_ok=True)
    for path in other:
        if path in files:
            path.write_text(files[path], "utf-8")
        else:
            path.unlink()
    PROTOCOL.write_text(placed(PROTOCOL.read_text("utf-8")), "utf-8")
    print(f"{sum(book.counts.values())} vectors ({book.counts}); {len(other)} files written or removed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
