"""Two real stations over each kind of bearer alone, and over two of which one comes and goes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.ports import free_port
from tests.rooms.bearer.cable import Cable
from tests.whole.parties import Desk
from tests.whole.parties import until as wait_until

pytestmark = pytest.mark.whole
Line = Callable[..., list[Desk]]
EXAMPLE = Path(__file__).parents[2] / "share" / "bearers" / "tcp-pipe"


def bearer(kind: str, name: str, **keys: object) -> str:
    """One [[bearer]] table."""
    rows = [f"{key} = {value!r}".replace("True", "true") for key, value in keys.items()]
    return "\n".join(["[[lines.hotline.bearer]]", f'kind = "{kind}"', f'name = "{name}"', *rows])


def only(desk: Desk, *tables: str) -> None:
    """Settings without TLS: nobody listens, nobody dials."""
    rows = ["[station]", f'line = "{desk.line}"', f'passphrase_file = "{desk.passphrase_file}"', f"[lines.{desk.line}]"]
    rows.append("test_every_s = 0")  # no test of these counts on no whole hour
    (desk.home / "station.toml").write_text("\n".join([*rows, *tables]) + "\n")


def until(desk: Desk, holds: Callable[[Any], object]) -> Any:
    """The status of a desk once something holds in it."""
    return wait_until(lambda: holds(last := desk.json_anyhow("status")) and last, f"the status of {desk.name}")


def radio_of(status: Any) -> Any:
    return next(one for one in status["bearers"] if one["name"] == "radio")


def exchange(amber: Desk, birch: Desk, tmp_path: Path) -> None:
    """Messages both ways with receipts, an acknowledgement, an export that a stranger verifies."""
    sent = amber.json("send", "The exercise begins at 1000Z.", "--subject", "exercise", "--wait", "200")
    assert sent["held"][0]["name"] == "Birch"
    assert birch.json("send", "Understood.", "--wait", "200")["held"][0]["name"] == "Amber"
    came = birch.json("inbox")
    assert [entry["text"] for entry in came["entries"]] == ["The exercise begins at 1000Z."]
    birch.run("acknowledge", came["entries"][0]["place"], "--officer", "officer B", "--role", "watch")
    export = tmp_path / "record.openline"
    until(amber, lambda status: status["peers"][0]["ours_held"] == status["peers"][0]["ours"])
    amber.run("export", str(export))
    birch.run("verify", str(export), "--card", str(tmp_path / "Amber.card"))


@pytest.mark.parametrize("duplex", ["half", "full"])
def test_over_a_serial_cable_only(on_a_line: Line, tmp_path: Path, duplex: str) -> None:
    amber, birch = on_a_line("Amber", "Birch")
    with Cable(tmp_path) as cable:
        for number, desk in enumerate((amber, birch)):
            keys = {"device": str(cable.paths[number]), "baud": 38_400, "duplex": duplex, "latency_ms": 20}
            only(desk, bearer("serial", "radio", **keys))
            desk.start()
        exchange(amber, birch, tmp_path)
        until(amber, lambda now: [(one["name"], one["up"]) for one in now["bearers"]] == [("radio", ["Birch"])])
        amber.stop()
        birch.stop()


def test_over_udp_only(on_a_line: Line, tmp_path: Path) -> None:
    amber, birch = on_a_line("Amber", "Birch")
    ports = [f"127.0.0.1:{free_port()}" for _ in range(2)]
    for desk, (ours, theirs) in ((amber, ports), (birch, ports[::-1])):
        only(desk, bearer("udp", "path", listen=ours, address=theirs))
        desk.start()
    exchange(amber, birch, tmp_path)
    until(amber, lambda now: now["bearers"][0]["up"] == ["Birch"])


def test_over_a_program_only(on_a_line: Line, tmp_path: Path) -> None:
    amber, birch = on_a_line("Amber", "Birch")
    port = str(free_port())
    for desk, how in ((amber, "listen"), (birch, "dial")):
        command = [sys.executable, "-S", str(EXAMPLE), how, "127.0.0.1", port]
        only(desk, bearer("program", "pipe", program=command, bits_per_second=1_000_000))
        desk.start()
    exchange(amber, birch, tmp_path)
    until(amber, lambda now: now["bearers"][0]["up"] == ["Birch"])
    assert "WELL   line hotline: bearer pipe: " in amber.run("doctor", ok=None).stdout


def test_words_of_a_program_do_nothing_to_a_terminal(on_a_line: Line, tmp_path: Path) -> None:
    """Why it is down went into alarm and report as it came: with it titles, colours, and lines turned around."""
    amber, _ = on_a_line("Amber", "Birch")
    words = "\x1b]0;owned\x07\x1b[2J \u202eelbat \u200b\x9b31m\u2028 \U000e0041 end " + "x" * 5_000
    program = tmp_path / "program.py"
    program.write_text(
        "import os\nos.write(1, b'openline-bearer/1\\n')\n"
        f"os.write(2, {f'openline: down {words}'!r}.encode() + b'\\n' + {f'note {words}'!r}.encode() + b'\\n')\n"
        "while os.read(0, 4096): pass\n"
    )
    only(amber, bearer("program", "pipe", program=[sys.executable, "-S", str(program)], bits_per_second=1_000_000))
    amber.start()
    until(amber, lambda now: any("says: down" in alarm for alarm in now["alarms"]))
    until(amber, lambda now: any("note" in notice for notice in now["notices"]))
    for command in (["status"], ["status", "--json"], ["alarm", "list"], ["alarm", "list", "--json"], ["screen"]):
        ran = amber.try_here(*command)
        if command in (["status"], ["alarm", "list"]):
            assert "\\u{1b}]0;owned\\u{7}\\u{1b}[2J \\u{202e}elbat" in ran.out
        hidden = {c for c in ran.out + ran.err if c != "\n" and not c.isprintable()}
        assert not hidden, (command, hidden)
        assert "x" * 400 not in ran.out
    assert not {c for c in amber.log.read_text() if c != "\n" and not c.isprintable()}
    amber.stop()


def test_a_device_that_is_unplugged_rings_by_name_and_the_line_goes_on_without_it(
    on_a_line: Line, tmp_path: Path
) -> None:
    amber, birch = on_a_line("Amber", "Birch")
    with Cable(tmp_path) as cable:
        for number, (desk, other) in enumerate(((amber, birch), (birch, amber))):
            device = bearer("serial", "radio", device=str(cable.paths[number]), baud=38_400, latency_ms=20)
            desk.settings({other.name: other.port}, device)
            desk.start()
        amber.json("send", "Over both.", "--wait", "200")
        cable.unplug(0)
        until(amber, lambda now: any(one.startswith("bearer radio: ") and "tty0" in one for one in now["alarms"]))
        until(amber, lambda now: (radio := radio_of(now))["up"] == [] and "tty0" in radio["trouble"])
        assert amber.json("send", "Without it.", "--wait", "200")["held"]
        cable.plug(0)
        until(amber, lambda now: not any("radio" in alarm for alarm in now["alarms"]))
        until(amber, lambda now: radio_of(now)["up"] == ["Birch"])
        before = list(cable.carried)
        until(amber, lambda _: all(now > then + 60 for now, then in zip(cable.carried, before, strict=True)))  # hails
        assert amber.json("send", "And with it again.", "--wait", "200")["held"]
        assert "radio" in amber.run("status", ok=None).stdout
