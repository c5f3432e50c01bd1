"""Papers that come in by hand at a running station."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from openline.console.channel import asking
from openline.console.channel.amending import Amending
from openline.errors import Refused
from openline.line.events import Draft
from openline.line.ports import LogId
from openline.record.entry import CERTIFICATE
from tests.rooms.line.test_amendments import make


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
