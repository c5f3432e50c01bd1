"""Which bodies an export shows, as it is asked for and as it is told beforehand. Field names are those of `--json`."""

from __future__ import annotations

import msgspec


class Chosen(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Bodies that are shown: those of `entries`, and, where `parties` or an instant is given, those of all entries that
    these parties wrote in that period, by their own clocks; with no `parties`, of all. What says what was done about
    an entry shown is shown with it.
    """

    entries: list[str] = []
    parties: list[int] = []
    from_ms: int | None = None
    to_ms: int | None = None


class PlannedLog(msgspec.Struct):
    """What an export would show of one party's logs: `always` are bodies without which the rest proves less."""

    party: int
    name: str
    entries: int
    shown: int
    always: int
    withheld: int


class Planned(msgspec.Struct):
    """What an export would show, by party, and in a line."""

    logs: list[PlannedLog]
    scope: str
