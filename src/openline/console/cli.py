"""The command line: one table of commands, one place where errors become exit codes.

`run(hall)` is all that the station above calls. A command's file is read only when that command is asked for,
so that `openline send` does not pay for `openline demo`.
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Final, NamedTuple

import click

from openline import __version__
from openline.console.codes import Told, code_of
from openline.console.terminal import Hall, Session, room_options
from openline.errors import OpenlineError


class Row(NamedTuple):
    """One command: its name, the file among `commands` that has it, or with dots a chamber's own, and its use."""

    name: str
    room: str
    about: str
    called: str = ""  # by what name the room has it, where that is another


TABLE: Final = (
    Row("demo", "demo", "Two stations, one line, a kill, a verified record and a refused forgery."),
    Row("party", "party", "This party's root key, card and certificates."),
    Row("line", "line", "Propose, accept and open a line; amend it, join, leave, close."),
    Row("serve", "station", "Run the station of one line, or of all, until told to stop."),
    Row("stop", "station", "Stop the running station in order."),
    Row("status", "station", "Is the line alive, and what is not held yet."),
    Row("contact", "contact", "Contact over time: what both logs prove, what each side saw, tests missed, clocks."),
    Row("check", "monitor", "One line for a monitoring system; ends with 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN."),
    Row("monitor", "monitor", "Serve /metrics, /healthz and /readyz from a process of its own."),
    Row("doctor", "station", "Check home, settings, keys, store and primitives."),
    Row("completion", "station", "Print shell completion for bash, zsh or fish."),
    Row("send", "message", "Record a message and send it."),
    Row("inbox", "message", "List what came in."),
    Row("show", "message", "Show one entry and who holds it since when."),
    Row("acknowledge", "message", "Record that an officer has opened a message; not agreement."),
    Row("understood", "ladder.commands.told", "Read back in your own words what a message was understood to say."),
    Row("passed", "ladder.commands.told", "Record that a message was passed to the office it is for."),
    Row("offices", "ladder.commands.told", "The offices on both sides: names, forms of address, hours, telephone."),
    Row("officer", "officer", "Officers of this desk: enrol, roles, PIN, dismiss."),
    Row("sign-in", "officer", "Begin an officer's sitting at this terminal."),
    Row("sign-out", "officer", "End the sitting of this terminal."),
    Row("desk", "desk", "The desk's pages in a browser, as a process of its own beside the station."),
    Row("screen", "screen", "The watch desk's first screen: the line, what needs you by when, what is waited for."),
    Row("search", "screen", "Find messages by their words, in any script, and by what they are."),
    Row("matter", "screen", "One message with its whole ladder, what belongs to it, and its due times."),
    Row("watch", "watch", "Who has the watch; take it, hand it over; the desk's own log."),
    Row("alarm", "alarm", "What rings: list, acknowledge, shelve, test; whether the sound was heard."),
    Row("annunciate", "alarm", "Make alarms heard, in a process of its own; ring when the station is gone."),
    Row("draft", "draft", "Write, submit, return, withdraw and release drafts."),
    Row("template", "templates.commands.template", "Templates of messages with their checklists: list, show, check."),
    Row("attachment", "files.commands.attachment", "Files that go along: add, list, save, fetch."),
    Row("translation", "ladder.commands.translation", "Working translations: write, compare, review, certify."),
    Row("precleared", "ladder.commands.precleared", "Notices released beforehand by two, sent by one."),
    Row("format", "accords.commands.format", "Formats of notices: check, list, show, offer.", "format_"),
    Row("notice", "accords.commands.notice", "Notices in a format: check, send, show."),
    Row("agreement", "agreeing.commands.agreement", "Agreements: terms, signing, what we declare, each side's view."),
    Row("offer", "agreeing.commands.offer", "Offers with a term: make, answer, withdraw; unanswered at their date."),
    Row("report", "agreeing.commands.report", "What others report: enter and list, with source; never as agreed."),
    Row("text", "negotiating.commands.text", "Texts under negotiation: table, counter, accept, compare, sign."),
    Row("duties", "accords.commands.agreement", "What is due, from whom and by when, and because of which entries."),
    Row("joint", "publishing.commands.joint", "Joint statements: propose, sign, withdraw; publish at their instant."),
    Row("declare", "declaring.commands.declare", "Declarations: layouts, check, send, show, export; what we count."),
    Row("reconcile", "declaring.commands.over_time", "The last declaration and the notices since, against the next."),
    Row("limits", "declaring.commands.over_time", "What was declared under its ceilings over time; drawn, too."),
    Row("topic", "topics.commands.importing", "Topics: what was said, who spoke as what, what contradicts what."),
    Row("meeting", "topics.commands.meeting", "Meetings and talks: propose, answer, say whether held."),
    Row("sealed", "escrowing.commands.sealed", "Lists exchanged at once: all commit, all countersign, then all open."),
    Row("escrow", "escrowing.commands.escrow", "Declarations committed whole and opened level by level; challenges."),
    Row("accord", "accords.commands.accord", "The state of the accords, recomputed from the record; its hash."),
    Row("foreign", "accords.commands.foreign", "Forms of others in and out: NOTAM, NAVAREA, Hague, Open Skies."),
    Row("refuse", "statement", "Refuse a message, or contact, with a reason."),
    Row("holding", "statement", "Say that an answer will come, and by when."),
    Row("suspend", "statement", "Declare contact suspended, from and to when, and why."),
    Row("resume", "statement", "Declare that we are ready to resume; open when both have."),
    Row("silence", "statement", "Record that a time due has passed unanswered; confirm or contest theirs."),
    Row("service", "statement", "Between operators, about the line itself.", "operating"),
    Row("drill", "statement", "EXERCISE: begin or end a drill, with the time of each step."),
    Row("replay", "replay", "Send every text of a JSON-lines file in order, over two stations."),
    Row("carry", "carry", "By courier: write a folder to carry out, read one carried in."),
    Row("read-aloud", "aloud", "A short message over a voice line, with check digits."),
    Row("export", "record", "Write the record, or an extract, to a file anybody can verify."),
    Row("print", "sheets", "A message or a day as PDF/A, with reference, record position and hash on each page.",
        "print_sheets"),
    Row("verify", "verify", "Check an exported record or a published statement; only the parties' cards are needed."),
    Row("fsck", "record", "Derive every digest, root and signature of the store again."),
    Row("backup", "record", "A consistent, encrypted copy of the store."),
    Row("restore", "record", "Put a backup in place; the peers fill what is newer."),
)


