"""What a simulated station does from time to time, or is sent to do: its keys, attachments, sticks, and its roads."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Final

from openline.console.roads.roads import CARRY_FACTS, up_of
from openline.errors import StoreDown, UnknownOutcome
from openline.line.events import BlobWanted, CarryOut, Down, Held, Send, Up
from openline.line.ports import LogId, PutBlob
from openline.line.state import BearerUp
from openline.record.entry import MESSAGE
from openline.wire.items import Grant, Item
from simulation import texts
from simulation.grounds import PowerCut

if TYPE_CHECKING:
    from simulation.station import Station

OFFER_EVERY_MS: Final = 20_000
STICK: Final = "stick"
STICK_UP: Final = up_of(CARRY_FACTS)._replace(name=STICK)


# ------------------------------------------------------------------ keys
def turn_keys(station: Station, now_ms: int) -> None:
    """Offers, grants, the ratchet, the deletion rule; grants that reopen sealing, until they are answered."""
    ring = station.ring
    ring.ratchet(now_ms)
    ring.forget(now_ms)
    _recover(station, now_ms)
    for peer in ring.peers():
        waited_ms = station.world.now_ms - station.offered_at_ms.get(peer, -OFFER_EVERY_MS)
        if station.bearers.get(peer) and waited_ms >= OFFER_EVERY_MS:
            station.offered_at_ms[peer] = station.world.now_ms
            out = [ring.make_offer(peer), *ring.grants_to_repeat(peer)]
            station.send(peer, [*station.upkeep.introduction(), *(Grant(*item) for item in out)])
    for peer in ring.grants_due(now_ms):
        grant = ring.make_grant(peer)
        if grant is not None:
            station.send(peer, [Grant(*grant)])


def _recover(station: Station, now_ms: int) -> None:
    for peer, frame in station.upkeep.recovery_frames(now_ms, []):
        station.kept.save_keyring()
        bearer = road(station, peer)
        if bearer:
            station.world.count("recovery", "grant sent")
            station.world.carry(station.party, peer, bearer, frame)


# ------------------------------------------------------------------ roads
def names(station: Station, send: Send) -> list[str]:
    """The bearers it goes by, as `console.roads.sending` chooses them."""
    up = station.bearers.get(send.peer, {})
    if send.everywhere:
        return list(up)
    name = send.bearer or road(station, send.peer)
    return [name] if name in up else []


def best(station: Station, peer: int, _: str | None) -> SimpleNamespace | None:
    """That bearer, as the shipped upkeep asks for it."""
    up = station.bearers.get(peer, {}).get(road(station, peer))
    return SimpleNamespace(facts=up) if up is not None else None


def road(station: Station, peer: int) -> str:
    """The bearer that ordinary traffic to a peer takes."""
    known = station.turns.state.peers.get(peer) if station.turns is not None else None
    if known is not None and known.road is not None and known.road.name in station.bearers.get(peer, {}):
        return known.road.name
    return max(station.bearers.get(peer, {}).values(), key=_breadth).name if station.bearers.get(peer) else ""


def _breadth(bearer: BearerUp) -> int:
    return bearer.frame_bytes_max


def kind_of(item: Item) -> str:
    """What the tables call it."""
    name = type(item).__name__
    if name == "Differs":
        return f"Differs {int(item.reason)}"  # type: ignore[union-attr]
    if name == "Receipt" and item.witness is not None:  # type: ignore[union-attr]
        return "Receipt of another"
    return name


# ------------------------------------------------------------------ attachments and couriers
def attach(station: Station, data: bytes) -> bytes | None:
    """Put an attachment into the store before a message names it. None: the disk takes nothing."""
    digest = texts.digest_of(data)
    try:
        station.store.commit((PutBlob(digest, 0, len(data), data),))
    except PowerCut as cut:
        station.go_dark(str(cut))
        return None
    except UnknownOutcome:
        station._reopen()
        return None
    except StoreDown:
        return None
    return digest


def want_blobs(station: Station, held: Held | None) -> None:
    """Ask for what messages name and we lack: of one commit, or after a start of the whole record."""
    if not station.on:
        return
    for row in station.store.find(MESSAGE, 0, 1 << 20) if held is None else ():
        _want_blob(station, row.log, row.index)
    if held is not None:
        for index in range(held.first, held.first + held.entries):
            _want_blob(station, held.log, index)

def _want_blob(station: Station, log: LogId, index: int) -> None:
    body = station.store.entries(log, index, 1, 1 << 20)[0].body
    named = texts.attachment_of(body)
    if named is None:
        return
    digest, total = named
    row = station.store.blob(digest)
    if row is None or row.held < total:
        station.happened(BlobWanted(digest, total, row.held if row else 0, asked=True))


def stick(station: Station, peer: int, after_ms: int) -> None:
    """A courier takes to `peer` all that it has not receipted."""
    if not station.on:
        return
    station.world.count("event", "CarryOut")
    result = station._run((Up(peer, STICK_UP), CarryOut(peer)))
    if result is None:
        return
    station._hear(result)
    grants = [station.ring.make_offer(peer), *station.ring.grants_to_repeat(peer)]
    bodies = station.seal(peer, [Grant(*one) for one in grants], STICK_UP.frame_bytes_max)
    for send in result.sends:
        if send.peer == peer:
            station.world.watch.leaving(station, send.items)
            bodies += station.seal(peer, send.items, STICK_UP.frame_bytes_max)
    station.speak(send for send in result.sends if send.peer != peer)
    station.happened(Down(peer, STICK))
    station.world.on_stick(station.party, peer, bodies, after_ms)
