"""Bodies of entries about meetings and contact appointments ("talk at 1600Z").

    MEETING (152)       {0: id, 1: sort, 2: [[language, title] ...], 3: from, ms, 4: until, ms, or null,
                         5: where or by what, 6: [[language, [item of the agenda ...]] ...],
                         7: [[party, [[person, capacity] ...]] ...], 8: null or [party, generation, index] of the
                         version that it replaces}
    MEETING_WORD (153)  {0: [party, generation, index] of a MEETING, 1: word, 2: until, ms, or null, 3: reason,
                         4: its language, 5: [[party, [[person, capacity] ...]] ...] present, 6: null or the digest of
                         the agreement that is its record}

One side's proposal binds nobody. It is agreed when every other party has said so of this very version. (R-574, R-575)
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final, NamedTuple

from openline.accord.identity import DIGEST_BYTES
from openline.accord.spelling import by_language, read_id, remark, titles
from openline.accord.topics.bodies import office
from openline.errors import Malformed
from openline.limits import OFFICE_CHARS_MAX, PARTIES_MAX, SUBJECT_CHARS_MAX, WRITTEN_AT_MS_MAX
from openline.record.body import read_ref
from openline.record.entry import Ref
from openline.record.fields import dump_map, load_map, octets, row, rows, same, text, whole

MEETING_BYTES_MAX: Final = 128 * 1024
AGENDA_MAX: Final = 64  # items in one language
PERSONS_MAX: Final = 64  # of one delegation
Delegations = tuple[tuple[int, tuple[tuple[str, str], ...]], ...]  # by party: person, capacity


class Sort(IntEnum):
    """What is arranged."""

    MEETING = 0
    CONTACT = 1  # a talk over a line or a telephone at a time


class Word(IntEnum):
    """What a party says of a meeting."""

    AGREES = 0
    REFUSES = 1
    HOLDS = 2  # a holding reply: an answer will come by an instant
    CANCELS = 3
    WAS_HELD = 4
    WAS_NOT_HELD = 5


class Meeting(NamedTuple):
    """A meeting or a talk, as one side proposes it. Instants in ms since 1970, UTC; `agenda`: items by language."""

    id: str
    sort: Sort
    titles: tuple[tuple[str, str], ...]
    from_ms: int
    until_ms: int | None
    where: str
    agenda: tuple[tuple[str, tuple[str, ...]], ...] = ()
    delegations: Delegations = ()
    of: Ref | None = None

    @property
    def references(self) -> tuple[Ref, ...]:
        """What the header of its entry refers to."""
        return (self.of,) if self.of is not None else ()


class MeetingWord(NamedTuple):
    """One party's word of one version of a meeting."""

    of: Ref
    word: Word
    until_ms: int | None = None  # of a holding reply: when the answer comes at the latest
    reason: str = ""
    language: str = ""
    present: Delegations = ()
    record: bytes | None = None

    @property
    def references(self) -> tuple[Ref, ...]:
        """What the header of its entry refers to."""
        return (self.of,)


def encode_meeting(one: Meeting) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_meeting` would refuse."""
    data = _spell(one)
    parse_meeting(data)
    return data


def _spell(one: Meeting) -> bytes:
    agenda = [[language, list(items)] for language, items in one.agenda]
    of = None if one.of is None else list(one.of)
    return dump_map((one.id, int(one.sort), [list(pair) for pair in one.titles], one.from_ms, one.until_ms, one.where,
                     agenda, _spell_delegations(one.delegations), of))  # fmt: skip


def _spell_delegations(delegations: Delegations) -> list[object]:
    return [[party, [list(person) for person in persons]] for party, persons in delegations]


def parse_meeting(data: bytes) -> Meeting:
    """From the body of a MEETING entry. Raises Malformed naming the field. (R-574)"""
    name, sort, said, from_ms, until_ms, where, agenda, delegations, of = load_map(
        data, 9, "meeting", MEETING_BYTES_MAX
    ).values()
    found = Meeting(
        read_id(name, "meeting", data),
        Sort(whole(sort, max(Sort), "meeting: sort", data)),
        titles(said, "meeting", data),
        whole(from_ms, WRITTEN_AT_MS_MAX, "meeting: from", data),
        None if until_ms is None else whole(until_ms, WRITTEN_AT_MS_MAX, "meeting: until", data),
        text(where, SUBJECT_CHARS_MAX, "meeting: where", data),
        by_language(agenda, "meeting: agenda", data, lambda items: _items(items, data)),
        _delegations(delegations, "meeting: delegations", data),
        None if of is None else read_ref(of, "meeting: of", data),
    )
    if found.until_ms is not None and found.until_ms <= found.from_ms:
        raise Malformed("meeting: it ends before it begins", data)
    if len({len(items) for _, items in found.agenda}) > 1:
        raise Malformed("meeting: the agenda has another number of items in another language", data)
    same(_spell(found), data, "meeting")
    return found


def _items(value: Any, data: bytes) -> tuple[str, ...]:
    found = tuple(
        text(one, SUBJECT_CHARS_MAX, "meeting: agenda", data)
        for one in rows(value, AGENDA_MAX, "meeting: agenda", data)
    )
    if not found or not all(one.strip() for one in found):
        raise Malformed("meeting: agenda: an item is empty, or there is none", data)
    return found


def _delegations(value: object, what: str, data: bytes) -> Delegations:
    found = []
    for one in rows(value, PARTIES_MAX, what, data):
        party, persons = row(one, 2, what, data)
        said = tuple(
            (office(person, what, data), text(capacity, OFFICE_CHARS_MAX, what, data))
            for person, capacity in (row(each, 2, what, data) for each in rows(persons, PERSONS_MAX, what, data))
        )
        found.append((whole(party, PARTIES_MAX - 1, what, data), said))
    parties = [party for party, _ in found]
    if parties != sorted(set(parties)) or not all(persons for _, persons in found):
        raise Malformed(f"{what}: parties in ascending order, each once, each with somebody", data)
    return tuple(found)


def encode_meeting_word(one: MeetingWord) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_meeting_word` would refuse."""
    data = _spell_word(one)
    parse_meeting_word(data)
    return data


def _spell_word(one: MeetingWord) -> bytes:
    return dump_map((list(one.of), int(one.word), one.until_ms, one.reason, one.language,
                     _spell_delegations(one.present), one.record))  # fmt: skip


def parse_meeting_word(data: bytes) -> MeetingWord:
    """From the body of a MEETING_WORD entry. Raises Malformed naming the field. (R-575)"""
    of, word, until_ms, reason, language, present, record = load_map(data, 7, "word", MEETING_BYTES_MAX).values()
    found = MeetingWord(
        read_ref(of, "word: of", data),
        Word(whole(word, max(Word), "word", data)),
        None if until_ms is None else whole(until_ms, WRITTEN_AT_MS_MAX, "word: until", data),
        *remark(reason, language, "word", data, "reason"),
        _delegations(present, "word: present", data),
        None if record is None else octets(record, DIGEST_BYTES, "word: record", data),
    )
    if (found.word is Word.HOLDS) != (found.until_ms is not None):
        raise Malformed("word: a holding reply says until when, and nothing else does", data)
    if found.word is not Word.WAS_HELD and (found.present or found.record is not None):
        raise Malformed("word: who was present and its record belong to a meeting that was held", data)
    if found.word is Word.REFUSES and not found.reason:
        raise Malformed("word: a refusal says why", data)
    same(_spell_word(found), data, "word")
    return found
