"""Judging an export: what it proves, what it shows, and every way in which it may have been changed."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.console.contact.gathering import of_findings
from openline.errors import Forged, Malformed, PeerFault
from openline.record import entry, merkle, note
from openline.record.ahead import HeldAhead, encode_held_ahead
from openline.record.entry import Held, Receipted, Ref
from openline.record.evidence import export, findings, judge
from openline.record.evidence.export import Arrival, CharterPaper, Entry, Item, LogStart, NotePaper, Proof
from openline.record.evidence.findings import Findings
from openline.record.exhibit import TwoRoots, encode_exhibit
from openline.record.opening import Previous
from openline.record.times import Interval
from openline.seal.amendment import Answer, Join, Proposal, encode_answer, encode_proposal
from openline.seal.certificate import Agreed, join_nonce, revoke
from openline.seal.signature import Ed25519Signer
from tests.rooms.record.world import OPENED_AT_MS, Log, Side, World, chosen, papers, talk, three, two, whole, word

OURS, THEIRS = talk()
ITEMS = [*papers(two()), *whole(OURS), *whole(THEIRS, withheld=(1,))]
DATA = b"".join(export.spell_export(ITEMS))


def found(items: list[Item]) -> Findings:
    """Judged as a stranger would: written to a file, read back, every signature verified."""
    return judge.judge_at_once(export.read_export(export.spell_export(items)))


def test_a_talk_of_two_is_proved_from_the_file_alone() -> None:
    """R-171 to R-177"""
    result = judge.judge_at_once(export.read_export([DATA]))
    ours, theirs = result.logs
    assert (ours.log, ours.size, len(ours.entries), ours.withheld) == (OURS.log, 4, 4, 0)
    assert [e.body for e in ours.entries[1:]] == [b"first", b"second", b""]
    assert (theirs.withheld, theirs.entries[1].body) == (1, None)
    assert result.missing == result.doubts == result.accusations == result.unproven == ()
    assert [card.name for card in result.cards] == ["Party A", "Party B"]
    assert result.signatures == 5 + 4 + 2  # checkpoints, receipts, ML-DSA-44
    assert ours.pq_sizes == (4, 4)
    assert ours.disputed_from is None


def test_who_held_what_in_which_interval() -> None:
    """R-094"""
    ours, theirs = judge.judge_at_once(export.read_export([DATA])).logs
    (held,) = ours.held(1)
    assert (held.witness, held.size) == (1, 3)
    # stamped with second 3, in our hands half a second later, and named in an entry of theirs after that
    assert held.interval == Interval(OPENED_AT_MS + 3_000, OPENED_AT_MS + 3_500, False)
    assert ours.held(2) == [held]
    assert ours.held(3) == []
    (held,) = theirs.held(1)
    # we have no arrival of our own receipt; our next entry names what it covers
    assert held.interval == Interval(OPENED_AT_MS + 5_000, OPENED_AT_MS + 6_000, False)


def test_three_parties_hold_each_for_itself() -> None:
    log = Log(three(), 0)
    log.write(b"to both")
    log.sign()
    log.receipt(2, OPENED_AT_MS // 1000 + 3)
    result = found([*papers(three()), *whole(log)])
    assert [receipt.witness for receipt in result.logs[0].held(1)] == [2]


def test_an_extract_shows_chosen_entries_with_proofs() -> None:
    """R-172, R-176"""
    log = Log(two(), 0)
    for number in range(20):
        log.write(b"entry %d" % number)
    log.sign()
    log.receipt(1, OPENED_AT_MS // 1000 + 30)
    items = [*papers(two(), export.EXTRACT), *chosen(log, 3, 17)]
    (shown,) = found(items).logs
    assert [e.body for e in shown.entries] == [b"entry 2", b"entry 16"]
    assert shown.held(17)[0].size == 21
    assert shown.held(3)[0].interval.disputed is False


# --- changed by somebody who makes the file anew, with right checks


def change(items: list[Item], number: int, item: Item | None) -> list[Item]:
    return [*items[:number], *([] if item is None else [item]), *items[number + 1 :]]


def where(kind: type[Item], nth: int = 0) -> int:
    return [n for n, item in enumerate(ITEMS) if isinstance(item, kind)][nth]


def swap_entries(items: list[Item]) -> list[Item]:
    a, b = where(Entry, 1), where(Entry, 2)
    items = list(items)
    items[a], items[b] = items[b], items[a]
    return items


def entry_with(nth: int, **fields: object) -> list[Item]:
    item = ITEMS[where(Entry, nth)]
    assert isinstance(item, Entry)
    return change(ITEMS, where(Entry, nth), item._replace(**fields))  # type: ignore[arg-type]


def header_with(nth: int, **fields: object) -> list[Item]:
    item = ITEMS[where(Entry, nth)]
    assert isinstance(item, Entry)
    header = entry.parse_header(item.header)._replace(**fields)  # type: ignore[arg-type]
    return entry_with(nth, header=entry.encode_header(header))


def note_with(nth: int, old: bytes, new: bytes) -> list[Item]:
    item = ITEMS[where(NotePaper, nth)]
    assert isinstance(item, NotePaper) and old in item.data
    return change(ITEMS, where(NotePaper, nth), NotePaper(item.data.replace(old, new)))


def without_line(nth: int, line: int) -> bytes:
    item = ITEMS[where(NotePaper, nth)]
    assert isinstance(item, NotePaper)
    read = note.parse_note(item.data)
    lines = list(read.signatures)
    del lines[line]
    return note.format_note(read.text, tuple(lines))


NAME = entry.log_name(OURS.log)


@pytest.mark.parametrize(
    ("items", "error", "says"),
    [
        # one entry in a commit of its own is named; one of several is named with its neighbours
        (entry_with(0, body=b"other"), Forged, f"{NAME} entry 0: its body"),
        (entry_with(1, body=b"other"), Forged, f"{NAME} entry 1: its body"),
        (entry_with(1, salt=bytes(32)), Forged, f"{NAME} entry 1: its body"),
        (entry_with(1, header=b"junk"), Malformed, f"{NAME} entry 1: entry header"),
        (header_with(1, written_at_ms=5), Forged, f"{NAME} entries 1 to 2: what stands here"),
        (header_with(3, precedence=3), Forged, f"{NAME} entry 3: what stands here"),
        (header_with(3, flags=1), Forged, f"{NAME} entry 3: what stands here"),
        (header_with(1, index=7), Malformed, f"{NAME} entry 1: its header says it is entry 7"),
        (swap_entries(ITEMS), Malformed, f"{NAME} entry 1: its header says it is entry 2"),
        (change(ITEMS, where(Entry, 1), None), Malformed, f"{NAME} entry 1: its header says it is entry 2"),
        (change(ITEMS, where(Entry, 3), None), Malformed, f"{NAME} entry 3: the checkpoint of 4 stands after 3"),
        (change(ITEMS, where(Entry, 0), None), Malformed, f"{NAME} entry 0: the checkpoint of 1 stands after 0"),
        # checkpoints
        (note_with(1, b"\n3\n", b"\n2\n"), Malformed, f"{NAME} entry 1: the checkpoint of 2 stands after 3"),
        (note_with(0, b"/receipt", b"/recoipt"), Malformed, f"{NAME} entry 0: a signature"),
        (
            note_with(0, OURS.log.generation.hex().encode(), b"00" * 12),
            Malformed,
            f"{NAME}: a checkpoint of another log",
        ),
        (change(ITEMS, where(NotePaper, 2), None), Malformed, "said to have 4 entries"),
        (
            change(ITEMS, where(NotePaper, 0), ITEMS[where(NotePaper, 1)]),
            Malformed,
            "the checkpoint of 3 stands after 1",
        ),
        (change(ITEMS, where(NotePaper, 1), ITEMS[where(NotePaper, 0)]), Malformed, "do not rise"),
        (change(ITEMS, where(NotePaper, 0), NotePaper(without_line(0, 0))), Malformed, "one signature by their author"),
        (change(ITEMS, where(NotePaper), NotePaper(b"junk")), Malformed, f"{NAME} after its entry 0: note"),
        # papers
        (change(ITEMS, 1, CharterPaper(two().charter._replace(line_name="x").encode())), PeerFault, "another line"),
        (change(ITEMS, 0, ITEMS[0]._replace(line_id=bytes(32))), Malformed, "another line"),  # type: ignore[union-attr]
        (change(ITEMS, 2, ITEMS[2]._replace(party=1)), Malformed, "is not of party 1"),  # type: ignore[union-attr]
        (change(ITEMS, 4, None), Malformed, "no station certificate"),
        (change(ITEMS, 4, ITEMS[4]._replace(party=1)), PeerFault, "certificate"),  # type: ignore[union-attr]
        (change(ITEMS, 4, ITEMS[4]._replace(party=3)), Malformed, "there are 2 parties"),  # type: ignore[union-attr]
        # logs
        (change(ITEMS, where(LogStart), LogStart(*OURS.log, word("none"), 4)), Malformed, "no station certificate"),
        (
            change(ITEMS, where(LogStart), LogStart(*OURS.log, two().sides[0].certificate.digest, 5)),
            Malformed,
            "5 entries",
        ),
        (change(ITEMS, where(LogStart), LogStart(5, bytes(12), bytes(32), 4)), Malformed, "party 5"),
        ([*ITEMS, *whole(OURS)], Malformed, "stands in it twice"),
        # arrivals
        (change(ITEMS, where(Arrival), Arrival(1, 4, 5)), Malformed, "no one receipt"),
        ([*ITEMS[: where(Arrival)], ITEMS[where(Arrival)], *ITEMS[where(Arrival) :]], Malformed, "no one receipt"),
        # order
        (ITEMS[1:], Malformed, "out of order"),
        ([ITEMS[0], *ITEMS[2:]], Malformed, "does not begin"),
        ([*ITEMS[:2], ITEMS[1], *ITEMS[2:]], Malformed, "out of order"),
        ([*ITEMS, ITEMS[0]], Malformed, "out of order"),
        ([*ITEMS[:4], ITEMS[where(Entry)]], Malformed, "outside any log"),
        ([*ITEMS[: where(LogStart)], Proof(1, ()), *ITEMS[where(LogStart) :]], Malformed, "outside any log"),
        ([*ITEMS[: where(LogStart) + 1], Proof(1, ()), *ITEMS[where(LogStart) + 1 :]], Malformed, "without an entry"),
        ([], Malformed, "no head"),
        (ITEMS[:1], Malformed, "no charter"),
    ],
)
def test_a_file_made_anew_is_refused_where_it_was_changed(items: list[Item], error: type[PeerFault], says: str) -> None:
    """R-171, R-172, R-173, R-174, R-175"""
    with pytest.raises(error) as caught:
        found(items)
    assert says in caught.value.reason


@pytest.mark.parametrize("line", [0, 1])
def test_a_signature_that_does_not_verify_is_named_with_its_entries(line: int) -> None:
    """R-174, R-175"""
    item = ITEMS[where(NotePaper, 1)]
    assert isinstance(item, NotePaper)
    read = note.parse_note(item.data)
    lines = list(read.signatures)
    last = lines[line].signature
    lines[line] = lines[line]._replace(signature=last[:-1] + bytes([last[-1] ^ 1]))
    bent = NotePaper(note.format_note(read.text, tuple(lines)))
    what = ("checkpoint", "receipt of party 1")[line]
    with pytest.raises(Forged, match=f"{NAME} entries 1 to 2: {what}: its signature does not verify"):
        found(change(ITEMS, where(NotePaper, 1), bent))


def test_a_receipt_with_another_time_is_refused() -> None:
    item = ITEMS[where(NotePaper, 1)]
    assert isinstance(item, NotePaper)
    read = note.parse_note(item.data)
    author, receipt = read.signatures
    at_s, signature = note.parse_timestamped(receipt.signature, 64)
    earlier = receipt._replace(signature=note.timestamped(at_s - 60, signature))
    with pytest.raises(Forged, match="receipt of party 1"):
        found(change(ITEMS, where(NotePaper, 1), NotePaper(note.format_note(read.text, (author, earlier)))))


def test_post_quantum_statements_are_verified_too() -> None:
    item = ITEMS[where(NotePaper, 2)]
    assert isinstance(item, NotePaper)
    read = note.parse_note(item.data)
    for place, says in ((1, "party 0"), (2, "party 1")):
        lines = list(read.signatures)
        lines[place] = lines[place]._replace(signature=lines[place].signature[:-1] + b"\xff")
        with pytest.raises(Forged, match=f"ML-DSA-44 signature of {says}"):
            found(change(ITEMS, where(NotePaper, 2), NotePaper(note.format_note(read.text, tuple(lines)))))
    lines = list(read.signatures)
    lines[1] = lines[1]._replace(signature=b"\x00" * 7 + b"\x01" + lines[1].signature[8:])
    with pytest.raises(Malformed, match="states a time"):
        found(change(ITEMS, where(NotePaper, 2), NotePaper(note.format_note(read.text, tuple(lines)))))


def test_a_stranger_cannot_write_a_log_in_a_partys_name() -> None:
    world = World(2)
    log = Log(world, 0)
    stranger = Ed25519Signer(word("stranger"))
    log.lines[1] = [note.author_line(log.origin, stranger.public, stranger.sign(log.text()))]
    with pytest.raises(Malformed, match="by nobody on the roster"):
        found([*papers(world), *whole(log)])
    own = world.sides[0].secrets().note_signer()
    log.lines[1] = [note.author_line(log.origin, own.public, stranger.sign(log.text()))]
    with pytest.raises(Forged, match="entry 0: checkpoint"):
        found([*papers(world), *whole(log)])


def test_the_opening_names_the_station_that_signs() -> None:
    world = World(2)
    second = world.sides[0].certified("second")
    world.certificates.append((0, second.signed))
    with pytest.raises(Forged, match="another station"):
        found([*papers(world), *whole(OURS, station=second.digest)])


def test_each_answer_belongs_to_one_job() -> None:
    unsettled = judge.judge_export(export.read_export([DATA]))
    answers = [findings.verify(job) for job in unsettled.jobs]
    assert all(answers)
    for number in range(len(answers)):
        with pytest.raises(Forged, match="does not verify"):
            unsettled.settle([*answers[:number], False, *answers[number + 1 :]])
    with pytest.raises(ValueError, match="shorter"):
        unsettled.settle(answers[:-1])


AS_SIGNED = found(ITEMS)


@settings(max_examples=settings().max_examples * 12 // 5)
@given(st.integers(0, len(ITEMS) - 1), st.integers(0, 2**32), st.integers(0, 7))
def test_no_bit_of_any_item_can_be_changed_unseen(number: int, place: int, bit: int) -> None:
    """A forger flips one bit of an item's payload and makes all checks right again: refused, or the same findings.

    The exceptions are what nobody signed and the file says so: the head's words and the exporter's arrivals.
    """
    kind = export._KIND_OF[type(ITEMS[number])]
    payload = bytearray(kind.spell(ITEMS[number]))
    payload[place % len(payload)] ^= 1 << bit
    try:
        item = kind.read(bytes(payload))
        if kind.spell(item) != payload:
            return
        result = found(change(ITEMS, number, item))
    except PeerFault:
        return
    assert isinstance(item, export.Head | Arrival) or result == AS_SIGNED, item


# --- extracts


def extract() -> list[Item]:
    log = Log(two(), 0)
    for number in range(20):
        log.write(b"entry %d" % number)
    log.sign()
    return [*papers(two(), export.EXTRACT), *chosen(log, 3, 17)]


def entry_at(items: list[Item]) -> int:
    return next(n for n, item in enumerate(items) if isinstance(item, Entry))


@pytest.mark.parametrize(
    ("bend", "error", "says"),
    [
        (lambda i, n: change(i, n + 1, None), Malformed, "entry 3: no proof"),
        (lambda i, n: i[: n + 1], Malformed, "entry 3: no proof"),
        (lambda i, n: change(i, n + 1, i[n + 3]), Forged, "entry 3: its proof does not lead"),
        (lambda i, n: change(i, n + 1, i[n + 1]._replace(size=20)), Malformed, "entry 3: its proof is against"),
        (lambda i, n: [*i[: n + 2], i[n + 1], *i[n + 2 :]], Malformed, "without an entry"),
        (lambda i, n: [*i[:n], i[n + 2], i[n + 3], i[n], i[n + 1]], Malformed, "do not ascend"),
        (lambda i, n: [*i[: n + 4], i[n - 1]], Malformed, "do not rise"),
        (lambda i, n: change(i, n - 1, None), Malformed, "against a checkpoint that is not here"),
        (lambda i, n: change(i, n, i[n]._replace(body=b"x")), Forged, "entry 3: its body"),
    ],
)
def test_an_extract_that_was_changed_is_refused(
    bend: Callable[[list[Item], int], list[Item]], error: type[PeerFault], says: str
) -> None:
    """R-172, R-176"""
    items = extract()
    with pytest.raises(error) as caught:
        found(bend(items, entry_at(items)))
    assert says in caught.value.reason


def test_in_an_extract_a_receipt_speaks_of_what_its_own_checkpoint_covers_and_of_nothing_else() -> None:
    """R-176: an author of two histories shows an entry of the one under a receipt for the other."""
    true, false = fork()
    true.receipt(1, OPENED_AT_MS // 1000 + 3)
    false.write(b"more of it"), false.sign()
    shown = chosen(false, 1)
    both = [shown[0], NotePaper(true.note(2)), *shown[1:]]
    (log,) = found([*papers(two(), export.EXTRACT), *both]).logs
    assert [row.size for row in log.receipts[1]] == [2], "B's receipt is in the file"
    assert log.held(1) == [], "and says nothing of war"
    assert found([*papers(two(), export.EXTRACT), *chosen(true, 1)]).logs[0].held(1)[0].witness == 1
    alone = of_findings(found([*papers(two(), export.EXTRACT), *both]), None, None)
    assert not alone["pairs"][0]["proofs"], "nor does it prove contact at that time"


def test_in_an_extract_a_revoked_key_is_covered_under_the_very_checkpoint_of_the_proof() -> None:
    """R-152, R-176: a thief of the key puts an entry of its own below what was receipted before."""
    world = World(2)
    true, false = Log(world, 0), Log(world, 0)
    true.write(b"peace"), true.sign(), true.receipt(1, OPENED_AT_MS // 1000 + 3)
    false.write(b"war"), false.write(b"more of it"), false.sign()
    side = world.sides[0]
    agreed = (Agreed(true.log.generation, 2, true.root(2)),)
    paper = revoke(side.root, side.certificate.digest, OPENED_AT_MS + 9_000, agreed, "stolen")
    before = papers(world, export.EXTRACT, revocations=((0, paper.signed),))
    shown = chosen(false, 1)
    (log,) = found([*before, shown[0], NotePaper(true.note(2)), *shown[1:]]).logs
    assert log.disputed_from == 1
    assert found([*before, *chosen(true, 1)]).logs[0].disputed_from is None


def test_a_header_in_an_extract_is_bound_to_its_place() -> None:
    items = extract()
    at = entry_at(items)
    item = items[at]
    assert isinstance(item, Entry)
    header = entry.parse_header(item.header)
    for changed in (header._replace(index=4), header._replace(written_at_ms=5)):
        with pytest.raises(Forged, match="its proof does not lead"):
            found(change(items, at, item._replace(header=entry.encode_header(changed))))


# --- what signed statements show of each other


def test_entries_that_a_peer_says_it_held_and_that_are_not_here_are_missing() -> None:
    """A truncated its own log before exporting; B's entry names more of it."""
    ours, theirs = talk()
    del ours.lines[4], ours.lines[3], ours.headers[1:], ours.bodies[1:], ours.leaves[1:]
    ours.arrivals.pop((1, 3))
    result = found([*papers(two()), *whole(ours), *whole(theirs)])
    (gap,) = result.missing
    assert (gap.what, gap.log, gap.first, gap.end) == ("entries", OURS.log, 1, 3)
    assert gap.named_by == f"{entry.log_name(THEIRS.log)} entry 1"


