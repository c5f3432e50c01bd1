"""The lies, one function each. Every one is told by a holder of real keys, in frames that open.

Either two signatures prove it, and then it must end in an exhibit; or it must do nothing to anybody's record.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

from openline.errors import OpenlineError
from openline.line.events import Draft
from openline.line.ports import LogId
from openline.record.entry import DISPUTE, FLASH, MESSAGE
from openline.record.exhibit import TwoRoots, encode_exhibit
from openline.wire.items import (
    BlobAsk,
    BlobChunk,
    Checkpoint,
    Commit,
    Differs,
    Entries,
    Fragment,
    Hail,
    HailLog,
    Item,
    Lack,
    LogRef,
    Note,
    Opening,
    Overtaking,
    Receipt,
    Run,
    WireEntry,
    decode_items,
    encode_items,
)
from openline.wire.overtaking import subtrees_between
from simulation.checks import own
from simulation.checks.verdict import Told
from simulation.liar import Liar, spoilt
from simulation.papers import OPENED_AT_MS
from simulation.pen import Pen, held_by
from simulation.plan import Act
from simulation.weather import damage

SOON_MS: Final = 1_500
NOBODY: Final = bytes(64)
HOARD: Final = 640  # logs opened: two and a half times what a station keeps of one peer
HOARD_A_TIME: Final = 64
Lie = Callable[[Liar, int, Random], None]


def tell(liar: Liar, act: Act) -> None:
    """Tell one lie of the plan, if the liar's station is up."""
    if liar.on and liar.turns is not None:
        liar.world.count("lie", act.word)
        LIES[act.word](liar, act.other, Random(act.number))


def go_on(liar: Liar, draw: Random) -> None:
    """What a liar does without end, also in calm weather: a dose of noise."""
    if liar.on:
        peer = draw.choice([party for party in range(liar.world.plan.parties) if party != liar.party])
        noise = (_replay, _flood, _nearly_right, _false_receipt, _swap_secret, _boast, _impersonate, _spoil)
        draw.choice(noise)(liar, peer, draw)


def _others(liar: Liar) -> list[int]:
    return [party for party in range(liar.world.plan.parties) if party != liar.party]


def _log_of(liar: Liar, party: int) -> tuple[LogId, int] | None:
    """The newest log of a party as the liar's own program holds it."""
    assert liar.turns is not None
    state = liar.turns.state
    log = state.newest.get(party)
    held = state.logs.get(log) if log is not None else None
    return (held.log, held.size) if held is not None else None


def _messages(pen: Pen, liar: Liar, draw: Random, count: int) -> None:
    for _ in range(count):
        pen.write(MESSAGE, b"pen %s" % draw.randbytes(8).hex().encode(), liar.wall_ms())


# ------------------------------------------------------------------ two histories
def _two_roots(liar: Liar, peer: int, draw: Random) -> None:
    pen = liar.pen()
    _messages(pen, liar, draw, 3)
    other = pen.fork(2)
    _messages(other, liar, draw, 2)
    _show_both(liar, peer, pen, other, 4, draw)


def _longer_fork(liar: Liar, peer: int, draw: Random) -> None:
    pen = liar.pen()
    _messages(pen, liar, draw, 3)
    other = pen.fork(1)
    _messages(other, liar, draw, 6)
    _show_both(liar, peer, pen, other, draw.choice((2, 3)), draw)


def _show_both(liar: Liar, peer: int, pen: Pen, other: Pen, size: int, draw: Random) -> None:
    """One history in full, of the other a signed note; either of them first."""
    liar.world.watch.proofs.forked.add(pen.log)
    first, then = draw.sample((pen.items(0, peer), (*other.items(0, peer)[1:], other.note(size))), 2)
    for again in range(4):  # frames get lost; a liar who wants to be believed repeats itself
        liar.world.after(again * SOON_MS, lambda: _say(liar, peer, *first))
        liar.world.after((again + 4) * SOON_MS, lambda: _say(liar, peer, *then))


