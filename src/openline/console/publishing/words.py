"""A statement's file name, and its instant of release in words."""

from __future__ import annotations

from typing import Final

from openline.accord.communique.statement import Statement
from openline.console.dtg import dtg

_KEPT: Final = frozenset("-_.")


def file_name(one: Statement) -> str:
    """A name that every file system takes."""
    return "".join(c if c.isalnum() or c in _KEPT else "-" for c in one.id) + ".json"


def release_text(one: Statement) -> str:
    """The instant in UTC, and as it is said in the agreed zone."""
    east = one.east_minutes
    there = f"{'-' if east < 0 else '+'}{abs(east) // 60:02d}:{abs(east) % 60:02d}"
    local = dtg(one.release_s * 1000 + east * 60_000).replace("Z", "")
    return f"{dtg(one.release_s * 1000)} ({local} {one.zone}, UTC{there})"
