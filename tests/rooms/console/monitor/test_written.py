"""When a backup and an export were written last is known after a restart; a spoilt file is no fault of the night."""

from __future__ import annotations

from pathlib import Path

import pytest

from openline.console.monitor.written import Written


def test_times_are_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "written.json"
    first = Written(path)
    assert (first.backup, first.export) == (None, None)
    first.put("backup", 5)
    first.put("export", 7)
    first.put("backup", 9)
    again = Written(path)
    assert (again.backup, again.export) == (9, 7)


@pytest.mark.parametrize("spoilt", [b"", b"{", b'{"backup":-1}', b'{"other":1}', b'{"backup":"x"}', b"x" * 5000])
def test_what_does_not_read_says_nothing(tmp_path: Path, spoilt: bytes) -> None:
    path = tmp_path / "written.json"
    path.write_bytes(spoilt)
    assert (Written(path).backup, Written(path).export) == (None, None)


def test_a_disk_that_takes_nothing_stops_nothing(tmp_path: Path) -> None:
    made = Written(tmp_path / "not there" / "written.json")
    made.put("export", 3)
    assert made.export == 3
