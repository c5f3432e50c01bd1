"""Ceremony files changed by an insider, who can sign anew: each change is refused, and the field is named."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import cbor2
import pytest

from openline.errors import Forged, Malformed, PeerFault
from openline.seal import ceremony, papers
from openline.seal.ceremony import Begun, Window
from openline.seal.draw import XWING_PUBLIC_BYTES
from openline.seal.party import PartyRoot
from openline.seal.spelling import armour, write_map
from tests.rooms.seal.people import DRAW, NOW, YEAR_MS, card, root, station

WINDOW = Window(NOW, NOW + YEAR_MS)
CARDS = [card(n) for n in range(3)]
Change = Callable[[dict[int, object]], object]
LABELS = {
    papers.PROPOSAL: "openline/proposal/v1",
    papers.ACCEPTANCE: "openline/acceptance/v1",
    papers.OPENING: "openline/opening/v1",
}


@cache
def ceremony_of_three() -> tuple[Begun, Begun, Begun, str]:
    """Proposal of party 0, acceptances of parties 1 and 2, opening."""
    terms = ceremony.draft_charter("North line", CARDS, NOW)
    proposed = ceremony.propose(root(0), terms, CARDS, WINDOW, DRAW)
    one, two = (ceremony.accept(root(n), proposed.file, WINDOW, DRAW) for n in (1, 2))
    opening, _ = ceremony.open_line(root(0), proposed.waiting, [one.file, two.file], DRAW)
    return proposed, one, two, opening


def changed(kind: str, file_text: str, change: Change, signer: PartyRoot) -> str:
    body = cbor2.loads(cbor2.loads(papers.file_bytes(kind, file_text))[1])
    change(body)
    return armour(kind, signer.sign(LABELS[kind], write_map(list(body.values()))).encode())


def put(number: int, value: object) -> Change:
    return lambda body: body.update({number: value})


def other_charter(body: dict[int, object]) -> None:
    fields = cbor2.loads(body[2])
    fields[7] = [1, 2, 3, 4]
    body[2] = cbor2.dumps(fields)


def swap(number: int) -> Change:
    return lambda body: body.update({number: [*body[number][1::-1], *body[number][2:]]})


PROPOSALS: dict[str, tuple[Change, str]] = {
    "charter cut off": (lambda body: body.update({0: body[0][:-1]}), "charter"),
    "another proposer": (put(1, 1), r"field 0 \(charter\): only the proposer's nonce"),
    "a proposer beyond the charter": (put(1, 3), r"field 1 \(proposer\)"),
    "cards in another order": (swap(2), r"field 2 \(cards\): card 0 is not of the charter's party 0"),
    "a card missing": (lambda body: body.update({2: body[2][:2]}), r"field 2 \(cards\): 2 items"),
    "a certificate of another line": (lambda body: body.update({3: station(0)[1].signed}), "keys for another line"),
    "another party's certificate": (lambda body: body.update({3: station(1)[1].signed}), "names another party"),
    "a one-time key nobody holds": (put(4, bytes(XWING_PUBLIC_BYTES - 32) + bytes(32)), r"field 4 \(one-time key\)"),
}
ACCEPTANCES: dict[str, tuple[Change, str]] = {
    "another proposal": (put(0, bytes(32)), r"field 0 \(proposal digest\): accepts another proposal"),
    "the proposer accepts": (put(1, 0), r"field 1 \(party\): the proposer cannot"),
    "in another party's name": (put(1, 2), "acceptance of “Party C”: the Ed25519 root signature"),
    "no nonce": (put(2, bytes(32)), r"field 2 \(nonce\): not a fresh nonce"),
    "another nonce than certified": (put(2, b"x" * 32), "keys for another line"),
    "a certificate of another line": (put(3, station(1)[1].signed), "keys for another line"),
    "a secret nobody sealed": (put(4, bytes(1168)), "acceptance 1: sealed secret"),
    "a secret too short": (put(4, bytes(1167)), r"field 4 \(sealed secret\): 1167 bytes"),
    "a one-time key nobody holds": (put(5, b"\xff" * XWING_PUBLIC_BYTES), r"field 5 \(one-time key\)"),
}
OPENINGS: dict[str, tuple[Change, str]] = {
    "another proposal": (put(0, bytes(32)), r"field 0 \(proposal digest\): opens another"),
    "an acceptance missing": (lambda body: body.update({1: body[1][:1]}), r"field 1 \(acceptances\): 1 items"),
    "acceptances in another order": (swap(1), r"field 1 \(acceptances\): not the acceptances of parties \[1, 2\]"),
    "one acceptance twice": (lambda body: body.update({1: [body[1][0]] * 2}), r"field 1 \(acceptances\)"),
    "other terms": (other_charter, r"field 2 \(charter\): not the charter that was proposed"),
    "secrets swapped": (lambda body: body.update({3: [body[3][0], body[3][2], body[3][1]]}), r"field 3 \(sealed"),
    "a secret for the proposer": (lambda body: body.update({3: [body[3][1], *body[3][1:]]}), r"field 3 \(sealed"),
    "secrets nobody sealed": (lambda body: body.update({3: [b"", bytes(1232), body[3][2]]}), r"field 3 \(sealed"),
}


@pytest.mark.parametrize(("change", "said"), PROPOSALS.values(), ids=PROPOSALS.keys())
def test_a_changed_proposal(change: Change, said: str) -> None:
    """R-063."""
    file_text = changed(papers.PROPOSAL, ceremony_of_three()[0].file, change, root(0))
    with pytest.raises(PeerFault, match=said):
        ceremony.accept(root(1), file_text, WINDOW, DRAW)


@pytest.mark.parametrize(("change", "said"), ACCEPTANCES.values(), ids=ACCEPTANCES.keys())
def test_a_changed_acceptance(change: Change, said: str) -> None:
    """R-063."""
    proposed, one, two, _ = ceremony_of_three()
    file_text = changed(papers.ACCEPTANCE, one.file, change, root(1))
    with pytest.raises(PeerFault, match=said):
        ceremony.open_line(root(0), proposed.waiting, [file_text, two.file], DRAW)


@pytest.mark.parametrize(("change", "said"), OPENINGS.values(), ids=OPENINGS.keys())
def test_a_changed_opening(change: Change, said: str) -> None:
    """R-063."""
    _, one, _, opening = ceremony_of_three()
    file_text = changed(papers.OPENING, opening, change, root(0))
    with pytest.raises(PeerFault, match=said):
        ceremony.take_opening(one.waiting, file_text, DRAW)


def test_files_of_one_kind_are_not_taken_for_another() -> None:
    proposed, one, _, opening = ceremony_of_three()
    with pytest.raises(Malformed, match="proposal file"):
        ceremony.accept(root(1), opening, WINDOW, DRAW)
    worn_as = armour(papers.PROPOSAL, papers.file_bytes(papers.OPENING, opening))
    with pytest.raises(Malformed, match="“openline/opening/v1”, not “openline/proposal/v1”"):
        ceremony.accept(root(1), worn_as, WINDOW, DRAW)
    with pytest.raises(Malformed, match="is the proposer's"):
        ceremony.take_opening(proposed.waiting, opening, DRAW)
    with pytest.raises(Malformed, match="not that of the proposer"):
        ceremony.open_line(root(1), one.waiting, [], DRAW)


def test_two_acceptances_of_one_party_are_asked_about() -> None:
    proposed, one, two, _ = ceremony_of_three()
    again = ceremony.accept(root(1), proposed.file, WINDOW, DRAW)
    with pytest.raises(Malformed, match="two different ones of party 1"):
        ceremony.open_line(root(0), proposed.waiting, [one.file, two.file, again.file], DRAW)
    opening, _ = ceremony.open_line(root(0), proposed.waiting, [again.file, two.file], DRAW)
    with pytest.raises(Malformed, match="ours in it is not the one we gave"):
        ceremony.take_opening(one.waiting, opening, DRAW)


def test_a_proposer_who_gives_two_secrets_is_found_by_the_digits() -> None:
    """R-064: two openings of one proposal have two transcripts, whatever the proposer says."""
    proposed, one, two, opening = ceremony_of_three()
    other, _ = ceremony.open_line(root(0), proposed.waiting, [one.file, two.file], DRAW)
    first = ceremony.take_opening(one.waiting, opening, DRAW)
    second = ceremony.take_opening(two.waiting, other, DRAW)
    assert first.line_id == second.line_id
    assert first.digits() != second.digits()
    assert first.ceremony_secret != second.ceremony_secret


def test_an_acceptor_who_finds_another_secret_of_its_own_refuses() -> None:
    _, one, _, opening = ceremony_of_three()
    with pytest.raises(Malformed, match="ours in it is not the one we gave"):
        ceremony.take_opening(one.waiting._replace(secret=bytes(32)), opening, DRAW)
    with pytest.raises(Forged, match=r"field 3 \(sealed secrets\)"):
        ceremony.take_opening(one.waiting._replace(one_time_seed=bytes(32)), opening, DRAW)


def test_what_waits_comes_back_and_does_not_print_itself() -> None:
    proposed, one, _, _ = ceremony_of_three()
    for begun in (proposed, one):
        assert ceremony.parse_waiting(begun.waiting.encode()) == begun.waiting
        assert repr(begun.waiting) == "Waiting(…)"
    with pytest.raises(Malformed, match="ceremony state"):
        ceremony.parse_waiting(one.waiting.encode()[:-1])
