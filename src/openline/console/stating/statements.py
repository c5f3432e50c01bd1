"""Every statement of the record, found as entries come: by the message it is about, and of the line as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from openline.console.channel.asking import FIND_MAX, Place, StatedRow
from openline.console.stating.telling import in_words, kind_of
from openline.contact.counted import Newest, is_of_line
from openline.contact.declared import Silence, of_message
from openline.contact.saying import Alerted, HoldingReply, SilenceRecorded, Stated, read_stated
from openline.errors import Malformed
from openline.limits import COMMIT_BYTES_MAX, LOG_ENTRIES_MAX
from openline.line.ports import LogId, Store
from openline.record.entry import (
    ALERTED,
    DRILL,
    HOLDING_REPLY,
    REFUSAL,
    RESUMPTION,
    SILENCE_ANSWERED,
    SILENCE_RECORDED,
    SUSPENSION,
    Ref,
    parse_header,
)

OF_LINE: Final = (REFUSAL, SUSPENSION, RESUMPTION, DRILL)  # what may be about the line as a whole
ABOUT: Final = (REFUSAL, HOLDING_REPLY, ALERTED, SILENCE_RECORDED, SILENCE_ANSWERED)  # answers behind what they answer


class Statements:
    """What was stated, as this party holds it. Service messages stay in the store: nothing follows from them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._reached = dict.fromkeys(OF_LINE, 0)
        self._of_line = Newest()

    def of_line(self) -> list[Stated]:
        """Statements about no entry, and drills that ended: the line as a whole; of each party the newest. (R-299)"""
        for stated in self._new(self._reached):
            if is_of_line(stated):
                self._of_line.put(stated)
        return self._counting(self._of_line.all())

    def about(self, message: Ref, exercise: bool, names: list[str]) -> list[StatedRow]:
        """What counts of what was stated about a message, in order of time."""
        found = of_message(message, exercise, self._counting(self._said_of(message)))
        silences = (each for silence in found.silences for each in _both(silence))
        counted = [*found.refused, *found.holding, *found.alerted, *silences]
        counted.sort(key=lambda each: (each.at.at_ms, each.at.ref))
        return [row_of(each, names) for each in counted]

    def _said_of(self, message: Ref) -> list[Stated]:
        """Everything stated about one entry, and about what was stated of it: read from where it stands on, since
        nothing counts that was written without it. Nothing of it is kept: who states without end fills no memory."""
        start = self._store.position_of(LogId(message.party, message.generation), message.index) or 0
        about, found = {message}, []
        for kind in ABOUT:
            for stated in self._new({kind: start}):
                if stated.about in about:
                    found.append(stated)
                    if isinstance(stated.said, SilenceRecorded):
                        about.add(stated.at.ref)
        return found

    def _counting(self, stated: list[Stated]) -> list[Stated]:
        """Without those beyond where their log is disputed: two histories, or a key that was revoked."""
        if not stated:
            return []
        ends = {row.log: row.disputed_from for row in self._store.logs() if row.disputed_from is not None}
        return [one for one in stated if one.at.ref.index < ends.get(one.at.log, LOG_ENTRIES_MAX)]

    def _new(self, reached: dict[int, int]) -> Iterator[Stated]:
        """What came of those kinds since they were reached."""
        for kind in tuple(reached):
            while rows := self._store.find(kind, reached[kind], FIND_MAX):
                reached[kind] = rows[-1].position
                yield from (stated for row in rows if (stated := self.read(row.log, row.index)) is not None)

    def read(self, log: LogId, index: int) -> Stated | None:
        """What an entry states; None where it says nothing: it is held and shown raw like every entry."""
        entry = self._store.entries(log, index, 1, COMMIT_BYTES_MAX)[0]
        try:
            return read_stated(log, parse_header(entry.header), entry.body)
        except Malformed:
            return None


def _both(silence: Silence) -> tuple[Stated, ...]:
    return (silence.recorded, *silence.answers)


def row_of(stated: Stated, names: list[str]) -> StatedRow:
    """A statement as it is shown beside what it is about."""
    ref = stated.at.ref
    at_ms = stated.said.at_ms if isinstance(stated.said, Alerted) else stated.at.at_ms
    until_ms = stated.said.until_ms if isinstance(stated.said, HoldingReply) else None
    name = names[ref.party] if ref.party < len(names) else f"party {ref.party}"
    place = str(Place(ref.party, ref.generation.hex(), ref.index))
    return StatedRow(ref.party, name, place, at_ms, kind_of(stated.said), in_words(stated.said), until_ms)
