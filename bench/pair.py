"""Two real parties: homes, keys and ceremony made by the commands, once; each figure gets its own copy of them."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple

from openline.console.channel.asking import AskStatus, Outgoing, PeerStatus, Status
from openline.console.channel.link import ControlLink
from openline.console.codes import Told
from openline.record.body import Message, encode_message

NAMES: Final = ("Amber", "Birch")
LINE: Final = "hotline"
PASSPHRASE: Final = "a passphrase that guards nothing"
TEXT_BYTES: Final = 600
WITHIN_S: Final = 60.0
CEREMONIES_AT_ONCE: Final = 2
UP_WITHIN_S: Final = 600.0  # two hails and an answer take minutes over the slowest bearer
_LOOK_EVERY_S: Final = 0.005


class Clock(NamedTuple):
    """How a station's clocks run: so many times as fast since an instant of ours, and ahead by so much."""

    factor: int = 1
    since_ns: int = 0
    ahead_ms: int = 0


class Party:
    """One party: its home, where it listens, its station while it runs."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.home = folder / name.lower()
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.lines: Sequence[str] = (LINE,)
        self._log = folder / f"{name}.log"

    @property
    def store_path(self) -> Path:
        """Its record."""
        return self.home / "lines" / LINE / "store.sqlite"

    def run(self, *words: str) -> str:
        """One command of the program; its answer."""
        command = [sys.executable, "-m", "openline", *words, "--home", str(self.home)]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=WITHIN_S).stdout

    def settle(self, dial: Mapping[str, int], *bearers: str, padding: bool = True, tested: bool = False) -> None:
        """Settings as a party would write them: where it listens, whom it dials, tables of other bearers, whether its
        frames are padded, whether the line is tested every hour."""
        (self.home / "station.toml").write_text(
            f'[station]\nline = "{LINE}"\npassphrase_file = "{self.home}/passphrase"\n'
            + _line_table(LINE, self.port, dial)
            + f"padding = {'true' if padding else 'false'}\n"
            + ("" if tested else "test_every_s = 0\n")  # so that what is measured is the same in every hour
            + "".join(f"[[lines.{LINE}.bearer]]\n{bearer}\n" for bearer in bearers)
        )

    def settle_all(self, other: Party, ports: Mapping[str, tuple[int, int]]) -> None:
        """Settings of several lines with that one: by line, the ports where ours and theirs listen."""
        self.lines = tuple(ports)
        (self.home / "station.toml").write_text(
            f'[station]\npassphrase_file = "{self.home}/passphrase"\n'
            + "".join(
                _line_table(line, ours, {other.name: theirs}) + "test_every_s = 0\n"
                for line, (ours, theirs) in ports.items()
            )
        )

    def start(self, clock: Clock | None = None) -> None:
        """Start the station, and wait until it takes requests for each of its lines."""
        program = ["openline"] if clock is None else ["bench.clocked", *map(str, clock)]
        command = [sys.executable, "-m", *program, "serve", "--home", str(self.home)]
        command += ["--all"] if len(self.lines) > 1 else []
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until = time.monotonic() + WITHIN_S * len(self.lines)
        for line in self.lines:
            while True:
                try:
                    self.link(line).close()
                    break
                except Told:
                    if self.process.poll() is not None or time.monotonic() > until:
                        raise AssertionError(f"no station of {self.name}: {self._log.read_text()[-3000:]}") from None
                time.sleep(_LOOK_EVERY_S)

    def stop(self) -> None:
        """End the station in order."""
        if self.process is not None:
            self.process.terminate()
            code = self.process.wait(WITHIN_S)
            assert code == 0, f"{self.name} ended with {code}: {self._log.read_text()[-3000:]}"
            self.process = None

    def link(self, line: str = LINE) -> ControlLink:
        """A connection for a program. Raises Told when no station answers."""
        return ControlLink.open(self.home / "lines" / line / "control.sock")

    def status_text(self) -> str:
        """What the kernel says of the station's process."""
        assert self.process is not None
        return Path(f"/proc/{self.process.pid}/status").read_text()

    def cpu_s(self) -> float:
        """Seconds of a core that the station's process has used."""
        assert self.process is not None
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def cpu_ns(self) -> int:
        """The same as the scheduler counts it, of all its threads: for spans in which hardly any is used, and in which
        no thread ends."""
        assert self.process is not None
        threads = Path(f"/proc/{self.process.pid}/task").iterdir()
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads)


