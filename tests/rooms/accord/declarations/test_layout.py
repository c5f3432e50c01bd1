"""Layout files: what comes along reads, and a file with mistakes is told all of them at once."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.accord.declarations.layout import LAYOUT_LABEL
from openline.accord.declarations.reading import NotALayout, read_claim, read_layout
from openline.accord.formats.unfit import Unfit
from openline.console.accords import library

SMALL = b"""[declaration]
id = "small"
version = 1
languages = ["en"]
status = "unconfirmed"
title = { en = "Small" }

[[table]]
name = "items"
amount = "many"
totals = [{ column = "kind", total = "all", rule = "C2" }]
label = { en = "Items" }
columns = [
  { name = "kind", type = "text", chars = 20, label = { en = "Kind" } },
  { name = "many", type = "number", max = 1000, may_be_withheld = true, label = { en = "How many" } },
]

[[figure]]
name = "items_all"
table = "items"
column = "many"
label = { en = "all items" }

[[figure]]
name = "rows_there"
table = "items"
label = { en = "rows" }

[[rule]]
id = "C4"
severity = "ERROR"
holds = "items_all <= 100 + rows_there - 3"
label = { en = "not too many" }
"""


def faults(text: bytes) -> list[str]:
    with pytest.raises(NotALayout) as refused:
        read_layout(text)
    return [one.in_a_line() for one in refused.value.faults]


def test_a_layout_is_named_by_the_hash_of_its_bytes() -> None:
    """R-410."""
    from hashlib import sha256

    found = read_layout(SMALL)
    assert found.digest == sha256(b"openline/layout/v1\n" + SMALL).digest() and found.mark == found.digest[:8]
    assert LAYOUT_LABEL == b"openline/layout/v1\n"
    assert read_layout(SMALL + b"\n").digest != found.digest


def test_those_that_come_along_are_read_and_name_their_sources() -> None:
    assert {"new-start-data", "new-start-inspections", "open-skies-quota"} <= set(library.layouts())
    for name, one in library.layouts().items():
        assert one.id == name and (one.is_unconfirmed or one.sources)
        assert {"en", "ru"} <= set(one.languages)
        assert len(library.layout_files()[name]) < 60_000


def test_changes_name_fields_of_the_formats_they_speak_of() -> None:
    """A name misspelt in `[[change]]` would only ever explain nothing."""
    for one in library.layouts().values():
        for change in one.changes:
            form = library.formats()[change.format]
            inner = form.field(change.rows).type.columns if change.rows else ()  # type: ignore[union-attr]
            names = {field.name for field in form.fields} | {column.name for column in inner}
            given_names = {change.when, change.id, change.type, change.place, change.state, change.was_place,
                           change.was_state, change.began, change.only[0]}  # fmt: skip
            assert given_names - {""} <= names, change


BROKEN = {
    b'id = "small"': (b'id = "Small!"', "declaration.id"),
    b'name = "items"\n': (b'name = "Items"\n', "table[1].name"),
    b'amount = "many"': (b'amount = "much"', "table[1].amount"),
    b'total = "all", rule = "C2"': (b'total = "all"', "rule: is missing"),
    b'severity = "ERROR"': (b'severity = "FATAL"', "rule[1].severity"),
    b"100 + rows_there - 3": (b"100 + rows_their", "rows_their is not known here"),
    b'type = "number", max = 1000': (b'type = "count", max = 1000', "columns[2].type"),
}


@pytest.mark.parametrize("was", BROKEN)
def test_each_mistake_is_named_with_its_place(was: bytes) -> None:
    now, says = BROKEN[was]
    assert any(says in one for one in faults(SMALL.replace(was, now, 1))), faults(SMALL.replace(was, now, 1))


def test_all_mistakes_are_told_at_once() -> None:
    text = SMALL
    for was in (b'id = "small"', b'severity = "ERROR"', b"100 + rows_there - 3"):
        text = text.replace(was, BROKEN[was][0], 1)
    assert len(faults(text)) == 3
    assert "is no key of this table" in faults(SMALL + b'sevrity = "WARN"\n')[0]


def test_what_is_to_be_in_no_sum_is_named_by_no_rule() -> None:
    """Rule C11."""
    text = SMALL + b'\n[[outside]]\nid = "C11"\nfigure = "items_all"\n'
    assert any("is to be in no sum" in one for one in faults(text))


def test_changes_need_a_table_of_units() -> None:
    assert any("no [units]" in one for one in faults(SMALL + b'\n[[change]]\nformat = "x"\nwhen = "w"\nid = "i"\n'))
    bad = SMALL + b'\n[units]\ntable = "items"\nid = "kind"\ntype = "kind"\nplace = "kind"\nstate = "kind"\n'
    assert any("is no key of its table" in one for one in faults(bad))


@pytest.mark.parametrize("text", ["", "a", "a =", "= b", "a = b = c", "a + = b", "a b = c", "a == b", "a < b", "A = b",
                                  "a = 99999999999999", "a = b +", "a = " + " + ".join(["b"] * 33)])  # fmt: skip
def test_what_claims_nothing_is_refused(text: str) -> None:
    with pytest.raises(Unfit):
        read_claim(text)


def test_a_claim_reads_signs_and_numbers() -> None:
    claim = read_claim("a - b+3 >= -c")
    assert [(one.sign, one.figure, one.number) for one in claim.left] == [(1, "a", 0), (-1, "b", 0), (1, "", 3)]
    assert [(one.sign, one.figure) for one in claim.right] == [(-1, "c")] and claim.how == ">="


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read_layout(data)
    except NotALayout as refused:
        assert refused.faults


@given(st.data())
def test_a_layout_with_a_piece_torn_out_is_read_or_refused(data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(SMALL)))
    text = SMALL[:begin] + SMALL[begin + data.draw(st.integers(0, 60)) :]
    try:
        tomllib.loads(text.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        assert faults(text)
        return
    try:
        read_layout(text)
    except NotALayout as refused:
        assert refused.faults
