"""Which entries of another party an officer here is asked to acknowledge: those that a watch must not miss. (0054)

A message, a notice and a declaration always; what by one party's word changes what is in force; and what opens a matter
that waits for an answer, once. What carries a matter on that is open already (a counter, a position, a word of a
meeting, an opening) has its place in the running log and on the matter's own page, and what is owed under it in the due
queue. Whoever wants to may acknowledge it all the same.
"""

from __future__ import annotations

from typing import Final

from openline.accord.bodies import KINDS, check_body
from openline.accord.drafting.bodies import parse_tabled
from openline.accord.meetings.bodies import Word, parse_meeting_word
from openline.errors import Malformed
from openline.record import entry

CARRIES_ON: Final = frozenset((
    entry.FORMAT, entry.LAYOUT, entry.AGREEMENT, entry.COUNT, entry.REPORT, entry.TABLED, entry.POSITION, entry.CLOSED,
    entry.TOPIC, entry.FILED, entry.CONTRADICTION, entry.CAPACITY, entry.MEETING_WORD,
    entry.COMMITTED, entry.COUNTERSIGNED, entry.OPENED, entry.ANSWERED, entry.REVEALED,
))  # fmt: skip
# Kinds of which every entry is asked for, or some are.
ASKED: Final = (
    entry.MESSAGE, *(kind for kind in KINDS if kind not in CARRIES_ON), entry.TABLED, entry.MEETING_WORD,
)  # fmt: skip


def asks(kind: int, body: bytes) -> bool:
    """Whether an officer is asked to acknowledge an entry of this kind and body. What this program does not know, or
    cannot read, is asked for: then a person must look."""
    if kind not in CARRIES_ON:
        return kind == entry.MESSAGE or kind in entry.NOTICE_KINDS
    try:
        check_body(kind, body)
        if kind == entry.TABLED:
            return parse_tabled(body).over is None
        return kind == entry.MEETING_WORD and parse_meeting_word(body).word is Word.CANCELS
    except Malformed:
        return True
