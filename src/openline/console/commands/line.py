"""line: the ceremony that opens one. Three kinds of file, carried in person; then everybody reads the digits aloud."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from openline.console import ceremonies, dictionaries, passphrases
from openline.console.codes import Told
from openline.console.commands import amendment
from openline.console.dtg import dtg
from openline.console.home import LineHome, write_whole
from openline.console.terminal import INPUT_FILE, Session, ask_yes, room_options
from openline.seal import ceremony
from openline.seal.ceremony import OpenLine
from openline.seal.charter import Charter
from openline.seal.draw import LibraryDraw
from openline.seal.party import Card
from openline.visible import visible

_OUT: Final = click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Where to write the file.")
_DAYS: Final = click.option("--days", type=click.IntRange(1, 3660), default=366, show_default=True,
                            help="How long our station's certificate is in force.")
_PURPOSE: Final = "new passphrase of this line's keys"


@click.group()
def line() -> None:
    """Open a line: propose, accept, open; then amend it, let others join, leave or close it."""


@line.command()
@click.argument("name")
@click.option("--with", "others", multiple=True, required=True, type=INPUT_FILE, metavar="CARD",
              help="The card of another party, got in person; may be repeated.")
@click.option("--language", "languages", multiple=True, default=("en",), show_default=True)
@click.option("--office", "offices", multiple=True, metavar="PARTY=OFFICE",
              help="An office messages may be addressed to; may be repeated.")
@click.option("--banner", "banners", multiple=True, metavar="LANGUAGE=TEXT", help="Handling banner.")
@click.option("--dictionary/--no-dictionary", default=True, show_default=True,
              help="Agree on the dictionary that is shipped; it shortens messages on slow bearers.")
@_OUT
@_DAYS
@passphrases.option
@passphrases.root_option
@room_options
@click.pass_obj
def propose(session: Session, /, name: str, others: tuple[Path, ...], languages: tuple[str, ...],
            offices: tuple[str, ...], banners: tuple[str, ...], dictionary: bool, out: Path | None, days: int,
            sources: passphrases.Sources) -> None:
    """Propose line NAME to the parties of the cards. Writes NAME.proposal, to be handed to every other party."""
    home = session.home
    cards = [ceremonies.own_card(home)]
    for path in others:
        cards.append(ceremonies.read_card_file(path))
        if cards[-1].party_id in (card.party_id for card in cards[:-1]):
            whose = visible(cards[-1].name)
            raise Told("OL-201", f"{path}: the card of {whose} is there twice; give the others' cards")
    terms = _terms(name, cards, languages, offices, banners)
    terms = terms._replace(formats=(dictionaries.SHIPPED,) if dictionary else ())
    folder = home.line(name)
    root_passphrase, passphrase = passphrases.take_both(session, sources, "passphrase of the root key", _PURPOSE)
    root = ceremonies.unlock_root(home, root_passphrase)
    begun = ceremony.propose(root, terms, cards, ceremonies.window(days), LibraryDraw())
    ceremonies.begin(folder, begun.waiting, passphrase)
    path = _write(out or Path(f"{name}.proposal"), begun.file)
    session.say(_describe(terms))
    session.answer({"line": name, "file": str(path), "next": "accept"},
                   f"wrote {path}; every other party runs `openline line accept {path.name}`")


@line.command()
@click.argument("proposal", type=INPUT_FILE)
@click.option("--card", "cards", multiple=True, type=INPUT_FILE,
              help="A card got in person; checked against the proposal.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_OUT
@_DAYS
@passphrases.option
@passphrases.root_option
@room_options
@click.pass_obj
def accept(session: Session, /, proposal: Path, cards: tuple[Path, ...], yes: bool, out: Path | None, days: int,
           sources: passphrases.Sources) -> None:
    """Accept the terms in PROPOSAL. Writes NAME.acceptance, to be handed to the proposer."""
    home = session.home
    with ceremonies.of_file(proposal):
        text = ceremonies.read_text(proposal)
        read = ceremony.read_proposal(text)
    ceremonies.check_dates([(visible(read.cards[read.proposer].name), read.certificate)])
    folder = home.line(session.line_name or read.charter.line_name)
    in_hand = [ceremonies.own_card(home), *(ceremonies.read_card_file(path) for path in cards)]
    unknown = ceremonies.check_cards(read.cards, in_hand)
    session.say(_describe(read.charter))
    if unknown:
        names = ", ".join(map(visible, unknown))
        session.say(f"No card was given for {names}: compare the digits by voice at the end.")
    ask_yes("Accept these terms?", yes=yes)
    root_passphrase, passphrase = passphrases.take_both(session, sources, "passphrase of the root key", _PURPOSE)
    root = ceremonies.unlock_root(home, root_passphrase)
    begun = ceremony.accept(root, text, ceremonies.window(days), LibraryDraw())
    ceremonies.begin(folder, begun.waiting, passphrase)
    path = _write(out or Path(f"{folder.name}.acceptance"), begun.file)
    session.answer({"line": folder.name, "file": str(path), "cards_not_given": unknown, "next": "open"},
                   f"wrote {path}; give it to {visible(read.cards[read.proposer].name)}, who answers with an opening")


@line.command("open")
@click.argument("files", nargs=-1, required=True, type=INPUT_FILE)
@_OUT
@click.option("--recovery-out", type=click.Path(path_type=Path, dir_okay=False),
              help="Where to write the recovery secret, such as a stick for the safe [recovery.key beside the rest].")
@passphrases.option
@passphrases.root_option
@room_options
@click.pass_obj
def open_(session: Session, files: tuple[Path, ...], out: Path | None, recovery_out: Path | None,
          sources: passphrases.Sources) -> None:
    """Open the line: the proposer from all acceptances (writes NAME.opening), the others from that opening."""
    folder = session.line
    if folder.is_open:
        raise Told("OL-702", f"line {folder.name} is open; its digits are {ceremonies.digits_of(folder)}")
    texts = [_read(path) for path in files]
    ceremonies.check_free(recovery_out)
    passphrase = passphrases.take(session, sources.station, f"passphrase of line {folder.name}", line=folder.name)
    waiting = ceremonies.waiting_of(folder, passphrase)
    if waiting.acceptance:
        if len(texts) != 1:
            raise Told("OL-201", "give the one opening file that the proposer wrote")
        with ceremonies.of_file(files[0]):
            opened = ceremony.take_opening(waiting, texts[0], LibraryDraw())
        _check_dates(opened)
        kept = ceremonies.finish(folder, opened, texts[0], passphrase, recovery_out)
        _say_open(session, folder, opened, None, kept)
        return
    root = ceremonies.unlock_root(session.home, passphrases.take_root(session, sources, passphrase, folder.name))
    for path, one in zip(files, texts, strict=True):
        with ceremonies.of_file(path):
            ceremony.check_acceptance(waiting, one)
    text, opened = ceremony.open_line(root, waiting, texts, LibraryDraw())
    _check_dates(opened)
    kept = ceremonies.finish(folder, opened, text, passphrase, recovery_out)
    _say_open(session, folder, opened, _write(out or Path(f"{folder.name}.opening"), text), kept)


@line.command("digits")
@room_options
@click.pass_obj
def digits(session: Session) -> None:
    """Show the 35 digits of the ceremony again."""
    folder = session.line
    if not folder.is_open:
        raise Told("OL-701", f"line {folder.name} is not open yet")
    found = ceremonies.digits_of(folder)
    session.answer({"line": folder.name, "digits": found}, found)


@line.command("forget")
@click.option("--yes", is_flag=True, help="Do not ask.")
@room_options
@click.pass_obj
def forget(session: Session, yes: bool) -> None:
    """Forget a ceremony that did not end. An open line is never forgotten."""
    folder = session.line
    ask_yes(f"Forget the unfinished ceremony of line {folder.name}?", yes=yes)
    ceremonies.give_up(folder)
    session.answer({"line": folder.name}, f"forgot the ceremony of line {folder.name}")


for _command in amendment.COMMANDS:
    line.add_command(_command)


def _check_dates(opened: OpenLine) -> None:
    names = [visible(card.name) for card in opened.cards]
    ceremonies.check_dates(zip(names, opened.certificates, strict=True))


def _read(path: Path) -> str:
    with ceremonies.of_file(path):
        return ceremonies.read_text(path)


def _terms(name: str, cards: list[Card], languages: tuple[str, ...], offices: tuple[str, ...],
           banners: tuple[str, ...]) -> Charter:
    terms = ceremony.draft_charter(name, cards, ceremonies.now_ms())
    by_party: dict[str, list[str]] = {card.name: [] for card in cards}
    for text in offices:
        party, _, office = text.partition("=")
        if party not in by_party or not office:
            raise Told("OL-201", f"--office {text!r}: give PARTY=OFFICE, PARTY one of {', '.join(by_party)}")
        by_party[party].append(office)
    handling = sorted((language, text) for language, _, text in (banner.partition("=") for banner in banners))
    return terms._replace(
        languages=languages, handling=tuple(handling), offices=tuple(tuple(by_party[card.name]) for card in cards))


def _describe(terms: Charter) -> str:
    rows = [f"Line {visible(terms.line_name)}, drafted {dtg(terms.opened_at_ms)}"]
    for number, party in enumerate(terms.parties):
        offices = ", ".join(terms.offices[number]) or "no offices named"
        rows.append(f"  party {number}  {visible(party.name)}  {party.root.party_id.hex()[:16]}…  {visible(offices)}")
    due = ", ".join(f"{word} {ms // 60_000} min" for word, ms in
                    zip(("FLASH", "IMMEDIATE", "PRIORITY", "ROUTINE"), terms.due_ms, strict=True))
    rows.append(f"  to be opened by a person within: {due}")
    rows.append(f"  languages {', '.join(terms.languages)}; a message of at most {terms.limits.body_bytes_max} bytes, "
                f"an attachment of {terms.limits.blob_bytes_max}; FLASH of at most {terms.limits.flash_bytes_max}, "
                f"IMMEDIATE of {terms.limits.immediate_bytes_max}")
    if terms.formats:
        rows.append(f"  agreed formats: {len(terms.formats)}  {dictionaries.named(terms.formats)}".rstrip())
    rows += [f"  banner {language}: {visible(text)}" for language, text in terms.handling]
    return "\n".join(rows)


def _write(path: Path, text: str) -> Path:
    write_whole(path.absolute(), text.encode(), mode=0o644)
    return path


def _say_open(session: Session, folder: LineHome, opened: OpenLine, path: Path | None, recovery: Path) -> None:
    told = [f"line {folder.name} is open; line id {opened.line_id.hex()}",
            f"digits  {opened.digits()}",
            "Read them to each other by voice. One digit off: somebody stood between you, do not use the line."]
    if path is not None:
        told.append(f"wrote {path}; every other party runs `openline line open {path.name}`")
    if recovery == folder.recovery_key:
        told.append(f"MOVE {recovery} INTO A SAFE NOW: it reopens sealing after a loss, and it lies beside the store. "
                    "`openline doctor` reminds you; --recovery-out writes it elsewhere from the first.")
    else:
        told.append(f"The recovery secret is in {recovery}; keep it in a safe: it reopens sealing after a loss.")
    answer = {"line": folder.name, "line_id": opened.line_id.hex(), "digits": opened.digits(),
              "file": str(path) if path else None, "party": opened.ours, "recovery_key": str(recovery)}
    session.answer(answer, "\n".join(told))
