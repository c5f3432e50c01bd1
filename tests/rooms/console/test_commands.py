"""Commands over a station that only pretends: answers, exit codes, no prompt without a terminal."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from openline.console.cli import TABLE
from openline.errors import Refused, StoreDown
from tests.rooms.console.conftest import Door, Hall
from tests.rooms.console.desk import GENERATION

Openline = Callable[..., tuple[int, str, str]]


def typed(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), "utf-8"))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_every_command_of_the_table_explains_itself(openline: Openline, row: object) -> None:
    code, out, err = openline(row.name, "--help")  # type: ignore[attr-defined]
    assert code == 0 and "Usage: openline" in out and not err


def test_the_first_page_lists_every_command_and_the_exit_codes(openline: Openline) -> None:
    code, out, _ = openline("--help")
    assert code == 0
    assert all(row.name in out for row in TABLE)
    assert "5 verification failed" in " ".join(out.split())


@pytest.mark.parametrize(
    "arguments", [("fly",), ("send", "--precedence", "URGENT", "x"), ("inbox", "--count", "0"), ("--hom",)],
    ids=str,
)
def test_a_command_not_understood_exits_2(openline: Openline, arguments: tuple[str, ...]) -> None:
    code, out, err = openline(*arguments)
    assert (code, out) == (2, "") and err


@pytest.mark.whole
def test_a_command_that_only_asks_does_not_read_the_hall() -> None:
    asks = "import sys, openline.__main__, openline.console.commands.message; print('openline.station' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True).stdout
    assert answer == "False\n"


def test_a_program_gets_its_usage_error_as_json(openline: Openline) -> None:
    code, out, err = openline("fly", "--json")
    assert (code, out) == (2, "") and json.loads(err)["code"] == "OL-201"


def test_a_message_is_recorded_and_never_called_delivered(openline: Openline, running: Door) -> None:
    code, out, _ = openline("send", "--action", "B/WATCH", "--subject", "s", "--precedence", "flash", "hello")
    assert code == 0
    assert f"recorded here as 0/{GENERATION}/0; not held there" in out and "delivered" not in out
    (message,) = running.operations.messages
    assert (message.text, message.action, message.precedence) == ("hello", ("B/WATCH",), "FLASH")
    assert len(message.released_by) == 1, "one person let it out, and that is what is recorded"


def test_the_same_in_json(openline: Openline, running: Door) -> None:
    code, out, _ = openline("--json", "send", "hello")
    assert code == 0
    answer = json.loads(out)
    assert answer["place"] == f"0/{GENERATION}/0" and answer["lacking"] == ["Blue"]


def test_waiting_in_vain_exits_6_and_still_says_where_it_is_recorded(openline: Openline, running: Door) -> None:
    code, out, err = openline("send", "--wait", "0.05", "--json", "hello")
    assert code == 6 and json.loads(out)["place"] == f"0/{GENERATION}/0"
    assert json.loads(err)["code"] == "OL-602"


def test_a_text_may_come_by_stdin(openline: Openline, running: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "с русского\n".encode())
    assert openline("send", "-")[0] == 0
    assert running.operations.messages[0].text == "с русского"


@pytest.mark.parametrize("words", [b"", b"\n"])
def test_an_empty_message_is_refused(
    openline: Openline, running: Door, monkeypatch: pytest.MonkeyPatch, words: bytes
) -> None:
    typed(monkeypatch, words)
    assert openline("send")[0] == 2 and not running.operations.messages


def test_stdin_that_is_not_text_is_refused(openline: Openline, running: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, b"\xff\xfe")
    code, _, err = openline("send")
    assert code == 2 and "byte 0 is not UTF-8" in err and not running.operations.messages


@pytest.mark.parametrize(
    ("refusal", "code"), [(Refused("x"), 4), (StoreDown("the disk is full"), 1), (ZeroDivisionError("x"), 1)], ids=str
)
def test_a_refusal_keeps_its_exit_code_across_the_channel(
    openline: Openline, running: Door, refusal: Exception, code: int
) -> None:
    running.operations.refusal = refusal
    assert openline("send", "x")[0] == code


def test_without_a_station_every_question_exits_6(openline: Openline, tmp_path: Path) -> None:
    (tmp_path / "home" / "lines" / "hotline").mkdir(parents=True)
    for arguments in (("send", "x"), ("status",), ("inbox",), ("show", "1"), ("carry", "out", "/tmp"), ("stop",)):
        code, out, err = openline(*arguments)
        assert (code, out) == (6, ""), arguments
        assert "OL-603" in err and "openline serve" in err


def test_without_a_line_it_says_so(openline: Openline) -> None:
    code, _, err = openline("send", "x")
    assert code == 3 and "OL-302" in err


@pytest.mark.parametrize("entry", ["0/abc/1", "seventeen", "-1", "0/" + "0" * 24 + "/01", "8/" + "0" * 24 + "/1"])
def test_an_entry_name_has_one_spelling(openline: Openline, running: Door, entry: str) -> None:
    code, out, _ = openline("show", "--", entry)
    assert code != 0 and not out


def test_an_acknowledgement_says_that_it_is_not_agreement(openline: Openline, running: Door) -> None:
    code, out, _ = openline("acknowledge", "1", "--officer", "Lt. Red")
    assert code == 0 and "not agreement" in out


def test_status_exits_6_while_a_party_is_not_up(openline: Openline, running: Door) -> None:
    code, out, _ = openline("status")
    assert code == 6 and "SILENT" in out and "never heard" in out


def test_a_stick_that_was_not_for_us_is_named(openline: Openline, running: Door, tmp_path: Path) -> None:
    code, out, err = openline("carry", "in", str(tmp_path))
    assert code == 0 and "1 files" in out and "x.oln: not for this line" in err


def test_stop_reaches_the_station(openline: Openline, running: Door) -> None:
    assert openline("stop")[0] == 0 and running.operations.stopped


def test_completion_is_printed_for_a_shell(openline: Openline) -> None:
    code, out, _ = openline("completion", "zsh")
    assert code == 0 and "_OPENLINE_COMPLETE=zsh_complete" in out


def test_a_setting_nobody_knows_stops_every_command_that_reads_it(openline: Openline, running: Door) -> None:
    home = Path(os.environ["OPENLINE_HOME"])
    (home / "station.toml").write_text("[station]\nlin = 'hotline'\n")
    code, _, err = openline("status")
    assert code == 8 and "line 2" in err and "did you mean line?" in err


def test_doctor_names_what_is_there_and_what_is_not(openline: Openline, running: Door) -> None:
    code, out, _ = openline("doctor")
    assert code == 0
    assert re.search(r"WELL +primitives", out) and "not open yet" in out


def test_serve_needs_an_open_line(openline: Openline, running: Door, hall: Hall) -> None:
    code, _, err = openline("serve")
    assert code == 7 and "OL-701" in err and not hall.served


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    """A home with two open lines, of which there is as much as is looked at before they are served."""
    home = tmp_path / "home"
    for name in ("alpha", "beta", "gamma"):
        folder = home / "lines" / name
        folder.mkdir(parents=True)
        if name != "gamma":
            (folder / "charter.cbor").touch()
            (folder / "keyring").touch()
    secret = home / "pass"
    secret.write_text("secret")
    secret.chmod(0o600)
    (home / "station.toml").write_text("[station]\npassphrase_file = 'pass'\n")
    return home


def test_serve_all_takes_every_line_that_is_open_and_says_which_is_not(
    openline: Openline, lines: Path, hall: Hall
) -> None:
    code, _, err = openline("serve", "--all")
    assert code == 0 and [one.line.name for one in hall.served] == ["alpha", "beta"]
    assert "not served: line gamma is not open yet" in err


@pytest.mark.parametrize("more", [("--line", "alpha"), ("--listen", "127.0.0.1:1"), ("--dial", "B=127.0.0.1:1")])
def test_what_is_for_one_line_is_refused_for_all(
    openline: Openline, lines: Path, hall: Hall, more: tuple[str, ...]
) -> None:
    code, _, err = openline("serve", "--all", *more)
    assert code == 2 and "OL-201" in err and not hall.served


def test_all_lines_cannot_share_one_desk_s_address(openline: Openline, lines: Path, hall: Hall) -> None:
    with (lines / "station.toml").open("a") as settings:
        settings.write("[desk]\nlisten = '127.0.0.1:8443'\n")
    code, _, err = openline("serve", "--all")
    assert code == 8 and "[desk] is for the pages of one line, and there are 2" in err and not hall.served
    (lines / "station.toml").write_text(
        "[station]\nline = 'beta'\npassphrase_file = 'pass'\n[desk]\nlisten = '127.0.0.1:8443'\n"
    )
    assert openline("serve", "--all")[0] == 0
    assert [len(one.beside) for one in hall.served] == [0, 1]


def test_serve_all_of_a_home_without_an_open_line_says_why(openline: Openline, tmp_path: Path, hall: Hall) -> None:
    (tmp_path / "home").mkdir()
    assert openline("serve", "--all")[0] == 3
    (tmp_path / "home" / "lines" / "gamma").mkdir(parents=True)
    code, _, err = openline("serve", "--all")
    assert code == 7 and "OL-701" in err and not hall.served


def test_replay_sends_in_order_and_reports_what_is_not_held(openline: Openline, running: Door, tmp_path: Path) -> None:
    file = tmp_path / "w.jsonl"
    file.write_text("".join(json.dumps({"from": "AB"[i % 2], "text": f"t{i}"}) + "\n" for i in range(6)))
    code, out, _ = openline("--json", "replay", str(file), "--wait", "0.2")
    answer = json.loads(out)
    assert (code, answer["sent"], answer["held"]) == (6, 6, 0)
    assert [message.text for message in running.operations.messages] == [f"t{i}" for i in range(6)]
    assert len({message.token for message in running.operations.messages}) == 6


def test_one_bad_line_refuses_the_file_before_anything_is_sent(
    openline: Openline, running: Door, tmp_path: Path
) -> None:
    file = tmp_path / "w.jsonl"
    file.write_text('{"from":"A","text":"x"}\n{"from":"A"}\n')
    code, _, err = openline("replay", str(file))
    assert code == 2 and "line 2" in err and not running.operations.messages
    assert openline("replay", str(file), "--skip-bad", "--wait", "0.1")[0] == 6
    assert len(running.operations.messages) == 1
