"""party: the root key of this party, its card, and what the root says about its stations."""

from __future__ import annotations

from pathlib import Path

import click

from openline.console import ceremonies, passphrases
from openline.console.asking import Append, Sent
from openline.console.codes import Told
from openline.console.dtg import dtg
from openline.console.home import make_folder, write_whole
from openline.console.papers import load_papers, save_papers
from openline.console.terminal import Session, ask_yes, room_options
from openline.record.entry import REVOCATION
from openline.seal.certificate import REASON_CHARS_MAX, revoke
from openline.seal.draw import LibraryDraw
from openline.seal.party import Card, draw_root, make_card
from openline.store import keyfile


@click.group()
def party() -> None:
    """This party's root key, card and certificates. The root key signs rarely and is best kept offline."""


@party.command()
@click.argument("name")
@passphrases.option
@room_options
@click.pass_obj
def create(session: Session, name: str, sources: passphrases.Sources) -> None:
    """Make the root key of party NAME and its card."""
    home = session.home
    if home.root_key.exists() or home.card.exists():
        raise Told("OL-702", f"a party is in {home.folder} already; another party takes another --home")
    root = draw_root(LibraryDraw())
    card = make_card(root, name, ceremonies.now_ms())
    passphrase = passphrases.take(session, sources.station, "new passphrase of the root key", new=True)
    make_folder(home.root_key.parent)
    keyfile.create(home.root_key, ceremonies.ROOT_PURPOSE, root.encode(), passphrase)
    write_whole(home.card, card.armoured().encode(), mode=0o644)
    session.say(f"root key in {home.root_key}: keep two copies offline")
    words = f"party {card.name}\ncard        {home.card}\nfingerprint {card.fingerprint()}"
    session.answer(_facts(card, home.card), words)


@party.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@room_options
@click.pass_obj
def card(session: Session, file: Path | None) -> None:
    """Print our card, to be handed over in person; or check the card in FILE and say whose it is."""
    if file is None:
        ours = ceremonies.own_card(session.home)
        session.say(f"card of {ours.name}, fingerprint {ours.fingerprint()}")
        session.answer(_facts(ours, session.home.card), ours.armoured().rstrip("\n"))
        return
    theirs = ceremonies.read_card_file(file)
    words = f"party {theirs.name}\nfingerprint {theirs.fingerprint()}\nmade        {dtg(theirs.made_at_ms)}\n" \
            "It proves possession of its keys; whose they are you know from who handed it to you."
    session.answer(_facts(theirs, file), words)


@party.command("revoke")
@click.option("--reason", default="", help=f"At most {REASON_CHARS_MAX} characters; everybody on the line reads it.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Also write it as a file to hand over.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@passphrases.option
@room_options
@click.pass_obj
def revoke_station(session: Session, reason: str, out: Path | None, yes: bool, sources: passphrases.Sources) -> None:
    """Revoke the certificate of our own station on this line: at once, and for good."""
    line = session.line
    papers = load_papers(line)
    ours = papers.of_party(papers.me)[-1]
    ask_yes(f"Revoke our station on line {line.name} for good?", yes=yes)
    passphrase = passphrases.take(session, sources.station, "passphrase of the root key")
    root = ceremonies.unlock_root(session.home, passphrase)
    revocation = revoke(root, ours.digest, ceremonies.now_ms(), (), reason)
    save_papers(line, papers.with_revocation(papers.me, revocation))
    if out is not None:
        write_whole(out, revocation.signed, mode=0o644)
    recorded = _record(session, revocation.signed)
    answer = {"certificate": ours.digest.hex(), "revocation": revocation.digest.hex(), "recorded": recorded}
    how = "recorded here and on its way" if recorded else "NOT on the record: no station runs here; hand the file over"
    session.answer(answer, f"revoked {ours.digest.hex()[:16]}…; {how}")


def _record(session: Session, signed: bytes) -> bool:
    try:
        link = session.link()
    except Told:
        return False
    with link:
        link.ask(Append(kind=REVOCATION, body=signed.hex()), Sent)
    return True


def _facts(card: Card, path: Path) -> dict[str, object]:
    return {"name": card.name, "party_id": card.party_id.hex(), "fingerprint": card.fingerprint(), "card": str(path),
            "made_at_ms": card.made_at_ms, "text": card.armoured()}
