"""Parties meet, exchange files, and have a line; or a changed file is refused by name."""

from __future__ import annotations

import pytest

from openline.errors import Forged, Malformed, PeerFault, Unchecked
from openline.seal import ceremony, papers
from openline.seal.ceremony import Begun, OpenLine, Window
from openline.seal.draw import LibraryDraw
from openline.seal.party import Card, PartyRoot, draw_root, make_card, read_card
from openline.seal.spelling import armour

DRAW = LibraryDraw()
WINDOW = Window(1_800_000_000_000, 1_900_000_000_000)
NAMES = ("Party A", "Party B", "Party C")
ROOTS = [draw_root(DRAW) for _ in NAMES]
CARDS = [make_card(root, name, 1_790_000_000_000) for root, name in zip(ROOTS, NAMES, strict=True)]


def begin(count: int, proposer: int = 0) -> tuple[Begun, list[Begun]]:
    terms = ceremony.draft_charter("North line", CARDS[:count], 1_800_000_000_000)
    proposed = ceremony.propose(ROOTS[proposer], terms, CARDS[:count], WINDOW, DRAW)
    answers = [ceremony.accept(ROOTS[n], proposed.file, WINDOW, DRAW) for n in range(count) if n != proposer]
    return proposed, answers


@pytest.mark.parametrize(("count", "proposer"), [(2, 0), (3, 1)])
def test_all_parties_end_with_one_line_and_the_same_digits(count: int, proposer: int) -> None:
    """R-062, R-064."""
    proposed, answers = begin(count, proposer)
    opening, theirs = ceremony.open_line(ROOTS[proposer], proposed.waiting, [a.file for a in reversed(answers)], DRAW)
    lines: list[OpenLine] = [theirs]
    for answer in answers:
        waiting = ceremony.parse_waiting(answer.waiting.encode())
        lines.append(ceremony.take_opening(waiting, opening, DRAW))
    assert len({line.ceremony_secret for line in lines}) == len({line.line_id for line in lines}) == 1
    assert len({line.digits() for line in lines}) == 1
    assert [len(group) for group in lines[0].digits().split()] == [5] * 7
    assert {line.ours for line in lines} == set(range(count))
    for line in lines:
        ours = line.certificates[line.ours]
        assert ours.note_key == line.station.note_signer().public
        assert [c.party_id for c in line.certificates] == [root.party_id for root in ROOTS[:count]]
        assert [c.line_nonce for c in line.certificates] == list(line.charter.nonces)


def test_an_acceptance_that_is_missing_is_named() -> None:
    proposed, answers = begin(3)
    with pytest.raises(Unchecked, match="Party C"):
        ceremony.open_line(ROOTS[0], proposed.waiting, [answers[0].file], DRAW)


def test_nobody_outside_the_charter_accepts_and_the_proposer_not_its_own() -> None:
    proposed, _ = begin(2)
    with pytest.raises(Malformed, match="our own root key is not among them"):
        ceremony.accept(ROOTS[2], proposed.file, WINDOW, DRAW)
    with pytest.raises(Malformed, match="is our own"):
        ceremony.accept(ROOTS[0], proposed.file, WINDOW, DRAW)


def test_a_flipped_bit_anywhere_in_a_file_is_refused() -> None:
    """R-063."""
    proposed, answers = begin(2)
    data = papers.file_bytes(papers.PROPOSAL, proposed.file)
    for at in range(0, len(data), 907):
        changed = data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]
        with pytest.raises(PeerFault):
            ceremony.read_proposal(armour("PROPOSAL", changed))
    data = papers.file_bytes(papers.ACCEPTANCE, answers[0].file)
    for at in range(0, len(data), 907):
        changed = data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]
        with pytest.raises(PeerFault):
            ceremony.open_line(ROOTS[0], proposed.waiting, [armour("ACCEPTANCE", changed)], DRAW)


def test_a_card_travels_through_mail_and_back() -> None:
    """R-036, R-041."""
    card = CARDS[0]
    assert read_card("Dear colleague,\r\n\r\n" + card.armoured().replace("\n", " \r\n") + "regards") == card
    with pytest.raises(Malformed, match="one pair of the lines"):
        read_card(card.armoured() + card.armoured())


def test_an_impostor_card_with_the_same_name_has_another_fingerprint() -> None:
    impostor: PartyRoot = draw_root(DRAW)
    card: Card = make_card(impostor, "Party A", 0)
    assert card.fingerprint() != CARDS[0].fingerprint()
    with pytest.raises(Forged):
        from openline.seal.party import CARD_LABEL, parse_card

        parse_card(impostor.sign(CARD_LABEL, papers.parse_signed(CARDS[0].signed, CARD_LABEL, "x").body).encode())
