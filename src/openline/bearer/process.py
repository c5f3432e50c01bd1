"""A program that we start and end: three pipes, a process group of its own, and no doubt about whether it runs."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import struct
import subprocess
import termios
from collections.abc import Sequence
from typing import Final

from openline.bearer.pacing import set_within
from openline.errors import BearerDown

_PIPE_BYTES: Final = 4_096  # what a program has not read yet can still be overtaken
_KEPT_OF_OURS: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR")


class Process:
    """One running program. `into`, `out`, `notes`: our ends of its standard streams, none of which ever waits."""

    def __init__(self, command: Sequence[str], name: str) -> None:
        """Start it, with little of our surroundings. `name`: of the bearer. Raises BearerDown."""
        pipes = [os.pipe2(os.O_CLOEXEC) for _ in range(3)]
        (their_in, self.into), (self.out, their_out), (self.notes, their_notes) = pipes
        for end in (self.into, self.out, self.notes):
            os.set_blocking(end, False)
        with contextlib.suppress(OSError):
            fcntl.fcntl(self.into, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        surroundings = {key: os.environ[key] for key in _KEPT_OF_OURS if key in os.environ}
        try:
            self._child = subprocess.Popen(
                command, stdin=their_in, stdout=their_out, stderr=their_notes, cwd="/",
                env={**surroundings, "OPENLINE_BEARER": name}, start_new_session=True,
            )  # fmt: skip
        except (OSError, ValueError) as error:
            for end in (self.into, self.out, self.notes):
                os.close(end)
            raise BearerDown(f"{command[0]} cannot be started: {getattr(error, 'strerror', None) or error}") from error
        finally:
            for end in (their_in, their_out, their_notes):
                os.close(end)
        self._handle = os.pidfd_open(self._child.pid)
        self.has_ended = asyncio.Event()
        asyncio.get_running_loop().add_reader(self._handle, self.has_ended.set)

    def unread_bytes(self) -> int:
        """What we wrote and the program has not read."""
        (count,) = struct.unpack("i", fcntl.ioctl(self.into, termios.FIONREAD, bytes(4)))
        return int(count)

    async def end(self, within_ms: int) -> str:
        """Its input ends; if it does not end by that, it is told to, and then it is ended. Says how it went."""
        os.close(self.into)
        await set_within(self.has_ended, within_ms)
        if not self.has_ended.is_set():
            self._tell(signal.SIGTERM)
            await set_within(self.has_ended, within_ms)
        self._tell(signal.SIGKILL)  # and all that it left behind; its number is its own until it is reaped
        await self.has_ended.wait()
        asyncio.get_running_loop().remove_reader(self._handle)
        code = self._child.wait()
        for end in (self.out, self.notes, self._handle):
            os.close(end)
        return f"was ended by signal {-code}" if code < 0 else f"ended with {code}"

    def _tell(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._child.pid, number)
