"""party: the root key of this party, its card, and what the root says about its stations."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from openline.console import ceremonies, passphrases
from openline.console.channel.asking import Append, Sent
from openline.console.codes import Told
from openline.console.commands import renewal
from openline.console.dtg import dtg
from openline.console.home import LineHome, make_folder, write_whole
from openline.console.kept.papers import Papers, load_papers, save_papers
from openline.console.terminal import INPUT_FILE, Session, ask_yes, room_options
from openline.errors import Forged, PeerFault
from openline.record.entry import REVOCATION
from openline.seal.certificate import (
    REASON_CHARS_MAX,
    REVOCATION_BYTES_MAX,
    Agreed,
    Certificate,
    Revocation,
    parse_revocation,
    revoke,
)
from openline.seal.draw import LibraryDraw
from openline.seal.party import Card, draw_root, make_card
from openline.seal.spelling import armour, unarmour
from openline.store import keyfile
from openline.store.sqlite import SqliteStore
from openline.visible import visible

_REVOCATION: Final = "REVOCATION"


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
@click.argument("file", type=INPUT_FILE, required=False)
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
@click.option("--certificate", "digest", metavar="DIGEST", default="",
              help="Which certificate of ours, by the first digits of its name; needed where several are in force.")
@click.option("--reason", default="", help=f"At most {REASON_CHARS_MAX} characters; everybody on the line reads it.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Also write it as a file to hand over.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@passphrases.option
@room_options
@click.pass_obj
def revoke_station(session: Session, /, digest: str, reason: str, out: Path | None, yes: bool,
                   sources: passphrases.Sources) -> None:
    """Revoke the certificate of our own station on this line: at once, and for good.

    It names the last sizes that other parties have receipted; what that key signs beyond them is disputed.
    """
    line = session.line
    papers = load_papers(line)
    ours = _chosen(papers, digest)
    ask_yes(f"Revoke our station on line {line.name} for good?", yes=yes)
    passphrase = passphrases.take(session, sources.station, "passphrase of the root key")
    root = ceremonies.unlock_root(session.home, passphrase)
    revocation = revoke(root, ours.digest, ceremonies.now_ms(), _agreed(line, papers.me, ours.digest), reason)
    if out is not None:
        write_whole(out.absolute(), armour(_REVOCATION, revocation.signed).encode(), mode=0o644, replace=False)
    recorded = _bring(session, line, papers, papers.me, revocation)
    answer = {"certificate": ours.digest.hex(), "revocation": revocation.digest.hex(), "recorded": recorded,
              "agreed": [{"generation": one.generation.hex(), "size": one.size} for one in revocation.agreed]}
    session.answer(answer, f"revoked {ours.digest.hex()[:16]}…; {_how(recorded)}")


@party.command("revoked")
@click.argument("file", type=INPUT_FILE)
@room_options
@click.pass_obj
def take_revocation(session: Session, file: Path) -> None:
    """Take the revocation in FILE, ours or another party's, that came by any way: it carries its own proof."""
    line = session.line
    papers = load_papers(line)
    with ceremonies.of_file(file):
        data = unarmour(_REVOCATION, ceremonies.read_text(file, REVOCATION_BYTES_MAX), REVOCATION_BYTES_MAX)
    found = None
    for number, card in enumerate(papers.cards):
        try:
            found = number, parse_revocation(data, card.root)
        except PeerFault:
            continue
    if found is None:
        raise Forged(f"{file}: no party of line {line.name} has signed it", data)
    recorded = _bring(session, line, papers, *found)
    name = papers.cards[found[0]].name
    answer = {"party": found[0], "name": name, "certificate": found[1].certificate.hex(), "recorded": recorded}
    session.answer(answer, f"{visible(name)} has revoked {found[1].certificate.hex()[:16]}…; {_how(recorded)}")


def _chosen(papers: Papers, digest: str) -> Certificate:
    """The one certificate of ours that is not revoked, or that of them which `digest` names."""
    revoked = {revocation.certificate for _, revocation in papers.revocations}
    left = [one for one in papers.of_party(papers.me) if one.digest not in revoked]
    found = [one for one in left if one.digest.hex().startswith(digest)]
    if len(found) != 1:
        there = ", ".join(f"{one.digest.hex()[:16]} (until {dtg(one.not_after_ms)})" for one in left)
        raise Told("OL-201", f"which certificate of ours? give --certificate; there is: {there or 'none'}")
    return found[0]


for _command in renewal.COMMANDS:
    party.add_command(_command)


def _agreed(line: LineHome, me: int, certificate: bytes) -> tuple[Agreed, ...]:
    """The last size of each log of this station that another party has receipted, with its root."""
    if not line.store.exists():
        return ()
    store = SqliteStore(line.store, read_only=True)
    try:
        found = []
        for row in sorted(store.logs(), key=lambda row: row.log):
            size = max((receipt.size for receipt in store.newest_receipts(row.log)), default=0)
            notes = store.notes(row.log, size, size)
            if row.log.party == me and certificate.startswith(row.station) and notes:
                found.append(Agreed(row.log.generation, size, notes[0].root))
        return tuple(found)
    finally:
        store.close()


def _bring(session: Session, line: LineHome, papers: Papers, party: int, revocation: Revocation) -> bool:
    """Onto the record by the running station; else into the papers, which the next start reads."""
    try:
        link = session.link()
    except Told:
        save_papers(line, papers.with_revocation(party, revocation))
        return False
    with link:
        link.ask(Append(kind=REVOCATION, body=revocation.signed.hex()), Sent)
    return True


def _how(recorded: bool) -> str:
    if recorded:
        return "on the record here, and on its way to the others"
    return "in this line's papers, NOT on the record: no station runs here. Hand the file over by any way"


def _facts(card: Card, path: Path) -> dict[str, object]:
    return {"name": card.name, "party_id": card.party_id.hex(), "fingerprint": card.fingerprint(), "card": str(path),
            "made_at_ms": card.made_at_ms, "text": card.armoured()}
