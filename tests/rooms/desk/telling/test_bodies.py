"""Bodies of what desks tell about messages: one spelling each, and nothing else is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.desk.telling.bodies import (
    KIND_OF,
    TOLD_KINDS,
    Body,
    Office,
    Offices,
    Passed,
    Relation,
    Understood,
    Which,
    check_references,
    encode_body,
    parse_body,
)
from openline.errors import Malformed
from openline.record.entry import RELEASE, Ref

REF = Ref(1, bytes(12), 7)
DIGEST = bytes(range(32))
EACH: tuple[Body, ...] = (
    Understood("As you say:\ntwo ships.", "en", "Capt. A", "watch officer"),
    Passed("DEFENCE", 1_795_341_931_204, "by hand", "Capt. A", ""),
    Relation(Which.WITHDRAWS, (REF, Ref(1, bytes(12), 8)), b"", "Sent in error.", "en", ("A", "B")),
    Relation(Which.CORRECTS, (REF,), DIGEST, "", "ru"),
    Offices((Office("A", "Office A", (("en", "Sir"), ("ru", "Господин")), "0600Z", ""), Office("B", "", (), "", ""))),
)


@pytest.mark.parametrize("body", EACH, ids=lambda one: type(one).__name__)
def test_what_is_written_is_read(body: Body) -> None:
    """R-310, R-311, R-312, R-313."""
    kind = KIND_OF[type(body)]
    data = encode_body(body)
    assert parse_body(kind, data) == body
    for other in TOLD_KINDS - {kind} | {RELEASE}:
        with pytest.raises(Malformed):
            parse_body(other, data)


@pytest.mark.parametrize("body", EACH, ids=lambda one: type(one).__name__)
def test_any_byte_changed_is_another_body_or_none(body: Body) -> None:
    kind, data = KIND_OF[type(body)], encode_body(body)
    for at in range(len(data)):
        spoiled = data[:at] + bytes((data[at] ^ 0x01,)) + data[at + 1 :]
        try:
            assert parse_body(kind, spoiled) != body
        except Malformed:
            continue


def test_references_are_what_the_body_is_about() -> None:
    """R-314."""
    understood, passed, withdrawn, _, offices = EACH
    two = (REF, Ref(1, bytes(12), 8))
    for body, right in ((understood, (REF,)), (passed, (REF,)), (withdrawn, two), (offices, ())):
        check_references(body, right)
        with pytest.raises(Malformed, match="refers to"):
            check_references(body, (*right, Ref(0, bytes(12), 1)))


@given(st.sampled_from(sorted(TOLD_KINDS)), st.binary(max_size=200))
def test_noise_is_refused_or_read_as_it_is_spelled(kind: int, data: bytes) -> None:
    try:
        body = parse_body(kind, data)
    except Malformed:
        return
    assert encode_body(body) == data


@given(st.text(max_size=300), st.text(max_size=40), st.text(max_size=80), st.text(max_size=80))
def test_an_officers_words_are_kept_as_written_or_refused(words: str, language: str, officer: str, role: str) -> None:
    body = Understood(words, language, officer, role)
    try:
        data = encode_body(body)
    except Malformed:
        return
    assert parse_body(KIND_OF[Understood], data) == body
