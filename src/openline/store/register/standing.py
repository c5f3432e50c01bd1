"""How a register stands beside its record, for who looks at the files: nothing is changed, and nothing is made anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import apsw

from openline.store.register.file import Source, misfit
from openline.store.register.schema import APPLICATION_ID, VERSION


class Standing(NamedTuple):
    """`reached`: up to which position it has the record; `why`: for what it will be made anew, or empty."""

    reached: int
    position: int
    why: str

    def in_words(self) -> str:
        """In one line."""
        if self.why:
            return f"will be made anew from the record with the next start: {self.why}"
        if self.reached < self.position:
            return f"reaches {self.reached} of {self.position} entries; a running station reads on"
        return f"has all {self.position} entries of the record"


def standing(path: Path, source: Source) -> Standing:
    """Of the register at `path`. Raises StoreDown where the record cannot be read."""
    position = sum(row.size for row in source.logs())
    if not path.is_file():
        return Standing(0, position, "there is none yet")
    try:
        conn = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            return _of(conn, source, position)
        finally:
            conn.close(True)
    except (apsw.Error, ValueError) as fault:
        return Standing(0, position, f"it is damaged ({fault})")


def _of(conn: apsw.Connection, source: Source, position: int) -> Standing:
    known = (conn.execute("PRAGMA application_id").get, conn.execute("PRAGMA user_version").get)
    if known != (APPLICATION_ID, VERSION):
        return Standing(0, position, "it was made by another version of the program")
    if conn.execute("PRAGMA quick_check(1)").get != "ok":
        return Standing(0, position, "it is damaged")
    found = conn.execute("SELECT value FROM kept WHERE name = 'state'").get
    if not found:
        return Standing(0, position, "")
    kept = json.loads(str(found))
    return Standing(int(kept["reached"]), position, misfit(kept, source))
