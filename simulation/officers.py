"""What officers do about the line itself: propose, answer, renew keys, revoke them, begin sealing anew.

They ask as a person asks a running station; where the station is dark, or its disk full, they come back a little later.
"""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from random import Random
from typing import TYPE_CHECKING, Any, Final

from openline.console.channel import asking
from openline.console.channel.amending import Amending
from openline.console.codes import Told
from openline.errors import OpenlineError, Refused, StoreDown
from openline.line.events import Draft
from openline.line.ports import LogId, Store
from openline.line.state import LineState
from openline.record.entry import Ref
from openline.record.standing import OPEN
from openline.seal.amendment import Close, Leave, Proposal, Terms, encode_proposal
from openline.seal.certificate import Agreed, revoke
from simulation import accords
from simulation.kept import SimulatedUpkeep
from simulation.papers import root_of
from simulation.plan import Act

if TYPE_CHECKING:
    from simulation.station import Station

AGAIN_MS: Final = 3_000
TRIES: Final = 20
LANGUAGES: Final = (("en",), ("en", "ru"), ("ar", "en"), ("en", "fr", "ru"))


class Desk:
    """One station as `Amending` asks for it. Everything it awaits is there at once."""

    def __init__(self, station: Station) -> None:
        self._station = station

    @property
    def state(self) -> LineState:
        """The machine's state."""
        assert self._station.turns is not None
        return self._station.turns.state

    @property
    def upkeep(self) -> SimulatedUpkeep:
        """What follows the roster."""
        return self._station.upkeep

    def now_ms(self) -> int:
        """UTC, ms."""
        return self._station.wall_ms()

    async def submit(self, drafts: list[Draft]) -> list[tuple[LogId, int]]:
        """Append drafts. Raises StoreDown where they did not become entries."""
        self.upkeep.check_open(self.state)
        appended = self._station.append(tuple(drafts))
        if appended is None:
            raise StoreDown("simulated: not recorded")
        return [(appended.log, appended.first + number) for number in range(len(drafts))]


def _at_once(asked: Coroutine[Any, Any, asking.Sent]) -> asking.Sent:
    try:
        asked.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    raise AssertionError("an officer would have to wait")


def act(station: Station, what: Act, tries: int = TRIES) -> None:
    """Do one of `OFFICERS_ACTS`, or try again later."""
    done = station.on and _DO[what.what](station, what)
    if not done and tries:
        station.world.after(AGAIN_MS, lambda: act(station, what, tries - 1))


def _ask(station: Station, name: str, asked: Coroutine[Any, Any, asking.Sent]) -> bool:
    """True if there is nothing more to do: it is on the record, or was refused for good."""
    try:
        sent = _at_once(asked)
    except StoreDown:
        return False
    except (OpenlineError, Told) as refused:
        station.world.count("asked", f"{name} refused")
        station.world.tell(station.party, name, "refused", type(refused).__name__)
        return True
    station.world.count("asked", name)
    station.world.tell(station.party, name, len(sent.places))
    return True


# ------------------------------------------------------------------ amendments
def _propose(station: Station, what: Act) -> bool:
    draw = Random(what.number)
    change: Terms | Leave | Close
    if what.word == "close":
        change = Close()
    elif what.word == "leave":
        change = Leave(what.other)
    elif draw.random() < 0.5:
        change = Terms(due_ms=(60_000, 120_000, 600_000, draw.randrange(1, 99) * 600_000))
    else:
        change = Terms(languages=draw.choice(LANGUAGES))
    ask = asking.Propose(encode_proposal(Proposal(change, f"proposal {what.number}")).hex())
    return _ask(station, f"proposed {type(change).__name__}", Amending(Desk(station)).propose(ask))


