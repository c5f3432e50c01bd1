"""The desk's own log as a watch officer reads it on the screen: who did what to which draft or message, by short names.

What keeps the desk's books (how far a duty rose, how often a key signed) stays in `watch log`,
and so does every digest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from openline.console.dtg import dtg
from openline.console.screen.asking import LogLine
from openline.console.screen.naming import ref_of, reference
from openline.console.watch.asking import DeskLogRow
from openline.desk.facts import (
    Alerted,
    DeskEntry,
    DutyEnded,
    DutyRose,
    Fact,
    KeyUsed,
    NoticeUsed,
    Opened,
    Recorded,
    Relayed,
    Released,
    ReleaseSigned,
)
from openline.record.entry import Ref

RECORDED_AT_ONCE_MS: Final = 10_000
LEFT_OUT: Final = (Alerted, Opened, Relayed, DutyRose, DutyEnded, KeyUsed, ReleaseSigned)
_RAW: Final = frozenset((
    "precedence", "flags", "kind", "digest", "credential", "algorithm", "public", "aaguid", "uses", "evidence",
    "party", "generation", "index",
))  # fmt: skip
_BARE: Final = frozenset(("draft", "under", "subject", "says", "officer", "remark", "alarm", "method"))


def desk_lines(
    entries: Sequence[DeskEntry], row_of: Callable[[DeskEntry], DeskLogRow], name_of: Callable[[int], str]
) -> list[LogLine]:
    """Entries as lines, oldest first. A release and its place in the record are one line, unless much time was between:
    then something stood in the way, and both are told."""
    lines: list[LogLine] = []
    released: dict[int, LogLine] = {}
    for entry in entries:
        line, fact = desk_line(entry, row_of(entry), name_of), entry.fact
        if line is None:
            continue
        before = released.get(fact.draft) if isinstance(fact, Recorded) else None
        if before is not None and line.at_ms - before.at_ms <= RECORDED_AT_ONCE_MS:
            before.words += f", recorded as {_place(fact, name_of)}"
            before.fields["recorded"] = _place(fact, name_of)
            continue
        if isinstance(fact, Released | NoticeUsed):
            released[fact.draft] = line
        lines.append(line)
    return lines


def _place(fact: Fact, name_of: Callable[[int], str]) -> str:
    assert isinstance(fact, Recorded)
    return reference(name_of(fact.party), Ref(fact.party, fact.generation, fact.index))


def desk_line(entry: DeskEntry, row: DeskLogRow, name_of: Callable[[int], str]) -> LogLine | None:
    """One entry as a line, `row` being what the presenter makes of it; None for what is no watch officer's matter."""
    fact = entry.fact
    if isinstance(fact, LEFT_OUT):
        return None
    fields = {name: _plain(name, value, name_of) for name, value in row.fields.items() if value and name not in _RAW}
    said = [_said(name, value) for name, value in fields.items()]
    if isinstance(fact, Recorded):
        fields["recorded"] = _place(fact, name_of)
        said.append(f"as {fields['recorded']}")
    told = ", ".join(said)
    words = f"{row.what}: {told}" if said else row.what
    who = row.officer or "the station"
    return LogLine(row.at_ms, "desk", who, words, what=row.what, told=told, language="en", fields=fields)


def _plain(name: str, value: str, name_of: Callable[[int], str]) -> str:
    if name == "of" and "/" in value:
        ref = ref_of(value)
        return reference(name_of(ref.party), ref)
    return f"D-{value}" if name in ("draft", "under") else value


def _said(name: str, value: str) -> str:
    if name in ("until_ms", "at_ms"):
        return f"until {dtg(int(value))}" if value != "0" else "from now on"
    return value if name in _BARE else f"{name} {value}"
