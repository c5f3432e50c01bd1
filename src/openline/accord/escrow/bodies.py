"""Bodies of the entries of this chamber; each is strictly spelled, and says which entries its header refers to.

    EXCHANGE (140)     {0: id, 1: title, 2: language, 3: [party ...], 4: commit by, 5: countersign by, 6: open by, s}
    COMMITTED (141)    {0: exchange, 1: leaves, 2: lock}
    COUNTERSIGNED (142) {0: exchange, 1: [[commitment, lock] ...] of every party of it, ascending by party}
    OPENED (143)       {0: commitment or escrow, 1: level, 2: first, 3: leaves, 4: nodes beside, 5: salts, 6: [record]}
    ESCROW (144)       {0: id, 1: as of, days since 1970, 2: mark of a layout or empty, 3: [[leaves, lock] ...] of the
                       five levels, 4: the escrow that it follows, or null}
    CHALLENGE (145)    {0: escrow, 1: level, 2: commitment to a draw, 3: answer by, 4: reveal by, 5: open by, s}
    ANSWERED (146)     {0: challenge, 1: commitment to a draw}
    REVEALED (147)     {0: challenge, 1: draw}

An entry is named [party, generation, index]. Leaves, nodes and salts stand one behind the other in byte strings.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple

from openline.accord.escrow.tree import HASH_BYTES, LEAVES_MAX, SALT_BYTES, Opening
from openline.accord.formats.format import MARK_BYTES
from openline.accord.formats.section import is_language
from openline.accord.formats.texts import Identifier
from openline.accord.formats.times import DAYS_MAX, SECONDS_MAX
from openline.accord.formats.unfit import Unfit
from openline.errors import Malformed
from openline.limits import BODY_BYTES_MAX, PARTIES_MAX, SUBJECT_CHARS_MAX
from openline.record import entry
from openline.record.body import read_ref
from openline.record.entry import Ref
from openline.record.fields import dump_map, load_map, octets, octets_up_to, row, rows, same, text, whole

KINDS: Final = (
    entry.EXCHANGE, entry.COMMITTED, entry.COUNTERSIGNED, entry.OPENED, entry.ESCROW, entry.CHALLENGE, entry.ANSWERED,
    entry.REVEALED,
)  # fmt: skip
LEVELS: Final = ("aggregate", "types", "sites", "numbers", "items")
LIST_LEVEL: Final = 0  # of a list that is exchanged
DRAW_BYTES: Final = 32
DRAW_LABEL: Final = b"openline/escrow/draw/v1\n"
INDEX_LABEL: Final = b"openline/escrow/index/v1\n"
RECORD_BYTES_MAX: Final = 2048
RUN_MAX: Final = 2048  # leaves of one opening
BESIDE_MAX: Final = 2 * LEAVES_MAX.bit_length()
RUN_BYTES: Final = BODY_BYTES_MAX * 3 // 4  # of one opening that is made here
_OPENING_BYTES_MAX: Final = BODY_BYTES_MAX
_BODY_BYTES_MAX: Final = 16 * 1024


class Exchange(NamedTuple):
    """Lists exchanged at once by all these parties. Instants in seconds since 1970, UTC."""

    id: str
    title: str
    language: str
    parties: tuple[int, ...]
    commit_by_s: int
    countersign_by_s: int
    open_by_s: int


class Committed(NamedTuple):
    """A party's commitment to its list."""

    of: Ref
    leaves: int
    lock: bytes


class Countersigned(NamedTuple):
    """A party says which commitments it has before it, its own among them."""

    of: Ref
    commitments: tuple[tuple[Ref, bytes], ...]


class Opened(NamedTuple):
    """Some leaves of a commitment or of a level of an escrow."""

    of: Ref
    opening: Opening


class Escrow(NamedTuple):
    """A declaration, committed level by level."""

    id: str
    as_of: int
    mark: bytes
    levels: tuple[tuple[int, bytes], ...]
    follows: Ref | None


class Challenge(NamedTuple):
    """Another party wants one record of a level, drawn by both."""

    of: Ref
    level: int
    draw: bytes
    answer_by_s: int
    reveal_by_s: int
    open_by_s: int


class Answered(NamedTuple):
    """The owner's part of the draw, closed."""

    of: Ref
    draw: bytes


class Revealed(NamedTuple):
    """A part of the draw."""

    of: Ref
    draw: bytes


Body = Exchange | Committed | Countersigned | Opened | Escrow | Challenge | Answered | Revealed


def draw_closed(party: int, draw: bytes) -> bytes:
    """What a party commits to a draw by: nobody can answer with another's. (R-560)"""
    return sha256(DRAW_LABEL + bytes((party,)) + draw).digest()


