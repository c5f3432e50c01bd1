"""Amendments: the machine's side of the fold in `record.standing`. R-140 to R-159.

Statements are collected as entries are admitted, judged at once, and what comes into force changes the roster in the
same step: a renewed certificate and the first log under it may come in one burst. The statements themselves are in
the record; a snapshot of the outcome is stored with them and derived again at every start.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from openline import limits
from openline.errors import LocalFault, PeerFault
from openline.line.events import Amended, Draft
from openline.line.ports import EntryRow, LogId, PutState, Store
from openline.line.state import Ledger
from openline.line.work import Work
from openline.record.entry import CERTIFICATE, Ref, entry_name, parse_header
from openline.record.members import station_keys
from openline.record.opening import parse_opening
from openline.record.roster import Party, Roster, StationKeys
from openline.record.standing import Checks, Record, Standing, Wait, stand
from openline.record.statement import AMENDING, Statement, gathered, read_statement, that_count
from openline.seal.certificate import certificate_digest, parse_certificate
from openline.seal.charter import Charter

SNAPSHOT = "amendments"
SNAPSHOT_VERSION = 1
FIND_PAGE = 512


# ------------------------------------------------------------------ collecting
def collect(work: Work, log: LogId, rows: Sequence[EntryRow]) -> None:
    """Take statements out of entries just admitted or written, and judge the line anew if there are any."""
    if work.ledger is None:
        return
    found: dict[Ref, Statement] = {}
    for row in rows:
        header = parse_header(row.header)
        if header.kind in AMENDING:
            try:
                statement = read_statement(log, header, row.body)
                found[statement.at.ref] = statement
            except PeerFault as fault:
                work.notice("amendment-void", f"{entry_name(log, header.index)} changes nothing: {fault.reason}")
    if found:
        work.ledger = replace(work.ledger, statements=that_count({**work.ledger.statements, **found}))
        judge(work)


def opened(work: Work, log: LogId, opening: bytes) -> None:
    """A log begins, and names the life before it."""
    before = _life_before(opening)
    if work.ledger is not None and before is not None:
        work.ledger = replace(work.ledger, before={**work.ledger.before, log: before})
        # Shown late, it joins the lives after it to those before it: who knew of what is told only now. R-142
        if any(one == log.generation for later, (one, _) in work.ledger.before.items() if later.party == log.party):
            work.unjudged = True


def catch_up(work: Work) -> None:
    """Judge once, at the end of a step, for all lives that were shown late in it: a peer may show a thousand."""
    if work.unjudged:
        judge(work)


def _life_before(opening: bytes) -> tuple[bytes, int] | None:
    with suppress(PeerFault):  # a log that was held before openings were looked at
        said = parse_opening(opening)
        return said.previous[:2] if said.previous is not None else None
    return None


def due(work: Work) -> None:
    """Judge again what waited for entries or receipts; forget parties that have left."""
    for party in [party for party in work.peers if is_gone(work.roster, party)]:
        del work.peers[party]
    waits = work.ledger.standing.waits if work.ledger is not None else ()
    if waits and any(_is_here(work, one) for one in waits):
        judge(work)


def _is_here(work: Work, wait: Wait) -> bool:
    log, size, receipted = wait
    held = work.logs.get(log)
    return held is not None and any(one.size >= size for one in (held.receipts.values() if receipted else (held,)))


def is_gone(roster: Roster, party: int) -> bool:
    """True for a party that has left the line."""
    return party < len(roster.parties) and roster.parties[party].left


def judge(work: Work) -> None:
    """The line as the record has it now; what changed goes into this turn's transaction."""
    ledger = work.ledger
    assert ledger is not None
    work.unjudged = False
    standing = stand(ledger.charter, record_of(ledger, work), ledger.checks)
    snapshot = standing.encode()
    if snapshot != ledger.snapshot:
        work.writes.append(PutState(SNAPSHOT, SNAPSHOT_VERSION, snapshot))
    if standing._replace(waits=ledger.standing.waits) != ledger.standing:
        work.told.append(Amended(tuple(_news(ledger.standing, standing))))
    work.roster = rostered(ledger.papers, standing)  # whatever was known of a party's stations stays known
    work.ledger = replace(ledger, standing=standing, snapshot=snapshot, papers=work.roster)
    for party in range(len(work.roster.parties)):
        if party != work.me and not work.roster.parties[party].left:
            work.put_peer(work.peer(party))
    _dispute_revoked(work, standing)


