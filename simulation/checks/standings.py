"""How the line stands: every station that holds the same statements says the same of them, at every moment.

Nothing comes into force without everybody's signed yes, nor is refused or withdrawn without a signed no. Nothing is
recorded on a line that is closed. New keys are used when everybody has receipted their certificate; what a revoked key
signs beyond what was agreed is not receipted. R-140 to R-159.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import cbor2

from openline.line.ports import LogId
from openline.record.standing import IN_FORCE, OPEN, REFUSED, WAITING, WITHDRAWN, Amendment, Standing
from openline.seal.amendment import Close
from simulation.checks import own
from simulation.checks.ledger import ALL
from simulation.checks.words import demand

if TYPE_CHECKING:
    from simulation.station import Station
    from simulation.world import World

PROPOSED, ANSWERED, CERTIFICATE, REVOCATION, RECOVERY = 3, 4, 5, 6, 7
STALE_MS = 5_000
Place = tuple[int, bytes, int]
Path = tuple[LogId, LogId, int]  # from a log to one of its party's earlier lives, and up to where that one was known


class Stated(NamedTuple):
    """One entry that may change the line."""

    place: Place
    kind: int
    about: Place | None
    body: dict[int, Any]
    raw: bytes
    held: tuple[tuple[LogId, int], ...]  # the logs of others that its author held, and up to where


class Standings:
    """Judges how stations say that the line stands."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._said: dict[tuple[frozenset[Place], frozenset[Path], bool], tuple[int, object]] = {}
        self._stale: dict[int, int] = {}  # by party: since when what its standing waited for has been here
        self._revoked: dict[tuple[int, bytes], tuple[int, dict[bytes, int]]] = {}  # here, station: since when; agreed

    # ------------------------------------------------------------------ told by the world
    def looked(self, station: Station) -> None:
        """A station has judged the line anew, or stands at its end."""
        assert station.turns is not None
        ledger = station.turns.state.ledger
        assert ledger is not None
        standing = ledger.standing
        for stated in _statements(station):
            if stated.kind == REVOCATION:
                self._take_revocation(station, stated)
        if self._is_stale(station, standing):
            return  # what came later in the same turn is judged with the next
        counting = self._counting(station)
        self._same(station, standing, counting)
        for one in standing.amendments:
            self._consented(station, one, counting)
        demand(
            standing.closed == any(_closes(one) for one in standing.amendments),
            "standing",
            f"party {station.party}: closed is {standing.closed}, and no closing in force says so",
        )

    def asked(self, station: Station) -> None:
        """A message is about to be recorded here."""
        assert station.turns is not None and station.turns.state.ledger is not None
        closed = station.turns.state.ledger.standing.closed
        demand(not closed, "closed", f"party {station.party} records a message on a closed line")

    def ticked(self, station: Station) -> None:
        """Time passed: what could not be judged a moment ago can be now."""
        if station.party in self._stale:
            self.looked(station)

    def _is_stale(self, station: Station, standing: Standing) -> bool:
        assert station.turns is not None
        logs = station.turns.state.logs

        def here(log: LogId, receipted: bool) -> int:
            held = logs.get(log)
            if held is None or not receipted:
                return held.size if held is not None else 0
            return max((one.size for one in held.receipts.values()), default=0)

        if not any(here(log, receipted) >= size for log, size, receipted in standing.waits):
            self._stale.pop(station.party, None)
            return False
        since_ms = self._stale.setdefault(station.party, self._world.now_ms)
        waited_ms = self._world.now_ms - since_ms
        name = f"party {station.party} has for {waited_ms} ms what its standing waits for"
        demand(waited_ms <= STALE_MS or self._world.plan.kind == "couriers", "same instant", name)
        return True

    def _counting(self, station: Station) -> list[Stated]:
        """Statements of which everything they were written after is on this disk, and that no revocation disowns."""
        rows = {row.log: row for row in station.store.logs()}
        counting = []
        for one in _statements(station):
            if one.kind in (CERTIFICATE, REVOCATION):
                counting.append(one)  # it carries its own proof
                continue
            log, index = LogId(*one.place[:2]), one.place[2]
            known = self._revoked.get((station.party, rows[log].station))
            if known is not None:
                receipted = max((row.size for row in station.store.receipts(log)), default=0)
                if index >= max(known[1].get(log.generation, 0), receipted):
                    continue
            if all(log in rows and rows[log].size >= size for log, size in one.held):
                counting.append(one)
        return counting

    def _same(self, station: Station, standing: Standing, counting: Sequence[Stated]) -> None:
        """The same statements, and the same lives between them, the same standing, in whatever order they came."""
        if any(one.kind == REVOCATION for one in counting):
            return  # then it hangs on receipts too: see the end
        judged = [one for one in standing.amendments if one.state != WAITING]
        states = sorted((tuple(one.ref), one.state, one.accepted, one.lacking) for one in judged)
        said = (standing.encode(), own.leaf_of(standing.terms.encode()).hex()[:8], states)
        key = frozenset(one.place for one in counting), _paths(station, counting), not standing.waits
        before = self._said.setdefault(key, (station.party, said))
        name = f"parties {before[0]} and {station.party} hold the same statements: {before[1]} and {said}"
        demand(before[1] == said, "same instant", name)

    def _consented(self, station: Station, one: Amendment, counting: Sequence[Stated]) -> None:
        place = tuple(one.ref)
        self._world.count("amendment", one.state)
        said: dict[int, set[int]] = {}
        for stated in counting:
            if stated.kind == ANSWERED and stated.about == place:
                said.setdefault(stated.place[0], set()).add(stated.body[0])
        yes = {party for party, words in said.items() if 1 in words} | {one.ref.party}
        no = {party for party, words in said.items() if 0 in words}
        everybody = set(range(self._world.plan.parties))
        name = f"party {station.party} says that the proposal of party {one.ref.party} is {one.state}"
        facts = f"{name}; yes by {sorted(yes)}, no by {sorted(no)}: {one[2:]}"
        if one.state == IN_FORCE:
            demand(yes == everybody, "consent", facts)
        elif one.state == REFUSED:
            demand(bool(no - {one.ref.party}), "consent", facts)
        elif one.state == WITHDRAWN:
            demand(one.ref.party in no, "consent", facts)
        elif one.state == OPEN:
            demand(bool(everybody - yes) and set(one.lacking) == everybody - yes, "consent", facts)

    # ------------------------------------------------------------------ keys
    def _take_revocation(self, station: Station, stated: Stated) -> None:
        body = cbor2.loads(cbor2.loads(stated.raw)[1])
        agreed = {generation: size for generation, size, _ in body[3]}
        self._revoked.setdefault((station.party, body[1]), (self._world.now_ms, agreed))

    def receipted(self, station: Station, log: LogId, size: int) -> None:
        """A new receipt leaves this station."""
        row = next((row for row in station.store.logs() if row.log == log), None)
        known = self._revoked.get((station.party, row.station)) if row is not None else None
        if row is None or known is None or known[0] == self._world.now_ms:
            return
        stands = max([known[1].get(log.generation, 0), *_others(station, log, size)])
        name = f"party {station.party} receipts {size} entries of a revoked key of party {log.party}"
        demand(size <= stands, "revoked", f"{name}; {stands} of them stand")

    def renewed(self, station: Station) -> None:
        """New keys are in place, and nothing has been signed with them: does everybody hold their certificate?"""
        assert station.turns is not None
        kept = station.kept
        mine = [one for one in _statements(station) if one.kind == CERTIFICATE and one.raw == kept.certificate.signed]
        for party in range(self._world.plan.parties):
            logs = station.turns.state.logs  # with receipts that are told and not stored yet
            places = [(LogId(*one.place[:2]), one.place[2]) for one in mine if one.place[0] == station.party]
            held = any(
                (receipt := logs[log].receipts.get(party)) is not None and receipt.size > index
                for log, index in places
                if log in logs
            )
            before = {keys.digest for keys in own.keys_of(station.roster, station.party) if keys.revoked}
            name = f"party {station.party} uses new keys; party {party} has not receipted their certificate"
            demand(held or party == station.party or bool(before), "renewed too early", name)

    # ------------------------------------------------------------------ the end
    def end(self, stations: Sequence[Station]) -> None:
        """All honest stations, at last, say the same; where somebody lies, as far as they hold the same."""
        said = {}
        for station in stations:
            self.looked(station)
            assert station.turns is not None and station.turns.state.ledger is not None
            standing = station.turns.state.ledger.standing
            said[station.party] = standing.encode(), standing.terms.encode()
            self._world.count("keys", "revoked", len(standing.revocations))
            self._world.count("recovery", "entry", len(station.store.find(RECOVERY, 0, ALL)))
            snapshot = station.store.state("amendments")
            kept = snapshot is not None and snapshot[1] == standing.encode()
            demand(kept, "standing", f"party {station.party} has another standing on its disk")
        alike = len(set(said.values())) == 1 or self._world.plan.liar is not None  # who lies speaks when it likes
        demand(alike, "same instant", f"at the end the line stands otherwise for {sorted(said)}")


