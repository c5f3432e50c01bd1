"""Papers that come in by hand at a running station."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from openline.console.channel import amending, asking
from openline.console.channel.amending import Amending
from openline.errors import Refused
from openline.line.events import Draft
from openline.line.ports import LogId
from openline.record import statement
from openline.record.entry import CERTIFICATE
from openline.seal.amendment import Leave, Proposal, encode_proposal
from tests.rooms.line.test_amendments import SHORT, agree, in_force, make, propose


def test_a_renewed_certificate_that_has_ended_is_refused_by_hand() -> None:
    """R-044: nobody could use it; one that still holds goes onto the record."""
    _, (amber, birch) = make()
    certificate = birch.certificate
    taken: list[Draft] = []

    async def submit(drafts: list[Draft]) -> list[tuple[LogId, int]]:
        taken.extend(drafts)
        return [(amber.own, 1)]

    def at(now_ms: int) -> Amending:
        running = SimpleNamespace(state=amber.turns.state, submit=submit, now_ms=lambda: now_ms)
        return Amending(running)  # type: ignore[arg-type]

    paper = asking.TakePaper(paper=certificate.signed.hex())
    with pytest.raises(Refused, match="ended at"):
        asyncio.run(at(certificate.not_after_ms).take_paper(paper))
    assert not taken
    asyncio.run(at(certificate.not_after_ms - 1).take_paper(paper))
    assert [draft.kind for draft in taken] == [CERTIFICATE]


def test_a_log_that_has_said_as_much_as_counts_says_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """R-150: refused before it is written, with what to do."""
    wire, (amber, birch) = make()
    for bound in (statement, amending):
        monkeypatch.setattr(bound, "STATEMENTS_A_LOG_MAX", 2)
    taken: list[Draft] = []

    async def submit(drafts: list[Draft]) -> list[tuple[LogId, int]]:
        taken.extend(drafts)
        return [(amber.own, 1)]

    def ask() -> None:
        running = SimpleNamespace(state=amber.turns.state, submit=submit, now_ms=lambda: wire.now_ms)
        body = encode_proposal(Proposal(SHORT))
        asyncio.run(Amending(running).propose(asking.Propose(body=body.hex())))  # type: ignore[arg-type]

    propose(wire, amber, SHORT)
    ask()
    propose(wire, amber, SHORT)
    with pytest.raises(Refused, match="as many things of the line as count: start the station again"):
        ask()
    assert len(taken) == 1
    propose(wire, birch, SHORT)
    wire.settle()
    assert len(amber.turns.state.ledger.statements) == 3, "another's log has its own measure"  # type: ignore[union-attr]


def test_a_proposal_that_waits_for_who_has_left_says_what_to_do() -> None:
    """R-143, R-148: a yes written before its author knew of the leaving does not do without that of who left."""
    wire, (amber, birch, cedar) = make(3)
    proposal = propose(wire, amber, SHORT)
    wire.settle()
    agree(wire, birch, proposal)
    propose(wire, cedar, Leave(2))
    wire.settle()
    listed = Amending(SimpleNamespace(state=amber.turns.state)).listed()  # type: ignore[arg-type]
    waits = next(row for row in listed.amendments if not row.in_force)
    assert (waits.state, waits.lacking) == ("open", ["Party C"])
    assert waits.why.startswith("Party C left without a yes") and "proposes it again" in waits.why
    agree(wire, amber, proposal, False)
    again = propose(wire, amber, SHORT)
    wire.settle()
    agree(wire, birch, again)
    wire.settle()
    assert again in in_force(amber) and again in in_force(birch)
