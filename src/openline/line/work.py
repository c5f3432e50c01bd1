"""The workbench of one step: a private copy of what the step changes, and what it wants done.

`step` stays pure because nobody outside sees this object: it is made from one frozen state and
frozen into the next. Inner mappings are copied when first written in a step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from openline.limits import GENERATION_BYTES
from openline.line.events import (
    Draft,
    Fresh,
    Intent,
    Noticed,
    Send,
    Told,
    UnsignedCheckpoint,
    UnsignedReceipt,
    Wanted,
)
from openline.line.forms import SHORT_TAIL_BYTES, find_log
from openline.line.ports import LogId, LogRow, PutLog, Write
from openline.line.state import Flow, LineState, LogState, PeerState, Pending
from openline.line.window import NOTHING
from openline.record.note import author_line, checkpoint_text, format_note
from openline.record.roster import Roster, origin_of, station_of
from openline.wire.codec import Dictionaries
from openline.wire.items import Item, LogRef, Note

LONG_AGO_MS: Final = 1 << 48
ANY: Final = b"any log"  # longer than the end of a name that is looked for
NO_FLOW: Final = Flow(sent=0, moved_at_ms=0, reported=0)


class Work:
    """One step in the making."""

    def __init__(self, state: LineState, now_ms: int, nonce: bytes) -> None:
        self.state = state
        self.now_ms = now_ms
        self.nonce = nonce
        self.bearer = ""  # over which the frame under way came
        self.frame = -1  # its counter; not known
        self.roster: Roster = state.roster
        self.me = state.me
        self.own = state.own
        self.logs = dict(state.logs)
        self.newest = dict(state.newest)
        self.secrets = dict(state.secrets)
        self.pending: dict[tuple[int, LogId], Pending] = dict(state.pending)
        self.disputed = dict(state.disputed)
        self.ahead = dict(state.ahead)
        self.peers = dict(state.peers)
        self.roots = dict(state.roots)
        self.last_written_ms = state.last_written_ms
        self.wants = dict(state.wants)
        self.wants_changed = False
        self.wanted_by: Counter[int] | None = None  # attachments wanted, by whose messages name them
        self.ledger = state.ledger
        self.unjudged = False  # lives shown late in this step tell more of who knew of which amendment
        self.rates = state.rates  # replaced, never changed
        self.pq = dict(state.pq)
        self.pq_at_ms = state.pq_at_ms
        self.drafts: list[Draft] = []
        self.checkpoint: UnsignedCheckpoint | None = None
        self.receipts: dict[LogId, UnsignedReceipt] = {}
        self.writes: list[Write] = []
        self.sends: list[Send] = []
        self.wanted: list[Wanted] = []
        self.told: list[Told] = []
        self.fresh: Fresh | None = None
        self.wasted = 0  # by the frame under way: work that brought nothing
        self.weighed: dict[int, int] = {}  # by peer: what was opened for it in this step
        self._named: dict[tuple[int, bytes], list[LogId]] = {}  # logs held, by the ends of their names and by party
        self.held_ahead = dict(state.held_ahead)
        self.said_ahead: list[tuple[int, bytes]] = []  # what others say they hold ahead: by whom, its body
        self.urgent = state.urgent
        self.last_of = state.last_of
        self.exhibits: list[bytes] = []  # that other parties put into the record: judged before they are believed

    # ---------------------------------------------------------------- time
    def since(self, at_ms: int) -> int:
        """How long ago that was, in ms. An instant still to come, because the clock was set back, is long ago: whoever
        waits for it would wait for days, and going on too early costs a repetition at most."""
        return self.now_ms - at_ms if at_ms <= self.now_ms else LONG_AGO_MS

    # ---------------------------------------------------------------- codecs
    @property
    def dictionaries(self) -> Dictionaries:
        """Those held here that the line's terms name now. R-281."""
        held = self.state.dictionaries
        if self.ledger is None or not held:
            return held
        return {digest: held[digest] for digest in self.ledger.standing.terms.formats if digest in held}

    # ---------------------------------------------------------------- wants
    def send(self, peer: int, *items: Item, bearer: str | None = None) -> None:
        """Ask for items to go out after the commit."""
        self.sends.append(Send(peer, items, bearer))

    def notice(self, code: str, text: str) -> None:
        """Tell a person, after the commit."""
        self.told.append(Noticed(code, text))

    # ---------------------------------------------------------------- logs
    def find(self, ref: LogRef, sender: int, start: bytes, opened: Iterable[LogId] = ()) -> LogId:
        """The log held, or among `opened`, that a reference names; the newest where a short tail fits several.

        Raises Unresolved.
        """
        if len(ref.tail) == GENERATION_BYTES and LogId(ref.party, ref.tail) in self.logs:
            return LogId(ref.party, ref.tail)
        party, tail = (ref.party, ref.tail) if ref.tail else (sender, start)
        return find_log(ref, sender, start, [*self.logs_of(party, tail[-SHORT_TAIL_BYTES:]), *opened])

    def logs_of(self, party: int, tail: bytes = ANY) -> list[LogId]:
        """Logs held of a party whose names end so. One look through thousands of logs a step, not one an item."""
        if not self._named:
            for log in self.logs:
                self._name(log)
        return self._named.get((party, tail), [])

    def _name(self, log: LogId) -> None:
        for tail in (log.generation[-SHORT_TAIL_BYTES:], ANY):
            self._named.setdefault((log.party, tail), []).append(log)

    def put_log(self, log: LogState) -> None:
        """Replace one log's state and write its row in this turn's transaction."""
        if self._named and log.log not in self.logs:
            self._name(log.log)
        self.logs[log.log] = log
        newest = self.newest.get(log.log.party)
        older = newest is not None and newest.generation > log.log.generation
        if not older and log.log.party != self.me:  # of our own the newest is the one we write, whatever was read back
            self.newest[log.log.party] = log.log
        self.writes.append(PutLog(row_of(log)))

    def remember_root(self, log: LogId, size: int, root: bytes) -> None:
        """Keep a bounded window of roots, so that they need not be sent or asked for again."""
        self.roots[log] = self.roots.get(log, NOTHING).put(size, root)

    def remember_asked(self, log: LogId, size: int, root: bytes) -> None:
        """Keep a root that somebody named, wherever its author may have signed."""
        self.roots[log] = self.roots.get(log, NOTHING).ask(size, root)

    def signed_root(self, log: LogId, size: int) -> bytes | None:
        """The same as `root_at`, of a size that the log's author signed."""
        held = self.logs.get(log)
        if held is not None and held.size == size:
            return held.noted.root
        return self.roots.get(log, NOTHING).signed(size)

    def root_at(self, log: LogId, size: int) -> bytes | None:
        """Our root of `log` at `size` if it is the newest or still in the window."""
        held = self.logs.get(log)
        if held is not None and held.size == size:
            return held.noted.root
        return self.roots.get(log, NOTHING).get(size)

    def note_of(self, log: LogId) -> bytes:
        """The full C2SP note of what we hold of `log`, signed by its author."""
        held = self.logs[log]
        origin = origin_of(self.roster, log)
        key = station_of(self.roster, log.party, held.station).note_key
        text = checkpoint_text(origin, held.size, held.noted.root)
        return format_note(text, (author_line(origin, key, held.noted.signature),))

    def send_note(self, party: int, log: LogId) -> None:
        """Show a peer the signed note of what we hold; nothing where its signature is not made yet."""
        held = self.logs.get(log)
        if held is not None and held.noted.signature:
            self.send(party, Note(self.note_of(log)))

    def review_again(self) -> None:
        """An old log has grown: some life of a peer that has seen all our logs listed may lack what came."""
        for party, peer in self.peers.items():
            asked = tuple(one._replace(listed=0) for one in peer.asked)
            self.peers[party] = peer._replace(reviewed=0, asked=asked)

    # ---------------------------------------------------------------- peers
    def peer(self, party: int) -> PeerState:
        """State of one peer; a party that joined since is a stranger we have not heard yet."""
        return self.peers.get(party) or PeerState(party)

    def put_peer(self, peer: PeerState) -> None:
        """Replace one peer's state."""
        self.peers[peer.party] = peer

    def flow(self, party: int, log: LogId) -> Flow:
        """How far `log` went to `party`."""
        return self.peer(party).flows.get(log, NO_FLOW)

    def put_flow(self, party: int, log: LogId, flow: Flow) -> None:
        """Replace one flow."""
        self.put_peer(self.peer(party).flowing(log, flow))

    # ---------------------------------------------------------------- end
    def freeze(self) -> LineState:
        """The next state."""
        return LineState(
            me=self.me,
            roster=self.roster,
            own=self.own,
            logs=self.logs,
            newest=self.newest,
            roots=self.roots,
            secrets=self.secrets,
            pending=self.pending,
            disputed=self.disputed,
            ahead=self.ahead,
            peers=self.peers,
            last_written_ms=self.last_written_ms,
            wants=self.wants,
            held_ahead=self.held_ahead,
            urgent=self.urgent,
            last_of=self.last_of,
            ledger=self.ledger,
            rates=self.rates,
            pq=self.pq,
            pq_at_ms=self.pq_at_ms,
            dictionaries=self.state.dictionaries,
        )

    def intent(self) -> Intent:
        """What this step wants."""
        return Intent(
            self.checkpoint,
            tuple(self.receipts.values()),
            tuple(self.writes),
            tuple(self.sends),
            tuple(self.wanted),
            tuple(self.told),
            self.fresh,
        )


def row_of(log: LogState) -> LogRow:
    """The stored form of a log's state."""
    return LogRow(
        log.log,
        log.secret,
        log.station,
        log.size,
        b"".join(log.peaks),
        log.noted.size,
        log.noted.signature,
        log.disputed_from,
    )