def _two_peers(liar: Liar, peer: int, draw: Random) -> None:
    pen = liar.pen()
    _messages(pen, liar, draw, 2)
    other = pen.fork(draw.choice((1, 2)))
    _messages(other, liar, draw, draw.choice((1, 2, 3)))
    liar.world.watch.proofs.forked.add(pen.log)
    third = next(party for party in _others(liar) if party != peer)
    for again in range(4):
        liar.world.after(again * SOON_MS, lambda: _say(liar, peer, *pen.items(0, peer)))
        liar.world.after(again * SOON_MS, lambda: _say(liar, third, *other.items(0, third)))


def _say(liar: Liar, peer: int, *items: Item) -> None:
    if liar.on:
        liar.lie(peer, *items)


# ------------------------------------------------------------------ one history, with lies in it
def _back_date(liar: Liar, peer: int, draw: Random) -> None:
    pen = liar.pen()
    for at_ms in (OPENED_AT_MS, liar.wall_ms() + 10**9, OPENED_AT_MS + 1):
        pen.write(MESSAGE, b"pen, dated elsewhere", at_ms)
    liar.lie(peer, *pen.items(0, peer))


def _pre_record(liar: Liar, peer: int, draw: Random) -> None:
    pen = liar.pen()
    known = _log_of(liar, peer)
    generation, size = (known[0].generation, known[1]) if known else (draw.randbytes(12), 0)
    after = held_by([(peer, generation, size + draw.randrange(1, 1_000), draw.randbytes(32))], [(peer, 1)])
    pen.write(MESSAGE, b"pen, recorded ahead", liar.wall_ms(), after)
    liar.world.watch.told_lies.append(Told("pre-record", pen.log, 2, LogId(peer, generation)))
    for other in _others(liar):
        liar.lie(other, *pen.items(0, other))


def _take_back(liar: Liar, peer: int, draw: Random) -> None:
    pen = liar.pen()
    known = _log_of(liar, peer)
    if known is not None and known[1] > 1 and liar.turns is not None:
        held = liar.turns.state.logs[known[0]]
        after = held_by([(peer, known[0].generation, held.size, held.noted.root)], [(peer, 1)])
        pen.write(MESSAGE, b"pen, first", liar.wall_ms(), after)
        liar.world.watch.told_lies.append(Told("take back", pen.log, 3, known[0]))
    pen.write(MESSAGE, b"pen, then nothing held", liar.wall_ms())
    liar.lie(peer, *pen.items(0, peer))


# ------------------------------------------------------------------ nothing new, or nothing true
def _replay(liar: Liar, peer: int, draw: Random) -> None:
    """Its own frames as they were, its own items sealed afresh, and everybody's items back at them."""
    memory = liar.memory
    for to, body in draw.sample(memory.bodies, min(8, len(memory.bodies))):
        liar.world.carry(liar.party, to, "wire", body)
    for to, items in draw.sample(memory.sent, min(8, len(memory.sent))):
        liar.lie(to, *items)
    for _, items in draw.sample(memory.came, min(8, len(memory.came))):
        liar.lie(peer, *items)


def _withhold(liar: Liar, peer: int, draw: Random) -> None:
    liar.withholding = True


def _nearly_right(liar: Liar, peer: int, draw: Random) -> None:
    """Real items with a little damage, under a seal that opens: whatever still reads, they have said."""
    memory = liar.memory.sent + liar.memory.came
    for _, items in draw.sample(memory, min(12, len(memory))):
        for item in items:
            data = damage(encode_items([item], OPENED_AT_MS), draw)
            try:
                liar.lie(peer, *decode_items(data, OPENED_AT_MS))
            except OpenlineError:
                liar.lie_raw(peer, data)


