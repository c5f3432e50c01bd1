"""Notices: composed, spelled, read again, judged, printed; whatever arrives is kept, nothing raises. (R-401, R-402)"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.accord.formats import polygons
from openline.accord.formats.format import Format
from openline.accord.formats.notice import (
    Notice,
    Relation,
    as_given,
    compose,
    encode_notice,
    judge,
    parse_notice,
)
from openline.accord.formats.printing import Head, letter, print_notice
from openline.accord.formats.reader import read_format
from openline.errors import Malformed
from openline.record.entry import Ref
from tests.rooms.accord.formats.examples import every_type

LIBRARY = Path(__file__).resolve().parents[4] / "src/openline/accord/library"
HEAD = Head("PARTY A", ("PARTY B",), 1_772_500_000_000, "PRIORITY")
FULL: dict[str, object] = {
    "when": "2026-03-04T12:00:00Z", "day": "2026-03-04", "period": "2026-03-04T00:00:00Z to 2026-03-05T00:00:00Z",
    "days": "2026-03-04 to 2026-03-08", "each_day": "16:00", "year": 2026, "count": "not provided", "height": "12.5",
    "point": "57 12 18N 155 00 00E", "circle": "08 43.000N 167 43.500E radius 45.5 nm",
    "polygon": "10 00N 10 00E; 11 00N 10 00E; 11 00N 11 00E", "route": "10 00.0N 010 00.0E; 11 00.0N 010 00.0E",
    "quadrant": "PACIFIC NE", "named": "Plesetsk", "area": "circle: 57 12.3N 155 00.0E radius 45 km",
    "item": "RS-24/01",
    "kind": "OTHER", "what_other": "иное", "public": "no", "names": ["A-1", "B-2"],
    "items": [{"id": "X1", "place": "57 12.3N 155 00.0E", "number": 3}, {"id": "X2", "number": "not provided"}],
    "remarks": "первая строка\nвторая",
}  # fmt: skip


def notice_of(format_: Format, given_: dict[str, object], language: str = "ru") -> Notice:
    written = compose(format_, given_)
    assert not written.faults
    return Notice(format_.mark, 2026, 12, language, Relation.NONE, written.values)


def test_every_type_goes_over_the_wire_and_back_to_the_form() -> None:
    format_ = every_type()
    notice = notice_of(format_, FULL)
    again = parse_notice(encode_notice(notice))
    assert again == notice and judge(again, format_) == ()
    assert compose(format_, as_given(again, format_)).values == notice.values


def test_what_it_does_to_which_entry_goes_over_the_wire() -> None:
    format_ = every_type()
    of = Ref(1, bytes(range(12)), 77)
    notice = notice_of(format_, FULL)._replace(relation=Relation.CORRECTS, of=of)
    again = parse_notice(encode_notice(notice))
    assert (again.relation, again.of, again.references) == (Relation.CORRECTS, of, (of,))


def test_a_launch_notice_is_about_fifty_bytes() -> None:
    format_ = read_format((LIBRARY / "launch-1988.toml").read_bytes())
    given_: dict[str, object] = {"planned_date": "2026-03-04", "launch_area": "quadrant: PACIFIC NE",
                                 "impact_areas": ["circle: 08 43.0N 167 43.0E radius 50 km"]}  # fmt: skip
    assert len(encode_notice(notice_of(format_, given_, ""))) <= 55


def test_it_is_printed_in_both_languages_from_the_same_codes() -> None:
    format_ = every_type()
    notice = notice_of(format_, FULL)
    english, russian = (print_notice(notice, format_, HEAD, language) for language in ("en", "ru"))
    assert "A. When: 041200Z MAR 2026" in english and "A. Когда: 041200Z МАР 2026" in russian
    assert "north-east quadrant" in english and "северо-восточный квадрант" in russian
    assert "NOT PROVIDED" in english and "НЕ ПРЕДОСТАВЛЕНО" in russian
    assert "[ru: text of the sender, not translated]" in english and "текст отправителя" not in russian
    for sheet in (english, russian):
        assert sheet.count("TEST-1/2026/0012") == 2, "the number stands at both ends"
        assert "вторая" in sheet and "X2" in sheet


def test_an_exercise_says_so_first_and_last() -> None:
    format_ = every_type()
    sheet = print_notice(notice_of(format_, FULL), format_, HEAD._replace(exercise=True), "en").strip().split("\n")
    assert sheet[0] == sheet[-1] == "EXERCISE EXERCISE EXERCISE"


def test_letters_go_on_after_z() -> None:
    assert [letter(n) for n in (0, 25, 26, 27, 52)] == ["A", "Z", "AA", "AB", "BA"]


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=30) | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=5), max_leaves=20,
)  # fmt: skip


@given(st.lists(PLAIN, max_size=24))
def test_whatever_arrives_is_judged_and_printed_and_nothing_raises(values: list[Any]) -> None:
    while values and values[-1] is None:
        values.pop()
    format_ = every_type()
    try:
        notice = parse_notice(cbor2.dumps({0: format_.mark, 1: [2026, 1], 2: "", 3: None, 4: values}))
    except Malformed:
        return  # too deep: not a notice at all
    judge(notice, format_)
    for language in ("en", "ru", "ar"):
        assert print_notice(notice, format_, HEAD, language)


@given(st.binary(max_size=80))
def test_nonsense_is_malformed_and_nothing_else(data: bytes) -> None:
    try:
        assert encode_notice(parse_notice(data)) == data
    except Malformed:
        pass


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({0: b"1234567", 1: [2026, 1], 2: "", 3: None, 4: [1]}, "format"),
        ({0: bytes(8), 1: [1800, 1], 2: "", 3: None, 4: [1]}, "year"),
        ({0: bytes(8), 1: [True, 1], 2: "", 3: None, 4: [1]}, "year"),
        ({0: bytes(8), 1: [2026, -1], 2: "", 3: None, 4: [1]}, "serial"),
        ({0: bytes(8), 1: [2026, 1], 2: "klingon!", 3: None, 4: [1]}, "language"),
        ({0: bytes(8), 1: [2026, 1], 2: "", 3: [4, [0, bytes(12), 1]], 4: [1]}, "relation"),
        ({0: bytes(8), 1: [2026, 1], 2: "", 3: [0, [0, bytes(12), 1]], 4: [1]}, "relation"),
        ({0: bytes(8), 1: [2026, 1], 2: "", 3: [1, [9, bytes(12), 1]], 4: [1]}, "notice: of"),
        ({0: bytes(8), 1: [2026, 1], 2: "", 3: 0, 4: [1]}, "relation"),
        ({0: bytes(8), 1: [2026, 1], 2: "", 3: None, 4: [1, None]}, "null at the end"),
        ({0: bytes(8), 1: [2026, 1], 2: "", 3: None, 4: [0] * 65}, "values"),
        ({0: bytes(8), 1: [2026, 1], 2: "", 3: None}, "keys 0 to 4"),
        ({0: bytes(8), 1: [2026, 1], 2: "", 3: None, 4: [1.5]}, "no kind that a field holds"),
        ({0: bytes(8), 1: [2026, 1], 2: "", 3: None, 4: [[[True]]]}, "no kind that a field holds"),
        ({0: bytes(8), 1: [2026, 1], 2: "", 3: None, 4: [b"x"]}, "no kind that a field holds"),
    ],
)
def test_what_is_no_notice_says_which_field(fields: dict[int, object], says: str) -> None:
    with pytest.raises(Malformed, match=says):
        parse_notice(cbor2.dumps(fields))


def test_a_value_in_another_spelling_is_a_fault_and_free_text_needs_its_language() -> None:
    format_ = every_type()
    notice = notice_of(format_, FULL, "")
    assert [fault.place for fault in judge(notice, format_)] == ["language"]
    wrong = notice._replace(language="ru", values=(*notice.values[:8], [0, -180 * 60 * 60], *notice.values[9:]))
    assert [fault.place for fault in judge(wrong, format_)] == ["point"]
    assert judge(notice._replace(mark=bytes(8)), format_)[0].place == "format"
    assert judge(notice._replace(values=()), format_)[0].what == "is required and not given"


BOMB = """
[format]
id = "bomb"
version = 1
class = "notification"
release = "two"
status = "unconfirmed"
languages = ["en"]
title = { en = "Bomb" }

