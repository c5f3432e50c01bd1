"""Terms, acts, offers and reports: one spelling each; dates no finer than known; names that mimic."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.accord.agreements.acts import Act, What, encode_act, parse_act
from openline.accord.agreements.dates import begin_of
from openline.accord.agreements.names import alike, mixed_in
from openline.accord.agreements.offers import Answer, Offer, Said, encode_offer, parse_offer
from openline.accord.agreements.reports import Report, Word, encode_report, parse_report
from openline.accord.agreements.terms import End, Terms, encode_terms, parse_terms
from openline.accord.bodies import KINDS, check_body
from openline.errors import Malformed
from openline.record.entry import ACT, OFFER, REPORT, TERMS, Ref

WORDS = st.text("abZ1-жЯщ Ωع€", min_size=1, max_size=9).filter(str.strip)
REFS = st.builds(Ref, st.integers(0, 7), st.binary(min_size=12, max_size=12), st.integers(0, 2**40 - 1))
DATES = st.sampled_from(["", "2021-23", "2022-02", "2026-02-05", "1999", "2026-02-05T23:59:59Z"])
INSTANTS = st.integers(0, 2**31)
DIGESTS = st.binary(min_size=32, max_size=32)
TERMS_ = st.builds(
    Terms, DIGESTS, st.just("en"), st.lists(WORDS, min_size=2, max_size=4, unique=True).map(tuple), WORDS,
    st.lists(WORDS, max_size=3, unique=True).map(tuple), st.just(()), st.just((("layout-1", "A"),)), WORDS,
    st.none() | st.integers(0, 365),
    st.none() | st.builds(End, st.none()) | st.builds(End, st.integers(2**31, 2**32), st.integers(-840, 840), WORDS),
    st.none() | INSTANTS,
)  # fmt: skip
ADHERED = st.builds(Act, DIGESTS, st.just(What.ADHERE), INSTANTS, st.none(), WORDS, st.just("ru"), DATES, WORDS)
EXTENDED = st.builds(Act, DIGESTS, st.just(What.EXTEND), INSTANTS, st.integers(2**31 + 1, 2**32),
                     st.just(""), st.just(""), DATES, st.just(""))  # fmt: skip
OFFERED = st.builds(Offer, st.just(Said.OFFERED), st.none(), st.none() | DIGESTS, WORDS, WORDS, WORDS, st.just("en"),
                    st.none() | INSTANTS, st.none(), DATES, st.just(""))  # fmt: skip
ANSWERED = st.builds(Offer, st.just(Said.ANSWERED), REFS, st.none(), st.just(""), WORDS, st.just(""), st.just("en"),
                     st.none(), st.sampled_from([Answer.ACCEPTED, Answer.REFUSED]), DATES, WORDS)  # fmt: skip
REPORTS = st.builds(
    Report, WORDS, WORDS, st.just("") | WORDS, WORDS, st.just("ar"), DATES.filter(bool), st.booleans(),
    st.lists(st.tuples(st.sampled_from(Word), REFS), max_size=3, unique_by=lambda one: one[1]).map(tuple),
    st.none() | DIGESTS, WORDS,
)  # fmt: skip
BODIES = st.one_of(
    TERMS_.map(encode_terms), ADHERED.map(encode_act), EXTENDED.map(encode_act), OFFERED.map(encode_offer),
    ANSWERED.map(encode_offer), REPORTS.map(encode_report),
)  # fmt: skip
BOTH: dict[Callable[[bytes], object], Callable[..., bytes]] = {
    parse_terms: encode_terms, parse_act: encode_act, parse_offer: encode_offer, parse_report: encode_report,
}  # fmt: skip


@given(BODIES)
def test_a_body_has_one_spelling_and_a_bit_changed_is_another_or_none(data: bytes) -> None:
    """R-500, R-502, R-504, R-506."""
    assert sum(_read(read, write, data) for read, write in BOTH.items()) == 1
    for at in range(0, len(data), max(1, len(data) // 8)):
        for other in (data[:at], data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], data + b"\0"):
            for read, write in BOTH.items():
                _read(read, write, other)


@given(st.binary(max_size=120))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read, write in BOTH.items():
        _read(read, write, data)


def _read(read: Callable[[bytes], object], write: Callable[..., bytes], data: bytes) -> bool:
    try:
        found = read(data)
    except Malformed:
        return False
    assert write(found) == data
    return True


@given(REPORTS, ANSWERED)
def test_the_header_refers_to_what_the_body_names(report: Report, answer: Offer) -> None:
    assert check_body(REPORT, encode_report(report)) == tuple(ref for _, ref in report.about)
    assert check_body(OFFER, encode_offer(answer)) == (answer.of,)
    assert {TERMS, ACT, OFFER, REPORT} <= set(KINDS)


def second(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(("text", "begins"), [
    ("2021-23", "2021-09-01"), ("2025-10", "2025-10-01"), ("2026", "2026-01-01"), ("2024-02-29", "2024-02-29"),
    ("2026-02-05T16:00:01Z", "2026-02-05T16:00:01"), ("2022-24", "2022-12-01"),
])  # fmt: skip
def test_a_date_is_as_fine_as_it_is_known(text: str, begins: str) -> None:
    """R-501."""
    assert begin_of(text) == second(begins)


@pytest.mark.parametrize("text", [
    "", "1969", "2026-13", "2026-00", "2026-25", "2025-02-29", "2026-02-30", "2026-02-00", "2026-23-01", "2026-2",
    "2026-02-05T24:00:00Z", "2026-02-05T12:60:00Z", "2026-02-05T12:00:00", "２０２６", "2026-02-05 ", "autumn 2021",
])  # fmt: skip
def test_what_is_no_date_of_a_calendar_is_none(text: str) -> None:
    """R-501."""
    assert begin_of(text) is None


def test_a_name_that_mixes_scripts_or_looks_like_another_is_seen() -> None:
    """R-510."""
    assert "Cyrillic and Latin" in mixed_in("Аmber") and not mixed_in("Янтарь Amber")
    assert mixed_in("Αmber") and not mixed_in("كهرمان 2") and "wide" in mixed_in("\uff21mber")
    assert alike("\u0410\u0412\u0421", ["ABC"]) == "ABC" and alike("Amber", ["Amber", "Birch"]) is None
    assert alike("Birch1", ["Birchl"]) == "Birchl" and alike("BIRCH", ["Birch"]) == "Birch"
