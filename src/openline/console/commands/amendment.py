"""What changes an open line: new terms, a party that joins or leaves, the end. And a keyring that was lost.

These are commands of `openline line`; proposals and answers are entries, made by the running station.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from openline.console import ceremonies, passphrases
from openline.console.channel import asking
from openline.console.codes import Told
from openline.console.commands.message import full_name
from openline.console.home import LineHome, write_whole
from openline.console.kept import joining
from openline.console.kept.papers import PAPERS_BYTES_MAX, bundle, load_papers, read_bundle
from openline.console.terminal import INPUT_FILE, Session, ask_yes, room_options
from openline.seal.amendment import Close, Join, Leave, Offices, Proposal, Terms, encode_proposal
from openline.seal.charter import CharterLimits
from openline.visible import visible

_OUT: Final = click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Where to write the file.")
_REMARK: Final = click.option("--remark", default="", help="Why; everybody on the line reads it.")
_YES: Final = click.option("--yes", is_flag=True, help="Do not ask.")


# --- terms


@click.command()
@click.option("--due", nargs=4, type=click.IntRange(1), metavar="FLASH IMMEDIATE PRIORITY ROUTINE",
              help="Minutes until a person has opened a message, by precedence.")
@click.option("--body-bytes-max", type=click.IntRange(1), help="Largest message.")
@click.option("--flash-bytes-max", type=click.IntRange(1), help="Largest FLASH body.")
@click.option("--immediate-bytes-max", type=click.IntRange(1), help="Largest IMMEDIATE body.")
@click.option("--entries-per-minute", type=click.IntRange(1), help="What a station takes in from one party.")
@click.option("--blob-bytes-max", type=click.IntRange(0), help="Largest attachment.")
@click.option("--language", "languages", multiple=True, help="All languages of the line; may be repeated.")
@click.option("--banner", "banners", multiple=True, metavar="LANGUAGE=TEXT", help="All handling banners.")
@click.option("--office", "offices", multiple=True, metavar="PARTY=OFFICE", help="All offices of the parties named.")
@click.option("--format", "formats", multiple=True, metavar="SHA256", help="All agreed formats, by their hash.")
@_REMARK
@room_options
@click.pass_obj
def amend(session: Session, /, due: tuple[int, ...] | None, languages: tuple[str, ...], banners: tuple[str, ...],
          offices: tuple[str, ...], formats: tuple[str, ...], remark: str, **limits: int | None) -> None:
    """Propose new terms; what is not given stays. In force when every party has agreed."""
    with session.link() as link:
        now = link.ask(asking.AskAmendments(), asking.Amendments)
    handling = sorted((language, text) for language, _, text in (banner.partition("=") for banner in banners))
    given = CharterLimits(*now.limits)._replace(**{name: value for name, value in limits.items() if value is not None})
    terms = Terms(
        due_ms=(due[0] * 60_000, due[1] * 60_000, due[2] * 60_000, due[3] * 60_000) if due else None,
        limits=given if any(value is not None for value in limits.values()) else None,
        languages=languages or None,
        handling=tuple(handling) if banners else None,
        offices=_offices(now, offices) if offices else None,
        formats=tuple(sorted(_hash(text) for text in formats)) if formats else None,
    )
    if terms == Terms():
        raise Told("OL-201", "give at least one new term")
    _propose(session, Proposal(terms, remark))


def _offices(now: asking.Amendments, given: tuple[str, ...]) -> Offices:
    by_party: dict[int, list[str]] = {}
    for text in given:
        name, _, office = text.partition("=")
        by_party.setdefault(_member(now, name), []).append(office)
    return tuple((party, tuple(names)) for party, names in sorted(by_party.items()))


def _hash(text: str) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != 32:
        raise Told("OL-201", f"--format {text!r}: 64 hexadecimal digits are expected")
    return found


def _member(now: asking.Amendments, name: str) -> int:
    for member in now.parties:
        if name in (member.name, str(member.party)):
            return member.party
    there = ", ".join(member.name for member in now.parties)
    raise Told("OL-302", f"no party {name!r} on this line; there is: {there}")


# --- joining


@click.command()
@_OUT
@room_options
@click.pass_obj
def papers(session: Session, out: Path | None) -> None:
    """Write NAME.papers: charter, cards and certificates, for a party that wants to join."""
    line = session.line
    path = out or Path(f"{line.name}.papers")
    write_whole(path.absolute(), bundle(load_papers(line)).encode(), mode=0o644)
    session.answer({"line": line.name, "file": str(path)},
                   f"wrote {path}; the party that joins runs `openline line join {path.name}`")


@click.command()
@click.argument("file", metavar="PAPERS", type=INPUT_FILE)
@click.option("--card", "cards", multiple=True, type=INPUT_FILE,
              help="A card got in person; checked against the papers.")
@click.option("--office", "offices", multiple=True, metavar="OFFICE", help="An office of ours; may be repeated.")
@click.option("--days", type=click.IntRange(1, 3660), default=366, show_default=True,
              help="How long our station's certificate is in force.")
@_OUT
@_YES
@passphrases.option
@passphrases.root_option
@room_options
@click.pass_obj
def join(session: Session, /, file: Path, cards: tuple[Path, ...], offices: tuple[str, ...], days: int,
         out: Path | None, yes: bool, sources: passphrases.Sources) -> None:
    """Ask to join the line in PAPERS: make our keys for it, and NAME.joining, to be handed to a party on the line."""
    home = session.home
    with ceremonies.of_file(file):
        known = read_bundle(ceremonies.read_text(file, 2 * PAPERS_BYTES_MAX))
    card = ceremonies.own_card(home)
    unknown = ceremonies.check_cards(known.cards, [card, *(ceremonies.read_card_file(path) for path in cards)])
    line = home.line(session.line_name or known.charter.line_name)
    session.say(f"line {visible(known.charter.line_name)}, id {known.line_id.hex()}")
    if unknown:
        session.say(f"No card was given for {', '.join(map(visible, unknown))}: compare the line id by voice.")
    ask_yes(f"Make keys for line {line.name}, as its party {len(known.cards)}?", yes=yes)
    root_passphrase, passphrase = passphrases.take_both(
        session, sources, "passphrase of the root key", "new passphrase of this line's keys")
    root = ceremonies.unlock_root(home, root_passphrase)
    path = out or Path(f"{line.name}.joining")
    request = joining.prepare(line, known, root, card, offices, ceremonies.window(days), passphrase, path)
    answer = {"line": line.name, "line_id": known.line_id.hex(), "party": request.join.place, "file": str(path),
              "cards_not_given": unknown, "next": "admit"}
    session.answer(answer, f"wrote {path}; a party on the line runs `openline line admit {path.name}`, the others\n"
                           "agree, then `openline serve` here reads the whole record")


@click.command()
@click.argument("file", metavar="REQUEST", type=INPUT_FILE)
@_REMARK
@_YES
@room_options
@click.pass_obj
def admit(session: Session, file: Path, remark: str, yes: bool) -> None:
    """Propose that the party of REQUEST joins. It reads the whole record from its first entry once all have agreed."""
    with ceremonies.of_file(file):
        request = joining.read_request(ceremonies.read_text(file))
    with session.link() as link:
        now = link.ask(asking.AskAmendments(), asking.Amendments)
    if request.line_id.hex() != now.line_id:
        raise Told("OL-401", f"{file} asks to join another line")
    card = request.join.card
    ceremonies.check_dates([(visible(card.name), request.join.certificate)])
    session.say(f"{visible(card.name)}, fingerprint {card.fingerprint()}")
    ask_yes(f"Propose that {visible(card.name)} joins and reads everything on this line?", yes=yes)
    _propose(session, Proposal(Join(*request.join), remark))


# --- leaving, closing


@click.command()
@click.option("--party", metavar="PARTY", help="Propose that another party leaves; all the others must agree.")
@_REMARK
@_YES
@room_options
@click.pass_obj
def leave(session: Session, party: str | None, remark: str, yes: bool) -> None:
    """Leave the line, by our own word, for good. What we hold and what they hold of us stays."""
    with session.link() as link:
        now = link.ask(asking.AskAmendments(), asking.Amendments)
    number = now.me if party is None else _member(now, party)
    whose = "Leave this line for good?" if number == now.me else f"Propose that {party} leaves this line?"
    ask_yes(whose, yes=yes)
    _propose(session, Proposal(Leave(number), remark))


@click.command()
@_REMARK
@_YES
@room_options
@click.pass_obj
def close(session: Session, remark: str, yes: bool) -> None:
    """Propose to close the line for good. In force when every party has agreed."""
    ask_yes("Propose to close this line for good?", yes=yes)
    _propose(session, Proposal(Close(), remark))


def _propose(session: Session, proposal: Proposal) -> None:
    with session.link() as link:
        sent = link.ask(asking.Propose(body=encode_proposal(proposal).hex()), asking.Sent)
        now = link.ask(asking.AskAmendments(), asking.Amendments)
    row = next(row for row in now.amendments if row.place == str(sent.places[0]))
    session.answer(row, lambda: _in_words(row))


# --- answers and the list


@click.command()
@click.argument("entry")
@_REMARK
@room_options
@click.pass_obj
def agree(session: Session, entry: str, remark: str) -> None:
    """Say yes to the proposal at ENTRY, for our party and for good."""
    _answer(session, entry, True, remark)


@click.command()
@click.argument("entry")
@_REMARK
@room_options
@click.pass_obj
def refuse(session: Session, entry: str, remark: str) -> None:
    """Say no to the proposal at ENTRY; of our own, this withdraws it."""
    _answer(session, entry, False, remark)


def _answer(session: Session, entry: str, accepted: bool, remark: str) -> None:
    place = full_name(session, entry)
    with session.link() as link:
        link.ask(asking.AnswerProposal(place=place, accepted=accepted, remark=remark), asking.Sent)
        now = link.ask(asking.AskAmendments(), asking.Amendments)
    row = next(row for row in now.amendments if row.place == place)
    session.answer(row, lambda: _in_words(row))


@click.command()
@room_options
@click.pass_obj
def amendments(session: Session) -> None:
    """List who is on the line, its terms, and every proposal with what it still needs."""
    with session.link() as link:
        now = link.ask(asking.AskAmendments(), asking.Amendments)
    session.answer(now, lambda: _listing(now))


def _listing(now: asking.Amendments) -> str:
    rows = [f"line id {now.line_id}" + (", CLOSED" if now.closed else "")]
    for one in now.parties:
        rows.append(f"  party {one.party}  {visible(one.name)}  {one.party_id[:16]}…{'  HAS LEFT' if one.left else ''}")
    rows.append("  opened by a person within " + ", ".join(f"{ms // 60_000} min" for ms in now.due_ms))
    rows.append(f"  languages {', '.join(now.languages)}; a message of at most {now.limits[0]} bytes, "
                f"an attachment of {now.limits[2]}; FLASH of at most {now.limits[3]}, IMMEDIATE of {now.limits[4]}")
    rows += [f"  banner {visible(text)}" for text in now.handling]
    rows += [_in_words(row) for row in now.amendments] or ["no amendment has been proposed"]
    return "\n".join(rows)


def _in_words(row: asking.AmendmentRow) -> str:
    rows = [f"{row.place}  {row.state.upper()}: {visible(row.what)} (proposed by {visible(row.proposer)})"]
    if row.remark:
        rows.append(f"  {visible(row.remark)}")
    if row.lacking:
        which = "refused by" if row.state == "refused" else "waits for"
        rows.append(f"  {which} {', '.join(map(visible, row.lacking))}")
    if row.why:
        rows.append(f"  {visible(row.why)}")
    return "\n".join(rows)


# --- sealing after a loss


@click.command()
@click.option("--recovery-key", type=click.Path(path_type=Path, dir_okay=False),
              help="The file with the recovery secret, from where it was kept [recovery.key of the line].")
@click.option("--party", metavar="PARTY", help="On a running station: begin sealing afresh with one that joined later.")
@passphrases.option
@room_options
@click.pass_obj
def recover(session: Session, recovery_key: Path | None, party: str | None, sources: passphrases.Sources) -> None:
    """Reopen sealing after a keyring was lost. Both sides run this: first where it was lost, with no station running.

    It is put on record by both. Needs the recovery secret that was kept apart since the line was opened.
    """
    line = session.line
    if line.control.exists() and _is_running(session):
        _recover_running(session, line, recovery_key, party, sources)
        return
    passphrase = passphrases.take(session, sources.station, f"passphrase of line {line.name}", line=line.name)
    path = recovery_key or line.recovery_key
    secret = joining.recovery_secret_of(path, passphrase) if path.exists() else None
    peers = joining.new_keyring(line, load_papers(line), secret, passphrase)
    session.answer({"line": line.name, "parties": peers},
                   f"a new keyring is in {line.keyring}; start the station, and have every other party run "
                   "`openline line recover` on theirs")


def _recover_running(session: Session, line: LineHome, recovery_key: Path | None, party: str | None,
                     sources: passphrases.Sources) -> None:
    with session.link() as link:
        if party is not None:
            number = _member(link.ask(asking.AskAmendments(), asking.Amendments), party)
            link.ask(asking.Recover(party=number), asking.Nothing)
        else:
            passphrase = passphrases.take(session, sources.station, "passphrase of the recovery key")
            secret = joining.recovery_secret_of(recovery_key or line.recovery_key, passphrase)
            link.ask(asking.Recover(secret=secret.hex()), asking.Nothing)
    session.answer(asking.Nothing(), "the station here takes the recovery grants that come from now on")


def _is_running(session: Session) -> bool:
    try:
        session.link().close()
    except Told:
        return False
    return True


COMMANDS: Final = (amend, papers, join, admit, leave, close, agree, refuse, amendments, recover)
