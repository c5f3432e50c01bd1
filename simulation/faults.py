"""Faults planted into the shipped program, one at a time: each must be caught by a judge within 200 seeds.

A simulation that catches nothing proves nothing. Every fault here is a mistake that somebody could make in good faith.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, Final

from openline import limits
from openline.accord.clocks.book import Book
from openline.console.accords import reading
from openline.console.contact import keeping as contact_keeping
from openline.console.contact.seen import Sight, Unpredictable
from openline.console.kept.upkeep import Upkeep
from openline.contact import due
from openline.line import custody, hails, intake, outgoing, receipts, relaying, turn
from openline.line.events import BlobChecked, UnsignedReceipt
from openline.line.forks import disputes
from openline.line.narrow import ahead, contacts, roads
from openline.line.narrow.outbox import Outbox, Rank
from openline.line.ports import LogId, PutEntries, PutReceipt, PutState, Write
from openline.line.terms import amendments
from openline.line.work import Work
from openline.record import roster as rosters
from openline.record import standing
from openline.record.entry import NOTHING_HELD
from openline.record.exhibit import Accusation, parse_exhibit
from openline.seal.keyring import Keyring
from openline.store.memory import MemoryStore
from openline.store.queries import Queries
from openline.store.sqlite import SqliteStore
from openline.wire.fragments import Reassembly
from openline.wire.items import Receipt
from simulation import station
from simulation.run import Verdict, run_seed


class Patch:
    """Attributes replaced, and put back."""

    def __init__(self) -> None:
        self._kept: list[tuple[Any, str, Any]] = []

    def put(self, owner: Any, name: str, value: Any) -> Any:
        """Replace; gives back what was there."""
        before = getattr(owner, name)
        self._kept.append((owner, name, vars(owner).get(name, before)))  # a static method goes back as one
        setattr(owner, name, value)
        return before

    def undo(self) -> None:
        """Put everything back."""
        for owner, name, before in reversed(self._kept):
            setattr(owner, name, before)


class Deferring:
    """A store that answers before it has committed: what `late` picks is committed with the next turn."""

    def __init__(self, store: Any, late: Callable[[Sequence[Write]], bool]) -> None:
        self._store, self._late, self._waiting = store, late, list[Sequence[Write]]()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, writes: Sequence[Write]) -> None:
        """Commit what waited, and this turn unless it is picked."""
        waiting, self._waiting = self._waiting, []
        for held in waiting:
            self._store.commit(held)
        if self._late(writes):
            self._waiting.append(writes)
        else:
            self._store.commit(writes)


def _defer(patch: Patch, late: Callable[[Any, Sequence[Write]], bool]) -> None:
    def init(self: Any, store: Any, *rest: Any, **named: Any) -> None:
        before(self, store, *rest, **named)
        self._store = Deferring(store, lambda writes: late(self, writes))

    before = patch.put(turn.Turns, "__init__", init)


def _receipt_before_commit(patch: Patch) -> None:
    def late(turns: Any, writes: Sequence[Write]) -> bool:
        return any(isinstance(one, PutReceipt) and one.witness == turns.state.me for one in writes)

    _defer(patch, late)


def _sent_before_commit(patch: Patch) -> None:
    def late(turns: Any, writes: Sequence[Write]) -> bool:
        return any(isinstance(one, PutEntries) and one.log == turns.state.own for one in writes)

    _defer(patch, late)


def _nonce_reused(patch: Patch) -> None:
    def seal(self: Any, peer: int, payload: bytes, start: bytes, counter: int) -> bytes:
        sending = self._pair(peer).sending
        if sending is not None:
            sending.used.clear()
        return bytes(before(self, peer, payload, start, counter // 2))

    before = patch.put(Keyring, "seal", seal)


def _root_not_compared(patch: Patch) -> None:
    def compare(work: Any, party: int, row: Any, root: bytes) -> None:
        outgoing.proved(work, party, LogId(row.party, row.generation), row.size)

    patch.put(hails, "compare", compare)


def _note_not_checked(patch: Patch) -> None:
    def check(roster: Any, digest: bytes, claim: Any) -> Any:
        return rosters.Checked(rosters._DOOR, claim, roster.parties[claim.log[0]].stations[0])

    patch.put(intake, "check_checkpoint", check)


def _receipt_not_checked(patch: Patch) -> None:
    patch.put(receipts, "check_receipt", lambda *_: None)


def _tokens_forgotten(patch: Patch) -> None:
    for store in (MemoryStore, Queries):
        patch.put(store, "submission", lambda *_: None)


def _repetition_receipted_anew(patch: Patch) -> None:
    def admit(work: Any, log: Any, size: int, *rest: Any) -> Any:
        held = work.logs.get(log)
        if held is not None and size == held.size and log.party != work.me:
            work.receipts[log] = UnsignedReceipt(log, held.size, held.noted.root)
        return before(work, log, size, *rest)

    before = patch.put(intake, "admit", admit)


def _epoch_unconfirmed(patch: Patch) -> None:
    def grant(self: Any, peer: int) -> Any:
        made = before(self, peer)
        if made is not None:
            pair = self._pair(peer)
            pair._move_to_granted(pair.sending.started_at_ms)
        return made

    before = patch.put(Keyring, "make_grant", grant)


def _receipt_over_a_gap(patch: Patch) -> None:
    patch.put(receipts, "Receipt", lambda log, witness, size, *rest: Receipt(log, witness, size + 1, *rest))


def _generation_reused(patch: Patch) -> None:
    def name(state: Any, now_ms: int, chance: bytes) -> bytes:
        newest = state.newest.get(state.me)
        return bytes(newest.generation) if newest is not None else bytes(before(state, now_ms, chance))

    before = patch.put(station, "name_generation", name)


def _generation_counted(patch: Patch) -> None:
    def name(state: Any, now_ms: int, chance: bytes) -> bytes:
        return int(sum(log.party == state.me for log in state.logs)).to_bytes(12, "big")

    patch.put(station, "name_generation", name)


def _after_decreases(patch: Patch) -> None:
    def current(work: Any) -> Any:
        held = work.logs.get(work.own)
        return NOTHING_HELD if held is not None and held.size % 3 == 2 else before(work)

    before = patch.put(intake, "current_after", current)


def _receipt_not_stored(patch: Patch) -> None:
    patch.put(custody, "PutReceipt", lambda *_, **__: PutState("nothing", 1, b""))


def _never_repeated(patch: Patch) -> None:
    for module in (hails, disputes):
        patch.put(module, "rewind", lambda *_, **__: None)


def _anything_accuses(patch: Patch) -> None:
    def judge(data: bytes, roster: Any, station: Any = None) -> Accusation:
        note = parse_exhibit(data)[0]
        log, size, _ = disputes.parse_author_note(roster, note)
        return Accusation(log, size, "believed without a second look")

    patch.put(disputes, "judge", judge)


def _no_review(patch: Patch) -> None:
    patch.put(hails, "REVIEW_LOGS", 0)


def _clock_never_set_back(patch: Patch) -> None:
    patch.put(Work, "since", lambda work, at_ms: work.now_ms - at_ms)


def _own_log_not_read_back(patch: Patch) -> None:
    def keep(work: Any, peer: int, log: Any, *rest: Any) -> Any:
        return None if log.party == work.me else before(work, peer, log, *rest)

    before = patch.put(intake, "keep_pending", keep)


def _unbounded(patch: Patch) -> None:
    patch.put(limits, "OPENED_LOGS_MAX", 1 << 30)


def _not_synced(patch: Patch) -> None:
    def init(self: Any, path: Any, **options: Any) -> None:
        before(self, path, **{**options, "synchronous": "OFF"})

    before = patch.put(SqliteStore, "__init__", init)


def _fragments_dropped(patch: Patch) -> None:
    patch.put(Reassembly, "take", lambda *_: None)


def _nothing_relayed(patch: Patch) -> None:
    for name in ("third_lists", "remind"):
        patch.put(relaying, name, lambda *_: None)


def _full_form_forgotten(patch: Patch) -> None:
    def rewind(work: Any, party: int, log: Any, size: int, *, full: bool = False) -> None:
        before(work, party, log, size)

    before = outgoing.rewind
    patch.put(disputes, "rewind", rewind)


def _attachment_not_hashed(patch: Patch) -> None:
    patch.put(turn, "BlobChecked", lambda want, _: BlobChecked(want, True))


def _note_ahead_forgotten(patch: Patch) -> None:
    patch.put(disputes, "take_ahead", lambda *_: None)


def _ahead_receipted_over_the_gap(patch: Patch) -> None:
    def keep(work: Any, peer: int, row: Any) -> None:
        before(work, peer, row)
        if row.log in work.logs and (row.log, row.index) in work.held_ahead:
            work.receipts[row.log] = UnsignedReceipt(row.log, row.size, row.root)

    before = patch.put(ahead, "_keep", keep)


def _ahead_not_checked(patch: Patch) -> None:
    patch.put(ahead, "check_checkpoint", lambda *_: None)


def _ahead_not_said(patch: Patch) -> None:
    patch.put(ahead, "PutAhead", lambda _: PutState("nothing", 1, b""))


def _ahead_kept_beside(patch: Patch) -> None:
    patch.put(ahead, "_drop", lambda *_: None)


def _other_lifes_word(patch: Patch) -> None:
    def alive(work: Any, peer: Any, start: bytes, item: Any) -> Any:
        return before(work, peer._replace(start=start), start, item)

    before = patch.put(hails, "_alive", alive)


def _proof_from_arrival(patch: Patch) -> None:
    """A proof's age counted from when it came, by the peer's own word of when that was."""

    def heard(work: Work, peer: Any, item: Any, answered: Any) -> Any:
        after = kept(work, peer, item, answered)
        contact = after.contacts.get(work.bearer)
        if contact is None or answered is None:
            return after
        late = contact._replace(proved_at_ms=max(item.clock_ms, work.now_ms))
        return after._replace(contacts={**after.contacts, work.bearer: late})

    kept = patch.put(contacts, "heard", heard)


# ------------------------------------------------------------------ bearers and contact
def _silent_bearer_taken(patch: Patch) -> None:
    patch.put(roads, "is_silent", lambda *_: False)


def _heard_is_not_enough(patch: Patch) -> None:
    """Only bearers over which a nonce of ours came back are looked at."""

    def look(self: Sight, *rest: Any) -> None:
        before(self, *rest)
        self.known = {key: self.known[key] for key in self.looked}

    before = patch.put(Sight, "look", look)


def _forgotten_with_a_life(patch: Patch) -> None:
    patch.put(contacts, "seen_before", lambda _: {})


def _any_receipt_is_green(patch: Patch) -> None:
    def age(self: Unpredictable, state: Any, party: int, counted_ms: int) -> int | None:
        return 0 if before(self, state, party, counted_ms) is not None else None

    before = patch.put(Unpredictable, "signed_age_ms", age)


def _always_our_turn(patch: Patch) -> None:
    patch.put(due, "turn_of", lambda slot, tests, rule: rule.me)


def _answers_unopened(patch: Patch) -> None:
    def opened(kept: Any, peer: Any) -> Any:
        return (bytes(8), kept.body.bearer) if kept.body.bearer else before(kept, peer)

    before = patch.put(contact_keeping, "_opened", opened)


def _missed_rings_nobody(patch: Patch) -> None:
    patch.put(due, "missed", lambda *_: None)


# ------------------------------------------------------------------ the line itself
def _half_is_enough(patch: Patch) -> None:
    def consent(self: Any, one: Any, then: Any) -> Any:
        yes, lacking = before(self, one, then)
        return (yes, set()) if len(yes) > len(lacking) else (yes, lacking)

    before = patch.put(standing._Fold, "_consent", consent)


def _waits_forgotten(patch: Patch) -> None:
    patch.put(amendments, "due", lambda _: None)


def _standing_not_stored(patch: Patch) -> None:
    patch.put(amendments, "PutState", lambda *_: PutState("nothing", 1, b""))


def _closed_line_goes_on(patch: Patch) -> None:
    patch.put(Upkeep, "check_open", staticmethod(lambda _: None))


def _renewed_too_early(patch: Patch) -> None:
    patch.put(Upkeep, "_without_certificate", lambda *_: iter(()))


def _revoked_receipted(patch: Patch) -> None:
    patch.put(amendments, "undisputed", lambda *_: None)


def _recovery_sent_once(patch: Patch) -> None:
    def frames(self: Upkeep, now_ms: int, fresh: list[int]) -> list[tuple[int, bytes]]:
        sent = self.__dict__.setdefault("sent_once", set())
        due = [(peer, frame) for peer, frame in before(self, now_ms, fresh) if peer not in sent]
        sent.update(peer for peer, _ in due)
        return due

    before = patch.put(Upkeep, "recovery_frames", frames)


def _begun_goes_on(patch: Patch) -> None:
    def whose(box: Outbox) -> Rank | None:
        begun = (rank for rank in Rank if any(one.has_begun for one in box._lines[rank]))
        return next(begun, None) or before(box)

    before = patch.put(Outbox, "_whose_turn", whose)


def _longest_first(patch: Patch) -> None:
    def whose(box: Outbox) -> Rank | None:
        waiting = [rank for rank in Rank if box._lines[rank]]
        return min(waiting, key=lambda rank: box._served[rank], default=None)

    patch.put(Outbox, "_whose_turn", whose)


# ------------------------------------------------------------------ what entries mean
def _about_the_unknown_left_out(patch: Patch) -> None:
    """An entry about one that has not been read yet says nothing."""

    def take(book: Book, ref: Any, header: Any, body: bytes) -> None:
        known = book.__dict__.setdefault("read_before", set())
        if known.issuperset(header.references):
            before(book, ref, header, body)
        known.add(ref)

    before = patch.put(reading, "take_entry", take)


FAULTS: Final[dict[str, Callable[[Patch], None]]] = {
    "receipt before commit": _receipt_before_commit,
    "sent before commit": _sent_before_commit,
    "nonce reused": _nonce_reused,
    "roots not compared": _root_not_compared,
    "note signature not checked": _note_not_checked,
    "receipt signature not checked": _receipt_not_checked,
    "submission tokens forgotten": _tokens_forgotten,
    "repetition receipted anew": _repetition_receipted_anew,
    "granted epoch used unconfirmed": _epoch_unconfirmed,
    "receipt over a gap": _receipt_over_a_gap,
    "generation reused after a restart": _generation_reused,
    "generation counted, not drawn": _generation_counted,
    "after decreases": _after_decreases,
    "receipt not stored": _receipt_not_stored,
    "never repeated": _never_repeated,
    "anything accuses": _anything_accuses,
    "restored peer told only the newest": _no_review,
    "clock never set back": _clock_never_set_back,
    "own lost log not read back": _own_log_not_read_back,
    "openings unbounded": _unbounded,
    "commit not synced": _not_synced,
    "fragments dropped": _fragments_dropped,
    "receipts not relayed": _nothing_relayed,
    "full form forgotten": _full_form_forgotten,
    "attachment not hashed": _attachment_not_hashed,
    "note ahead of its entries forgotten": _note_ahead_forgotten,
    "entry ahead receipted over the gap": _ahead_receipted_over_the_gap,
    "entry ahead not checked": _ahead_not_checked,
    "entry ahead said and not kept": _ahead_not_said,
    "entry ahead kept beside its log": _ahead_kept_beside,
    "word of another life believed": _other_lifes_word,
    "proof counted from its arrival": _proof_from_arrival,
    "silent bearer never passed over": _silent_bearer_taken,
    "heard and not proved shown as silent": _heard_is_not_enough,
    "contact forgotten with a life of ours": _forgotten_with_a_life,
    "any receipt makes green": _any_receipt_is_green,
    "link test out of turn": _always_our_turn,
    "bearer test answered without its nonce": _answers_unopened,
    "missed test rings nobody": _missed_rings_nobody,
    "in force by half of the parties": _half_is_enough,
    "what waited never judged again": _waits_forgotten,
    "standing not stored": _standing_not_stored,
    "closed line goes on": _closed_line_goes_on,
    "renewed keys used too early": _renewed_too_early,
    "revoked key receipted": _revoked_receipted,
    "recovery grant sent once": _recovery_sent_once,
    "what has begun goes on before FLASH": _begun_goes_on,
    "whoever waited longest goes first": _longest_first,
    "entry about one not read yet left out": _about_the_unknown_left_out,
}


@contextmanager
def planted(name: str) -> Iterator[None]:
    """While this lasts, the program has one fault."""
    patch = Patch()
    try:
        FAULTS[name](patch)
        yield
    finally:
        patch.undo()


def first_catch(name: str, seeds: Sequence[int]) -> Verdict | None:
    """The first seed that catches a fault; None if none does."""
    with planted(name):
        for seed in seeds:
            verdict = run_seed(seed)
            if verdict.rule:
                return verdict
    return None


def run_all(names: Sequence[str], seeds: Sequence[int], jobs: int) -> Iterator[tuple[str, Verdict | None]]:
    """Each of these faults until it is caught, in their order."""
    if jobs < 2:
        yield from ((name, first_catch(name, seeds)) for name in names)
        return
    with get_context("spawn").Pool(jobs) as pool:
        yield from zip(names, pool.imap(_first_catch, [(name, seeds) for name in names], chunksize=1), strict=True)


def _first_catch(asked: tuple[str, Sequence[int]]) -> Verdict | None:
    return first_catch(*asked)
