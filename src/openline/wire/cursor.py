"""A place in bytes that were opened: takes bounded fields and says where it stood when one was wrong."""

from __future__ import annotations

from openline.errors import Malformed
from openline.limits import GENERATION_BYTES, LOG_ENTRIES_MAX, PARTIES_MAX
from openline.wire.varint import get_varint


class Cursor:
    """Reads one payload from front to back. Every method raises Malformed naming the byte."""

    __slots__ = ("buf", "pos")

    def __init__(self, buf: bytes, pos: int = 0) -> None:
        self.buf = buf
        self.pos = pos

    def wrong(self, what: str) -> Malformed:
        return Malformed(f"byte {self.pos}: {what}")

    def take(self, count: int, what: str) -> bytes:
        """The next `count` bytes."""
        pos = self.pos
        end = pos + count
        if end > len(self.buf):
            raise self.wrong(f"{what} needs {count} bytes, {len(self.buf) - pos} are left")
        self.pos = end
        return self.buf[pos:end]

    def number(self, width: int, what: str) -> int:
        """A big-endian number of a fixed width."""
        pos = self.pos
        if width == 1 and pos < len(self.buf):
            self.pos = pos + 1
            return self.buf[pos]
        return int.from_bytes(self.take(width, what), "big")

    def varint(self, most: int, what: str) -> int:
        """A varint of at most `most`."""
        pos = self.pos
        value, end = self.buf[pos] if pos < len(self.buf) else 0x80, pos + 1
        if value >= 0x80:
            value, end = get_varint(self.buf, pos)
        if value > most:
            raise self.wrong(f"{what} is {value}, more than {most}")
        self.pos = end
        return value

    def counted(self, most: int, what: str) -> bytes:
        """Bytes with their length before them as a varint of at most `most`."""
        return self.take(self.varint(most, f"length of {what}"), what)

    def size(self, what: str) -> int:
        """A size of a log, or where its next entry would stand."""
        return self.varint(LOG_ENTRIES_MAX, what)

    def index(self, what: str) -> int:
        """The index of an entry that is there."""
        return self.varint(LOG_ENTRIES_MAX - 1, what)

    def party(self, what: str) -> int:
        """A place in the roster."""
        value = self.number(1, what)
        if value >= PARTIES_MAX:
            self.pos -= 1
            raise self.wrong(f"{what} is party {value}; a line has at most {PARTIES_MAX}")
        return value

    def generation(self, what: str) -> bytes:
        return self.take(GENERATION_BYTES, what)
