"""Doors of what desks tell about messages: bodies, and what of them counts."""

from __future__ import annotations

from typing import Any, Final

from conformance.doors.statements import log_of
from openline.desk.telling.bodies import TOLD_KINDS, Offices, Relation, Which, check_references, parse_body
from openline.desk.telling.counting import Told, counts_of, in_force, read_told, stands_beside
from openline.errors import Malformed
from openline.record.entry import Ref, parse_header


def body(given: dict[str, Any]) -> object:
    """The body of an entry of the kinds 65 to 68, with the entries it refers to."""
    said = parse_body(given["kind"], bytes.fromhex(given["bytes"]))
    check_references(said, [_ref(one) for one in given["references"]])
    fields = {name: int(value) if isinstance(value, Which) else value for name, value in said._asdict().items()}
    return {"told": type(said).__name__, **fields}


def counting(given: dict[str, Any]) -> object:
    """What counts of what entries tell about a message, and whose directory is in force: entries by their names."""
    message = _ref(given["message"])
    told = _told(given["entries"])
    directories = in_force(one for one in told if isinstance(one.said, Offices))
    return {
        "counts": [one.at.ref for one in told if counts_of(one, message, given["exercise"])],
        "directories": [one.at.ref for _, one in sorted(directories.items())],
    }


def _ref(value: list[Any]) -> Ref:
    party, generation, index = value
    return Ref(party, bytes.fromhex(generation), index)


def _told(entries: list[dict[str, Any]]) -> list[Told]:
    """Those that say something; an entry's predecessor in its log is the one before it of the same log."""
    found = []
    before: dict[object, Any] = {}
    for one in entries:
        log, header, data = log_of(one["log"]), parse_header(bytes.fromhex(one["header"])), bytes.fromhex(one["body"])
        last, before[log] = before.get(log), (header, data)
        if header.kind not in TOLD_KINDS:
            continue
        try:
            told = read_told(log, header, data)
        except Malformed:
            continue
        if not isinstance(told.said, Relation) or stands_beside(told.said, header, last):
            found.append(told)
    return found


DOORS: Final = {"desk-body": body, "about-a-message-told": counting}
