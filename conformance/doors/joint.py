"""Doors of joint statements: their bodies, how they stand by the entries of a record, and the published file."""

from __future__ import annotations

import json
from typing import Any, Final

from openline.accord.communique.ledger import Statements
from openline.accord.communique.proving import prove, refused
from openline.accord.communique.published import parse_published
from openline.accord.communique.statement import (
    parse_signature,
    parse_statement,
    parse_withdrawal,
    statement_digest,
)
from openline.errors import PeerFault
from openline.record.entry import JOINT, NOTHING_HELD, After, Header, Held, Ref
from openline.record.evidence.export import read_export
from openline.record.evidence.judge import judge_at_once


def statement(given: dict[str, Any]) -> object:
    """A statement, and its digest."""
    data = bytes.fromhex(given["bytes"])
    return {**parse_statement(data)._asdict(), "digest": statement_digest(data)}


def signature(given: dict[str, Any]) -> object:
    """The body of an entry of kind 138."""
    return parse_signature(bytes.fromhex(given["bytes"]))


def withdrawal(given: dict[str, Any]) -> object:
    """The body of an entry of kind 139."""
    return parse_withdrawal(bytes.fromhex(given["bytes"]))


def standing(given: dict[str, Any]) -> object:
    """How statements stand. Entries are [party, generation, index, written at (ms), kind, body, held], held
    [[party, generation, size] ...]. What is given back is what the state in one spelling says of each (R-461)."""
    found = Statements(range(given["parties"]))
    for party, generation, index, at_ms, kind, body, held in given["entries"]:
        names = tuple(Held(one, bytes.fromhex(life), size, bytes(32)) for one, life, size in held)
        header = Header(index, at_ms, kind, 0, 0, NOTHING_HELD._replace(held=names) if names else After((), ()), (),
                        bytes(32))  # fmt: skip
        ref = Ref(party, bytes.fromhex(generation), index)
        if kind == JOINT:
            found.take_signature(ref, header, parse_signature(bytes.fromhex(body)))
        else:
            found.take_withdrawal(ref, header, parse_withdrawal(bytes.fromhex(body)))
    return {"rows": json.loads(json.dumps(list(found.rows())))}


def file(given: dict[str, Any]) -> object:
    """A published file, by its bytes: who signed, and who held each signature (R-546 to R-548)."""
    published = parse_published(bytes.fromhex(given["bytes"]))
    try:
        findings = judge_at_once(read_export([published.evidence]))
    except PeerFault as fault:
        raise refused("evidence", str(fault)) from fault
    proved = prove(published, findings)
    return {
        "id": proved.statement.id, "digest": published.digest, "line": published.line_id,
        "release_s": proved.statement.release_s, "published_s": published.published_s,
        "signed": [[one.ref.party, one.ref.generation, one.ref.index] for one in proved.signed],
        "held": [[each.witness for each in one.held] for one in proved.signed],
    }  # fmt: skip


DOORS: Final = {
    "joint-statement": statement,
    "joint-signature-body": signature,
    "joint-withdrawal-body": withdrawal,
    "joint-standing": standing,
    "joint-file": file,
}