def _answer(station: Station, what: Act) -> bool:
    """To whatever is open: yes mostly, no sometimes; to an own proposal no, which withdraws it."""
    draw = Random(what.number)
    state = Desk(station).state
    assert state.ledger is not None
    waiting = [one for one in state.ledger.standing.amendments if one.state == OPEN]
    mine = [one for one in waiting if one.ref.party == station.party]
    theirs = [one for one in waiting if station.party in one.lacking]
    if draw.random() < 0.2 and mine:
        one, yes = mine[0], False
    elif theirs:
        one, yes = draw.choice(theirs), draw.random() < 0.8
    else:
        return False
    name = "accepted" if yes else ("withdrawn" if one in mine else "refused a proposal")
    place = f"{one.ref.party}/{one.ref.generation.hex()}/{one.ref.index}"
    return _ask(station, name, Amending(Desk(station)).answer(asking.AnswerProposal(place, yes)))


# ------------------------------------------------------------------ agreements
def _agree(station: Station, what: Act) -> bool:
    """Entries about what anybody has said before, or about the first of this life of the station."""
    world, state = station.world, Desk(station).state
    assert state.own is not None
    drafts = accords.drafts(Random(what.number), world.agreed, Ref(*state.own, 0))
    try:
        station.upkeep.check_open(state)
    except Refused:
        world.count("asked", "agreed refused")
        return True
    told = station.append(tuple(drafts))
    if told is None:
        return False
    world.agreed += [Ref(*told.log, told.first + number) for number in range(len(drafts))]
    for draft in drafts:
        world.count("agreed", str(draft.kind))
    return True


# ------------------------------------------------------------------ keys
def _renew(station: Station, what: Act) -> bool:
    certificate = station.kept.renew() or station.kept.next_certificate()
    paper = asking.TakePaper(certificate.signed.hex())
    return _ask(station, "renewed", Amending(Desk(station)).take_paper(paper))


def _revoke(station: Station, what: Act) -> bool:
    """The root revokes the keys in use; the revocation goes onto the record here, or by hand to another party."""
    kept, world = station.kept, station.world
    if what.word == "no":
        return True
    agreed = agreed_of(station.store, station.party, kept.certificate.digest)
    made = revoke(root_of(station.party), kept.certificate.digest, station.wall_ms(), agreed, "simulated")
    taker = world.stations[what.other]
    world.after(0, lambda: _bring(taker, made.signed, TRIES))
    return True


def _bring(taker: Station, paper: bytes, tries: int) -> None:
    asked = Amending(Desk(taker)).take_paper(asking.TakePaper(paper.hex())) if taker.on else None
    if (asked is None or not _ask(taker, "revoked", asked)) and tries:
        taker.world.after(AGAIN_MS, lambda: _bring(taker, paper, tries - 1))


def agreed_of(store: Store, me: int, certificate: bytes) -> Sequence[Agreed]:
    """The last size of each log of these keys that another party has receipted."""
    found = []
    for row in sorted(store.logs(), key=lambda row: row.log):
        size = max((receipt.size for receipt in store.newest_receipts(row.log)), default=0)
        notes = store.notes(row.log, size, size)
        if row.log.party == me and certificate.startswith(row.station) and notes:
            found.append(Agreed(row.log.generation, size, notes[0].root))
    return found


def _lose_keyring(station: Station, what: Act) -> bool:
    """The keyring is lost with the machine; officers of both sides enter the recovery secret, sooner or later."""
    world = station.world
    station.go_dark("idle")
    peers = [party for party in range(world.plan.parties) if party != station.party]
    station.kept.lose_keyring(peers, station.wall_ms())
    for other in world.stations:
        if other is not station:
            world.after(Random(what.number + other.party).randrange(500, 12_000), lambda one=other: _enter(one, TRIES))  # type: ignore[misc]
    return True


def _enter(station: Station, tries: int) -> None:
    if station.on:
        station.world.count("recovery", "secret entered")
        station.kept.safe_open = True
        station.upkeep.give_secret(station.kept.recovery_secret)
    elif tries:
        station.world.after(AGAIN_MS, lambda: _enter(station, tries - 1))


_DO: Final = {
    "propose": _propose,
    "answer": _answer,
    "renew": _renew,
    "revoke": _revoke,
    "lose keyring": _lose_keyring,
    "agree": _agree,
}