def _flood(liar: Liar, peer: int, draw: Random) -> None:
    """More than anybody can remember, of everything that makes a station remember."""
    names = sorted(draw.randbytes(12) for _ in range(200))
    rows = tuple(HailLog(peer, name, draw.randrange(1, 99), draw.randbytes(8)) for name in names)
    lacks = tuple(Lack(peer, name, 0) for name in names)
    hail = Hail(liar.wall_ms(), draw.randbytes(8), draw.randbytes(8), 0, rows, (), lacks)
    liar.lie(peer, hail)
    liar.lie(peer, *(Opening(liar.party, name, bytes(32), liar.keys.signers.certificate[:8]) for name in names))
    pen = liar.pen()
    junk = tuple(WireEntry(MESSAGE, 0, liar.wall_ms(), (), 0, draw.randbytes(40)) for _ in range(50))
    liar.lie(peer, pen.opening(), Entries(pen.ref, 0, (Run(50, ()),), junk))
    for party in range(liar.world.plan.parties):
        known = _log_of(liar, party)
        if known is not None:
            ref = LogRef(party, known[0].generation)
            liar.lie(peer, Entries(ref, known[1], (Run(50, ()),), junk))
            liar.lie(peer, Differs(ref, 0, draw.randbytes(32), draw.randrange(5)))
    for _ in range(12):
        liar.lie(peer, Fragment(draw.randbytes(8), 0, 2_000, draw.randbytes(10)), BlobAsk(draw.randbytes(32), 0))
        liar.lie(peer, BlobChunk(draw.randbytes(32), 0, 20, draw.randbytes(20)))


def _hoard(liar: Liar, peer: int, draw: Random) -> None:
    """Opens many more logs than anybody keeps of one peer, its own and those of others, and never fills one."""
    said = [
        Opening(draw.randrange(liar.world.plan.parties), draw.randbytes(12), draw.randbytes(32), draw.randbytes(8))
        for _ in range(HOARD)
    ]
    for again in range(2):  # frames get lost
        for at in range(0, HOARD, HOARD_A_TIME):
            part = said[at : at + HOARD_A_TIME]
            liar.world.after(again * 6 * SOON_MS + 20 * at, lambda part=part: _say(liar, peer, *part))  # type: ignore[misc]


