"""What `openline doctor` says of bearers, on real devices, ports, programs and folders."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from openline.console.bearer_checks import look_at
from openline.console.bearer_settings import BearerConfig
from openline.console.config import parse
from openline.errors import Misconfigured


def config(place: Path, kind: str, rest: str) -> BearerConfig:
    """One bearer as the settings spell it."""
    text = f"[[lines.a.bearer]]\nkind = '{kind}'\nname = 'one'\n{rest}"
    return parse(text, place / "station.toml").of_line("a").bearers[0]


def test_a_serial_device_is_there_or_not_there_yet_or_something_else(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    verdict, detail = look_at(config(tmp_path, "serial", f"device = '{os.ttyname(theirs)}'"), is_running=False)
    assert (verdict, "at 9600 baud, 7,680 bit/s, half duplex" in detail) == ("well", True)
    os.close(ours)
    os.close(theirs)
    absent = config(tmp_path, "serial", "device = 'ttyUSB9'")
    assert look_at(absent, is_running=False)[0] == "look"
    (tmp_path / "ttyUSB9").write_bytes(b"")
    with pytest.raises(Misconfigured, match="is no serial device"):
        look_at(absent, is_running=False)


def test_a_port_is_free_or_ours_or_taken(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        taken = config(tmp_path, "udp", f"listen = '127.0.0.1:{port}'\naddress = '127.0.0.1:9'")
        with pytest.raises(Misconfigured, match=r"cannot listen on .*in use"):
            look_at(taken, is_running=False)
        assert look_at(taken, is_running=True)[0] == "well"
    assert look_at(taken, is_running=False)[0] == "well"


def test_a_program_may_be_run_or_not(tmp_path: Path) -> None:
    program = tmp_path / "pipe"
    program.write_text("")
    asked = config(tmp_path, "program", "program = 'pipe'\nbits_per_second = 300")
    with pytest.raises(Misconfigured, match="is no program that this account may run"):
        look_at(asked, is_running=False)
    program.chmod(0o755)
    assert look_at(asked, is_running=False)[0] == "well"


def test_a_folder_is_there_or_not_there_yet(tmp_path: Path) -> None:
    asked = config(tmp_path, "directory", "out = 'out'")
    assert look_at(asked, is_running=False)[0] == "look"
    (tmp_path / "out").mkdir()
    assert look_at(asked, is_running=False)[0] == "well"
