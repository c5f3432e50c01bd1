"""What waits for an officer here, found as entries come: messages, notices and what else asks for it, which nobody of
ours has opened. Alarms of all of them have names that begin like those of messages."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from types import MappingProxyType
from typing import Final, NamedTuple

from openline.console.accords.runs import chunks
from openline.console.channel.asking import FIND_MAX, PRECEDENCES, Place
from openline.console.dtg import dtg
from openline.desk.alarms import Cause, Kind, Priority
from openline.desk.asked import ASKED, asks
from openline.desk.due import WORDS, Due, What
from openline.limits import MESSAGES_NAMED_MAX
from openline.line.ports import EntryRow, Store
from openline.line.state import LineState
from openline.record.entry import ACKNOWLEDGEMENT, EXERCISE, FLASH, MESSAGE, Ref, parse_header

NEED: Final = "message"  # begins the names of these alarms
MORE: Final = "messages more"  # the name of the one for all that do not ring by name


class Need(NamedTuple):
    """An entry of theirs that waits to be opened, and since when."""

    ref: Ref
    precedence: int
    exercise: bool
    arrived_at_ms: int
    kind: int = MESSAGE


class Waiting(NamedTuple):
    """What waits: the first of them, the most urgent before others and of these the oldest, and how many more."""

    first: Sequence[Need]
    more: int = 0


class Needs:
    """What waits, as this party holds them. Reads what is new since it last looked."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._reached = dict.fromkeys((ACKNOWLEDGEMENT, *ASKED), 0)
        # In earnest before exercises, FLASH first; within one, as they came. Ordered dicts: what has gone from the
        # front of a plain one is stepped over anew at each look.
        self._ranks: list[OrderedDict[Ref, Need]] = [OrderedDict() for _ in range(2 * len(PRECEDENCES))]
        self._opened: set[Ref] = set()
        self._entries = -1  # of all logs, as of which all was read
        self._waiting = Waiting(())

    def waiting(self, state: LineState) -> Waiting:
        """Those that wait now, what overtook its log and is held ahead among them. What this takes grows with what is
        new and with MESSAGES_NAMED_MAX, not with what waits. Raises StoreDown."""
        entries = sum(log.size for log in state.logs.values())
        if entries != self._entries or state.held_ahead:  # the store is asked only where something came
            self._waiting = self._read(state.me)
            self._entries = -1 if state.held_ahead else entries
        return self._waiting

    def _read(self, me: int) -> Waiting:
        for _, entry, _ in self._fresh(ACKNOWLEDGEMENT, lambda party: party == me):
            header = parse_header(entry.header)
            self._opened.update(header.references)
            for ref in header.references:
                for rank in self._ranks:
                    rank.pop(ref, None)
        for kind in ASKED:  # a lamp that stays dark for a FLASH notice would be worse than none (0054)
            for ref, entry, arrived_at_ms in self._fresh(kind, lambda party: party != me):
                if ref not in self._opened and asks(kind, entry.body):
                    header = parse_header(entry.header)
                    need = Need(ref, header.precedence, bool(header.flags & EXERCISE), arrived_at_ms, kind)
                    self._ranks[_rank(need)][ref] = need
        ahead = self._ahead()
        first = list(islice(chain.from_iterable(one.values() for one in self._ranks), MESSAGES_NAMED_MAX))
        if ahead:
            first = sorted([*first, *ahead], key=_rank)[:MESSAGES_NAMED_MAX]
        return Waiting(first, sum(map(len, self._ranks)) + len(ahead) - len(first))

    def _fresh(self, kind: int, of: Callable[[int], bool]) -> Iterator[tuple[Ref, EntryRow, int]]:
        """What came since the last look of the parties that `of` says, and when; of the others nothing is read."""
        while rows := self._store.find(kind, self._reached[kind], FIND_MAX):
            for log, first, entries in chunks(self._store, [row for row in rows if of(row.log.party)]):
                arrived_ms = self._store.arrivals(log, first, len(entries))
                for index, (entry, at_ms) in enumerate(zip(entries, arrived_ms, strict=True), first):
                    yield Ref(log.party, log.generation, index), entry, at_ms
            self._reached[kind] = rows[-1].position

    def _ahead(self) -> list[Need]:
        found = []
        for row in self._store.ahead():
            header = parse_header(row.header)
            ref = Ref(row.log.party, row.log.generation, row.index)
            if asks(header.kind, row.body) and ref not in self._opened and not any(ref in rank for rank in self._ranks):
                exercise = bool(header.flags & EXERCISE)
                found.append(Need(ref, header.precedence, exercise, row.arrived_at_ms, header.kind))
        return found


