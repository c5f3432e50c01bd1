"""One turn: step, sign, one commit, then speak. The order that makes every promise of the line true.

This runner has no clock, disk or socket of its own: it is given a store, keys and the time. The station
and the simulation both run it, so what is simulated is what is shipped. R-120.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from typing import NamedTuple, Protocol

from openline import limits
from openline.errors import Malformed, StoreDown
from openline.line import outgoing
from openline.line.broad import blobs
from openline.line.custody import complete, step
from openline.line.events import (
    BlobChecked,
    BlobLoaded,
    CheckBlob,
    Event,
    FindFork,
    FindPeaks,
    FindRoot,
    ForkFound,
    Intent,
    Load,
    LoadAhead,
    LoadBlob,
    Loaded,
    Outcome,
    PeaksFound,
    PqSigned,
    RootFound,
    Send,
    Signatures,
    SignPq,
    Started,
    Told,
    Wanted,
)
from openline.line.forks import disputes
from openline.line.narrow import contacts, loading
from openline.line.narrow.resuming import Lacking
from openline.line.nodes import nodes_of
from openline.line.ports import LogId, LogRow, PutReceipt, Store, Write
from openline.line.state import BearerUp, LineState, LogState, PeerState, PqHeld, Receipted, Standing
from openline.line.terms import amendments, rate
from openline.line.window import window_of
from openline.record import merkle
from openline.record.body import Opening, encode_opening, secret_commitment
from openline.record.note import Checkpoint, checkpoint_text, cosigned_message, cosigned_text
from openline.record.roster import Roster, origin_of, receipt_name_of
from openline.seal.charter import Charter
from openline.wire.codec import NO_DICTIONARIES, Dictionaries
from openline.wire.fragments import Reassembly, pack
from openline.wire.items import Fragment, Gaps, Item, Receipt, decode_items, encode_item
from openline.wire.padding import pad

QUESTION_BYTES = 16 * 1024  # a question that is not for entries counts as so much: some hundred hashes of a long log
OWED_MAX = 1024
ROUNDS_MAX = 8  # of answering one turn's own questions; the rest is answered in the next


class Keys(Protocol):
    """What a turn asks of the station's keys. Nothing of them is visible to the machine."""

    def sign_checkpoint(self, text: bytes) -> bytes:
        """Ed25519 by the note key; deterministic."""

    def cosign(self, text: bytes) -> bytes:
        """Ed25519 by the receipt key; deterministic."""

    def sign_pq(self, message: bytes) -> bytes:
        """ML-DSA-44, hedged: asked twice, it answers with two signatures."""

    def draw(self, count: int) -> bytes:
        """Unpredictable bytes."""


class Life(NamedTuple):
    """What a new life of a station starts with."""

    generation: bytes
    secret: bytes
    station: bytes  # digest of our station certificate, 32 bytes
    software: str


class Result(NamedTuple):
    """What a committed turn leaves to be done: all of it may be repeated, none of it may come before the commit."""

    sends: tuple[Send, ...]
    told: tuple[Told, ...]
    more: bool = False


