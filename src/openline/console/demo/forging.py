"""A forger for the demonstration: one byte of an exported record, first bluntly, then with the file's checks repaired.

Everything a forger can do who has the file and no keys; nothing here is of any other use.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from openline.console.codes import Told
from openline.record.body import parse_message
from openline.record.entry import MESSAGE, parse_header
from openline.record.evidence.export import Entry, Item, LogStart, read_export, spell_export


class Target(NamedTuple):
    """The entry that is forged, and the byte of its words."""

    log: LogStart
    index: int  # type: ignore[assignment]  # shadows tuple.index, which nobody wants here
    body: bytes
    at: int


def find_target(path: Path, subject: str) -> Target:
    """The message with this subject. Raises Told OL-301 when the record has none."""
    log: LogStart | None = None
    for item in read_export([path.read_bytes()]):
        if isinstance(item, LogStart):
            log = item
        elif isinstance(item, Entry) and item.body is not None and log is not None:
            header = parse_header(item.header)
            if header.kind == MESSAGE and parse_message(item.body).subject == subject:
                words = parse_message(item.body).text.encode()
                return Target(log, header.index, item.body, item.body.index(words) + len(words) // 2)
    raise Told("OL-301", f"no message {subject!r} in {path}")


def flip(body: bytes, at: int) -> bytes:
    """The same bytes with the lowest bit of one of them turned over."""
    return body[:at] + bytes((body[at] ^ 1,)) + body[at + 1 :]


def blunt(path: Path, forged: Path, target: Target) -> None:
    """One byte of the file is another."""
    data = path.read_bytes()
    at = data.index(target.body) + target.at
    forged.write_bytes(flip(data, at))


def careful(path: Path, forged: Path, target: Target) -> None:
    """The same byte, and every check of the file made anew, so that the file itself looks whole."""
    items: list[Item] = []
    for item in read_export([path.read_bytes()]):
        if isinstance(item, Entry) and item.body == target.body:
            item = item._replace(body=flip(target.body, target.at))
        items.append(item)
    forged.write_bytes(b"".join(spell_export(items)))
