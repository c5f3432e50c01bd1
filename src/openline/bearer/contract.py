"""What a bearer promises to the station, and what the station promises to a bearer.

A bearer moves frame bodies: whole or not at all, perhaps late, twice or in another order. All of it
runs on one event loop; every callback is made from that loop. `peer` is a place in the roster.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from openline.limits import SILENCE_ALARM_AFTER_MS
from openline.line.state import Duplex


class BearerFacts(NamedTuple):
    """What a bearer says of itself, so that the line can pace, compress and keep keys long enough."""

    name: str
    bytes_per_second: int  # what it carries in one direction, about
    latency_ms: int  # usual time until the other side has a frame
    frame_bytes_max: int  # longest frame body it takes
    duplex: Duplex  # both ways at once, by turns, or one way only
    courier_keep_ms: int  # how long a frame may be under way
    cost: int = 0  # which is taken first where several are up: the lowest
    silence_alarm_after_ms: int = SILENCE_ALARM_AFTER_MS  # unheard over it for so long, the watch is told
    padded: bool = False  # payloads are filled up to size classes, where bytes are cheap and somebody may count them


class Hears(Protocol):
    """What the station does with what a bearer tells it. None of these may block or raise."""

    def on_up(self, bearer: str, peer: int) -> None:
        """Bytes move to `peer`. Said again without `on_down` when a fresh link took over: what was
        sent before may be lost."""

    def on_frame(self, bearer: str, peer: int, body: bytes) -> None:
        """A frame body came. `peer` is who the bearer believes it is from: a claim, until it is opened."""

    def on_room(self, bearer: str, peer: int) -> None:
        """There is room again, after `room` was 0."""

    def on_down(self, bearer: str, peer: int, why: str) -> None:
        """Bytes no longer move to `peer`. What was sent and not receipted may be lost."""

    def on_fault(self, bearer: str, where: str, why: str) -> None:
        """Something was refused or skipped: a stranger at the door, junk in a stream, a damaged file."""

    def on_alarm(self, bearer: str, why: str) -> None:
        """Something of ours that a person must mend: a device that is gone, a program that ends. Empty: mended."""

    async def settled(self) -> None:
        """Return once all frames given so far are in the record or refused; a courier's file is marked after it."""


class Bearer(Protocol):
    """Carries frames to and from some of a line's parties."""

    @property
    def facts(self) -> BearerFacts:
        """What it says of itself; does not change."""

    async def start(self) -> None:
        """Begin. Raises Misconfigured when it can never work as it is set (a port in use, no such folder)."""

    async def close(self) -> None:
        """Write out what was taken, within a bounded time, then stop; nothing is called back afterwards."""

    def send(self, peer: int, body: bytes) -> None:
        """Take a frame body to carry. Raises BearerDown when bytes do not move to `peer` or far too many
        wait already, LocalFault when the body is longer than the bearer takes."""

    def room(self, peer: int) -> int:
        """How many more bytes to give now; 0: wait for `on_room` or `on_up`.

        More than 0 means that one frame, however long, is welcome. A bearer has no room while more than about
        BEARER_WAITING_MS of its declared rate waits inside it, so that what is urgent never stands behind minutes
        of what is not; who gives all the same is refused by `send` only far above that (BEARER_REFUSED_MS).
        """

    def peers_up(self) -> tuple[int, ...]:
        """Peers to whom bytes move now, ascending."""

    def hold(self, peer: int) -> None:
        """Take no more frames from `peer` for now; a few already under way may still come."""

    def go_on(self, peer: int) -> None:
        """End of `hold`."""
