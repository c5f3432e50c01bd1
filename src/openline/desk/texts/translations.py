"""Working translations of a text: how far each has come; who did it, reviewed it, certified it.

The original is what was said; a translation stands beside it and never instead. What a program made is at stage
"sight" and stays marked as the program's; an officer who works it over writes a translation of their own.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from openline.desk.people import Actor
from openline.errors import Refused
from openline.limits import TRANSLATIONS_MAX

STAGES: Final = ("sight", "rough", "official")
SIGHT: Final = 0
OFFICIAL: Final = 2
STEPS: Final = ("reviewed", "certified")
REVIEWED: Final = 0
CERTIFIED: Final = 1
_OF: Final = re.compile(r"D-(0|[1-9]\d{0,9})|(0|[1-9]\d{0,2})/[0-9a-f]{24}/(0|[1-9]\d{0,12})", re.ASCII)


class Translation(NamedTuple):
    """One of a text's; `number` counts from 1. Its words stand in the desk's log, entry `entry`."""

    number: int
    entry: int
    at_ms: int
    by: Actor
    version: int  # of the draft that it is of; 0 for an entry of the record
    stage: int
    language: str
    program: str  # that made it; empty for an officer's own
    reviewed_by: Actor | None = None
    certified_by: Actor | None = None


def is_name(of: str) -> bool:
    """Whether a text is named so: `D-12`, or an entry's full name."""
    return _OF.fullmatch(of) is not None


def check_new(there: tuple[Translation, ...], of: str, stage: int, language: str, words: str, program: str) -> None:
    """Raises Refused where this cannot be a translation."""
    if not is_name(of):
        raise Refused(f"{of!r} names no text: a draft like D-12, or an entry's full name")
    if len(there) >= TRANSLATIONS_MAX:
        raise Refused(f"{of} has {TRANSLATIONS_MAX} translations; that is all that are kept")
    if not language.isascii() or not language.replace("-", "").isalnum():
        raise Refused(f"{language!r} is no language's tag such as en, ru or ar")
    if not words.strip():
        raise Refused("a translation says something")
    if program and stage != SIGHT:
        raise Refused("what a program made is at stage sight; an officer's own work is more")


def check_step(there: tuple[Translation, ...], of: str, number: int, step: int, actor: Actor) -> Translation:
    """The translation to be marked. Raises Refused: by who did it, twice, a program's, or certified before its time."""
    found = next((one for one in there if one.number == number), None)
    if found is None:
        raise Refused(f"{of} has no translation {number}")
    if found.by.officer == actor.officer:
        raise Refused(f"a translation is {STEPS[step]} by another officer than who did it")
    if (step == REVIEWED and found.reviewed_by is not None) or (step == CERTIFIED and found.certified_by is not None):
        raise Refused(f"translation {number} of {of} is {STEPS[step]} already")
    if step == CERTIFIED and (found.program or found.stage != OFFICIAL):
        raise Refused("only an official translation, done by an officer, is certified")
    if step == CERTIFIED and found.reviewed_by is None:
        raise Refused("a translation is reviewed before it is certified")
    return found


def marked(there: tuple[Translation, ...], number: int, step: int, actor: Actor) -> tuple[Translation, ...]:
    """All of a text's, one of them further."""

    def further(one: Translation) -> Translation:
        return one._replace(reviewed_by=actor) if step == REVIEWED else one._replace(certified_by=actor)

    return tuple(further(one) if one.number == number else one for one in there)
