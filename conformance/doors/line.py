"""The door of the line: payloads of one sender that carry a log, and what a station then holds and would receipt."""

from __future__ import annotations

from typing import Any, Final

from conformance.doors.statements import log_of, roster_of
from openline.errors import Forged, Malformed, Unchecked
from openline.line.custody import step
from openline.line.events import Arrived, Intent, Send
from openline.line.ports import LogId, PutAhead, PutEntries, PutNote
from openline.line.state import LineState, LogState, Standing
from openline.line.turn import Heard, revive
from openline.line.window import window_of
from openline.record import merkle
from openline.record.ahead import parse_held_ahead
from openline.record.entry import parse_header
from openline.record.roster import Roster
from openline.record.standing import Record, stand
from openline.record.statement import read_statement
from openline.seal.charter import parse_charter
from openline.store.memory import MemoryStore
from openline.wire.codec import check_dictionary
from openline.wire.items import Differs, DiffersReason

NONCE: Final = bytes(8)


def custody(given: dict[str, Any]) -> object:
    """Take payloads from `sender`, whose life has `start`. `logs` are held, `known` are roots that a name may mean,
    `dictionaries` those agreed on the line."""
    roster = roster_of(given)
    heard, state = Heard(roster.opened_at_ms), _state(given, roster)
    held: list[object] = []
    ahead: list[object] = []
    receipts: list[object] = []
    differs: list[Differs] = []
    for one in given["payloads"]:
        event = Arrived(given["sender"], "", bytes.fromhex(given["start"]), heard.items(bytes.fromhex(one)))
        state, intent = step(state, (event,), given["now_ms"], NONCE)
        held += _admitted(intent)
        ahead += _ahead(intent)
        receipts += [[log, size, root] for log, size, root in intent.receipts]
        differs += _differences(intent.sends)
    if not held and not ahead:
        _refuse(differs)
    return {"held": held, "receipts": receipts, **({"ahead": ahead} if ahead else {})}


def _state(given: dict[str, Any], roster: Roster) -> LineState:
    state = revive(MemoryStore(), roster, given["me"])
    logs: dict[LogId, LogState] = {}
    roots: dict[LogId, dict[int, bytes]] = {}
    for one in given["logs"]:
        log, leaves = log_of(one["log"]), [bytes.fromhex(leaf) for leaf in one["leaves"]]
        peaks, _ = merkle.extend(0, (), leaves)
        signed = Standing(len(leaves), merkle.root(peaks), bytes(64))
        logs[log] = LogState(log, bytes.fromhex(one["secret"]), bytes.fromhex(one["station"]), signed, peaks)
    for named, size, root in given["known"]:
        roots.setdefault(log_of(named), {})[size] = bytes.fromhex(root)
    own = max((log for log in logs if log.party == given["me"]), default=None)
    newest = {log.party: log for log in sorted(logs)}
    windows = {log: window_of(sorted(found.items())) for log, found in roots.items()}
    agreed = [bytes.fromhex(one) for one in given.get("dictionaries", [])]
    dictionaries = {check_dictionary(one): one for one in agreed}
    return state._replace(logs=logs, roots=windows, own=own, newest=newest, dictionaries=dictionaries)


def _admitted(intent: Intent) -> list[object]:
    notes = {write.log: write for write in intent.writes if isinstance(write, PutNote)}
    return [
        {"log": write.log, "first": write.first, "headers": [row.header for row in write.rows],
         "bodies": [row.body for row in write.rows], "size": notes[write.log].size, "root": notes[write.log].root}
        for write in intent.writes
        if isinstance(write, PutEntries) and write.log in notes  # what we say ourselves is signed after this step
    ]  # fmt: skip


def _ahead(intent: Intent) -> list[object]:
    """Entries held ahead of their logs, each only where our own log says so in the same turn."""
    said = [parse_held_ahead(row.body) for row in intent.fresh.rows] if intent.fresh is not None else []
    return [
        {"entry": one.of, "leaf": one.leaf, "size": one.size, "root": one.root}
        for one in said
        if any(isinstance(write, PutAhead) and write.row.leaf == one.leaf for write in intent.writes)
    ]


def _differences(sends: tuple[Send, ...]) -> list[Differs]:
    return [item for send in sends for item in send.items if isinstance(item, Differs)]


def _refuse(differs: list[Differs]) -> None:
    """Nothing was held: say which way."""
    for one in differs:
        if one.reason == DiffersReason.SIGNATURE:
            raise Forged(f"differs {one.reason}: the signature does not cover what came")
        if one.reason == DiffersReason.BAD_ENTRY:
            raise Malformed(f"differs {one.reason}: an entry that may not be")
        raise Unchecked(f"differs {one.reason}: names what is not held here")
    raise Unchecked("nothing of it is covered by a signature yet")



def standing(given: dict[str, Any]) -> object:
    """How the line stands after the entries that would change it; `held` are the sizes of all logs."""
    charter = parse_charter(bytes.fromhex(given["charter"]))
    statements = {}
    for one in given["entries"]:
        header = parse_header(bytes.fromhex(one["header"]))
        said = read_statement(log_of(one["log"]), header, bytes.fromhex(one["body"]))
        statements[said.at.ref] = said
    held = {log_of(log): size for log, size in given["held"]}
    stations = {log_of(log): bytes.fromhex(station) for log, station in given["stations"]}
    covered = {log_of(log): size for log, size in given["receipted"]}
    stands = stand(charter, Record(statements, held, stations, covered))
    return {
        "amendments": [[one.ref, one.state, list(one.accepted)] for one in stands.amendments],
        "parties": [[number, stands.terms.parties[number].name] for number in stands.current()],
        "closed": stands.closed,
        "due_ms": stands.terms.due_ms,
        "certificates": [[number, one.digest] for number, one in stands.certificates],
        "revocations": [[number, one.digest] for number, one in stands.revocations],
    }


DOORS: Final = {"custody": custody, "standing": standing}
