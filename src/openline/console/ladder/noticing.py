"""Notices to be released beforehand, as files (TOML), read strictly: every fault is said at once.

    name = "accident"
    subject = "Unplanned launch"
    language = "en"
    precedence = "FLASH"
    action = ["DEFENCE"]
    text = "At {time} {count} {what} left {place}. It was not ordered. We are destroying it in flight."

    [field.time]
    kind = "instant"          # also: point; number with low and high; choice with choices; name with high
    [field.count]
    kind = "number"
    low = 1
    high = 4
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any, Final

from openline.console.channel.asking import PRECEDENCES
from openline.console.codes import Told
from openline.desk.texts.precleared import Field, FieldKind, Notice, encode_notice
from openline.errors import Malformed

FILE_BYTES_MAX: Final = 64 * 1024
_TEXTS: Final = ("name", "subject", "text", "language", "precedence")
_LISTS: Final = ("action", "info")
_OF_FIELD: Final = {"kind": str, "low": int, "high": int, "choices": list}


def read_notice(text: str, where: str) -> bytes:
    """A notice's bytes from a file. Raises Told OL-204 naming every fault in it."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Told("OL-204", f"{where}: {error}") from error
    faults = list(_faults(data))
    if faults:
        raise Told("OL-204", "; ".join(f"{where}: {fault}" for fault in faults))
    fields = tuple(
        Field(name, FieldKind[of["kind"].upper()], of.get("low", 0), of.get("high", 0), tuple(of.get("choices", ())))
        for name, of in sorted(data.get("field", {}).items())
    )
    notice = Notice(
        data["name"], data.get("subject", ""), data["text"], data.get("language", "en"),
        PRECEDENCES.index(data.get("precedence", "ROUTINE")), tuple(data.get("action", ())),
        tuple(data.get("info", ())), fields,
    )  # fmt: skip
    try:
        return encode_notice(notice)
    except Malformed as fault:
        raise Told("OL-204", f"{where}: {fault.reason}") from fault


def _faults(data: dict[str, Any]) -> Iterator[str]:
    known = (*_TEXTS, *_LISTS, "field")
    yield from (f"{name!r} is not known; there are: {', '.join(known)}" for name in data if name not in known)
    yield from (f"{name} is missing" for name in ("name", "text") if name not in data)
    yield from (f"{name} is not a text" for name in _TEXTS if not isinstance(data.get(name, ""), str))
    for name in _LISTS:
        if not _is_list(data.get(name, [])):
            yield f"{name} is not a list of texts"
    if data.get("precedence", "ROUTINE") not in PRECEDENCES:
        yield f"precedence is none of {', '.join(PRECEDENCES)}"
    fields = data.get("field", {})
    if not isinstance(fields, dict):
        yield "field is no table; write [field.NAME] before each"
        return
    for name, one in fields.items():
        yield from (f"field {name}: {fault}" for fault in _field_faults(one))


def _field_faults(one: object) -> Iterator[str]:
    if not isinstance(one, dict):
        yield "it is no table"
        return
    yield from (f"{key!r} is not known; there are: {', '.join(_OF_FIELD)}" for key in one if key not in _OF_FIELD)
    for key, kind in _OF_FIELD.items():
        if key in one and type(one[key]) is not kind:
            yield f"{key} is not of the right kind"
    kinds = [kind.name.lower() for kind in FieldKind]
    if one.get("kind") not in kinds:
        yield f"kind is none of {', '.join(kinds)}"
    if not _is_list(one.get("choices", [])):
        yield "choices is not a list of texts"


def _is_list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)
