"""Frames on a stream of bytes: cutting them out, and finding the next one after damage.

    mark 0x6F (1) | length of the body (3, big endian) | check (1) | body
    body = tag (4) | start (4) | counter (4) | sealed (16 or more)

The check is CRC-8 (polynomial 0x07, initial value 0, as in ITU-T I.432.1 without its final
exclusive or) over mark and length. It catches every flip of up to three bits in the head.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from openline.errors import LocalFault, Malformed
from openline.limits import FRAME_BODY_BYTES_MAX, FRAME_BODY_BYTES_MIN, FRAME_COUNTER_MAX

MARK: Final = 0x6F
FRAME_HEAD_BYTES: Final = 5
_EXHIBIT_BYTES_MAX: Final = 32
_CREDIT_A_BYTE: Final = 4


def _crc8_table() -> bytes:
    table = bytearray()
    for byte in range(256):
        for _ in range(8):
            byte = (byte << 1) ^ (0x107 if byte & 0x80 else 0)
        table.append(byte)
    return bytes(table)


_CRC8: Final = _crc8_table()
_CRC8_OF_MARK: Final = _CRC8[MARK]


def crc8(data: bytes) -> int:
    """The check of a frame's head, over any bytes."""
    value = 0
    for byte in data:
        value = _CRC8[value ^ byte]
    return value


class Body(NamedTuple):
    """The parts of one frame's body; every one a claim until it is opened."""

    tag: bytes
    start: bytes
    counter: int
    sealed: bytes


def split_body(body: bytes) -> Body:
    """Name the parts of a body. Raises Malformed when it is too short or too long. (R-003)"""
    if not FRAME_BODY_BYTES_MIN <= len(body) <= FRAME_BODY_BYTES_MAX:
        raise Malformed(
            f"frame body of {len(body)} bytes; it must have {FRAME_BODY_BYTES_MIN} to {FRAME_BODY_BYTES_MAX}", body[:64]
        )
    return Body(body[:4], body[4:8], int.from_bytes(body[8:12], "big"), body[12:])


def join_body(tag: bytes, start: bytes, counter: int, sealed: bytes) -> bytes:
    """The body that `split_body` takes apart again. Raises LocalFault on parts of the wrong size."""
    if len(tag) != 4 or len(start) != 4 or not 0 <= counter <= FRAME_COUNTER_MAX:
        raise LocalFault("a frame has 4 bytes of tag, 4 of start and a counter below 2**32")
    body = b"".join((tag, start, counter.to_bytes(4, "big"), sealed))
    _check_length(len(body))
    return body


def encode_frame(body: bytes) -> bytes:
    """Head and body, ready for a stream. Raises LocalFault when the body is out of bounds. (R-001)"""
    _check_length(len(body))
    size = len(body).to_bytes(3, "big")
    check = _CRC8[_CRC8[_CRC8[_CRC8_OF_MARK ^ size[0]] ^ size[1]] ^ size[2]]
    return b"".join((bytes((MARK,)), size, bytes((check,)), body))


def _check_length(length: int) -> None:
    if not FRAME_BODY_BYTES_MIN <= length <= FRAME_BODY_BYTES_MAX:
        raise LocalFault(f"a frame body of {length} bytes is outside {FRAME_BODY_BYTES_MIN}..{FRAME_BODY_BYTES_MAX}")


