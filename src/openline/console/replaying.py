"""Reading a replay file: JSON lines, each an object with `from` and `text`, every line checked before any is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from openline.console.codes import Told
from openline.errors import Malformed
from openline.limits import NAME_CHARS_MAX, REPLAY_LINE_BYTES_MAX, REPLAY_LINES_MAX, TEXT_CHARS_MAX
from openline.record.fields import text


class Words(NamedTuple):
    """One text to send: its line in the file, from 1, who says it, and what."""

    row: int
    speaker: str
    text: str


class BadLine(NamedTuple):
    """A line that cannot be sent, and why."""

    row: int
    why: str


class _Object(msgspec.Struct):
    speaker: str = msgspec.field(name="from")
    text: str


_DECODE: Final = msgspec.json.Decoder(_Object, strict=True)


def read(path: Path) -> tuple[list[Words], list[BadLine]]:
    """Every line, good and bad, in order. Raises Malformed for a file that has too many lines."""
    good: list[Words] = []
    bad: list[BadLine] = []
    with path.open("rb") as file:
        row = 0
        while line := file.readline(REPLAY_LINE_BYTES_MAX + 2):
            row += 1
            if row > REPLAY_LINES_MAX:
                raise Malformed(f"{path}: more than {REPLAY_LINES_MAX} lines; cut it in pieces")
            try:
                good.append(_words(row, line, file.readline))
            except Malformed as error:
                bad.append(BadLine(row, error.reason))
    return good, bad


def _words(row: int, line: bytes, more: Callable[[int], bytes]) -> Words:
    if len(line.rstrip(b"\n")) > REPLAY_LINE_BYTES_MAX:
        while not line.endswith(b"\n") and (line := more(1 << 20)):
            pass  # leave the rest of it out, so that the next line is the next line
        raise Malformed(f"longer than {REPLAY_LINE_BYTES_MAX} bytes")
    try:
        said = _DECODE.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"not an object with `from` and `text`: {error}") from error
    if not 1 <= len(said.speaker) <= NAME_CHARS_MAX:
        raise Malformed(f"`from` must have 1 to {NAME_CHARS_MAX} characters")
    if not said.text:
        raise Malformed("`text` is empty")
    return Words(row, said.speaker, text(said.text, TEXT_CHARS_MAX, "`text`", line, lines=True))


def cast(words: Sequence[Words], controls: Sequence[tuple[str, Path]]) -> dict[str, Path]:
    """Which control address each speaker uses: by name where the names fit, else in order of first appearance.

    Raises Told OL-201 when the speakers and the addresses cannot be matched.
    """
    speakers = list(dict.fromkeys(said.speaker for said in words))
    named = {name: path for name, path in controls if name}
    if all(speaker in named for speaker in speakers):
        return {speaker: named[speaker] for speaker in speakers}
    if len(speakers) > len(controls) or any(speaker in named for speaker in speakers):
        raise Told(
            "OL-201",
            f"speakers {', '.join(speakers) or 'none'} do not fit the control addresses given; "
            "give --control SPEAKER=SOCKET for each",
        )
    return {speaker: path for speaker, (_name, path) in zip(speakers, controls, strict=False)}
