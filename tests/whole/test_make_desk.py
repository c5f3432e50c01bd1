"""`openline demo desk`: two desks to sit down at by what is printed alone, and nothing left when it is told to stop."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlparse

import pytest

from openline.console.demo import seeding
from openline.console.demo.staffing import Person
from tests.whole.parties import WITHIN_S

pytestmark = pytest.mark.whole


@pytest.fixture
def running(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The command as a process, its temporary folder in the test's own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "openline", "demo", "desk"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    yield process
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=WITHIN_S)


def printed(process: subprocess.Popen[str]) -> str:
    """What stands on the screen when it stays."""
    rows: list[str] = []
    assert process.stdout is not None
    for row in process.stdout:
        rows.append(row)
        if "Ctrl-C" in row:
            return "".join(rows)
    assert process.stderr is not None
    raise AssertionError("".join(rows) + process.stderr.read())


def asked(address: str, method: str, path: str, body: str = "", cookie: str = "") -> tuple[int, str, str]:
    """Status, cookie and text, as a browser would be answered."""
    port = urlparse(address).port
    assert port is not None
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN_S)
    headers = {"Host": f"localhost:{port}", "Origin": address, "Sec-Fetch-Site": "same-origin", "Cookie": cookie}
    if body:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        link.request(method, path, body or None, headers)
        came = link.getresponse()
        return came.status, (came.getheader("set-cookie") or "").split(";")[0], came.read().decode()
    finally:
        link.close()


def first_screen(address: str, name: str, pin: str, code: str) -> str:
    form = urlencode({"name": name, "pin": pin, "code": code})
    status, cookie, text = asked(address, "POST", "/sign-in", form)
    assert (status, cookie != "") == (303, True), text
    status, _, text = asked(address, "GET", "/", cookie=cookie)
    assert status == 200
    return text


def of_the_stage(folder: Path) -> list[str]:
    """Commands of processes that were started on this folder; a zombie has none."""
    found: list[Any] = []
    for one in Path("/proc").iterdir():
        if one.name.isdigit():
            try:
                found.append((one / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
            except OSError:
                continue
    return [words for words in found if str(folder) in words]


def test_two_desks_open_with_a_watch_under_way_and_leave_nothing(
    running: subprocess.Popen[str], tmp_path: Path
) -> None:
    screen = printed(running)
    desks = re.findall(r"^(\w+): (http://localhost:\d+)$", screen, re.MULTILINE)
    assert [name for name, _ in desks] == ["Aurora", "Borealis"]
    rows = re.findall(r"^  (\w+) +(.+?) +PIN (\d{6})   code (\d{6})\n    (otpauth://\S+)$", screen, re.MULTILINE)
    assert len(rows) == 8
    watch = [Person(name, (roles,), pin, otpauth) for name, roles, pin, _, otpauth in rows if roles == "watch officer"]
    assert len(watch) == 2
    assert of_the_stage(tmp_path)  # or the last line of this test shows nothing
    (_, ours), (_, theirs) = desks

    # As printed; where this machine was slow and it has grown old, the address makes the next one.
    mine = watch[0]
    given = next(code for name, _, _, code, _ in rows if name == mine.name)
    aurora = first_screen(ours, mine.name, mine.pin, given if given == mine.code() else mine.code())
    for subject in (seeding.CROSSED, seeding.OVERDUE, seeding.ARABIC, seeding.LONG, seeding.EXERCISE,
                    seeding.UNANSWERED, seeding.CORRECTED, seeding.AWAITING):  # fmt: skip
        assert subject in aurora
    for words in ("CROSSED", "EXERCISE", "FLASH", "overdue", 'lang="ar"', "&lt;img src=x", "U+200B"):
        assert words in aurora
    assert "<script>alert" not in aurora and "<img src=x" not in aurora

    borealis = first_screen(theirs, watch[1].name, watch[1].pin, watch[1].code())
    for words in (seeding.UNANSWERED, "IMMEDIATE", "overdue", "CROSSED", seeding.AWAITING):
        assert words in borealis

    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=WITHIN_S)
    assert running.returncode == 0, said
    assert of_the_stage(tmp_path) == []
    assert list(tmp_path.iterdir()) == []
    for _, address in desks:
        with pytest.raises(ConnectionRefusedError):
            asked(address, "GET", "/sign-in")


def test_the_long_item_has_exactly_its_characters() -> None:
    assert len(seeding.long_text()) == seeding.LONG_CHARS