def _rank(need: Need) -> int:
    """Where it stands: an exercise never hides what is meant in earnest."""
    return len(PRECEDENCES) * need.exercise + FLASH - need.precedence


def causes_of(
    waiting: Waiting, state: LineState, due_ms: Sequence[int], now_ms: int,
    risen: Mapping[tuple[str, int], Due] = MappingProxyType({}),
) -> list[Cause]:
    """Alarms for what waits: as urgent as its precedence, and worse once its time has passed, and once it went on to
    the next persons. `due_ms`: the line's spans to *opened by a person*, FLASH first, as the charter has them; `risen`:
    what is overdue in the due queue. No word of a message is in them. The rest rings together."""  # fmt: skip
    causes = []
    for need in waiting.first:
        due_at_ms = need.arrived_at_ms + due_ms[len(PRECEDENCES) - 1 - need.precedence]
        is_overdue = now_ms >= due_at_ms
        name = state.roster.parties[need.ref.party].name
        drill = "EXERCISE " if need.exercise else ""
        when = f"overdue since {dtg(due_at_ms)}" if is_overdue else f"to be opened by {dtg(due_at_ms)}"
        text = f"{drill}{PRECEDENCES[need.precedence]} of {name}, received {dtg(need.arrived_at_ms)}, {when}"
        place = Place(need.ref.party, need.ref.generation.hex(), need.ref.index)
        priority = Priority(need.precedence)
        due = risen.get((str(place), What.ACKNOWLEDGE))
        stage = int(is_overdue)
        if due is not None:
            stage = max(stage, 1) + due.step(now_ms)
            text += f"; now {_whose(due, now_ms)} too"
        causes.append(Cause(f"{NEED} {place}", Kind.NEED, priority, text, need.exercise, stage))
    if waiting.more:
        last = waiting.first[-1]
        text = f"{waiting.more} more messages wait to be opened, none more urgent than those that ring by name"
        causes.append(Cause(MORE, Kind.NEED, Priority(last.precedence), text, last.exercise))
    return causes


def causes_of_dues(risen: Iterable[Due], state: LineState, now_ms: int) -> list[Cause]:
    """Alarms for what else should be done by now: an answer, a release, silence to be recorded, a relief. Each rings
    again as it goes on to the next persons. What is to be opened rings by itself."""
    causes = []
    for due in risen:
        if due.what is not What.ACKNOWLEDGE:
            words = f"{due.words or WORDS[due.what]}: {_subject(due, state)}, overdue since {dtg(due.at_ms)}"
            priority, name = Priority(due.precedence), f"due {due.subject} {due.what.name.lower()}"
            text = f"{words}; falls to {_whose(due, now_ms)}"
            causes.append(Cause(name, Kind.NEED, priority, text, stage=due.step(now_ms)))
    return causes


def _subject(due: Due, state: LineState) -> str:
    """As people call it."""
    party, slash, rest = due.subject.partition("/")
    if slash and party.isdecimal() and int(party) < len(state.roster.parties):
        life, _, index = rest.partition("/")
        return f"{state.roster.parties[int(party)].name} {life[-4:]}-{index}"
    return due.subject


def _whose(due: Due, now_ms: int) -> str:
    return " or ".join(due.who(now_ms))
