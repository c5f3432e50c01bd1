"""Only two signed statements that cannot both be true accuse anybody; everything nearly like it does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.errors import Forged, Malformed, Unchecked
from openline.record import exhibit, merkle
from openline.record.exhibit import NotAPrefixProof, TwoRoots
from openline.record.roster import Roster
from tests.rooms.record.world import Log, World, two


def liar(entries: int, words: str) -> Log:
    """A's log with some entries; the same generation again with other words is the lie."""
    log = Log(two(), 0)
    for number in range(entries - 1):
        log.write(f"{words} {number}".encode())
    log.sign()
    return log


def not_a_prefix(short: Log, long: Log) -> NotAPrefixProof:
    """Both notes, and the few hashes that tie another root of the short size to the long one's."""

    def look_up(level: int, first: int, count: int) -> list[bytes]:
        width = 1 << level
        return [merkle.root_of(long.leaves[at * width : (at + 1) * width]) for at in range(first, first + count)]

    root = merkle.root(merkle.peaks_at(short.size, look_up))
    proof = merkle.consistency_proof(short.size, long.size, look_up)
    return NotAPrefixProof(short.note(), long.note(), root, tuple(proof))


ONE, OTHER, LONG = liar(5, "peace"), liar(5, "war"), liar(9, "war")
ROSTER = two().roster
TWO_ROOTS = TwoRoots(ONE.note(), OTHER.note())
PREFIX = not_a_prefix(ONE, LONG)


def test_one_size_with_two_roots_accuses_the_writer() -> None:
    """R-090, R-091"""
    found = exhibit.judge(exhibit.encode_exhibit(TWO_ROOTS), ROSTER)
    assert (found.log, found.size) == (ONE.log, 5)
    assert "two different histories of 5 entries" in found.sentence
    assert exhibit.judge(TWO_ROOTS, ROSTER) == found
    swapped = TwoRoots(OTHER.note(), ONE.note())
    assert exhibit.encode_exhibit(swapped) == exhibit.encode_exhibit(TWO_ROOTS)


@pytest.mark.parametrize("short", [1, 2, 3, 4, 5, 7, 8, 63, 64, 65, 299])
@pytest.mark.parametrize("whole", [300, 512, 513])
def test_a_history_that_does_not_begin_with_the_signed_one_accuses_the_writer(short: int, whole: int) -> None:
    """R-090, R-091: in a few hashes, whatever the sizes."""
    first, second = Log(two(), 0), Log(two(), 0)
    first.headers.clear(), first.leaves.clear()
    first.leaves += [merkle.leaf_hash(b"peace %d" % i) for i in range(short)]
    second.leaves[:] = [merkle.leaf_hash(b"war %d" % i) for i in range(whole)]
    first.sign(), second.sign()
    data = exhibit.encode_exhibit(not_a_prefix(first, second))
    found = exhibit.judge(data, ROSTER)
    assert (found.log, found.size) == (first.log, short)
    assert len(data) < 2500
    assert exhibit.encode_exhibit(exhibit.parse_exhibit(data)) == data


def test_an_honest_longer_history_accuses_nobody() -> None:
    """R-091"""
    longer = liar(9, "peace")
    with pytest.raises(Forged, match="both notes agree"):
        exhibit.judge(not_a_prefix(ONE, longer), ROSTER)
    with pytest.raises(Malformed, match="ascending"):
        exhibit.judge(TwoRoots(ONE.note(), ONE.note()), ROSTER)


def test_one_statement_signed_twice_with_other_lines_accuses_nobody() -> None:
    again = liar(5, "peace")
    again.receipt(1, 1_770_000_100)
    with pytest.raises(Forged, match="not one size with two roots"):
        exhibit.judge(TwoRoots(ONE.note(), again.note()), ROSTER)


def proof() -> NotAPrefixProof:
    read = exhibit.parse_exhibit(exhibit.encode_exhibit(PREFIX))
    assert isinstance(read, NotAPrefixProof)
    return read


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p._replace(root=bytes(32)),
        lambda p: p._replace(proof=p.proof[:-1]),
        lambda p: p._replace(proof=(*p.proof, bytes(32))),
        lambda p: p._replace(note_short=LONG.note(), note_long=ONE.note()),
        lambda p: p._replace(note_short=OTHER.note()),
    ],
)
def test_a_proof_that_does_not_lead_there_accuses_nobody(change: object) -> None:
    with pytest.raises(Forged):
        exhibit.judge(change(proof()), ROSTER)  # type: ignore[operator]