def test_a_whole_log_that_is_left_out_is_missing() -> None:
    result = found([*papers(two()), *whole(THEIRS)])
    assert [(gap.log, gap.first, gap.end) for gap in result.missing] == [(OURS.log, 0, 3)]


def test_a_former_life_that_is_left_out_is_missing() -> None:
    later = Log(two(), 0, life=1, previous=Previous(OURS.log.generation, 4, OURS.root()))
    later.sign()
    result = found([*papers(two()), *whole(later), *whole(THEIRS)])
    assert (OURS.log, 0, 4) in [(gap.log, gap.first, gap.end) for gap in result.missing]
    assert found([*papers(two()), *whole(OURS), *whole(later), *whole(THEIRS)]).missing == ()


def test_receipts_that_an_author_named_and_that_are_not_here_are_missing() -> None:
    item = NotePaper(without_line(1, 1))
    items = [part for part in change(ITEMS, where(NotePaper, 1), item) if part != Arrival(1, 3, OPENED_AT_MS + 3_500)]
    (gap,) = found(items).missing
    assert (gap.what, gap.log, gap.first, gap.end) == ("receipts of party 1", OURS.log, 1, 3)


def test_another_root_named_by_a_peer_is_a_doubt_and_accuses_nobody() -> None:
    theirs = Log(two(), 1)
    theirs.write(b"answer", held=(Held(*OURS.log, 3, bytes(32)),))
    theirs.sign()
    result = found([*papers(two()), *whole(OURS), *whole(theirs)])
    assert [(doubt.code, doubt.log, doubt.index) for doubt in result.doubts if doubt.log == theirs.log] == [
        ("other-root", theirs.log, 1)
    ]
    assert result.accusations == ()


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        (((OURS.held(3),), ()), ((OURS.held(1),), ()), "held less"),
        (((OURS.held(3),), ()), ((), ()), "held less"),
        (((OURS.held(3),), ()), ((Held(*OURS.log, 3, bytes(32)),), ()), "another root"),
        (((), (Receipted(0, 1),)), ((), ()), "smaller receipt"),
        (((), ()), ((), (Receipted(0, 9),)), "could not have been there"),
        (((), ()), ((), (Receipted(1, 1),)), "could not have been there"),
        (((), ()), ((Held(1, bytes(12), 3, bytes(32)),), ()), "its own party"),
    ],
)
def test_after_that_decreases_is_a_doubt(first: tuple[tuple, tuple], second: tuple[tuple, tuple], says: str) -> None:  # type: ignore[type-arg]
    """R-177"""
    theirs = Log(two(), 1)
    theirs.write(b"1", held=first[0], receipted=first[1])
    theirs.write(b"2", held=second[0], receipted=second[1])
    theirs.sign()
    doubts = found([*papers(two()), *whole(OURS), *whole(theirs)]).doubts
    assert any(d.code == "after-decreases" and d.index == 2 and says in d.sentence for d in doubts), doubts


