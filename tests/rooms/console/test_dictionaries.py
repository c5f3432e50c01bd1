"""Dictionaries that a station holds: the shipped one, its officers' own, and what cannot be one. (R-281, R-285)"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from openline.console.dictionaries import FILES_MAX, SHIPPED, held, named, shipped
from openline.console.home import LineHome
from openline.console.kept.papers import load_papers
from openline.errors import Misconfigured
from openline.limits import DICTIONARY_BYTES_MAX
from tests.whole.parties import make_parties, open_line

OWN = b"The ferry leaves at, and comes back at. "


def test_what_is_shipped_is_held_by_every_station(tmp_path: Path) -> None:
    assert held(LineHome("hotline", tmp_path)) == {SHIPPED: shipped()}
    assert "openline-1" in named((bytes(32), SHIPPED)) and named((bytes(32),)) == ""


def test_a_dictionary_of_our_own_is_held_by_its_hash(tmp_path: Path) -> None:
    line = LineHome("hotline", tmp_path)
    line.dictionaries.mkdir()
    (line.dictionaries / "ferries.dict").write_bytes(OWN)
    (line.dictionaries / "notes.txt").write_bytes(b"not looked at")
    assert held(line) == {SHIPPED: shipped(), sha256(OWN).digest(): OWN}


@pytest.mark.parametrize("data", [b"", bytes(DICTIONARY_BYTES_MAX + 1)])
def test_a_file_that_is_no_dictionary_is_named_at_the_start(tmp_path: Path, data: bytes) -> None:
    line = LineHome("hotline", tmp_path)
    line.dictionaries.mkdir()
    (line.dictionaries / "ferries.dict").write_bytes(data)
    with pytest.raises(Misconfigured, match="ferries"):
        held(line)


def test_too_many_are_refused(tmp_path: Path) -> None:
    line = LineHome("hotline", tmp_path)
    line.dictionaries.mkdir()
    for number in range(FILES_MAX + 1):
        (line.dictionaries / f"{number}.dict").write_bytes(OWN)
    with pytest.raises(Misconfigured, match="at most"):
        held(line)


def test_a_line_agrees_on_the_shipped_dictionary_unless_told_otherwise(tmp_path: Path) -> None:
    """R-285: both sides' charters name it, and the acceptor is shown it."""
    desks = make_parties(tmp_path, "Amber", "Birch")
    open_line(tmp_path, desks)
    for desk in desks:
        papers = load_papers(LineHome(desk.line, desk.home / "lines" / desk.line))
        assert papers.charter.formats == (SHIPPED,)
    amber, _ = desks
    secret = ("--passphrase-file", str(amber.passphrase_file))
    card = ("--with", str(tmp_path / "Birch.card"))
    with_one = amber.try_here("line", "propose", "second", *card, "--out", str(tmp_path / "second"), *secret)
    assert with_one.code == 0 and "dictionary openline-1 (SHA-256 2626368a3744cc59…)" in with_one.err
    without = ("--no-dictionary", "--out", str(tmp_path / "third"))
    with_none = amber.try_here("line", "propose", "third", *card, *without, *secret)
    assert with_none.code == 0 and "dictionary" not in with_none.err
