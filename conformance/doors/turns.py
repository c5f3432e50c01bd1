"""Doors of turns: frames and ends of turns on a stream."""

from __future__ import annotations

from typing import Any, Final

from openline.bearer.turns import Over, TurnReader
from openline.errors import Malformed, Unchecked
from openline.limits import FRAME_BODY_BYTES_MAX


def turns(given: dict[str, Any]) -> object:
    """What is heard, in order: frame bodies and ends of turns. After each of `streams` nothing comes for a while."""
    reader = TurnReader(FRAME_BODY_BYTES_MAX)
    heard: list[object] = []
    junk: list[Malformed] = []
    for one in given["streams"]:
        for got in (*reader.feed(bytes.fromhex(one)), *reader.quiet()):
            if isinstance(got, Malformed):
                junk.append(got)
            elif isinstance(got, Over):
                heard.append({"place": got.place, "more": got.more, "answers": got.answers})
            else:
                heard.append({"body": got})
    if not heard and junk:
        raise junk[0]
    if not heard:
        raise Unchecked("nothing was heard")
    return {"heard": heard}


DOORS: Final = {"turns": turns}
