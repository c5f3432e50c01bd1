"""What a desk needs of the station it stands in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from openline.line.events import Draft as LineDraft
from openline.line.ports import LogId


class Recording(Protocol):
    """What the desk needs of the station it stands in."""

    def now_ms(self) -> int:
        """UTC, ms."""

    def look_at(self, drafts: Sequence[LineDraft]) -> None:
        """Raises Refused or Told where the terms of the line do not let these be recorded now."""

    async def pass_doors(self, drafts: Sequence[LineDraft]) -> None:
        """Raises Refused where what is committed before it is shown is not in its order."""

    async def submit(self, drafts: Sequence[LineDraft]) -> list[tuple[LogId, int]]:
        """Append drafts; returns once they are durable here. Raises StoreDown, Refused."""
