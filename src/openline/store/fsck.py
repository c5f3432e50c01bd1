"""Derive everything again: what a store holds against what it says it holds, and against the parties' signatures.

Every header, body digest, leaf, stored node, root, signature and snapshot. A fault is reported with its log and entry
and the check goes on: one flipped bit costs one report, not the rest of the store. The damage of an entry ends with
its tile of 256: from there the stored nodes carry the tree on, and they are checked against the signed roots. R-197.

Nothing is changed here. What to do is the same for every fault: keep the disk, restore a backup, and let the peers
fill in what is newer; they hold the same logs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from openline.errors import LocalFault, Malformed, OpenlineError, StoreDown, Unchecked
from openline.limits import BLOB_CHUNK_BYTES
from openline.line.ports import AheadRow, Store
from openline.record import ahead, exhibit
from openline.record.entry import body_digest, leaf, parse_header, salt_for
from openline.record.roster import Claim, Roster, check_checkpoint
from openline.store.sqlite import SqliteStore
from openline.store.walk import Counts as Counts
from openline.store.walk import Fault as Fault
from openline.store.walk import Walk, guarded

Snapshot = Callable[[Store], tuple[int, bytes]]


def check(
    store: Store,
    roster: Roster | None = None,
    *,
    counts: Counts | None = None,
    snapshots: Mapping[str, Snapshot] | None = None,
) -> Iterator[Fault]:
    """Every fault of `store`, as it is found. Without a roster, signatures are counted as unchecked.

    `snapshots` derives named states again, each to be equal to the stored one. Raises nothing of what it finds.
    """
    counts = counts if counts is not None else Counts()
    try:
        rows = store.logs()
    except StoreDown as fault:
        yield Fault("unreadable", None, None, f"the list of logs cannot be read: {fault}")
        return
    for row in rows:
        counts.logs += 1
        yield from Walk(store, row, roster, counts).faults()
    yield from guarded("exhibits", _exhibits(store, roster, counts))
    yield from guarded("attachments", _attachments(store, counts))
    yield from guarded("entries held ahead", _ahead(store, roster, counts))
    yield from guarded("snapshots", _snapshots(store, snapshots or {}, counts))


def check_file(
    path: Path,
    roster: Roster | None = None,
    *,
    counts: Counts | None = None,
    snapshots: Mapping[str, Snapshot] | None = None,
) -> Iterator[Fault]:
    """`check` for a store's file, opened for reading (its station may be running), and of the database itself.

    Raises Misconfigured: not a store. StoreDown: it cannot even be opened.
    """
    store = SqliteStore(path, read_only=True)
    try:
        yield from (Fault("database", None, None, text) for text in store.integrity())
        yield from check(store, roster, counts=counts, snapshots=snapshots)
    finally:
        store.close()


# --- what stands beside the logs


def _exhibits(store: Store, roster: Roster | None, counts: Counts) -> Iterator[Fault]:
    for row in store.exhibits():
        counts.exhibits += 1
        name = f"exhibit {row.digest.hex()[:12]}"
        if sha256(row.data).digest() != row.digest:
            yield Fault("exhibit", None, None, f"{name}: its bytes do not have its hash")
        elif row.proves and roster is not None:
            try:
                exhibit.judge(row.data, roster)
                counts.signatures += 2
            except Unchecked:
                counts.unchecked += 2
            except OpenlineError as fault:
                yield Fault("exhibit", None, None, f"{name} is kept as a proof and proves nothing: {fault}")


def _attachments(store: Store, counts: Counts) -> Iterator[Fault]:
    for digest, held, total in store.blobs():
        counts.attachments += 1
        name = f"attachment {digest.hex()[:12]}"
        if held > total:
            yield Fault("attachment", None, held, f"{name}: {held} bytes held of {total}")
        elif held == total:
            found = sha256()
            for offset in range(0, total, BLOB_CHUNK_BYTES):
                found.update(store.blob_bytes(digest, offset, BLOB_CHUNK_BYTES))
            if found.digest() != digest:
                yield Fault("attachment", None, None, f"{name}: its bytes do not have its hash")


def _ahead(store: Store, roster: Roster | None, counts: Counts) -> Iterator[Fault]:
    """Each by itself: header, digest, leaf, the way to its root, the signature over that. R-225."""
    for row in store.ahead():
        counts.ahead += 1
        for what in _faults_ahead(row):
            yield Fault("ahead", row.log, row.index, f"held ahead: {what}")
        if roster is None:
            counts.unchecked += 1
            continue
        try:
            check_checkpoint(roster, row.station, Claim(row.log, row.size, row.root, row.signature))
            counts.signatures += 1
        except Unchecked:
            counts.unchecked += 1
        except OpenlineError as fault:
            yield Fault("signature", row.log, row.size, f"over an entry held ahead: {fault}")


def _faults_ahead(row: AheadRow) -> Iterator[str]:
    try:
        header = parse_header(row.header)
    except Malformed as fault:
        yield fault.reason
        return
    if header.index != row.index:
        yield f"its header says it is entry {header.index}"
    if body_digest(salt_for(row.secret, row.index), row.body) != header.digest:
        yield "the body is not the one the header was written for"
    if leaf(row.header) != row.leaf:
        yield "its leaf is not the hash of its header"
    try:
        path = ahead.Path(ahead.cut(row.before), ahead.cut(row.behind))
        derived = ahead.root_along(path, row.leaf, row.index, row.size)
    except (LocalFault, ValueError):
        derived = b""
    if derived != row.root:
        yield "it does not lead to the root it is kept under"


def _snapshots(store: Store, snapshots: Mapping[str, Snapshot], counts: Counts) -> Iterator[Fault]:
    for name, derive in snapshots.items():
        counts.snapshots += 1
        held = store.state(name)
        if held is not None and held != derive(store):
            yield Fault("snapshot", None, None, f"snapshot {name!r} is not what the record gives; it can be rebuilt")
