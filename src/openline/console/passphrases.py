"""Where a passphrase comes from: a descriptor, a 0600 file, a service credential, or a person at a terminal.

In this order, and the first that is there is the one: `--passphrase-fd`, `--passphrase-file`, the credential of systemd
(CREDENTIALS_DIRECTORY), `passphrase_LINE` for that line's keys or else `passphrase`, `passphrase_file` in station.toml,
the line's own or else the station's, the terminal. The bytes are UTF-8 without one newline at the end. Never from an
argument or the environment, which every process can read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import click

from openline.console.codes import Told
from openline.console.terminal import Session, at_a_terminal

F = TypeVar("F", bound=Callable[..., Any])
PASSPHRASE_BYTES_MAX: Final = 1024
CREDENTIAL: Final = "passphrase"


class Source(NamedTuple):
    """What was given on the command line."""

    fd: int | None = None
    file: Path | None = None


class Sources(NamedTuple):
    """Where the station's passphrase comes from, and the root key's, where a command needs both."""

    station: Source = Source()
    root: Source = Source()


def option(command: F) -> F:
    """`--passphrase-fd` and `--passphrase-file`, handed to the command in `sources`."""
    return _pair(command, "", "station", "the passphrase")


def root_option(command: F) -> F:
    """`--root-passphrase-fd` and `--root-passphrase-file`, for commands that need both keys."""
    return _pair(command, "root-", "root", "the root key's passphrase, where it differs")


def _pair(command: F, prefix: str, which: str, what: str) -> F:
    def gather(field: str) -> Callable[[click.Context, click.Parameter, Any], None]:
        def take_value(context: click.Context, _parameter: click.Parameter, value: Any) -> None:
            sources = context.params.get("sources", Sources())
            if value is not None:
                changed = getattr(sources, which)._replace(**{field: value})
                sources = sources._replace(**{which: changed})
            context.params["sources"] = sources

        return take_value

    command = click.option(f"--{prefix}passphrase-file", type=click.Path(path_type=Path), expose_value=False,
                           callback=gather("file"), help=f"A file of mode 0600 that holds {what}.")(command)
    return click.option(f"--{prefix}passphrase-fd", type=click.IntRange(0), expose_value=False, metavar="N",
                        callback=gather("fd"), help=f"An open descriptor that gives {what}.")(command)


def take_both(session: Session, sources: Sources, root: str, station: str) -> tuple[bytes, bytes]:
    """Passphrases of the root key and, newly set, of the station's keys; one serves both where one is given."""
    if sources.root != Source():
        return take(session, sources.root, root), take(session, sources.station, station, new=True)
    if _given(session, sources.station):
        one = take(session, sources.station, root)
        return one, one
    return _asked(root, new=False), _asked(station, new=True)


def take_root(session: Session, sources: Sources, station: bytes, line: str | None = None) -> bytes:
    """The root key's passphrase beside the station's: its own where given, else the same, else asked for."""
    if sources.root == Source() and _given(session, sources.station, line):
        return station
    return take(session, sources.root, "passphrase of the root key")


def take(session: Session, source: Source, what: str, *, new: bool = False, line: str | None = None) -> bytes:
    """The passphrase for `what`, of that line's keys where one is named. A new one is asked for twice and may not be
    empty.

    Raises Told: OL-203 where nobody can be asked, OL-802 for a file others can read, OL-801 for an unusable one.
    """
    if source.fd is not None:
        return _checked(_from_fd(source.fd), f"descriptor {source.fd}")
    file = _given(session, source, line)
    return _checked(_from_file(file), str(file)) if isinstance(file, Path) else _asked(what, new)


def take_again(session: Session, source: Source, line: str, known: bytes) -> bytes:
    """The passphrase of that line's keys a second time: as it is now where it lies in a file, else the `known` one,
    since nobody is asked twice. Raises Told OL-802, OL-801."""
    file = _given(session, source, line)
    return _checked(_from_file(file), str(file)) if isinstance(file, Path) else known


def _given(session: Session, source: Source, line: str | None = None) -> Path | int | None:
    """Where a passphrase lies, if it lies anywhere."""
    credentials = _credentials()
    if source.fd is not None:
        return source.fd
    if source.file is None and credentials is not None:
        for name in (f"{CREDENTIAL}_{line}", CREDENTIAL) if line is not None else (CREDENTIAL,):
            if (credentials / name).exists():
                return credentials / name
    return source.file or session.config.passphrase_file_of(line)


def _credentials() -> Path | None:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    return Path(folder) if folder else None


def _asked(what: str, new: bool) -> bytes:
    if not at_a_terminal():
        raise Told("OL-203", f"{what} is needed")
    text = click.prompt(what, hide_input=True, confirmation_prompt=new, err=True)
    assert isinstance(text, str)
    return _checked(text.encode(), "what was typed")


def _from_fd(fd: int) -> bytes:
    try:
        with os.fdopen(fd, "rb") as file:
            return file.read(PASSPHRASE_BYTES_MAX + 1)
    except OSError as error:
        raise Told("OL-801", f"--passphrase-fd {fd}: {error.strerror}") from error


def _from_file(path: Path) -> bytes:
    try:
        opened = path.open("rb")
    except OSError as error:
        raise Told("OL-801", f"the passphrase file {path}: {error.strerror}") from error
    with opened as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & 0o077 and path.parent != _credentials():  # systemd guards that folder, and shows an ACL as group
            raise Told("OL-802", f"{path} has mode {mode:04o}")
        return file.read(PASSPHRASE_BYTES_MAX + 1)


def _checked(data: bytes, where: str) -> bytes:
    passphrase = data.removesuffix(b"\n").removesuffix(b"\r")
    if not passphrase or len(data) > PASSPHRASE_BYTES_MAX:
        raise Told("OL-801", f"the passphrase from {where} is empty or longer than {PASSPHRASE_BYTES_MAX} bytes")
    try:
        passphrase.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Told("OL-801", f"the passphrase from {where} is not UTF-8 text") from error
    return passphrase
