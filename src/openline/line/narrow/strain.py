"""What is remembered of a bearer over which something may not get on: see `shortening`. R-207."""

from __future__ import annotations

from typing import NamedTuple

from openline.line.ports import LogId


class Strain(NamedTuple):
    """Of one bearer to one peer. Instants are our own clock's."""

    log: LogId | None  # of which the peer has proved to hold no more than `reported` since then; None: all gets on
    reported: int
    since_ms: int
    declared_bytes: int  # longest frame body, before anything was shortened
