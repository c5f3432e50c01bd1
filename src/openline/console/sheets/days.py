"""What was said on one day, found by asking: the same for a command, a page and the API, each over its own way to the
station."""

from __future__ import annotations

import datetime
from collections.abc import Generator
from typing import Any, Final

from openline.console.channel.asking import FIND_MAX, Find, Found, Show, Shown
from openline.console.codes import Told
from openline.desk.leaving import GATED

DAY_MS: Final = 86_400_000
PAGE: Final = min(200, FIND_MAX)
Asking = Generator[tuple[Any, Any], Any, list[Shown]]


def day_ms(day: str) -> int:
    """When a day begins, UTC. Raises Told OL-204."""
    try:
        at = datetime.date.fromisoformat(day) if len(day) == len("2026-11-22") else None
    except ValueError:
        at = None
    if at is None:
        raise Told("OL-204", f"{day!r} is no day like 2026-11-22")
    return (at - datetime.date(1970, 1, 1)).days * DAY_MS


def of_day(from_ms: int) -> Asking:
    """Official text that came to stand here on that day. Yields a request and the type of its answer, and is sent the
    answer. The first is found by halving: positions are in order of arrival."""
    last = (yield Find(count=1, newest=True), Found).next
    low, high = 1, last + 1
    while low < high:
        middle = (low + high) // 2
        if (yield Show(position=middle), Shown).arrived_at_ms < from_ms:
            low = middle + 1
        else:
            high = middle
    found: list[Shown] = []
    after = low - 1
    while True:
        page = yield Find(after=after, count=PAGE), Found
        found += [one for one in page.entries if one.arrived_at_ms < from_ms + DAY_MS and one.kind_number in GATED]
        if not page.entries or page.entries[-1].arrived_at_ms >= from_ms + DAY_MS:
            return found
        after = page.next
