"""The desk of a running station: its log, its people, its sittings; acts in, facts on disk, then the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from openline.console.channel.clock import counted_ms
from openline.console.codes import Told
from openline.console.home import LineHome
from openline.console.watch.secrets import Secrets
from openline.console.watch.sittings import Sitting, Sittings
from openline.desk import acts
from openline.desk.facts import PIN_AND_CODE, SITTING_BYTES, DeskEntry, Fact, encode_entry, entry_hash, parse_entry
from openline.desk.leaving import Part, draft_of, is_open, lets_pass
from openline.desk.people import Act, Actor, Officer
from openline.desk.state import DeskState, apply
from openline.desk.telling.addressed import Doubt
from openline.errors import LocalFault, Malformed, Misconfigured, Refused, StoreDown
from openline.line.events import Draft as LineDraft
from openline.record.entry import KIND_NAMES
from openline.store.desklog import DeskLog


def read_desk(log: DeskLog) -> DeskState:
    """The desk as its log has it. Raises Misconfigured where the log does not hold together, StoreDown."""
    state = DeskState()
    for data in log.read():
        try:
            state = apply(state, parse_entry(data), entry_hash(data))
        except Malformed as fault:
            raise Misconfigured(f"{log.path}: entry {state.size}: {fault.reason}") from fault
    return state


def files_beside(line: LineHome) -> dict[str, bytes]:
    """What a backup takes along beside the store: the papers, and of the desk its log and the officers' secrets,
    which stay encrypted under the station's passphrase."""
    beside = {path.name: path.read_bytes() for path in (line.charter, line.roster, line.officers_key) if path.exists()}
    if line.desk_log.exists():
        log = DeskLog(line.desk_log, read_only=True)
        try:
            beside[line.desk_log.name] = log.image()
        finally:
            log.close()
    return beside


def desk_faults(line: LineHome) -> list[str]:
    """What does not hold together in a desk's log, in words; at most one, since all after it hangs on it. (R-304)"""
    if not line.desk_log.exists():
        return []
    try:
        log = DeskLog(line.desk_log, read_only=True)
        try:
            read_desk(log)
        finally:
            log.close()
    except LocalFault as fault:
        return [str(fault)]
    return []


class Desk:
    """One desk. A station without officers has an unstaffed one: no file, and every act is the account's own."""

    def __init__(self, log_path: Path, secrets_path: Path, passphrase: bytes, now_ms: Callable[[], int]) -> None:
        """Raises Misconfigured, Locked, StoreDown."""
        self._log_path = log_path
        self.folder = log_path.parent
        self.ends: list[Callable[[], None]] = []  # what is closed with it
        self._now_ms = now_ms
        self._log = DeskLog(log_path) if log_path.exists() else None
        self.state = read_desk(self._log) if self._log is not None else DeskState()
        self.secrets = Secrets(secrets_path, passphrase)
        self.sittings = Sittings()
        self.changed: Callable[[], None] = lambda: None  # told after every fact
        # What a draft of the accords says, in a line and whole; the station, which knows the formats, sets it.
        self.words_of: Callable[[int, bytes], tuple[str, str]] = lambda kind, _told: (KIND_NAMES[kind], "")

        # What is doubtful about the offices that a draft names; the station, which has their directories, sets it.
        self.doubts_of: Callable[[Iterable[str]], list[Doubt]] = lambda _offices: []

    def close(self) -> None:
        """Let go of the log, and of what lies beside it."""
        for one in self.ends:
            one()
        if self._log is not None:
            self._log.close()

    # ---------------------------------------------------------------- who asks
    @property
    def is_staffed(self) -> bool:
        """True once there are officers: acts are then theirs."""
        return self.state.is_staffed

    def sitting(self, token: str) -> Sitting:
        """Who is behind a token: an officer in a sitting, or a program. Raises Told OL-404."""
        return self._program(token) or self.sittings.find(token, counted_ms())

    def look(self, token: str) -> Sitting:
        """The same, and the sitting is not prolonged. Raises Told OL-404."""
        return self._program(token) or self.sittings.look(token, counted_ms())

    def _program(self, token: str) -> Sitting | None:
        digest = sha256(token.encode()).digest()
        number, until_ms = self.state.programs.get(digest, (-1, 0))
        if number < 0 or self.state.officers[number].dismissed or self._now_ms() >= until_ms:
            return None
        return Sitting(Actor(number, digest[:SITTING_BYTES]), PIN_AND_CODE, 0, 0)

    def allow(self, token: str, act: Act, *, looks: bool = False) -> Officer:
        """The officer behind a token, if a role of theirs allows the act. Raises Told OL-404, Refused.

        `looks`: a page may ask this by itself. It keeps the sitting of whoever has the watch, and nobody else's.
        """
        sitting = self.look(token) if looks else self.sitting(token)
        officer = acts.allow(self.state, act, sitting.actor)
        if looks and self.state.watch == officer.number:
            self.sitting(token)
        return officer

    def who(self, token: str) -> Officer | None:
        """The officer behind a token; None where this desk has no officers. Raises Told OL-404."""
        return self.officer(self.sitting(token).actor) if self.is_staffed else None

    def officer(self, actor: Actor) -> Officer:
        """Who acted."""
        return self.state.officers[actor.officer]

    # ---------------------------------------------------------------- what happens
    def act(self, asked: acts.Asked, actor: Actor | None) -> tuple[Fact, ...]:
        """Decide and write down; what was decided is durable on return. Raises Refused, StoreDown, Told OL-204."""
        try:
            facts = acts.decide(self.state, asked, actor)
        except Malformed as fault:
            raise Told("OL-204", fault.reason) from fault
        self.write(facts, actor)
        return facts

    def write(self, facts: Sequence[Fact], actor: Actor | None) -> None:
        """Append facts. Raises StoreDown: what is on disk is read again, and nothing else was changed."""
        if self._log is None:
            self._log = DeskLog(self._log_path)
        state = self.state
        entries = []
        at_ms = max(self._now_ms(), state.last_at_ms)
        for fact in facts:
            entry = DeskEntry(state.size, at_ms, actor, state.head, fact)
            try:
                data = encode_entry(entry)
            except Malformed as fault:
                raise Told("OL-204", fault.reason) from fault
            entries.append(data)
            state = apply(state, entry, entry_hash(data))
        try:
            self._log.append(self.state.size, entries)
        except StoreDown:
            self.state = read_desk(self._log)
            raise
        self.state = state
        self.changed()

    def entries(self, first: int, count: int) -> Iterator[DeskEntry]:
        """Entries of the log, in order."""
        if self._log is not None:
            for data in self._log.read(first, count):
                yield parse_entry(data)

    # ---------------------------------------------------------------- the gate
    def lets_pass(self, drafts: Sequence[LineDraft]) -> bool:
        """Whether these need no release, or have one."""
        if is_open(self.state):
            return True
        parts = [Part(one.kind, one.precedence, one.flags, tuple(one.references), one.body) for one in drafts]
        return lets_pass(self.state, parts, draft_of(self.state, [one.token for one in drafts]))

    def check(self, drafts: Sequence[LineDraft]) -> None:
        """Nothing that needs a release reaches the record without one, by whatever door. Raises Refused. (R-303)"""
        if not self.lets_pass(drafts):
            raise Refused(
                "a release here takes two persons, or a security key: write it with `openline draft new`, "
                "submit it, and let another officer release it"
            )
