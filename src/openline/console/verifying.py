"""Checking an export: the file by `record.evidence.judge`, its signatures over all cores, the cards in hand.

Needs no station, no network and no keys but the parties' cards, which the reader got in person.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple, Self

from openline.contact.receipts import carried, carried_doubts
from openline.errors import Forged
from openline.record.evidence.export import read_export
from openline.record.evidence.findings import Findings, Job, verify
from openline.record.evidence.judge import judge_export
from openline.seal.party import Card

_CHUNK_BYTES: Final = 1 << 20
_ALONE_MAX: Final = 400  # below this many signatures another process costs more than it saves
_SLICE: Final = 1_000  # each is handed over by a thread beside the one that reads: few and large


class Verified(NamedTuple):
    """Everything in the file is as signed. `known[n]`: a card in the reader's hand is that of party n."""

    findings: Findings
    known: tuple[bool, ...]


def verify_file(path: Path, cards: Sequence[Card], processes: int | None = None) -> Verified:
    """Read and check a whole export.

    Raises Malformed or Forged naming the entry at the first thing that is not as it was signed, and Forged when a
    card in hand is not of the party that the file says it is.
    """
    with _Verifying(processes or os.cpu_count() or 1) as jobs:
        unsettled = judge_export(read_export(_chunks(path)), jobs)
        findings = unsettled.settle(jobs.answers())
    findings = findings._replace(doubts=(*findings.doubts, *carried_doubts(carried(findings.logs))))
    return Verified(findings, compare(findings, cards))


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


class _Verifying(list[Job]):
    """Signatures to verify, verified by other processes while more of the file is read. Use as a context.

    Reading a long file takes one core about half as long as its signatures take another one.
    """

    def __init__(self, processes: int) -> None:
        super().__init__()
        self._processes = processes
        self._pool: ProcessPoolExecutor | None = None
        self._given: list[Future[list[bool]]] = []
        self._end = 0  # of those given

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def append(self, job: Job) -> None:
        """One more."""
        super().append(job)
        if len(self) - self._end >= (_SLICE if self._pool is not None else _ALONE_MAX) and self._processes > 1:
            self._give()

    def _give(self) -> None:
        if self._pool is None:  # forked: this program has one thread here, and starts in a moment
            self._pool = ProcessPoolExecutor(self._processes, mp_context=multiprocessing.get_context("fork"))
        while self._end < len(self):
            few = self[self._end : self._end + _SLICE]
            self._given.append(self._pool.submit(_verify_all, few))
            self._end += len(few)

    def answers(self) -> list[bool]:
        """One for each, in order."""
        if self._pool is not None:
            self._give()
        return [one for given in self._given for one in given.result()] + _verify_all(self[self._end :])


def _verify_all(jobs: Sequence[Job]) -> list[bool]:
    return [verify(job) for job in jobs]


def compare(findings: Findings, cards: Sequence[Card]) -> tuple[bool, ...]:
    """Which parties the reader has a card of. Raises Forged for a card that no party of the record matches."""
    ids = [party.party_id for party in findings.roster.parties]
    for card in cards:
        if card.party_id not in ids:
            names = [party.name for party in findings.roster.parties]
            what = "has other keys there" if card.name in names else "is not among its parties"
            raise Forged(f"the card of {card.name!r} given here: that party {what}; this is not the line you think")
    held = {card.party_id for card in cards}
    return tuple(party_id in held for party_id in ids)