def _closes(one: Amendment) -> bool:
    return one.state == IN_FORCE and isinstance(one.proposal.change, Close)


def _others(station: Station, log: LogId, size: int) -> list[int]:
    """Receipts for that log on this disk, but for the one that is just leaving."""
    return [one.size for one in station.store.receipts(log) if not (one.witness == station.party and one.size == size)]


def _statements(station: Station) -> list[Stated]:
    found = []
    for kind in (PROPOSED, ANSWERED, CERTIFICATE, REVOCATION):
        for row in station.store.find(kind, 0, ALL):
            entry = station.store.entries(row.log, row.index, 1, ALL)[0]
            header = cbor2.loads(entry.header)
            about = tuple(header[7][0]) if header[7] else None
            body = cbor2.loads(entry.body) if kind == ANSWERED else {}
            held = tuple((LogId(party, generation), size) for party, generation, size, _ in header[5])
            place = row.log.party, row.log.generation, row.index
            found.append(Stated(place, kind, about, body, entry.body, held))
    return found


def _paths(station: Station, counting: Sequence[Stated]) -> frozenset[Path]:
    """Which log with a statement the openings on this disk lead back to, from which that a statement names. (R-142)

    A life may be on one disk and not yet on another: then who knew of what is not told there yet (seed 1860).
    """
    stops = {LogId(*one.place[:2]) for one in counting}
    found = set()
    for start in stops.union(log for one in counting for log, _ in one.held):
        log = start
        while opening := station.store.entries(log, 0, 1, ALL):
            previous = cbor2.loads(opening[0].body)[1]
            if previous is None or previous[0] >= log.generation:
                break
            log = LogId(log.party, previous[0])
            if log in stops:
                found.add((start, log, previous[1]))
    return frozenset(found)