class Turns:
    """Runs the line machine over a store. One caller at a time."""

    def __init__(
        self,
        store: Store,
        keys: Keys,
        roster: Roster,
        me: int,
        charter: Charter | None = None,
        dictionaries: Dictionaries = NO_DICTIONARIES,
        seen: Mapping[int, PeerState] | None = None,
    ) -> None:
        """`roster` as our papers have it; with the `charter`, what the record has changed since is applied to it.
        `dictionaries` held here; those are used that the line's terms name. `seen`: the peers as the life before, in
        this very process, had them."""
        self._store = store
        self._keys = keys
        self._waiting: tuple[Wanted, ...] = ()
        self._left_bytes = 0  # that this taking may still read from the store for others
        self._owed: list[Write] = []
        peers = contacts.seen_before(seen or {})
        self.state = revive(store, roster, me, charter)._replace(dictionaries=dictionaries, peers=peers)

    def start(self, life: Life, now_ms: int) -> Result:
        """Open a new generation that names the last one. Raises StoreDown: then nothing was started."""
        opening = encode_opening(
            Opening(
                secret_commitment(life.secret),
                _previous(self.state),
                life.station,
                life.software,
            )
        )
        return self.take((Started(life.generation, life.secret, life.station, opening),), now_ms)

    @property
    def owes(self) -> bool:
        """True while receipts were told that are not stored yet: call `pay` as soon as they have been told."""
        return bool(self._owed)

    def pay(self) -> None:
        """Store what is owed. Raises StoreDown (it stays owed), UnknownOutcome."""
        if self._owed:
            self._store.commit(self._owed)
            self._owed = []

    def take(self, events: Sequence[Event], now_ms: int, *, may_owe: bool = False) -> Result:
        """Run a batch of events, and answer what the machine asks of the store, for a bounded number of rounds.

        `Result.more`: questions are left; take again soon, also with no events.
        `may_owe`: receipts of others, where nothing else came, may be told first and stored after (see `_is_owed`).
        Raises StoreDown: nothing of these events was recorded, the state is as before.
        Raises UnknownOutcome: this object must be thrown away and the store reopened before anything is said.
        """
        sends: list[Send] = []
        told: list[Told] = []
        waiting = self._waiting
        self._left_bytes = limits.ANSWER_BYTES_MAX
        answers, later = self._answers(waiting) if waiting else ([], [])
        waiting = (*later, *self._round([*events, *answers], now_ms, sends, told, may_owe))
        try:
            for _ in range(ROUNDS_MAX - 1):
                if not waiting or self._left_bytes <= 0:
                    break
                answers, later = self._answers(waiting)
                waiting = (*later, *self._round(answers, now_ms, sends, told, may_owe))
        except StoreDown:  # what was recorded before stays recorded and is said; the questions wait
            pass
        self._waiting = waiting
        return Result(tuple(sends), tuple(told), bool(waiting))

    def _answers(self, waiting: Sequence[Wanted]) -> tuple[list[Event], list[Wanted]]:
        """Answers to as many questions as the allowance has room for, and the questions that are left."""
        answers: list[Event] = []
        later: list[Wanted] = []
        rooms: dict[int, int] = {}  # by peer, under what this round has put on its way already
        newest = {(want.peer, want.log): want for want in waiting if isinstance(want, Load)}
        for want in waiting:
            if self._left_bytes <= 0:
                later.append(want)
            elif not isinstance(want, Load):
                answers.append(self._answer(want))
                self._left_bytes -= _bytes_of(answers[-1])
            elif newest[want.peer, want.log] is want:  # a peer that begins life after life asks for one thing often
                room = rooms.setdefault(want.peer, self._room_for(want.peer))
                answers.append(self._answer(want) if room > 0 else Loaded(*want[:3], (), None, is_full=True))
                rooms[want.peer] -= _bytes_of(answers[-1])
                self._left_bytes -= _bytes_of(answers[-1])
        return answers, later

    def _room_for(self, peer: int) -> int:
        state = self.state.peers.get(peer)
        return outgoing.room_for(state) if state is not None else 0

    def _round(
        self, events: Sequence[Event], now_ms: int, sends: list[Send], told: list[Told], may_owe: bool
    ) -> tuple[Wanted, ...]:
        state, intent = step(self.state, events, now_ms, self._keys.draw(8))
        signatures = self._sign(intent, now_ms)
        state, outcome = complete(state, intent, signatures, now_ms)
        if may_owe and self._is_owed(outcome):
            self._owed += outcome.writes
        elif outcome.writes:
            self._store.commit([*self._owed, *outcome.writes])  # durable, and only from here on it may be said
            self._owed = []
        else:
            with suppress(StoreDown):  # links and hails go on while the disk takes nothing; no hail is evidence
                self.pay()
        self.state = state
        sends += outcome.sends
        told += outcome.told
        return outcome.wanted

    def _is_owed(self, outcome: Outcome) -> bool:
        """True where nothing came but receipts of others, and nothing is said to anybody.

        Their giver has stored them and repeats them byte for byte to whoever lacks them, so a crash before ours are
        stored costs a repetition. They go with the next commit at the latest, before anything that mentions them.
        """
        few = len(self._owed) < OWED_MAX
        return few and not outcome.sends and all(
            isinstance(write, PutReceipt) and write.witness != self.state.me for write in outcome.writes
        )

    def _sign(self, intent: Intent, now_ms: int) -> Signatures:
        checkpoint = b""
        if intent.checkpoint is not None:
            log, size, root = intent.checkpoint
            checkpoint = self._keys.sign_checkpoint(self._text(log, size, root))
        at_s = now_ms // 1000
        receipts = tuple(
            self._keys.cosign(cosigned_text(self._text(log, size, root), at_s)) for log, size, root in intent.receipts
        )
        return Signatures(checkpoint, receipts, at_s)

    def _text(self, log: LogId, size: int, root: bytes) -> bytes:
        return checkpoint_text(origin_of(self.state.roster, log), size, root)

    def _pq_message(self, log: LogId, size: int, root: bytes, at_s: int) -> bytes:
        roster, me = self.state.roster, self.state.me
        origin = origin_of(roster, log)
        name = origin if log.party == me else receipt_name_of(roster, me)
        return cosigned_message(name, at_s, Checkpoint(origin, size, root))

    # ---------------------------------------------------------------- the machine's questions
    def _answer(self, want: Wanted) -> Event:
        match want:
            case Load(peer, log, first, bytes_max):
                return self._load(peer, log, first, bytes_max)
            case LoadAhead():
                return loading.load_ahead(self._store, want)
            case FindPeaks(_, log, size, _):
                return PeaksFound(want, self._peaks(log, size))
            case FindRoot():
                return RootFound(want, self._root(want))
            case FindFork(log, size, whole, _):
                root = merkle.root(merkle.peaks_at(size, nodes_of(self._store, log)))
                return ForkFound(want, root, tuple(merkle.consistency_proof(size, whole, nodes_of(self._store, log))))
            case LoadBlob(_, digest, offset):
                row = self._store.blob(digest)
                if row is None or row.held < row.total:
                    return BlobLoaded(want, 0, b"")
                return BlobLoaded(want, row.total, self._store.blob_bytes(digest, offset, limits.BLOB_CHUNK_BYTES))
            case SignPq(log, size, root, at_s):
                return PqSigned(want, self._keys.sign_pq(self._pq_message(log, size, root, at_s)))
            case CheckBlob(digest, _):
                data = self._store.blob_bytes(digest, 0, limits.BLOB_BYTES_MAX)
                return BlobChecked(want, sha256(data).digest() == digest)

    def _load(self, peer: int, log: LogId, first: int, bytes_max: int) -> Loaded:
        """A batch that ends on a checkpoint: at most so many bytes, or else one whole commit."""
        rows = self._store.entries(log, first, limits.COMMIT_ENTRIES_MAX, bytes_max)
        note = self._store.note_at_or_before(log, first + len(rows))
        if note is None or note.size <= first:
            note = self._store.note_at_or_after(log, first + 1)
            if note is None:
                return Loaded(peer, log, first, (), None)
            rows = self._store.entries(log, first, note.size - first, limits.PENDING_BYTES_MAX)
        rows = rows[: note.size - first]
        if len(rows) != note.size - first:
            return Loaded(peer, log, first, (), None)
        return Loaded(peer, log, first, tuple(rows), note)

    def _root(self, want: FindRoot) -> bytes | None:
        log, size = want.log, want.size
        notes = self._store.notes(log, size, size)
        if notes:
            return notes[0].root
        if isinstance(want.why, Receipt) and log.party == self.state.me:
            return None
        peaks = self._peaks(log, size)
        return merkle.root(peaks) if peaks is not None else None

    def _peaks(self, log: LogId, size: int) -> merkle.Peaks | None:
        held = self.state.logs.get(log)
        if held is None or held.size < size:
            return None
        return merkle.peaks_at(size, nodes_of(self._store, log))