def _news(before: Standing, after: Standing) -> Iterator[str]:
    states = {one.ref: one.state for one in before.amendments}
    for one in after.amendments:
        if states.get(one.ref) != one.state:
            yield f"amendment {one.ref.full_name}: {one.state}"
    for party, certificate in after.certificates:
        if (party, certificate) not in before.certificates:
            yield f"party {party} has certified another station, {certificate.digest.hex()[:16]}"
    for party, revocation in after.revocations:
        if (party, revocation) not in before.revocations:
            yield f"party {party} has revoked its station {revocation.certificate.hex()[:16]}"


def record_of(ledger: Ledger, work: Work) -> Record:
    """What the fold looks at, from the machine's state."""
    return Record(
        ledger.statements,
        {log: held.size for log, held in work.logs.items()},
        {log: held.station for log, held in work.logs.items()},
        {log: max((one.size for one in held.receipts.values()), default=0) for log, held in work.logs.items()},
        before=ledger.before,
    )


def _dispute_revoked(work: Work, standing: Standing) -> None:
    """Logs of a station that is revoked now are disputed past what was agreed and what anybody has receipted. R-152."""
    for party, _ in standing.revocations:
        for log, held in list(work.logs.items()):
            if log.party == party != work.me and held.disputed_from is None:
                last = undisputed(work, log, held.station)
                unsigned = work.receipts.get(log)  # ours, which this very turn makes
                if last is not None and held.size > max(last, unsigned.size if unsigned else 0):
                    work.put_log(held._replace(disputed_from=last))


def undisputed(work: Work, log: LogId, station: bytes) -> int | None:
    """Of a revoked station's log, how many entries stand: agreed by the revocation, or receipted. None: not revoked.

    What comes beyond is held and shown, and not receipted: the key may be a thief's. R-152.
    """
    if work.ledger is None or not is_revoked(work.roster, log.party, station):
        return None
    sizes = [0]
    for party, revocation in work.ledger.standing.revocations:
        if party == log.party and revocation.certificate.startswith(station):
            sizes += [one.size for one in revocation.agreed if one.generation == log.generation]
    held = work.logs.get(log)
    return max([*sizes, *(one.size for one in held.receipts.values())] if held is not None else sizes)


def is_revoked(roster: Roster, party: int, station: bytes) -> bool:
    """True if that party has revoked that station; named by its certificate's digest, or the first 8 bytes."""
    if party >= len(roster.parties):
        return False
    return any(one.revoked and one.digest.startswith(station) for one in roster.parties[party].stations)


# ------------------------------------------------------------------ the roster
def rostered(papers: Roster, standing: Standing) -> Roster:
    """Who is on the line by which keys: the papers we started with, and the record."""
    joined = {one.place: one.certificate for one in standing.joined}
    revoked = {(party, one.certificate) for party, one in standing.revocations}
    parties = []
    for number, member in enumerate(standing.terms.parties):
        party_id = member.root.party_id
        known = papers.parties[number] if number < len(papers.parties) else None
        stations = {one.digest: one for one in known.stations} if known and known.party_id == party_id else {}
        for one in (joined.get(number), *(one for party, one in standing.certificates if party == number)):
            if one is not None and len(stations) < limits.CERTIFICATES_A_PARTY_MAX:
                stations.setdefault(one.digest, station_keys(one, False))
        held = _ordered(stations.values(), {digest for party, digest in revoked if party == number})
        parties.append(Party(party_id, member.name, held, number in standing.left))
    later = papers.parties[len(parties) :]  # named by the papers; the record will show how they joined
    return papers._replace(parties=(*parties, *later))


