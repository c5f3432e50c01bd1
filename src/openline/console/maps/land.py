"""Outlines of land, as `land.txt` has them; it says where they are from."""

from __future__ import annotations

from functools import cache
from importlib import resources
from itertools import accumulate

LonLat = tuple[float, float]


@cache
def rings() -> tuple[tuple[LonLat, ...], ...]:
    """Closed rings in degrees, longitude first; longitudes go on beyond 180. A ring within another is water."""
    text = (resources.files("openline.console.maps") / "land.txt").read_text("ascii")
    return tuple(_ring(line) for line in text.splitlines() if not line.startswith("#"))


def _ring(line: str) -> tuple[LonLat, ...]:
    numbers = [int(one) for one in line.split()]
    longitudes, latitudes = accumulate(numbers[0::2]), accumulate(numbers[1::2])
    return tuple((x / 100, y / 100) for x, y in zip(longitudes, latitudes, strict=True))
