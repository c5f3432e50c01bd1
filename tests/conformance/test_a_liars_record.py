"""Whatever a party with real keys writes, the record of those who hold it stays whole: it exports and verifies.

A liar signs headers that no honest program writes. What the line takes of them must be what an export may hold
(R-125, R-174): otherwise somebody else's words make our own record worthless before a court.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conformance.making.cupboard import word
from conformance.making.custody import opening_of, spelled, wire_entry
from conformance.making.parties import OPENED_AT_MS, WINDOW, Log, line, side
from openline.console.channel.exporting import Exporter
from openline.console.kept.keeping import StationKeys
from openline.console.kept.papers import Papers
from openline.limits import LOG_ENTRIES_MAX
from openline.line.events import Arrived, Draft, Submitted
from openline.line.forms import compact_after
from openline.line.turn import Heard, Life, Turns
from openline.record.entry import (
    AMENDMENT_PROPOSED,
    CERTIFICATE,
    DISPUTE,
    REVOCATION,
    After,
    Header,
    Held,
    LogId,
    Receipted,
    Ref,
    body_digest,
    salt_for,
)
from openline.record.evidence.export import read_export, spell_export
from openline.record.evidence.judge import judge_at_once
from openline.record.merkle import root_of
from openline.record.note import Checkpoint, checkpoint_text, cosigned_message, cosigned_text
from openline.record.roster import origin_of
from openline.seal.amendment import Close, Leave, Proposal, encode_proposal
from openline.seal.certificate import Certificate, StationSecrets, certify, draw_station, revoke
from openline.seal.draw import LibraryDraw
from openline.seal.party import PartyRoot
from openline.seal.signature import Mldsa44Signer
from openline.store.memory import MemoryStore
from openline.wire.items import Commit, Hail, HailLog, LogRef, PqCheckpoint, Receipt, Run

NOW_MS = OPENED_AT_MS + 3_600_000
GENERATIONS = st.sampled_from([word(n)[:12] for n in range(3)])
PARTIES = st.integers(0, 7)
SIZES = st.one_of(st.integers(0, 5), st.just(LOG_ENTRIES_MAX))
HELD = st.lists(
    st.builds(Held, PARTIES, GENERATIONS, SIZES, st.just(word("root"))), max_size=3, unique_by=lambda h: h[0]
)
RECEIPTED = st.lists(st.builds(Receipted, PARTIES, st.integers(1, 1)), max_size=3, unique_by=lambda r: r[0])
REFERENCES = st.lists(
    st.builds(Ref, PARTIES, GENERATIONS, st.one_of(st.integers(0, 5), st.just(LOG_ENTRIES_MAX - 1))), max_size=32
)
ENTRIES = st.fixed_dictionaries({
    "kind": st.one_of(st.integers(0, 12), st.integers(0, 255)),
    "precedence": st.integers(0, 3),
    "flags": st.integers(0, 1),
    "held": HELD.map(sorted),
    "receipted": RECEIPTED.map(sorted),
    "references": REFERENCES,
    "at_ms": st.one_of(st.integers(OPENED_AT_MS, OPENED_AT_MS + 2**40 - 1), st.just(NOW_MS)),
    "body": st.one_of(st.binary(max_size=80), st.sampled_from(["a200010160", "a3000301800260"]).map(bytes.fromhex)),
})  # fmt: skip


def receiver() -> tuple[Turns, MemoryStore]:
    """B's station, just started."""
    opened, store = line(2), MemoryStore()
    turns = Turns(store, StationKeys(opened.secrets(1)), opened.roster(), 1, opened.lines[1].charter)
    certificate = opened.lines[1].certificates[1]
    turns.start(Life(word("b")[:12], word("secret of b"), certificate.digest, "test"), NOW_MS)
    return turns, store


def told(log: Log, fields: dict[str, Any]) -> None:
    """Append what the liar says, as it says it."""
    index = log.size
    after = After(tuple(fields["held"]), tuple(fields["receipted"]))
    digest = body_digest(salt_for(log.secret, index), fields["body"])
    header = Header(index, fields["at_ms"], fields["kind"], fields["precedence"], fields["flags"], after,
                    tuple(fields["references"]), digest)  # fmt: skip
    log.add(header, fields["body"])


