"""Where a passphrase comes from: a descriptor, a 0600 file, a service credential, or a person at a terminal.

In this order, and the first that is there is the one: `--passphrase-fd`, `--passphrase-file`, the credential
`passphrase` of systemd (CREDENTIALS_DIRECTORY), `passphrase_file` in station.toml, the terminal. The bytes are
UTF-8 without one newline at the end. Never from an argument or the environment, which every process can read.
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


def option(command: F) -> F:
    """`--passphrase-fd` and `--passphrase-file`, handed to the command as one `source`."""

    def gather(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
        source = context.params.setdefault("source", Source())
        if value is not None:
            field = "fd" if parameter.name == "passphrase_fd" else "file"
            context.params["source"] = source._replace(**{field: value})

    command = click.option("--passphrase-file", type=click.Path(path_type=Path), expose_value=False, callback=gather,
                           help="A file of mode 0600 with the passphrase.")(command)
    return click.option("--passphrase-fd", type=click.IntRange(0), expose_value=False, callback=gather,
                        help="An open descriptor to read the passphrase from.")(command)


def take(session: Session, source: Source, what: str, *, new: bool = False) -> bytes:
    """The passphrase for `what`. A new one is asked for twice and may not be empty.

    Raises Told: OL-203 where nobody can be asked, OL-802 for a file others can read, OL-801 for an unusable one.
    """
    if source.fd is not None:
        return _checked(_from_fd(source.fd), f"descriptor {source.fd}")
    credential = os.environ.get("CREDENTIALS_DIRECTORY")
    file = source.file
    if file is None and credential and (Path(credential) / CREDENTIAL).exists():
        file = Path(credential) / CREDENTIAL
    if file is None:
        file = session.config.passphrase_file
    if file is not None:
        return _checked(_from_file(file), str(file))
    return _asked(what, new)


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
    with path.open("rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & 0o077:
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
