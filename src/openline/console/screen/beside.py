"""What this desk has of a message beside the record: its working translation; of ours what was done before it left, and
which bearer took it when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from openline.console.channel.relayed import Relayed
from openline.console.screen.asking import CARD_CHARS_MAX, Card, Step
from openline.console.screen.cards import View
from openline.console.watch import relays
from openline.console.watch.desk import Desk
from openline.desk.facts import Translated
from openline.record.entry import Ref

DESK: Final = "from the desk's own log"


def put_translations(cards: Iterable[Card], desk: Desk) -> None:
    """Beside each original the working translation that this desk has of it."""
    for card in cards:
        there = desk.state.translations.get(card.place, ())
        best = next((one for one in reversed(there) if one.certified_by is not None), there[-1] if there else None)
        for entry in desk.entries(best.entry, 1) if best is not None else ():
            assert best is not None and isinstance(entry.fact, Translated)
            card.translation, card.translation_language = entry.fact.words[:CARD_CHARS_MAX], best.language
            card.translation_certified = best.certified_by is not None


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
