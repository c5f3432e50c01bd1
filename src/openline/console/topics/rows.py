"""Topics and meetings as answers have them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from openline.accord.agreements.dates import begin_of
from openline.accord.clocks.spans import SECOND_MS
from openline.accord.meetings.bodies import Delegations, Sort, Word
from openline.accord.meetings.ledger import Meetings
from openline.accord.topics.bodies import What
from openline.accord.topics.ledger import Item, Topics
from openline.console.channel.showing import Ours, Reader
from openline.console.codes import Told
from openline.console.topics import asking
from openline.record.entry import Ref

FILINGS: Final[dict[What, asking.Filing]] = {
    What.STATEMENT: "statement", What.MEASURE_ANNOUNCED: "measure announced", What.MEASURE_TAKEN: "measure taken",
    What.REPORT: "report", What.NOT_OF_IT: "not of it",
}  # fmt: skip
WORDS: Final[dict[Word, asking.Word]] = {
    Word.AGREES: "agrees", Word.REFUSES: "refuses", Word.HOLDS: "will answer", Word.CANCELS: "cancels",
    Word.WAS_HELD: "was held", Word.WAS_NOT_HELD: "was not held",
}  # fmt: skip
Name = Callable[[int], str]


def topic_row(topics: Topics, topic: str, name: Name) -> asking.TopicRow:
    """A topic."""
    titles = {name(party): dict(one.titles) for party, (_, one) in topics.named(topic).items()}
    return asking.TopicRow(topic, titles, len(topics.items(topic)))


def item_row(topics: Topics, item: Item, name: Name, me: int) -> asking.ItemRow:
    """An entry under a topic, by what was said of it; what it says itself comes by `with_entry`."""
    filed = [
        asking.FiledRow(name(one.ref.party), FILINGS[one.filed.what],
                        one.filed.said, one.filed.remark, one.filed.language, one.ref.full_name)
        for one in item.filings
    ]  # fmt: skip
    capacity = [
        asking.CapacityRow(name(ref.party), ref.party == item.of.party,
                           {language: asking.SpokeRow(said.person, said.spoke_as, list(said.also))
                            for language, said in one.words}, ref.full_name)
        for ref, one in topics.capacity(item.of)
    ]  # fmt: skip
    against = [
        asking.AgainstRow(other.full_name, name(ref.party), one.remark, one.language, ref.full_name)
        for other, ref, one in topics.against(item.of)
    ]
    said = min((one.said for one in filed if one.said), key=_begin_ms, default="")
    return asking.ItemRow(
        item.of.full_name, False, name(item.of.party), item.of.party == me, "", 0, said, filed, item.differs, "", "",
        "", False, capacity, against,
    )  # fmt: skip


def with_entry(row: asking.ItemRow, reader: Reader, ours: Ours) -> asking.ItemRow:
    """The same with what the entry says, where it is held here."""
    try:
        shown = reader.bare_at(row.place, ours)
    except Told:
        return row
    row.here, row.position, row.kind, row.exercise = True, shown.position, shown.kind, shown.exercise
    row.written_at_ms, row.language = shown.written_at_ms, shown.language
    row.words, row.text = shown.subject, shown.text
    return row


def in_order(row: asking.ItemRow) -> tuple[int, int, str]:
    """By the first instant that its stated date can mean; without one by when it was written."""
    return _begin_ms(row.said) if row.said else row.written_at_ms, row.written_at_ms, row.place


def _begin_ms(said: str) -> int:
    return (begin_of(said) or 0) * SECOND_MS


def delegations_given(delegations: Delegations, name: Name) -> dict[str, list[tuple[str, str]]]:
    """By name of the party."""
    return {name(party): list(persons) for party, persons in delegations}


def meeting_row(
    meetings: Meetings, ref: Ref, name: Name, me: int, now_ms: int, waits: Mapping[Ref, Sequence[int]]
) -> asking.MeetingRow:
    """A version of a meeting. `waits`: whose answers are waited for, by version."""
    one = meetings.meetings[ref]
    words = [
        asking.MeetingWordRow(said.full_name, name(said.party), said.party == me, WORDS[word.word], word.until_ms,
                              word.reason, word.language, delegations_given(word.present, name),
                              word.record.hex() if word.record is not None else "")
        for said, word in meetings.words(ref)
    ]  # fmt: skip
    record = meetings.record_of(ref)
    return asking.MeetingRow(
        ref.full_name, one.id, name(ref.party), ref.party == me, "contact" if one.sort is Sort.CONTACT else "meeting",
        dict(one.titles), one.from_ms, one.until_ms, one.where, {tag: list(items) for tag, items in one.agenda},
        delegations_given(one.delegations, name), one.of.full_name if one.of is not None else None,
        [other.full_name for other in meetings.versions_after(ref)], str(meetings.state(ref, now_ms)), words,
        record.hex() if record is not None else "", [name(party) for party in waits.get(ref, ())],
    )  # fmt: skip
