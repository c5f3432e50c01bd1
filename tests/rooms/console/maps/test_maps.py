"""Maps: land where land is, every place within the frame, the antimeridian and the poles as they are."""

from __future__ import annotations

from itertools import pairwise
from math import cos, hypot, radians
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.accord.formats.notice import compose
from openline.console.maps.drawing import draw
from openline.console.maps.land import LonLat, rings
from openline.console.maps.shapes import Shape, shapes_of
from openline.console.maps.views import WIDTH, Flat, Polar, view_of
from tests.rooms.accord.formats.examples import every_type

EVERY = every_type()


def shapes(**given_: object) -> list[Shape]:
    return shapes_of(EVERY, compose(EVERY, given_).values, "en")


def inside(place: LonLat, areas: tuple[tuple[LonLat, ...], ...]) -> bool:
    """Even-odd, on the flat map, on whichever turn of the Earth."""
    crossings = 0
    for turn in (-720, -360, 0, 360, 720):
        x, y = place[0] + turn, place[1]
        for ring in areas:
            for (ax, ay), (bx, by) in zip(ring, (*ring[1:], ring[0]), strict=True):
                if (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
                    crossings += turn == 0 or min(one[0] for one in ring) <= x <= max(one[0] for one in ring)
    return crossings % 2 == 1


@pytest.mark.parametrize(("longitude", "latitude", "is_land"), [
    (37.6, 55.75, True), (-98, 39, True), (-177.5, 66.5, True), (178, 66.5, True), (0, -85, True), (134, -25, True),
    (180, 0, False), (-30, 30, False), (170, -40, False), (51, 42, False), (0, 89, False), (-150, -60, False),
])  # fmt: skip
def test_land_is_where_it_is(longitude: float, latitude: float, is_land: bool) -> None:
    assert inside((longitude, latitude), rings()) == is_land


def test_the_outline_of_land_is_whole_and_small() -> None:
    assert len(rings()) == 126 and 4_900 < sum(map(len, rings())) < 5_100
    assert all(-90 <= y <= 84 for ring in rings() for _, y in ring)
    assert all(abs(one[0] - other[0]) < 180 for ring in rings() for one, other in pairwise(ring)
               if one[1] > -90)  # fmt: skip


def test_a_circle_is_round_on_the_ground() -> None:
    (one,) = shapes(circle="60 00.000N 179 00.000E radius 120.0 nm")
    assert not one.holds_pole and max(x for x, _ in one.lines[0]) > 180
    for x, y in one.lines[0]:
        assert hypot((x - 179) * cos(radians((y + 60) / 2)), y - 60) == pytest.approx(2, rel=0.01)


def test_what_passes_the_antimeridian_is_one_piece_in_a_narrow_view() -> None:
    one, other = shapes(polygon="60 00N 170 00E; 66 00N 170 00W; 58 00N 165 00W; 55 00N 175 00E",
                        route="52 00.0N 160 00.0E; 50 00.0N 175 00.0W")  # fmt: skip
    view = view_of([one, other])
    assert isinstance(view, Flat) and view.width_degrees < 80
    assert inside((179, 60), one.areas) and inside((-179, 60), one.areas) and not inside((0, 60), one.areas)
    assert [round(x) for x, _ in other.lines[0]] == [160, 185]


@pytest.mark.parametrize("side", ["N", "S"])
def test_what_holds_a_pole_is_shown_around_it(side: str) -> None:
    """R-440."""
    sign = 1 if side == "N" else -1
    for given_ in ({"circle": f"85 00.000{side} 010 00.000E radius 600.0 nm"},
                   {"polygon": f"80 00{side} 000 00E; 75 00{side} 120 00E; 80 00{side} 120 00W"},
                   {"circle": f"90 00.000{side} 000 00.000E radius 60.0 nm"}):  # fmt: skip
        (one,) = shapes(**given_)
        view = view_of([one])
        assert one.holds_pole and isinstance(view, Polar) and view.is_north == (side == "N")
        assert inside((55, sign * 89.5), one.areas) and not inside((55, sign * 60), one.areas)
    (sector,) = shapes(polygon=f"60 00{side} 010 00E; 60 00{side} 100 00E; 90 00{side} 000 00E")
    assert inside((50, sign * 85), sector.areas) and not inside((-50, sign * 85), sector.areas)


def test_a_circle_over_more_than_half_the_earth_leaves_the_other_side_out() -> None:
    (one,) = shapes(area="circle: 10 00.0N 020 00.0E radius 15000 km")
    assert inside((20, 10), one.areas) and inside((100, 80), one.areas) and not inside((-160, -10), one.areas)


def test_a_quadrant_is_drawn_roughly_and_a_name_not_at_all() -> None:
    quadrant, name = shapes(quadrant="PACIFIC NE", named="Море")
    assert quadrant.is_rough and inside((-140, 20), quadrant.areas) and not inside((150, 20), quadrant.areas)
    assert not name.is_drawn and name.words == "Море"
    assert "stroke-dasharray" in draw([quadrant, name], "t")


def test_a_mark_amid_the_ocean_is_shown_as_far_out_as_a_coast_is() -> None:
    near, far = (draw(shapes(point=f"{where}"), "t") for where in ("55 00 00N 160 00 00E", "30 00 00S 120 00 00W"))
    assert "160°E" in near and "90°W" in far and 'class="land"' in far


def test_what_does_not_fit_is_said_and_not_drawn() -> None:
    values = [None] * 8 + [[999_999_999, 0], "no circle", [[0, 0], [10, 10], [10, 0], [0, 10]]]
    found = shapes_of(EVERY, values, "en")
    assert [one.is_drawn for one in found] == [False] * 3
    assert all(one.words.startswith("??") for one in found) and "crosses itself" in found[2].words


def test_a_map_is_one_svg_without_script_or_address_and_its_title_is_text() -> None:
    text = draw(shapes(point="10 00 00N 010 00 00E"), "<script>alert(1)</script> & \"x\"")
    root = ElementTree.fromstring(text)
    assert root[0].text == "<script>alert(1)</script> & \"x\""
    assert "script" not in {one.tag.rpartition("}")[2] for one in root.iter()}
    assert not any(key in ("href", "style") or key.startswith("on") for one in root.iter() for key in one.attrib)
    assert len(text) < 90_000


@settings(max_examples=settings().max_examples * 6 // 5, deadline=None)
@given(st.lists(st.tuples(st.integers(-89, 89), st.integers(-179, 180)), min_size=1, max_size=5),
       st.integers(1, 3000))  # fmt: skip
def test_whatever_is_drawn_lies_within_the_frame(points: list[tuple[int, int]], radius: int) -> None:
    found = []
    for at, (latitude, longitude) in enumerate(points):
        text = (f"{abs(latitude):02d} 00{'S' if latitude < 0 else 'N'} "
                f"{abs(longitude):03d} 00{'W' if longitude < 0 else 'E'}")  # fmt: skip
        given_ = {"point": text} if at % 2 else {"area": f"circle: {text} radius {radius} km"}
        found += [one._replace(number=at + 1) for one in shapes(**given_)]
    view = view_of(found)
    for one in found:
        for line in (*one.lines, one.dots):
            laid = view.laid(line) if line else []
            assert not line or any(
                -1 <= x <= WIDTH + 1 and -1 <= y <= view.height + 1 for points_ in laid for x, y in points_
            ), one
    ElementTree.fromstring(draw(found, "t"))
