"""Doors of signed statements, judged under a line's roster: checkpoints, receipts, whole notes, exhibits."""

from __future__ import annotations

from typing import Any, Final

from openline.record.entry import LogId
from openline.record.exhibit import judge
from openline.record.members import read_members
from openline.record.roster import Claim, Roster, check_checkpoint, check_note, check_pq, check_receipt


def roster_of(given: dict[str, Any]) -> Roster:
    """The roster that a vector's papers make."""
    line = given["line"]
    papers = [[(number, bytes.fromhex(paper)) for number, paper in line[kind]] for kind in _PAPERS]
    return read_members(bytes.fromhex(line["charter"]), *papers).roster


def log_of(given: list[Any]) -> LogId:
    """A log as vectors name it: [party, generation]."""
    return LogId(given[0], bytes.fromhex(given[1]))


_PAPERS: Final = ("certificates", "revocations")


def members(given: dict[str, Any]) -> object:
    """A line's papers: who is on it, by which station certificates."""
    roster = roster_of(given)
    return {
        "line_id": roster.line_id,
        "parties": [
            {"party_id": party.party_id, "name": party.name,
             "stations": [[station.digest, station.revoked] for station in party.stations]}
            for party in roster.parties
        ],
    }  # fmt: skip


def claim(given: dict[str, Any]) -> object:
    """A checkpoint's signature as it comes in a commit: log, size and recomputed root under the log's own station."""
    size, root, signature = given["size"], bytes.fromhex(given["root"]), bytes.fromhex(given["signature"])
    checked = check_checkpoint(
        roster_of(given), bytes.fromhex(given["station"]), Claim(log_of(given["log"]), size, root, signature)
    )
    return {"station": checked.station.digest}


def receipt(given: dict[str, Any]) -> object:
    """A receipt: who gave it, by which of its stations."""
    checked = check_receipt(roster_of(given), *_statement(given))
    return {"station": checked.station.digest}


def pq_statement(given: dict[str, Any]) -> object:
    """A post-quantum statement, of a witness or of the author."""
    checked = check_pq(roster_of(given), *_statement(given))
    return {"station": checked.station.digest}


def _statement(given: dict[str, Any]) -> tuple[LogId, int, int, bytes, int, bytes]:
    root, signature = bytes.fromhex(given["root"]), bytes.fromhex(given["signature"])
    return log_of(given["log"]), given["witness"], given["size"], root, given["at_s"], signature


def whole_note(given: dict[str, Any]) -> object:
    """A whole signed note of a log of the line."""
    checked = check_note(roster_of(given), bytes.fromhex(given["bytes"]))
    return {"log": checked.log, "size": checked.checkpoint.size, "root": checked.checkpoint.root,
            "station": checked.station.digest}  # fmt: skip


def exhibit(given: dict[str, Any]) -> object:
    """An exhibit: which log it accuses from which size; `station` is the log's, where its opening is known."""
    station = given["station"]
    found = judge(bytes.fromhex(given["bytes"]), roster_of(given), None if station is None else bytes.fromhex(station))
    return {"log": found.log, "size": found.size}


DOORS: Final = {
    "members": members,
    "claim": claim,
    "receipt": receipt,
    "pq-statement": pq_statement,
    "whole-note": whole_note,
    "exhibit": exhibit,
}
