"""When bearers took what left this desk by a release: into the desk's own log, and from there to a message's ladder.

Internal: what this station saw of its own bearers. The other side says itself what it holds.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Final

from openline.console.channel.relayed import Relayed
from openline.console.watch.desk import Desk
from openline.desk import facts
from openline.desk.state import Draft
from openline.errors import StoreDown
from openline.record.entry import Ref

WAITS_MS: Final = 60_000  # so long may a draft take to stand as recorded after its message left


def write_down(desk: Desk, me: int, relayed: Relayed, now_ms: int) -> None:
    """What bearers took lately. Of what left without a draft nothing is written: its sender knows."""
    if not desk.is_staffed:
        relayed.came.clear()
        return
    if not relayed.came:
        return
    places = [one.place for one in desk.state.closed.values() if one.place is not None]
    here = {at.index for at in places if (at.party, at.generation) == (me, relayed.generation)}
    new = {at: relay for at, relay in relayed.came.items() if at[1] in here}
    said = [
        facts.Relayed(Ref(me, relayed.generation, index).full_name, party, relay.bearer, relay.at_ms)
        for (party, index), relay in new.items()
    ]
    with contextlib.suppress(StoreDown):  # it rings by itself; this is said once the disk takes it
        if said:
            desk.write(said, None)
        for at, relay in [*relayed.came.items()]:
            if at in new or now_ms - relay.at_ms > WAITS_MS:
                del relayed.came[at]


def draft_at(desk: Desk, ref: Ref) -> Draft | None:
    """The draft that stands in the record there, if it is at hand."""
    place = (ref.party, ref.generation, ref.index)
    return next((one for one in desk.state.closed.values() if one.place == place), None)


def seen(desk: Desk, relayed: Relayed, ref: Ref, parties: int) -> Iterator[facts.Relayed]:
    """When bearers took a message of ours, for each party: by the log, else as the station has it in mind."""
    written = desk.state.relayed.get(ref.full_name, ())
    yield from written
    for party in range(parties):
        relay = relayed.of(party, ref.generation, ref.index)
        if relay is not None and all(one.party != party for one in written):
            yield facts.Relayed(ref.full_name, party, relay.bearer, relay.at_ms)