def drawn(challenge: Ref, asked: bytes, answered: bytes, leaves: int) -> int:
    """The index that both parts draw. `leaves` is a power of two: every index is as likely. (R-561)"""
    name = bytes((challenge.party,)) + challenge.generation + challenge.index.to_bytes(8, "big")
    return int.from_bytes(sha256(INDEX_LABEL + name + asked + answered).digest(), "big") % leaves


# ------------------------------------------------------------------ spelling
def encode(body: Body) -> bytes:
    """The one spelling. Raises Malformed for one that its parser would refuse."""
    data = dump_map(_SPELLED[type(body)](body))
    _PARSERS[_KIND_OF[type(body)]](data)
    return data


def kind_of(body: Body) -> int:
    """The kind of entry that has such a body."""
    return _KIND_OF[type(body)]


def parse(kind: int, data: bytes) -> Body:
    """From the body of an entry of one of `KINDS`. Raises Malformed naming the field. (R-552)"""
    found = _PARSERS[kind](data)
    same(dump_map(_SPELLED[type(found)](found)), data, _NAMES[kind])
    return found


def references_of(body: Body) -> tuple[Ref, ...]:
    """What the header of its entry refers to, and no other. (R-552)"""
    match body:
        case Exchange():
            return ()
        case Escrow():
            return () if body.follows is None else (body.follows,)
        case Countersigned():
            return (body.of, *(ref for ref, _ in body.commitments))
        case _:
            return (body.of,)


def _exchange(data: bytes) -> Exchange:
    what = "exchange"
    name, title, language, parties, *times = load_map(data, 7, what, _BODY_BYTES_MAX).values()
    numbers = [whole(one, PARTIES_MAX - 1, f"{what}: party", data) for one in rows(parties, PARTIES_MAX, what, data)]
    if len(numbers) < 2 or numbers != sorted(set(numbers)):
        raise Malformed(f"{what}: parties are not two or more, ascending, each once", data)
    commit, countersign, open_ = (_instant(one, what, data) for one in times)
    if not commit < countersign < open_:
        raise Malformed(f"{what}: its times do not follow each other: commit, countersign, open", data)
    found = Exchange(_id(name, what, data), text(title, SUBJECT_CHARS_MAX, f"{what}: title", data),
                     text(language, 35, f"{what}: language", data), tuple(numbers), commit, countersign,
                     open_)  # fmt: skip
    if bool(found.title) != bool(found.language) or (found.language and not is_language(found.language)):
        raise Malformed(f"{what}: a title has a language, and only a title", data)
    return found


def _committed(data: bytes) -> Committed:
    of, leaves, lock = load_map(data, 3, "commitment", _BODY_BYTES_MAX).values()
    return Committed(read_ref(of, "commitment: of", data), _leaves(leaves, "commitment", data),
                     octets(lock, HASH_BYTES, "commitment: lock", data))  # fmt: skip


def _countersigned(data: bytes) -> Countersigned:
    what = "countersignature"
    of, commitments = load_map(data, 2, what, _BODY_BYTES_MAX).values()
    found = []
    for one in rows(commitments, PARTIES_MAX, f"{what}: commitments", data):
        ref, lock = row(one, 2, f"{what}: commitment", data)
        found.append((read_ref(ref, f"{what}: commitment", data), octets(lock, HASH_BYTES, f"{what}: lock", data)))
    numbers = [ref.party for ref, _ in found]
    if len(numbers) < 2 or numbers != sorted(set(numbers)):
        raise Malformed(f"{what}: not of two parties or more, ascending, each once", data)
    return Countersigned(read_ref(of, f"{what}: of", data), tuple(found))


def _opened(data: bytes) -> Opened:
    what = "opening"
    of, level, first, leaves, beside, salts, records = load_map(data, 7, what, _OPENING_BYTES_MAX).values()
    found = [octets_up_to(one, RECORD_BYTES_MAX, f"{what}: record", data)
             for one in rows(records, RUN_MAX, f"{what}: records", data)]  # fmt: skip
    if not found:
        raise Malformed(f"{what}: of no record", data)
    opening = Opening(
        whole(level, len(LEVELS) - 1, f"{what}: level", data), whole(first, LEAVES_MAX - 1, f"{what}: first", data),
        _cut(leaves, HASH_BYTES, len(found), f"{what}: leaves", data),
        _cut(beside, HASH_BYTES, None, f"{what}: nodes", data),
        _cut(salts, SALT_BYTES, len(found), f"{what}: salts", data), tuple(found),
    )  # fmt: skip
    return Opened(read_ref(of, f"{what}: of", data), opening)


