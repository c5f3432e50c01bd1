"""What the simulated officers write: every message says once and for all who wrote it and which one it is.

7 bytes and more:  <party>.<number>|<attachment, or nothing>|<padding>
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from openline.line.events import Draft
from openline.record.entry import MESSAGE

_BAR: Final = b"|"


def draft(party: int, number: int, padding: int, token: str = "", attachment: tuple[bytes, int] | None = None) -> Draft:
    """One message."""
    named = b"" if attachment is None else b"%s:%d" % (attachment[0].hex().encode(), attachment[1])
    body = b"%d.%d|%s|%s" % (party, number, named, b"x" * padding)
    return Draft(MESSAGE, number % 4, number & 1, (), body, token)


def name_of(body: bytes) -> str:
    """Who wrote it and which one it is; empty for a body that no officer wrote."""
    name, bar, _ = body.partition(_BAR)
    return name.decode("ascii", "replace") if bar else ""


def attachment_of(body: bytes) -> tuple[bytes, int] | None:
    """Digest and size of the attachment a message names."""
    parts = body.split(_BAR, 2)
    digest, colon, total = parts[1].partition(b":") if len(parts) == 3 else (b"", b"", b"")
    try:
        return (bytes.fromhex(digest.decode("ascii")), int(total)) if colon else None
    except ValueError:
        return None  # bytes that a liar wrote


def digest_of(data: bytes) -> bytes:
    """The name of an attachment."""
    return sha256(data).digest()
