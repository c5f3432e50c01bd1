"""Entries of what is committed before it is shown, in a line, and openings whole: what their bodies say."""

from __future__ import annotations

import cbor2

from openline.accord.declarations.judging import day_text
from openline.accord.escrow import bodies as escrow
from openline.console.dtg import dtg
from openline.record.entry import OPENED
from openline.seal.spelling import decode


def words_of_sealed(body: escrow.Body) -> str:
    """What is committed before it is shown, in a line."""
    match body:
        case escrow.Exchange():
            times = f"commit by {dtg(body.commit_by_s * 1000)}, open by {dtg(body.open_by_s * 1000)}"
            return f"sealed exchange {body.id}{f': {body.title}' if body.title else ''}: {times}"
        case escrow.Committed():
            return f"committed to a list of at most {body.leaves} records in {body.of.full_name}"
        case escrow.Countersigned():
            return f"countersigned the commitments of {len(body.commitments)} parties in {body.of.full_name}"
        case escrow.Opened(opening=opening):
            last = opening.first + len(opening.records) - 1
            return f"opened records {opening.first} to {last} of {escrow.LEVELS[opening.level]} of {body.of.full_name}"
        case escrow.Escrow():
            leaves = ", ".join(f"{name} {count}" for name, (count, _) in zip(escrow.LEVELS, body.levels, strict=True))
            return f"escrow {body.id} as of {day_text(body.as_of)}: {leaves}"
        case escrow.Challenge():
            return f"challenge to one record of {escrow.LEVELS[body.level]} of the escrow {body.of.full_name}"
        case escrow.Answered():
            return f"answered the challenge {body.of.full_name}"
        case escrow.Revealed():
            return f"showed a part of the draw of {body.of.full_name}"


def whole_of_sealed(kind: int, body: bytes) -> str:
    """What an opening shows, record by record, for whoever is to let it go; empty of everything else."""
    one = escrow.parse(kind, body) if kind == OPENED else None
    if not isinstance(one, escrow.Opened):
        return ""
    numbered = enumerate(one.opening.records, one.opening.first)
    return "\n".join(f"{index}: {record_text(record)}" for index, record in numbered if record)


def record_text(record: bytes) -> str:
    """A record as text: lists hold text, levels of an escrow arrays; hexadecimal where it is neither."""
    try:
        cells = decode(record, 2)
    except (cbor2.CBORError, ValueError, TypeError, ArithmeticError, LookupError, RecursionError):
        cells = None
    if isinstance(cells, list):
        return ", ".join(map(str, cells))
    try:
        return record.decode("utf-8")
    except UnicodeDecodeError:
        return f"0x{record.hex()}"