class Homes:
    """A folder for one whole run of the benchmark. Everything of it is gone at the end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made = folder / "made"
        self._copies = 0

    def pair(self) -> tuple[Party, Party]:
        """Two homes on an open line, nothing recorded yet, stations not started."""
        if not self._made.exists():
            self._made.mkdir(mode=0o700)
            _open_line(self._made, *(Party(name, self._made) for name in NAMES))
        self._copies += 1
        folder = self.folder / str(self._copies)
        shutil.copytree(self._made, folder)
        ours, theirs = (Party(name, folder) for name in NAMES)
        dial_each_other(ours, theirs)
        return ours, theirs

    def several(self, count: int) -> tuple[Party, Party]:
        """Two homes with so many lines between them, each opened by its own ceremony; stations not started."""
        lines = [f"line-{number:03}" for number in range(count)]
        made, folder = self.folder / f"several-{count}", self.folder / str(self._copies + 1)
        self._copies += 1
        if not made.exists():
            made.mkdir(mode=0o700)
            ours, theirs = (Party(name, made) for name in NAMES)
            _make_parties(made, ours, theirs)
            with ThreadPoolExecutor(CEREMONIES_AT_ONCE) as pool:
                list(pool.map(lambda line: _ceremony(made, ours, theirs, line), lines))
        shutil.copytree(made, folder)
        ours, theirs = (Party(name, folder) for name in NAMES)
        free = free_ports(2 * count)
        ports = dict(zip(lines, zip(free[:count], free[count:], strict=True), strict=True))
        ours.settle_all(theirs, ports)
        theirs.settle_all(ours, {line: (there, here) for line, (here, there) in ports.items()})
        return ours, theirs


def _line_table(line: str, port: int, dial: Mapping[str, int]) -> str:
    dials = ", ".join(f'"{name}" = "127.0.0.1:{there}"' for name, there in dial.items())
    return f'[lines.{line}]\nlisten = ["127.0.0.1:{port}"]\ndial = {{ {dials} }}\n'


def _open_line(folder: Path, ours: Party, theirs: Party) -> None:
    _make_parties(folder, ours, theirs)
    _ceremony(folder, ours, theirs, LINE)


def _make_parties(folder: Path, *parties: Party) -> None:
    for party in parties:
        party.home.mkdir(mode=0o700)
        secret = party.home / "passphrase"
        secret.touch(mode=0o600)
        secret.write_text(PASSPHRASE + "\n")
        party.run("party", "create", party.name, "--passphrase-file", str(secret))
        (folder / f"{party.name}.card").write_text(party.run("party", "card"))


def _ceremony(folder: Path, ours: Party, theirs: Party, line: str) -> None:
    """Only files travel."""
    names = (f"{line}.{name}" for name in ("proposal", "acceptance", "opening"))
    proposal, acceptance, opening = (str(folder / name) for name in names)
    our_secret = ("--passphrase-file", str(ours.home / "passphrase"))
    their_secret = ("--passphrase-file", str(theirs.home / "passphrase"))
    card = str(folder / f"{theirs.name}.card")
    ours.run("line", "propose", line, "--with", card, "--out", proposal, *our_secret)
    card = str(folder / f"{ours.name}.card")
    theirs.run("line", "accept", proposal, "--card", card, "--yes", "--out", acceptance, *their_secret)
    ours.run("line", "open", acceptance, "--line", line, "--out", opening, *our_secret)
    theirs.run("line", "open", opening, "--line", line, *their_secret)


def dial_each_other(one: Party, other: Party) -> None:
    """Both listen, both dial."""
    one.settle({other.name: other.port})
    other.settle({one.name: one.port})


@contextlib.contextmanager
def running(*parties: Party, clock: Clock | None = None) -> Iterator[None]:
    """Stations as processes, up when this is entered, ended when it is left."""
    try:
        for party in parties:
            party.start(clock)
        for party in parties:
            wait_until_up(party)
        yield
    finally:
        for party in parties:
            party.stop()


def peer_of(link: ControlLink) -> PeerStatus:
    """The other party, as this station knows it."""
    return link.ask(AskStatus(), Status).peers[0]


def wait_until_up(party: Party) -> None:
    """Until the station hears the other one and hears that it is heard, on each line."""
    until = time.monotonic() + UP_WITHIN_S
    for line in party.lines:
        with party.link(line) as link:
            while peer_of(link).state != "up":
                assert time.monotonic() < until, f"{party.name} does not hear the other station on {line}"
                time.sleep(_LOOK_EVERY_S)


def heard_after(link: ControlLink, known_ms: int | None) -> int:
    """When our station first heard theirs after `known_ms`, by its own clock; waits for it."""
    until = time.monotonic() + WITHIN_S
    while (heard := peer_of(link).heard_at_ms) == known_ms or heard is None:
        assert time.monotonic() < until, "the other station is not heard"
        time.sleep(_LOOK_EVERY_S)
    return heard


def message(number: int) -> Outgoing:
    """A message with a text of 600 bytes, no two alike, as a program would send it."""
    head = f"{number:012} "
    return Outgoing(text=head + os.urandom(TEXT_BYTES // 2).hex()[: TEXT_BYTES - len(head)])


def body_of(outgoing: Outgoing) -> bytes:
    """The entry's body that this message becomes."""
    return encode_message(Message(outgoing.subject, outgoing.text, outgoing.language))


def free_port() -> int:
    """A port that was free a moment ago."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago, no two alike."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
