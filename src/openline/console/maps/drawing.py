"""Maps as SVG: land, graticule, numbered places. No script, no style sheet of its own, no address in it.

Black on white as it is; a page may colour it by its classes. The numbers are those of the table that stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from openline.console.maps.land import LonLat, rings
from openline.console.maps.shapes import Shape
from openline.console.maps.views import SPAN_MIN, WIDTH, XY, View, view_of

THIN: Final = 0.7  # units of the drawing: points nearer to the last one than this are left out of coasts
DOT: Final = 10.0  # what is smaller gets a mark beside its true size
NAMESPACE: Final = "http://www.w3.org/2000/svg"


def draw(shapes: Sequence[Shape], title: str) -> str:
    """The map of these places. `title` is what somebody hears who cannot see it."""
    view = _with_coasts(shapes)
    drawn = [one for one in shapes if one.is_drawn]
    parts = [
        f'<svg xmlns="{NAMESPACE}" class="map" viewBox="0 0 {WIDTH:g} {view.height:.0f}" role="img" direction="ltr" '
        f'font-family="DejaVu Sans Mono, monospace" font-size="11">',
        f"<title>{escape(title)}</title>",
        f'<rect class="sea" width="{WIDTH:g}" height="{view.height:.0f}" fill="#fff"/>',
        *_quadrants(drawn, view),
        f'<path class="land" fill="#d8d8d8" stroke="#888" stroke-width=".5" fill-rule="evenodd" d="{_land(view)}"/>',
        *_grid(view),
        *(part for one in drawn for part in _place(one, view)),
        *(_number(one, view) for one in drawn),
        f'<rect class="frame" x=".5" y=".5" width="{WIDTH - 1:g}" height="{view.height - 1:.0f}" fill="none" '
        'stroke="#555"/></svg>',
    ]
    return "".join(parts)


def _with_coasts(shapes: Sequence[Shape]) -> View:
    """As near as some coast is seen: a mark amid an empty sea says little."""
    view = view_of(shapes)
    for wider in (2, 4):
        frame = ((x, y) for ring in rings() for laid in view.laid(ring) for x, y in laid)
        if any(0 <= x <= WIDTH and 0 <= y <= view.height for x, y in frame):
            break
        view = view_of(shapes, SPAN_MIN * wider)
    return view


def _path(points: Iterable[XY], *, closed: bool = False, thin: float = 0.0) -> str:
    words: list[str] = []
    last = (float("inf"), 0.0)
    for x, y in points:
        if abs(x - last[0]) + abs(y - last[1]) < thin:
            continue
        last = (x, y)
        words.append(f"{'L' if words else 'M'}{x:.1f} {y:.1f}")
    return "".join(words) + ("Z" if closed else "") if len(words) > 1 else ""


def _land(view: View) -> str:
    laid = (one for ring in rings() for one in view.laid((*ring, ring[0])))
    return "".join(_path(one, closed=True, thin=THIN) for one in laid if _is_seen(one, view))


def _is_seen(points: Sequence[XY], view: View) -> bool:
    xs, ys = [one[0] for one in points], [one[1] for one in points]
    return max(xs) >= 0 and min(xs) <= WIDTH and max(ys) >= 0 and min(ys) <= view.height


def _grid(view: View) -> list[str]:
    lines, words = [], []
    for line, label, (x, y) in view.grid():
        lines.append(_path(line))
        if 0 <= x <= WIDTH - 24 and 10 <= y <= view.height:
            words.append(f'<text class="degree" x="{x:.0f}" y="{y:.0f}" fill="#555" font-size="10">{label}</text>')
    return [f'<path class="grid" fill="none" stroke="#999" stroke-width=".6" d="{"".join(lines)}"/>', *words]


def _quadrants(drawn: Sequence[Shape], view: View) -> list[str]:
    """Beneath the land, dashed: their bounds are nobody's word."""
    return [part for one in drawn if one.is_rough for part in _area(one, view, "rough", ' stroke-dasharray="5 4"')]


def _place(shape: Shape, view: View) -> list[str]:
    if shape.is_rough:
        return []
    dots = [
        f'<path class="dot" d="M{x - 5:.1f} {y:.1f}h10M{x:.1f} {y - 5:.1f}v10" stroke="#000" stroke-width="1.6"/>'
        f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="none" stroke="#000" stroke-width="1.6"/>'
        for dot in (*shape.dots, *_too_small(shape, view)) for ((x, y),) in view.laid([dot])
    ]  # fmt: skip
    return [*_area(shape, view, "place", ""), *dots]


def _too_small(shape: Shape, view: View) -> list[LonLat]:
    """The middle of what would be less than a dot."""
    for ring in shape.areas[:1]:
        for laid in view.laid(ring)[:1]:
            xs, ys = [one[0] for one in laid], [one[1] for one in laid]
            if max(xs) - min(xs) < DOT and max(ys) - min(ys) < DOT:
                return [(sum(one[0] for one in ring) / len(ring), sum(one[1] for one in ring) / len(ring))]
    return []


def _area(shape: Shape, view: View, name: str, more: str) -> list[str]:
    areas = "".join(_path(one, closed=True) for ring in shape.areas for one in view.laid((*ring, ring[0])))
    lines = "".join(_path(one) for line in shape.lines for one in view.laid(line))
    faint = ".08" if shape.is_rough else ".2"
    found = []
    if areas:
        found.append(f'<path class="{name} area" fill="#000" fill-opacity="{faint}" fill-rule="evenodd" d="{areas}"/>')
    if lines:
        found.append(f'<path class="{name} edge" fill="none" stroke="#000" stroke-width="1.6"{more} d="{lines}"/>')
    return found


def _number(shape: Shape, view: View) -> str:
    """Beside a point, in the middle of an area, at the begin of a route; within the frame."""
    places = [laid for line in (*shape.areas[:1], *shape.lines[:1], shape.dots) if line for laid in view.laid(line)]
    seen = [one for one in places if _is_seen(one, view)] or places
    if not seen:
        return ""
    points = seen[0]
    inside = [(x, y) for x, y in points if 0 <= x <= WIDTH and 0 <= y <= view.height] or points
    middle = bool(shape.areas) and not _too_small(shape, view)
    x = sum(one[0] for one in inside) / len(inside) if middle else inside[0][0] + 8
    y = sum(one[1] for one in inside) / len(inside) + 5 if middle else inside[0][1] - 6
    x, y = min(max(x, 8.0), WIDTH - 20), min(max(y, 14.0), view.height - 6)
    anchor = ' text-anchor="middle"' if middle else ""
    return (f'<text class="number" x="{x:.0f}" y="{y:.0f}" font-size="15" font-weight="700" fill="#000" stroke="#fff" '
            f'stroke-width="3" paint-order="stroke"{anchor}>{shape.number}</text>')  # fmt: skip
