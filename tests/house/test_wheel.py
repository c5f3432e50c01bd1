"""The wheel, alone in an empty environment with the pinned packages, is a working `openline`."""

from __future__ import annotations

import email
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import openline
from tests.house import source

pytestmark = pytest.mark.whole


def run(*command: str | Path, cwd: Path) -> str:
    """Stdout of a command that must end well, started with no input and nothing of ours in its environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "OPENLINE", "COV"))}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=kept,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command[0]} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that nothing is written into the tree."""
    copy = tmp_path_factory.mktemp("tree")
    shutil.copytree(source.ROOT / "src", copy / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    shutil.copytree(source.ROOT / "share", copy / "share")
    for name in ("pyproject.toml", "LICENSE", "README.md"):
        if (source.ROOT / name).exists():
            shutil.copy(source.ROOT / name, copy / name)
    run(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", copy / "dist", copy, cwd=copy)
    (built,) = (copy / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def alone(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty environment that holds the wheel and requirements/run.txt, nothing else."""
    folder = tmp_path_factory.mktemp("alone")
    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
    python = folder / "venv" / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", python, "install", "-qq", "--disable-pip-version-check"]
    # `make setup` keeps what it downloaded: the test then needs no network.
    wheelhouse = source.ROOT / ".venv" / "wheelhouse"
    offline = ["--no-index", "--find-links", wheelhouse] if any(wheelhouse.glob("*.whl")) else []
    run(*install, "--require-hashes", *offline, "-r", source.ROOT / "requirements" / "run.txt", cwd=folder)
    run(*install, "--no-index", "--no-deps", wheel, cwd=folder)
    run(sys.executable, "-m", "pip", "--python", python, "check", cwd=folder)
    return folder


def test_the_wheel_holds_the_program_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as held:
        names = held.namelist()
    tops = {name.split("/", 1)[0] for name in names}
    info = f"openline-{openline.__version__}"
    assert tops == {"openline", f"{info}.dist-info", f"{info}.data"}
    assert "openline/py.typed" in names
    for unit in ("openline@.service", "openline.service"):
        assert f"{info}.data/data/share/openline/systemd/{unit}" in names
    assert f"{info}.data/data/share/openline/bearers/tcp-pipe" in names
    assert f"{info}.data/data/share/openline/verifier/verify.html" in names
    assert any(name.endswith("/LICENSE") for name in names)


def test_the_wheel_says_what_it_needs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as held:
        text = held.read(f"openline-{openline.__version__}.dist-info/METADATA").decode("utf-8")
    said = email.message_from_string(text)
    assert said["License-Expression"] == "Apache-2.0"
    assert said["Requires-Python"] == ">=3.11"
    pinned = (source.ROOT / "requirements" / "run.in").read_text("utf-8").split()
    needed = {name.split(">")[0].split("<")[0] for name in said.get_all("Requires-Dist", [])}
    assert needed == {name.split(">")[0].split("<")[0] for name in pinned}


def test_installed_alone_it_says_its_version(alone: Path) -> None:
    assert openline.__version__ in run(alone / "venv" / "bin" / "openline", "--version", cwd=alone)


def test_installed_alone_it_explains_itself(alone: Path) -> None:
    said = run(alone / "venv" / "bin" / "openline", "--help", cwd=alone)
    for command in ("party", "line", "serve", "send", "inbox", "acknowledge", "status", "export", "verify", "demo"):
        assert command in said


def test_without_the_packages_for_pages_it_says_which_and_does_the_rest(alone: Path, tmp_path: Path) -> None:
    """The newcomer who installed `openline` alone; last here, for it takes the packages away."""
    python = alone / "venv" / "bin" / "python"
    command = [alone / "venv" / "bin" / "openline", "carry", "in", "--pages", "--home", tmp_path]
    run(sys.executable, "-m", "pip", "--python", python, "uninstall", "-qq", "-y", "segno", "zxing-cpp", cwd=alone)
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert done.returncode == 8
    assert "OL-803" in done.stderr and "segno, zxing-cpp: pip install 'openline[pages]'" in done.stderr
    assert "Sheets of codes" in run(alone / "venv" / "bin" / "openline", "carry", "out", "--help", cwd=alone)
