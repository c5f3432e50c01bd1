"""Topics and meetings: what is said of them is recorded here, and what the record comes to is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from openline.accord.clocks.book import Book
from openline.accord.clocks.shelf import PREFIX_MIN
from openline.accord.meetings.bodies import (
    Delegations,
    Meeting,
    MeetingWord,
    Sort,
    Word,
    encode_meeting,
    encode_meeting_word,
)
from openline.accord.topics.bodies import (
    Capacity,
    Contradiction,
    Filed,
    Spoke,
    Topic,
    What,
    encode_capacity,
    encode_contradiction,
    encode_filed,
    encode_topic,
)
from openline.console.accords.asking import Drafted
from openline.console.accords.keeping import OneBook
from openline.console.accords.writing import record, write_draft
from openline.console.channel.asking import Sent
from openline.console.channel.showing import Reader, name_of
from openline.console.codes import Told, as_given
from openline.console.stating.running import Running
from openline.console.topics import asking, rows
from openline.errors import Refused
from openline.record.entry import CAPACITY, CONTRADICTION, FILED, MEETING, MEETING_WORD, TOPIC, Ref

_FILINGS: Final = {said: what for what, said in rows.FILINGS.items()}
_WORDS: Final = {said: word for word, said in rows.WORDS.items()}
_ANSWERS: Final = (Word.AGREES, Word.REFUSES, Word.HOLDS)
Paper = asking.NameTopic | asking.FileUnder | asking.SayContradiction | asking.SayCapacity | asking.ProposeMeeting | asking.SayOfMeeting  # noqa: E501
Beside = Callable[[Callable[[Reader], Any]], Awaitable[Any]]


class Topics:
    """Answers `asking` over a running station."""

    def __init__(self, running: Running, reader: Reader, book: OneBook, beside: Beside) -> None:
        """`beside`: asks a reader of the record beside the loop."""
        self._running = running
        self._reader = reader
        self._book = book
        self._beside = beside

    def table(self) -> dict[type, Callable[[Any], Awaitable[object]]]:
        """Which request is answered by what."""
        papers = (asking.NameTopic, asking.FileUnder, asking.SayContradiction, asking.SayCapacity,
                  asking.ProposeMeeting, asking.SayOfMeeting)  # fmt: skip
        return {
            **dict.fromkeys(papers, self.record), asking.DraftTopics: self.draft, asking.AskTopics: self.topics,
            asking.AskTopic: self.topic, asking.AskMeetings: self.meetings,
        }  # fmt: skip

    # ---------------------------------------------------------------- writing
    async def record(self, ask: Paper) -> Sent:
        """Record one of them. Raises Told OL-204, OL-301, Refused."""
        kind, body = self._spelled(await self._book.level(), ask)
        return await record(self._running, kind, body, token=ask.token)

    async def draft(self, ask: asking.DraftTopics) -> Drafted:
        """A draft of one of them. Raises as `record` does."""
        kind, body = self._spelled(await self._book.level(), ask.paper)
        return write_draft(self._running.desk, ask.sitting, kind, body)

    def _spelled(self, book: Book, ask: Paper) -> tuple[int, bytes]:
        with as_given():
            match ask:
                case asking.NameTopic():
                    return TOPIC, encode_topic(Topic(ask.topic, tuple(sorted(ask.titles.items()))))
                case asking.FileUnder():
                    return FILED, encode_filed(self._filed(book, ask))
                case asking.SayContradiction():
                    one, other = sorted((self._held(ask.place), self._held(ask.other)))
                    return CONTRADICTION, encode_contradiction(Contradiction(one, other, ask.remark, ask.language))
                case asking.SayCapacity():
                    words = [(language, Spoke(said.person, said.spoke_as, tuple(said.also)))
                             for language, said in sorted(ask.words.items())]  # fmt: skip
                    return CAPACITY, encode_capacity(Capacity(self._held(ask.place), tuple(words)))
                case asking.ProposeMeeting():
                    return MEETING, encode_meeting(self._meeting(book, ask))
                case asking.SayOfMeeting():
                    return MEETING_WORD, encode_meeting_word(self._word(book, ask))

    def _held(self, place: str) -> Ref:
        log, index, _ = self._reader.find_here(place)
        return Ref(log.party, log.generation, index)

    def _filed(self, book: Book, ask: asking.FileUnder) -> Filed:
        of, what = self._held(ask.place), _FILINGS[ask.filing]
        ours = [one.filed for item in book.topics.items(ask.topic) if item.of == of
                for one in item.filings if one.ref.party == self._running.state.me]  # fmt: skip
        filed = Filed(ask.topic, of, what, ask.said, ask.remark, ask.language)
        if what is What.NOT_OF_IT and not ours:
            raise Refused(f"we have not filed {ask.place} under {ask.topic}; another's filing is not ours to take back")
        if ours == [filed] and not ask.token:  # asked again under one token it is one entry
            raise Refused(f"we have filed {ask.place} under {ask.topic} so already")
        return filed

    def _meeting(self, book: Book, ask: asking.ProposeMeeting) -> Meeting:
        of = None
        if ask.of is not None:
            of = self._held(ask.of)
            if of not in book.meetings.meetings:
                raise Told("OL-301", f"{ask.of} is no meeting that can be read")
        if ask.from_ms <= self._running.now_ms():
            raise Refused("its time has passed: a meeting is arranged beforehand")
        return Meeting(
            ask.meeting, Sort[ask.sort.upper()], tuple(sorted(ask.titles.items())), ask.from_ms, ask.until_ms,
            ask.where, tuple((language, tuple(items)) for language, items in sorted(ask.agenda.items())),
            self._delegations(ask.delegations), of,
        )  # fmt: skip

    def _delegations(self, given: dict[str, list[tuple[str, str]]]) -> Delegations:
        roster = self._running.state.roster
        numbers = {name_of(roster, party): party for party in range(len(roster.parties))}
        for name in given:
            if name not in numbers:
                raise Told("OL-204", f"{name!r:.60} is no party of this line: {', '.join(numbers)}")
        return tuple((numbers[name], tuple(given[name])) for name in sorted(given, key=numbers.__getitem__))

    def _word(self, book: Book, ask: asking.SayOfMeeting) -> MeetingWord:
        """Refused: what would say nothing, or what only the other side can say."""
        of, word, now_ms, me = self._held(ask.place), _WORDS[ask.word], self._running.now_ms(), self._running.state.me
        meeting = book.meetings.meetings.get(of)
        if meeting is None:
            raise Told("OL-301", f"{ask.place} is no meeting that can be read")
        if word in _ANSWERS and of.party == me:
            raise Refused("this version is ours: the others answer it; we can cancel it or propose another")
        if word in _ANSWERS and now_ms >= meeting.from_ms:
            raise Refused("its time has come: nothing is agreed afterwards; say whether it was held")
        if word in _ANSWERS and (after := book.meetings.versions_after(of)) and not book.meetings.is_agreed(of):
            raise Refused(f"another version has taken its place: {', '.join(one.full_name for one in after)}")
        if word not in _ANSWERS and word is not Word.CANCELS and now_ms < meeting.from_ms:
            raise Refused("its time has not come")
        if word is Word.HOLDS and (ask.until_ms or 0) <= now_ms:
            raise Refused("a holding reply promises an answer by an instant that is still to come")
        record = self._agreement(book, ask.record) if ask.record else None
        return MeetingWord(of, word, ask.until_ms, ask.reason, ask.language, self._delegations(ask.present), record)

    @staticmethod
    def _agreement(book: Book, name: str) -> bytes:
        found = [digest for digest, one in sorted(book.agreements.items())
                 if one.id == name or (len(name) >= PREFIX_MIN and digest.hex().startswith(name))]  # fmt: skip
        if len(found) != 1:
            what = "no agreement" if not found else "several agreements"
            raise Told("OL-301", f"{what} {name!r:.60}: `openline agreement list` names them, with digests")
        return found[0]

    # ---------------------------------------------------------------- telling
    async def topics(self, _ask: asking.AskTopics) -> list[asking.TopicRow]:
        """By id."""
        return await self._book.ask(
            lambda book: [rows.topic_row(book.topics, topic, self._name) for topic in book.topics.ids()])

    async def topic(self, ask: asking.AskTopic) -> asking.TopicWhole:
        """One topic. Raises Told OL-301 where nobody has named it."""
        row, found = await self._book.ask(lambda book: self._under(book, ask.topic))
        state = self._running.state
        items = await self._beside(lambda reader: [rows.with_entry(one, reader, state) for one in found])
        return asking.TopicWhole(row, sorted(items, key=rows.in_order))

    def _under(self, book: Book, topic: str) -> tuple[asking.TopicRow, list[asking.ItemRow]]:
        if topic not in book.topics.ids():
            raise Told("OL-301", f"no topic {topic!r:.60}: `openline topic list` names those that there are")
        me = self._running.state.me
        items = [rows.item_row(book.topics, item, self._name, me) for item in book.topics.items(topic)]
        return rows.topic_row(book.topics, topic, self._name), items

    def _name(self, party: int) -> str:
        return name_of(self._running.state.roster, party)

    async def meetings(self, _ask: asking.AskMeetings) -> list[asking.MeetingRow]:
        """By when they begin."""
        now_ms, me = self._running.now_ms(), self._running.state.me

        def asked(book: Book) -> list[asking.MeetingRow]:
            waits: dict[Ref, list[int]] = {}
            for of, party in book.meetings.unanswered(now_ms):
                waits.setdefault(of, []).append(party)
            refs = sorted(book.meetings.meetings, key=lambda ref: (book.meetings.meetings[ref].from_ms, ref))
            return [rows.meeting_row(book.meetings, ref, self._name, me, now_ms, waits) for ref in refs]

        return await self._book.ask(asked)
