"""A third party reads the record: one honest station's export, judged as `openline verify` does, with the charter only.

Whatever a liar wrote, the file must read; it must accuse whoever the station disputes, and nobody who told one story.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from openline.console.channel.exporting import Exporter
from openline.errors import OpenlineError
from openline.line.ports import LogId
from openline.record.evidence.findings import Findings
from openline.record.evidence.judge import judge_at_once
from simulation.checks import own
from simulation.checks.words import Violation, demand

if TYPE_CHECKING:
    from simulation.station import Station


class Told(NamedTuple):
    """A lie inside one history, which no exhibit can prove: whoever reads the whole record must be shown it."""

    lie: str
    log: LogId  # of the liar
    size: int  # entries of it that carry the lie
    about: LogId  # whose log it names as it is not


class Verdict(NamedTuple):
    """What a stranger finds: the findings, and which lies that no exhibit can prove they show."""

    findings: Findings
    shown: list[str]


def read_by_a_stranger(station: Station, forked: set[LogId], lies: Sequence[Told]) -> Verdict:
    """Export, read, judge.

    `forked`: logs whose writer told two stories.
    """
    exporter = Exporter(station.store, station.kept.papers, station.wall_ms())
    try:
        findings = judge_at_once(exporter.record(bodies=True, scope="everything"))
    except OpenlineError as fault:
        raise Violation("verify", f"the export of party {station.party} is refused: {fault}") from fault
    accused = {one.log for one in findings.accusations}
    roster = station.roster
    disputed = {
        row.log
        for row in station.store.logs()
        if row.disputed_from is not None
        and not any(one.revoked for one in own.keys_of(roster, row.log.party, row.station))
    }
    demand(disputed <= accused, "verify", f"party {station.party} disputes {disputed}, its export accuses {accused}")
    demand(accused <= forked, "verify", f"the export of party {station.party} accuses {accused - forked}")
    held = sum(row.size for row in station.store.logs())
    demand(exporter.entries == held, "verify", f"the export of party {station.party} lacks entries")
    sizes = {one.log: one.size for one in findings.logs}
    shown = [one for one in lies if sizes.get(one.log, 0) >= one.size and one.log not in forked]
    for one in shown:
        named = any(gap.log == one.about for gap in findings.missing)
        named = named or any(doubt.log == one.log for doubt in findings.doubts)
        demand(named, "shown", f"the export of party {station.party} says nothing of a lie: {one.lie}")
    return Verdict(findings, [one.lie for one in shown])
