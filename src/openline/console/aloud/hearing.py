"""What was taken down by ear, and how it stands to what this store holds of its author."""

from __future__ import annotations

from collections.abc import Iterator

from openline.console.channel.asking import Place, ReadAloud, Shown
from openline.contact.aloud import LEAF_DIGITS
from openline.contact.taken import TakenDown, parse_taken, weigh
from openline.limits import COMMIT_BYTES_MAX
from openline.line.ports import LogId, Store
from openline.record.entry import Header, parse_header
from openline.record.roster import Roster


def tell_taken(shown: Shown, body: bytes, roster: Roster, store: Store) -> None:
    """Say on `shown` what its writer heard, and whether an entry held here bears it out. Raises Malformed."""
    taken = parse_taken(body)
    naming = taken.sheet.naming
    logs = list(_logs_with(store, taken))
    state, which = weigh(taken, [_entry(store, log, naming.index) for log in logs])
    shown.subject = taken.sheet.subject
    shown.text = taken.sheet.text
    shown.read_aloud = ReadAloud(
        party=naming.party,
        name=roster.parties[naming.party].name if naming.party < len(roster.parties) else f"party {naming.party}",
        index=naming.index,
        written_at_ms=naming.written_at_s * 1000,
        heard_at_ms=taken.heard_at_ms,
        officer=taken.officer,
        remark=taken.remark,
        number=f"{naming.leaf_number:0{LEAF_DIGITS}d}",
        state=state.value,
        of=None if which is None else str(Place(naming.party, logs[which].generation.hex(), naming.index)),
    )


def _logs_with(store: Store, taken: TakenDown) -> Iterator[LogId]:
    naming = taken.sheet.naming
    for row in store.logs():
        if row.log.party == naming.party and naming.index < row.size:
            yield row.log


def _entry(store: Store, log: LogId, index: int) -> tuple[Header, bytes]:
    (row,) = store.entries(log, index, 1, COMMIT_BYTES_MAX)
    return parse_header(row.header), row.body
