"""What is read over a voice line: slips are found and named, and nothing else passes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.contact.aloud import (
    LEAF_DIGITS,
    Naming,
    Sheet,
    agrees,
    check_end,
    check_line,
    checked_digits,
    damm,
    end_digits,
    in_groups,
    leaf_number,
    line_digits,
    make_sheet,
    naming_digits,
    parse_naming,
    spoken,
)
from openline.errors import Malformed
from openline.limits import ALOUD_CHARS_MAX, ALOUD_LINE_CHARS, ALOUD_LINES_MAX

NAMING = Naming(0, 3, 3, False, 1_770_298_234, 52_969_835_136_859, 0, 0)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]) | st.just("\n"), max_size=200)


def test_the_damm_digit_is_the_published_one() -> None:
    """R-273: 572 has 4, as the algorithm's descriptions say."""
    assert damm("572") == "4"
    assert damm("5724") == "0"
    assert damm("") == damm("0") == "0"


@given(st.text("0123456789", min_size=1, max_size=30), st.data())
def test_every_wrong_digit_and_every_swap_of_neighbours_is_caught(digits: str, data: st.DataObject) -> None:
    """R-273"""
    row = digits + damm(digits)
    assert checked_digits(in_groups(row), len(row), "A") == row
    at = data.draw(st.integers(0, len(row) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != row[at]]))
    with pytest.raises(Malformed, match="do not fit each other"):
        checked_digits(row[:at] + other + row[at + 1 :], len(row), "A")
    if at and row[at - 1] != row[at]:
        swapped = row[: at - 1] + row[at] + row[at - 1] + row[at + 1 :]
        with pytest.raises(Malformed, match="do not fit each other"):
            checked_digits(swapped, len(row), "A")


@pytest.mark.parametrize("typed", ["", "12", "1234567", "12a45", "+2345", "1_345", "１２３４５", "12345" * 100_000])
def test_what_is_no_row_of_digits_is_refused(typed: str) -> None:
    """R-273"""
    with pytest.raises(Malformed, match="5 digits belong there"):
        checked_digits(typed, 5, "1")


@given(WORDS, WORDS)
def test_every_sheet_that_is_made_is_taken_down_again(subject: str, text: str) -> None:
    """R-268 R-269 R-271 R-272"""
    try:
        sheet = make_sheet(NAMING, subject.replace("\n", " "), text)
    except Malformed:
        return
    assert all(len(line) <= ALOUD_LINE_CHARS for line in sheet.lines)
    naming = parse_naming(*map(in_groups, naming_digits(sheet.naming)))
    assert naming == sheet.naming
    lines = tuple(
        check_line(naming, number, f" {line.replace(' ', '  ')}\t", line_digits(naming, number, line))
        for number, line in enumerate(sheet.lines, 1)
    )
    taken = check_end(Sheet(naming, lines), end_digits(sheet))
    assert agrees(taken, sheet)
    assert agrees(Sheet(naming, tuple(map(spoken, lines))), sheet)


@given(st.integers(0, 7), st.integers(0, 10**8 - 1), st.integers(0, 3), st.booleans(), st.integers(0, 10**10 - 1))
def test_what_names_an_entry_is_read_back(party: int, index: int, precedence: int, exercise: bool, at: int) -> None:
    """R-269"""
    naming = Naming(party, index, precedence, exercise, at, index * 7919 % 10**LEAF_DIGITS, 1, 2)
    first, second = naming_digits(naming)
    assert (len(first), len(second)) == (25, 15)
    assert parse_naming(first, second) == naming


def test_a_slip_in_words_is_named_by_its_line_and_a_slip_in_digits_as_such() -> None:
    """R-271 R-273"""
    sheet = make_sheet(NAMING, "", "Do not intercept.\nIt carries no weapons.")
    group = line_digits(sheet.naming, 1, sheet.lines[0])
    assert check_line(sheet.naming, 1, "DO NOT  INTERCEPT.", group) == "DO NOT  INTERCEPT."
    for words in ("Do intercept.", "Do not intercept", "Do not, intercept.", "It carries no weapons."):
        with pytest.raises(Malformed, match="line 1: its check group does not fit its words"):
            check_line(sheet.naming, 1, words, group)
    with pytest.raises(Malformed, match="line 1: its digits do not fit each other"):
        check_line(sheet.naming, 1, sheet.lines[0], group[:4] + str((int(group[4]) + 1) % 10))
    with pytest.raises(Malformed, match="line 2"):
        check_line(sheet.naming, 2, sheet.lines[0], group)  # right words, another line
    other = make_sheet(NAMING._replace(leaf_number=1), "", "Do not intercept.")
    with pytest.raises(Malformed, match="line 1"):
        check_line(other.naming, 1, other.lines[0], group)  # right words, another sheet


def test_what_is_heard_alike_is_checked_alike_and_a_letter_is_not_another() -> None:
    """R-270"""
    for one, other in (
        ("«Да» – нет", '"да" - НЕТ'),
        ("it’s  over…", "IT'S OVER..."),
        ("cafe\u0301", "CAFÉ"),
        ("a\u200bb", "ab"),
        ("Straße", "STRASSE"),
    ):
        assert spoken(one) == spoken(other)
    for one, other in (("все", "всё"), ("a b", "ab"), ("no.", "no"), ("10", "1 0"), ("о", "o")):
        assert spoken(one) != spoken(other)


def test_bounds_of_a_sheet() -> None:
    """R-268"""
    make_sheet(NAMING, "", "x" * ALOUD_CHARS_MAX)
    for subject, text, says in (
        ("", "x" * (ALOUD_CHARS_MAX + 1), "at most 1000"),
        ("s", "x" * ALOUD_CHARS_MAX, "at most 1000"),
        ("", "x\n" * (ALOUD_LINES_MAX + 1), "lines"),
        ("s" * 480, "", "lines of subject"),
        ("", "\n \n", "no words"),
    ):
        with pytest.raises(Malformed, match=says):
            make_sheet(NAMING, subject, text)
    with pytest.raises(Malformed, match="index"):
        make_sheet(NAMING._replace(index=10**8), "", "x")
    assert leaf_number(b"\xff" * 32) == (2**64 - 1) % 10**LEAF_DIGITS