class Table(click.Group):
    """The table as a click group that reads a command's file only when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [row.name for row in TABLE]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        row = next((row for row in TABLE if row.name == cmd_name), None)
        if row is None:
            return None
        called = row.called or row.name.replace("-", "_")
        room = row.room if "." in row.room else f"commands.{row.room}"
        found = getattr(importlib.import_module(f"openline.console.{room}"), called)
        assert isinstance(found, click.Command)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(row.name, row.about) for row in TABLE])


@click.group(cls=Table, name="openline", context_settings={"help_option_names": ["-h", "--help"]})
@room_options
@click.version_option(__version__, message="openline %(version)s")
def openline() -> None:
    """A direct line between parties that do not trust each other: one record both hold and both sign.

    Exit codes: 0 done, 1 error, 2 usage, 3 not found, 4 refused by policy, 5 verification failed,
    6 no line or not held in time, 7 wrong state, 8 configuration, 9 locked.
    """


def run(hall: Hall, arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Never raises, never leaves a traceback for a foreseen situation."""
    session = Session(hall)
    args = list(sys.argv[1:] if arguments is None else arguments)
    session.as_json = "--json" in args  # so that an error in the arguments themselves answers in kind
    try:
        result = openline.main(args, prog_name="openline", standalone_mode=False, obj=session)
        sys.stdout.flush()
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.UsageError as error:
        return _misused(session, error)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads the answer any more
        return 1
    except (OpenlineError, OSError) as error:
        session.complain(error)
        return code_of(error).exit
    except Exception as bug:  # noqa: BLE001  a fault of ours is shown whole: what happened, and where in the program
        session.complain(bug)
        traceback.print_exc()
        return code_of(bug).exit
    return result if isinstance(result, int) else 0


def _misused(session: Session, error: click.UsageError) -> int:
    if session.as_json:
        session.complain(Told("OL-201", error.format_message()))
    else:
        error.show()
    return code_of(Told("OL-201", "")).exit
