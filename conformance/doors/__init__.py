"""The doors through which bytes come into a station, each as a function from what a vector gives to what it gives back.

A door raises what the program raises: `PeerFault` where it refuses, `Unchecked` where it cannot judge.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from conformance.doors import (
    agreements,
    contact,
    declared,
    drafts,
    epochs,
    escrow,
    export,
    joint,
    judged,
    keys,
    line,
    notices,
    pages,
    papers,
    record,
    released,
    rest,
    statements,
    stating,
    telling,
    timed,
    topics,
    turns,
    voice,
    wire,
)

Door = Callable[[dict[str, Any]], object]
DOORS: Final[dict[str, Door]] = {
    **wire.DOORS,
    **pages.DOORS,
    **turns.DOORS,
    **voice.DOORS,
    **keys.DOORS,
    **papers.DOORS,
    **epochs.DOORS,
    **record.DOORS,
    **released.DOORS,
    **statements.DOORS,
    **stating.DOORS,
    **telling.DOORS,
    **notices.DOORS,
    **declared.DOORS,
    **judged.DOORS,
    **timed.DOORS,
    **agreements.DOORS,
    **topics.DOORS,
    **drafts.DOORS,
    **escrow.DOORS,
    **line.DOORS,
    **export.DOORS,
    **joint.DOORS,
    **contact.DOORS,
    **rest.DOORS,
}
