"""A line whose only road is a slow one: two stations, a bearer each, our relay between them."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Final, NamedTuple

from bench.pair import Clock, Homes, Party, running
from openline.console.demo.relay import Counted, Relay
from openline.console.demo.weather import Weather

LATENCY_MS: Final = 500
STILL_S: Final = 8.0  # nothing passed for so long: all that the stations had to say to begin with is said
SETTLED_WITHIN_S: Final = 900.0
LOOKED_FOR_S: Final = 0.25  # of our own time at least: the machine's own delays are not silence of the line
_LOOK_EVERY_S: Final = 0.05


class Air(NamedTuple):
    """Two running stations and the relay; ours is the near side."""

    ours: Party
    theirs: Party
    relay: Relay


def serial(device: str, bits_per_second: int) -> str:
    """Settings of a serial bearer that is declared as slow as the relay is."""
    return (
        f'kind = "serial"\nname = "radio"\ndevice = "{device}"\nbits_per_second = {bits_per_second}\n'
        f'latency_ms = {LATENCY_MS}\nduplex = "full"\ncost = 10'
    )


@contextlib.contextmanager
def on_air(homes: Homes, bits_per_second: int, clock: Clock | None = None) -> Iterator[Air]:
    """Stations that know each other by this road alone, running and settled.

    With a clock that runs faster the relay is as much quicker, so that in the stations' time it is as declared; and
    they test the line every hour, as they would by themselves.
    """
    factor = clock.factor if clock is not None else 1
    ours, theirs = homes.pair()
    weather = Weather(bits_per_second=bits_per_second * factor, delay_ms=LATENCY_MS // factor)
    with Relay("pty", there=weather) as relay:
        ours.settle({}, serial(relay.near, bits_per_second), tested=clock is not None)
        theirs.settle({}, serial(relay.far, bits_per_second), tested=clock is not None)
        with running(ours, theirs, clock=clock):
            settled(relay, factor)
            yield Air(ours, theirs, relay)


def bytes_of(counted: Counted) -> int:
    """All that was put on the road, both ways."""
    return counted.there.bytes_in + counted.back.bytes_in


def settled(relay: Relay, factor: int = 1) -> None:
    """Until nothing has passed for a while; who looks leaves the relay the machine."""
    until = time.monotonic() + SETTLED_WITHIN_S
    known, since = bytes_of(relay.count()), time.monotonic()
    still_s = max(STILL_S / factor, LOOKED_FOR_S)
    while time.monotonic() - since < still_s:
        assert time.monotonic() < until, f"the line never falls silent; {known} bytes so far"
        time.sleep(_LOOK_EVERY_S)
        if (now := bytes_of(relay.count())) != known:
            known, since = now, time.monotonic()
