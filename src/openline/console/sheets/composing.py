"""What stands on sheets: entries as `show` tells them become rows, with reference, record position and hash on each."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final

from openline.console.channel.asking import Shown
from openline.console.dtg import dtg, interval, iso
from openline.console.screen.naming import reference
from openline.console.sheets.letters import breakable, is_rtl, language_tag, lines_of, printable
from openline.console.words import parse_place
from openline.record.entry import Ref

EXERCISE: Final = "EXERCISE · УЧЕНИЕ · تمرين"

Sheet = dict[str, Any]


def sheet_of(entry: Shown) -> Sheet:
    """One message."""
    told = entry.subject or entry.kind
    return {
        "exercise": entry.exercise,
        "precedence": entry.precedence,
        "reference": printable(called(entry)),
        "position": _position(entry),
        "hash": f"SHA-256 {entry.leaf}",
        "heading": breakable(printable(told.replace("\n", " "))),
        "head": _rows(_head(entry)),
        "body": body_of(entry.text, entry.language),
        "evidence": _rows(_evidence(entry)),
    }


def called(entry: Shown) -> str:
    """How people on both sides call it."""
    at = parse_place(entry.place)
    return reference(entry.name, Ref(at.party, bytes.fromhex(at.generation), at.index))


def body_of(text: str, language: str) -> dict[str, Any]:
    """A text in its direction."""
    return {"lines": lines_of(text), "rtl": is_rtl(text, language), "lang": language_tag(language)}


def _position(entry: Shown) -> str:
    number = f"record #{entry.position}" if entry.ahead_of is None else "held ahead, no position yet"
    return f"{number}, entry {entry.place}"


def _rows(rows: Sequence[tuple[str, str]]) -> list[list[str]]:
    return [[name, breakable(printable(value.replace("\n", " / ")))] for name, value in rows if value]


def _head(entry: Shown) -> list[tuple[str, str]]:
    written = dtg(entry.written_at_ms) + ("" if entry.ours else ", by their clock")
    return [
        ("from", entry.name + (" (ours)" if entry.ours else "")),
        ("action", ", ".join(entry.action)),
        ("info", ", ".join(entry.info)),
        ("written", written),
        ("here since", dtg(entry.arrived_at_ms)),
        ("reply by", dtg(entry.reply_by_ms) if entry.reply_by_ms is not None else ""),
        ("answers", entry.in_reply_to or ""),
        ("language", entry.language),
        ("released by", ", ".join(entry.released_by)),
        ("DISPUTED", "their log has forked at or before this entry" if entry.disputed else ""),
        *(("BREACH", breach) for breach in entry.breaches),
        *(("attachment", name) for name in entry.attachments),
    ]


def _evidence(entry: Shown) -> list[tuple[str, str]]:
    rows = [
        ("held", f"{one.name}, {interval(one.earliest_ms, one.latest_ms)}, receipt over {one.size} entries")
        for one in entry.held
    ]
    rows += [("not held by", name) for name in entry.lacking]
    rows += [
        ("opened", f"{one.name}: {one.officer}{', ' + one.role if one.role else ''}, {dtg(one.at_ms)}; not agreement"
                   f"{': ' + one.note if one.note else ''}")
        for one in entry.acknowledged
    ]
    rows += [("stated", f"{one.name}, {dtg(one.at_ms)}: {one.words}") for one in entry.stated]
    return rows


def list_of(entries: Sequence[Shown], title: str) -> Sheet:
    """The list that stands before the messages of a day. Its hash is over theirs, in order."""
    over = sha256(b"".join(bytes.fromhex(one.leaf) for one in entries)).hexdigest()
    rows = [
        (f"#{one.position} {one.precedence}",
         f"{called(one)}, {dtg(one.arrived_at_ms)}{' EXERCISE' if one.exercise else ''}: "
         f"{one.subject or one.kind}")
        for one in entries
    ]
    span = f"record #{entries[0].position} to #{entries[-1].position}" if entries else "no entry"
    return {
        "exercise": False, "precedence": "", "reference": printable(title), "position": span,
        "hash": f"SHA-256 over {len(entries)} hashes {over}", "heading": printable(title), "head": _rows(rows),
        "body": body_of("" if entries else "Nothing was said on this day.", "en"), "evidence": [],
    }  # fmt: skip


def given_of(
    entries: Sequence[Shown], *, line: str, name: str, banners: Sequence[str], title: str, at_ms: int, listed: bool
) -> dict[str, Any]:
    """All that the setter is given. `at_ms` dates the file: not when it was printed, so that it is the same again."""
    day = iso(at_ms) or "1970-01-01"
    sheets = [list_of(entries, title)] if listed else []
    return {
        "title": printable(title), "author": printable(name), "line": printable(f"Openline · {line} · {name}"),
        "date": [int(day[:4]), int(day[5:7]), int(day[8:10])], "exercise": EXERCISE,
        "banners": [printable(one) for one in banners], "sheets": sheets + [sheet_of(one) for one in entries],
    }  # fmt: skip
