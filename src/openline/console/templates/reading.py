"""A template of a message as a file (TOML), read strictly: every fault is said at once, with its line and what to do.

    title = "Vessel in distress"           # what it is chosen by
    subject = "Vessel in distress near {place}"
    language = "en"
    precedence = "IMMEDIATE"
    action = ["COASTGUARD"]
    info = ["FOREIGN"]
    reply_within_minutes = 30
    checklist = ["Position read back by whoever reported it", "Own rescue service told"]
    text = '''
    At {time} our vessel {name} reported {what} at {position}.
    '''

`{place}` is filled in by whoever writes the draft; what still stands in braces is shown as not filled in.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Sequence
from typing import Any, Final

from openline.console.channel.asking import PRECEDENCES
from openline.console.codes import Told
from openline.console.dtg import iso
from openline.console.placing import line_of
from openline.console.templates.asking import TemplateRow
from openline.errors import Malformed
from openline.limits import CHECKLIST_MAX, NAME_CHARS_MAX, REPLY_MINUTES_MAX, TEMPLATE_BYTES_MAX
from openline.record.body import Message, encode_message

NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,47}")
PLACE: Final = re.compile(r"\{([^{}\n]{1,40})\}")
_TEXTS: Final = ("title", "subject", "text", "language", "precedence")
_LISTS: Final = ("action", "info", "checklist")
_KNOWN: Final = (*_TEXTS, *_LISTS, "reply_within_minutes")


def places_in(*texts: str) -> list[str]:
    """What is still to be filled in, each once, in its order."""
    return list(dict.fromkeys(found for text in texts for found in PLACE.findall(text)))


def filled_in(row: TemplateRow, pairs: Sequence[str], now_ms: int) -> tuple[str, dict[str, object]]:
    """The text of a template, and what else it says, as the options of a message have it. Raises Told OL-201, OL-204.

    `pairs`: PLACE=WORDS. A place that none of them names stays in its braces.
    """
    words: dict[str, str] = {}
    for pair in pairs:
        place, equals, said = pair.partition("=")
        if not equals:
            raise Told("OL-201", f"--fill {pair!r} is not like PLACE=WORDS")
        if place not in row.places:
            raise Told("OL-204", f"the template {row.name} has no place {place!r}; there are: {', '.join(row.places)}")
        words[place] = said

    def put(found: re.Match[str]) -> str:
        return words.get(found[1], found[0])

    minutes = row.reply_within_minutes
    now_ms -= now_ms % 60_000
    return PLACE.sub(put, row.text), {
        "subject": PLACE.sub(put, row.subject), "language": row.language, "action": tuple(row.action),
        "info": tuple(row.info), "reply_by": iso(now_ms + minutes * 60_000) if minutes is not None else None,
    }  # fmt: skip


def read_template(data: bytes, name: str, where: str) -> TemplateRow:
    """A template from its file. Raises Told OL-204 naming every fault, each with its line and the remedy."""
    if not NAME.fullmatch(name):
        raise Told("OL-204", f"{where}: call the file by small letters, digits and hyphens, 48 at most, and .toml")
    if len(data) > TEMPLATE_BYTES_MAX:
        raise Told("OL-204", f"{where}: longer than {TEMPLATE_BYTES_MAX} bytes; a message is not as long as that")
    try:
        text = data.decode("utf-8")
        table = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise Told("OL-204", f"{where}: byte {error.start} is not UTF-8; save the file as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise Told("OL-204", f"{where}: {error}") from error
    faults = sorted((line_of(text, (), key) or 1, f"{key}: {why}") for key, why in _faults(table))
    if faults:
        raise Told("OL-204", "; ".join(f"{where} line {line}: {why}" for line, why in faults))
    words = {key: table[key].strip() for key in _TEXTS if key in table}
    row = TemplateRow(name=name, **words, **{key: table[key] for key in _LISTS if key in table})
    row.reply_within_minutes = table.get("reply_within_minutes")
    row.places = places_in(row.subject, row.text)
    return row


def _faults(table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(key, what is wrong and what to do)."""
    for key in table:
        if key not in _KNOWN:
            near = difflib.get_close_matches(key, _KNOWN, 1)
            meant = f"did you mean {near[0]}?" if near else f"there are: {', '.join(_KNOWN)}"
            yield key, f"is not known; {meant}"
    for key in ("title", "text"):
        if key not in table:
            yield key, f'is missing; write {key} = "…"'
    bad = {key for key in _TEXTS if not isinstance(table.get(key, ""), str)}
    yield from ((key, 'is not a text; put it into "quotes"') for key in bad)
    for key in _LISTS:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            bad.add(key)
            yield key, 'is not a list of texts; write it like ["one", "two"]'
    minutes = table.get("reply_within_minutes", 1)
    if type(minutes) is not int or not 1 <= minutes <= REPLY_MINUTES_MAX:
        yield "reply_within_minutes", f"is no whole number from 1 to {REPLY_MINUTES_MAX}"
    if "precedence" not in bad and table.get("precedence", "ROUTINE") not in PRECEDENCES:
        yield "precedence", f"is none of {', '.join(PRECEDENCES)}"
    if not bad:
        yield from _unfit(table)


def _unfit(table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What would be refused when a draft is made of it; looked at one by one, so that each is said of its key."""
    title = table.get("title", "-").strip()
    if not title or len(title) > NAME_CHARS_MAX or not title.isprintable():
        yield "title", f"is empty, longer than {NAME_CHARS_MAX} characters, or more than one line; shorten it"
    if "text" in table and not table["text"].strip():
        yield "text", "is empty; a message says something"
    tried = {
        "text": Message("", table.get("text", "").strip()), "subject": Message(table.get("subject", "").strip(), "-"),
        "language": Message("", "-", language=table.get("language", "en").strip()),
        "action": Message("", "-", action=tuple(table.get("action", ()))),
        "info": Message("", "-", info=tuple(table.get("info", ()))),
    }  # fmt: skip
    for key, message in tried.items():
        try:
            encode_message(message)
        except Malformed as fault:
            yield key, f"{fault.reason}; change it"
    points = table.get("checklist", [])
    if len(points) > CHECKLIST_MAX:
        yield "checklist", f"{len(points)} points; {CHECKLIST_MAX} at most: put what is alike together"
    for number, point in enumerate(points, 1):
        if not point.strip() or point != point.strip() or len(point) > NAME_CHARS_MAX or not point.isprintable():
            yield "checklist", f"point {number} is empty, longer than {NAME_CHARS_MAX} characters, or has spaces around"
