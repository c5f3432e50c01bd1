"""What can be asked of a running station about statements. Field names are those of `--json`."""

from __future__ import annotations

from typing import Literal

import msgspec

from openline.console.channel.asking import Count, _Request


class Declare(_Request, tag="declare", tag_field="op"):
    """An officer states something about the line, or about the entry at `place`. It blocks nothing.

    `text` is the reason or the remark. `until_ms`: of a suspension its end, of a holding reply when an
    answer will come, of a silence when an answer was due.
    """

    act: Literal["refuse", "refuse-contact", "hold", "suspend", "resume", "silence", "confirm", "contest"]
    officer: str
    text: str = ""
    place: str | None = None
    from_ms: Count | None = None
    until_ms: Count | None = None
    exercise: bool = False
    token: str | None = None


class SayOperating(_Request, tag="service", tag_field="op"):
    """Words for the other side's operators, about the line itself; in answer to those at `place`, where it is given."""

    text: str
    officer: str
    language: str = "en"
    place: str | None = None
    exercise: bool = False
    token: str | None = None


class DrillAsk(_Request, tag="drill", tag_field="op"):
    """Begin a drill, with an exercise message to all desks; or end ours, and report how far the message came."""

    begins: bool
    officer: str
    remark: str = ""


class DrillStep(msgspec.Struct):
    """A step of the ladder: when it was reached and how long after release, or why that is not known."""

    step: str
    party: int | None
    name: str
    at_ms: int | None
    after_ms: int | None
    note: str


class DrillReport(msgspec.Struct):
    """A drill of ours. Nothing of it counts in any statistics."""

    drill: str
    message: str | None
    begun_at_ms: int
    ended: bool
    steps: list[DrillStep] = []
    exercise: bool = True
    draft: int | None = None  # where the message needs a release: which draft another officer releases


Request = Declare | SayOperating | DrillAsk
