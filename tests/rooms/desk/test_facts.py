"""The desk's log: one spelling, strict reading, and a chain from which nothing can be taken."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline import limits
from openline.desk import facts
from openline.desk.facts import BEFORE_ALL, DeskEntry, encode_entry, entry_hash, parse_entry
from openline.desk.people import Actor, Role
from openline.desk.state import DeskState, apply
from openline.errors import LocalFault, Malformed
from openline.record.fields import dump_map
from tests.rooms.desk.desks import ANN, TestDesk

_NUMBER = st.integers(0, limits.OFFICERS_MAX - 1)
_WORDS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=40)
_NAME = _WORDS.map(lambda text: text.strip() or "Ann")
_BY_FIELD: dict[str, st.SearchStrategy[Any]] = {
    "officer": _NUMBER,
    "to": _NUMBER,
    "name": _NAME,
    "roles": st.sets(st.sampled_from(Role)).map(lambda roles: tuple(sorted(roles))),
    "remark": _WORDS,
    "method": st.integers(0, 1),
    "persons": st.integers(1, 2),
    "draft": st.integers(0, 2**31 - 1),
    "version": st.integers(1, limits.DRAFT_VERSIONS_MAX),
    "precedence": st.integers(0, 3),
    "flags": st.integers(0, 1),
    "body": st.binary(max_size=64),
    "told": st.binary(max_size=64),
    "under": st.integers(0, 2**31 - 1),
    "allowed": st.integers(0, 1),
    "of": _WORDS,
    "language": _WORDS,
    "program": _WORDS,
    "words": _WORDS,
    "number": st.integers(0, limits.TRANSLATIONS_MAX),
    "stage": st.integers(0, 2),
    "step": st.integers(0, 1),
    "item": st.integers(0, limits.CHECKLIST_MAX - 1),
    "items": st.lists(_NAME, max_size=4).map(tuple),
    "kind": st.integers(0, 255),
    "digest": st.binary(min_size=32, max_size=32),
    "party": st.integers(0, 7),
    "generation": st.binary(min_size=12, max_size=12),
    "index": st.integers(0, 2**40 - 1),
    "algorithm": st.integers(0, 1),
    "uses": st.integers(0, 2**32 - 1),
    "heard": st.integers(0, 1),
    "given": st.integers(0, 1),
    "demanded": st.integers(0, 1),
    "credential": st.binary(max_size=64),
    "public": st.binary(max_size=65),
    "evidence": st.binary(max_size=64),
    "aaguid": st.binary(min_size=16, max_size=16),
    "rp_id": _WORDS,
    "label": _NAME,
    "alarm": _WORDS,
    "level": st.integers(0, limits.ALARM_LEVEL_MAX),
    "until_ms": st.integers(0, 2**48 - 1),
    "subject": _WORDS,
    "what": st.integers(0, 63),
    "rise": st.integers(0, 7),
    "at_ms": st.integers(0, 2**48 - 1),
    "sound": st.integers(0, len(facts.SOUNDS) - 1),
}
_FACTS = st.one_of(
    [st.builds(kind, *[_BY_FIELD[name] for name in kind._fields]) for kind in facts._NUMBERED]
)
_ACTORS = st.none() | st.builds(Actor, _NUMBER, st.binary(min_size=8, max_size=8))
_ENTRIES = st.builds(
    DeskEntry,
    st.integers(0, 2**31 - 1),
    st.integers(0, 2**48 - 1),
    _ACTORS,
    st.binary(min_size=32, max_size=32),
    _FACTS,
)


@given(_ENTRIES)
def test_every_fact_reads_back_as_it_was_written(entry: DeskEntry) -> None:
    assert parse_entry(encode_entry(entry)) == entry


@given(_ENTRIES, st.data())
def test_any_other_spelling_is_refused(entry: DeskEntry, data: st.DataObject) -> None:
    written = encode_entry(entry)
    at = data.draw(st.integers(0, len(written) - 1))
    turned = bytearray(written)
    turned[at] ^= data.draw(st.integers(1, 255))
    for other in (written + b"\0", written[:-1], bytes(turned)):
        try:
            read = parse_entry(other)
        except Malformed:
            continue
        assert encode_entry(read) == other  # another entry, in its own one spelling


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ((99, 0, 0, None, b"", BEFORE_ALL, []), "fact"),
        ((6, 0, 0, None, b"x", BEFORE_ALL, []), "one spelling"),
        ((6, 0, 0, 0, b"short", BEFORE_ALL, []), "sitting"),
        ((6, 0, 0, None, b"", b"", []), "before"),
        ((6, 0, 0, None, b"", BEFORE_ALL, [1]), "SignedOut"),
        ((0, 0, 0, None, b"", BEFORE_ALL, [0, " Ann", ["custodian"]]), "spaces"),
        ((0, 0, 0, None, b"", BEFORE_ALL, [0, "Ann", ["king"]]), "no role"),
        ((0, 0, 0, None, b"", BEFORE_ALL, [0, "Ann", ["releaser", "custodian"]]), "ascending"),
        ((9, 0, 0, None, b"", BEFORE_ALL, [3]), "persons"),
    ],
)
def test_what_is_no_entry_says_where(fields: tuple[object, ...], says: str) -> None:
    with pytest.raises(Malformed, match=says):
        parse_entry(dump_map(fields))


def test_an_entry_taken_out_or_changed_breaks_the_chain() -> None:
    """R-304: every entry names the one before it."""
    desk = TestDesk()
    written = [encode_entry(entry) for entry in desk.entries]
    assert len(written) > 4
    for gone in range(len(written) - 1):
        with pytest.raises(LocalFault, match="does not follow"):
            _fold([*written[:gone], *written[gone + 1 :]])
    changed = parse_entry(written[1])._replace(at_ms=1)
    with pytest.raises(LocalFault, match="does not follow"):
        _fold([written[0], encode_entry(changed), *written[2:]])


def _fold(written: list[bytes]) -> DeskState:
    state = DeskState()
    for data in written:
        state = apply(state, parse_entry(data), entry_hash(data))
    return state


def test_facts_that_do_not_fit_what_is_before_are_refused() -> None:
    desk = TestDesk()
    for fact in (
        facts.Enrolled(77, "Late", (Role.AUDITOR,)),
        facts.RolesGiven(77, (Role.AUDITOR,)),
        facts.Submitted(5, 1, ""),
        facts.Drafted(5, 1, 0, 0, b""),
        facts.Drafted(0, 2, 0, 0, b""),
    ):
        entry = DeskEntry(desk.state.size, 0, ANN, desk.state.head, fact)
        with pytest.raises(LocalFault, match="does not fit"):
            apply(desk.state, entry, bytes(32))
