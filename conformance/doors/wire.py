"""Doors of the wire: numbers, streams, payloads, fragments, body codecs."""

from __future__ import annotations

from typing import Any, Final

from openline.errors import Malformed, Unchecked
from openline.line.turn import Heard
from openline.wire.codec import check_dictionary, open_body
from openline.wire.frame import FrameReader, split_body
from openline.wire.items import Item, decode_items
from openline.wire.padding import padded_bytes
from openline.wire.varint import get_varint


def varint(given: dict[str, Any]) -> object:
    """A variable number at the start of bytes, and how many of them it takes."""
    value, used = get_varint(bytes.fromhex(given["bytes"]), 0)
    return {"value": value, "used": used}


def stream(given: dict[str, Any]) -> object:
    """Frames out of a stream: bodies in order, and where each run of junk begins. No body but junk is a refusal."""
    found = FrameReader().feed(bytes.fromhex(given["bytes"]))
    bodies = [one for one in found if isinstance(one, bytes)]
    junk = [one for one in found if isinstance(one, Malformed)]
    if not bodies and junk:
        raise junk[0]
    if not bodies:
        raise Unchecked("the stream ends within a frame: more bytes are awaited")
    return {"bodies": bodies, "junk": len(junk)}


def body(given: dict[str, Any]) -> object:
    """The parts of a frame's body."""
    return split_body(bytes.fromhex(given["bytes"]))


def payload(given: dict[str, Any]) -> object:
    """The items of an opened payload."""
    return {"items": decode_items(bytes.fromhex(given["payload"]), given["opened_at_ms"])}


def pieces(given: dict[str, Any]) -> object:
    """The items of payloads that hold fragments, in order of completion; none complete: wait."""
    heard = Heard(given["opened_at_ms"])
    items: list[Item] = []
    for one in given["payloads"]:
        items += heard.items(bytes.fromhex(one))
    if not items:
        raise Unchecked("fragments are missing")
    return {"items": items}


def codec(given: dict[str, Any]) -> object:
    """A body out of its codec; `dictionaries` are those agreed on the line, where there are any."""
    agreed = [bytes.fromhex(one) for one in given.get("dictionaries", [])]
    dictionaries = {check_dictionary(one): one for one in agreed}
    return {"body": open_body(given["codec"], bytes.fromhex(given["coded"]), dictionaries=dictionaries)}


def padding(given: dict[str, Any]) -> object:
    """How long a payload is with its padding, where it has some."""
    return {"padded": padded_bytes(given["length"])}


DOORS: Final = {
    "varint": varint,
    "stream": stream,
    "frame-body": body,
    "payload": payload,
    "pieces": pieces,
    "codec": codec,
    "padding": padding,
}
