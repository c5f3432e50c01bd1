"""Polygons on the globe, in whole numbers: how their sides run, which pole they hold, whether they cross themselves.

Sides are straight on the plate carree map and take the short way round. A side to or from a pole runs along the
meridian of its other end. A polygon that goes once round the Earth holds the pole on whose side of the equator its
corners are in the mean, the north pole where that is the equator itself. (R-440)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

Flat = tuple[int, int]  # latitude, and longitude that goes on beyond 180 degrees


class Unrolled(NamedTuple):
    """A closed polygon laid flat. `corners` has the first one again at its end, `around` further where it goes round;
    `of` says from which of the points given each comes. `round` is 1 eastwards, -1 westwards, 0 for most."""

    corners: tuple[Flat, ...]
    of: tuple[int, ...]
    round: int
    holds_north: bool


def step(from_: int, to: int, around: int) -> int:
    """The short way from one longitude to another."""
    return (to - from_ + around // 2) % around - around // 2


def _apart(points: Sequence[Sequence[int]], around: int) -> list[tuple[int, int, int]]:
    """Latitude, longitude and number of each corner; a pole stands once on the meridian of either neighbour."""
    found = []
    count = len(points)
    for number, (latitude, longitude) in enumerate(points):
        if 4 * abs(latitude) != around:
            found.append((latitude, longitude, number))
            continue
        before, after = points[number - 1][1], points[(number + 1) % count][1]
        found.append((latitude, before, number))
        if after != before:
            found.append((latitude, after, number))
    return found


def unrolled(points: Sequence[Sequence[int]], around: int) -> Unrolled:
    """Lay a closed polygon flat. `around`: 360 degrees in the unit of the points."""
    apart = _apart(points, around)
    flat = [(apart[0][0], apart[0][1])]
    for latitude, longitude, _ in [*apart[1:], apart[0]]:
        flat.append((latitude, flat[-1][1] + step(flat[-1][1], longitude, around)))
    turns = (flat[-1][1] - flat[0][1]) // around
    return Unrolled(tuple(flat), tuple(one[2] for one in apart), turns, sum(one[0] for one in points) >= 0)


def half_way_round(points: Sequence[Sequence[int]], around: int) -> int | None:
    """The first side whose ends are half a turn apart: it has two short ways. None where there is no such."""
    for number, (one, other) in enumerate(zip(points, [*points[1:], points[0]], strict=True)):
        at_pole = 4 * abs(one[0]) == around or 4 * abs(other[0]) == around
        if not at_pole and 2 * abs(one[1] - other[1]) == around:
            return number
    return None


def crosses_itself(points: Sequence[Sequence[int]], around: int) -> tuple[int, int] | None:
    """Two sides of a closed polygon that meet where they must not, by their first points; None for a simple one.

    Nothing is rounded. What passes the antimeridian is compared with what comes there from the other side.
    """
    flat = unrolled(points, around)
    count = len(flat.corners) - 1
    edges = [_westmost(flat.corners[at], flat.corners[at + 1], around) for at in range(count)]
    for one in range(count):
        for other in range(one + 1, count):
            for shift in (-around, 0, around):
                (a, b), (c, d) = edges[one], edges[other]
                c, d = (c[0], c[1] + shift), (d[0], d[1] + shift)
                if _boxes_apart((a, b), (c, d)):
                    continue  # most are, and notices may hold a thousand polygons
                neighbours = (other == one + 1 and b == c) or (one == 0 and other == count - 1 and a == d)
                if _meet((a, b), (c, d), neighbours):
                    return flat.of[one], flat.of[other]
    return None


def _westmost(a: Flat, b: Flat, around: int) -> tuple[Flat, Flat]:
    """The same side with its western end in the first turn, so that sides compare over one turn either way."""
    by = min(a[1], b[1]) // around * around
    return (a[0], a[1] - by), (b[0], b[1] - by)


def _boxes_apart(one: tuple[Flat, Flat], other: tuple[Flat, Flat]) -> bool:
    (a, b), (c, d) = one, other
    return (
        max(a[0], b[0]) < min(c[0], d[0]) or min(a[0], b[0]) > max(c[0], d[0])
        or max(a[1], b[1]) < min(c[1], d[1]) or min(a[1], b[1]) > max(c[1], d[1])
    )  # fmt: skip


def _turn(a: Flat, b: Flat, c: Flat) -> int:
    cross = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (cross > 0) - (cross < 0)


def _between(a: Flat, b: Flat, c: Flat) -> bool:
    """Whether c, on the line of a and b, lies between them."""
    return min(a[0], b[0]) <= c[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])


def _meet(one: tuple[Flat, Flat], other: tuple[Flat, Flat], neighbours: bool) -> bool:
    (a, b), (c, d) = one, other
    if neighbours:  # they share a corner; anything more is folding back
        shared, far_one, far_other = (b, a, d) if b == c else (a, b, c)
        return _turn(far_one, shared, far_other) == 0 and (
            _between(shared, far_one, far_other) or _between(shared, far_other, far_one)
        )
    turns = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if turns[0] != turns[1] and turns[2] != turns[3]:
        return True
    ends = ((turns[0], a, b, c), (turns[1], a, b, d), (turns[2], c, d, a), (turns[3], c, d, b))
    return any(turn == 0 and _between(first, last, point) for turn, first, last, point in ends)
