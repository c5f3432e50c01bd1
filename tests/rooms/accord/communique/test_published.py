"""The published file: one spelling, nothing unsigned among what is proved; refused with one word for why.

R-541, R-546. Every scenario of `conformance/vectors/joint-*` is asked too, by the runner.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.making.joint import BODY, DIGEST, SAID, made
from openline.accord.communique.published import parse_published, spell_published
from openline.accord.communique.statement import (
    Statement,
    Version,
    encode_statement,
    parse_signature,
    parse_statement,
    parse_withdrawal,
    statement_digest,
)
from openline.errors import Malformed

SOUND = made().spelled()
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=40)


@given(
    st.dictionaries(st.from_regex(r"[a-z]{2,3}", fullmatch=True), st.tuples(WORDS, WORDS), min_size=1, max_size=12),
    st.integers(0, 253_402_300_799), st.integers(-720, 840),
)  # fmt: skip
def test_what_is_spelled_reads_the_same(texts: dict[str, tuple[str, str]], release_s: int, east: int) -> None:
    versions = tuple(Version(language, *said) for language, said in sorted(texts.items()))
    one = Statement("A-1", versions, release_s, "Geneva", east)
    data = encode_statement(one)
    assert parse_statement(data) == one and len(statement_digest(data)) == 32
    published = parse_published(SOUND)._replace(statement=one, digest=statement_digest(data))
    again = parse_published(spell_published(published))
    assert again == published and again.is_what_it_names


@settings(max_examples=settings().max_examples * 4)
@given(st.binary(max_size=200), st.integers(0, len(BODY)), st.integers(0, 8))
def test_no_bytes_of_anybody_raise_anything_but_malformed(junk: bytes, at: int, cut: int) -> None:
    for data in (junk, BODY[:at] + junk + BODY[at + cut :]):
        for parse in (parse_statement, parse_signature, parse_withdrawal, parse_published):
            try:
                found = parse(data)
            except Malformed:
                continue
            assert data == BODY or found != SAID


@settings(max_examples=settings().max_examples * 4)
@given(st.integers(0, 1_200), st.integers(0, 7))
def test_a_bit_turned_anywhere_in_what_people_read_makes_another_file_or_none(at: int, bit: int) -> None:
    data = SOUND[:at] + bytes([SOUND[at] ^ 1 << bit]) + SOUND[at + 1 :]
    try:
        found = parse_published(data)
    except Malformed:
        return
    assert found != parse_published(SOUND)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4), max_leaves=12,
)  # fmt: skip


@given(st.sampled_from(list(json.loads(SOUND))), JSON)
def test_a_member_of_another_kind_is_refused(name: str, value: Any) -> None:
    members = json.loads(SOUND)
    members[name] = value
    text = json.dumps(members, ensure_ascii=False, indent=1) + "\n"
    try:
        found = parse_published(text.encode("utf-8", "surrogatepass"))
    except Malformed as fault:
        assert "(form)" in fault.reason
    else:
        assert found != parse_published(SOUND) or text.encode() == SOUND


@pytest.mark.parametrize("data", [b"[" * 100_000, b'{"a":' * 100_000, b"9" * 10_000, b'"\xff"', b"{\n"])
def test_odd_json_is_refused_and_nothing_falls_over(data: bytes) -> None:
    with pytest.raises(Malformed, match=r"\(form\)"):
        parse_published(data)


def test_who_signs_signs_every_language_the_instant_and_the_zone() -> None:
    """R-541."""
    for other in (
        SAID._replace(versions=SAID.versions[:1]), SAID._replace(release_s=SAID.release_s + 1),
        SAID._replace(zone="Bern"), SAID._replace(east_minutes=120), SAID._replace(id="JS-2026-2"),
    ):  # fmt: skip
        assert statement_digest(encode_statement(other)) != DIGEST
