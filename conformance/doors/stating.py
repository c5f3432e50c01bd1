"""Doors of what parties state: bodies of statements, and how messages and contact stand by them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from conformance.doors.statements import log_of
from openline.contact.declared import Bar, declared, of_message
from openline.contact.saying import Stated, check_references, parse_said, read_stated
from openline.errors import Malformed
from openline.record.entry import Ref, parse_header


def statement(given: dict[str, Any]) -> object:
    """The body of an entry of the kinds 40 to 47, with as many references as it has."""
    said = parse_said(given["kind"], bytes.fromhex(given["bytes"]))
    check_references(said, [Ref(0, bytes(12), number) for number in range(given["references"])])
    return {"statement": type(said).__name__, **said._asdict()}


def between(given: dict[str, Any]) -> object:
    """How contact between two parties is declared at an instant, by entries of which some may say nothing."""
    stands = declared(_stated(given), *given["parties"], given["now_ms"])
    return {"state": stands.state.value, "bars": [_bar(bar) for bar in stands.bars],
            "coming": [_bar(bar) for bar in stands.coming]}  # fmt: skip


def about(given: dict[str, Any]) -> object:
    """What counts of what is stated about a message: entries by their names."""
    party, generation, index = given["message"]
    found = of_message(Ref(party, bytes.fromhex(generation), index), given["exercise"], _stated(given))
    return {
        "refused": [each.at.ref for each in found.refused],
        "holding": [each.at.ref for each in found.holding],
        "silences": [[each.recorded.at.ref, [one.at.ref for one in each.answers]] for each in found.silences],
        "alerted": [each.at.ref for each in found.alerted],
    }


def _bar(bar: Bar) -> object:
    return {"state": bar.state.value, "by": bar.stated.at.ref, "from_ms": bar.from_ms, "until_ms": bar.until_ms,
            "resumed": bar.resumed}  # fmt: skip


def _stated(given: dict[str, Any]) -> Iterator[Stated]:
    for one in given["entries"]:
        header = parse_header(bytes.fromhex(one["header"]))
        try:
            yield read_stated(log_of(one["log"]), header, bytes.fromhex(one["body"]))
        except Malformed:
            continue


DOORS: Final = {"statement-body": statement, "declared": between, "about-a-message": about}
