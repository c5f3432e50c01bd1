"""What is shown of an entry by the register is what the record alone says, and nothing of it is kept in memory."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import msgspec

from openline.console.channel.showing import Ours, Reader
from openline.console.screen.reading import RegisterReader
from openline.contact.saying import Alerted, HoldingReply, Refusal, SilenceAnswered, SilenceRecorded
from openline.desk.release import release_digest
from openline.desk.telling.bodies import Office, Offices, Passed, Relation, Understood, Which, encode_body
from openline.line.ports import Store
from openline.record.entry import EXERCISE, MESSAGE, OFFICES, PASSED, RELATION, UNDERSTOOD, Ref
from openline.store.memory import MemoryStore
from openline.store.register.file import Register, Whose
from openline.store.register.looking import Looking
from tests.rooms.store.spoken import AT_MS, Party, arrive

LATER_MS = AT_MS + 3_600_000
OURS = cast("Ours", SimpleNamespace(
    roster=SimpleNamespace(
        parties=[SimpleNamespace(name=name, left=False) for name in ("Aurora", "Borealis")], line_id=bytes(32)
    ),
    ledger=None, me=0,
))  # fmt: skip


def relates(party: Party, which: Which, of: Ref, flags: int = 0) -> Ref:
    """A new message that does something to an earlier one."""
    by = party.says("Read thirty, not three.", "The right figure", flags=flags)
    beside = release_digest(MESSAGE, 0, flags, party.rows[by.index].body)
    party.writes(RELATION, encode_body(Relation(which, (of,), beside, "a slip", "en")), of, flags=flags)
    return by


def spoken() -> tuple[Store, Party, Party]:
    """Everything one may say of a message, in earnest and not, by who may and who may not, knowing it and not."""
    store, us, them = MemoryStore(), Party(0), Party(1)

    def hear() -> None:
        for party, other in ((us, them), (them, us)):
            arrive(store, party)
            other.hears(party)

    first = them.says("Three flights.", "The figure", reply_by_ms=AT_MS)
    drill = them.says("A drill.", "Drill", flags=EXERCISE)
    ours = us.says("We ask.", "A question", reply_by_ms=AT_MS)
    us.opens(Ref(1, bytes(12), 0))  # before it had come: it counts for what the record lets it count
    hear()
    for flags in (0, EXERCISE):
        for of in (first, drill, ours):
            for party in (us, them):
                party.opens(of, flags=flags)
                party.writes(UNDERSTOOD, encode_body(Understood("So many.", "en", "Moreau", "watch officer")), of,
                             flags=flags)  # fmt: skip
                party.writes(PASSED, encode_body(Passed("DEFENCE", AT_MS, "by hand", "Moreau", "")), of, flags=flags)
                party.states(HoldingReply(LATER_MS, "soon", "Moreau"), of, flags=flags)
                party.states(Refusal(False, "not ours", "Moreau"), of, flags=flags)
                party.states(Alerted(LATER_MS, True), of, flags=flags)
    relates(them, Which.CORRECTS, first)
    relates(us, Which.FORWARDS, first)
    relates(us, Which.CORRECTS, first)  # who did not write it corrects nothing
    relates(them, Which.SUPERSEDES, drill, EXERCISE)
    silence = us.states(SilenceRecorded(AT_MS - 1, "no word", "Moreau"), ours)
    hear()
    them.states(SilenceAnswered(False, "we answered", "Petrov"), silence)
    them.writes(OFFICES, encode_body(Offices((Office("DEFENCE", "The ministry", (("en", "Sir"),), "", ""),), ())))
    hear()
    return store, us, them


def test_each_entry_is_shown_as_the_record_alone_shows_it(tmp_path: Path) -> None:
    store, us, them = spoken()
    register = Register(tmp_path / "register.sqlite", Whose(0, (1,)))
    while register.follow(store, 7):
        pass
    looking = Looking(tmp_path / "register.sqlite")
    whole, reader = Reader(store), RegisterReader(store, looking)
    seen = set()
    for party in (us, them):
        for index in range(len(party.rows)):
            name = f"{party.log.party}/{party.log.generation.hex()}/{index}"
            told, by_register = (msgspec.to_builtins(one.shown_at(name, OURS)) for one in (whole, reader))
            assert by_register == told
            seen |= {field for field, value in told.items() if value}
            bare = msgspec.to_builtins(whole.bare_at(name, OURS))
            left_out = ("held", "lacking", "acknowledged", "stated", "understood", "passed", "related", "crossed")
            bare["release"] = told["release"]
            assert {**told, **{field: [] for field in left_out}} == bare
    assert seen >= {"acknowledged", "stated", "understood", "passed", "related", "crossed"}
    assert reader.ladder.directory(1) == whole.ladder.directory(1)
    looking.close()
    register.close()


def test_nothing_of_a_message_stays_in_memory(tmp_path: Path) -> None:
    store, _us, _them = spoken()
    register = Register(tmp_path / "register.sqlite", Whose(0, (1,)))
    while register.follow(store, 100):
        pass
    looking = Looking(tmp_path / "register.sqlite")
    reader = RegisterReader(store, looking)
    for position in range(1, reader.last_position() + 1):
        reader.at_position(position, OURS)
    kept = (reader._opened, reader.ladder._about, reader.ladder._by)
    assert not any(kept)
    looking.close()
    register.close()
