"""What can be asked of a running station about the ladder. Field names are those of `--json`."""

from __future__ import annotations

import msgspec

from openline.console.channel.asking import Count, _Request
from openline.console.ladder.rows import OfficeRow


class TellUnderstood(_Request, tag="understood", tag_field="op"):
    """An officer says in their own words what the message at `place` was understood to say. It is not agreement."""

    place: str
    text: str
    language: str = "en"
    officer: str = ""
    role: str = ""
    token: str | None = None


class TellPassed(_Request, tag="passed", tag_field="op"):
    """The message at `place` was passed to an office, at `at_ms` (now, where it is left out)."""

    place: str
    office: str
    how: str = ""
    at_ms: Count | None = None
    officer: str = ""
    role: str = ""
    token: str | None = None


class AskOffices(_Request, tag="offices", tag_field="op"):
    """Every party's directory of offices that is in force."""


class SetOffices(_Request, tag="set-offices", tag_field="op"):
    """Our own directory anew. Where the desk has officers it becomes a draft that waits for release."""

    offices: list[OfficeRow]
    officer: str = ""


class OfficesSet(msgspec.Struct):
    """Where it stands: a draft's number, or the entry where it was recorded at once."""

    draft: int | None
    place: str


Request = TellUnderstood | TellPassed | AskOffices | SetOffices
