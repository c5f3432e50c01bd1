"""The formats that come with the program: each is read, filled in by an example, sent, read again and printed.

`examples/ID.json` is a form with made-up values. docs/FORMATS.md lists what is shipped; `python -m
tests.rooms.accord.library.listing` writes its table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from openline.accord.formats.format import Field, Format, MessageClass
from openline.accord.formats.notice import Notice, as_given, compose, encode_notice, judge, parse_notice
from openline.accord.formats.numbers import PROVIDED_NOT, Number
from openline.accord.formats.printing import print_notice
from openline.accord.formats.tables import ListOf, Table
from openline.accord.formats.texts import Choice
from openline.accord.formats.words import Said
from openline.console.accords.library import files, formats
from tests.rooms.accord.library.listing import HEAD, PAGE, example, notice_of, table

IDS = sorted(files())
LATIN = re.compile(r"[A-Za-z]{2,}")
COMMON = frozenset({"UTC"})  # said alike in both languages
BODY_BYTES_AT_MOST = 120  # so little that the narrowest bearer carries an example of any kind in one piece
SHEET_LINES_AT_MOST = 40
REGISTRIES = re.compile(r"pypi|npmjs|crates\.io|rubygems|proxy\.golang")


def there_and_back(name: str) -> tuple[Format, Notice]:
    format_ = formats()[name]
    return format_, parse_notice(encode_notice(notice_of(format_, example(name))))


def labels(format_: Format) -> Iterator[Said]:
    yield format_.title
    yield from (one.label for one in format_.basis)
    yield from (one.note for one in format_.limits if one.note)
    for field in format_.fields:
        yield from _of_field(field)


def _of_field(field: Field) -> Iterator[Said]:
    yield field.label
    if field.note:
        yield field.note
    inner = [field.type.of] if isinstance(field.type, ListOf) else [field.type]
    if isinstance(field.type, Table):
        yield from (column.label for column in field.type.columns)
        inner = [column.type for column in field.type.columns]
    for one in inner:
        if isinstance(one, Choice):
            yield from (option.label for option in one.options)


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from strings(one)


def test_each_file_is_named_for_its_format_and_has_an_example() -> None:
    assert len(IDS) >= 35
    assert [formats()[name].id for name in IDS] == IDS
    assert all(example(name) for name in IDS)


@pytest.mark.parametrize("name", IDS)
def test_its_example_is_composed_sent_and_read_without_faults(name: str) -> None:
    format_, notice = there_and_back(name)
    assert judge(notice, format_) == ()
    assert as_given(notice, format_).keys() == example(name).keys()
    assert compose(format_, as_given(notice, format_)).values == notice.values
    assert len(encode_notice(notice)) <= BODY_BYTES_AT_MOST


@pytest.mark.parametrize("name", IDS)
def test_its_example_gives_every_field_that_is_required_and_nothing_less_will_do(name: str) -> None:
    format_ = formats()[name]
    for field in format_.fields:
        if field.required:
            without = {key: value for key, value in example(name).items() if key != field.name}
            assert [fault.place for fault in compose(format_, without).faults] == [field.name]


@pytest.mark.parametrize("name", IDS)
def test_it_is_printed_in_both_languages_and_the_russian_sheet_is_russian(name: str) -> None:
    format_, notice = there_and_back(name)
    english, russian = (print_notice(notice, format_, HEAD, language) for language in ("en", "ru"))
    assert max(russian.count("\n"), english.count("\n")) <= SHEET_LINES_AT_MOST
    theirs = " ".join([*strings(example(name)), HEAD.sender, *HEAD.receivers, HEAD.precedence, "en",
                       *(one.agreement + " " + one.article for one in format_.basis), format_.id.upper()])  # fmt: skip
    assert set(LATIN.findall(russian)) <= set(LATIN.findall(theirs)) | COMMON
    assert not re.search("[а-яё]", english, re.IGNORECASE)


@pytest.mark.parametrize("name", IDS)
def test_its_labels_are_in_the_language_they_say(name: str) -> None:
    for label in labels(formats()[name]):
        assert set(LATIN.findall(label["ru"])) <= COMMON, label
        assert re.search("[А-Яа-яЁё№]", label["ru"]) and not re.search("[А-Яа-яЁё]", label["en"]), label


@pytest.mark.parametrize("name", IDS)
def test_what_is_called_confirmed_names_where_it_was_read_and_what_is_not_says_so_on_its_sheet(name: str) -> None:
    format_, notice = there_and_back(name)
    assert format_.is_unconfirmed or format_.sources
    assert not any(REGISTRIES.search(one) for one in format_.sources)
    for language, words in (("en", "unconfirmed"), ("ru", "неподтверждённому")):
        assert (words in print_notice(notice, format_, HEAD, language)) == format_.is_unconfirmed


@pytest.mark.parametrize("name", IDS)
def test_a_single_field_that_is_not_confirmed_says_so_where_it_is_printed(name: str) -> None:
    format_, notice = there_and_back(name)
    doubtful = sum(field.is_unconfirmed for field, value in zip(format_.fields, notice.values, strict=False)
                   if value is not None)  # fmt: skip
    for language, words in (("en", " (not confirmed): "), ("ru", " (не подтверждено): ")):
        assert print_notice(notice, format_, HEAD, language).count(words) == doubtful


def test_what_a_format_needs_before_it_is_shipped_too() -> None:
    assert {need for one in formats().values() for need in one.needs} <= set(IDS)


def test_what_is_answered_has_a_limit_of_the_answer_where_one_is_known() -> None:
    asked = formats()["new-start-iv-2"]
    assert asked.message_class is MessageClass.REQUEST
    assert [limit.span.days for limit in asked.limits if limit.of == "reply"] == [60]
    assert formats()["new-start-iv-3"].needs == ("new-start-iv-2",)


@pytest.mark.parametrize("name", ["new-start-ii-1", "new-start-ii-2"])
def test_a_number_of_a_declaration_may_be_withheld_and_is_then_no_zero(name: str) -> None:
    format_, notice = there_and_back(name)
    data = format_.field("data")
    assert data is not None and isinstance(data.type, Table)
    count = data.type.columns[-1].type
    assert isinstance(count, Number) and count.may_withhold
    given = example(name)["data"]
    assert isinstance(given, list) and given[2]["count"] == PROVIDED_NOT
    assert notice.values[1][2][3] is False  # type: ignore[index]
    assert "НЕ ПРЕДОСТАВЛЕНО" in print_notice(notice, format_, HEAD, "ru")


def test_the_page_lists_what_is_shipped_as_it_is() -> None:
    assert table() in PAGE.read_text("utf-8"), "write it anew: python -m tests.rooms.accord.library.listing"
