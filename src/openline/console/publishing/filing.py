"""Makes the published file of a joint statement from the record."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from openline.accord.communique.published import Published, spell_published
from openline.accord.communique.statement import Statement
from openline.console.channel.exporting import Exporter
from openline.console.kept.papers import Papers
from openline.limits import LOG_ENTRIES_MAX
from openline.line.ports import LogId, Store
from openline.record.entry import Ref
from openline.record.evidence.export import spell_export


def undisputed(store: Store) -> Callable[[Ref], bool]:
    """Whether an entry stands where its log is not disputed, by two histories or a revoked key. Raises StoreDown."""
    ends = {row.log: row.disputed_from for row in store.logs() if row.disputed_from is not None}
    return lambda ref: ref.index < ends.get(LogId(ref.party, ref.generation), LOG_ENTRIES_MAX)


def file_of(
    store: Store, papers: Papers, signed: Sequence[Ref], statement: Statement, digest: bytes, now_ms: int
) -> bytes:
    """`signed`: the entries by which the parties signed, one of each. Raises StoreDown, Told OL-101."""
    exporter = Exporter(store, papers, now_ms)
    places = [(LogId(ref.party, ref.generation), ref.index) for ref in signed]
    scope = f"joint statement {statement.id}"
    evidence = b"".join(spell_export(exporter.extract(places, scope=scope)))
    return spell_published(Published(digest, statement, papers.line_id, now_ms // 1000, papers.me, evidence))
