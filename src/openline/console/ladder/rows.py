"""What is shown of the ladder beside a message. Field names are those of `--json`."""

from __future__ import annotations

import msgspec


class UnderstoodRow(msgspec.Struct):
    """What an officer of that party said was understood, in their own words. It is not agreement."""

    party: int
    name: str
    place: str
    at_ms: int
    text: str
    language: str
    officer: str
    role: str


class PassedRow(msgspec.Struct):
    """To which office it was passed, when (`at_ms`, as stated), how and by whom."""

    party: int
    name: str
    place: str
    at_ms: int
    office: str
    how: str
    officer: str
    role: str


class RelatedRow(msgspec.Struct):
    """What one entry does to another. `which`: corrected by, withdrawn by, superseded by, forwarded by; or, at the new
    message, corrects, supersedes, forwards. `place`: the other entry; `told_at` the one that says so."""

    which: str
    party: int
    name: str
    place: str
    told_at: str
    at_ms: int
    note: str
    language: str
    released_by: list[str]


class OfficeRow(msgspec.Struct):
    """One office of a directory; `addresses` by language."""

    short: str
    full: str
    addresses: dict[str, str]
    hours: str
    telephone: str


class DirectoryRow(msgspec.Struct):
    """A party's directory that is in force, or none: then `place` is empty."""

    party: int
    name: str
    place: str
    at_ms: int
    offices: list[OfficeRow]
    released_by: list[str]


class ReleaseRow(msgspec.Struct):
    """The release record behind an entry, at `place`: who let it go, and what shows it. `evidence`: signed by the
    officer's security key (then `key`, the end of its public key), attested by the station, released beforehand, or
    nothing, and `why`."""

    place: str
    evidence: str
    persons: list[str] = []
    key: str = ""
    why: str = ""
