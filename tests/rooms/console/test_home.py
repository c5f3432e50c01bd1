"""The home of a station: names that cannot leave it, files that are whole or not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from openline.console.codes import Told
from openline.console.home import Home, read_bounded, write_whole
from openline.errors import Misconfigured


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "a\0b", "-" * 65, ".hidden", "naïve", "a b"])
def test_a_line_name_cannot_leave_its_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(Misconfigured):
        Home(tmp_path).line(name)


def test_the_only_line_needs_no_name(tmp_path: Path) -> None:
    (tmp_path / "lines" / "hotline").mkdir(parents=True)
    assert Home(tmp_path).one_line(None).name == "hotline"


def test_of_two_lines_one_must_be_named(tmp_path: Path) -> None:
    for name in ("north", "south"):
        (tmp_path / "lines" / name).mkdir(parents=True)
    with pytest.raises(Told, match="north, south") as told:
        Home(tmp_path).one_line(None)
    assert told.value.code == "OL-302"
    assert Home(tmp_path).one_line("south").name == "south"
    with pytest.raises(Told, match="no line 'east'"):
        Home(tmp_path).one_line("east")


def test_a_file_is_replaced_whole_and_read_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "x"
    write_whole(path, b"old")
    write_whole(path, b"new")
    assert path.read_bytes() == b"new" and path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == ["x"]


def test_a_file_that_must_be_new_is_never_overwritten(tmp_path: Path) -> None:
    write_whole(tmp_path / "x", b"old")
    with pytest.raises(Told) as told:
        write_whole(tmp_path / "x", b"new", replace=False)
    assert told.value.code == "OL-702" and (tmp_path / "x").read_bytes() == b"old"


def test_a_disk_that_refuses_leaves_the_old_file_and_no_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_whole(tmp_path / "x", b"old")

    def refuse(_fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="No space"):
        write_whole(tmp_path / "x", b"new")
    assert (tmp_path / "x").read_bytes() == b"old" and os.listdir(tmp_path) == ["x"]


def test_a_file_from_outside_is_read_up_to_its_bound(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"12345")
    assert read_bounded(tmp_path / "x", 5) == b"12345"
    with pytest.raises(Misconfigured, match="larger than 4 bytes"):
        read_bounded(tmp_path / "x", 4)
