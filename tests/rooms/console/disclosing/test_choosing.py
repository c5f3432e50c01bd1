"""Which bodies go along: what is withheld is proved all the same, what was done about a chosen message goes with it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.making.cupboard import word
from conformance.making.parties import OPENED_AT_MS, line, side
from openline.console.channel.exporting import Exporter
from openline.console.codes import Told
from openline.console.disclosing.asking import Chosen
from openline.console.disclosing.choosing import Choice, choice_of, planned
from openline.console.disclosing.wizard import chosen_of, in_words
from openline.console.kept.keeping import StationKeys
from openline.console.kept.papers import Papers
from openline.errors import Refused
from openline.line.events import Draft, Submitted
from openline.line.turn import Life, Turns
from openline.record.body import Acknowledgement, Message, encode_acknowledgement, encode_message
from openline.record.entry import ACKNOWLEDGEMENT, MESSAGE, RELEASE, Ref, body_digest
from openline.record.evidence.export import read_export, spell_export
from openline.record.evidence.findings import Findings
from openline.record.evidence.judge import judge_at_once
from openline.record.statement import ALWAYS_SHOWN
from openline.store.memory import MemoryStore

HOUR_MS = 3_600_000
NOW_MS = OPENED_AT_MS + HOUR_MS
FIRST, RELEASED, SECOND, OPENED = 1, 2, 3, 4  # places in our own log; 0 is its opening


@pytest.fixture(scope="module")
def store() -> MemoryStore:
    """Our log: a message with its release, an hour later another, then an acknowledgement of the first of them."""
    made, opened = MemoryStore(), line(2)
    turns = Turns(made, StationKeys(opened.secrets(0)), opened.roster(), 0, opened.lines[0].charter)
    turns.start(Life(word("a")[:12], word("secret of a"), opened.lines[0].certificates[0].digest, "test"), NOW_MS)
    first = encode_message(Message("First", "Words of the first."))
    release = bytes.fromhex("00")
    turns.take([Submitted((Draft(MESSAGE, 0, 0, (), first), Draft(RELEASE, 0, 0, (), release)))], NOW_MS)
    second = encode_message(Message("Second", "Words of the second."))
    turns.take([Submitted((Draft(MESSAGE, 0, 0, (), second),))], NOW_MS + HOUR_MS)
    about = encode_acknowledgement(Acknowledgement("Ann", "watch officer", "seen"))
    own = turns.state.own
    assert own is not None
    ref = Ref(0, own.generation, FIRST)
    turns.take([Submitted((Draft(ACKNOWLEDGEMENT, 0, 0, (ref,), about),))], NOW_MS + 2 * HOUR_MS)
    return made


def name(index: int) -> str:
    return f"0/{word('a')[:12].hex()}/{index}"


def exported(store: MemoryStore, chosen: Chosen) -> Findings:
    """Written, read and judged by the same eyes as any export."""
    opened = line(2)
    papers = Papers(0, opened.lines[0].charter, tuple(side(n).card for n in range(2)),
                    tuple(enumerate(opened.lines[0].certificates)))  # fmt: skip
    items = Exporter(store, papers, NOW_MS).chosen(choice_of(chosen, 2))
    return judge_at_once(read_export(spell_export(items)))


def shown(findings: Findings) -> set[int]:
    (log,) = findings.logs
    return {one.header.index for one in log.entries if one.body is not None and one.header.kind not in ALWAYS_SHOWN}


@pytest.mark.parametrize(
    ("chosen", "indexes"),
    [
        (Chosen(), set()),
        (Chosen(entries=[name(FIRST)]), {FIRST, RELEASED, OPENED}),
        (Chosen(entries=[name(SECOND)]), {SECOND}),
        (Chosen(parties=[0]), {FIRST, RELEASED, SECOND, OPENED}),
        (Chosen(parties=[1]), set()),
        (Chosen(from_ms=NOW_MS + 1), {SECOND, OPENED}),
        (Chosen(to_ms=NOW_MS + 1), {FIRST, RELEASED, OPENED}),
        (Chosen(parties=[1], entries=[name(SECOND)]), {SECOND}),
        (Chosen(from_ms=NOW_MS + 1, to_ms=NOW_MS + HOUR_MS + 1), {SECOND}),
    ],
)
def test_what_is_chosen_is_shown_with_what_was_done_about_it(
    store: MemoryStore, chosen: Chosen, indexes: set[int]
) -> None:
    """R-350, R-351."""
    findings = exported(store, chosen)
    assert shown(findings) == indexes
    (log,) = findings.logs
    assert log.size == 5 and log.withheld == 4 - len(indexes)  # every header is there, and the opening is shown
    assert log.entries[0].body is not None
    plan = planned(store, ["PARTY A", "PARTY B"], choice_of(chosen, 2), bodies=False)
    assert [(one.entries, one.shown, one.always, one.withheld) for one in plan.logs] == [
        (5, len(indexes), 1, 4 - len(indexes))
    ]
    assert findings.head.scope == plan.scope
    assert f"{4 - len(indexes)} withheld" in in_words(plan)


def test_a_withheld_body_is_proved_by_who_is_given_it_later(store: MemoryStore) -> None:
    """R-352: the header of the export that withholds it holds the digest of the body of the one that shows it."""
    (hiding,), (showing,) = exported(store, Chosen()).logs, exported(store, Chosen(entries=[name(SECOND)])).logs
    header = hiding.entries[SECOND].header
    assert hiding.entries[SECOND].body is None and header == showing.entries[SECOND].header
    later = store.entries(store.logs()[0].log, SECOND, 1, 1 << 20)[0]
    assert b"Words of the second" in later.body
    assert header.digest == showing.entries[SECOND].header.digest != body_digest(bytes(32), later.body)


_CHOSEN = st.builds(
    Chosen,
    st.lists(st.sampled_from([name(index) for index in range(5)])),
    st.lists(st.integers(0, 1)),
    st.none() | st.integers(NOW_MS, NOW_MS + HOUR_MS),
    st.none() | st.integers(NOW_MS + HOUR_MS + 1, NOW_MS + 3 * HOUR_MS),
)


@given(_CHOSEN)
def test_whatever_is_chosen_verifies_and_hides_nothing_of_when_and_how_much(
    store: MemoryStore, chosen: Chosen
) -> None:
    findings = exported(store, chosen)
    (log,) = findings.logs
    assert [one.header.index for one in log.entries] == list(range(5)) and not findings.accusations
    named = {int(one.rpartition("/")[2]) for one in chosen.entries} - {0}
    assert named <= shown(findings)


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        (Chosen(parties=[2]), "party 2 is not on this line"),
        (Chosen(from_ms=5, to_ms=5), "ends before it begins"),
        (Chosen(entries=[name(77)]), "it cannot be shown"),
        (Chosen(entries=["first"]), "not an entry's name"),
    ],
)
def test_what_cannot_be_chosen_is_refused(store: MemoryStore, chosen: Chosen, says: str) -> None:
    with pytest.raises((Refused, Told), match=says):
        planned(store, ["PARTY A", "PARTY B"], choice_of(chosen, 2), bodies=False)


def test_words_of_the_command_become_a_choice() -> None:
    said: Sequence[str] = ("17", "party:Birch", "from:2026-11-22T00:00:00Z", "to:2026-11-23T00:00:00Z")
    chosen = chosen_of(tuple(said), {"Amber": 0, "Birch": 1}.__getitem__, lambda entry: f"name of {entry}")
    assert chosen == Chosen(["name of 17"], [1], 1_795_305_600_000, 1_795_392_000_000)
    with pytest.raises(Told, match="not an instant"):
        chosen_of(("from:noon",), int, str)
    assert Choice(frozenset(), None, None, None).entries == frozenset()
