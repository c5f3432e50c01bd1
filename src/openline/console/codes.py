"""The one registry of stable codes: what is known, what is not, what to do now, and the exit code.

Program, manual and screen all read this table. A code never changes its meaning; a new situation gets a new
code. The first digit after `OL-` is the exit code a command ends with:
1 error, 2 usage, 3 not found, 4 refused by policy, 5 verification failed, 6 no line or not held in time,
7 wrong state, 8 configuration, 9 locked.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from openline import errors


class Code(NamedTuple):
    """One stable code. `known` and `unknown` are sentences for a person at 3 a.m.; `act` says what to do now."""

    code: str
    title: str
    known: str
    unknown: str
    act: str

    @property
    def exit(self) -> int:
        """The process exit code, 1 to 9, read off the code itself so that the two cannot disagree."""
        return int(self.code[3])


class Told(errors.OpenlineError):
    """A situation named by its stable code, with a detail that says what and where.

    Raised by the console itself, and by the blocking side of the control channel when a station answers so.
    """

    def __init__(self, code: str, detail: str) -> None:
        if code not in CODES:
            raise errors.LocalFault(f"no code {code} in the registry; add it to console/codes.py")
        super().__init__(detail)
        self.code = code
        self.detail = detail


_TABLE: Final = (
    Code("OL-101", "a fault in this program",
         "The program met a situation it has no rule for. What was recorded before stays recorded.",
         "Whether the last thing asked for was done.",
         "Look with `openline status` and `openline show`; report the text above with the version."),
    Code("OL-102", "our disk does not take writes",
         "The disk is full, read-only or broken. Nothing that was held is lost; new messages are refused.",
         "How long it will last.",
         "Free space or repair the disk; the station carries on by itself when writes succeed again."),
    Code("OL-103", "a file or device could not be used",
         "The operating system refused to read or write what is named above.",
         "Nothing else was tried.",
         "Check the path and its permissions, then ask again."),
    Code("OL-104", "the outcome is unknown",
         "The connection to the station, or the write to its disk, ended without an answer.",
         "Whether what was asked for was recorded. It may have been.",
         "Ask again with the same --token: a message is never recorded twice under one token."),
    Code("OL-201", "the command was not understood",
         "Nothing was done.", "Nothing.", "Read `openline COMMAND --help`."),
    Code("OL-202", "a file has a line that cannot be used",
         "The file was read to its end before anything was sent; nothing was sent.",
         "Nothing.", "Correct the line named above, or pass --skip-bad to leave such lines out."),
    Code("OL-203", "an answer is needed and there is no terminal to ask at",
         "Nothing was done. This program never waits for an answer nobody can give.",
         "Nothing.", "Give the value as an option; for a passphrase use --passphrase-file or --passphrase-fd."),
    Code("OL-204", "what was given cannot be used",
         "What was given breaks the rules for it. Nothing was recorded and nothing was sent.",
         "Nothing.", "Correct what is named above and ask again."),
    Code("OL-205", "a check group does not fit",
         "A line was read, heard or typed wrong: the one above. Nothing was recorded; lines that fit are kept.",
         "Whether the words or the digits are wrong, unless it says so.",
         "Ask for the lines named above again, and go on with `openline read-aloud take`."),
    Code("OL-206", "this key belongs to another request",
         "A key that makes asking twice harmless was used before, for something else. Nothing was done now.",
         "Nothing.", "Take a new key for a new request; repeat the old one word for word to get its answer."),
    Code("OL-301", "no such entry",
         "The record here has no entry at that place.",
         "Whether the other party has one that did not reach us yet.",
         "List what is here with `openline inbox --all`."),
    Code("OL-302", "no such line or party",
         "This home has nothing under that name.", "Nothing.",
         "See what is here with `openline doctor`."),
    Code("OL-303", "no such file",
         "There is nothing at that path.", "Nothing.", "Check the path."),
    Code("OL-401", "refused by policy",
         "Nothing was recorded and nothing was sent.", "Nothing.",
         "Change the request, or the rule if you may."),
    Code("OL-402", "more than the charter allows",
         "The request goes over a limit both parties agreed. Nothing was recorded and nothing was sent.",
         "Nothing.", "Send less, or amend the line."),
    Code("OL-403", "faster than the charter allows",
         "The parties agreed how many entries a minute each writes. Nothing was recorded and nothing was sent.",
         "Nothing.", "Ask again when there is room, as said above; FLASH has a reserve. Or amend the line."),
    Code("OL-404", "nobody is signed in for this",
         "This desk has officers, and what was asked for is an officer's act. Nothing was done.",
         "Nothing.",
         "`openline sign-in NAME`; the custodian gives a new PIN with `openline officer pin NAME`."),
    Code("OL-405", "the security key did not show who this is",
         "What the key or the browser gave does not answer the open challenge of this desk. Nothing was done.",
         "Whether it was the wrong key, a page under another name, or a challenge that is too old.",
         "Begin again at the desk's own address; a PIN and a code open a sitting where the key is lost."),
    Code("OL-501", "a signature or seal did not verify",
         "The bytes named above were not made by the key they name, or were changed afterwards.",
         "Who changed them. A broken seal accuses nobody by itself.",
         "Keep the file as it is and ask the other side for a fresh copy by another way."),
    Code("OL-502", "the bytes are not well formed",
         "The bytes named above break the published rules: truncated, changed or made by another program.",
         "What they were meant to say.",
         "Keep the file as it is and ask for a fresh copy."),
    Code("OL-503", "two signed statements that cannot both be true",
         "One party signed both. The pair is evidence against that party's log and is kept as an exhibit.",
         "Why: a fault, a stolen key or intent.",
         "Export the record with its exhibits and raise it with the other side."),
    Code("OL-504", "could not be checked",
         "Something needed to judge is missing here: a card, a key or an earlier entry.",
         "Whether it is good or bad. It is neither until it is checked.",
         "Provide what is named above and ask again."),
    Code("OL-505", "our own store does not agree with its signatures",
         "Something in the store was changed after it was written, or the disk returned other bytes.",
         "How far the damage goes beyond the entries named above.",
         "Stop the station, keep the disk, restore the newest backup; the peer's copy fills the rest."),
    Code("OL-601", "no line",
         "No bytes moved to or from the other side. This says nothing about the other party.",
         "Whether they are there.",
         "What you sent is recorded here and goes out when the line is back. Use another bearer if it is urgent."),
    Code("OL-602", "recorded here, not held there",
         "The message is durable here and queued. No signed receipt from the other side covers it.",
         "Whether the other side has it already and the receipt is on its way.",
         "Wait, or look again with `openline show`; nothing needs to be sent twice."),
    Code("OL-603", "no station is running here",
         "No station answers at the control address of this line.",
         "Whether one was running a moment ago.",
         "Start it with `openline serve`."),
    Code("OL-604", "a set of pages is not complete",
         "The codes that were read are kept here; those that are not needed any more are not asked for.",
         "What the set holds: nothing of it has reached the record.",
         "Photograph more codes of the sets named above, any of them, and run `openline carry in --pages` again."),
    Code("OL-701", "wrong state",
         "What was asked for does not fit the state things are in. Nothing was changed.",
         "Nothing.", "Look at `openline status` and do the step before first."),
    Code("OL-702", "it exists already",
         "Nothing was overwritten.", "Nothing.", "Choose another name, or move the old one away yourself."),
    Code("OL-703", "a station is running here",
         "This act needs the store to itself.", "Nothing.",
         "Ask the running station instead, or stop it first with `openline stop`."),
    Code("OL-704", "asked before under this key",
         "It is under way, or was done and its answer was a secret that is told once, or nobody knows how it ended.",
         "Which of these, and what the answer was.",
         "Look at what there is now; a new PIN or token is made under a new key."),
    Code("OL-705", "it was changed meanwhile",
         "What was asked for was meant for an earlier state of this draft. Nothing was changed.",
         "Nothing.", "Read it again and decide anew."),
    Code("OL-801", "the configuration cannot be used",
         "A setting or file of ours is missing, unreadable or contradicts another. Nothing was started.",
         "Nothing.", "Correct what is named above; `openline doctor` checks all of it."),
    Code("OL-802", "a file of ours can be read by others",
         "A passphrase or key file has permissions that let other accounts read it. It was not used.",
         "Whether somebody already read it.",
         "Set its mode to 0600; if others have accounts here, change the passphrase."),
    Code("OL-803", "a part of this program is not installed",
         "What was asked for needs packages that are not on this machine. Nothing was done.",
         "Nothing.", "Install what is named above, then ask again."),
    Code("OL-901", "locked",
         "The passphrase does not open the key file, or another process holds this store.",
         "Nothing.", "Check the passphrase; check for a running station with `openline status`."),
)

CODES: Final[Mapping[str, Code]] = {code.code: code for code in _TABLE}

_BY_ERROR: Final[tuple[tuple[type[BaseException], str], ...]] = (  # first match wins: leaves before branches
    (errors.Forged, "OL-501"),
    (errors.Malformed, "OL-502"),
    (errors.Equivocated, "OL-503"),
    (errors.PeerFault, "OL-502"),
    (errors.Unchecked, "OL-504"),
    (errors.Locked, "OL-901"),
    (errors.Misconfigured, "OL-801"),
    (errors.Damaged, "OL-505"),
    (errors.StoreDown, "OL-102"),
    (errors.UnknownOutcome, "OL-104"),
    (errors.LocalFault, "OL-101"),
    (errors.Refused, "OL-401"),
    (errors.Stale, "OL-701"),
    (errors.BearerDown, "OL-601"),
    (FileNotFoundError, "OL-303"),
    (FileExistsError, "OL-702"),
    (OSError, "OL-103"),
)


def code_of(error: BaseException) -> Code:
    """The stable code of any error; what nobody foresaw is a fault in this program (OL-101)."""
    if isinstance(error, Told):
        return CODES[error.code]
    for kind, code in _BY_ERROR:
        if isinstance(error, kind):
            return CODES[code]
    return CODES["OL-101"]


@contextlib.contextmanager
def as_given() -> Iterator[None]:
    """What our own people or programs gave us breaks the rules for it: no peer's bytes. Raises Told OL-204."""
    try:
        yield
    except errors.Malformed as fault:
        raise Told("OL-204", fault.reason) from fault


def detail_of(error: BaseException) -> str:
    """What the error itself says, or its kind when it says nothing."""
    if isinstance(error, OSError) and error.strerror and error.filename is not None:
        return f"{os.fsdecode(error.filename)}: {error.strerror}"
    return str(error) or type(error).__name__


def for_a_person(error: BaseException) -> str:
    """The four lines a person reads: what happened, what is known, what is not, what to do."""
    code = code_of(error)
    return (
        f"{code.code} {code.title}: {detail_of(error)}\n"
        f"  known:   {code.known}\n"
        f"  unknown: {code.unknown}\n"
        f"  now:     {code.act}"
    )


def for_a_program(error: BaseException) -> dict[str, object]:
    """The same as plain data, for `--json` on stderr and for the control channel."""
    code = code_of(error)
    return {
        "code": code.code, "exit": code.exit, "title": code.title, "detail": detail_of(error),
        "known": code.known, "unknown": code.unknown, "act": code.act,
    }
