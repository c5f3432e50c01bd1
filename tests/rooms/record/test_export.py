"""The file: it comes back as written in chunks of any size, and any damage is named by item and entry."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.errors import LocalFault, Malformed
from openline.record.evidence import export
from openline.record.evidence.export import Entry, Head, LogStart
from tests.rooms.record.world import papers, talk, two, whole

OURS, THEIRS = talk()
ITEMS = [*papers(two()), *whole(OURS), *whole(THEIRS, withheld=(1,)), export.ExhibitPaper(b"x")]
DATA = b"".join(export.spell_export(ITEMS))


def item_spans() -> list[tuple[int, int]]:
    """(start, end) of each item in the file, the end item included."""
    spans, at = [], len(export.MAGIC)
    while at < len(DATA):
        end = at + 5 + int.from_bytes(DATA[at : at + 4], "big") + export.CHECK_BYTES
        spans.append((at, end))
        at = end
    return spans


SPANS = item_spans()


def resealed(items: list[tuple[int, bytes]]) -> bytes:
    """A file of raw (kind, payload) items with right checks, as a forger would make it."""
    out, state = [export.MAGIC], sha256(export.MAGIC).digest()
    for kind, payload in [*items, (export.END, None)]:
        raw = cbor2.dumps({0: len(items), 1: state}) if payload is None else payload
        head = len(raw).to_bytes(4, "big") + bytes([kind])
        state = sha256(state + head + raw).digest()
        out.append(head + raw + state[:8])
    return b"".join(out)


@given(st.lists(st.integers(1, 4000), max_size=30))
def test_an_export_comes_back_from_chunks_of_any_size(sizes: list[int]) -> None:
    """R-170"""
    chunks, at = [], 0
    for size in sizes:
        chunks.append(DATA[at : at + size])
        at += size
    assert list(export.read_export([*chunks, DATA[at:]])) == ITEMS


def test_every_byte_that_is_damaged_is_named_by_its_item() -> None:
    """R-170: some forty bytes of each item in turn."""
    names = {}
    for number, (start, end) in enumerate(SPANS, 1):
        for at in {start, start + 3, start + 4, *range(start + 5, end, max(1, (end - start) // 40)), end - 1}:
            damaged = DATA[:at] + bytes([DATA[at] ^ 1]) + DATA[at + 1 :]
            with pytest.raises(Malformed) as caught:
                list(export.read_export([damaged]))
            assert f"item {number} " in caught.value.reason, (number, at, caught.value.reason)
            names.setdefault(number, caught.value.reason)
    entry_items = [number for number, item in enumerate(ITEMS, 1) if isinstance(item, Entry)]
    assert "entry 0" in names[entry_items[0]]
    assert "entry 2" in names[entry_items[2]]
    for start in range(len(export.MAGIC)):
        with pytest.raises(Malformed, match="not an export"):
            list(export.read_export([DATA[:start] + b"?" + DATA[start + 1 :]]))


def test_every_bit_of_an_entry_is_guarded() -> None:
    number = next(i for i, item in enumerate(ITEMS) if isinstance(item, Entry) and item.body == b"first")
    start, end = SPANS[number]
    for bit in range(start * 8, end * 8):
        damaged = bytearray(DATA)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Malformed, match=f"export item {number + 1} ") as caught:
            list(export.read_export([bytes(damaged)]))
        assert bit // 8 == start + 4 or "entry 1" in caught.value.reason  # that byte says that it is an entry


@given(st.integers(0, len(DATA) - 1))
def test_a_file_that_is_cut_off_says_so(length: int) -> None:
    with pytest.raises(Malformed, match=r"cut off|not an export"):
        list(export.read_export([DATA[:length]]))


def test_items_taken_out_swapped_or_repeated_are_seen() -> None:
    parts = [DATA[start:end] for start, end in SPANS]
    for changed in (
        parts[:5] + parts[6:],
        [*parts[:5], parts[6], parts[5], *parts[7:]],
        [*parts[:6], *parts[5:]],
        parts[:-2] + parts[-1:],
    ):
        with pytest.raises(Malformed, match="export item"):
            list(export.read_export([export.MAGIC, *changed]))


def test_nothing_may_follow_the_end() -> None:
    with pytest.raises(Malformed, match="after the end"):
        list(export.read_export([DATA, b"\x00"]))


GOOD_HEAD = {0: bytes(32), 1: "record", 2: 5, 3: 0, 4: "all"}
GOOD_LOG = {0: 0, 1: bytes(12), 2: bytes(32), 3: 4}
GOOD_ENTRY = {0: b"header", 1: b"body", 2: bytes(32)}


@pytest.mark.parametrize(
    ("kind", "payload", "says"),
    [
        (0, b"", "unknown kind"),
        (13, b"", "unknown kind"),
        (1, cbor2.dumps({**GOOD_HEAD, 0: bytes(31)}), "line id"),
        (1, cbor2.dumps({**GOOD_HEAD, 1: "album"}), "neither"),
        (1, cbor2.dumps({**GOOD_HEAD, 2: -1}), "made at"),
        (1, cbor2.dumps({**GOOD_HEAD, 3: 8}), "by"),
        (1, cbor2.dumps({**GOOD_HEAD, 4: "a\x1b[31m"}), "control"),
        (1, cbor2.dumps({**GOOD_HEAD, 5: 1}), "keys 0 to 4"),
        (3, cbor2.dumps({0: 9, 1: b""}), "party"),
        (4, cbor2.dumps({0: 0, 1: "x"}), "paper"),
        (5, cbor2.dumps({**GOOD_LOG, 1: bytes(11)}), "generation"),
        (5, cbor2.dumps({**GOOD_LOG, 2: b""}), "station"),
        (5, cbor2.dumps({**GOOD_LOG, 3: 2**41}), "size"),
        (6, cbor2.dumps({**GOOD_ENTRY, 2: None}), "salt"),
        (6, cbor2.dumps({**GOOD_ENTRY, 1: None}), "body"),
        (6, cbor2.dumps({**GOOD_ENTRY, 0: None}), "header"),
        (6, cbor2.dumps(GOOD_ENTRY) + b"\x00", "one spelling"),
        (6, b"\xa3\x00\x58\x01h\x01\xf6\x02\xf6", "one spelling"),
        (6, b"", "not CBOR"),
        (9, cbor2.dumps({0: 4, 1: [bytes(31)]}), "hash"),
        (9, cbor2.dumps({0: 4, 1: [bytes(32)] * 200}), "at most"),
        (10, cbor2.dumps({0: 0, 1: 1, 2: 2**48}), "time"),
        (11, cbor2.dumps([1]), "paper"),
    ],
)
def test_an_item_in_another_spelling_is_refused_by_name(kind: int, payload: bytes, says: str) -> None:
    """R-170, with right checks: whoever makes a file anew gets no further."""
    with pytest.raises(Malformed, match=says) as caught:
        list(export.read_export([resealed([(kind, payload)])]))
    assert "export item 1" in caught.value.reason


def test_an_end_that_names_another_number_is_refused() -> None:
    payload = cbor2.dumps({0: 3, 1: sha256(export.MAGIC).digest()})
    head = len(payload).to_bytes(4, "big") + bytes([export.END])
    check = sha256(sha256(export.MAGIC).digest() + head + payload).digest()[:8]
    with pytest.raises(Malformed, match="number of items"):
        list(export.read_export([export.MAGIC + head + payload + check]))


def test_an_item_that_could_not_be_read_is_not_written() -> None:
    with pytest.raises(LocalFault, match="at most"):
        list(export.spell_export([Head(bytes(32), "record", 1, 0, "x" * 2000)]))
    with pytest.raises(LocalFault, match="at most"):
        list(export.spell_export([LogStart(0, bytes(500), bytes(32), 1)]))


@given(st.lists(st.tuples(st.integers(0, 14), st.binary(max_size=60)), max_size=4), st.binary(max_size=60))
def test_any_bytes_are_items_or_refused(items: list[tuple[int, bytes]], junk: bytes) -> None:
    for data in (resealed(items), export.MAGIC + junk, junk):
        try:
            list(export.read_export([data]))
        except Malformed:
            continue


def test_each_kind_of_item_is_bounded_before_it_is_read_and_the_document_says_how(tree: Path) -> None:
    """R-170: the table under section 11 of PROTOCOL, kind by kind."""
    section = (tree / "docs" / "PROTOCOL.md").read_text("utf-8").split("\n## 11 ")[1].split("\n## 12 ")[0]
    rows = re.findall(r"^\| (\d+) \| ([a-z]+) \| .+ \| (\d+) \|$", section, re.MULTILINE)
    assert [int(kind) for kind, _, _ in rows] == list(range(1, 13))
    for kind, name, most in rows:
        for more in (0, 1):
            head = (int(most) + more).to_bytes(4, "big") + bytes([int(kind)])
            with pytest.raises(Malformed) as caught:
                list(export.read_export([export.MAGIC + head]))
            assert f"({name})" in caught.value.reason
            assert ("is no item" if more else "cut off within it") in caught.value.reason


def test_a_head_holds_the_longest_scope_there_is() -> None:
    head = ITEMS[0]
    assert isinstance(head, Head)
    longest = head._replace(scope="\U0001f54a" * 256)
    assert next(export.read_export(export.spell_export([longest]))) == longest