@given(st.lists(ENTRIES, min_size=1, max_size=4))
@example(
    [
        {
            "kind": 7,
            "precedence": 0,
            "flags": 0,
            "held": [],
            "receipted": [],
            "references": [],
            "at_ms": NOW_MS,
            "body": b"",
        }
    ]
)
@settings(max_examples=settings().max_examples * 6 // 5, deadline=None)
def test_what_the_line_takes_of_a_liar_an_export_may_hold(said: list[dict[str, Any]]) -> None:
    opened = line(2)
    turns, store = receiver()
    liar = Log(opened, 0)
    for fields in said:
        told(liar, fields)
    runs = [Run(1, ())] + [Run(1, compact_after(header.after, 1, full=True)) for header in liar.parsed[1:]]
    entries = tuple(wire_entry(header, body) for header, body in zip(liar.parsed, liar.bodies, strict=True))
    commit = Commit(LogRef(0, b""), 0, tuple(runs), entries, liar.sign())
    items = Heard(OPENED_AT_MS).items(spelled(opening_of(liar), commit))
    turns.take([Arrived(0, "", liar.log.generation[-4:], items)], NOW_MS)
    assert {row.log: row.size for row in store.logs()}[liar.log] == liar.size
    findings = judge_at_once(read_export(spell_export(exporter(store).record(bodies=True, scope="all"))))
    assert sum(len(log.entries) for log in findings.logs) == liar.size + 1
    chosen = [(LogId(*liar.log), index) for index in range(liar.size)]
    judge_at_once(read_export(spell_export(exporter(store).extract(chosen, scope="the liar's"))))


def exporter(store: MemoryStore, turns: Turns | None = None) -> Exporter:
    """Ours, over B's store, with the papers that the record has brought."""
    opened = line(2)
    papers = Papers(1, opened.lines[1].charter, tuple(side(n).card for n in range(2)),
                    tuple(enumerate(opened.lines[1].certificates)))  # fmt: skip
    if turns is not None and turns.state.ledger is not None:
        papers = papers.with_standing(turns.state.ledger.standing)
    return Exporter(store, papers, NOW_MS)


def change(body: bytes, kind: int) -> dict[str, Any]:
    """An entry that changes the line."""
    return {"kind": kind, "precedence": 0, "flags": 0, "held": [], "receipted": [], "references": [],
            "at_ms": NOW_MS, "body": body}  # fmt: skip


DRAW = LibraryDraw()
RENEWED = draw_station(DRAW)
ROOT = PartyRoot(word("PARTY A", "Ed25519 root key"), word("PARTY A", "ML-DSA-44 root key"))


def renewed() -> Certificate:
    """Another station of A."""
    return certify(ROOT, RENEWED, line(2).charter_nonce(0), WINDOW.not_before_ms + 9, WINDOW.not_after_ms,
                   DRAW)  # fmt: skip


CHANGES = {
    "renews": lambda: [change(renewed().signed, CERTIFICATE)],
    "revokes its own": lambda: [
        change(revoke(ROOT, line(2).lines[0].certificates[0].digest, 1, [], "").signed, REVOCATION)
    ],
    "leaves": lambda: [change(encode_proposal(Proposal(Leave(0))), AMENDMENT_PROPOSED)],
    "turns us out": lambda: [change(encode_proposal(Proposal(Leave(1))), AMENDMENT_PROPOSED)],
    "closes": lambda: [change(encode_proposal(Proposal(Close())), AMENDMENT_PROPOSED)],
    "disputes with nothing": lambda: [change(b"", DISPUTE)],
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_liar_who_changes_the_line_leaves_our_record_whole(what: str) -> None:
    turns, store = receiver()
    liar = Log(line(2), 0)
    for fields in [*CHANGES[what](), change(b"and goes on", 1)]:
        told(liar, fields)
    statement = PqCheckpoint(LogRef(0, b""), liar.size, _pq_by(liar, RENEWED))
    entries = tuple(wire_entry(header, body) for header, body in zip(liar.parsed, liar.bodies, strict=True))
    commit = Commit(LogRef(0, b""), 0, (Run(liar.size, ()),), entries, liar.sign())
    for items in ((opening_of(liar), commit), (statement,)):
        heard = Heard(OPENED_AT_MS).items(spelled(*items))
        turns.take([Arrived(0, "", liar.log.generation[-4:], heard)], NOW_MS)
    bytes_of = spell_export(exporter(store, turns).record(bodies=True, scope="all"))
    findings = judge_at_once(read_export(bytes_of))
    assert not findings.accusations
    assert [log.size for log in findings.logs if log.log == liar.log] == [liar.size]


def _pq_by(log: Log, secrets: StationSecrets) -> bytes:
    """A post-quantum statement about A's log by another of its stations."""
    message = cosigned_message(log.origin, 0, Checkpoint(log.origin, log.size, log.root()))
    return Mldsa44Signer(secrets.mldsa44).sign(message)


def test_a_receipt_for_what_we_never_signed_is_not_taken() -> None:
    """It would be shown as held, and no export could show it: no checkpoint of ours goes with it. (R-127)"""
    opened, store = line(2), MemoryStore()
    turns = Turns(store, StationKeys(opened.secrets(0)), opened.roster(), 0, opened.lines[0].charter)
    turns.start(Life(word("a")[:12], word("secret of a"), opened.lines[0].certificates[0].digest, "test"), NOW_MS)
    turns.take([Submitted(tuple(Draft(1, 0, 0, (), b"one") for _ in range(5)))], NOW_MS)
    turns.take([Submitted((Draft(1, 0, 0, (), b"six"),))], NOW_MS)
    own = turns.state.own
    assert own is not None

    def receipt(size: int) -> Arrived:
        text = checkpoint_text(origin_of(turns.state.roster, own), size, root_of(store.leaves(own, 0, size)))
        signature = opened.secrets(1).receipt_signer().sign(cosigned_text(text, NOW_MS // 1000))
        items = (Receipt(LogRef(0, own.generation), None, size, NOW_MS // 1000, signature),)
        return Arrived(1, "", word("b")[:4], items)

    hail = Hail(0, bytes(8), bytes(8), 0, (HailLog(0, own.generation, 4, bytes(8)),), (), ())
    turns.take([Arrived(1, "", word("b")[:4], (hail,))], NOW_MS)  # even if we have just computed that root
    turns.take([receipt(4)], NOW_MS)
    assert not store.receipts(own)
    turns.take([receipt(6)], NOW_MS)
    turns.take([receipt(7)], NOW_MS)
    assert [row.size for row in store.receipts(own)] == [6, 7]