class FrameReader:
    """Cuts a stream into frame bodies and finds its step again after damage.

    A frame is given out the moment it is whole. Its bytes are kept until the head that follows
    proves that the stream was in step; if something else follows, they are searched again, so a
    false head inside damage cannot swallow good frames. What was no frame is refused by the seal; bytes
    given out more than once are bounded by a few times those fed.
    Keeps at most two frames of memory beyond what was last fed. Work is linear in the bytes. (R-004)
    """

    __slots__ = ("_at", "_body_bytes_max", "_buf", "_credit", "_done", "_in_junk", "_offset", "_search_from")

    def __init__(self, body_bytes_max: int = FRAME_BODY_BYTES_MAX) -> None:
        """`body_bytes_max`: longest body this bearer carries; a small bound makes false heads rarer still."""
        self._body_bytes_max = min(body_bytes_max, FRAME_BODY_BYTES_MAX)
        self._buf = bytearray()
        self._offset = 0  # where in the stream the buffer begins
        self._at = 0  # where in the buffer the next head is looked for
        self._done = 0  # everything before this was given out or reported
        self._credit = 0  # how many bytes may be given out a second time on no more than a right head
        self._search_from = -1  # inside the last frame given out, while nothing has confirmed it
        self._in_junk = False

    def feed(self, data: bytes) -> list[bytes | Malformed]:
        """Take the next bytes; give back the bodies now whole, in order, and one Malformed a run of junk."""
        self._buf += data
        self._credit = min(self._credit, _CREDIT_A_BYTE * self._body_bytes_max) + _CREDIT_A_BYTE * len(data)
        out: list[bytes | Malformed] = []
        with memoryview(self._buf) as view:
            while self._advance(view, out):
                pass
        self._forget()
        return out

    def _forget(self) -> None:
        keep = self._at if self._search_from < 0 else self._search_from
        if keep:
            del self._buf[:keep]
            self._offset += keep
            self._at -= keep
            self._done = max(self._done - keep, 0)
            if self._search_from >= 0:
                self._search_from -= keep

    def quiet(self) -> list[bytes | Malformed]:
        """The sender has stopped: what is half there will never be whole. Search it, as if something else had followed.

        Without this a frame cut short would swallow the one that is sent after a pause, until enough has come to
        fill it: on a slow bearer for minutes. (R-240)
        """
        out: list[bytes | Malformed] = []
        with memoryview(self._buf) as view:
            while self._at < len(view):
                self._out_of_step(view, out)
                while self._advance(view, out):
                    pass
        self._forget()
        return out

    @property
    def waiting_bytes(self) -> int:
        """Bytes at the end of the stream that are not yet a whole frame and may become one."""
        return len(self._buf) - self._at

    def _advance(self, view: memoryview, out: list[bytes | Malformed]) -> bool:
        """One decision at `_at`; False when more bytes are needed for the next."""
        at = self._at
        length = self._head(view, at)
        if length == _NEEDS_MORE:
            return False
        if length == _NOT_A_HEAD:
            self._out_of_step(view, out)
            return True
        self._search_from = -1  # a right head where one was due: the frame before it was no accident
        end = at + FRAME_HEAD_BYTES + length
        if end > len(view):
            return False
        if at < self._done and length > self._credit:  # inside one given out: believed only if a head follows
            follows = self._head(view, end)
            if follows == _NEEDS_MORE:
                return False
            if follows == _NOT_A_HEAD:
                self._at = self._next_mark(at + 1)
                return True
        out.append(bytes(view[at + FRAME_HEAD_BYTES : end]))
        self._in_junk = False
        if at < self._done:
            self._credit = max(self._credit - length, 0)
        self._done = max(self._done, end)
        self._search_from = at + 1
        self._at = end
        return True

    def _head(self, view: memoryview, at: int) -> int:
        """Length of the body whose head stands at `at`, or one of the two signs below zero."""
        held = len(view) - at
        if held <= 0:
            return _NEEDS_MORE
        if view[at] != MARK:
            return _NOT_A_HEAD
        if held < FRAME_HEAD_BYTES:
            return _NEEDS_MORE
        high, mid, low = view[at + 1], view[at + 2], view[at + 3]
        # The head is checked by itself: one flipped bit in `length` must not stall a slow bearer. R-002.
        if _CRC8[_CRC8[_CRC8[_CRC8_OF_MARK ^ high] ^ mid] ^ low] != view[at + 4]:
            return _NOT_A_HEAD
        length = high << 16 | mid << 8 | low
        if not FRAME_BODY_BYTES_MIN <= length <= self._body_bytes_max:
            return _NOT_A_HEAD
        return length

    def _out_of_step(self, view: memoryview, out: list[bytes | Malformed]) -> None:
        at = self._at
        if at >= self._done and not self._in_junk:
            self._in_junk = True
            where = self._offset + at
            seen = bytes(view[at : at + _EXHIBIT_BYTES_MAX])
            out.append(Malformed(f"byte {where} of the stream is no frame; skipped to the next one", seen))
        self._at = self._next_mark(at + 1 if self._search_from < 0 else self._search_from)
        self._search_from = -1

    def _next_mark(self, start: int) -> int:
        found = self._buf.find(MARK, start)
        return found if found >= 0 else len(self._buf)


_NEEDS_MORE: Final = -1
_NOT_A_HEAD: Final = -2