def _ordered(stations: Iterable[StationKeys], revoked: set[bytes]) -> tuple[StationKeys, ...]:
    marked = [one._replace(revoked=one.revoked or one.digest in revoked) for one in stations]
    return tuple(sorted(marked, key=lambda one: (one.not_before_ms, one.digest)))


def take_offered(work: Work, party: int, data: bytes) -> None:
    """A station certificate that its party shows before its entry has come: checked under the party's root. R-151."""
    work.wasted += 4
    ledger = work.ledger
    if ledger is None or party >= len(ledger.standing.terms.parties):
        return
    member, nonce = ledger.standing.terms.parties[party], ledger.standing.terms.nonces[party]
    try:
        if any(one.digest == certificate_digest(data) for one in work.roster.parties[party].stations):
            return
        certificate = parse_certificate(data, member.root, f"certificate shown by party {party}")
    except PeerFault as fault:
        work.notice("certificate-refused", fault.reason)
        return
    parties = list(work.roster.parties)
    if certificate.line_nonce != nonce or len(parties[party].stations) >= limits.CERTIFICATES_A_PARTY_MAX // 2:
        work.notice("certificate-refused", f"certificate shown by party {party}: is for another line, or one too many")
        return
    held = (*parties[party].stations, station_keys(certificate, False))
    parties[party] = parties[party]._replace(stations=_ordered(held, set()))
    offered = {**ledger.offered, certificate.digest: data}
    work.ledger = replace(ledger, papers=work.roster._replace(parties=tuple(parties)), offered=offered)
    judge(work)


def keep_offered(work: Work) -> None:
    """What was only shown, and is needed because a log under it is held, goes on the record: our export needs it."""
    ledger = work.ledger
    if ledger is None or not ledger.offered or work.own is None:
        return
    recorded = {one.digest for _, one in ledger.standing.certificates}
    needed = {held.station for held in work.logs.values()} & ledger.offered.keys()
    work.drafts += [Draft(CERTIFICATE, 0, 0, (), ledger.offered[one]) for one in sorted(needed - recorded)]
    left = {one: data for one, data in ledger.offered.items() if one not in needed}
    work.ledger = replace(ledger, offered=left)


# ------------------------------------------------------------------ starting
def open_ledger(store: Store, charter: Charter, papers: Roster) -> Ledger:
    """Every statement of the record, judged. Raises StoreDown."""
    found = (each for kind in sorted(AMENDING) for each in _found(store, kind))
    statements = gathered((log, parse_header(row.header), row.body) for log, row in found)
    rows = store.logs()
    record = Record(
        statements,
        {row.log: row.size for row in rows},
        {row.log: row.station for row in rows},
        {row.log: max((one.size for one in store.newest_receipts(row.log)), default=0) for row in rows},
        before=_lives_before(store, [row.log for row in rows if row.size]),
    )
    checks = Checks()
    standing = stand(charter, record, checks)
    kept = store.state(SNAPSHOT)
    snapshot = kept[1] if kept is not None and kept[0] == SNAPSHOT_VERSION else b""
    return Ledger(charter, papers, statements, standing, checks, snapshot, before=record.before)


def _lives_before(store: Store, logs: Sequence[LogId]) -> dict[LogId, tuple[bytes, int]]:
    named = {log: _life_before(store.entries(log, 0, 1, 1)[0].body) for log in logs}
    return {log: before for log, before in named.items() if before is not None}


def derive_snapshot(store: Store, charter: Charter, papers: Roster) -> tuple[int, bytes]:
    """The snapshot, derived again: for fsck. What still waits for entries or receipts is taken as stored. (R-156)"""
    ledger = open_ledger(store, charter, papers)
    return SNAPSHOT_VERSION, ledger.standing.encode() if ledger.standing.settled else ledger.snapshot


def _found(store: Store, kind: int) -> Iterator[tuple[LogId, EntryRow]]:
    position = 0
    while page := store.find(kind, position, FIND_PAGE):
        for found in page:
            rows = store.entries(found.log, found.index, 1, 1)
            if not rows:
                raise LocalFault(f"{entry_name(found.log, found.index)} is listed and not there; run fsck")
            yield found.log, rows[0]
            position = found.position
