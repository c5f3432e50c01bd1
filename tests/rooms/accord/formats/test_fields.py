"""Fields: what each type reads, keeps and says; refusals name what is wrong and what to write. (R-404)"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.accord.formats import numbers, places, times
from openline.accord.formats.notice import compose
from openline.accord.formats.numbers import Number
from openline.accord.formats.places import Circle, Point, Points
from openline.accord.formats.polygons import crosses_itself, unrolled
from openline.accord.formats.tables import Column, ListOf, Table
from openline.accord.formats.texts import Identifier, Text
from openline.accord.formats.times import Clock, Date, Instant, Window
from openline.accord.formats.unfit import Unfit
from tests.rooms.accord.formats.examples import every_type

FINE = Point(places.RESOLUTIONS["thousandth of a minute"])


@given(st.integers(0, times.SECONDS_MAX))
def test_an_instant_is_read_back_as_written(seconds: int) -> None:
    assert Instant().read(Instant().give(seconds)) == seconds


@given(st.integers(0, times.DAYS_MAX), st.integers(0, 400))
def test_windows_of_dates_are_read_back(begin: int, length: int) -> None:
    window = Window(Date("UTC"))
    length = min(length, times.DAYS_MAX - begin)
    assert window.read(window.give([begin, length])) == [begin, length]


@pytest.mark.parametrize(
    ("given_", "says"),
    [
        ("2026-03-04T12:00:00", "without a zone"),
        ("2026-03-04T12:00:00+03:00", "no instant"),
        ("2026-02-30T12:00:00Z", "in no calendar"),
        ("2026-03-04T24:00:00Z", "in no calendar"),
        ("2026-03-04", "no instant"),
        (1772500000, "not written like this"),
        ("1969-12-31T23:59:59Z", "no instant"),
    ],
)
def test_an_instant_is_refused_with_the_reason(given_: object, says: str) -> None:
    with pytest.raises(Unfit, match=says) as refused:
        Instant().read(given_)
    assert refused.value.remedy


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(Unfit, match=r"ends .* before it begins"):
        Window(Instant()).read("2026-03-05T00:00Z to 2026-03-04T00:00Z")


def test_the_scale_is_said_with_a_date_and_a_clock_time() -> None:
    assert Date("UTC+03:00").say(20516, "ru") == "04 МАР 2026 (UTC+03:00)"
    assert Clock("UTC").say(Clock("UTC").read("16:05"), "en") == "16:05 (UTC)"


def test_a_day_without_a_known_zone_says_so_in_the_readers_language() -> None:
    there = Date("local of the event"), Clock("local of the event")
    assert there[0].say(20516, "ru") == "04 МАР 2026 (по местному времени события)"
    assert [one.say(960, "en").partition("(")[2] for one in there] == ["local of the event)"] * 2


@given(st.integers(-(10**9), 10**9), st.integers(0, numbers.DECIMALS_MAX))
def test_a_quantity_is_exact(value: int, decimals: int) -> None:
    number = Number(-(10**9), 10**9, "km", decimals)
    assert number.read(number.give(value)) == value
    assert number.read(f"{number.give(value)} km") == value


@pytest.mark.parametrize(
    ("given_", "says"),
    [("1.234", "finer"), ("101", "out of bounds"), ("-1", "out of bounds"), ("1,5", "no number"), ("1e2", "no number"),
     ("٤٥", "no number"), ("45 nm", "no number"), (True, "no number"), ("", "no number"), ("007", "no number"),
     (float("nan"), "no number"), (float("inf"), "no number"), ("not provided", "no number")],
)  # fmt: skip
def test_a_number_is_refused_with_the_reason(given_: object, says: str) -> None:
    with pytest.raises(Unfit, match=says):
        Number(0, 10_000, "km", 2).read(given_)


def test_not_provided_is_neither_zero_nor_nothing() -> None:
    number = Number(may_withhold=True)
    assert number.read("not provided") is numbers.NOT_PROVIDED
    assert number.say(numbers.NOT_PROVIDED, "en") == "NOT PROVIDED"
    assert number.check(0) == 0 and number.check(0) is not numbers.NOT_PROVIDED
    with pytest.raises(Unfit):
        Number().check(False)


@given(st.integers(-90 * places.DEGREE, 90 * places.DEGREE), st.integers(-180 * places.DEGREE, 180 * places.DEGREE),
       st.sampled_from(sorted(places.RESOLUTIONS.values())))  # fmt: skip
def test_a_point_is_read_back_to_the_last_place(latitude: int, longitude: int, resolution: int) -> None:
    point = Point(resolution)
    try:
        value = point.check([latitude // resolution, longitude // resolution])
    except Unfit:
        return
    assert point.read(point.give(value)) == value


@pytest.mark.parametrize(
    ("given_", "says"),
    [
        ("57 72.3N 155 00.0E", "72 of sixty"),
        ("91 00N 155 00E", "latitude of more than 90"),
        ("57 00N 181 00E", "longitude of more than 180"),
        ("57 12.34N 155 00.0E", "finer"),
        ("57 12N", "no point"),
        ("57.2, 155.0", "no point"),
        ("155 00E 57 12N", "no point"),
    ],
)
def test_a_point_is_refused_with_the_reason(given_: str, says: str) -> None:
    with pytest.raises(Unfit, match=says):
        Point().read(given_)


def test_one_place_has_one_spelling() -> None:
    point = Point(places.MINUTE)
    assert point.read("00 00N 180 00W") == point.read("00 00N 180 00E") == [0, 180 * 60]
    assert point.read("90 00N 012 00E") == [90 * 60, 0]
    with pytest.raises(Unfit, match="two spellings"):
        point.check([0, -180 * 60])


def test_a_polygon_that_crosses_itself_is_refused_and_a_plain_one_is_not() -> None:
    polygon = Points(closed=True)
    assert polygon.read("10 00N 10 00E; 11 00N 10 00E; 11 00N 11 00E; 10 00N 11 00E")
    with pytest.raises(Unfit, match="crosses itself: the sides after points 1 and 3 meet"):
        polygon.read("10 00N 10 00E; 11 00N 11 00E; 11 00N 10 00E; 10 00N 11 00E")
    with pytest.raises(Unfit, match="twice in a row"):
        polygon.read("10 00N 10 00E; 11 00N 10 00E; 11 00N 11 00E; 10 00N 10 00E")
    with pytest.raises(Unfit, match="3 to 64"):
        polygon.read("10 00N 10 00E; 11 00N 10 00E")
    with pytest.raises(Unfit, match="crosses itself"):  # there and back on one line
        polygon.read("10 00N 10 00E; 12 00N 10 00E; 11 00N 10 00E; 10 30N 11 00E")


def test_an_area_over_the_antimeridian_is_as_good_as_any() -> None:
    assert Points(closed=True).read("10 00N 179 00E; 11 00N 179 00E; 11 00N 179 00W; 10 00N 179 00W")


def test_an_area_round_a_pole_holds_it_and_one_that_has_a_pole_for_a_corner_runs_along_meridians() -> None:
    """R-440."""
    polygon = Points(closed=True)
    for side in "NS":
        ring = polygon.read("; ".join(f"80 00{side} {where}" for where in ("000 00E", "120 00E", "120 00W")))
        flat = unrolled(ring, 360 * 600)
        assert flat.round == 1 and flat.holds_north == (side == "N")
        with pytest.raises(Unfit, match="crosses itself"):  # twice round
            polygon.read("; ".join(f"80 00{side} {where}" for where in (
                "000 00E", "120 00E", "120 00W", "001 00E", "121 00E", "119 00W")))
    sector = polygon.read("60 00N 010 00E; 60 00N 100 00E; 90 00N 000 00E")
    assert [one[1] // 600 for one in unrolled(sector, 360 * 600).corners] == [10, 100, 100, 10, 10]
    with pytest.raises(Unfit, match="half a turn long"):
        polygon.read("10 00N 010 00E; 20 00N 170 00W; 20 00N 100 00E")
    with pytest.raises(Unfit, match="crosses itself"):  # what comes to the antimeridian from either side meets there
        polygon.read("10 00N 100 00E; 12 00N 140 00W; 00 00N 010 00W; 12 00N 110 00E; 14 00N 130 00W; 00 00N 020 00W")


@given(st.lists(st.tuples(st.integers(-80, 80), st.integers(-100, 100)), min_size=3, max_size=9, unique=True),
       st.integers(-179, 179))  # fmt: skip
def test_crossing_does_not_depend_on_where_on_the_globe_or_which_way_round(
    corners: list[tuple[int, int]], by: int
) -> None:
    around = 100_000
    there = crosses_itself(corners, around) is None
    moved = [(latitude, (longitude + by * 277) % around) for latitude, longitude in corners]
    assert (crosses_itself(moved, around) is None) == there
    assert (crosses_itself(corners[::-1], around) is None) == there
    assert (crosses_itself(corners[2:] + corners[:2], around) is None) == there


def test_a_circle_needs_its_unit_and_a_radius_above_nothing() -> None:
    circle = Circle(Number(1, 20_000, "km"))
    assert circle.read("57 12.3N 155 00.0E radius 45 km") == [34323, 93000, 45]
    for text, says in (("57 12.3N 155 00.0E radius 45", "not in km"), ("57 12.3N 155 00.0E radius 45 nm", "not in km"),
                       ("57 12.3N 155 00.0E radius 0 km", "out of bounds"), ("57 12.3N 155 00.0E", "no circle")):
        with pytest.raises(Unfit, match=says):
            circle.read(text)


NAMES = ["SS-18\u202e9", "\u0410-12", "AB  12", " AB", "AB ", "", "x" * 65, "A\u200bC", "AB\n"]


@pytest.mark.parametrize("name", NAMES)
def test_an_identifier_holds_nothing_that_hides_or_turns_or_looks_alike(name: str) -> None:
    with pytest.raises(Unfit, match="no identifier"):
        Identifier().check(name)


def test_ten_megabytes_of_text_are_refused_by_their_length() -> None:
    with pytest.raises(Unfit, match="10000000 characters"):
        Text().read("x" * 10_000_000)


def test_a_table_names_row_and_column_and_takes_an_identifier_once() -> None:
    table = Table((Column("id", {"en": "id"}, Identifier(), key=True), Column("n", {"en": "n"}, Number())))
    assert table.read([{"id": "A", "n": 1}, ["B", "2"]]) == [["A", 1], ["B", 2]]
    for given_, place in (
        ([["A", 1], ["A", 2]], r"\[2\].id: A stands in row 1"),
        ([["A", "x"]], r"\[1\].n: 'x' is no number"),
        ([["A"]], r"\[1\]: not a row of 2"),
        ([{"id": "A", "m": 1}], r"\[1\]: there is no column 'm'"),
        ([["A", None]], r"\[1\].n: nothing there"),
    ):
        with pytest.raises(Unfit, match=place):
            table.read(given_)


def test_a_list_names_the_item() -> None:
    with pytest.raises(Unfit, match=r"\[2\]: '-' is no number"):
        ListOf(Number()).read([1, "-"])


def test_every_fault_of_a_form_is_told_at_once() -> None:
    written = compose(every_type(), {"period": "soon", "kind": "OTHER", "public": "yes", "nonsense": 1, "count": 9999})
    places_ = [fault.place for fault in written.faults]
    assert sorted(places_) == ["count", "nonsense", "period", "remarks", "what_other", "when"]
    assert all(fault.remedy for fault in written.faults)


def test_every_fault_inside_a_list_a_table_and_a_polygon_is_told_at_once() -> None:
    rows = [{"id": "X1", "number": "3"}, {"id": "a\u202eb", "number": "many"}, {"number": "1"},
            {"id": "X1", "number": "2"}]  # fmt: skip
    given = {
        "when": "2026-03-04T12:00:00Z", "items": rows, "names": ["A-1", "\u0410-2", ""],
        "polygon": "91 00N 000 00E; 10 00N 010 00E; 10 61N 010 00E",
    }  # fmt: skip
    format_ = every_type()
    places = [one.place for one in compose(format_, given).faults]
    assert places == ["polygon[1]", "polygon[3]", "names[2]", "names[3]", "items[2].id", "items[2].number",
                      "items[3].id", "items[4].id"]  # fmt: skip


def test_of_very_many_faults_in_one_table_the_first_are_told() -> None:
    format_ = every_type()
    rows = [{"id": f"X{number}", "number": "many"} for number in range(8_000)]
    faults = compose(format_, {"when": "2026-03-04T12:00:00Z", "items": rows}).faults
    assert len(faults) == 101 and faults[0].place == "items[1].number" and "may be more" in faults[-1].what