def test_a_log_without_an_opening_is_a_doubt() -> None:
    for kind, body in ((entry.MESSAGE, b""), (entry.OPENING, b"junk")):
        log = Log(two(), 0)
        log.headers.clear(), log.bodies.clear(), log.leaves.clear()
        log.write(body, kind=kind)
        log.sign()
        assert [doubt.code for doubt in found([*papers(two()), *whole(log)]).doubts] == ["no-opening"]


@pytest.mark.parametrize(("stamp", "disputed"), [(3, False), (-60, True), (600, True)])
def test_a_receipt_stamped_outside_its_bounds_is_disputed(stamp: int, disputed: bool) -> None:
    """R-094"""
    log = Log(two(), 0)
    log.write(b"x", at_ms=OPENED_AT_MS + 2_000)
    log.sign()
    log.receipt(1, OPENED_AT_MS // 1000 + stamp, arrived_at_ms=OPENED_AT_MS + 5_000)
    (held,) = found([*papers(two()), *whole(log)]).logs[0].held(1)
    assert held.interval.disputed is disputed


def test_a_receipt_pre_dated_against_its_givers_own_entries_is_disputed() -> None:
    """R-094: B wrote, at second 100 of its own clock, that it held nothing of A; it cannot have held it at second 3."""
    ours, theirs = Log(two(), 0), Log(two(), 1)
    ours.write(b"x", at_ms=OPENED_AT_MS + 2_000)
    ours.sign()
    ours.receipt(1, OPENED_AT_MS // 1000 + 3)
    theirs.write(b"nothing yet", at_ms=OPENED_AT_MS + 100_000)
    theirs.write(b"now", held=(ours.held(),), at_ms=OPENED_AT_MS + 110_000)
    theirs.sign()
    (held,) = found([*papers(two()), *whole(ours), *whole(theirs)]).logs[0].held(1)
    assert held.interval == Interval(OPENED_AT_MS + 100_000, OPENED_AT_MS + 110_000, True)


# --- forks and revocations


def fork() -> tuple[Log, Log]:
    one, other = Log(two(), 0), Log(two(), 0)
    one.write(b"peace"), other.write(b"war")
    one.sign(), other.sign()
    return one, other


def test_an_exhibit_in_the_file_disputes_the_log_from_its_size() -> None:
    one, other = fork()
    data = encode_exhibit(TwoRoots(one.note(), other.note()))
    result = found([*papers(two()), *whole(one), export.ExhibitPaper(data)])
    (accusation,) = result.accusations
    assert (accusation.log, accusation.size) == (one.log, 2)
    assert result.logs[0].disputed_from == 2


def test_an_exhibit_in_an_entry_counts_as_well() -> None:
    one, other = fork()
    theirs = Log(two(), 1)
    theirs.write(encode_exhibit(TwoRoots(one.note(), other.note())), kind=entry.DISPUTE)
    theirs.sign()
    result = found([*papers(two()), *whole(one), *whole(theirs)])
    assert [a.log for a in result.accusations] == [one.log]


def test_an_exhibit_that_proves_nothing_is_said_to_and_accuses_nobody() -> None:
    one, _ = fork()
    result = found([*papers(two()), *whole(one), export.ExhibitPaper(b"junk")])
    assert result.accusations == ()
    assert len(result.unproven) == 1
    assert result.logs[0].disputed_from is None


def test_what_a_revoked_key_signed_beyond_the_last_receipt_is_disputed() -> None:
    world = World(2)
    log = Log(world, 0)
    log.write(b"agreed")
    log.sign()
    log.receipt(1, OPENED_AT_MS // 1000 + 3)
    log.write(b"by whom?")
    log.sign()
    side = world.sides[0]
    agreed = (Agreed(log.log.generation, 1, log.root(1)),)
    paper = revoke(side.root, side.certificate.digest, OPENED_AT_MS + 9_000, agreed, "key lost")
    result = found([*papers(world, revocations=((0, paper.signed),)), *whole(log)])
    assert result.logs[0].station.revoked
    assert result.logs[0].disputed_from == 2
    covered = found([*papers(world, revocations=((0, paper.signed),)), *whole(signed_up_to_its_receipt(world))])
    assert covered.logs[0].disputed_from is None


def signed_up_to_its_receipt(world: World) -> Log:
    log = Log(world, 0)
    log.write(b"agreed")
    log.sign()
    log.receipt(1, OPENED_AT_MS // 1000 + 3)
    return log


def test_a_revocation_that_names_another_root_is_a_doubt() -> None:
    world = World(2)
    side = world.sides[0]
    log = signed_up_to_its_receipt(world)
    paper = revoke(side.root, side.certificate.digest, OPENED_AT_MS, (Agreed(log.log.generation, 1, bytes(32)),), "x")
    result = found([*papers(world, revocations=((0, paper.signed),)), *whole(log)])
    assert [doubt.code for doubt in result.doubts] == ["other-root"]


# --- a party that joined


def joining(accepted: bool = True) -> tuple[World, list[Log]]:
    """C joins the line of A and B: A proposes, B accepts, C writes."""
    world = World(2)
    third = Side(2)
    third.nonce = join_nonce(world.charter.line_id(), third.root.party_id)
    third.certificate = third.certified("first")
    ours, theirs = Log(world, 0), Log(world, 1)
    ours.write(encode_proposal(Proposal(Join(2, third.card, third.certificate))), kind=entry.AMENDMENT_PROPOSED)
    ours.sign()
    about = (Ref(*ours.log, 1),)
    if accepted:
        body = encode_answer(Answer(True))
        theirs.write(body, kind=entry.AMENDMENT_ACCEPTED, held=(ours.held(),), references=about)
    theirs.sign()
    world.sides.append(third)
    world.certificates.append((2, third.certificate.signed))
    late = Log(world, 2)
    late.write(b"thank you", held=(ours.held(), theirs.held()))
    late.sign()
    late.receipt(0, OPENED_AT_MS // 1000 + 5)
    ours.receipt(2, OPENED_AT_MS // 1000 + 6)
    return world, [ours, theirs, late]


def test_a_party_that_the_others_let_join_is_on_the_roster() -> None:
    """R-096"""
    world, logs = joining()
    result = found([*papers(world), *(item for log in logs for item in whole(log))])
    assert [party.name for party in result.roster.parties] == ["Party A", "Party B", "Party C"]
    assert (result.doubts, result.missing) == ((), ())
    assert result.standing.current() == (0, 1, 2)
    assert [receipt.witness for receipt in result.logs[0].held(1)] == [2]
    assert result.logs[2].held(1)[0].witness == 0


def test_a_party_of_which_no_amendment_says_that_it_joined_is_a_doubt() -> None:
    world, logs = joining(accepted=False)
    result = found([*papers(world), *(item for log in logs for item in whole(log))])
    assert [doubt.code for doubt in result.doubts] == ["not-joined"]
    assert "Party C" in result.doubts[0].sentence
    world, logs = joining()
    hidden = [*papers(world), *whole(logs[0], withheld=(1,)), *whole(logs[1]), *whole(logs[2])]
    with pytest.raises(Malformed, match="entry 1: entries of kind 3 are always shown"):
        found(hidden)


def test_a_stranger_without_a_card_cannot_be_read() -> None:
    world, logs = joining()
    items = [item for item in papers(world) if not (isinstance(item, export.CardPaper) and item.party == 2)]
    with pytest.raises(Malformed, match="there are 2 parties"):
        found([*items, *whole(logs[0])])


def test_a_revocation_that_stands_in_the_record_only_counts_as_well() -> None:
    world = World(2)
    log = signed_up_to_its_receipt(world)
    log.write(b"by whom?")
    log.sign()
    side = world.sides[0]
    paper = revoke(side.root, side.certificate.digest, OPENED_AT_MS + 9_000, (), "key lost")
    theirs = Log(world, 1)
    theirs.write(paper.signed, kind=entry.REVOCATION)
    theirs.sign()
    result = found([*papers(world), *whole(log), *whole(theirs)])
    assert result.logs[0].station.revoked
    assert result.logs[0].disputed_from == 2


# --- size


def test_a_long_log_is_judged_with_roots_between_checkpoints() -> None:
    """B received A's log under other checkpoints than the file has; A's own later ones still give every root."""
    ours, theirs = Log(two(), 0), Log(two(), 1)
    draw = random.Random(5)
    for number in range(1, 700):
        ours.write(b"%d" % number)
        if draw.random() < 0.02:
            ours.sign()
    ours.sign()
    for size in (5, 77, 256, 511, 600):
        theirs.write(b"", held=(ours.held(size),))
    theirs.sign()
    result = found([*papers(two()), *whole(ours), *whole(theirs)])
    assert result.doubts == result.missing == ()
    theirs.write(b"", held=(Held(*ours.log, 601, merkle.EMPTY_ROOT),))
    theirs.sign()
    assert [d.code for d in found([*papers(two()), *whole(ours), *whole(theirs)]).doubts] == ["other-root"]


def test_unreadable_papers_are_refused_by_name() -> None:
    for number in range(1, 6):
        item = ITEMS[number]
        with pytest.raises(PeerFault):
            found(change(ITEMS, number, item._replace(data=cbor2.dumps("junk"))))  # type: ignore[union-attr]


def test_entries_outside_the_dates_of_their_station_are_shown_and_proved_like_any_other() -> None:
    """R-044: the last instant of the dates is the one before their end."""
    world = two()
    end = world.sides[0].certificate.not_after_ms
    ours = Log(world, 0)
    for at_ms in (OPENED_AT_MS - 1, end - 1, end, end + 1):
        ours.write(b"text", at_ms=at_ms)
    ours.sign()
    result = judge.judge_at_once([*papers(world), *whole(ours)])
    [doubt] = result.doubts
    assert (doubt.code, doubt.index) == ("out-of-dates", 1) and "entry 1 and 2 more" in doubt.sentence
    assert result.logs[0].size == 5 and result.logs[0].disputed_from is None


def stated(said: Callable[[Log], HeldAhead]) -> tuple[Log, Log]:
    """A's log of two messages, and B's, in which B says that it holds the second ahead."""
    ours, theirs = Log(two(), 0), Log(two(), 1)
    ours.write(b"a letter"), ours.write(b"a call")
    ours.sign()
    theirs.write(encode_held_ahead(said(ours)), entry.HELD_AHEAD)
    theirs.sign()
    return ours, theirs


def as_it_is(log: Log) -> HeldAhead:
    return HeldAhead(Ref(*log.log, 2), log.leaves[2], 3, log.root(3))


def test_that_an_entry_was_held_ahead_is_its_holders_word_and_compared() -> None:
    """R-239"""
    ours, theirs = stated(as_it_is)
    record = [*papers(two()), *whole(ours), *whole(theirs)]
    extract = [*papers(two(), export.EXTRACT), *chosen(ours, 2), *chosen(theirs, 1)]
    for items in (record, extract):
        findings = found(items)
        (one,) = findings.ahead
        assert (one.by, one.at, one.said.of.index, one.fits) == (theirs.log, 1, 2, True) and not findings.doubts
    (alone,) = found([*papers(two()), *whole(theirs)]).ahead
    assert alone.fits is None
    assert found([*papers(two()), *whole(ours), *whole(theirs, withheld=(1,))]).ahead == ()


@pytest.mark.parametrize(
    "change",
    [{"leaf": word("another leaf")}, {"root": word("another root")}, {"of": Ref(1, b"g" * 12, 2)}],
    ids=["leaf", "root", "its own party"],
)
def test_a_word_that_does_not_fit_is_a_doubt_and_accuses_nobody(change: dict[str, Any]) -> None:
    """R-239"""
    ours, theirs = stated(lambda log: as_it_is(log)._replace(**change))
    findings = found([*papers(two()), *whole(ours), *whole(theirs)])
    assert [(doubt.code, doubt.log, doubt.index) for doubt in findings.doubts] == [("ahead-differs", theirs.log, 1)]
    assert findings.ahead[0].fits is (None if "of" in change else False) and findings.accusations == ()
    theirs.write(b"not a body of that kind", entry.HELD_AHEAD)
    theirs.sign()
    assert len(found([*papers(two()), *whole(ours), *whole(theirs)]).ahead) == 1
