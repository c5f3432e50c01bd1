"""station.toml: nothing is guessed, nothing is ignored, and every refusal says where."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.bearer.contract import BearerFacts
from openline.console.config import Address, Config, LineConfig, load, parse, parse_address
from openline.console.home import Home
from openline.errors import Misconfigured
from openline.limits import CONFIG_BYTES_MAX, COURIER_KEEP_MS
from openline.line.state import Duplex

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


def test_what_a_line_has_of_its_own_comes_before_what_is_the_home_s() -> None:
    config = parse(
        "[station]\nline = 'a'\npassphrase_file = 'pass'\n[desk]\nlisten = '127.0.0.1:1'\n"
        "[lines.b]\npassphrase_file = 'of-b'\n[lines.b.desk]\nlisten = '127.0.0.1:2'\n[lines.c]\n", AT
    )
    ports = {name: desk.address.port for name in "abc" if (desk := config.desk_of(name)) is not None}
    assert ports == {"a": 1, "b": 2}  # the station's line has the home's desk, and c has none
    assert config.passphrase_file_of("a") == config.passphrase_file_of(None) == Path("/etc/pass")
    assert config.passphrase_file_of("b") == Path("/etc/of-b")
    nameless = parse("[desk]\nlisten = '127.0.0.1:1'\n", AT)
    assert nameless.desk_of("any") is nameless.desk


def test_no_file_means_all_defaults(tmp_path: Path) -> None:
    assert load(Home(tmp_path)) == Config()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[station]\n\nlime = 'x'\n", r"station.toml line 3: station.lime: unknown setting; did you mean line\?"),
        ("[lines.a]\nlisten = []\nlistn = []\n", r"line 3: lines.a.listn: unknown setting; did you mean listen\?"),
        ("[sation]\n", r"line 1: sation: unknown setting; did you mean station\?"),
        ("zzz = 1\n", r"line 1: zzz: unknown setting; known here: station, desk, annunciate, translate, lines"),
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


BEARERS = """
[lines.hotline]
tls_cost = 7
listen = "127.0.0.1:7443"

[[lines.hotline.bearer]]
kind = "serial"
name = "radio"
device = "ttyS0"
bits_per_second = 300
latency_ms = 500
cost = 10
silence_alarm_after_ms = 900_000
baud = 1200
rts_cts = true

[[lines.hotline.bearer]]
kind = "udp"
name = "path"
party = "Blue"
listen = "0.0.0.0:7500"
address = "[2001:db8::7]:7500"
duplex = "half"

[[lines.hotline.bearer]]
kind = "program"
name = "ssh"
program = ["bin/pipe", "--to", "blue"]
bits_per_second = 64_000

[[lines.hotline.bearer]]
kind = "program"
name = "other"
program = "/usr/lib/pipe"
bits_per_second = 50

