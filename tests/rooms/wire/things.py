"""Made-up items of every kind, for all tests of this room."""

from __future__ import annotations

from hypothesis import strategies as st

from openline.limits import BLOB_BYTES_MAX, FRAGMENTED_BYTES_MAX, LOG_ENTRIES_MAX
from openline.wire import items as it
from openline.wire.overtaking import subtrees_between
from openline.wire.varint import VARINT_MAX

OPENED_AT_MS = 1_770_000_000_000

parties = st.integers(0, 7)
generations = st.binary(min_size=12, max_size=12)
sizes = st.one_of(st.integers(0, 300), st.integers(0, LOG_ENTRIES_MAX))
logs = st.builds(it.LogRef, parties, st.one_of(st.just(b""), st.binary(min_size=2, max_size=2), generations))
signatures = st.binary(min_size=64, max_size=64)
pq_signatures = st.binary(min_size=1, max_size=8).map(lambda seed: (seed * 2420)[:2420])
roots = st.binary(min_size=32, max_size=32)
eight = st.binary(min_size=8, max_size=8)
stamps = st.integers(0, 2**40 - 1)


def ascending(rows, key):
    return rows.map(lambda some: tuple(sorted({key(row): row for row in some}.values(), key=key)))


hails = st.builds(
    it.Hail,
    st.integers(0, 2**48 - 1),
    eight,
    eight,
    st.integers(0, VARINT_MAX),
    ascending(st.lists(st.builds(it.HailLog, parties, generations, sizes, eight), max_size=5), lambda row: row[:2]),
    ascending(st.lists(st.builds(it.HailReceipt, parties, sizes), max_size=5), lambda row: row.party),
    ascending(st.lists(st.builds(it.Lack, parties, generations, sizes), max_size=5), lambda row: row[:2]),
    st.integers(0, VARINT_MAX),
)
indexes = st.integers(0, LOG_ENTRIES_MAX - 1)
references = st.lists(st.builds(it.Ref, parties, generations, indexes), max_size=3).map(tuple)
entries = st.builds(
    it.WireEntry,
    st.integers(0, 255),
    st.integers(0, 7),
    stamps.map(lambda since: OPENED_AT_MS + since),
    references,
    st.integers(0, 3),
    st.one_of(st.binary(max_size=300), st.integers(16383, 16385).map(bytes)),
)


@st.composite
def afters(draw, first):
    slots = []
    for party in sorted(draw(st.sets(parties, max_size=4))):
        tail = draw(st.one_of(st.just(b""), st.binary(min_size=2, max_size=2), generations))
        size = draw(sizes) if tail else 0
        root = draw(roots) if len(tail) == 12 else b""
        slots.append(it.AfterSlot(party, tail, size, root, draw(st.integers(0, first))))
    return tuple(slots)


@st.composite
def batches(draw):
    some = tuple(draw(st.lists(entries, min_size=1, max_size=6)))
    first = draw(st.integers(0, LOG_ENTRIES_MAX - 6))
    runs, left = [], len(some)
    while left:
        count = draw(st.integers(1, left))
        runs.append(it.Run(count, draw(afters(first + len(some) - left))))
        left -= count
    return draw(logs), first, tuple(runs), some


@st.composite
def fragments(draw):
    chunk = draw(st.binary(min_size=1, max_size=50))
    offset = draw(st.integers(0, FRAGMENTED_BYTES_MAX - len(chunk)))
    return it.Fragment(draw(eight), offset, draw(st.integers(offset + len(chunk), FRAGMENTED_BYTES_MAX)), chunk)


@st.composite
def gaps(draw):
    edges = draw(st.lists(st.integers(0, FRAGMENTED_BYTES_MAX), min_size=2, max_size=40, unique=True).map(sorted))
    spans = tuple(zip(edges[::2], edges[1::2], strict=False))
    return it.Gaps(draw(eight), draw(st.integers(edges[-1], FRAGMENTED_BYTES_MAX)), spans)


@st.composite
def blob_chunks(draw):
    data = draw(st.binary(max_size=50))
    offset = draw(st.integers(0, BLOB_BYTES_MAX - len(data)))
    return it.BlobChunk(draw(roots), offset, draw(st.integers(offset + len(data), BLOB_BYTES_MAX)), data)


@st.composite
def overtakings(draw):
    index = draw(indexes)
    size = draw(st.one_of(st.just(index + 1), st.integers(index + 1, LOG_ENTRIES_MAX)))
    first = draw(st.one_of(st.sampled_from([0, index, max(index - 1, 0)]), st.integers(0, index)))
    count = subtrees_between(first, index) + subtrees_between(index + 1, size)
    nodes = tuple(draw(roots) for _ in range(count))
    return it.Overtaking(
        draw(logs), index, draw(afters(index)), draw(entries), size, draw(signatures), first, nodes
    )


witnesses = st.one_of(st.none(), parties)
any_item = st.one_of(
    hails,
    st.builds(it.Opening, parties, generations, roots, eight),
    batches().map(lambda parts: it.Entries(*parts)),
    st.tuples(batches(), signatures).map(lambda parts: it.Commit(*parts[0], parts[1])),
    st.builds(it.Checkpoint, logs, sizes, signatures),
    st.builds(it.Receipt, logs, witnesses, sizes, stamps, signatures),
    st.builds(it.Note, st.binary(max_size=200)),
    st.builds(it.Differs, logs, sizes, roots, st.sampled_from(list(it.DiffersReason)).map(int)),
    fragments(),
    gaps(),
    st.builds(it.BlobAsk, roots, st.integers(0, BLOB_BYTES_MAX)),
    blob_chunks(),
    st.builds(it.Grant, st.integers(0, VARINT_MAX), st.binary(max_size=100), st.sampled_from([b"", bytes(1216)])),
    st.builds(it.PqCheckpoint, logs, sizes, pq_signatures),
    st.builds(it.PqReceipt, logs, witnesses, sizes, stamps, pq_signatures),
    st.builds(it.RosterEntry, st.binary(max_size=200)),
    overtakings(),
    st.builds(
        it.ShortHail,
        st.integers(0, 2**48 - 1),
        eight,
        eight,
        st.integers(0, VARINT_MAX),
        st.integers(0, VARINT_MAX),
        st.binary(min_size=4, max_size=4),
    ),
)
payload_items = st.lists(any_item, max_size=5)


def lone_commit() -> it.Commit:
    """One message of 600 bytes at about the hundred-thousandth place of a log of two parties."""
    after = (it.AfterSlot(1, b"ab", 99_000, b"", 99_990),)
    entry = it.WireEntry(1, 3, OPENED_AT_MS + 86_400_000, (), 1, bytes(600))
    return it.Commit(it.LogRef(0, b""), 100_000, (it.Run(1, after),), (entry,), bytes(64))
