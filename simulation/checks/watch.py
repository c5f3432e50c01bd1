"""Where the world tells the judges what happens, and where it asks whether the line has settled.

Only honest stations are judged. What a liar's station says, holds or loses is its own affair.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from openline import limits
from openline.line.events import Amended, Appended, Arrived, CameAhead, Disputed, Draft, Held, Told
from openline.line.ports import LogId
from openline.line.state import LogState
from openline.line.window import Window
from openline.wire.items import BlobAsk, Grant, Hail, Item, Opening, Receipt, RosterEntry, ShortHail
from simulation import texts
from simulation.checks import own
from simulation.checks.accords import Accords
from simulation.checks.aheads import Aheads
from simulation.checks.contact import Contacts, pace_ms
from simulation.checks.failover import Failover
from simulation.checks.leaving import Leaving
from simulation.checks.ledger import Ledger
from simulation.checks.passing import Passing
from simulation.checks.proofs import Proofs
from simulation.checks.records import Records
from simulation.checks.standings import Standings
from simulation.checks.verdict import Told as ToldLie
from simulation.checks.verdict import read_by_a_stranger
from simulation.checks.words import Violation, demand

if TYPE_CHECKING:
    from simulation.station import Station
    from simulation.world import World

ALIVE_MS = 15_000
# What others can make a station remember, by peer; said here once more, so that a bound taken away is missed.
OPENINGS_MAX, LACKS_MAX, ASKS_MAX, PENDING_MAX, ROOTS_MAX = 256, 1_024, 65, 20_000, 2_048
AHEAD_MAX = 32


class Watch:
    """All judges of one seed."""

    def __init__(self, world: World) -> None:
        self._world = world
        signatures = own.Signatures()
        self.ledger = Ledger()
        self.proofs = Proofs(signatures, world.plan.liar)
        self.records = Records(signatures, world.plan.liar)
        self.aheads = Aheads()
        self.contact = Contacts(world)
        self.standings = Standings(world)
        self.failover = Failover(world)
        self.passing = Passing()
        self.accords = Accords(world.count)
        self._tests_from_ms = 0
        self.leave = Leaving(signatures, self.standings)
        self.told_lies: list[ToldLie] = []
        self._old_copy: set[int] = set()
        self._loud: list[str] | None = None
        self._frames = 0
        relayed = (Receipt,) if world.plan.parties > 2 else ()  # bystanders are reminded with each hail
        self._quiet_items = (Hail, ShortHail, Grant, RosterEntry, BlobAsk, *relayed)

    @property
    def honest(self) -> list[Station]:
        """The stations that are judged."""
        return [station for station in self._world.stations if station.honest]

    # ------------------------------------------------------------------ told by the world
    def asked(self, station: Station, drafts: Sequence[Draft]) -> None:
        """An officer asked."""
        if station.honest:
            self.ledger.asked(station.party, drafts)
            self.standings.asked(station)

    def recorded(self, station: Station, drafts: Sequence[Draft], told: Appended) -> None:
        """A station answered: recorded."""
        if station.honest:
            self.ledger.answered(station, drafts, told)

    def restored(self, station: Station) -> None:
        """An old copy stands in place of what the disk had."""
        self._old_copy.add(station.party)
        self.records.restores += 1
        self.ledger.old_copy(station.party)
        self.proofs.old_copy(station.party)
        self.contact.old_copy(station.party)

    def booted(self, station: Station, *, goes_on: bool) -> None:
        """A station has opened its store, and has said nothing yet. `goes_on`: in the same process as before."""
        self.failover.booted(station)
        if station.honest:
            self.ledger.booted(station)
            self.proofs.booted(station.party)
            if not goes_on:
                self.contact.booted(station)
            self.leave.booted(station, station.party in self._old_copy)
        self._old_copy.discard(station.party)

    def told(self, station: Station, told: Told) -> None:
        """A station tells its officers."""
        if not station.honest:
            return
        if isinstance(told, Appended):
            self.contact.told(station, told)
            self.failover.told(told)
        elif isinstance(told, Amended):
            self.standings.looked(station)
        elif isinstance(told, Held):
            self.ledger.held(station, told)
            self.proofs.grown(station, told.log)
        elif isinstance(told, CameAhead):
            self.aheads.came(station, told, self.honest)
        elif isinstance(told, Disputed):
            self.proofs.accused(station, told.log)

    def leaving(self, station: Station, items: Sequence[Item]) -> None:
        """Items are about to be sealed."""
        if station.honest:
            self.leave.items(station, items)
            if self._loud is not None:
                self._loud += [type(item).__name__ for item in items if not isinstance(item, self._quiet_items)]

    def sealed(self, station: Station, peer: int, body: bytes) -> None:
        """A frame was sealed."""
        self.contact.sealed(station, peer, body)
        self.leave.sealed(body)

    def came(self, station: Station, event: Arrived) -> None:
        """A station has taken items out of a frame."""
        if station.honest:
            self.proofs.came(station, event.items)
            self.contact.came(station, event)
            if any(isinstance(item, Opening) for item in event.items):
                self._openings_bounded(station)

    def ticked(self, station: Station) -> None:
        """A station's time passed; what it shows of contact is what is so."""
        if station.honest:
            self.contact.ticked(station)
            self.standings.ticked(station)
            self.failover.ticked(self.honest)

    def renewed(self, station: Station) -> None:
        """A station has put new keys in place."""
        if station.honest:
            self.standings.renewed(station)

    def calm(self) -> None:
        """The weather is over."""
        self.accords.begun(self.honest)

    # ------------------------------------------------------------------ asked by the world
    def settled(self) -> bool:
        """Is everything everywhere, and receipted?"""
        return not self.unsettled()

    def unsettled(self) -> str:
        """What is not settled yet, in words; empty when all is."""
        stations = self.honest
        if self._world.walking:
            return "a courier is on the way"
        for station in stations:
            if not station.on or station.waiting:
                return f"party {station.party} is not up, or has submissions that wait"
            self._bounded(station)
            if station.kept.next is not None and self._world.plan.liar is None:  # who withholds receipts holds them up
                return f"party {station.party} has new keys that wait"
            waiting = [peer for peer in station.ring.peers() if station.ring.recovery_to_repeat(peer)]
            if any(self._is_reached(station.party, peer) for peer in waiting):
                return f"party {station.party} has a recovery grant that nobody has answered"
        return (
            self._unequal(stations)
            or self._unreceipted(stations)
            or self._untold(stations)
            or self._unfetched(stations)
            or (self.proofs.missing(stations))
        )

    def _is_reached(self, one: int, other: int) -> bool:
        pair = {one, other}
        return any({link.low, link.high} == pair and not link.severed for link in self._world.plan.links)

    def _unequal(self, stations: Sequence[Station]) -> str:
        known: dict[LogId, tuple[int, int, bytes]] = {}
        logs = {log for one in stations for log in _logs(one)} - self.proofs.forked
        for log in sorted(logs):
            for one in stations:
                state = _logs(one).get(log)
                mine = (one.party, state.size, state.noted.root) if state else (one.party, 0, b"")
                first = known.setdefault(log, mine)
                if first[1:] != mine[1:]:
                    name = f"log {log.party}/{log.generation.hex()[-8:]}"
                    return f"{name}: party {first[0]} holds {first[1]}, party {one.party} holds {mine[1]}"
        return ""

    def _unreceipted(self, stations: Sequence[Station]) -> str:
        for one in stations:
            for log, state in sorted(_logs(one).items()):
                if log.party != one.party:
                    continue
                if any(keys.revoked for keys in own.keys_of(one.roster, log.party, state.station)):
                    continue  # what came after the revocation is held and not receipted
                for other in stations:
                    receipt = state.receipts.get(other.party)
                    if other is not one and (receipt is None or receipt.size < state.size):
                        have = receipt.size if receipt else 0
                        name = f"log {log.party}/{log.generation.hex()[-8:]}"
                        return f"party {one.party} has party {other.party}'s receipt for {have} of {state.size}, {name}"
        return ""

    def _untold(self, stations: Sequence[Station]) -> str:
        """A bystander shows and exports who has receipted what: a witness repeats its receipts to it. R-128"""
        for witness in stations:
            for log, state in sorted(_logs(witness).items()):
                given = state.receipts.get(witness.party)
                if given is None or log in self.proofs.forked:
                    continue
                for other in stations:
                    if log.party in (witness.party, other.party) or not self._is_reminded(witness.party, other.party):
                        continue
                    known = _logs(other)[log].receipts.get(witness.party)
                    if other is not witness and (known is None or known.size < given.size):
                        name = f"party {witness.party}'s receipt for {log.party}/{log.generation.hex()[-8:]}"
                        return f"party {other.party} has not been told of {name}"
        return ""

    def _is_reminded(self, one: int, other: int) -> bool:
        """Whether the two reach each other over nothing that is slow: there, nobody is reminded."""
        pair = {one, other}
        links = [link for link in self._world.plan.links if {link.low, link.high} == pair]
        return all(not one.severed and one.bytes_per_second >= limits.NARROW_BELOW_BYTES_PER_SECOND for one in links)

    def _unfetched(self, stations: Sequence[Station]) -> str:
        named: dict[bytes, int] = {}
        for one in stations:
            named |= {row.digest: row.total for row in one.store.blobs() if row.held == row.total}
        for one in stations:
            for digest in named:
                row = one.store.blob(digest)
                if self._is_named(one, digest) and (row is None or row.held < row.total):
                    return f"party {one.party} lacks attachment {digest.hex()[:8]}"
        return ""

    def _is_named(self, station: Station, digest: bytes) -> bool:
        assert station.turns is not None
        return digest in station.turns.state.wants

    def _bounded(self, station: Station) -> None:
        """Nobody can make a station remember without end."""
        assert station.turns is not None
        state = station.turns.state
        peers = state.peers.values()
        rows = {
            "pending entries": (sum(len(one.entries) for one in state.pending.values()), PENDING_MAX),
            "entries ahead": (len(state.held_ahead), len(peers) * AHEAD_MAX),
            "lacks": (sum(len(peer.lacks_since) for peer in peers), len(peers) * LACKS_MAX),
            "flows": (sum(len(peer.flows) for peer in peers), len(peers) * len(state.logs)),
            "roots": (max((_roots(window) for window in state.roots.values()), default=0), ROOTS_MAX),
            "asks": (sum(len(peer.asks) for peer in peers), len(peers) * ASKS_MAX),
        }
        for name, (count, most) in rows.items():
            self._world.most(f"{name} remembered", count)
            demand(count <= most, "bounded", f"party {station.party} remembers {count} {name}")

    def _openings_bounded(self, station: Station) -> None:
        """By peer: looked at whenever one has opened a log, for what was filled or forgotten later hides nothing."""
        if station.turns is None:
            return
        for peer, count in Counter(peer for peer, _ in station.turns.state.secrets).items():
            self._world.most("openings remembered of a peer", count)
            name = f"party {station.party} remembers {count} logs that party {peer} opened and never filled"
            demand(count <= OPENINGS_MAX, "bounded", name)

    # ------------------------------------------------------------------ the end
    def quiet_from(self) -> None:
        """The line has settled: from here on only hails go, unless somebody lies."""
        if self._world.plan.liar is None:
            self._loud, self._frames = [], self._world.frames

    def tests_from(self) -> None:
        """The line has settled, and link tests go on."""
        self._tests_from_ms = self._world.now_ms
        self.contact.tests_from()

    def tests_until(self) -> None:
        """Did they pass?"""
        self._alive()
        period_ms = 1000 * self._world.plan.test_every_s
        self.contact.tests_until(self.honest, period_ms, self._world.now_ms - self._tests_from_ms)

    def quiet_until(self) -> None:
        """Did it stay quiet?"""
        self._alive()
        if self._loud is None:
            return
        roads = 2 * len(self._world.links)
        frames = self._world.frames - self._frames
        self._world.most("frames of quiet a road", frames // roads)
        demand(not self._loud, "quiet", f"after everything had arrived, {sorted(set(self._loud))} still went out")
        most = roads * (5 + 2 * 10_000 // limits.HAIL_EVERY_MS)
        if any(station.upkeep.introduction() for station in self._world.stations):
            most += roads * 8  # who uses renewed keys shows their certificate, in pieces
        demand(frames <= most, "quiet", f"{frames} frames in 10 s of quiet")

    def _alive(self) -> None:
        """In calm weather everybody has proof, by its own nonce, that the others live."""
        links = sorted(self._world.plan.links, key=lambda one: one.bytes_per_second)
        reached = {frozenset((one.low, one.high)): one for one in links if not one.severed}
        for one in self.honest:
            for other in self.honest:
                link = reached.get(frozenset((one.party, other.party)))
                if link is not None and one.turns is not None:
                    proved_at_ms = one.turns.state.peers[other.party].proved_at_ms
                    age_ms = one.wall_ms() - (proved_at_ms or 0)
                    name = f"party {one.party} has no proof, {age_ms} ms old at most, that party {other.party} lives"
                    demand(age_ms <= ALIVE_MS + 3 * pace_ms(link.bytes_per_second), "alive", name)

    def end(self) -> None:
        """The whole record, from the disks."""
        stations = self.honest
        self.ledger.end(stations)
        exhibits = self.proofs.end(stations)
        self.records.end(stations, self.proofs.forked)
        self.aheads.end(stations, self.proofs.forked)
        self.contact.end(stations, self._world.plan.liar)
        self.standings.end(stations)
        self._blobs(stations)
        world = self._world
        reader = stations[world.plan.seed % len(stations)]
        found = read_by_a_stranger(reader, self.proofs.forked, self.told_lies)
        world.count("proof", "in an export", len({one.log for one in found.findings.accusations}))
        for lie in found.shown:
            world.count("shown", lie)
        if not self.proofs.forked:
            self.accords.end(stations, found.findings)
        world.count("proof", "exhibit", exhibits)
        world.count("restored", "read back", self.ledger.read_back)
        world.count("restored", "gone with the disk", len(self.ledger.gone))
        for station in stations:
            sizes = [(row.log.generation.hex()[-8:], row.size) for row in station.store.logs()]
            world.tell(station.party, "end", sizes, len(station.store.exhibits()))

    def _blobs(self, stations: Sequence[Station]) -> None:
        for station in stations:
            for row in station.store.blobs():
                if row.held == row.total:
                    data = station.store.blob_bytes(row.digest, 0, row.total)
                    if texts.digest_of(data) != row.digest:
                        raise Violation("attachment", f"party {station.party} holds other bytes under a hash")


def _roots(window: Window) -> int:
    return sum(len(chunk) for chunk in window.rising) + len(window.asked)


def _logs(station: Station) -> dict[LogId, LogState]:
    assert station.turns is not None
    return dict(station.turns.state.logs)
