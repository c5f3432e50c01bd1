"""TLS over TCP: dials, listens or both; comes back by itself; one link is used when two cross.

Where both sides dialled, the party with the higher place in the roster takes leave on the link that
it dialled itself once the other is up; so both keep the one that the lower dialled. A link from the
same direction as an older one replaces it: who dials again has lost the first. Frames are sent on
the link that came up last and taken from all. (R-021 to R-024)
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from openline.bearer.contract import BearerFacts, Hears
from openline.bearer.door import Address, Door, DoorBounds
from openline.bearer.link import Link, LinkBounds
from openline.bearer.pacing import set_within
from openline.bearer.pins import Contexts, Identity, make_contexts, why
from openline.errors import BearerDown, LocalFault
from openline.limits import (
    COURIER_KEEP_MS,
    DIAL_AGAIN_FIRST_MS,
    DIAL_AGAIN_MAX_MS,
    FRAME_BODY_BYTES_MAX,
    SEND_BUFFER_BYTES,
    SEND_BUFFER_BYTES_MAX,
    UNGREETED_MAX,
)
from openline.line.state import Duplex

__all__ = ["TLS_FACTS", "Identity", "TlsBearer", "TlsBounds", "TlsPeer"]

TLS_FACTS: Final = BearerFacts("tls", 10_000_000, 50, FRAME_BODY_BYTES_MAX, Duplex.FULL, COURIER_KEEP_MS)


class TlsPeer(NamedTuple):
    """One other party: its pinned TLS certificates (DER), newest last, and where we dial it (or nowhere)."""

    party: int
    certificates: tuple[bytes, ...]
    dial: tuple[Address, ...] = ()


class TlsBounds(NamedTuple):
    """Spans that tests shorten."""

    door: DoorBounds = DoorBounds()
    dial_again_first_ms: int = DIAL_AGAIN_FIRST_MS
    dial_again_max_ms: int = DIAL_AGAIN_MAX_MS


TLS_BOUNDS: Final = TlsBounds()


class _Dialling:
    """Our standing attempt to reach one peer."""

    __slots__ = ("addresses", "stirred", "task", "trouble")

    def __init__(self, addresses: tuple[Address, ...]) -> None:
        self.addresses = addresses
        self.stirred = asyncio.Event()  # a link came or went, or somebody wants it tried now
        self.trouble = ""
        self.task: asyncio.Task[None] | None = None


class TlsBearer:
    """See `openline.bearer.contract.Bearer` for what it promises."""

    def __init__(
        self,
        me: int,
        identity: Identity,
        peers: Sequence[TlsPeer],
        hears: Hears,
        *,
        listen: Sequence[Address] = (),
        facts: BearerFacts = TLS_FACTS,
        bounds: TlsBounds = TLS_BOUNDS,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """`me`: our own place in the roster. `jitter`: numbers from 0 to 1. Raises Misconfigured as `pin` does."""
        self._me = me
        self._hears = hears
        self._listen = tuple(listen)
        self._facts = facts
        self._bounds = bounds
        self._jitter = jitter
        self._identity = identity
        self._peers: tuple[TlsPeer, ...] = ()
        self._pinned: dict[bytes, int] = {}
        self._contexts: Contexts
        self._links: dict[int, list[Link]] = {}  # up, by peer; the one that came up last is last
        self._open: set[Link] = set()  # every connection past its handshake
        self._ungreeted: dict[int, list[Link]] = {}  # of them, those that called and are not up, by peer
        self._dialling: dict[int, _Dialling] = {}
        self._held: set[int] = set()
        self._state = "new"
        self._door = Door(lambda: self._contexts.listening, self._called, self._fault, bounds.door, self._alarm)
        self._pin(identity, peers)

    # --- the contract

    @property
    def facts(self) -> BearerFacts:
        """What it says of itself."""
        return self._facts

    @property
    def addresses(self) -> list[Address]:
        """Where it listens."""
        return self._door.addresses

    async def start(self) -> None:
        """Listen and dial as set. Raises Misconfigured when an address cannot be had."""
        await self._door.open(self._listen)
        self._state = "running"
        self._dial_as_set()

    async def close(self) -> None:
        """Send what waits, for as long as a handshake may take, then cut."""
        if self._state == "closed":
            return
        self._state = "closed"
        tasks = [dialling.task for dialling in self._dialling.values() if dialling.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._door.close()
        links = list(self._open)
        for link in links:
            link.hold(False)  # or its end would not be read
            link.retire("we closed")
        if links:
            ends = [asyncio.create_task(link.ended.wait()) for link in links]
            await asyncio.wait(ends, timeout=self._bounds.door.handshake_ms / 1000)
        for link in links:
            link.drop("we closed")
        if links:
            await asyncio.wait(ends)
        self._links.clear()

    def send(self, peer: int, body: bytes) -> None:
        """Take a frame body. Raises BearerDown, LocalFault."""
        if len(body) > self._facts.frame_bytes_max:
            raise LocalFault(
                f"a frame body of {len(body)} bytes; {self._facts.name} takes {self._facts.frame_bytes_max}"
            )
        link = self._sending(peer)
        if link is None:
            raise BearerDown(f"{self._facts.name}: no link to party {peer}: {self.trouble(peer) or 'not up yet'}")
        if link.waiting_bytes > SEND_BUFFER_BYTES_MAX:
            raise BearerDown(f"{self._facts.name}: {link.waiting_bytes} bytes to party {peer} wait already")
        link.send(body)

    def room(self, peer: int) -> int:
        """Bytes that may be given now."""
        link = self._sending(peer)
        return 0 if link is None else max(0, SEND_BUFFER_BYTES - link.waiting_bytes)

    def peers_up(self) -> tuple[int, ...]:
        """Peers with a link."""
        return tuple(sorted(peer for peer, links in self._links.items() if links))

    def hold(self, peer: int) -> None:
        """Stop reading; the peer's sending stops when buffers are full."""
        self._held.add(peer)
        self._read_as_set(peer)

    def go_on(self, peer: int) -> None:
        """Read again."""
        self._held.discard(peer)
        self._read_as_set(peer)

    # --- more than the contract

    def pin(self, identity: Identity, peers: Sequence[TlsPeer]) -> None:
        """Use another identity, other pins or other addresses from now on (renewal, revocation, joining).

        Links to certificates that are no longer pinned are cut at once; others stay. Raises Misconfigured
        when a certificate or our key cannot be used; nothing has changed then. (R-023)
        """
        self._pin(identity, peers)
        for link in list(self._open):
            if self._pinned.get(link.certificate) != link.peer:
                link.drop("their certificate is no longer on the roster")
        if self._state == "running":
            self._dial_as_set()

    def dial_now(self, peer: int) -> None:
        """Do not wait for the next attempt."""
        if peer in self._dialling:
            self._dialling[peer].stirred.set()

    @property
    def is_used(self) -> bool:
        """False when it neither listens nor dials: then a line has no TLS, and nothing is amiss."""
        return bool(self._listen or self._dialling)

    def trouble(self, peer: int) -> str:
        """Why the last attempt to reach `peer` came to nothing; empty if none was made or it worked."""
        return self._dialling[peer].trouble if peer in self._dialling else ""

    # --- what links tell

    def who(self, certificate: bytes) -> int | None:
        """The party that this certificate is pinned for."""
        return self._pinned.get(certificate)

    def began(self, link: Link) -> None:
        """Past the handshake; what becomes of it is not settled."""
        self._open.add(link)

    def is_theirs(self, link: Link) -> None:
        """A caller is known by its certificate, and has not greeted: only so many of one party at once. (R-024)"""
        waiting = [one for one in self._ungreeted.get(link.peer, ()) if one in self._open and not one.is_up]
        self._ungreeted[link.peer] = [*waiting, link][-UNGREETED_MAX:]
        for old in [*waiting, link][:-UNGREETED_MAX]:
            old.drop("too many of their links wait for a greeting")

    def came_up(self, link: Link) -> None:
        """Greeted on both sides: settle which links stay. (R-023)"""
        peer = link.peer
        links = self._links.setdefault(peer, [])
        before = links[-1] if links else None
        for old in [one for one in links if one.dialled == link.dialled]:
            links.remove(old)
            old.drop("a newer link took its place")
        links.append(link)
        if self._me > peer and len(links) > 1:
            for ours in [one for one in links if one.dialled]:
                links.remove(ours)
                ours.take_leave("both sides dialled; theirs stays")
        self._read_as_set(peer)
        if links[-1] is not before:
            self._hears.on_up(self._facts.name, peer)

    def got(self, link: Link, body: bytes) -> None:
        """A frame body from any link of a peer."""
        if self._state == "running":
            self._hears.on_frame(self._facts.name, link.peer, body)

    def was_junk(self, link: Link, reason: str) -> None:
        """Bytes that are no frame."""
        self._fault(f"party {link.peer}", reason)

    def has_room(self, link: Link) -> None:
        """What waited on a link went out."""
        if self._sending(link.peer) is link:
            self._hears.on_room(self._facts.name, link.peer)

    def takes_leave(self, link: Link) -> None:
        """They use another link; what we sent on this one still arrives."""
        links = self._links.get(link.peer, [])
        if link in links and len(links) > 1:
            links.remove(link)

    def went(self, link: Link, reason: str) -> None:
        """A link ended."""
        self._open.discard(link)
        links = self._links.get(link.peer, [])
        if link not in links:
            if not link.dialled and link.settled.done() and link.settled.result():
                self._fault(link.where, reason)  # a caller that never came up
            return
        was_sending = links[-1] is link
        links.remove(link)
        if links and was_sending:
            self._hears.on_up(self._facts.name, link.peer)
        elif not links:
            self._hears.on_down(self._facts.name, link.peer, reason)
            if link.peer in self._dialling:
                self._dialling[link.peer].stirred.set()

    # --- our own doing

    def _pin(self, identity: Identity, peers: Sequence[TlsPeer]) -> None:
        pinned: dict[bytes, int] = {}
        for peer in peers:
            for certificate in peer.certificates:
                if certificate != identity.certificate:  # whatever a party claims stops nobody: it is ours
                    pinned.setdefault(certificate, peer.party)
        self._contexts = make_contexts(identity, pinned)
        self._identity, self._peers, self._pinned = identity, tuple(peers), pinned

    def _sending(self, peer: int) -> Link | None:
        links = self._links.get(peer)
        return links[-1] if links else None

    def _read_as_set(self, peer: int) -> None:
        for link in self._open:  # also those that take leave
            if link.peer == peer and link.is_up:
                link.hold(peer in self._held)

    def _fault(self, where: str, reason: str) -> None:
        if self._state != "closed":
            self._hears.on_fault(self._facts.name, where, reason)

    def _alarm(self, why: str) -> None:
        if self._state != "closed":
            self._hears.on_alarm(self._facts.name, why)

    def _link_bounds(self) -> LinkBounds:
        return LinkBounds(self._bounds.door.handshake_ms, self._facts.frame_bytes_max)

    def _called(self, where: str) -> Link:
        return Link(self, where, self._link_bounds())

    def _dial_as_set(self) -> None:
        wanted = {peer.party: peer.dial for peer in self._peers if peer.dial}
        for party in [party for party in self._dialling if self._dialling[party].addresses != wanted.get(party)]:
            gone = self._dialling.pop(party)
            if gone.task is not None:
                gone.task.cancel()
        for party, addresses in wanted.items():
            if party not in self._dialling:
                dialling = self._dialling[party] = _Dialling(addresses)
                dialling.task = asyncio.create_task(self._keep_dialling(party, dialling))

    async def _keep_dialling(self, peer: int, dialling: _Dialling) -> None:
        first_ms = wait_ms = self._bounds.dial_again_first_ms
        while True:
            for address in dialling.addresses:
                if not self._links.get(peer):
                    await self._dial(peer, address, dialling)
            while self._links.get(peer):
                dialling.stirred.clear()
                await dialling.stirred.wait()
                wait_ms = first_ms
            dialling.stirred.clear()
            await set_within(dialling.stirred, wait_ms * (0.5 + self._jitter() / 2))
            wait_ms = min(2 * wait_ms, self._bounds.dial_again_max_ms)

    async def _dial(self, peer: int, address: Address, dialling: _Dialling) -> None:
        where = f"{address[0]} port {address[1]}"
        try:
            async with asyncio.timeout(self._bounds.door.handshake_ms / 1000):
                _, link = await asyncio.get_running_loop().create_connection(
                    lambda: Link(self, where, self._link_bounds(), peer),
                    *address,
                    ssl=self._contexts.dialling,
                    server_hostname="",
                    ssl_shutdown_timeout=self._bounds.door.handshake_ms / 1000,
                )
            trouble = await asyncio.shield(link.settled)
        except (OSError, ValueError) as error:  # TLS's errors and a span that ran out are OSErrors; a name no name
            trouble = why(error)
        if trouble and trouble != dialling.trouble:
            self._fault(where, trouble)
        dialling.trouble = trouble
