"""Officers: enrol, roles, PIN, dismiss; signing in and out. Each asks the running station's desk one thing."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from openline.console.channel.asking import Nothing
from openline.console.codes import Told
from openline.console.dtg import dtg
from openline.console.home import write_whole
from openline.console.terminal import Session, at_a_terminal, room_options, sitting_file
from openline.console.watch import asking
from openline.console.words import safe
from openline.desk.people import Role

_ROLES = click.option("--role", "roles", multiple=True, required=True, type=click.Choice([str(one) for one in Role]),
                      help="What the officer is here for; may be repeated.")
_PIN = click.option("--pin-file", type=click.Path(path_type=Path, dir_okay=False),
                    help="Read the PIN from this 0600 file instead of asking for it.")
_LINES_MAX = 4096


@click.group()
def officer() -> None:
    """Officers of this desk. The first one is a custodian, enrolled by whoever holds the station's account."""


@officer.command("enrol")
@click.argument("name")
@_ROLES
@_PIN
@room_options
@click.pass_obj
def enrol(session: Session, name: str, roles: tuple[str, ...], pin_file: Path | None) -> None:
    """Enrol NAME. The officer types a PIN, and sets a code generator up with the address that is printed once."""
    pin = _pin(pin_file, f"PIN of {name}", new=True)
    with session.link() as link:
        made = link.ask(asking.EnrolOfficer(name=name, roles=sorted(set(roles)), pin=pin), asking.Enrolled)
    session.answer(made, lambda: _enrolled(made))


@officer.command("pin")
@click.argument("name")
@_PIN
@room_options
@click.pass_obj
def pin(session: Session, name: str, pin_file: Path | None) -> None:
    """Give NAME a new PIN and code generator; sittings under the old one end."""
    chosen = _pin(pin_file, f"new PIN of {name}", new=True)
    with session.link() as link:
        made = link.ask(asking.RenewPin(name=name, pin=chosen), asking.Enrolled)
    session.answer(made, lambda: _enrolled(made))


def _enrolled(made: asking.Enrolled) -> str:
    return (f"{safe(made.name)} may sign in from now on.\n"
            f"Code generator, shown this once, for {safe(made.name)} alone:\n  {made.address}")


@officer.command("roles")
@click.argument("name")
@_ROLES
@room_options
@click.pass_obj
def roles(session: Session, name: str, roles: tuple[str, ...]) -> None:
    """Give NAME these roles instead of those before."""
    with session.link() as link:
        link.ask(asking.GiveRoles(name=name, roles=sorted(set(roles))), Nothing)
    session.answer(Nothing(), lambda: f"{safe(name)} is now: {', '.join(sorted(set(roles)))}")


@officer.command("dismiss")
@click.argument("name")
@click.option("--remark", default="", help="Why; it stays in the desk's log.")
@room_options
@click.pass_obj
def dismiss(session: Session, name: str, remark: str) -> None:
    """NAME is no longer of this desk; what was done under that name stays in the log."""
    with session.link() as link:
        link.ask(asking.DismissOfficer(name=name, remark=remark), Nothing)
    session.answer(Nothing(), lambda: f"{safe(name)} is no longer of this desk")


@officer.command("list")
@room_options
@click.pass_obj
def listed(session: Session) -> None:
    """Who is of this desk, with roles; how many persons a release takes."""
    show_desk(session)


@officer.command("release-takes")
@click.argument("persons", type=click.IntRange(1, 2))
@room_options
@click.pass_obj
def release_takes(session: Session, persons: int) -> None:
    """From now on a release takes so many PERSONS: 2 means that nothing leaves without a second officer."""
    with session.link() as link:
        link.ask(asking.SetPolicy(persons=persons), Nothing)
    session.answer(Nothing(), f"a release takes {persons} {'persons' if persons == 2 else 'person'} from now on")


@click.command("sign-in")
@click.argument("name")
@_PIN
@click.option("--code", help="The code of this half minute; left out, it is asked for.")
@room_options
@click.pass_obj
def sign_in(session: Session, name: str, pin_file: Path | None, code: str | None) -> None:
    """Begin a sitting as NAME at this terminal. It ends by sign-out, after 30 minutes of nothing, after 12 hours.

    The token lies in a file, 0600: two officers on one account each set OPENLINE_SITTING to a file of their own.
    """
    line = session.line
    given = _pin(pin_file, f"PIN of {name}", new=False)
    given_code = code if code is not None else _asked("code", hide=False)
    with session.link() as link:
        made = link.ask(asking.SignIn(name=name, pin=given, code=given_code.strip()), asking.SignedIn)
    write_whole(sitting_file(line), made.token.encode() + b"\n")
    session.answer({"name": made.name, "roles": made.roles}, lambda: f"{safe(made.name)}: {', '.join(made.roles)}")


@click.command("sign-out")
@room_options
@click.pass_obj
def sign_out(session: Session) -> None:
    """End the sitting of this terminal."""
    with session.link() as link:
        link.ask(asking.SignOut(), Nothing)
    sitting_file(session.line).unlink(missing_ok=True)
    session.answer(Nothing(), "signed out")


def show_desk(session: Session, act: asking.TakeWatch | asking.HandOver | None = None) -> None:
    """Do something about the watch, if asked to, and answer with the desk as it is then."""
    with session.link() as link:
        if act is not None:
            link.ask(act, Nothing)
        desk = link.ask(asking.AskDesk(), asking.DeskRow)
    session.answer(desk, lambda: _in_words(desk))


def _in_words(desk: asking.DeskRow) -> str:
    """The desk for a person."""
    if not desk.officers:
        return "No officers yet: every act is that of the account the station runs under."
    rows = [
        f"{safe(one.name)}: {'dismissed' if one.dismissed else ', '.join(one.roles)}" for one in desk.officers
    ]
    watch = f"{safe(desk.watch)} since {dtg(desk.watch_since_ms)}" if desk.watch else "nobody"
    said = f'\n  said at the hand-over: "{safe(desk.watch_remark)}"' if desk.watch_remark else ""
    takes = "two persons" if desk.release_takes == 2 else "one person"
    return "\n".join([*rows, f"watch: {watch}{said}", f"a release takes {takes}"])


def _pin(path: Path | None, what: str, *, new: bool) -> str:
    if path is None:
        return _asked(what, hide=True, confirm=new)
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_mode & 0o077:
            raise Told("OL-802", f"{path} can be read by others")
        data = file.read(_LINES_MAX)
    try:
        return data.decode("utf-8").removesuffix("\n")
    except UnicodeDecodeError as error:
        raise Told("OL-201", f"{path}: byte {error.start} is not UTF-8") from error


def _asked(what: str, *, hide: bool, confirm: bool = False) -> str:
    if not at_a_terminal():
        raise Told("OL-203", f"{what} is needed")
    sys.stderr.flush()
    text = click.prompt(what, hide_input=hide, confirmation_prompt=confirm, err=True)
    assert isinstance(text, str)
    return text
