"""Steps of a message of ours that are no entries: what this desk did before it left, and which bearer took it when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from openline.console.channel.relayed import Relayed
from openline.console.screen.asking import Step
from openline.console.screen.cards import View
from openline.console.watch import relays
from openline.console.watch.desk import Desk
from openline.record.entry import Ref

DESK: Final = "from the desk's own log"


def steps_beside(ref: Ref, desk: Desk, relayed: Relayed, view: View) -> Iterator[Step]:
    """In order. Internal: the other side is told of none of them."""
    me = view.state.me
    if ref.party != me:
        return
    draft = relays.draft_at(desk, ref)
    for word, at_ms, actor in draft.steps if draft is not None else ():
        officer = desk.officer(actor).name if actor is not None else ""
        yield Step(word, me, view.name(me), officer, "", at_ms, at_ms, "", DESK)
    for one in relays.seen(desk, relayed, ref, len(view.state.roster.parties)):
        words = f"{one.label} had taken all of it for {view.name(one.party)}, as this station saw it"
        yield Step("relayed", me, view.name(me), "", "", one.at_ms, one.at_ms, "", words)
