"""Forms of headings and lettered lines: the Open Skies and OSCE frame, and the Hague Code's pre-launch notification.

    PRECEDENCE: PRIORITY                            HCOC PRE-LAUNCH NOTIFICATION
    FROM: PARTY A                                   1. LAUNCHING STATE: EXAMPLELAND
    TO: PARTY B                                     2. KIND: SPACE LAUNCH VEHICLE
    INFO: PARTY C                                   3. GENERIC CLASS: EXAMPLE CLASS
    SUBJECT: TRANSFER OF ACTIVE QUOTA               4. PLANNED LAUNCH WINDOW: 040500Z TO 041100Z MAR 30
    1. OS MESSAGE NUMBER: OS/A/26/0001/F1           5. LAUNCH AREA: EXAMPLE RANGE
    2. OS MESSAGE DATE AND TIME: 041200Z MAR 26     6. PLANNED DIRECTION: AZIMUTH 090
    3. TREATY REFERENCE: ARTICLE III, SECTION I     7. REMARKS: NIL
    4. MESSAGE REFERENCE: NIL                       END
    5. CONTENT:
    A. STATE: EXAMPLELAND
    (1) ELSEWHERE: 2
    6. REMARKS: NIL
    7. END OF OS MESSAGE NUMBER: OS/A/26/0001/F1

Sources. The frame: its headings, their order, that the number stands at both ends and that content is a lettered tree
were read in the Open Skies Consultative Commission's formats of 10 December 1992. That a heading and its value share
a line, and how the tree of format 1 is lettered, is this program's. The Hague Code: that there is such a notification,
with generic class, planned window, area and direction, is general knowledge; the template of its secretariat was not
at hand, and headings and numbers here are this program's own: unconfirmed as a whole.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from openline.accord.foreign.measures import group, span, take_group, take_span
from openline.accord.foreign.scanning import Scan, Unwritable

CONTENT_LINES_MAX: Final = 500
_ALLOWED: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_PRECEDENCE: Final = re.compile("FLASH|IMMEDIATE|PRIORITY|ROUTINE")
_NUMBER: Final = re.compile(r"[A-Z0-9]+(?:/[A-Z0-9]+){2,6}", re.ASCII)
_ITEM: Final = re.compile(r"(?:[A-Z]\.|\([1-9]\d?\)|\([a-z]\)) \S")
NIL: Final = "NIL"


class Framed(NamedTuple):
    """One message in the frame. `content`: lines with their letters."""

    precedence: str
    sender: str
    to: str
    info: str
    subject: str
    number: str
    at: int
    treaty: str
    references: str
    content: tuple[str, ...]
    remarks: str


def read_frame(text: str) -> Framed:
    """From its text. Raises Misread."""
    scan = Scan(text, _ALLOWED)
    scan.literal("PRECEDENCE: ")
    precedence = scan.take(_PRECEDENCE, "FLASH, IMMEDIATE, PRIORITY or ROUTINE")[0]
    scan.literal("\n")
    sender, to, info, subject = (_said(scan, f"{head}: ") for head in ("FROM", "TO", "INFO", "SUBJECT"))
    scan.literal("1. OS MESSAGE NUMBER: ")
    number = scan.take(_NUMBER, "regime, state, year, serial, format: OS/A/26/0001/F1")[0]
    scan.literal("\n2. OS MESSAGE DATE AND TIME: ")
    at = take_group(scan)
    scan.literal("\n")
    treaty, references = _said(scan, "3. TREATY REFERENCE: "), _said(scan, "4. MESSAGE REFERENCE: ")
    scan.literal("5. CONTENT:\n")
    content: list[str] = []
    while not scan.sees("6. REMARKS: "):
        if _ITEM.match(scan.text, scan.at) is None or len(content) == CONTENT_LINES_MAX:
            scan.fail("no lettered line", f"A. or (1) or (a) and a text, at most {CONTENT_LINES_MAX}; then 6. REMARKS:")
        content.append(scan.line())
    remarks = _said(scan, "6. REMARKS: ")
    scan.literal("7. END OF OS MESSAGE NUMBER: ")
    if not scan.sees(number):
        scan.fail("another number than at the head", f"{number}; else a part of another message stands here (rule A3)")
    scan.literal(number)
    scan.end()
    return Framed(precedence, sender, to, info, subject, number, at, treaty, references, tuple(content), remarks)


def _said(scan: Scan, heading: str) -> str:
    """The rest of a line behind its heading; `NIL` is nothing."""
    scan.literal(heading)
    begin = scan.at
    said = scan.line()
    if not said or said != said.strip():
        scan.fail("nothing behind the heading, or spaces around it", f"a text, or {NIL}", begin)
    return "" if said == NIL else said


def _one_line(said: str, part: str) -> str:
    if said != said.strip() or said == NIL or not all(map(_ALLOWED.fullmatch, said)):
        raise Unwritable(part, f"one line without control characters or spaces around it, and not {NIL}")
    return said or NIL


def write_frame(one: Framed) -> str:
    """Its text, which `read_frame` reads to the same. Raises Unwritable."""
    for number, line in enumerate(one.content, 1):
        if _ITEM.match(line) is None or not all(map(_ALLOWED.fullmatch, line)):
            raise Unwritable(f"content, line {number}", "a letter or number, then a text in one line")
    lines = [
        f"PRECEDENCE: {one.precedence}", f"FROM: {_one_line(one.sender, 'from')}", f"TO: {_one_line(one.to, 'to')}",
        f"INFO: {_one_line(one.info, 'info')}", f"SUBJECT: {_one_line(one.subject, 'subject')}",
        f"1. OS MESSAGE NUMBER: {one.number}", f"2. OS MESSAGE DATE AND TIME: {group(one.at, 'at')}",
        f"3. TREATY REFERENCE: {_one_line(one.treaty, 'treaty reference')}",
        f"4. MESSAGE REFERENCE: {_one_line(one.references, 'message reference')}", "5. CONTENT:", *one.content,
        f"6. REMARKS: {_one_line(one.remarks, 'remarks')}", f"7. END OF OS MESSAGE NUMBER: {one.number}",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


_KINDS: Final = ("BALLISTIC MISSILE", "SPACE LAUNCH VEHICLE")


class PreLaunch(NamedTuple):
    """One pre-launch notification under the Hague Code. `kind`: 0 ballistic missile, 1 space launch vehicle."""

    state: str
    kind: int
    generic_class: str
    begins: int
    ends: int
    area: str
    direction: str
    remarks: str


def read_pre_launch(text: str) -> PreLaunch:
    """From its text. Raises Misread."""
    scan = Scan(text, _ALLOWED)
    scan.literal("HCOC PRE-LAUNCH NOTIFICATION\n")
    state = _said(scan, "1. LAUNCHING STATE: ")
    scan.literal("2. KIND: ")
    kind = _KINDS.index(scan.take(re.compile("|".join(_KINDS)), " or ".join(_KINDS))[0])
    scan.literal("\n")
    generic_class = _said(scan, "3. GENERIC CLASS: ")
    scan.literal("4. PLANNED LAUNCH WINDOW: ")
    begins, ends = take_span(scan)
    scan.literal("\n")
    area, direction, remarks = (
        _said(scan, f"{head}: ") for head in ("5. LAUNCH AREA", "6. PLANNED DIRECTION", "7. REMARKS")
    )
    scan.literal("END")
    scan.end()
    return PreLaunch(state, kind, generic_class, begins, ends, area, direction, remarks)


def write_pre_launch(one: PreLaunch) -> str:
    """Its text, which `read_pre_launch` reads to the same. Raises Unwritable."""
    lines = [
        "HCOC PRE-LAUNCH NOTIFICATION", f"1. LAUNCHING STATE: {_one_line(one.state, 'state')}",
        f"2. KIND: {_KINDS[one.kind]}", f"3. GENERIC CLASS: {_one_line(one.generic_class, 'generic class')}",
        f"4. PLANNED LAUNCH WINDOW: {span(one.begins, one.ends, 'window')}",
        f"5. LAUNCH AREA: {_one_line(one.area, 'area')}",
        f"6. PLANNED DIRECTION: {_one_line(one.direction, 'direction')}",
        f"7. REMARKS: {_one_line(one.remarks, 'remarks')}", "END",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"
