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
from openline.console.watch.keys.asking import (
    AgreePolicy,
    AskKeys,
    ConfirmMeans,
    Invitation,
    InviteKey,
    KeyRow,
    MakeToken,
    RevokeKey,
    Token,
)
from openline.desk.people import Role
from openline.visible import visible

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
    return (f"{visible(made.name)} may sign in from now on.\n"
            f"Code generator, shown this once, for {visible(made.name)} alone:\n  {made.address}")


@officer.command("roles")
@click.argument("name")
@_ROLES
@room_options
@click.pass_obj
def roles(session: Session, name: str, roles: tuple[str, ...]) -> None:
    """Give NAME these roles instead of those before."""
    with session.link() as link:
        link.ask(asking.GiveRoles(name=name, roles=sorted(set(roles))), Nothing)
    session.answer(Nothing(), lambda: f"{visible(name)} is now: {', '.join(sorted(set(roles)))}")


@officer.command("dismiss")
@click.argument("name")
@click.option("--remark", default="", help="Why; it stays in the desk's log.")
@room_options
@click.pass_obj
def dismiss(session: Session, name: str, remark: str) -> None:
    """NAME is no longer of this desk; what was done under that name stays in the log."""
    with session.link() as link:
        link.ask(asking.DismissOfficer(name=name, remark=remark), Nothing)
    session.answer(Nothing(), lambda: f"{visible(name)} is no longer of this desk")


@officer.command("list")
@room_options
@click.pass_obj
def listed(session: Session) -> None:
    """Who is of this desk, with roles; how many persons a release takes."""
    show_desk(session)


@officer.command("release-takes")
@click.argument("persons", type=click.IntRange(1, 2))
@click.option("--keys/--no-keys", default=None, help="Whether it takes the releaser's security key.")
@room_options
@click.pass_obj
def release_takes(session: Session, persons: int, keys: bool | None) -> None:
    """From now on a release takes so many PERSONS: 2 means that nothing leaves without a second officer.

    Where two are needed, less begins only when another officer agrees: `openline officer agree`.
    """
    with session.link() as link:
        desk = link.ask(asking.SetPolicy(persons=persons, keys=keys), asking.DeskRow)
    session.answer(desk, lambda: _takes(desk))


@officer.command("agree")
@room_options
@click.pass_obj
def agree(session: Session) -> None:
    """Agree to what another officer asked: that a release take less from now on, or that notices released beforehand
    may be sent again."""
    with session.link() as link:
        desk = link.ask(AgreePolicy(), asking.DeskRow)
    session.answer(desk, lambda: _takes(desk))


@officer.command("confirm")
@click.argument("name")
@room_options
@click.pass_obj
def confirm(session: Session, name: str) -> None:
    """Confirm what one custodian alone gave NAME since a release takes two: roles, a PIN, a key.

    Say it when NAME has told you that they asked for it. Until then NAME releases nothing.
    """
    with session.link() as link:
        desk = link.ask(ConfirmMeans(name=name), asking.DeskRow)
    session.answer(desk, lambda: f"confirmed: {visible(name)} acts here as before")


def _takes(desk: asking.DeskRow) -> str:
    takes = "two persons" if desk.release_takes == 2 else "one person"
    key = ", and the releaser's security key" if desk.keys_demanded else ""
    asked = f"\n{visible(desk.less_asked)}; another agrees with `openline officer agree`" if desk.less_asked else ""
    return f"a release takes {takes}{key}{asked}"


@officer.command("keys")
@room_options
@click.pass_obj
def keys(session: Session) -> None:
    """Security keys of this desk. They are enrolled, and used, in a browser."""
    with session.link() as link:
        rows = link.ask(AskKeys(), list[KeyRow])
    session.answer(rows, lambda: "\n".join(_key(row) for row in rows) or "No security keys.")


@officer.command("invite-key")
@click.argument("name")
@room_options
@click.pass_obj
def invite_key(session: Session, name: str) -> None:
    """Let the officer NAME register one security key, on the page "Security keys" of the desk, within the hour."""
    with session.link() as link:
        made = link.ask(InviteKey(name=name), Invitation)
    session.answer(made, lambda: f"{visible(made.name)} may register one security key until {dtg(made.until_ms)}")


@officer.command("revoke-key")
@click.argument("credential")
@click.option("--remark", default="", help="Why; it stays in the desk's log.")
@room_options
@click.pass_obj
def revoke_key(session: Session, credential: str, remark: str) -> None:
    """The security key CREDENTIAL (as `officer keys` lists it) counts no longer."""
    with session.link() as link:
        row = link.ask(RevokeKey(credential=credential, remark=remark), KeyRow)
    session.answer(row, lambda: _key(row))


def _key(row: KeyRow) -> str:
    state = "revoked" if row.revoked else "in use"
    told = "the line's record says so" if row.told else "the line's record does not say so yet"
    what = f"{visible(row.officer)}: {visible(row.label)} ({row.algorithm}, for {row.rp_id})"
    return f"{what}, {state}; {told}\n  {row.credential}"


@officer.command("token")
@click.argument("name")
@_ROLES
@click.option("--days", type=click.IntRange(1, 366), default=30, show_default=True, help="How long it is good.")
@room_options
@click.pass_obj
def token(session: Session, name: str, roles: tuple[str, ...], days: int) -> None:
    """A token for a program called NAME, for the HTTP API. `officer dismiss NAME` ends it.

    A program may draft, look after the line and read; it neither releases nor acknowledges: persons do.
    """
    with session.link() as link:
        made = link.ask(MakeToken(name=name, roles=sorted(set(roles)), days=days), Token)
    head = f"{visible(name)}: {', '.join(made.roles)}, until {dtg(made.until_ms)}; shown this once:"
    session.answer(made, lambda: f"{head}\n{made.token}")


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
    session.answer({"name": made.name, "roles": made.roles}, lambda: f"{visible(made.name)}: {', '.join(made.roles)}")


@click.command("sign-out")
@room_options
@click.pass_obj
def sign_out(session: Session) -> None:
    """End the sitting of this terminal."""
    with session.link() as link:
        link.ask(asking.SignOut(), Nothing)
    sitting_file(session.line).unlink(missing_ok=True)
    session.answer(Nothing(), "signed out")


def show_desk(session: Session, act: asking.TakeWatch | asking.HandOver | asking.SetRelief | None = None) -> None:
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
    rows = [_officer(one) for one in desk.officers]
    watch = f"{visible(desk.watch)} since {dtg(desk.watch_since_ms)}" if desk.watch else "nobody"
    said = f'\n  said at the hand-over: "{visible(desk.watch_remark)}"' if desk.watch_remark else ""
    return "\n".join([*rows, f"watch: {watch}{said}", _takes(desk)])


def _officer(one: asking.OfficerRow) -> str:
    row = f"{visible(one.name)}: {'dismissed' if one.dismissed else ', '.join(one.roles)}"
    if one.is_program:
        row += ", a program"
    if one.unconfirmed and not one.dismissed:
        row += f"; releases nothing until another than {visible(' and '.join(one.unconfirmed))} confirms it"
    return row


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