def _gap_receipt(liar: Liar, peer: int, draw: Random) -> None:
    """Receipts for more than there is, or than it holds."""
    known = _log_of(liar, peer)
    if known is None:
        return
    log, size = known
    for more in (1, 5, 100):
        root = draw.randbytes(32)
        text = own.receipt_text(liar.roster, log, size + more, root, liar.wall_ms() // 1000)
        signature = liar.keys.signers.receipt.sign(text)
        receipt = Receipt(LogRef(peer, log.generation), None, size + more, liar.wall_ms() // 1000, signature)
        liar.lie(peer, receipt)


def _false_receipt(liar: Liar, peer: int, draw: Random) -> None:
    """Receipts in others' names, with wrong times, by no key at all."""
    for party in range(liar.world.plan.parties):
        known = _log_of(liar, party)
        if known is None or liar.turns is None:
            continue
        log, size = known
        root = liar.turns.state.logs[log].noted.root
        at_s = liar.wall_ms() // 1000
        signature = liar.keys.signers.receipt.sign(own.receipt_text(liar.roster, log, size, root, at_s))
        ref = LogRef(party, log.generation)
        for witness in (None, *range(liar.world.plan.parties)):
            liar.lie(peer, Receipt(ref, witness, size, at_s + 1, signature))
            if witness not in (None, liar.party):
                liar.lie(peer, Receipt(ref, witness, size, at_s, signature))
        liar.lie(peer, Receipt(ref, None, size, at_s, NOBODY))


def _impersonate(liar: Liar, peer: int, draw: Random) -> None:
    """Entries into the logs of others, under its own signature."""
    for party in _others(liar):
        known = _log_of(liar, party)
        if known is None:
            continue
        log, size = known
        entry = WireEntry(MESSAGE, 0, liar.wall_ms(), (), draw.choice((0, 0, 1, 2)), b"not mine")
        signature = liar.keys.signers.note.sign(own.note_text(liar.roster, log, size + 1, draw.randbytes(32)))
        ref = LogRef(party, log.generation)
        liar.lie(peer, Commit(ref, size, (Run(1, ()),), (entry,), signature))
        liar.lie(peer, Checkpoint(ref, size + 1, signature))
        flash = entry._replace(bits=FLASH, codec=0)
        for first in (0, size):
            hashes = tuple(draw.randbytes(32) for _ in range(subtrees_between(first, size + 1)))
            liar.lie(peer, Overtaking(ref, size + 1, (), flash, size + 2, signature, first, hashes))


def _swap_secret(liar: Liar, peer: int, draw: Random) -> None:
    """Wrong secrets for the logs of others, known and to come."""
    for party in _others(liar):
        known = _log_of(liar, party)
        name = known[0].generation if known else draw.randbytes(12)
        station = liar.roster.parties[party].stations[0].digest[:8]
        liar.lie(peer, Opening(party, name, draw.randbytes(32), station))
        liar.lie(peer, Opening(party, draw.randbytes(12), draw.randbytes(32), draw.randbytes(8)))


def _false_exhibit(liar: Liar, peer: int, draw: Random) -> None:
    """An accusation in its own record, made of an honest note and one it wrote itself."""
    known = _log_of(liar, peer)
    if known is None or liar.turns is None:
        return
    log, size = known
    held = liar.turns.state.logs[log]
    forged = Pen(liar.roster, liar.keys.signers, log.generation, liar.wall_ms())
    forged.log = log
    honest = own.note_text(liar.roster, log, size, held.noted.root)
    data = _exhibit(liar, log, honest, held.noted.signature, draw)
    for body in (data, draw.randbytes(100)):
        liar.take_draft(Draft(DISPUTE, 2, 0, (), body))
    liar.lie(peer, Note(_forged_note(liar, log, size, draw)))


def _exhibit(liar: Liar, log: LogId, honest: bytes, signature: bytes, draw: Random) -> bytes:
    size = int(honest.split(b"\n")[1])
    return encode_exhibit(TwoRoots(_with_line(liar, log, honest, signature), _forged_note(liar, log, size, draw)))


def _forged_note(liar: Liar, log: LogId, size: int, draw: Random) -> bytes:
    text = own.note_text(liar.roster, log, size, draw.randbytes(32))
    return _with_line(liar, log, text, liar.keys.signers.note.sign(text))


def _with_line(liar: Liar, log: LogId, text: bytes, signature: bytes) -> bytes:
    from openline.record.note import author_line, format_note

    key = liar.roster.parties[log.party].stations[0].note_key
    return format_note(text, (author_line(text.split(b"\n", 1)[0].decode(), key, signature),))


def _boast(liar: Liar, peer: int, draw: Random) -> None:
    """Hails that claim to hold what nobody wrote, and other roots than were signed."""
    rows = [HailLog(peer, draw.randbytes(12), draw.randrange(1, 50), draw.randbytes(8))]
    for party in range(liar.world.plan.parties):
        known = _log_of(liar, party)
        if known is not None:
            rows.append(HailLog(party, known[0].generation, known[1] + draw.choice((0, 0, 7)), draw.randbytes(8)))
    liar.lie(peer, Hail(0, draw.randbytes(8), draw.randbytes(8), 1 << 40, tuple(sorted(rows)), (), ()))


def _spoil(liar: Liar, peer: int, draw: Random) -> None:
    """From now on the attachments it passes on are nearly right; and it pushes them without being asked."""
    liar.spoiling = True
    for row in liar.store.blobs():
        if row.held == row.total:
            piece = BlobChunk(row.digest, 0, row.total, liar.store.blob_bytes(row.digest, 0, row.total))
            liar.lie(peer, spoilt(piece))


LIES: Final[dict[str, Lie]] = {
    "replay": _replay,
    "withhold": _withhold,
    "two roots": _two_roots,
    "longer fork": _longer_fork,
    "two peers": _two_peers,
    "back-date": _back_date,
    "pre-record": _pre_record,
    "take back": _take_back,
    "flood": _flood,
    "nearly right": _nearly_right,
    "gap receipt": _gap_receipt,
    "false receipt": _false_receipt,
    "impersonate": _impersonate,
    "swap secret": _swap_secret,
    "false exhibit": _false_exhibit,
    "boast": _boast,
    "spoil": _spoil,
    "hoard": _hoard,
}