def _bytes_of(answer: Event) -> int:
    """What an answer weighs in memory, or in work."""
    rows = answer.rows if isinstance(answer, Loaded) else ()
    return QUESTION_BYTES + sum(len(row.header) + len(row.body) for row in rows)


# -------------------------------------------------------------------- loading
def revive(store: Store, roster: Roster, me: int, charter: Charter | None = None) -> LineState:
    """The machine's state from what the store holds. No generation is open until `Turns.start`."""
    logs: dict[LogId, LogState] = {}
    newest: dict[int, LogId] = {}
    for row in store.logs():
        logs[row.log] = _log_state(store, row)
        if row.log.party not in newest or newest[row.log.party].generation < row.log.generation:
            newest[row.log.party] = row.log
    roots = {}
    for log in newest.values():
        size = logs[log].size
        notes = store.notes(log, max(0, size - limits.RECENT_ROOTS), size)
        roots[log] = window_of((note.size, note.root) for note in notes)
    pq = {
        (log, row.witness): PqHeld(row.size, row.at_s, row.signature)
        for log in newest.values()
        for row in store.pq_statements(log)
    }
    ledger = amendments.open_ledger(store, charter, roster) if charter is not None else None
    own = [held for held in logs.values() if held.log.party == me]
    return LineState(
        roster=amendments.rostered(roster, ledger.standing) if ledger is not None else roster,
        ledger=ledger,
        rates={me: rate.own_before(store, ledger, own)},
        me=me,
        own=None,
        pq=pq,
        wants=blobs.revive(store),
        logs=logs,
        held_ahead=loading.held_ahead(store, logs),
        newest=newest,
        roots=roots,
        secrets={},
        pending={},
        disputed=disputes.proved_before(store, roster, logs),
        peers={},
    )


