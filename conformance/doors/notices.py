"""Doors of notices: formats, notices in them, and entries about formats, agreements and standings."""

from __future__ import annotations

from typing import Any, Final

from openline.accord.bodies import parse_agreement, parse_offered, parse_status
from openline.accord.formats.format import Format
from openline.accord.formats.notice import Notice, as_given, judge, parse_notice
from openline.accord.formats.printing import Head, number_of, print_notice
from openline.accord.formats.reader import read_format
from openline.accord.formats.unfit import Unfit


def format_file(given: dict[str, Any]) -> object:
    """A format's file, as text: what names it, and its fields in their order."""
    found = read_format(given["file"].encode())
    return {
        "digest": found.digest, "mark": found.mark, "id": found.id, "version": found.version,
        "fields": [one.name for one in found.fields], "languages": list(found.languages),
    }  # fmt: skip


def body(given: dict[str, Any]) -> object:
    """The body of a notice of whatever format."""
    return _said(parse_notice(bytes.fromhex(given["bytes"])))


def _said(one: Notice) -> dict[str, Any]:
    of = list(one.of) if one.of is not None else None
    return {"mark": one.mark, "year": one.year, "serial": one.serial, "language": one.language,
            "relation": int(one.relation), "of": of, "values": list(one.values)}  # fmt: skip


def notice(given: dict[str, Any]) -> object:
    """A notice beside its format's file: places of faults, its fields as a form has them, its sheets."""
    format_ = read_format(given["file"].encode())
    found = parse_notice(bytes.fromhex(given["bytes"]))
    head = Head(given["from"], tuple(given["to"]), given["written_at_ms"], given["precedence"], given["exercise"])
    printed = {language: print_notice(found, format_, head, language) for language in format_.languages}
    return {
        "number": number_of(found, format_), "faults": [one.place for one in judge(found, format_)],
        "fields": _fields(found, format_), "printed": printed,
    }  # fmt: skip


def _fields(found: Notice, format_: Format) -> dict[str, object] | None:
    try:
        return as_given(found, format_)
    except Unfit:
        return None


def offered(given: dict[str, Any]) -> object:
    """The body of a format entry."""
    found = parse_offered(bytes.fromhex(given["bytes"]))
    return {"digest": found.digest, "file_bytes": len(found.file)}


def agreement(given: dict[str, Any]) -> object:
    """The body of an agreement entry."""
    found = parse_agreement(bytes.fromhex(given["bytes"]))
    return found._asdict()


def standing(given: dict[str, Any]) -> object:
    """The body of a status entry."""
    found = parse_status(bytes.fromhex(given["bytes"]))
    return {**found._asdict(), "standing": int(found.standing)}


DOORS: Final = {
    "format-file": format_file, "notice-body": body, "notice": notice, "format-body": offered,
    "agreement-body": agreement, "status-body": standing,
}  # fmt: skip
