"""What judging an exported record comes to, as plain data: sentences for people are made elsewhere.

`Unsettled` is what reading gave; every signature is still a job to be verified, by as many processes as there are.
Only `Unsettled.settle` makes `Findings`, and only from one answer for each job.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from openline.errors import Forged
from openline.record.ahead import HeldAhead
from openline.record.entry import Header, LogId
from openline.record.evidence.export import Head
from openline.record.exhibit import Accusation
from openline.record.note import COSIGNATURE_MLDSA44
from openline.record.roster import Roster, StationKeys
from openline.record.standing import Standing
from openline.record.times import Interval
from openline.seal.charter import Charter
from openline.seal.party import Card
from openline.seal.signature import verify_ed25519, verify_mldsa44


class Job(NamedTuple):
    """A signature to verify: `algorithm` as in C2SP notes (0x01 and 0x04 Ed25519, 0x06 ML-DSA-44)."""

    algorithm: int
    public_key: bytes
    signature: bytes
    message: bytes
    what: str


def verify(job: Job) -> bool:
    """Whether the signature of one job verifies. A function of its argument: any process can do it."""
    if job.algorithm == COSIGNATURE_MLDSA44:
        return verify_mldsa44(job.public_key, job.signature, job.message)
    return verify_ed25519(job.public_key, job.signature, job.message)


class EntryFinding(NamedTuple):
    """An entry as its author signed it; `body` None where it is withheld."""

    header: Header
    body: bytes | None


class ReceiptFinding(NamedTuple):
    """A receipt: `witness` signed that it holds `size` entries. `at_s` by its clock, `arrived_at_ms` by the exporter's.

    `revoked`: by a key that its party has revoked since. `by_arrival`: disputed by the exporter's word only.
    `signature`: the 64 bytes that verified.
    """

    witness: int
    size: int
    at_s: int
    arrived_at_ms: int | None
    interval: Interval
    revoked: bool
    by_arrival: bool = False
    signature: bytes = b""


class LogFinding(NamedTuple):
    """One log: in a record all its entries, in an extract the chosen ones."""

    log: LogId
    station: StationKeys
    size: int
    entries: tuple[EntryFinding, ...]
    checkpoints: int
    receipts: tuple[tuple[ReceiptFinding, ...], ...]  # by party, each ascending by size
    pq_sizes: tuple[int, ...]  # by party: the largest size under its ML-DSA-44 signature, 0 for none
    withheld: int  # bodies that are not disclosed
    disputed_from: int | None  # entries from here on: two histories, or a revoked key nobody covered
    proved: Mapping[int, int] | None = None  # in an extract: entry -> size of the checkpoint that its proof leads to

    def held(self, index: int) -> list[ReceiptFinding]:
        """For each party that holds the entry, the receipt that first covers it.

        In an extract those over the very checkpoint that its proof leads to: nothing there binds one checkpoint of a
        log to another, and whoever signed two histories could show an entry of the one under a receipt for the other.
        (R-176)
        """
        if self.proved is not None:
            size = self.proved.get(index)
            return [one for receipts in self.receipts for one in receipts if one.size == size]
        ats = [(receipts, bisect_right(receipts, index, key=lambda one: one.size)) for receipts in self.receipts]
        return [receipts[at] for receipts, at in ats if at < len(receipts)]


class Missing(NamedTuple):
    """What somebody's signed statement names and this file does not have: entries, or receipts for them."""

    what: str  # "entries", or "receipts of party 1"
    log: LogId
    first: int
    end: int  # one past the last that is named
    named_by: str


class Doubt(NamedTuple):
    """Something signed that does not fit something else signed. It accuses nobody by itself."""

    code: str
    log: LogId
    index: int | None  # type: ignore[assignment]  # shadows tuple.index, which nobody wants here
    sentence: str


class StatedAhead(NamedTuple):
    """`by` stated in its entry `at` that it held the entry `said.of` ahead of its log.

    `fits`: whether the log has that entry in that place, under that root; None where the file cannot tell.
    """

    by: LogId
    at: int
    written_at_ms: int
    said: HeldAhead
    fits: bool | None


class Findings(NamedTuple):
    """Everything in the file is as signed. What that shows, and what it does not."""

    head: Head
    charter: Charter
    roster: Roster
    cards: tuple[Card, ...]
    standing: Standing  # the line as its record has amended it; in an extract, as far as that shows
    logs: tuple[LogFinding, ...]
    accusations: tuple[Accusation, ...]
    unproven: tuple[str, ...]  # exhibits in the file that prove nothing, and why
    missing: tuple[Missing, ...]
    doubts: tuple[Doubt, ...]
    signatures: int
    ahead: tuple[StatedAhead, ...] = ()


class Unsettled:
    """Findings whose signatures are not verified yet."""

    __slots__ = ("_findings", "jobs")

    def __init__(self, findings: Findings, jobs: Sequence[Job]) -> None:
        self._findings = findings
        self.jobs = tuple(jobs)

    def settle(self, answers: Sequence[bool]) -> Findings:
        """`answers` as `verify` gave them, one for each job in order.

        Raises Forged naming the first statement, and the entries under it, whose signature does not verify.
        """
        for job, answer in zip(self.jobs, answers, strict=True):
            if not answer:
                raise Forged(f"{job.what}: its signature does not verify", job.message, job.signature)
        return self._findings
