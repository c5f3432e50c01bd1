"""What a command works with: the home, the way out to a person or a program, and the hall above.

stdout is the answer, in words or as one JSON document; stderr is all else. Nothing is asked without a terminal.
"""

from __future__ import annotations

import getpass
import os
import re
import stat
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol, TypeVar

import click
import msgspec

from openline.console import config as settings
from openline.console.channel.link import ControlLink
from openline.console.codes import Told, for_a_person, for_a_program
from openline.console.home import Home, LineHome, default_folder
from openline.console.watch.keys.checking import Relying
from openline.visible import is_hidden, visible

_SITTING_BYTES_MAX: Final = 256
_NOT_ASCII: Final = re.compile(r"[^\n -~]")
F = TypeVar("F", bound=Callable[..., Any])


class Serving(NamedTuple):
    """All that a station needs to know to serve one line. `ready` is called once, when it answers requests;
    `beside` goes on for as long as it serves, and is cancelled with it."""

    line: LineHome
    config: settings.LineConfig
    passphrase: bytes
    ready: Callable[[], None]
    beside: Sequence[Callable[[], Coroutine[Any, Any, None]]] = ()
    relying: Relying = Relying()


Ended = Callable[[str, BaseException, float], None]  # the line's name, why it is not served, s until it is tried again


class Hall(Protocol):
    """What the station above hands down to the console."""

    @property
    def version(self) -> str:
        """The program's version."""

    @property
    def program(self) -> Sequence[str]:
        """The words that start this program again as another process."""

    def serve(self, serving: Serving) -> None:
        """Serve one line until told to stop. Raises OpenlineError when it cannot start or must end."""

    def serve_all(self, lines: Mapping[str, Callable[[], Serving]], tell: Ended) -> None:
        """Serve several lines in this process, each until told to stop. One that fails is told to `tell`, and begun
        again with what its function then gives; the others go on. Raises when none of them could begin."""


@dataclass
class Session:
    """One run of the program."""

    hall: Hall
    folder: Path = field(default_factory=default_folder)
    line_name: str | None = None
    as_json: bool = False

    @property
    def home(self) -> Home:
        """The home this command works on."""
        return Home(self.folder.expanduser().absolute())

    @property
    def config(self) -> settings.Config:
        """station.toml, read anew. Raises Misconfigured."""
        return settings.load(self.home)

    @property
    def line(self) -> LineHome:
        """The line this command works on: --line, else the configured one, else the only one. Raises Told OL-302."""
        return self.home.one_line(self.line_name or self.config.line)

    def link(self) -> ControlLink:
        """A connection to the running station, in this terminal's sitting. Raises Told OL-603 when there is none."""
        line = self.line
        return ControlLink.open(line.control, read_sitting(sitting_file(line)))

    def answer(self, data: object, text: str | Callable[[], str]) -> None:
        """The one answer of a command, on stdout. `text` may be a function, called only when words are wanted."""
        if self.as_json:
            plain = msgspec.to_builtins(data)
            click.echo(safe_json(msgspec.json.format(msgspec.json.encode(plain), indent=2).decode()))
        else:
            click.echo(visible(text() if callable(text) else text))

    def say(self, text: str) -> None:
        """A remark on stderr; left out for programs, whose stderr carries errors as JSON only."""
        if not self.as_json:
            click.echo(visible(text), err=True)

    def complain(self, error: BaseException) -> None:
        """An error on stderr, in words or as one JSON object."""
        if self.as_json:
            click.echo(safe_json(msgspec.json.encode(for_a_program(error)).decode()), err=True)
        else:
            click.echo(visible(for_a_person(error)), err=True)


def safe_json(text: str) -> str:
    """JSON for a terminal: the same values, in which hidden characters are spelled by number and do nothing to it."""
    return _NOT_ASCII.sub(lambda one: _by_number(one[0]) if is_hidden(one[0]) else one[0], text)


def _by_number(c: str) -> str:
    units = c.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at:at + 2].hex()}" for at in range(0, len(units), 2))


class InputFile(click.Path):
    """A file to be read: one that is not there is not found (OL-303), as everywhere, and no misuse of the command."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not os.path.lexists(value):
            raise Told("OL-303", f"{os.fsdecode(value)}: there is no such file")
        return super().convert(value, param, ctx)


INPUT_FILE: Final = InputFile(path_type=Path, exists=True, dir_okay=False)


def sitting_file(line: LineHome) -> Path:
    """Where the token of this terminal's sitting lies: OPENLINE_SITTING, else one a line and account."""
    given = os.environ.get("OPENLINE_SITTING")
    return Path(given) if given else line.sitting


def read_sitting(path: Path) -> str:
    """The token in a file; empty where there is none. Raises Told OL-802 for one that others can read."""
    try:
        with path.open("rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise Told("OL-802", f"{path} can be read by others; sign in again, and set its mode to 0600")
            return file.read(_SITTING_BYTES_MAX).decode("ascii", "replace").strip()
    except FileNotFoundError:
        return ""


def login() -> str:
    """The name of the account that runs this command; an account may have none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unnamed account"


def at_a_terminal() -> bool:
    """True when a person can be asked: both stdin and stderr are terminals."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask_yes(question: str, *, yes: bool) -> None:
    """Go on only with a yes. Raises Told OL-203 without a terminal, OL-401 when the answer is no."""
    if yes:
        return
    if not at_a_terminal():
        raise Told("OL-203", f"{question} (give --yes to answer beforehand)")
    if not click.confirm(visible(question), err=True):
        raise Told("OL-401", "not confirmed")


def room_options(command: F) -> F:
    """`--home`, `--line` and `--json`, which every command takes, before or after its name."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def session_of(context: click.Context) -> Session:
    """The session of this run."""
    session = context.find_object(Session)
    assert session is not None
    return session


def _take_home(context: click.Context, _option: click.Parameter, value: Path | None) -> None:
    if value is not None:
        session_of(context).folder = value


def _take_line(context: click.Context, _option: click.Parameter, value: str | None) -> None:
    if value is not None:
        session_of(context).line_name = value


def _take_json(context: click.Context, _option: click.Parameter, value: bool) -> None:
    if value:
        session_of(context).as_json = True


_OPTIONS: Final = (
    click.option("--home", type=click.Path(path_type=Path, file_okay=False), expose_value=False, is_eager=True,
                 callback=_take_home, help="Where this party's station lives [OPENLINE_HOME or ~/.openline]."),
    click.option("--line", "line_name", metavar="NAME", expose_value=False, is_eager=True, callback=_take_line,
                 help="Which line, where a home has several."),
    click.option("--json", "as_json", is_flag=True, expose_value=False, is_eager=True, callback=_take_json,
                 help="Answer as one JSON document."),
)
