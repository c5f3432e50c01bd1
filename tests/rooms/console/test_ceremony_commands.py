"""Parties and the opening of a line through the commands, file by file, as two desks would do it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from openline.console import ceremonies
from openline.console.home import Home
from openline.console.kept.papers import load_papers
from openline.store import keyfile

Openline = Callable[..., tuple[int, str, str]]


_WITHOUT_KEYS = (("party", "card"), ("party", "revoked"), ("line", "digits"), ("line", "forget"), ("doctor",))


@pytest.fixture(autouse=True)
def cheap_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id at its cheapest: what a guess costs is tested where key files are."""
    cheap = keyfile.Cost(8, 1, 1)
    real = keyfile.make_key
    monkeypatch.setattr(keyfile, "make_key", lambda passphrase, cost=cheap: real(passphrase, cheap))


@pytest.fixture
def desks(tmp_path: Path, openline: Openline, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Runs a command of one party with its own home and passphrase; gives its JSON answer."""
    monkeypatch.chdir(tmp_path)

    def act(who: str, *arguments: str, code: int = 0) -> Any:
        secret = tmp_path / f"{who}.pass"
        if not secret.exists():
            secret.write_bytes(who.encode() + b" secret\n")
            secret.chmod(0o600)
        given = ["--home", str(tmp_path / who), "--json", *arguments]
        if arguments[:2] not in _WITHOUT_KEYS:
            given += ["--passphrase-file", str(secret)]
        got, out, err = openline(*given)
        assert got == code, (out, err)
        return json.loads(out) if code == 0 else json.loads(err.splitlines()[-1])

    return act


def meet(act: Callable[..., Any], *names: str) -> None:
    """Make parties; their cards change hands in person."""
    for name in names:
        act(name, "party", "create", name)
        Path(f"{name}.card").write_text(act(name, "party", "card")["text"])


def test_two_parties_open_a_line_and_read_the_same_digits(desks: Callable[..., Any], tmp_path: Path) -> None:
    meet(desks, "red", "blue")
    desks("red", "line", "propose", "hotline", "--with", "blue.card", "--office", "blue=B/WATCH")
    accepted = desks("blue", "line", "accept", "hotline.proposal", "--card", "red.card", "--yes")
    assert accepted["cards_not_given"] == []
    red = desks("red", "line", "open", "hotline.acceptance")
    blue = desks("blue", "line", "open", "hotline.opening")
    assert red["digits"] == blue["digits"] and len(red["digits"].replace(" ", "")) == 35
    assert desks("blue", "line", "digits")["digits"] == red["digits"]
    assert (red["party"], blue["party"]) == (0, 1)
    for who in ("red", "blue"):
        line = Home(tmp_path / who).line("hotline")
        papers = load_papers(line)
        assert papers.line_id.hex() == red["line_id"] and line.is_open
        assert papers.charter.offices == ((), ("B/WATCH",))
        for path in (line.station_key, line.keyring, line.recovery_key):
            assert path.stat().st_mode & 0o777 == 0o600
        assert not (line.ceremony / "state.key").exists()


def test_the_recovery_secret_goes_where_the_custodian_says(desks: Callable[..., Any], tmp_path: Path) -> None:
    """Beside the store only where nobody said otherwise; then `doctor` says so until it is moved."""
    meet(desks, "red", "blue")
    desks("red", "line", "propose", "hotline", "--with", "blue.card")
    desks("blue", "line", "accept", "hotline.proposal", "--card", "red.card", "--yes")
    safe = tmp_path / "safe"
    told = desks("red", "line", "open", "hotline.acceptance", "--recovery-out", str(safe / "r"), code=3)
    assert told["code"] == "OL-303"
    safe.mkdir()
    (safe / "other").write_text("another line's")
    told = desks("red", "line", "open", "hotline.acceptance", "--recovery-out", str(safe / "other"), code=7)
    assert told["code"] == "OL-702" and (safe / "other").read_text() == "another line's"
    red = desks("red", "line", "open", "hotline.acceptance", "--recovery-out", str(safe / "r"))
    blue = desks("blue", "line", "open", "hotline.opening")
    assert red["recovery_key"] == str(safe / "r") and (safe / "r").stat().st_mode & 0o777 == 0o600
    ours, theirs = (Home(tmp_path / who).line("hotline") for who in ("red", "blue"))
    assert not ours.recovery_key.exists() and blue["recovery_key"] == str(theirs.recovery_key)

    def reminded(who: str) -> bool:
        return any("recovery.key" in one["what"] for one in desks(who, "doctor"))

    assert reminded("blue") and not reminded("red")
    theirs.recovery_key.rename(safe / "b")
    assert not reminded("blue")


DAY_MS = 86_400_000


@pytest.mark.parametrize(("days", "says"), [(-500, "ended at"), (30, "begins at")])
def test_certificates_out_of_their_dates_open_no_line(
    desks: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, days: int, says: str
) -> None:
    """R-044: at each door of the ceremony, with whose it is and what to do; nothing is kept of it."""
    real = ceremonies.now_ms

    def by_another_clock(*arguments: str) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(ceremonies, "now_ms", lambda: real() + days * DAY_MS)
            desks(*arguments)

    meet(desks, "red", "blue")
    by_another_clock("red", "line", "propose", "first", "--with", "blue.card")
    told = desks("blue", "line", "accept", "first.proposal", "--card", "red.card", "--yes", code=4)
    assert told["code"] == "OL-401" and "certificate of red" in told["detail"] and says in told["detail"]
    desks("red", "line", "propose", "second", "--with", "blue.card")
    with monkeypatch.context() as patch:
        patch.setattr(ceremonies, "check_dates", lambda _: None)  # another program, which does not look
        by_another_clock("blue", "line", "accept", "second.proposal", "--card", "red.card", "--yes")
    told = desks("red", "line", "open", "second.acceptance", "--line", "second", code=4)
    assert "certificate of blue" in told["detail"] and says in told["detail"]
    assert not Path("second.opening").exists()
    desks("red", "line", "forget", "--line", "second", "--yes")


def test_three_parties_open_a_line(desks: Callable[..., Any]) -> None:
    meet(desks, "red", "blue", "white")
    desks("red", "line", "propose", "talks", "--with", "blue.card", "--with", "white.card")
    for who in ("blue", "white"):
        desks(who, "line", "accept", "talks.proposal", "--yes", "--out", f"{who}.acceptance")
    missing = desks("red", "line", "open", "blue.acceptance", code=5)
    assert missing["code"] == "OL-504" and "white" in missing["detail"]
    digits = {desks("red", "line", "open", "white.acceptance", "blue.acceptance")["digits"]}
    digits |= {desks(who, "line", "open", "talks.opening")["digits"] for who in ("blue", "white")}
    assert len(digits) == 1


def test_a_card_of_another_with_the_same_name_is_refused(desks: Callable[..., Any]) -> None:
    meet(desks, "red", "blue")
    desks("impostor", "party", "create", "red")
    Path("impostor.card").write_text(desks("impostor", "party", "card")["text"])
    desks("impostor", "line", "propose", "hotline", "--with", "blue.card")
    told = desks("blue", "line", "accept", "hotline.proposal", "--card", "red.card", "--yes", code=4)
    assert "red" in told["detail"]


def test_a_party_whose_card_was_not_given_is_named(desks: Callable[..., Any]) -> None:
    meet(desks, "red", "blue")
    desks("red", "line", "propose", "hotline", "--with", "blue.card")
    assert desks("blue", "line", "accept", "hotline.proposal", "--yes")["cards_not_given"] == ["red"]


@pytest.mark.parametrize("damage", [lambda t: t[:200], lambda t: t.replace("A", "B", 1), lambda _: "", lambda t: t + t])
def test_a_damaged_file_is_refused_and_the_good_one_still_works(
    desks: Callable[..., Any], damage: Callable[[str], str]
) -> None:
    meet(desks, "red", "blue")
    desks("red", "line", "propose", "hotline", "--with", "blue.card")
    good = Path("hotline.proposal").read_text()
    Path("bad.proposal").write_text(damage(good))
    desks("blue", "line", "accept", "bad.proposal", "--yes", code=5)
    desks("blue", "line", "accept", "hotline.proposal", "--yes")


def test_without_a_terminal_nobody_is_asked_and_nothing_is_accepted(desks: Callable[..., Any], tmp_path: Path) -> None:
    meet(desks, "red", "blue")
    desks("red", "line", "propose", "hotline", "--with", "blue.card")
    assert desks("blue", "line", "accept", "hotline.proposal", code=2)["code"] == "OL-203"
    assert Home(tmp_path / "blue").lines() == []


def test_a_wrong_passphrase_exits_9_and_changes_nothing(desks: Callable[..., Any], tmp_path: Path) -> None:
    meet(desks, "red", "blue")
    (tmp_path / "red.pass").write_bytes(b"wrong")
    assert desks("red", "line", "propose", "hotline", "--with", "blue.card", code=9)["code"] == "OL-901"
    assert Home(tmp_path / "red").lines() == []


def test_a_passphrase_file_that_others_can_read_is_refused(desks: Callable[..., Any], tmp_path: Path) -> None:
    meet(desks, "red", "blue")
    (tmp_path / "red.pass").chmod(0o644)
    assert desks("red", "line", "propose", "x", "--with", "blue.card", code=8)["code"] == "OL-802"


def test_a_second_party_in_one_home_is_refused(desks: Callable[..., Any]) -> None:
    meet(desks, "red")
    assert desks("red", "party", "create", "other", code=7)["code"] == "OL-702"


def test_an_open_line_is_not_opened_again_nor_forgotten(desks: Callable[..., Any]) -> None:
    meet(desks, "red", "blue")
    desks("red", "line", "propose", "hotline", "--with", "blue.card")
    desks("blue", "line", "accept", "hotline.proposal", "--yes")
    desks("red", "line", "open", "hotline.acceptance")
    assert desks("red", "line", "open", "hotline.acceptance", code=7)["code"] == "OL-702"
    assert desks("red", "line", "forget", "--yes", code=7)["code"] == "OL-701"
    desks("blue", "line", "forget", "--yes")
    assert desks("blue", "line", "open", "hotline.opening", code=3)["code"] == "OL-302"


def test_a_line_cut_short_while_opening_is_opened_again(desks: Callable[..., Any], tmp_path: Path) -> None:
    meet(desks, "red", "blue")
    desks("red", "line", "propose", "hotline", "--with", "blue.card")
    desks("blue", "line", "accept", "hotline.proposal", "--yes")
    desks("red", "line", "open", "hotline.acceptance")
    folder = tmp_path / "blue" / "lines" / "hotline"
    state = (folder / "ceremony" / "state.key").read_bytes()
    desks("blue", "line", "open", "hotline.opening")
    (folder / "keyring").unlink()
    (folder / "ceremony" / "state.key").write_bytes(state)
    os.chmod(folder / "ceremony" / "state.key", 0o600)
    assert desks("blue", "line", "open", "hotline.opening")["digits"] == desks("red", "line", "digits")["digits"]


def test_a_revocation_travels_by_hand_and_carries_its_own_proof(desks: Callable[..., Any], tmp_path: Path) -> None:
    meet(desks, "red", "blue")
    desks("red", "line", "propose", "hotline", "--with", "blue.card")
    desks("blue", "line", "accept", "hotline.proposal", "--yes")
    desks("red", "line", "open", "hotline.acceptance")
    desks("blue", "line", "open", "hotline.opening")
    assert desks("red", "party", "revoke", "--out", "red.revocation", code=2)["code"] == "OL-203", "it asks first"
    made = desks("red", "party", "revoke", "--reason", "a stolen disk", "--out", "red.revocation", "--yes")
    assert made["recorded"] is False and made["agreed"] == []
    taken = desks("blue", "party", "revoked", "red.revocation")
    assert (taken["party"], taken["name"], taken["certificate"]) == (0, "red", made["certificate"])
    for who in ("red", "blue"):
        (found,) = load_papers(Home(tmp_path / who).line("hotline")).revocations
        assert found[0] == 0 and found[1].reason == "a stolen disk"
    good = Path("red.revocation").read_text()
    Path("bad.revocation").write_text(good.replace(good.splitlines()[5], good.splitlines()[6], 1))
    assert desks("blue", "party", "revoked", "bad.revocation", code=5)["exit"] == 5
