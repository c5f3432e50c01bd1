"""How requests are written and answers read on the control channel, whoever asks: a command, or the desk's pages."""

from __future__ import annotations

from typing import Final, TypeVar

import msgspec

from openline.console.codes import CODES, Told
from openline.console.watch.asking import AnyRequest

T = TypeVar("T")


class _Error(msgspec.Struct):
    code: str
    detail: str = ""


class Answer(msgspec.Struct):
    """An answer as it came: `id` is the request's."""

    id: int
    ok: msgspec.Raw = msgspec.Raw(b"")
    error: _Error | None = None


_ENCODE: Final = msgspec.json.Encoder()
_DECODE: Final = msgspec.json.Decoder(Answer)


def written(request: AnyRequest) -> bytes:
    """A request as a line."""
    return _ENCODE.encode(request) + b"\n"


def read(line: bytes | bytearray) -> Answer:
    """An answer from its line. Raises MsgspecError."""
    return _DECODE.decode(line)


def outcome(got: Answer, answer: type[T]) -> T:
    """What was asked for. Raises Told with the station's code, OL-101 for a code that is not known here."""
    if got.error is not None:
        raise Told(got.error.code if got.error.code in CODES else "OL-101", got.error.detail)
    return msgspec.json.decode(got.ok, type=answer)
