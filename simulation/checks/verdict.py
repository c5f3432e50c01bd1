"""A third party reads the record: one honest station's export, judged as `openline verify` does, with the charter only.

Whatever a liar wrote, the file must read; it must accuse whoever the station disputes, and nobody who told one story.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from openline.console.channel.exporting import Exporter
from openline.errors import OpenlineError
from openline.line.ports import LogId
from openline.record.judge import judge_at_once
from simulation.checks.words import Violation, demand
from simulation.papers import papers_of

if TYPE_CHECKING:
    from simulation.station import Station


def read_by_a_stranger(station: Station, forked: set[LogId]) -> int:
    """Export, read, judge; gives back how many accusations the file carries. `forked`: logs whose writer lied."""
    papers = papers_of(len(station.roster.parties), station.party)
    exporter = Exporter(station.store, papers, station.wall_ms())
    try:
        findings = judge_at_once(exporter.record(bodies=True, scope="everything"))
    except OpenlineError as fault:
        raise Violation("verify", f"the export of party {station.party} is refused: {fault}") from fault
    accused = {one.log for one in findings.accusations}
    disputed = {row.log for row in station.store.logs() if row.disputed_from is not None}
    demand(disputed <= accused, "verify", f"party {station.party} disputes {disputed}, its export accuses {accused}")
    demand(accused <= forked, "verify", f"the export of party {station.party} accuses {accused - forked}")
    held = sum(row.size for row in station.store.logs())
    demand(exporter.entries == held, "verify", f"the export of party {station.party} lacks entries")
    return len(accused)