[[lines.hotline.bearer]]
kind = "directory"
name = "second-stick"
out = "/media/b/out"
"""


def test_bearers_are_read_with_what_is_usual_for_their_kind() -> None:
    line = parse(BEARERS, AT).of_line("hotline")
    assert (line.tls_cost, parse(WHOLE, AT).of_line("hotline").tls_cost) == (7, 0)
    radio, path, ssh, other, stick = line.bearers
    assert radio.facts == BearerFacts("radio", 37, 500, 1024, Duplex.HALF, COURIER_KEEP_MS, 10, 900_000)
    assert (radio.device, radio.baud, radio.rts_cts, radio.party) == (Path("/etc/ttyS0"), 1200, True, None)
    assert (path.listen, path.address) == (Address("0.0.0.0", 7500), Address("2001:db8::7", 7500))
    assert (path.party, path.facts.frame_bytes_max, path.facts.duplex) == ("Blue", 1200, Duplex.HALF)
    assert ssh.program == ("/etc/bin/pipe", "--to", "blue")
    assert (ssh.facts.bytes_per_second, ssh.facts.duplex) == (8_000, Duplex.FULL)
    assert (other.program, other.facts.bytes_per_second) == (("/usr/lib/pipe",), 6)
    assert (stick.out, stick.into, stick.facts.cost) == (Path("/media/b/out"), None, 1_000)


def test_a_serial_line_carries_a_tenth_of_its_baud_unless_said_otherwise() -> None:
    text = "[[lines.a.bearer]]\nkind = 'serial'\nname = 'x'\ndevice = '/dev/ttyS0'\nbaud = 4800\n"
    assert parse(text, AT).of_line("a").bearers[0].facts.bytes_per_second == 480


_A = "[[lines.a.bearer]]\nkind = 'program'\nname = 'one'\nprogram = '/x'\nbits_per_second = 300\n"
_B = "[[lines.a.bearer]]\nkind = '{kind}'\nname = 'two'\n{rest}"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (_A + _B.format(kind="serail", rest=""), r"line 7: .*kind: 'serail' is none of them; did you mean serial"),
        (_A + _B.format(kind="udp", rest="adress = 'h:1'\n"), r"line 9: .*adress: unknown setting; did you mean add"),
        (_A + _B.format(kind="udp", rest="listen = 'h:1'\n"), r"line 6: lines.a.bearer 2.address: is needed"),
        (_A + _B.format(kind="serial", rest="address = 'h:1'\n"), "line 9: .*address: unknown"),
        (_A + _B.format(kind="serial", rest="device = '/x'\nbaud = 9601\n"), "line 10: .*the nearest is 9600"),
        (_A + _B.format(kind="serial", rest="device = '/x'\nduplex = 'simplex'\n"), r"'simplex' is none of them"),
        (_A + _B.format(kind="program", rest="program = '/x'\n"), "bits_per_second: a who.* needed"),
        (_A + _B.format(kind="program", rest="program = []\nbits_per_second = 9\n"), "program: a path in quotes, or"),
        (_A + _B.format(kind="program", rest="program = ''\nbits_per_second = 9\n"), "program: a path in quotes, or"),
        (_A + _B.format(kind="serial", rest="device = '/x'\nlatency_ms = 60\nsilence_alarm_after_ms = 50\n"), "121 to"),
        (_A + _B.format(kind="serial", rest="device = '/x'\ncost = true\n"), "cost: True is no whole number"),
        (_A + _B.format(kind="serial", rest="device = '/x'\ncost = -1\n"), "cost: -1 is no whole number from 0"),
        (_A + _B.format(kind="udp", rest="listen = 'h:1'\naddress = 'h:2'\nframe_bytes_max = 65_508\n"), "160 to 650"),
        (_A + _B.format(kind="directory", rest=""), "bearer 2.out: a folder to fill"),
        (_A + _B.format(kind="directory", rest="out = '/a'\nin = '/a'\n"), "cannot be both the folder"),
        (_A + _A, "line 8: lines.a.bearer 2.name: another bearer is called one already"),
        (_A.replace("'one'", "'tls'"), "tls is what another bearer is called"),
        (_A.replace("'one'", "'a b'"), "'a b': a name has up to 32 letters"),
        (_A.replace("'one'", "'one'\nparty = 5"), "party: a party's name has"),
        (_A * 17, "at most 16 bearers"),
        ("[lines.a]\nbearer = 1\n", r"line 2: lines.a.bearer: tables are expected, each under \[\[lines.a.bearer\]\]"),
    ],
)
def test_a_bearer_that_cannot_be_is_refused_with_its_line(text: str, complaint: str) -> None:
    with pytest.raises(Misconfigured, match=complaint):
        parse(text, AT)


def test_what_the_manual_shows_is_what_is_read() -> None:
    manual = (Path(__file__).parents[3] / "docs" / "OPERATIONS.md").read_text()
    shown = next(part for part in manual.split("```toml\n")[1:] if "[[lines.hotline.bearer]]" in part).split("```")[0]
    (radio,) = parse(shown, AT).of_line("hotline").bearers
    assert (radio.name, radio.party, radio.facts.bytes_per_second, radio.rts_cts) == ("hf-radio", "Blue", 37, True)


def test_the_shortest_program_that_the_manual_shows_is_read() -> None:
    manual = (Path(__file__).parents[3] / "docs" / "BEARERS.md").read_text()
    shown = manual.split("```toml\n")[1].split("```")[0]
    (pipe,) = parse(f"[[lines.a.bearer]]\nkind = 'program'\nname = 'ssh'\n{shown}", AT).of_line("a").bearers
    assert pipe.program[:2] == ("/bin/sh", "-c")
