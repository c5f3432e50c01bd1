"""The door before the record for what is committed before it is shown: what comes out of its order does not leave here.

By whatever way an entry would reach the record: a command, a page, the API, a released draft. What a peer sends is held
and marked all the same, since a record that leaves out what happened is no record. (R-556)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from openline.accord.clocks.book import Book
from openline.accord.escrow import bodies, escrows, exchanging, tree
from openline.accord.escrow.bodies import (
    Answered,
    Body,
    Challenge,
    Committed,
    Countersigned,
    Escrow,
    Exchange,
    Opened,
    Revealed,
    draw_closed,
)
from openline.accord.escrow.sealed import Sealed
from openline.console.accords.keeping import OneBook
from openline.errors import Malformed, Refused
from openline.line.events import Draft
from openline.line.state import LineState, others
from openline.record.entry import Ref


class Door:
    """Looks at entries of ours before they are recorded, and at drafts before they are released."""

    def __init__(self, state: Callable[[], LineState], book: OneBook) -> None:
        self._state, self._book = state, book

    async def check(self, drafts: Sequence[Draft]) -> None:
        """Raises Refused with the reason."""
        new = [one for one in drafts if one.kind in bodies.KINDS]
        if not new:
            return
        said = []
        for one in new:
            try:
                body = bodies.parse(one.kind, one.body)
            except Malformed as fault:
                raise Refused(fault.reason) from fault
            if tuple(one.references) != bodies.references_of(body):
                raise Refused("its header does not refer to what its body names")
            said.append(body)
        await self.look(said)

    async def look(self, said: Sequence[Body]) -> None:
        """The same of bodies, beside the loop. Raises Refused."""
        me, present = self._state().me, others(self._state().roster, -1)

        def looked(book: Book) -> None:
            for body in said:
                look(book.sealed, me, present, body)

        await self._book.ask(looked)


def look(sealed: Sealed, me: int, present: tuple[int, ...], body: Body) -> None:
    """Raises Refused where this must not leave now."""
    match body:
        case Exchange():
            _exchange(sealed, present, body)
        case Committed():
            _committed(sealed, me, body)
        case Countersigned():
            _countersigned(sealed, me, body)
        case Opened():
            _opened(sealed, me, body)
        case Escrow():
            _escrow(sealed, me, body)
        case Challenge():
            escrow = sealed.get(body.of, Escrow)
            if escrow is None or body.of.party == me:
                raise Refused("a challenge is to an escrow of another party; ours is for the others to challenge")
        case Answered() | Revealed():
            _draw(sealed, me, body)


def _exchange(sealed: Sealed, present: tuple[int, ...], body: Exchange) -> None:
    if body.parties != present:
        raise Refused("a sealed exchange is between all parties of the line, each of them")
    if any(one.id == body.id for _, one in sealed.all(Exchange)):
        raise Refused(f"an exchange {body.id} is on the record already: choose another id")


def _seen(sealed: Sealed, of: Ref, me: int) -> tuple[exchanging.Seen, exchanging.Side]:
    found = exchanging.seen(sealed, of)
    if found is None:
        raise Refused(f"{of.full_name} is no sealed exchange of this record")
    side = found.side(me)
    if side is None:
        raise Refused(f"the exchange {found.exchange.id} is not between us")
    return found, side


def _nobody_opened(sealed: Sealed, found: exchanging.Seen, me: int, what: str) -> None:
    for ref, _ in sealed.said_of(found.ref, Committed):
        for opening, _ in sealed.said_of(ref, Opened):
            if opening.party != me:
                raise Refused(f"another party has opened already, in {opening.full_name}: nobody {what} after reading")


def _committed(sealed: Sealed, me: int, body: Committed) -> None:
    found, side = _seen(sealed, body.of, me)
    if side.commitment is not None:
        raise Refused(f"we have committed to this exchange in {side.commitment.full_name}: nobody replaces their list")
    _nobody_opened(sealed, found, me, "commits")


def _countersigned(sealed: Sealed, me: int, body: Countersigned) -> None:
    found, side = _seen(sealed, body.of, me)
    if side.countersignature is not None:
        raise Refused(f"we have countersigned in {side.countersignature.full_name} already")
    missing = [one.party for one in found.sides if one.commitment is None]
    if missing:
        raise Refused(f"party {missing[0]} has not committed yet: commitments are countersigned together")
    _nobody_opened(sealed, found, me, "countersigns")
    there = tuple((one.commitment, one.lock) for one in found.sides)
    if body.commitments != there:
        raise Refused("these are not the commitments of all parties as they stand here")


def _opened(sealed: Sealed, me: int, body: Opened) -> None:
    committed, escrow = sealed.get(body.of, Committed), sealed.get(body.of, Escrow)
    if body.of.party != me or (committed is None and escrow is None):
        raise Refused("a party opens what it has committed itself, and that is on the record")
    if committed is not None:
        found, side = _seen(sealed, committed.of, me)
        if found.locked is None:
            raise Refused("not every party has countersigned the commitments: nobody opens before that")
        if (body.of, committed.lock) not in found.locked:
            raise Refused("this is not the commitment that all parties countersigned")
        leaves, lock = committed.leaves, committed.lock
        known = side.records
    else:
        assert escrow is not None
        leaves, lock = escrow.levels[body.opening.level]
        kept = escrows.kept(sealed, body.of)
        assert kept is not None
        known = kept.levels[body.opening.level].records
    checked = tree.check(me, lock, leaves, body.opening)
    if checked.why:
        raise Refused(f"this opening does not match: {checked.why}")
    if checked.differ:
        raise Refused(f"record {checked.differ[0]} is not what was committed")
    if checked.records.keys() <= known.keys():
        raise Refused("all of this is open already")


def _escrow(sealed: Sealed, me: int, body: Escrow) -> None:
    if any(one.id == body.id and ref.party == me for ref, one in sealed.all(Escrow)):
        raise Refused(f"an escrow {body.id} of ours is on the record already: choose another id")
    if body.follows is not None:
        former = sealed.get(body.follows, Escrow)
        if former is None or body.follows.party != me:
            raise Refused(f"{body.follows.full_name} is no escrow of ours")
        if former.as_of > body.as_of:
            raise Refused("it stands for an earlier day than the escrow that it follows")


def _draw(sealed: Sealed, me: int, body: Answered | Revealed) -> None:
    challenge = sealed.get(body.of, Challenge)
    kept = escrows.kept(sealed, challenge.of) if challenge is not None else None
    asked = next((one for one in kept.challenges if one.ref == body.of), None) if kept is not None else None
    if challenge is None or kept is None or asked is None:
        raise Refused(f"{body.of.full_name} is no challenge of this record")
    owner = kept.ref.party
    if isinstance(body, Answered):
        if me != owner or asked.answer is not None:
            raise Refused("a challenge is answered once, by the party whose escrow it is about")
        if any(said.party == asked.ref.party for said, _ in sealed.said_of(body.of, Revealed)):
            raise Refused("the other part of this draw is shown already: it must not be answered any more")
        return
    if me not in (owner, asked.ref.party):
        raise Refused("a draw is between the party that challenges and the one whose escrow it is")
    if asked.answer is None:
        raise Refused("the challenge is not answered yet: nobody shows their part before both have committed")
    answer = sealed.get(asked.answer, Answered)
    assert answer is not None
    closed = answer.draw if me == owner else challenge.draw
    if me in dict(asked.reveals):
        raise Refused("our part of this draw is shown already")
    if draw_closed(me, body.draw) != closed:
        raise Refused("this is not the part of the draw that we committed to")
