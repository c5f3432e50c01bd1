"""Salts: what there is of them here, split among offices, put back; on the home, beside a running station."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from openline.accord.escrow.bodies import LEVELS
from openline.console import passphrases
from openline.console.codes import Told
from openline.console.escrowing import shares
from openline.console.escrowing.vault import Vault
from openline.console.home import make_folder
from openline.console.terminal import INPUT_FILE, Session, room_options
from openline.store.keyfile import KEYFILE_BYTES_MAX

_PREFIX_MIN: Final = 8
OFFICES: Final = click.option("--office", "offices", multiple=True, required=True, metavar="OFFICE=FILE",
                              help="An office and the 0600 file with its own passphrase; again for each.")


@click.group()
def salts() -> None:
    """What opens our commitments: in this home, and a second time split among offices, so many of which together."""


def _offices(session: Session, given: tuple[str, ...]) -> dict[str, bytes]:
    found = {}
    for one in given:
        office, between, path = one.partition("=")
        if not between or office in found:
            raise Told("OL-204", f"--office {one!r:.60}: write OFFICE=FILE, each office once")
        found[office] = passphrases.take(session, passphrases.Source(file=Path(path)), f"passphrase of {office}")
    return found


def _vault(session: Session, sources: passphrases.Sources) -> Vault:
    line = session.line
    passphrase = passphrases.take(session, sources.station, "passphrase of the station", line=line.name)
    return Vault(line.escrow, passphrase)


@salts.command("list")
@room_options
@click.pass_obj
def list_salts(session: Session) -> None:
    """List the commitments of ours that can be opened on this machine. Asks for no passphrase."""
    names = [name.hex() for name in Vault(session.line.escrow, b"").names()]
    session.answer(names, lambda: "\n".join(names) or "nothing of ours is committed here")


@salts.command("split")
@click.argument("commitment")
@click.option("--need", type=click.IntRange(2, shares.SHARES_MAX), required=True, help="So many offices together.")
@OFFICES
@click.option("--out", "folder", type=click.Path(path_type=Path, file_okay=False), required=True, metavar="FOLDER")
@passphrases.option
@room_options
@click.pass_obj
def split(session: Session, commitment: str, need: int, offices: tuple[str, ...], folder: Path,
          sources: passphrases.Sources) -> None:
    """Split what opens COMMITMENT (its first digits) among offices, so that --need of them can put it back.

    A file for each office, under its own passphrase, and one with the records that only the joined shares open. Give
    every office its file and a copy of the records. Needs the package pycryptodome.
    """
    vault = _vault(session, sources)
    fitting = [name for name in vault.names() if len(commitment) >= _PREFIX_MIN and name.hex().startswith(commitment)]
    if len(fitting) != 1:
        raise Told("OL-301", f"{commitment!r:.70} names no one commitment here: `openline escrow salts list`")
    found = vault.find(fitting[0])
    made = shares.split(fitting[0], found, need, _offices(session, offices), make_folder(folder.absolute()))
    names = [str(path) for path in made]
    session.answer({"files": names}, lambda: "\n".join([*names, f"any {need} of the shares open it, with the records"]))


@salts.command("restore")
@click.argument("records", type=INPUT_FILE)
@click.option("--share", "files", multiple=True, required=True, metavar="SHARE=PASSPHRASE_FILE",
              help="An office's share and the 0600 file with its passphrase; again for each.")
@passphrases.option
@room_options
@click.pass_obj
def restore(session: Session, records: Path, files: tuple[str, ...], sources: passphrases.Sources) -> None:
    """Put back what opens a commitment, from the file RECORDS and enough shares."""
    vault = _vault(session, sources)
    found = []
    for one in files:
        path, between, secret = one.rpartition("=")
        if not between:
            raise Told("OL-204", f"--share {one!r:.60}: write SHARE=PASSPHRASE_FILE")
        passphrase = passphrases.take(session, passphrases.Source(file=Path(secret)), f"passphrase of {path}")
        found.append(shares.read_share(Path(path), passphrase))
    with records.open("rb") as file:
        name, secret_ = shares.joined(found, file.read(KEYFILE_BYTES_MAX))
    if vault.has(name):
        raise Told("OL-702", f"what opens {name.hex()} is here already")
    vault.keep(name, secret_)
    levels = {LEVELS[at]: len(one) for at, one in enumerate(secret_.levels)}
    session.answer({"commitment": name.hex(), "leaves": levels}, lambda: f"what opens {name.hex()} is here again")
