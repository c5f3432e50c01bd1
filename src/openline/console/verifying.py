"""Checking an export: the file by `record.evidence.judge`, its signatures over all cores, the cards in hand.

Needs no station, no network and no keys but the parties' cards, which the reader got in person.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple

from openline.errors import Forged
from openline.record.evidence.export import read_export
from openline.record.evidence.findings import Findings, Job, verify
from openline.record.evidence.judge import judge_export
from openline.seal.party import Card

_CHUNK_BYTES: Final = 1 << 20
_ALONE_MAX: Final = 400  # below this many signatures another process costs more than it saves
_SLICE: Final = 250


class Verified(NamedTuple):
    """Everything in the file is as signed. `known[n]`: a card in the reader's hand is that of party n."""

    findings: Findings
    known: tuple[bool, ...]


def verify_file(path: Path, cards: Sequence[Card], processes: int | None = None) -> Verified:
    """Read and check a whole export.

    Raises Malformed or Forged naming the entry at the first thing that is not as it was signed, and Forged when a
    card in hand is not of the party that the file says it is.
    """
    unsettled = judge_export(read_export(_chunks(path)))
    findings = unsettled.settle(_answers(unsettled.jobs, processes or os.cpu_count() or 1))
    return Verified(findings, _compare(findings, cards))


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def _answers(jobs: Sequence[Job], processes: int) -> list[bool]:
    if len(jobs) <= _ALONE_MAX or processes == 1:
        return [verify(job) for job in jobs]
    context = multiprocessing.get_context("fork")  # this program has one thread here, and starts in a moment
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        return list(pool.map(verify, jobs, chunksize=_SLICE))


def _compare(findings: Findings, cards: Sequence[Card]) -> tuple[bool, ...]:
    """Which parties the reader has a card of. Raises Forged for a card that no party of the record matches."""
    ids = [party.party_id for party in findings.roster.parties]
    for card in cards:
        if card.party_id not in ids:
            names = [party.name for party in findings.roster.parties]
            what = "has other keys there" if card.name in names else "is not among its parties"
            raise Forged(f"the card of {card.name!r} given here: that party {what}; this is not the line you think")
    held = {card.party_id for card in cards}
    return tuple(party_id in held for party_id in ids)
