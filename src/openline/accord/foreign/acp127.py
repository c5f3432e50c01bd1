"""Plain text in the manner of ACP 127: `read_message`, `write_message`.

    R 221856Z APR 26
    FM ORIGINATOR
    TO FIRST ADDRESSEE
    SECOND ADDRESSEE
    INFO ANOTHER
    BT
    UNCLAS
    TEXT
    BT
    NNNN

Sources. The order of these lines and their prosigns were read in public samples of the sixteen-line format (ACP 127 and
126 as used on circuits). From general knowledge: 69 characters to a line and the letters of ITA2. The lines before the
date-time group (transmission, routing, call, security) belong to the net that carries it: they are kept as they came,
and a message written here has none.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from openline.accord.foreign.measures import group, take_group
from openline.accord.foreign.scanning import Scan, Unwritable

LINE_CHARS_MAX: Final = 69
ADDRESSEES_MAX: Final = 32
PROSIGNS: Final = {"Z": "FLASH", "O": "IMMEDIATE", "P": "PRIORITY", "R": "ROUTINE"}
_ALLOWED: Final = re.compile(r"[A-Z0-9 \-?:().,'=/+#]", re.ASCII)
_OPENING: Final = re.compile(r"[ZOPR](?= \d{6}Z )", re.ASCII)
_TOP_LINES_MAX: Final = 8


class Plain(NamedTuple):
    """One message. `top`: lines before the date-time group. `text`: lines between the two breaks."""

    top: tuple[str, ...]
    precedence: str  # a prosign
    at: int
    sender: str
    to: tuple[str, ...]
    info: tuple[str, ...]
    text: str


def read_message(text: str) -> Plain:
    """From its text. Raises Misread."""
    scan = Scan(text, _ALLOWED)
    _lengths(scan)
    top: list[str] = []
    while not _OPENING.match(scan.text, scan.at):
        if len(top) == _TOP_LINES_MAX or scan.at == len(scan.text):
            scan.fail("no line with precedence and date-time group", "R 221856Z APR 26, within the first nine lines")
        top.append(scan.line())
    precedence = scan.take(_OPENING, "Z, O, P or R")[0]
    scan.literal(" ")
    at = take_group(scan)
    scan.literal("\nFM ")
    sender = _name(scan)
    scan.literal("TO ")
    to = _names(scan)
    info: tuple[str, ...] = ()
    if scan.sees("INFO "):
        scan.literal("INFO ")
        info = _names(scan)
    scan.literal("BT\n")
    said = scan.until("BT\nNNNN")
    if not said.strip():
        scan.fail("no text between the two breaks", "at least a line")
    scan.literal("BT\nNNNN")
    scan.end()
    return Plain(tuple(top), precedence, at, sender, to, info, said)


def _lengths(scan: Scan) -> None:
    begin = 0
    for line in scan.text.split("\n"):
        if len(line) > LINE_CHARS_MAX:
            scan.fail(f"a line of {len(line)} characters", f"at most {LINE_CHARS_MAX}", begin + LINE_CHARS_MAX)
        begin += len(line) + 1


def _name(scan: Scan) -> str:
    begin = scan.at
    name = scan.line()
    if not name.strip() or name != name.strip():
        scan.fail("an addressee without a name, or with spaces around it", "its plain language address", begin)
    return name


def _names(scan: Scan) -> tuple[str, ...]:
    found = [_name(scan)]
    while not scan.sees("INFO ") and not scan.sees("BT\n") and scan.at < len(scan.text):
        if len(found) == ADDRESSEES_MAX:
            scan.fail("too many addressees", f"at most {ADDRESSEES_MAX}")
        found.append(_name(scan))
    return tuple(found)


def write_message(one: Plain) -> str:
    """Its text, which `read_message` reads to the same. Raises Unwritable naming what cannot be said so."""
    lines = [
        *one.top, f"{one.precedence} {group(one.at, 'at')}", f"FM {one.sender}", f"TO {one.to[0]}", *one.to[1:],
        *([f"INFO {one.info[0]}", *one.info[1:]] if one.info else []), "BT", *one.text.split("\n"), "BT", "NNNN",
    ]  # fmt: skip
    for number, line in enumerate(lines, 1):
        odd = next((place for place, letter in enumerate(line, 1) if not _ALLOWED.fullmatch(letter)), None)
        if odd is not None:
            raise Unwritable(f"line {number}", f"{line[odd - 1]!r} at {odd} is not among the letters of this form")
        if len(line) > LINE_CHARS_MAX:
            raise Unwritable(f"line {number}", f"{len(line)} characters, at most {LINE_CHARS_MAX}")
    return "\n".join(lines) + "\n"
