"""Commands that change keys, killed at each step that they take on the disk: the old state is found, or the new one.

A kill comes where Python tells its audit hooks of a step, so nothing of the program knows of it.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from openline.console.home import Home
from openline.console.kept.papers import load_papers
from openline.seal.certificate import StationSecrets, parse_station
from openline.store.keyfile import unlock
from tests.whole.parties import PASSPHRASE, WITHIN_S, AboutToServe, Desk, make_parties

pytestmark = pytest.mark.whole
Line = Callable[..., list[Desk]]

KILLED_AT: Final = """
import os, signal, sys
from openline.store import keyfile
real, cheap, left = keyfile.make_key, keyfile.Cost(8, 1, 1), [int(sys.argv.pop(1))]
keyfile.make_key = lambda passphrase, cost=cheap: real(passphrase, cheap)
home = sys.argv[-1]

def step(event, arguments):
    changes = event in ("os.rename", "os.link", "os.remove") or event == "open" and (arguments[2] or 0) & os.O_CREAT
    if changes and isinstance(arguments[0], (str, bytes, os.PathLike)) and os.fspath(arguments[0]).startswith(home):
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(step)
from openline.__main__ import main
sys.exit(main())
"""


def killed(desk: Desk, at: int, *arguments: str) -> bool:
    """Run a command until just before the step of that number; False where it has fewer and came to its end."""
    command = [sys.executable, "-c", KILLED_AT, str(at), *arguments, "--home", str(desk.home)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=WITHIN_S, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode != 0


def keys_of(desk: Desk, name: str) -> StationSecrets:
    path = Home(desk.home).line(desk.line).folder / name
    return parse_station(unlock(path, "station keys", PASSPHRASE.encode()).secret)


def certified(desk: Desk, secrets: StationSecrets) -> bool:
    papers = load_papers(Home(desk.home).line(desk.line))
    return any(one.note_key == secrets.note_signer().public for one in papers.of_party(papers.me))


def hinders(desk: Desk) -> str:
    """What keeps `serve` from opening everything that a station needs; empty where nothing does."""
    ran = desk.try_here("serve")
    return "" if AboutToServe.__name__ in ran.err else ran.err


@pytest.mark.parametrize("how", [(), ("--now",)], ids=["waiting", "now"])
def test_a_renewal_killed_at_any_step_starts_and_is_ended_by_asking_again(
    on_a_line: Line, tmp_path: Path, how: tuple[str, ...]
) -> None:
    """R-157. Keys without a certificate, or none at all, lay there for good: no renewal went on, no station started."""
    amber, _ = on_a_line("Amber", "Birch")
    old = keys_of(amber, "station.key")
    renew = ("party", "renew", *how, "--passphrase-file", str(amber.passphrase_file))
    at = 0
    while True:
        at += 1
        copy = tmp_path / f"cut-{at}"
        shutil.copytree(amber.home, copy)
        cut = replace(amber, home=copy)
        if not killed(cut, at, *renew):
            break
        assert not hinders(cut), f"after a kill at step {at}"
        in_use = keys_of(cut, "station.key")
        assert in_use == old or (how and certified(cut, in_use))
        again = cut.try_here(*renew)
        assert again.code in (0, 7), again.err  # 7: what was asked for waits already
        assert not hinders(cut)
        new = keys_of(cut, "station.key" if how else "station.key.next")
        assert new != old and certified(cut, new)
        shutil.rmtree(copy)
    assert at > 4, "it was cut off nowhere"


def test_a_joining_killed_at_any_step_is_forgotten_and_asked_again(on_a_line: Line, tmp_path: Path) -> None:
    """R-098. Killed between keyring and request, the line was there for good, and no request for it."""
    amber, _ = on_a_line("Amber", "Birch")
    amber.here("line", "papers", "--out", str(tmp_path / "papers"))
    (cedar,) = make_parties(tmp_path, "Cedar")
    secret = ("--passphrase-file", str(cedar.passphrase_file))
    at = 0
    while True:
        at += 1
        copy = tmp_path / f"cut-{at}"
        shutil.copytree(cedar.home, copy)
        cut, request = replace(cedar, home=copy), copy / "request"
        join = ("line", "join", str(tmp_path / "papers"), "--out", str(request), "--yes", *secret)
        if not killed(cut, at, *join):
            break
        again = cut.try_here(*join)
        if again.code == 7 and not Home(copy).line(cut.line).is_open:
            assert "openline line forget" in again.err
            cut.here("line", "forget", "--line", cut.line, "--yes")
            again = cut.try_here(*join)
        assert (again.code, request.exists(), hinders(cut)) == (0, True, "")
        shutil.rmtree(copy)
    assert at > 8, "it was cut off nowhere"


def test_a_line_whose_keyring_is_lost_is_not_forgotten(on_a_line: Line) -> None:
    """`line forget` took it for a ceremony that did not end, and deleted its record and keys."""
    amber, _ = on_a_line("Amber", "Birch")
    assert not hinders(amber)  # its store is made
    line = Home(amber.home).line(amber.line)
    line.keyring.unlink()
    assert amber.try_here("line", "forget", "--yes").code == 7
    assert line.store.exists() and line.station_key.exists()
