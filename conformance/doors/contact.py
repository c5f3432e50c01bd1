"""Doors to the entries about contact."""

from __future__ import annotations

from typing import Any, Final

from openline.contact import body
from openline.contact.receipts import carried
from openline.record.evidence.export import read_export
from openline.record.evidence.judge import judge_at_once


def link_test(given: dict[str, Any]) -> object:
    """The body of a LINK_TEST."""
    return body.parse_test(bytes.fromhex(given["bytes"]))


def link_answer(given: dict[str, Any]) -> object:
    """The body of a LINK_ANSWER; with the body of a test, whether it opens the test's challenge."""
    read = body.parse_answer(bytes.fromhex(given["bytes"]))
    if "test" not in given:
        return read
    return {**read._asdict(), "opens": body.opens(body.parse_test(bytes.fromhex(given["test"])), read)}


def observed(given: dict[str, Any]) -> object:
    """The body of an OBSERVED."""
    read = body.parse_observed(bytes.fromhex(given["bytes"]))
    rows = [[one.at_ms, one.party, one.bearer, int(one.seen)] for one in read.transitions]
    return {"transitions": rows, "left_out": read.left_out}


def receipts(given: dict[str, Any]) -> object:
    """The link tests of an export, and whether the hash over receipts in each is that of receipts in the file."""
    findings = judge_at_once(read_export([bytes.fromhex(given["bytes"])]))
    return {"tests": [[one.place, one.receipts, one.fits] for one in carried(findings.logs)]}


DOORS: Final = {
    "link-test-body": link_test,
    "link-answer-body": link_answer,
    "observed-body": observed,
    "link-test-receipts": receipts,
}
