"""The desk's pages in a browser, as a process of its own beside the station."""

from __future__ import annotations

from pathlib import Path

import click

from openline.console.placing import parse_address
from openline.console.terminal import Session, room_options
from openline.console.web.serving import run
from openline.console.web.setting import Setting
from openline.errors import Misconfigured

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command()
@click.option("--listen", metavar="HOST:PORT", help="Where browsers reach the desk; replaces station.toml.")
@click.option("--name", help="By what name, where it is not this machine alone: with more than one label.")
@click.option("--certificate", type=_FILE, help="PEM chain, for TLS.")
@click.option("--key", type=_FILE, help="PEM key of the certificate.")
@click.option("--until-eof", is_flag=True, hidden=True)
@room_options
@click.pass_obj
def desk(
    session: Session, listen: str | None, name: str | None, certificate: Path | None, key: Path | None, until_eof: bool
) -> None:
    """Serve the desk's pages until told to stop. Has no keys: it asks the running station, as commands do."""
    line = session.line
    setting = session.config.desk_of(line.name)
    if listen is not None:
        setting = (setting or Setting(parse_address(listen)))._replace(address=parse_address(listen))
    if setting is None:
        raise Misconfigured("say where with --listen 127.0.0.1:8443, or in station.toml: [desk] listen")
    if certificate is not None or key is not None:
        setting = setting._replace(certificate=certificate, key=key)
    if name is not None:
        setting = setting._replace(name=name)
    run(line.control, setting, line.name, lambda at: session.say(f"the desk of line {line.name} is at {at}"),
        until_eof=until_eof)
