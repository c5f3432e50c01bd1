"""Doors of topics and of meetings: their bodies, and what a number of entries comes to."""

from __future__ import annotations

from typing import Any, Final

from openline.accord.meetings.bodies import parse_meeting, parse_meeting_word
from openline.accord.meetings.ledger import Meetings
from openline.accord.topics.bodies import parse_capacity, parse_contradiction, parse_filed, parse_topic
from openline.accord.topics.ledger import Topics
from openline.record import entry
from openline.record.entry import Ref

_READ: Final = {
    "topic": parse_topic, "filed": parse_filed, "contradiction": parse_contradiction, "capacity": parse_capacity,
    "meeting": parse_meeting, "meeting-word": parse_meeting_word,
}  # fmt: skip


def body(given: dict[str, Any]) -> object:
    """The body of an entry of one of these kinds, and the entries that its header refers to."""
    found = _READ[given["kind"]](bytes.fromhex(given["bytes"]))
    return {**{name: _bare(value) for name, value in found._asdict().items()}, "references": found.references}


def _bare(value: Any) -> Any:
    return int(value) if isinstance(value, int) else value


def state(given: dict[str, Any]) -> object:
    """Entries of a line of some parties, in any order, as [party, index, kind, body]: how topics and meetings stand."""
    parties = tuple(range(given["parties"]))
    topics, meetings = Topics(parties), Meetings(parties)
    for party, index, kind, data in given["entries"]:
        ref, read = Ref(party, bytes(12), index), bytes.fromhex(data)
        match kind:
            case entry.TOPIC:
                topics.take_topic(ref, parse_topic(read))
            case entry.FILED:
                topics.take_filed(ref, parse_filed(read))
            case entry.CONTRADICTION:
                topics.take_contradiction(ref, parse_contradiction(read))
            case entry.CAPACITY:
                topics.take_capacity(ref, parse_capacity(read))
            case entry.MEETING:
                meetings.take_meeting(ref, parse_meeting(read))
            case entry.MEETING_WORD:
                meetings.take_word(ref, parse_meeting_word(read))
    return {
        "lines": [*topics.said(), *meetings.said()],
        "states": [str(meetings.state(ref, given["at_ms"])) for ref in sorted(meetings.meetings)],
    }


DOORS: Final = {"topic-body": body, "topics-and-meetings": state}