def _log_state(store: Store, row: LogRow) -> LogState:
    peaks = tuple(row.peaks[at : at + 32] for at in range(0, len(row.peaks), 32))
    standing = Standing(row.size, merkle.root(peaks), row.noted_signature)
    receipts = {
        receipt.witness: Receipted(receipt.size, receipt.at_s, receipt.signature)
        for receipt in store.newest_receipts(row.log)
    }
    return LogState(row.log, row.secret, row.station, standing, peaks, receipts, row.disputed_from)


def name_generation(state: LineState, now_ms: int, chance: bytes) -> bytes:
    """The name of our next generation: six bytes of time, then six of chance.

    Later by name than every older one we know, also when our clock was set back: the newest by name is the one that
    the others name in their `after`.
    """
    newest = state.newest.get(state.me)
    last_ms = int.from_bytes(newest.generation[:6], "big") if newest is not None else 0
    return max(now_ms, last_ms + 1).to_bytes(6, "big") + chance


def _previous(state: LineState) -> tuple[bytes, int, bytes] | None:
    log = state.newest.get(state.me)
    if log is None:
        return None
    held = state.logs[log]
    return log.generation, held.size, held.noted.root


# -------------------------------------------------------------------- payloads
class Heard:
    """Turns opened payloads into items, joining fragments. One for each peer; volatile."""

    def __init__(self, opened_at_ms: int) -> None:
        self._opened_at_ms = opened_at_ms
        self._pieces = Reassembly()
        self._lacking = Lacking()
        self.came = 0  # items of the last payload, pieces of one too

    def lacks(self, road: BearerUp | None, now_ms: int) -> tuple[Gaps, ...]:
        """What is to be told now of pieces that did not come, where `road` leads to the peer. R-212."""
        return self._lacking.due(self._pieces, road, now_ms)

    def items(self, payload: bytes) -> tuple[Item, ...]:
        """Items of one payload. Raises Malformed; nothing of the payload is then used."""
        items: list[Item] = []
        came = decode_items(payload, self._opened_at_ms)
        self.came = max(1, len(came))
        for item in came:
            if isinstance(item, Fragment):
                whole = self._pieces.take(item)
                if whole is not None:
                    items.append(_one_item(whole, self._opened_at_ms))
            else:
                items.append(item)
        return tuple(items)


def _one_item(whole: bytes, opened_at_ms: int) -> Item:
    """What travels in pieces is one item; a payload of thousands would get past the bounds of a frame. R-017."""
    items = decode_items(whole, opened_at_ms)
    if len(items) != 1:
        raise Malformed(f"{len(items)} items in what fragments make; it is one item", whole[:64])
    return items[0]


def payloads(items: Sequence[Item], opened_at_ms: int, bytes_max: int, *, padded: bool = False) -> list[bytes]:
    """Payloads of at most `bytes_max` bytes that carry `items` in order; `padded` to their size class. R-284."""
    packed = pack([encode_item(item, opened_at_ms) for item in items], bytes_max)
    return [pad(one, bytes_max) for one in packed] if padded else packed
