"""Alarms: list, acknowledge, shelve, test; what is said of the sound; the process that makes them heard."""

from __future__ import annotations

import shlex

import click

from openline.console.alarm import asking
from openline.console.alarm.annunciator import Annunciator
from openline.console.codes import Told
from openline.console.dtg import dtg
from openline.console.terminal import Session, room_options
from openline.visible import visible


@click.group()
def alarm() -> None:
    """What rings at this desk. Acknowledging ends the sound and never the fact."""


@alarm.command("list")
@room_options
@click.pass_obj
def listed(session: Session) -> None:
    """Every alarm, the most pressing first; whether anybody can hear them; how many were raised within the hour."""
    _ask(session, asking.AskAlarms())


@alarm.command("acknowledge")
@click.argument("name", required=False)
@room_options
@click.pass_obj
def acknowledge(session: Session, name: str | None) -> None:
    """Say that the alarm NAME was seen; without a name, every one that rings. It stays listed until its cause ends."""
    _ask(session, asking.AcknowledgeAlarm(name=name))


@alarm.command("shelve")
@click.argument("name")
@click.option("--minutes", type=click.IntRange(1), required=True, help="For how long; it rings again afterwards.")
@click.option("--reason", required=True, help="Why; it stays in the desk's log.")
@room_options
@click.pass_obj
def shelve(session: Session, name: str, minutes: int, reason: str) -> None:
    """Keep the alarm NAME silent for a time, at most a shift. A message that waits is never shelved."""
    _ask(session, asking.ShelveAlarm(name=name, minutes=minutes, remark=reason))


@alarm.command("unshelve")
@click.argument("name")
@room_options
@click.pass_obj
def unshelve(session: Session, name: str) -> None:
    """Take the alarm NAME off the shelf: it rings again."""
    _ask(session, asking.ShelveAlarm(name=name, minutes=0))


@alarm.command("test")
@room_options
@click.pass_obj
def test(session: Session) -> None:
    """Ring for a test, on screens and loudspeakers and lamps, until it is acknowledged or half a minute is over."""
    _ask(session, asking.TestAlarm())


@alarm.command("sound")
@click.argument("said", type=click.Choice(["heard", "not-heard", "not-used-here"]))
@room_options
@click.pass_obj
def sound(session: Session, said: str) -> None:
    """Say whether the tone was heard, into the desk's log. Once heard, an annunciator that is gone is an alarm."""
    _ask(session, asking.TellSound(said=said.replace("-", " ")))


@click.command()
@click.option("--player", metavar="WORDS", help="What plays a WAV file, whose path comes last; else one is looked for.")
@click.option("--command", metavar="WORDS", help="Run when something begins to ring, rises, or is quiet again.")
@room_options
@click.pass_obj
def annunciate(session: Session, player: str | None, command: str | None) -> None:
    """Make the alarms of this line heard, until SIGTERM or SIGINT; ring by itself when the station is gone.

    The command learns what rings from its environment (OPENLINE_ALARM_STATE, _NAME, _KIND, _PRIORITY, _LEVEL, _TEXT,
    _EXERCISE, _LINE); no shell reads any of it. Enter, or SIGUSR1, hushes the alarm over a lost station for five
    minutes.
    """
    line = session.line
    given = session.config.annunciate
    words = _words("--player", player) if player is not None else given.player
    lamp = _words("--command", command) if command is not None else given.command
    Annunciator(line.control, line.name, words, lamp, session.say).run()


def _words(option: str, text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise Told("OL-201", f"{option}: {error}") from error


def _ask(session: Session, ask: asking.Request) -> None:
    with session.link() as link:
        board = link.ask(ask, asking.BoardRow)
    session.answer(board, lambda: in_words(board))


def in_words(board: asking.BoardRow) -> str:
    """The board for a person."""
    rows = [_row(one) for one in board.alarms] or ["No alarm."]
    return "\n".join([*rows, _sound(board.sound), f"raised within the last hour: {board.within_hour}"])


def _row(row: asking.AlarmRow) -> str:
    mark = {"unacknowledged": "RINGING", "acknowledged": "seen   ", "shelved": "shelved"}.get(row.standing, "ended  ")
    drill = "EXERCISE " if row.exercise else ""
    by = f" by {visible(row.by)}" if row.by else ""
    level = f", level {row.level}" if row.level else ""
    until = f" until {dtg(row.shelved_until_ms)}{by}: {visible(row.remark)}" if row.shelved_until_ms else by
    head = f"{mark} {row.priority:<6} {drill}{visible(row.name)}: {visible(row.text)}"
    return f"{head}\n        {row.standing}{until}{level}, raised {dtg(row.raised_at_ms)}"


def _sound(sound: asking.SoundRow) -> str:
    said = ""
    if sound.said != "not said":
        by = f" by {visible(sound.said_by)}" if sound.said_by else ""
        said = f"; said to be {sound.said}{by} {dtg(sound.said_at_ms)}"
    return f"sound: {sound.state.upper()} ({visible(sound.how)}){said}"
