"""When a bearer had taken a message: of our own log, in whole, once for each party, with which bearer."""

from __future__ import annotations

from openline.console.channel.relayed import ENTRIES_MAX, Relay, Relayed
from openline.line.narrow.squeezing import squeezed
from openline.line.turn import payloads
from openline.record.entry import LINK_TEST, MESSAGE, NOTICE
from openline.wire.items import AfterSlot, Commit, LogRef, Run, WireEntry

OPENED_AT_MS = 1_790_000_000_000
GENERATION = bytes(range(12))
OWN = LogRef(0, b"")


def commit(first: int, *kinds: int, log: LogRef = OWN, body: bytes = b"x") -> Commit:
    [(codec, coded)] = squeezed([body], {}, narrow=False, plain=True)
    entries = tuple(WireEntry(one, 1, OPENED_AT_MS + 1, (), codec, coded) for one in kinds)
    after: tuple[AfterSlot, ...] = ()
    return Commit(log, first, (Run(len(kinds), after),), entries, bytes(64))


def looking() -> Relayed:
    relayed = Relayed(0, OPENED_AT_MS)
    relayed.begin(GENERATION)
    return relayed


def test_the_first_bearer_that_took_it_counts_for_each_party() -> None:
    relayed = looking()
    relayed.took(1, "tls", (commit(5, LINK_TEST, MESSAGE),), 100)
    relayed.took(1, "radio", (commit(6, MESSAGE),), 200)
    relayed.took(2, "radio", (commit(6, NOTICE, log=LogRef(0, GENERATION[-2:])),), 300)
    assert relayed.of(1, GENERATION, 6) == Relay("tls", 100)
    assert relayed.of(2, GENERATION, 6) == Relay("radio", 300)
    assert relayed.of(1, GENERATION, 5) is None, "what is no official text has no such step"
    assert relayed.of(1, bytes(12), 6) is None, "of another life"


def test_what_goes_in_pieces_is_taken_with_its_last_one() -> None:
    relayed = looking()
    pieces = payloads([commit(3, MESSAGE, body=bytes(range(256)) * 8)], OPENED_AT_MS, 400)
    assert len(pieces) > 3
    for at_ms, piece in enumerate(pieces[:-1]):
        relayed.took(1, "radio", piece, at_ms)
    assert relayed.of(1, GENERATION, 3) is None
    relayed.took(1, "radio", b"\xff no payload of ours", 98)
    relayed.took(1, "radio", pieces[-1], 99)
    assert relayed.of(1, GENERATION, 3) == Relay("radio", 99)


def test_others_logs_are_not_looked_at_and_a_new_life_forgets() -> None:
    relayed = looking()
    relayed.took(1, "tls", (commit(1, MESSAGE, log=LogRef(1, b"ab")), commit(2, MESSAGE, log=LogRef(0, b"zz"))), 1)
    assert not any(relayed.of(1, GENERATION, index) for index in (1, 2))
    for first in range(4, 4 + ENTRIES_MAX + 1, 256):
        relayed.took(1, "tls", (commit(first, *[MESSAGE] * 256),), 3)
    assert relayed.of(1, GENERATION, 4) is None, "the newest, to a bound"
    assert relayed.of(1, GENERATION, 4 + ENTRIES_MAX) is not None
    assert len(relayed.came) == ENTRIES_MAX, "nobody wrote them down"
    relayed.begin(bytes(12))
    assert relayed.of(1, GENERATION, 5) is None
