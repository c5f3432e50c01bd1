"""When a station last wrote a backup and an export: a small file beside the store, which a restart reads again."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Final

import msgspec

from openline.console.home import read_bounded, write_whole
from openline.errors import OpenlineError
from openline.limits import WRITTEN_AT_MS_MAX

_BYTES_MAX: Final = 1024


class _Times(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    backup: int | None = None
    export: int | None = None


class Written:
    """The times by their names. A file that is not there, or does not read, says nothing: it is told as not known."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._times = _Times()
        with contextlib.suppress(OSError, OpenlineError, msgspec.DecodeError):
            found = msgspec.json.decode(read_bounded(path, _BYTES_MAX), type=_Times)
            if all(one is None or 0 <= one <= WRITTEN_AT_MS_MAX for one in (found.backup, found.export)):
                self._times = found

    @property
    def backup(self) -> int | None:
        """UTC, ms; None where none is known."""
        return self._times.backup

    @property
    def export(self) -> int | None:
        """UTC, ms; None where none is known."""
        return self._times.export

    def put(self, name: str, at_ms: int) -> None:
        """One was written now. A disk that does not take the file loses the time at the next restart, and no more."""
        setattr(self._times, name, at_ms)
        with contextlib.suppress(OSError):
            write_whole(self._path, msgspec.json.encode(self._times))