[[limit]]
kind = "none"

[[field]]
name = "kind"
group = "object"
type = "choice"
required = false
label = { en = "Kind" }
options = [{ code = "A", label = { en = "A" } }, { code = "B", label = { en = "B" } }]

[[field]]
name = "other"
group = "object"
type = "text"
required_if = { field = "kind", is = "A" }
label = { en = "Other" }

[[field]]
name = "rows"
group = "object"
type = "table"
required = false
label = { en = "Rows" }
columns = [
  { name = "a", type = "text", required = false, chars = 8000, label = { en = "a" } },
  { name = "b", type = "text", required = false, chars = 8000, label = { en = "b" } },
  { name = "c", type = "choice", required = false, label = { en = "c" }, options = [
    { code = "A", label = { en = "LONG" } }, { code = "B", label = { en = "B" } } ] },
]

[[field]]
name = "listed"
group = "object"
type = "list"
of = "choice"
required = false
label = { en = "Listed" }
options = [{ code = "A", label = { en = "LONG" } }, { code = "B", label = { en = "B" } }]
"""


def _bomb(values: list[Any], long: str = "long") -> tuple[Notice, Format]:
    format_ = read_format(BOMB.replace("LONG", long).encode())
    return parse_notice(cbor2.dumps({0: format_.mark, 1: [2026, 1], 2: "en", 3: None, 4: values})), format_


@pytest.mark.parametrize("value", [-1, -3, -(2**62), 2, 2**62])
def test_a_choice_that_is_none_is_a_fault_and_fulfils_no_condition(value: int) -> None:
    """R-402: nothing raises, and what is not the first choice does not make another field required."""
    faults = judge(*_bomb([value]))
    assert [one.place for one in faults] == ["kind"]


@pytest.mark.parametrize(
    "values",
    [
        [None, None, [["x" * 8000, "y" * 8000, None], *([[None, None, 1]] * 8191)]],
        [None, None, [[None, None, 0]] * 8192],
        [None, None, None, [0] * 512],
    ],
)
def test_a_small_notice_does_not_print_as_a_huge_one(values: list[Any]) -> None:
    """One long cell does not widen all rows, and a label is not said without end: what is left out is said."""
    notice, format_ = _bomb(values, "L" * 1_990)
    text = print_notice(notice, format_, HEAD, "en")
    assert len(text) < 3_000_000
    assert len(text) < 1_100_000 or "... " in text


def test_polygons_that_fill_a_notice_are_judged_without_comparing_every_side_with_every_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    met = 0
    real = polygons._meet

    def counted(*given_: Any) -> bool:
        nonlocal met
        met += 1
        return real(*given_)

    monkeypatch.setattr(polygons, "_meet", counted)
    stairs = [[at // 2, (at + 1) // 2] for at in range(62)] + [[31, 0]]
    assert polygons.crosses_itself(stairs, 216_000) is None
    assert met < 400  # of 1,953 pairs


def test_what_lacks_can_leave_and_what_has_no_spelling_cannot() -> None:
    """R-441."""
    format_ = every_type()
    written = compose(format_, {"count": "3"})
    assert [one.place for one in written.faults] == ["when"] and written.unread == 0
    notice = Notice(format_.mark, 2026, 1, "", Relation.NONE, written.values)
    assert [one.place for one in judge(parse_notice(encode_notice(notice)), format_)] == ["when"]
    written = compose(format_, {"when": "2026-02-30T12:00:00Z", "nothing": "1"})
    assert written.unread == 2 and {one.place for one in written.faults} == {"when", "nothing"}
