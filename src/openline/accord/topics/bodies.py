"""Bodies of entries about a topic: its name, what is filed under it, who spoke as what, what contradicts what.

    TOPIC (148)          {0: id, 1: [[language, title] ...]}
    FILED (149)          {0: id of the topic, 1: [party, generation, index], 2: what it is there, 3: stated date,
                          or empty, 4: remark, 5: its language}
    CONTRADICTION (150)  {0: [party, generation, index], 1: the same of the other, 2: remark, 3: its language}
    CAPACITY (151)       {0: [party, generation, index], 1: [[language, [person, spoke as, [also holds ...]]] ...]}

Each is one party's word about entries of the record, and changes nothing in them. (R-570 to R-573)
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final, NamedTuple

from openline.accord.agreements.dates import stated
from openline.accord.spelling import by_language, read_id, remark, titles
from openline.errors import Malformed
from openline.limits import OFFICE_CHARS_MAX
from openline.record.body import read_ref
from openline.record.entry import Ref
from openline.record.fields import dump_map, load_map, row, rows, same, text, whole

TOPIC_BYTES_MAX: Final = 32 * 1024
OFFICES_MAX: Final = 8  # that one person also holds


class What(IntEnum):
    """What an entry is under a topic, by the word of who filed it."""

    STATEMENT = 0
    MEASURE_ANNOUNCED = 1
    MEASURE_TAKEN = 2
    REPORT = 3  # from outside: somebody says that somebody said or did
    NOT_OF_IT = 4  # takes an earlier filing back


class Topic(NamedTuple):
    """A subject, by the name that both sides write alike."""

    id: str
    titles: tuple[tuple[str, str], ...]

    @property
    def references(self) -> tuple[Ref, ...]:
        """What the header of its entry refers to."""
        return ()


class Filed(NamedTuple):
    """An entry put under a topic. `said`: the stated date of what it tells of; empty: when it was written."""

    topic: str
    of: Ref
    what: What
    said: str = ""
    remark: str = ""
    language: str = ""

    @property
    def references(self) -> tuple[Ref, ...]:
        """What the header of its entry refers to."""
        return (self.of,)


class Contradiction(NamedTuple):
    """Two entries of which its author says that they cannot both be so. Not a word on which one is."""

    one: Ref
    other: Ref
    remark: str = ""
    language: str = ""

    @property
    def references(self) -> tuple[Ref, ...]:
        """What the header of its entry refers to."""
        return (self.one, self.other)


class Spoke(NamedTuple):
    """Who spoke, as what, and which offices the same person also holds."""

    person: str
    spoke_as: str
    also: tuple[str, ...] = ()


class Capacity(NamedTuple):
    """In which capacity a person said what stands in an entry, by language."""

    of: Ref
    words: tuple[tuple[str, Spoke], ...]

    @property
    def references(self) -> tuple[Ref, ...]:
        """What the header of its entry refers to."""
        return (self.of,)


def encode_topic(topic: Topic) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_topic` would refuse."""
    data = dump_map((topic.id, [list(pair) for pair in topic.titles]))
    parse_topic(data)
    return data


def parse_topic(data: bytes) -> Topic:
    """From the body of a TOPIC entry. Raises Malformed naming the field. (R-570)"""
    name, said = load_map(data, 2, "topic", TOPIC_BYTES_MAX).values()
    found = Topic(read_id(name, "topic", data), titles(said, "topic", data))
    same(dump_map((found.id, [list(pair) for pair in found.titles])), data, "topic")
    return found


def encode_filed(filed: Filed) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_filed` would refuse."""
    data = _spell_filed(filed)
    parse_filed(data)
    return data


def _spell_filed(one: Filed) -> bytes:
    return dump_map((one.topic, list(one.of), int(one.what), one.said, one.remark, one.language))


def parse_filed(data: bytes) -> Filed:
    """From the body of a FILED entry. Raises Malformed naming the field. (R-571)"""
    topic, of, what, said, words, language = load_map(data, 6, "filed", TOPIC_BYTES_MAX).values()
    found = Filed(
        read_id(topic, "filed: topic", data),
        read_ref(of, "filed: of", data),
        What(whole(what, max(What), "filed: what", data)),
        stated(said, "filed: said", data),
        *remark(words, language, "filed", data),
    )
    same(_spell_filed(found), data, "filed")
    return found


def encode_contradiction(one: Contradiction) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_contradiction` would refuse."""
    data = _spell_contradiction(one)
    parse_contradiction(data)
    return data


def _spell_contradiction(one: Contradiction) -> bytes:
    return dump_map((list(one.one), list(one.other), one.remark, one.language))


def parse_contradiction(data: bytes) -> Contradiction:
    """From the body of a CONTRADICTION entry. Raises Malformed naming the field. (R-572)"""
    one, other, words, language = load_map(data, 4, "contradiction", TOPIC_BYTES_MAX).values()
    found = Contradiction(
        read_ref(one, "contradiction: one", data),
        read_ref(other, "contradiction: other", data),
        *remark(words, language, "contradiction", data),
    )
    if found.one >= found.other:
        raise Malformed("contradiction: of two different entries, the lower one first", data)
    same(_spell_contradiction(found), data, "contradiction")
    return found


def encode_capacity(one: Capacity) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_capacity` would refuse."""
    data = _spell_capacity(one)
    parse_capacity(data)
    return data


def _spell_capacity(one: Capacity) -> bytes:
    words = [[language, [spoke.person, spoke.spoke_as, list(spoke.also)]] for language, spoke in one.words]
    return dump_map((list(one.of), words))


def parse_capacity(data: bytes) -> Capacity:
    """From the body of a CAPACITY entry. Raises Malformed naming the field. (R-573)"""
    of, words = load_map(data, 2, "capacity", TOPIC_BYTES_MAX).values()
    found = Capacity(
        read_ref(of, "capacity: of", data),
        by_language(words, "capacity: words", data, lambda said: _spoke(said, data)),
    )
    if not found.words:
        raise Malformed("capacity: no words", data)
    same(_spell_capacity(found), data, "capacity")
    return found


def _spoke(value: Any, data: bytes) -> Spoke:
    person, spoke_as, also = row(value, 3, "capacity: words", data)
    return Spoke(
        office(person, "capacity: person", data),
        office(spoke_as, "capacity: spoke as", data),
        tuple(office(one, "capacity: also", data) for one in rows(also, OFFICES_MAX, "capacity: also", data)),
    )


def office(value: object, name: str, data: bytes) -> str:
    """The name of a person or of an office. Raises Malformed for none."""
    found = text(value, OFFICE_CHARS_MAX, name, data)
    if not found.strip():
        raise Malformed(f"{name}: it is empty", data)
    return found
