"""Answers what a custodian asks about what a running station keeps. It reads beside the loop, and changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from openline.console.doctoring import of_line
from openline.console.home import LineHome
from openline.console.kept.papers import Papers
from openline.console.monitor import asking
from openline.console.monitor.looking import disk
from openline.console.monitor.written import Written
from openline.console.templates.asking import AskTemplates, TemplateRow
from openline.console.templates.shelf import every


class Kept(Protocol):
    """The station whose things these are."""

    started_at_ms: int

    @property
    def line(self) -> LineHome:
        """Where its files lie."""

    @property
    def papers(self) -> Papers:
        """Charter, cards, certificates, revocations."""

    def now_ms(self) -> int:
        """UTC, ms."""


class KeepingOperations:
    """`asking.Request`s over one station. `written`: when it last wrote a backup and an export."""

    def __init__(self, station: Kept, written: Written) -> None:
        self._station = station
        self._written = written

    def table(self) -> dict[type, Callable[..., Awaitable[object]]]:
        """Which request is answered by what."""
        return {asking.AskKeeping: self.keeping, AskTemplates: self.templates}

    async def templates(self, ask: AskTemplates) -> list[TemplateRow]:
        """Every template of messages, as the files are now."""
        return await asyncio.to_thread(every, self._station.line.home.folder)

    async def keeping(self, ask: asking.AskKeeping) -> asking.Keeping:
        """How everything stands now."""
        station = self._station
        found = await asyncio.to_thread(lambda: list(of_line(station.line)))
        store_bytes, free_bytes = disk(station.line.store)
        return asking.Keeping(
            station.now_ms(), station.started_at_ms, certificates(station.papers, station.now_ms()), store_bytes,
            free_bytes, self._written.backup, self._written.export,
            [asking.FoundRow(one.what, one.verdict, one.detail) for one in found],
        )  # fmt: skip


def certificates(papers: Papers, now_ms: int) -> list[asking.CertificateRow]:
    """The newest certificate of each party."""
    rows = []
    for party, card in enumerate(papers.cards):
        for one in papers.of_party(party)[-1:]:
            age_ms = max(0, now_ms - one.not_before_ms)
            standing = one.standing(now_ms).value
            rows.append(asking.CertificateRow(
                card.name, party == papers.me, one.not_before_ms, one.not_after_ms, age_ms, standing
            ))  # fmt: skip
    return rows