def _escrow(data: bytes) -> Escrow:
    what = "escrow"
    name, as_of, mark, levels, follows = load_map(data, 5, what, _BODY_BYTES_MAX).values()
    found = []
    for one in row(levels, len(LEVELS), f"{what}: levels", data):
        leaves, lock = row(one, 2, f"{what}: level", data)
        found.append((_leaves(leaves, what, data), octets(lock, HASH_BYTES, f"{what}: lock", data)))
    if mark != b"":
        octets(mark, MARK_BYTES, f"{what}: layout", data)
    if type(mark) is not bytes:
        raise Malformed(f"{what}: layout is not {MARK_BYTES} bytes", data)
    return Escrow(_id(name, what, data), whole(as_of, DAYS_MAX, f"{what}: as of", data), mark, tuple(found),
                  None if follows is None else read_ref(follows, f"{what}: follows", data))  # fmt: skip


def _challenge(data: bytes) -> Challenge:
    what = "challenge"
    of, level, draw, *times = load_map(data, 6, what, _BODY_BYTES_MAX).values()
    answer, reveal, open_ = (_instant(one, what, data) for one in times)
    if not answer < reveal < open_:
        raise Malformed(f"{what}: its times do not follow each other: answer, reveal, open", data)
    return Challenge(read_ref(of, f"{what}: of", data), whole(level, len(LEVELS) - 1, f"{what}: level", data),
                     octets(draw, HASH_BYTES, f"{what}: draw", data), answer, reveal, open_)  # fmt: skip


def _answered(data: bytes) -> Answered:
    of, draw = load_map(data, 2, "answer", _BODY_BYTES_MAX).values()
    return Answered(read_ref(of, "answer: of", data), octets(draw, HASH_BYTES, "answer: draw", data))


def _revealed(data: bytes) -> Revealed:
    of, draw = load_map(data, 2, "reveal", _BODY_BYTES_MAX).values()
    return Revealed(read_ref(of, "reveal: of", data), octets(draw, DRAW_BYTES, "reveal: draw", data))


def _id(value: object, what: str, data: bytes) -> str:
    try:
        return Identifier().check(value)
    except Unfit as unfit:
        raise Malformed(f"{what}: id: {unfit}", data) from unfit


def _instant(value: object, what: str, data: bytes) -> int:
    return whole(value, SECONDS_MAX, f"{what}: time", data)


def _leaves(value: object, what: str, data: bytes) -> int:
    count = whole(value, LEAVES_MAX, f"{what}: leaves", data)
    if count.bit_count() != 1:
        raise Malformed(f"{what}: leaves are no power of two", data)
    return count


def _cut(value: object, each: int, count: int | None, name: str, data: bytes) -> tuple[bytes, ...]:
    most = BESIDE_MAX if count is None else count
    whole_ = octets_up_to(value, each * most, name, data)
    if len(whole_) % each or (count is not None and len(whole_) != each * count):
        raise Malformed(f"{name} are not {'some' if count is None else count} times {each} bytes", data)
    return tuple(whole_[at : at + each] for at in range(0, len(whole_), each))


def _spell_opened(one: Opened) -> Sequence[object]:
    said = one.opening
    parts = [b"".join(part) for part in (said.leaves, said.beside, said.salts)]
    return (list(one.of), said.level, said.first, *parts, list(said.records))


_SPELLED: Final[dict[type, Callable[[Any], Sequence[object]]]] = {
    Exchange: lambda one: (one.id, one.title, one.language, list(one.parties), *one[4:]),
    Committed: lambda one: (list(one.of), one.leaves, one.lock),
    Countersigned: lambda one: (list(one.of), [[list(ref), lock] for ref, lock in one.commitments]),
    Opened: _spell_opened,
    Escrow: lambda one: (one.id, one.as_of, one.mark, [list(level) for level in one.levels],
                         None if one.follows is None else list(one.follows)),
    Challenge: lambda one: (list(one.of), *one[1:]),
    Answered: lambda one: (list(one.of), one.draw),
    Revealed: lambda one: (list(one.of), one.draw),
}  # fmt: skip
_KIND_OF: Final[dict[type, int]] = dict(zip(_SPELLED, KINDS, strict=True))
_PARSERS: Final[dict[int, Callable[[bytes], Body]]] = dict(zip(
    KINDS, (_exchange, _committed, _countersigned, _opened, _escrow, _challenge, _answered, _revealed), strict=True
))  # fmt: skip
_NAMES: Final = dict(zip(
    KINDS, ("exchange", "commitment", "countersignature", "opening", "escrow", "challenge", "answer", "reveal"),
    strict=True,
))  # fmt: skip


