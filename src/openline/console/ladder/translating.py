"""A program that translates: the text goes in on its standard input, and what it prints is a machine's translation.

It is run as words, without a shell, for a bounded time, and no more than a bounded text is read of it. It is somebody
else's program: what it prints is text that is shown, kept at stage "sight", and marked as the program's for ever.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import PurePath
from typing import Final

from openline.console.codes import Told
from openline.limits import PROGRAM_CHARS_MAX, TEXT_CHARS_MAX, TRANSLATE_MS_MAX

OUTPUT_BYTES_MAX: Final = 4 * TEXT_CHARS_MAX
_END_S: Final = 5.0  # to end after its last word


def machine_translation(command: Sequence[str], text: str, from_language: str, to_language: str) -> tuple[str, str]:
    """What the program made of a text, and its name. The two languages are its last words.

    Raises Told OL-103 where it cannot be run, ends badly, takes longer than TRANSLATE_MS_MAX, prints too much or no
    text.
    """
    name = PurePath(command[0]).name[:PROGRAM_CHARS_MAX]
    with tempfile.TemporaryFile() as given:
        given.write(text.encode())
        given.seek(0)
        try:
            program = subprocess.Popen(
                [*command, from_language, to_language], stdin=given, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise Told("OL-103", f"{name} cannot be run: {error.strerror}") from error
        with program:
            try:
                said = _printed(program, name)
                ended = program.wait(timeout=_END_S)
            except subprocess.TimeoutExpired as error:
                raise Told("OL-103", f"{name} printed its text and did not end") from error
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(program.pid, signal.SIGKILL)  # and what it started
    if ended != 0:
        raise Told("OL-103", f"{name} ended with {ended}")
    return _read(said, name), name


def _printed(program: subprocess.Popen[bytes], name: str) -> bytes:
    """All that it prints, up to one byte more than is taken, until the time is over."""
    assert program.stdout is not None
    end = time.monotonic() + TRANSLATE_MS_MAX / 1000
    said = b""
    while len(said) <= OUTPUT_BYTES_MAX:
        ready, _, _ = select.select([program.stdout], [], [], max(0.0, end - time.monotonic()))
        if not ready:
            raise Told("OL-103", f"{name} did not answer within {TRANSLATE_MS_MAX / 1000:g} s")
        piece = os.read(program.stdout.fileno(), 65_536)
        if not piece:
            return said
        said += piece
    raise Told("OL-103", f"{name} printed more than {OUTPUT_BYTES_MAX} bytes")


def _read(said: bytes, name: str) -> str:
    try:
        words = said.decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise Told("OL-103", f"{name} printed what is no UTF-8") from error
    if not words or len(words) > TEXT_CHARS_MAX:
        raise Told("OL-103", f"{name} printed {len(words)} characters; 1 to {TEXT_CHARS_MAX} are taken")
    return words
