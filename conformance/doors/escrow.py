"""Doors of what is committed before it is shown: bodies, openings against locks, exchanges and challenges folded."""

from __future__ import annotations

from typing import Any, Final

from openline.accord.escrow import bodies, escrows, exchanging, sums, tree
from openline.accord.escrow.bodies import Opened
from openline.accord.escrow.sealed import Sealed
from openline.record.entry import After, Held, Ref


def body(given: dict[str, Any]) -> object:
    """The body of an entry of such a kind: what its header refers to."""
    one = bodies.parse(given["kind"], bytes.fromhex(given["bytes"]))
    return {"references": bodies.references_of(one)}


def opening(given: dict[str, Any]) -> object:
    """An opening against the lock of a level: the indexes that match, those that do not, and whether it counts."""
    one = bodies.parse(143, bytes.fromhex(given["bytes"]))
    assert isinstance(one, Opened)
    found = tree.check(one.of.party, bytes.fromhex(given["lock"]), given["leaves"], one.opening)
    return {"counts": not found.why, "records": sorted(found.records), "differ": list(found.differ)}


def lock(given: dict[str, Any]) -> object:
    """The lock over records with the salts of a seed."""
    records = [bytes.fromhex(one) for one in given["records"]]
    seed, level = bytes.fromhex(given["seed"]), given["level"]
    root = tree.tree_of(records, tree.salts_of(seed, level, len(records)))[-1][0]
    return {"root": root, "lock": tree.lock_of(given["party"], level, len(records), root)}


def _folded(given: dict[str, Any]) -> tuple[Sealed, list[Ref]]:
    sealed, names = Sealed(given["parties"]), []
    for party, index, kind, data, held in given["entries"]:
        ref = Ref(party, bytes(12), index)
        after = After(tuple(Held(one, bytes(12), size, bytes(32)) for one, size in held), ())
        sealed.take(ref, bodies.parse(kind, bytes.fromhex(data)), after)
        names.append(ref)
    return sealed, names


def exchanged(given: dict[str, Any]) -> object:
    """How the exchange that the first entry proposes stands. Entries: party, index, kind, body, what was held."""
    sealed, names = _folded(given)
    found = exchanging.seen(sealed, names[0])
    assert found is not None
    return {
        "locked": found.locked is not None,
        "complete": [side.party for side in found.sides if side.complete],
        "records": [sorted(side.records) for side in found.sides],
        "marked": sorted({(mark.ref.party, mark.ref.index) for side in found.sides for mark in side.marks}),
        "owed": [[step.party, step.what, bool(step.done)] for step in exchanging.steps(found)],
    }


def escrowed(given: dict[str, Any]) -> object:
    """How the escrow that is the first entry stands: what is open, what is contradicted, what was drawn."""
    sealed, names = _folded(given)
    found = escrows.kept(sealed, names[0])
    assert found is not None
    judged = sums.judge(sums.sheet_of(found))
    return {
        "whole": found.whole,
        "open": [sorted(level.records) for level in found.levels],
        "verdicts": [[str(one.verdict), one.place] for one in judged],
        "drawn": [asked.index for asked in found.challenges],
        "opened": [asked.opened is not None for asked in found.challenges],
        "marked": sorted({(mark.ref.party, mark.ref.index) for asked in found.challenges for mark in asked.marks}),
        "owed": [[step.party, step.what, bool(step.done)] for step in escrows.steps(found)],
    }


DOORS: Final = {
    "escrow-body": body,
    "escrow-opening": opening,
    "escrow-lock": lock,
    "exchange-folded": exchanged,
    "escrow-folded": escrowed,
}