def test_notes_of_two_logs_or_two_parties_accuse_nobody() -> None:
    later, theirs = Log(two(), 0, life=1), Log(two(), 1)
    later.sign(), theirs.sign()
    for other in (later, theirs):
        with pytest.raises(Forged, match="two logs"):
            exhibit.judge(TwoRoots(ONE.note(), other.note()), ROSTER)


def test_another_line_is_unchecked() -> None:
    """Same parties, another charter: nothing to say about this line."""
    other = Roster(bytes(32), 0, ROSTER.parties)
    with pytest.raises(Unchecked, match="another line"):
        exhibit.judge(TWO_ROOTS, other)
    nobody = Roster(ROSTER.line_id, 0, ROSTER.parties[1:])
    with pytest.raises(Unchecked, match="not on this roster"):
        exhibit.judge(TWO_ROOTS, nobody)


def test_a_revoked_key_accuses_nobody_because_a_thief_could_have_signed() -> None:
    """R-092"""
    party = ROSTER.parties[0]
    revoked = party._replace(stations=tuple(keys._replace(revoked=True) for keys in party.stations))
    with pytest.raises(Unchecked, match="revoked"):
        exhibit.judge(TWO_ROOTS, Roster(ROSTER.line_id, 0, (revoked, ROSTER.parties[1])))


def test_a_key_that_is_not_the_logs_own_accuses_nobody() -> None:
    """R-091: whoever stole an older station's key can write notes in the name of a newer log."""
    with pytest.raises(Unchecked, match="own station"):
        exhibit.judge(TWO_ROOTS, ROSTER, station=bytes(32))
    assert exhibit.judge(TWO_ROOTS, ROSTER, station=two().sides[0].certificate.digest).size == 5


def test_two_stations_of_one_party_do_not_accuse_each_other() -> None:
    world = World(2)
    old = world.sides[0].certified("old")
    world.certificates.append((0, old.signed))
    stolen = Log(two(), 0)
    stolen.write(b"war")
    signer = world.sides[0].secrets("old").note_signer()
    from openline.record import note

    line = note.author_line(stolen.origin, signer.public, signer.sign(stolen.text()))
    forged = note.format_note(stolen.text(), (line,))
    honest = liar(2, "peace")
    with pytest.raises(Unchecked, match="own station"):
        exhibit.judge(TwoRoots(honest.note(), forged), world.roster)


def test_a_signature_that_fails_accuses_nobody() -> None:
    bad = ONE.note().replace(b"\n5\n", b"\n6\n")
    with pytest.raises(Forged, match="unsigned by its author"):
        exhibit.judge(TwoRoots(bad, OTHER.note()), ROSTER)


GOOD = exhibit.encode_exhibit(PREFIX)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "unknown kind"),
        (b"\x00" + GOOD[1:], "unknown kind"),
        (b"\x03" + GOOD[1:], "unknown kind"),
        (b"\x01" + GOOD[1:], "ascending"),
        (b"\x02" + exhibit.encode_exhibit(TWO_ROOTS)[1:], "hashes"),
        (GOOD[:-1], "cut off"),
        (GOOD + b"\x00", "cut off"),
        (GOOD + b"\x00\x00\x00\x1f" + bytes(31), "hashes"),
        (GOOD[:1] + b"\xff\xff\xff\xff" + GOOD[5:], "cut off or too long"),
        (b"\x02" + b"\x00\x00\x00\x00" * 200, "cut off or too long"),
        (bytes(200_000), "at most"),
    ],
)
def test_an_exhibit_has_one_spelling(data: bytes, says: str) -> None:
    """R-090"""
    with pytest.raises(Malformed, match=says):
        exhibit.judge(data, ROSTER)


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_a_changed_byte_never_makes_another_accusation(place: int, change: int) -> None:
    """R-091: refused, or the same accusation (in the lines that are no evidence)."""
    data = GOOD[:place] + bytes([GOOD[place] ^ change]) + GOOD[place + 1 :]
    with pytest.raises((Malformed, Forged, Unchecked)):
        exhibit.judge(data, ROSTER)


@given(st.binary(max_size=300))
def test_any_bytes_are_judged_or_refused(data: bytes) -> None:
    with pytest.raises((Malformed, Forged, Unchecked)):
        exhibit.judge(data, ROSTER)
