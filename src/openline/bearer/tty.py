"""A serial device, raw: whatever stands in the settings of the system, bytes pass as they are. termios(3).

No call here waits: a device is opened, read and written without blocking, and closed without waiting for what it has
not sent.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import struct
import termios
from pathlib import Path
from typing import Final

from openline.errors import BearerDown

_READ_BYTES: Final = 4096
BAUD_RATES: Final[dict[int, int]] = {
    int(name[1:]): getattr(termios, name) for name in dir(termios) if name[:1] == "B" and name[1:].isdigit()
}
del BAUD_RATES[0]  # hangs up


class Tty:
    """One open device. Raises BearerDown when it is gone."""

    def __init__(self, path: Path, baud: int, *, rts_cts: bool) -> None:
        """Open it for us alone. Raises BearerDown saying why it cannot be had."""
        self._path = path
        try:
            self.handle = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise BearerDown(_why(path, error)) from error
        try:
            if not os.isatty(self.handle):
                raise BearerDown(f"{path} is no serial device")
            fcntl.flock(self.handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _make_raw(self.handle, BAUD_RATES[baud], rts_cts=rts_cts)
        except BlockingIOError as error:
            os.close(self.handle)
            raise BearerDown(f"{path} is in use by another program") from error
        except (OSError, termios.error) as error:
            os.close(self.handle)
            raise BearerDown(f"{path} cannot be set to {baud} baud: {error.args[-1]}") from error
        except BearerDown:
            os.close(self.handle)
            raise

    def read(self) -> bytes:
        """What has come; empty when nothing has. Raises BearerDown."""
        try:
            data = os.read(self.handle, _READ_BYTES)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise BearerDown(_why(self._path, error)) from error
        if not data:
            raise BearerDown(f"{self._path} has hung up")
        return data

    def write(self, data: bytes) -> int:
        """Give it as much of this as it takes now: so many bytes. Raises BearerDown."""
        try:
            return os.write(self.handle, data)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise BearerDown(_why(self._path, error)) from error

    def unsent_bytes(self) -> int:
        """What the system holds and the device has not sent; 0 where it does not say."""
        try:
            (count,) = struct.unpack("i", fcntl.ioctl(self.handle, termios.TIOCOUTQ, bytes(4)))
        except OSError:
            return 0
        return max(0, int(count))

    def is_there(self) -> bool:
        """False when the device was unplugged, or another one has its name now."""
        try:
            found, held = os.stat(self._path), os.fstat(self.handle)
        except OSError:
            return False
        return stat.S_ISCHR(found.st_mode) and (found.st_rdev, found.st_ino) == (held.st_rdev, held.st_ino)

    def close(self, *, drop: bool) -> None:
        """Let go of it. `drop`: what it has not sent is not sent, or closing waits for a modem that takes nothing."""
        if drop:
            with contextlib.suppress(OSError, termios.error):
                termios.tcflush(self.handle, termios.TCOFLUSH)
        os.close(self.handle)


def _make_raw(handle: int, speed: int, *, rts_cts: bool) -> None:
    control = termios.CS8 | termios.CREAD | termios.CLOCAL | (termios.CRTSCTS if rts_cts else 0)
    characters = termios.tcgetattr(handle)[6]
    characters[termios.VMIN], characters[termios.VTIME] = 1, 0
    termios.tcsetattr(handle, termios.TCSANOW, [0, 0, control, 0, speed, speed, characters])
    termios.tcflush(handle, termios.TCIOFLUSH)  # what came before we listened is nobody's frame


def _why(path: Path, error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return f"{path} is not there; is the device plugged in?"
        case PermissionError():
            return f"{path} may not be opened by this account; on Debian its group is dialout"
        case _:
            return f"{path} is gone: {error.strerror or error}"
