"""What a published statement proves: pure, over an extract whose signatures were checked. (R-547, R-548)

What is refused is refused with one word for why, the first of: form, evidence, line, shape, signatures, texts, early.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from openline.accord.communique.published import Published
from openline.accord.communique.statement import Statement, parse_signature
from openline.errors import Forged, Malformed, PeerFault
from openline.record.entry import EXERCISE, JOINT, Header, Ref
from openline.record.evidence.export import EXTRACT
from openline.record.evidence.findings import Findings, LogFinding, ReceiptFinding


class Signed(NamedTuple):
    """A party's signature. `held`: who receipted the very checkpoint that its proof leads to."""

    ref: Ref
    header: Header
    held: tuple[ReceiptFinding, ...]
    revoked: bool  # its station's certificate, since


class Proved(NamedTuple):
    """Every party signed these bytes, and the file claims no publication before the instant they agreed."""

    published: Published
    signed: tuple[Signed, ...]  # by party

    @property
    def statement(self) -> Statement:
        """The statement."""
        return self.published.statement

    def is_late(self, signed: Signed) -> bool:
        """Whether its own writer dates it at the instant of release or later. (R-544)"""
        return signed.header.written_at_ms >= self.statement.release_s * 1000

    def lacks(self, languages: Sequence[str]) -> list[str]:
        """Those of a charter in which it has no text. (R-544)"""
        there = {version.language for version in self.statement.versions}
        return [language for language in languages if language not in there]


def prove(published: Published, findings: Findings) -> Proved:
    """`findings`: of the evidence, every signature in it verified. Raises Forged with the word for why."""
    if findings.head.line_id != published.line_id:
        raise refused("line", "the evidence is of another line than the file names")
    signed = tuple(_of(log) for log in _shaped(findings))
    _check_signatures(published, findings, signed)
    if not published.is_what_it_names:
        raise refused("texts", "texts, instant or zone are not those that the parties signed")
    head = findings.head
    if (published.published_s, published.published_by) != (head.made_at_ms // 1000, head.by):
        raise refused("early", "it says another time or publisher of itself than its evidence does")
    if published.published_s < published.statement.release_s:
        raise refused("early", "it says of itself that it was published before the agreed instant")
    return Proved(published, tuple(_signed(log, header) for log, header, _ in signed))


def _signed(log: LogFinding, header: Header) -> Signed:
    return Signed(Ref(*log.log, header.index), header, _held(log), bool(log.station.revoked))


def refused(why: str, words: str) -> PeerFault:
    """Raise this: the file proves nothing."""
    return Forged(f"published statement ({why}): {words}")


def _shaped(findings: Findings) -> tuple[LogFinding, ...]:
    """The logs, by party. A receipt counts for the entry under its own checkpoint alone: so there is only one."""
    logs = findings.logs
    fits = (
        findings.head.kind == EXTRACT
        and [log.log.party for log in logs] == list(range(len(findings.roster.parties)))
        and all(len(log.entries) == 1 and log.checkpoints == 1 for log in logs)
        and not findings.accusations and not findings.unproven
    )  # fmt: skip
    if not fits:
        raise refused("shape", "its evidence is not one entry of each party, each under one checkpoint")
    return logs


def _of(log: LogFinding) -> tuple[LogFinding, Header, bytes | None]:
    return log, log.entries[0].header, log.entries[0].body


def _check_signatures(
    published: Published, findings: Findings, signed: tuple[tuple[LogFinding, Header, bytes | None], ...]
) -> None:
    for log, header, body in signed:
        name = findings.roster.parties[log.log.party].name
        if header.kind != JOINT or body is None:
            raise refused("signatures", f"the entry of {name} here signs no joint statement")
        try:
            digest = parse_signature(body).digest
        except Malformed as fault:
            raise refused("signatures", f"the signature of {name} does not read: {fault.reason}") from fault
        if digest != published.digest:
            raise refused("signatures", f"{name} signed other bytes")
        if header.flags & EXERCISE:
            raise refused("signatures", f"{name} wrote it in an exercise, where nobody signs anything")
        if header.references:
            raise refused("signatures", f"the entry of {name} here refers to another: no signature does")
        if log.disputed_from is not None and header.index >= log.disputed_from:
            raise refused("signatures", f"the signature of {name} is disputed: its station was revoked, and nobody "
                          "shows that it was received before, or agreed to")  # fmt: skip


def _held(log: LogFinding) -> tuple[ReceiptFinding, ...]:
    return tuple(one for receipts in log.receipts for one in receipts)
