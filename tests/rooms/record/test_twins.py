"""Keys of one party whose ids are the same four bytes: whoever certifies its own keys soon finds such a pair. R-081."""

from __future__ import annotations

import pytest

from openline.errors import Forged
from openline.line.forks.disputes import parse_author_note
from openline.record import note
from openline.record.evidence.judge import judge_at_once
from openline.record.exhibit import TwoRoots, judge
from openline.record.note import COSIGNATURE_ED25519, ED25519, key_id
from openline.seal.certificate import StationSecrets
from tests.rooms.record.world import OPENED_AT_MS, Log, Side, World, papers, whole, word

AT_S = OPENED_AT_MS // 1000


class Twins(Side):
    """Party 1 with two stations: their receipt keys have one id, and so have their note keys in one of its logs."""

    def secrets(self, name: str = "first") -> StationSecrets:
        receipt, write = {"first": (103_942, 70_991), "second": (145_620, 79_188)}[name]
        seeds = super().secrets(name)
        return seeds._replace(note=word(1, "twin", write), receipt=word(1, "twin", receipt))


def with_twins() -> World:
    """Two parties, of whom the second has looked for such keys."""
    made = World(2)
    made.sides[1] = Twins(1)
    made.certificates = [(side.number, side.certificate.signed) for side in made.sides]
    second = made.sides[1].certified("second", OPENED_AT_MS + 1)
    made.certificates.append((1, second.signed))
    first = made.sides[1].certificate
    assert first.receipt_key != second.receipt_key and first.note_key != second.note_key
    origin, name = Log(made, 1).origin, Log(made, 0).name(1)
    assert key_id(name, COSIGNATURE_ED25519, first.receipt_key) == key_id(name, COSIGNATURE_ED25519, second.receipt_key)
    assert key_id(origin, ED25519, first.note_key) == key_id(origin, ED25519, second.note_key)
    return made


@pytest.fixture
def world() -> World:
    return with_twins()


def receipted(world: World, *stations: str) -> Log:
    """A log of party 0, each of its checkpoints receipted by one of party 1's stations."""
    ours = Log(world, 0)
    for number, station in enumerate(stations):
        ours.write(b"x", at_ms=OPENED_AT_MS + 1000 * number)
        size = ours.sign()
        signer = world.sides[1].secrets(station).receipt_signer()
        signature = signer.sign(note.cosigned_text(ours.text(size), AT_S + number))
        ours.lines[size].append(note.receipt_line(ours.name(1), signer.public, AT_S + number, signature))
    return ours


def test_receipts_by_either_are_good_in_one_record(world: World) -> None:
    """R-081, R-087, R-175. What both stations had taken made every later export of the other side refused."""
    ours = receipted(world, "first", "second", "first")
    found = judge_at_once([*papers(world), *whole(ours)])
    [log] = found.logs
    assert [one.size for one in log.receipts[1]] == [2, 3, 4]


def test_an_author_may_make_its_post_quantum_statement_with_any_station(world: World) -> None:
    """R-088"""
    assert judge_at_once([*papers(world), *whole(stated(world))]).logs[0].pq_sizes == (0, 2)


def stated(world: World) -> Log:
    """A log of party 1 with a post-quantum statement by the station that does not write it."""
    theirs = Log(world, 1)
    theirs.write(b"x")
    size = theirs.sign()
    signer = world.sides[1].secrets("second").mldsa44_signer()
    message = note.cosigned_message(theirs.origin, 0, note.Checkpoint(theirs.origin, size, theirs.root()))
    theirs.lines[size].append(note.pq_line(theirs.origin, signer.public, 0, signer.sign(message)))
    return theirs


def test_a_signature_by_neither_is_refused(world: World) -> None:
    """R-175"""
    ours = receipted(world, "second", "first")
    line = ours.lines[2][1]
    ours.lines[2][1] = line._replace(signature=line.signature[:-1] + bytes([line.signature[-1] ^ 1]))
    with pytest.raises(Forged, match="entries 0 to 1: receipt of party 1"):
        judge_at_once([*papers(world), *whole(ours)])


@pytest.mark.parametrize("station", ["first", "second"])
def test_a_note_is_its_signers_whichever_stands_first_on_the_roster(world: World, station: str) -> None:
    """R-081, R-131. A station that looked at the first key only took no note of the other, and proved no fork."""
    one, other = Log(world, 1), Log(world, 1)
    one.write(b"to one"), other.write(b"to the other")
    signer = world.sides[1].secrets(station).note_signer()
    notes = [
        note.format_note(log.text(), (note.author_line(log.origin, signer.public, signer.sign(log.text())),))
        for log in (one, other)
    ]
    for log, data in zip((one, other), notes, strict=True):
        assert parse_author_note(world.roster, data) == (log.log, 2, log.root())
    assert judge(TwoRoots(*sorted(notes)), world.roster).log == one.log
