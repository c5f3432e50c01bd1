"""station.toml: nothing is guessed, nothing is ignored, and every refusal says where."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.console.config import Address, Config, LineConfig, load, parse, parse_address
from openline.console.home import Home
from openline.errors import Misconfigured
from openline.limits import CONFIG_BYTES_MAX

AT = Path("/etc/station.toml")
WHOLE = """
[station]
line = "hotline"
passphrase_file = "pass"

[lines.hotline]
listen = ["0.0.0.0:7443", "[::1]:7443"]
carry_out = "/media/stick/out"
dial = { Blue = "198.51.100.7:7443" }

[lines.other]
listen = "127.0.0.1:7444"
[lines.other.dial]
"Party B" = "station.example:7445"
"""


def test_a_whole_file_is_read() -> None:
    config = parse(WHOLE, AT)
    assert config.line == "hotline"
    assert config.passphrase_file == Path("/etc/pass")
    hotline = config.of_line("hotline")
    assert hotline.listen == (Address("0.0.0.0", 7443), Address("::1", 7443))
    assert hotline.dial == {"Blue": Address("198.51.100.7", 7443)}
    assert hotline.carry_out == Path("/media/stick/out") and hotline.carry_in is None
    assert config.of_line("other").dial == {"Party B": Address("station.example", 7445)}
    assert config.of_line("unheard of") == LineConfig()


def test_no_file_means_all_defaults(tmp_path: Path) -> None:
    assert load(Home(tmp_path)) == Config()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[station]\n\nlime = 'x'\n", r"station.toml line 3: station.lime: unknown setting; did you mean line\?"),
        ("[lines.a]\nlisten = []\nlistn = []\n", r"line 3: lines.a.listn: unknown setting; did you mean listen\?"),
        ("[sation]\n", r"line 1: sation: unknown setting; did you mean station\?"),
        ("zzz = 1\n", r"line 1: zzz: unknown setting; known here: station, lines"),
        ("[lines.a]\nlisten = 7443\n", "line 2: lines.a.listen: 7443 is not an address in quotes"),
        ("[lines.a]\nlisten = ['1.2.3.4']\n", "line 2: lines.a.listen: '1.2.3.4' is not an address like"),
        ("[lines.a.dial]\nB = 'h:0'\n", "line 2: lines.a.dial.B: 'h:0' is not an address"),
        ("[lines.a]\ndial = { B = 'h:65536' }\n", "line 2: lines.a.dial.B: 'h:65536' is not an address"),
        ("[lines.'../x']\n", "line name '../x'"),
        ("[lines]\na = 1\n", "line 2: lines.a: a table is expected"),
        ("[station]\nline = '.x'\n", "line 2: station.line: line name '.x'"),
        ("[station]\npassphrase_file = 1\n", "line 2: station.passphrase_file: a path in quotes"),
        ("[station]\nline = 'a'\nline = 'b'\n", "overwrite"),
        ("[station\n", "line 1"),
    ],
)
def test_a_mistake_is_refused_with_its_place(text: str, complaint: str) -> None:
    with pytest.raises(Misconfigured, match=complaint):
        parse(text, AT)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.config.write_bytes(b"[station]\nline = '\xff'\n")
    with pytest.raises(Misconfigured, match="byte 18 is not UTF-8"):
        load(home)


def test_a_file_without_end_is_refused(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.config.write_bytes(b"#" * (CONFIG_BYTES_MAX + 1))
    with pytest.raises(Misconfigured, match="larger than"):
        load(home)


@pytest.mark.parametrize("text", ["1.2.3.4:7443", "[2001:db8::1]:1", "a-b.example:65535"])
def test_an_address_has_one_spelling(text: str) -> None:
    assert str(parse_address(text)) == text


@pytest.mark.parametrize(
    "text", ["", ":1", "h:", "h:+1", "h:01", "h: 1", "h:1 ", "h:1\n", "h:٣", "2001:db8::1:1", "h_:1:2", "[h]:1"]
)
def test_any_other_spelling_is_refused(text: str) -> None:
    with pytest.raises(Misconfigured):
        parse_address(text)


@given(st.text(max_size=200))
def test_no_text_gets_past_the_door_as_anything_but_settings_or_a_refusal(text: str) -> None:
    try:
        assert isinstance(parse(text, AT), Config)
    except Misconfigured as error:
        assert "station.toml" in str(error)
