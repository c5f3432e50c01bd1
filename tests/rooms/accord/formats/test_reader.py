"""Format files: strict, every fault at once, with line, place and remedy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.accord.formats.reader import NotAFormat, parse_span, read_format
from openline.errors import OpenlineError
from tests.rooms.accord.formats.examples import EVERY_TYPE


def faults_of(text: str) -> list[str]:
    with pytest.raises(NotAFormat) as refused:
        read_format(text.encode())
    return [fault.in_a_line() for fault in refused.value.faults]


BREAKS = [
    ('id = "every-type"', 'id = "Every Type"', "format.id"),
    ("version = 1", "version = 0", "format.version"),
    ("version = 1\n", "", "format.version: is missing"),
    ('class = "notification"', 'class = "note"', "format.class"),
    ('class = "notification"', 'klass = "notification"', "format.klass: is no key"),
    ('release = "two"', 'release = "one"', "format.release"),
    ('status = "unconfirmed"', 'status = "confirmed"', "format.sources: a confirmed format names no source"),
    ('languages = ["en", "ru"]', 'languages = ["ru"]', "format.languages"),
    ('title = { en = "Every type", ru = "Все виды полей" }', 'title = { en = "Every type" }', "nothing in ru"),
    ('span = "P14D"', 'span = "14 days"', "limit[1].span"),
    ('span = "P14D"', 'span = "P0D"', "limit[1].span"),
    ('event = "when"', 'event = "whenever"', "limit[1].event: 'whenever' is no field"),
    ('event = "when"', 'event = "kind"', "limit[1].event: 'kind' is no field that says when"),
    ('kind = "at least before"', 'kind = "in good time"', "limit[1].kind"),
    ('type = "instant"', 'type = "moment"', "field[1].type"),
    ('group = "time"\ntype = "instant"', 'group = "head"\ntype = "instant"', "field[1].group"),
    ('scale = "UTC+03:00"', 'scale = "MSK"', "field[2].scale"),
    ('name = "day"', 'name = "when"', "field[2].name: when is the name of field 1 too"),
    ("min = -5", "min = 6000", "field[7].max"),
    ("decimals = 2", "decimals = 20", "field[8].decimals"),
    ('unit = "km"\nmax = 100', 'unit = "furlong"\nmax = 100', "field[8].unit"),
    ('unit = "nm"\n', "", "field[10].unit: is missing"),
    ('forms = ["named", "point"', 'forms = ["name", "point"', "field[15].forms"),
    ('code = "SLBM"', 'code = "ICBM"', "ICBM stands twice"),
    ('code = "SLBM"', 'code = "slbm"', "field[17].options[2].code"),
    ('is = "OTHER"', 'is = "NONE"', "'NONE' is no code of kind"),
    ('field = "public" }', 'field = "publik" }', "there is no other field 'publik'"),
    ('required_if = { field = "public" }', 'required = true\nrequired_if = { field = "public" }', "required"),
    ('name = "place", type = "point"', 'name = "id", type = "point"', "two columns are called id"),
    ('type = "number", may_be_withheld', 'type = "number", key = true, may_be_withheld', "cannot be the key"),
    ('required_if = { field = "public" }', 'required_if = { field = "public" }\nx = 1', ".x: is no"),
    # what a peer's format says is printed as it stands: nothing in it acts on a terminal or makes one line two
    ('en = "When"', 'en = "When\\u001b[2J"', "field[1].label: 'When\\x1b[2J' is no text in one line"),
    ('en = "When"', 'en = "When: now\\nB. Place"', "field[1].label"),
    ('en = "When"', 'en = "\\u202ewhen"', "field[1].label"),
    ('en = "When"', f'en = "{"W" * 2001}"', "field[1].label"),
    ('en = "Every type"', 'en = "Every\\u009btype"', "format.title"),
    ('kind = "at least before"\nspan = "P14D"\nevent = "when"', 'kind = "calendar day"\non = []', "limit[1].on: names"),
    ("[format]", '[format]\n"\\u001b[2J" = 1', "format.'\\x1b[2J': is no key"),
]


@pytest.mark.parametrize(("was", "becomes", "says"), BREAKS, ids=range(len(BREAKS)))
def test_each_mistake_is_named_with_its_place(was: str, becomes: str, says: str) -> None:
    assert was in EVERY_TYPE
    faults = faults_of(EVERY_TYPE.replace(was, becomes, 1))
    assert any(says in fault for fault in faults), faults


MORE = """
[[keep]]
rule = "D8"
field = "height"
at_least = 40
[[owed]]
rule = "D9"
event = "day"
a_year = 1
"""


def test_what_an_agreement_bounds_and_how_many_are_owed_are_data_of_the_format() -> None:
    found = read_format((EVERY_TYPE + MORE).encode())
    assert found.keeps == (("D8", "height", 40, 0),) and found.owed == ("D9", "day", 1)
    days = (EVERY_TYPE + MORE).replace('field = "height"\nat_least = 40', 'field = "days"\ndays_most = 5')
    assert read_format(days.encode()).keeps == (("D8", "days", 0, 5),)
    assert any("holds a window of dates" in one for one in faults_of(days.replace('"days"\ndays', '"height"\ndays')))
    limit = 'kind = "at once"'
    for was, becomes, says in (
        ('field = "height"', 'field = "when"', "keep[1].field: 'when' is no field that holds a number"),
        ('event = "day"', 'event = "height"', "owed[1].event: 'height' is no field that says when"),
        ('rule = "D8"', 'rule = "d8"', "keep[1].rule"), ("at_least = 40", "at_least = -1", "keep[1].at_least"),
        ("a_year = 1", "a_year = 0", "owed[1].a_year"), ("a_year = 1", "a_year = 1\nmonth = 2", "owed[1].month"),
    ):  # fmt: skip
        faults = faults_of((EVERY_TYPE + MORE).replace(was, becomes, 1) if was in MORE else limit)
        assert any(says in fault for fault in faults), (says, faults)


LIMIT = 'kind = "at least before"\nspan = "P14D"\nevent = "when"'


@pytest.mark.parametrize(
    ("limit", "says"),
    [
        ('kind = "every"\nspan = "P6M"\nof = "reply"', "limit[1].kind: every says nothing of a reply"),
        ('kind = "at least before"\nspan = "P1D"\nof = "confirmation"', "limit[1].kind: at least before says nothing"),
        ('kind = "clock time"\nat = "16:00"', "limit[1].event: is missing"),
        ('kind = "at once"', "limit[1].event: is missing"),
        ('kind = "every"\nspan = "P6M"\nevent = "when"', "limit[1].event: nothing of `every` of a notice"),
        ('kind = "at most after"\nspan = "PT1H"\nof = "reply"\nevent = "when"', "limit[1].event: nothing of `at most"),
        ('kind = "clock time"\nat = "16:00"\nevent = "each_day"', "limit[1].event: 'each_day' is no field that says"),
    ],
)  # fmt: skip
def test_a_limit_that_nothing_could_ever_be_measured_by_is_a_fault(limit: str, says: str) -> None:
    assert LIMIT in EVERY_TYPE
    faults = faults_of(EVERY_TYPE.replace(LIMIT, limit))
    assert any(says in fault for fault in faults), faults
    read_format(EVERY_TYPE.replace(LIMIT, 'kind = "clock time"\nat = "16:00"\nof = "reply"').encode())
    read_format(EVERY_TYPE.replace(LIMIT, 'kind = "at once"\nof = "reply"').encode())


COVERED = """
[[cover]]
rule = "B10"
event = "day"
by = "others"
format = "numbers"
year = "year"
number = "item"
names = "number"
"""
YEARLY = 'kind = "first then"\nspan = "P30D"\nthen = "P30D"\nyear = "YEAR"'


def test_what_must_be_covered_and_for_which_year_a_notice_is_are_data_of_the_format() -> None:
    found = read_format((EVERY_TYPE + COVERED).encode())
    assert found.covers == (("B10", "day", "numbers", "year", False, "item", "number"),)
    for was, becomes, says in (
        ('event = "day"', 'event = "height"', "cover[1].event: 'height' is no field that says when"),
        ('event = "day"', "", "cover[1].event"), ('format = "numbers"', 'format = "Numbers"', "cover[1].format"),
        ('by = "others"', 'by = "them"', "cover[1].by"), ('by = "others"', "", "cover[1].by"),
        ('year = "year"', "", "cover[1].year"), ('number = "item"', 'number = "day"', "cover[1].number: 'day' is no"),
        ('number = "item"', "", "cover[1].number: is missing"), ('names = "number"', "", "cover[1].names: is missing"),
        ('rule = "B10"', 'rule = "b"', "cover[1].rule"), ('rule = "B10"', 'rule = "B10"\nlead = 1', "cover[1].lead"),
    ):  # fmt: skip
        faults = faults_of(EVERY_TYPE + COVERED.replace(was, becomes, 1))
        assert any(says in fault for fault in faults), (says, faults)
    limit = EVERY_TYPE.index("[[limit]]"), EVERY_TYPE.index("[[", EVERY_TYPE.index("[[limit]]") + 2)
    yearly = f"{EVERY_TYPE[: limit[0]]}[[limit]]\n{YEARLY}\n{EVERY_TYPE[limit[1] :]}"
    assert read_format(yearly.replace("YEAR", "year").encode()).limits[0].year == "year"
    assert any("is no field that holds a year" in one for one in faults_of(yearly.replace("YEAR", "day")))
    other = yearly.replace(YEARLY, 'kind = "none"\nyear = "year"')
    assert any("limit[1].year: is of no limit of the kind none" in one for one in faults_of(other))


def test_many_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    text = EVERY_TYPE
    for was, becomes, _ in (BREAKS[0], BREAKS[9], BREAKS[16], BREAKS[25]):
        text = text.replace(was, becomes, 1)
    faults = faults_of(text)
    assert len(faults) == 4
    lines = [int(fault.split(",")[0].removeprefix("line ")) for fault in faults]
    assert lines == sorted(lines) and all(lines)
    for line, what in zip(lines, ("id =", "span =", "scale =", "required_if"), strict=True):
        assert what in text.split("\n")[line - 1]


def test_what_is_no_toml_says_the_line() -> None:
    assert faults_of("[format\nid = 1") [0].startswith("line 1")
    assert "UTF-8" in _refused(b"\xff\xfe")
    assert "at most" in _refused(b"#" * 70_000)


def _refused(data: bytes) -> str:
    with pytest.raises(NotAFormat) as refused:
        read_format(data)
    return str(refused.value)


@pytest.mark.parametrize("text", ["14D", "P", "PT", "P1W", "P-1D", "P1DT", "P1.5D", "PT60S", "P12345D", "p1d", "P١D"])
def test_a_span_has_one_spelling(text: str) -> None:
    assert parse_span(text) is None


def test_spans() -> None:
    assert parse_span("P1Y6M") == (18, 0, 0) and parse_span("P3DT12H30M") == (0, 3, 45_000)


def test_a_comma_makes_another_format() -> None:
    assert read_format(EVERY_TYPE.encode()).mark != read_format((EVERY_TYPE + "\n").encode()).mark


@given(st.text(max_size=200) | st.lists(st.sampled_from(EVERY_TYPE.split("\n")), max_size=60).map("\n".join))
def test_no_file_does_more_than_be_refused(text: str) -> None:
    try:
        read_format(text.encode("utf-8", "replace"))
    except OpenlineError as refused:
        assert isinstance(refused, NotAFormat) and refused.faults
