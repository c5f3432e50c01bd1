"""Two texts compared by their numbers: what agrees across languages and spellings, and what does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.desk.texts.comparing import Difference, differences, marks
from openline.errors import Refused
from openline.limits import DIFFERENCES_MAX, TEXT_CHARS_MAX

AGREE = (
    ("At 221005Z NOV 26.", "22 ноября 2026 г. в 10.05 UTC."),
    ("At 221005Z NOV 26.", "2026-11-22T10:05:00Z"),
    ("On November 22, 2026 at 1922 UTC", "22.11.2026, в 19.22 по всемирному времени"),
    ("22 Nov 2026", "٢٢ نوفمبر ٢٠٢٦"),
    ("5 March", "5 марта"),
    ("1,500 persons", "1500 человек"),
    ("1,234,567.5 kg", "1 234 567,5 кг"),
    ("12.5 km", "12,5 км"),
    ("a radius of 45 km", "радиусом 45 километров"),
    ("57 12.3N 155 00.0E", "57°12,3' с.ш. 155°00' в.д."),
    ("57 12.3N", "57°12'18\" N"),
    ("57.205° N", "57°12.3' с. ш."),
    ("8364 kHz", "8364 кГц"),
    ("at -5 degrees", "при −5 градусах"),
    ("3 ships, 2 aircraft", "2 самолёта, 3 корабля"),
    ("250 persons", "٢٥٠ شخصا"),
    ("10:05:30", "١٠:٠٥:٣٠"),
    ("7 of 12", "7 из 12"),
    ("20 NM", "20 морских миль"),
)
DIFFER = (
    ("At 1005Z.", "В 10.50 UTC.", [("original", "time"), ("translation", "time")]),
    ("22 November", "23 ноября", [("original", "date"), ("translation", "date")]),
    ("45 km", "45 NM", [("original", "number"), ("translation", "number")]),
    ("1,500 m", "15,00 м", [("original", "number"), ("translation", "number")]),
    ("57 12.3N", "57 12.3S", [("original", "coordinate"), ("translation", "coordinate")]),
    ("57 12.3N", "57 13.2 с.ш.", [("original", "coordinate"), ("translation", "coordinate")]),
    ("3 and 3", "3", [("original", "number")]),
    ("none", "4", [("translation", "number")]),
    ("10:05+03:00 on 2026-11-22", "2026-11-22T10:05-03:00", [("original", "time"), ("translation", "time")]),
)


@pytest.mark.parametrize(("one", "other"), AGREE)
def test_the_same_numbers_in_two_spellings_agree(one: str, other: str) -> None:
    assert marks(one), one
    assert differences(one, other) == [] and differences(other, one) == []


@pytest.mark.parametrize(("one", "other", "expected"), DIFFER)
def test_what_differs_is_listed_with_its_side(one: str, other: str, expected: list[tuple[str, str]]) -> None:
    found = [(each.side, each.kind) for each in differences(one, other)]
    for each in expected:
        assert each in found, (marks(one), marks(other))


def test_the_words_as_written_are_shown() -> None:
    assert differences("a radius of 1,5 km", "") == [Difference("original", "number", "1,5")]
    assert differences("", "в 19.22 UTC") == [Difference("translation", "time", "19.22")]


def test_it_is_bounded() -> None:
    many = "; ".join(str(number) for number in range(2 * DIFFERENCES_MAX))
    assert len(differences(many, "")) == DIFFERENCES_MAX
    same = "5 km; " * 9_000
    assert differences(same, same.replace("km", "NM"))[0] == Difference("original", "number", "5")
    with pytest.raises(Refused, match="at most"):
        differences("x" * (TEXT_CHARS_MAX + 1), "")


SIGNS = ["1", "1 ", "1.", "1,", "1'", "11 ", "1:", "°1", "-", "1n", "ноя ", "1°1'"]


@pytest.mark.parametrize(
    "sign", [pytest.param(one, marks=() if one in ("1", "-") else pytest.mark.whole) for one in SIGNS]
)
def test_a_long_text_of_one_thing_takes_no_time_of_its_own(sign: str) -> None:
    text = (sign * TEXT_CHARS_MAX)[:TEXT_CHARS_MAX]
    assert differences(text[:6000], text[:6000]) == []
    assert isinstance(marks(text), list)


@given(st.text(alphabet="0123456789.,' :-/°NnSсшвд.zZ+ ноябряNOVNovember٣\u00a0", max_size=80))
def test_any_text_agrees_with_itself(text: str) -> None:
    assert differences(text, text) == []
