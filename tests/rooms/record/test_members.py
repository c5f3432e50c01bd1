"""Papers make a roster; a paper that is not what it says is refused by name."""

from __future__ import annotations

import pytest

from openline.errors import Forged, Malformed, PeerFault
from openline.record.members import Paper, read_members
from openline.seal.certificate import certify, revoke
from tests.rooms.record.world import OPENED_AT_MS, YEAR_MS, World, two, word

WORLD = World(2)
A, B = WORLD.sides
CHARTER = WORLD.charter.encode()
LATER = A.certified("later", OPENED_AT_MS + YEAR_MS)
PAPERS: list[Paper] = [(0, LATER.signed), *WORLD.certificates]


def test_papers_in_any_order_make_one_roster() -> None:
    """R-096"""
    roster = read_members(CHARTER, PAPERS).roster
    assert roster == read_members(CHARTER, [*PAPERS[::-1], PAPERS[0]]).roster
    assert roster.line_id == WORLD.charter.line_id()
    assert [party.party_id for party in roster.parties] == [A.root.party_id, B.root.party_id]
    assert [keys.digest for keys in roster.parties[0].stations] == [A.certificate.digest, LATER.digest]
    assert roster.parties[1].stations[0].note_key == B.secrets().note_signer().public


def test_a_revocation_marks_the_one_station_it_names() -> None:
    paper = revoke(A.root, LATER.digest, OPENED_AT_MS, (), "lost")
    members = read_members(CHARTER, PAPERS, [(0, paper.signed)])
    assert [keys.revoked for keys in members.roster.parties[0].stations] == [False, True]
    assert members.revocations == ((0, paper),)


def test_a_certificate_for_another_line_is_refused() -> None:
    """R-096: the same party, the same root, another line's nonce."""
    other = certify(A.root, A.secrets(), word("other line"), OPENED_AT_MS, OPENED_AT_MS + YEAR_MS, A.draw)
    with pytest.raises(Forged, match="another line"):
        read_members(CHARTER, [(0, other.signed)])


@pytest.mark.parametrize(
    ("papers", "says"),
    [
        ([(1, A.certificate.signed)], "party 1"),
        ([(2, A.certificate.signed)], "there are 2 parties"),
        ([(0, A.certificate.signed[:-1])], "station certificate of party 0"),
        ([(0, A.certificate.signed[:-1] + b"\x00")], "party 0"),
        ([(0, b"")], "party 0"),
    ],
)
def test_a_certificate_that_is_not_the_partys_is_refused(papers: list[Paper], says: str) -> None:
    with pytest.raises(PeerFault, match=says):
        read_members(CHARTER, papers)


def test_a_revocation_by_somebody_else_is_refused() -> None:
    paper = revoke(B.root, A.certificate.digest, OPENED_AT_MS, (), "gone")
    for party in (0, 2):
        with pytest.raises(Malformed, match="party"):
            read_members(CHARTER, PAPERS, [(party, paper.signed)])


def test_no_party_can_revoke_the_station_of_another() -> None:
    """R-096: B's root signs a paper that names A's certificate."""
    paper = revoke(B.root, A.certificate.digest, OPENED_AT_MS, (), "gone")
    roster = read_members(CHARTER, PAPERS, [(1, paper.signed)]).roster
    assert not any(keys.revoked for party in roster.parties for keys in party.stations)


def test_a_charter_that_does_not_read_is_refused() -> None:
    with pytest.raises(Malformed, match="charter"):
        read_members(two().charter.encode()[:-1], PAPERS)
