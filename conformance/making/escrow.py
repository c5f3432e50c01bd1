"""Scenarios of what is committed before it is shown: bodies, openings, exchanges in and out of order, drawn challenges."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

from hashlib import sha256
from typing import Any, Final

from conformance.making.entries import cbor
from conformance.making.scenarios import Book
from openline.accord.escrow import bodies, sums, tree
from openline.accord.escrow.bodies import (
    Answered,
    Body,
    Challenge,
    Committed,
    Countersigned,
    Escrow,
    Exchange,
    Opened,
    Revealed,
    draw_closed,
    drawn,
)
from openline.accord.escrow.tree import Opening
from openline.record.entry import Ref

REF: Final = [1, bytes(range(12)), 7]
OTHER: Final = [2, bytes(range(12)), 9]
LOCK: Final = bytes(range(32))
LISTS: Final = ((b"Alpha", b"Bravo", b"Charlie", b""), (b"Delta", b"Echo"))
SEEDS: Final = tuple(sha256(b"openline test seed %d" % party).digest() for party in range(2))
UNITS: Final = [("launchers", "Base A", "TYPE-1", "0001"), ("launchers", "Base A", "TYPE-1", "0002"), ("bombers", "Base B", "TYPE-9", "0003")]
DRAWS: Final = (bytes(32), bytes(range(32)))


def write(book: Book) -> None:
    """All of them."""
    _bodies(book)
    _openings(book)
    _exchanges(book)
    _escrows(book)


def _bodies(book: Book) -> None:
    good: dict[int, list[Any]] = {
        140: ["LISTS-2027", "Lists of 1 January", "en", [0, 1], 1_000, 2_000, 3_000], 141: [REF, 4, LOCK],
        142: [REF, [[REF, LOCK], [OTHER, LOCK]]], 143: [REF, 0, 1, LOCK * 2, LOCK * 2, LOCK * 2, [b"Bravo", b""]],
        144: ["E-1", 20_000, b"", [[1, LOCK], [2, LOCK], [4, LOCK], [8, LOCK], [16, LOCK]], None],
        145: [REF, 4, LOCK, 1_000, 2_000, 3_000], 146: [REF, LOCK], 147: [REF, LOCK],
    }  # fmt: skip
    for kind, fields in good.items():
        book.accept(f"escrow-body-{kind}", "escrow-body", {"kind": kind, "bytes": cbor(fields)}, "R-552 R-553 R-558 R-560 R-561", "One that is well spelled.")
        book.refuse(f"escrow-body-{kind}-field-lacks", "escrow-body", {"kind": kind, "bytes": cbor(fields[:-1])}, "R-552", "The last field is missing.", "keys 0 to")
        book.refuse(f"escrow-body-{kind}-trailing-byte", "escrow-body", {"kind": kind, "bytes": cbor(fields) + b"\0"}, "R-552", "A byte after the end.", "")
    for name, kind, at, value, says, story in (
        ("exchange-of-one", 140, 3, [0], "two or more", "Nobody exchanges alone."),
        ("exchange-parties-out-of-order", 140, 3, [1, 0], "ascending", "One spelling for one set."),
        ("exchange-open-before-countersigned", 140, 6, 2_000, "follow each other", "Opened at the moment by which it is countersigned."),
        ("exchange-title-in-no-language", 140, 2, "", "has a language", "In which language?"),
        ("commitment-of-three-leaves", 141, 1, 3, "power of two", "A tree has a power of two."),
        ("commitment-of-no-leaf", 141, 1, 0, "power of two", "A tree has one at least."),
        ("countersignature-of-one", 142, 1, [[REF, LOCK]], "two parties", "It names those of all."),
        ("countersignature-twice-of-a-party", 142, 1, [[REF, LOCK], [REF, LOCK]], "each once", "Which of the two?"),
        ("opening-of-nothing", 143, 6, [], "no record", "It opens nothing."),
        ("opening-a-salt-short", 143, 5, LOCK + bytes(31), "salts", "32 bytes each."),
        ("opening-a-leaf-too-many", 143, 3, LOCK * 3, "leaves", "One for each record."),
        ("opening-of-a-sixth-level", 143, 1, 5, "level", "There are five."),
        ("escrow-of-four-levels", 144, 3, [[1, LOCK]] * 4, "levels", "All five are committed at once."),
        ("escrow-layout-short", 144, 2, bytes(7), "layout", "A mark has 8 bytes."),
        ("challenge-opened-before-shown", 145, 5, 2_000, "follow each other", "Answer, reveal, open."),
        ("answer-short", 146, 1, bytes(31), "draw", "32 bytes."),
        ("reveal-long", 147, 1, bytes(33), "draw", "32 bytes."),
    ):
        fields = [*good[kind][:at], value, *good[kind][at + 1 :]]
        book.refuse(f"escrow-{name}", "escrow-body", {"kind": kind, "bytes": cbor(fields)}, "R-552 R-553 R-558 R-560 R-561", story, says)


def _rows(records: tuple[bytes, ...], seed: bytes, level: int = 0) -> tree.Rows:
    return tree.tree_of(records, tree.salts_of(seed, level, len(records)))


def _lock(records: tuple[bytes, ...], seed: bytes, party: int, level: int = 0) -> bytes:
    return tree.lock_of(party, level, len(records), _rows(records, seed, level)[-1][0])


def _opening(records: tuple[bytes, ...], seed: bytes, level: int = 0, first: int = 0, count: int = 0) -> Opening:
    count = count or len(records) - first
    salts = tree.salts_of(seed, level, len(records))[first : first + count]
    return tree.open_run(_rows(records, seed, level), level, first, salts, records[first : first + count])


def _openings(book: Book) -> None:
    of, records, seed = Ref(0, bytes(12), 2), LISTS[0], SEEDS[0]
    given = {"lock": _lock(records, seed, 0), "leaves": 4}
    book.accept("escrow-lock", "escrow-lock", {"party": 0, "level": 0, "seed": seed, "records": list(records)}, "R-550 R-551", "The lock of a list of three records.", lock=given["lock"])
    whole, one = _opening(records, seed), _opening(records, seed, 0, 2, 1)
    wrong = one._replace(records=(b"Kilo",))
    for name, opening, party, result, story in (
        ("whole", whole, 0, (True, [0, 1, 2, 3], []), "Every leaf."), ("one-record", one, 0, (True, [2], []), "One record, and the nodes beside it."),
        ("two-in-the-middle", _opening(records, seed, 0, 1, 2), 0, (True, [1, 2], []), "A run that begins and ends within pairs."),
        ("another-record", wrong, 0, (True, [], [2]), "The leaf is the one committed; what is shown is not what it was made of."),
        ("another-salt", one._replace(salts=(bytes(32),)), 0, (True, [], [2]), "A salt is part of the leaf."),
        ("another-index", one._replace(first=1), 0, (False, [], []), "What is opened at one place opens at no other."),
        ("another-level", one._replace(level=1), 0, (False, [], []), "Nor in another level."),
        ("another-party", whole, 1, (False, [], []), "Nobody opens with what another committed."),
        ("leaf-of-the-other-record", wrong._replace(leaves=(tree.leaf_of(2, one.salts[0], b"Kilo"),)), 0, (False, [], []), "The leaf fits the record and not the lock."),
        ("a-node-too-many", one._replace(beside=(*one.beside, bytes(32))), 0, (False, [], []), "No node is left over."),
        ("a-node-too-few", one._replace(beside=one.beside[:1]), 0, (False, [], []), "The root is not reached."),
        ("beyond-the-leaves", one._replace(first=4), 0, (False, [], []), "There is no fifth leaf."),
    ):
        data = bodies.encode(Opened(of._replace(party=party), opening))
        book.accept(f"escrow-opening-{name}", "escrow-opening", {**given, "bytes": data}, "R-554 R-551", story, counts=result[0], records=result[1], differ=result[2])
    book.accept("escrow-opening-in-a-larger-tree", "escrow-opening", {**given, "leaves": 8, "bytes": bodies.encode(Opened(of, whole))}, "R-554 R-551", "The number of leaves is committed too.", counts=False)


class _Told:
    """Entries in the order in which they were written; each was written upon all that was there, or what is said."""

    def __init__(self) -> None:
        self.entries: list[list[Any]] = []
        self.sizes = [0, 0]

    def say(self, party: int, body: Body, *, upon: int | None = None) -> Ref:
        ref = Ref(party, bytes(12), self.sizes[party])
        held = self.sizes[1 - party] if upon is None else upon
        self.entries.append([party, ref.index, bodies.kind_of(body), bodies.encode(body), [[1 - party, held]] if held else []])
        self.sizes[party] += 1
        return ref


def _committed(told: _Told) -> tuple[Ref, list[Ref], Countersigned]:
    of = told.say(0, Exchange("LISTS-2027", "", "", (0, 1), 1_000, 2_000, 3_000))
    refs = [told.say(party, Committed(of, len(LISTS[party]), _lock(LISTS[party], SEEDS[party], party))) for party in (0, 1)]
    return of, refs, Countersigned(of, tuple((ref, _lock(LISTS[ref.party], SEEDS[ref.party], ref.party)) for ref in refs))


def _exchanges(book: Book) -> None:
    def put(name: str, told: _Told, story: str, **expected: object) -> None:
        given = {"parties": [0, 1], "entries": told.entries}
        book.accept(f"escrow-exchange-{name}", "exchange-folded", given, "R-555 R-556 R-557", story, **expected)
        turned = {"parties": [0, 1], "entries": [told.entries[0], *told.entries[:0:-1]]}
        book.accept(f"escrow-exchange-{name}-turned", "exchange-folded", turned, "R-555 R-557", "The same entries in another order.", **expected)

    told = _Told()
    _, refs, signed = _committed(told)
    put("committed", told, "Both have committed: both owe a countersignature.", locked=False, marked=[], owed=[[0, "commitment", True], [0, "countersignature", False], [1, "commitment", True], [1, "countersignature", False]])
    told.say(0, Opened(refs[0], _opening(LISTS[0], SEEDS[0])))
    put("opened-early", told, "Party 0 opens before anybody has countersigned.", locked=False, marked=[[0, 2]])
    told.say(1, Committed(Ref(0, bytes(12), 0), 2, LOCK))
    put("replaced-after-reading", told, "Party 1 commits anew upon the opening.", locked=False, marked=[[0, 2], [1, 1]])
    told = _Told()
    _, refs, signed = _committed(told)
    told.say(0, signed)
    told.say(1, signed, upon=0)
    put("locked", told, "Both have countersigned the same two: both owe an opening.", locked=True, complete=[])
    told.say(0, Opened(refs[0], _opening(LISTS[0], SEEDS[0])), upon=1)
    put("opened-before-it-was-held", told, "Locked, but party 0 opened without holding the other's countersignature.", locked=True, complete=[0], marked=[[0, 3]])
    told = _Told()
    _, refs, signed = _committed(told)
    told.say(0, signed)
    told.say(1, signed)
    told.say(0, Opened(refs[0], _opening(LISTS[0], SEEDS[0])))
    put("one-does-not-open", told, "Party 1 owes its opening, and nobody else anything.", locked=True, complete=[0], marked=[])
    wrong = _opening(LISTS[1], SEEDS[1])._replace(records=(b"Delta", b"Lima"))
    told.say(1, Opened(refs[1], wrong))
    put("one-does-not-match", told, "Record 1 of party 1 is not what it committed.", locked=True, complete=[0], records=[[0, 1, 2, 3], [0]], marked=[[1, 2]])
    told.say(1, Opened(refs[1], _opening(LISTS[1], SEEDS[1])))
    put("done", told, "Opened again, as committed; what did not match stays marked.", locked=True, complete=[0, 1], marked=[[1, 2]])
    told = _Told()
    of, refs, signed = _committed(told)
    told.say(0, signed)
    told.say(1, Countersigned(of, ((refs[0], LOCK), signed.commitments[1])))
    put("another-lock-countersigned", told, "Party 1 names a lock that nobody committed.", locked=False, marked=[[1, 1]])


def _escrows(book: Book) -> None:
    levels = [tuple(tree.padded([sums.spell_record(level, cells) for cells in records])) for level, records in enumerate(sums.levels_of(UNITS))]

    def begin(changed: tuple[bytes, ...] | None = None) -> tuple[_Told, Ref, list[tuple[bytes, ...]]]:
        told, there = _Told(), [changed, *levels[1:]] if changed is not None else list(levels)
        pairs = tuple((len(records), _lock(records, SEEDS[0], 0, level)) for level, records in enumerate(there))
        return told, told.say(0, Escrow("E-1", 20_000, b"", pairs, None)), there  # type: ignore[return-value]

    def put(name: str, told: _Told, rules: str, story: str, **expected: object) -> None:
        book.accept(f"escrow-{name}", "escrow-folded", {"parties": [0, 1], "entries": told.entries}, rules, story, **expected)

    told, ref, there = begin()
    put("closed", told, "R-558", "Nothing is open, nothing is told.", open=[[], [], [], [], []], verdicts=[])
    told.say(0, Opened(ref, _opening(there[0], SEEDS[0], 0)))
    told.say(0, Opened(ref, _opening(there[4], SEEDS[0], 4, 1, 1)))
    put("partly-open", told, "R-558 R-559", "The totals, and one item: contradicts nothing, closes nothing.", open=[[0, 1], [], [], [], [1]], verdicts=[["cannot be told", "aggregate: bombers"], ["cannot be told", "aggregate: launchers"]])
    wrong = tuple(sums.spell_record(0, cells) for cells in (("bombers", 1), ("launchers", 1)))
    told, ref, there = begin(wrong)
    told.say(0, Opened(ref, _opening(there[0], SEEDS[0], 0)))
    told.say(0, Opened(ref, _opening(there[1], SEEDS[0], 1)))
    put("contradicted", told, "R-559", "One launcher in the aggregate, two by type.", verdicts=[["holds", "aggregate: bombers"], ["is broken", "aggregate: launchers"]])
    told, ref, there = begin()
    challenge = told.say(1, Challenge(ref, 4, draw_closed(1, DRAWS[1]), 1_000, 2_000, 3_000))
    put("challenged", told, "R-560 R-557", "The owner owes an answer.", drawn=[None], owed=[[0, "answer to a challenge", False]])
    told.say(0, Answered(challenge, draw_closed(0, DRAWS[0])))
    told.say(1, Revealed(challenge, DRAWS[1]))
    put("one-part-shown", told, "R-561 R-557", "Party 0 has not shown its part.", drawn=[None], marked=[], owed=[[0, "answer to a challenge", True], [0, "part of a draw", False], [1, "part of a draw", True]])
    told.say(0, Revealed(challenge, DRAWS[0]))
    index = drawn(challenge, DRAWS[1], DRAWS[0], 4)
    put("drawn", told, "R-561", "The index follows from both parts.", drawn=[index], opened=[False])
    told.say(0, Opened(ref, _opening(there[4], SEEDS[0], 4, index, 1)))
    put("drawn-and-opened", told, "R-561 R-557", "The record that was drawn is open.", drawn=[index], opened=[True])
    told, ref, there = begin()
    challenge = told.say(1, Challenge(ref, 4, draw_closed(1, DRAWS[1]), 1_000, 2_000, 3_000))
    told.say(1, Revealed(challenge, DRAWS[1]))
    told.say(0, Answered(challenge, draw_closed(0, DRAWS[0])))
    told.say(0, Revealed(challenge, DRAWS[0]))
    put("answered-after-it-was-shown", told, "R-561", "The owner knew the other part when it committed: nothing is drawn.", drawn=[None], marked=[[0, 1]])
    told, ref, there = begin()
    challenge = told.say(1, Challenge(ref, 4, draw_closed(0, DRAWS[1]), 1_000, 2_000, 3_000))
    told.say(0, Answered(challenge, draw_closed(0, DRAWS[0])))
    told.say(1, Revealed(challenge, DRAWS[1]))
    put("draw-of-another-party", told, "R-560 R-561", "What is shown was committed under another party's name.", drawn=[None], marked=[[1, 1]])
