"""The unit files for systemd: what they promise is in them, and systemd itself reads them."""

from __future__ import annotations

import configparser
import re
import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.house import source
from tests.needs import needs_tool

UNITS: Final = source.ROOT / "share" / "systemd"
ONE, ALL = "openline@.service", "openline.service"
EXPOSURE_TENTHS_MAX: Final = 20  # systemd's own scale: 0 is closed, 100 is open


def settings(unit: str) -> configparser.RawConfigParser:
    """The unit as sections and keys; a key may come more than once and the last one counts."""
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string((UNITS / unit).read_text("utf-8"))
    return parser


def runnable(tmp_path: Path, unit: str) -> Path:
    """The unit with a program that is on this machine, so that only the unit is judged."""
    copy = tmp_path / unit.replace("@", "@hotline")
    text = (UNITS / unit).read_text("utf-8")
    copy.write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE))
    return copy


@pytest.mark.parametrize(("name", "ending"), [(ONE, " serve --line %i"), (ALL, " serve --all")])
def test_it_serves_its_lines_and_comes_back_after_a_power_cut(name: str, ending: str) -> None:
    unit = settings(name)
    assert unit["Service"]["ExecStart"].endswith(ending)
    assert unit["Service"]["Restart"] == "always"
    assert unit["Install"]["WantedBy"] == "multi-user.target"


@pytest.mark.parametrize("name", [ONE, ALL])
def test_the_passphrase_comes_as_a_credential_and_never_by_the_environment(name: str) -> None:
    unit = settings(name)
    assert unit["Service"]["LoadCredential"].startswith("passphrase:")
    assert "PASS" not in unit["Service"].get("Environment", "").upper()
    assert "EnvironmentFile" not in unit["Service"]


@pytest.mark.parametrize("key", ["NoNewPrivileges", "PrivateTmp", "PrivateDevices", "MemoryDenyWriteExecute"])
def test_it_gives_away_what_it_does_not_need(key: str) -> None:
    assert settings(ONE)["Service"][key] == settings(ALL)["Service"][key] == "yes"


@pytest.mark.parametrize("name", [ONE, ALL])
def test_systemd_reads_it(tmp_path: Path, name: str) -> None:
    analyze = needs_tool("systemd-analyze")
    run = subprocess.run(
        [analyze, "verify", "--man=no", "--generators=no", "--recursive-errors=no", str(runnable(tmp_path, name))],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in run.stderr.splitlines() if "openline" in line]
    assert not ours, "\n".join(ours)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("name", [ONE, ALL])
def test_systemd_counts_it_among_the_closed_ones(tmp_path: Path, name: str) -> None:
    analyze = needs_tool("systemd-analyze")
    run = subprocess.run(
        [analyze, "security", "--offline=true", f"--threshold={EXPOSURE_TENTHS_MAX}", str(runnable(tmp_path, name))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-400:] + run.stderr
