"""Exhibits: the two kinds of proof against a party, and nothing else accuses anybody.

    two roots     two notes of one log and one size, signed by one station, with two roots
    not a prefix  two notes n < m of one log, signed by one station; the first n entries under m's root have
                  another root than n's

The second kind is shown without the entries: a consistency proof (RFC 9162 2.1.4) ties *some* root of size n to m's
root, and the note of n names another one. It stays below two kilobytes beside its notes for a log of any length.

A note under a revoked key never accuses: whoever took the key may have signed it. (R-092)
"""

from __future__ import annotations

from typing import Final, NamedTuple

from openline.errors import Forged, Malformed, Unchecked
from openline.limits import EXHIBIT_BYTES_MAX, NOTE_BYTES_MAX
from openline.record import merkle
from openline.record.entry import LogId, log_name
from openline.record.roster import CheckedNote, Roster, check_note

TWO_ROOTS: Final = 1
NOT_A_PREFIX: Final = 2
_KINDS: Final = {TWO_ROOTS: "two roots", NOT_A_PREFIX: "not a prefix"}


class TwoRoots(NamedTuple):
    """Two signed notes (C2SP, whole) of one size."""

    note_a: bytes
    note_b: bytes


class NotAPrefixProof(NamedTuple):
    """Two signed notes; `root` is what the first entries under the larger one give, as `proof` shows."""

    note_short: bytes
    note_long: bytes
    root: bytes
    proof: tuple[bytes, ...]


Exhibit = TwoRoots | NotAPrefixProof


class Accusation(NamedTuple):
    """What an exhibit proves: the writer of `log` signed two histories that differ below `size` entries."""

    log: LogId
    size: int
    sentence: str


# --- bytes


def encode_exhibit(exhibit: Exhibit) -> bytes:
    """Kind, then each part with four bytes of length before it. (R-090)"""
    if isinstance(exhibit, TwoRoots):
        kind, parts = TWO_ROOTS, sorted(exhibit)
    else:
        kind, parts = NOT_A_PREFIX, [exhibit.note_short, exhibit.note_long, exhibit.root, *exhibit.proof]
    return bytes([kind]) + b"".join([len(part).to_bytes(4, "big") + part for part in parts])


def parse_exhibit(data: bytes) -> TwoRoots | NotAPrefixProof:
    """The parts of an exhibit, nothing of it checked yet. Raises Malformed. (R-090)"""
    if len(data) > EXHIBIT_BYTES_MAX:
        raise Malformed(f"exhibit of {len(data)} bytes: at most {EXHIBIT_BYTES_MAX}", data[:EXHIBIT_BYTES_MAX])
    if not data or data[0] not in _KINDS:
        raise Malformed("exhibit of an unknown kind", data)
    name = f"exhibit ({_KINDS[data[0]]})"
    parts = _parts(data, name)
    if data[0] == TWO_ROOTS:
        if len(parts) != 2 or parts[0] >= parts[1]:
            raise Malformed(f"{name} is not two notes in ascending order", data)
        return TwoRoots(*parts)
    if len(parts) < 3 or any(len(part) != 32 for part in parts[2:]):
        raise Malformed(f"{name} is not two notes and hashes of 32 bytes", data)
    return NotAPrefixProof(parts[0], parts[1], parts[2], tuple(parts[3:]))


def _parts(data: bytes, name: str) -> list[bytes]:
    parts: list[bytes] = []
    at = 1
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if len(parts) >= 3 + merkle.PROOF_HASHES_MAX or length > NOTE_BYTES_MAX or at + 4 + length > len(data):
            raise Malformed(f"{name}: part {len(parts) + 1} at byte {at} is cut off or too long", data)
        parts.append(data[at + 4 : at + 4 + length])
        at += 4 + length
    return parts


# --- judging


def judge(exhibit: bytes | Exhibit, roster: Roster, station: bytes | None = None) -> Accusation:
    """What the exhibit proves. `station` is the log's certificate digest where it is known from its opening. (R-091)

    Raises Malformed if it does not read, Forged if a signature fails or the two statements do not contradict
    each other, Unchecked where it cannot be judged: another line, a key not on the roster, a revoked key, two keys.
    """
    read = parse_exhibit(exhibit if isinstance(exhibit, bytes) else encode_exhibit(exhibit))
    first, second = check_note(roster, read[0]), check_note(roster, read[1])
    _same_writer(first, second, station)
    if isinstance(read, TwoRoots):
        return _judge_two_roots(first, second)
    return _judge_prefix(first, second, read)


def _same_writer(first: CheckedNote, second: CheckedNote, station: bytes | None) -> None:
    if first.log != second.log:
        raise Forged("exhibit: the two notes are of two logs, which accuses nobody", first.data, second.data)
    if first.station.revoked or second.station.revoked:
        raise Unchecked(f"exhibit against {log_name(first.log)}: signed with a revoked key, by whom cannot be said")
    if first.station.digest != second.station.digest or not first.station.digest.startswith(station or b""):
        raise Unchecked(f"exhibit against {log_name(first.log)}: not both notes are by the log's own station")


def _judge_two_roots(first: CheckedNote, second: CheckedNote) -> Accusation:
    if first.checkpoint.size != second.checkpoint.size or first.checkpoint.root == second.checkpoint.root:
        raise Forged("exhibit (two roots): not one size with two roots, which accuses nobody", first.data, second.data)
    log, size = first.log, first.checkpoint.size
    return Accusation(log, size, f"the writer of {log_name(log)} signed two different histories of {size} entries")


def _judge_prefix(short: CheckedNote, long: CheckedNote, read: NotAPrefixProof) -> Accusation:
    log, size, whole = short.log, short.checkpoint.size, long.checkpoint.size
    if not size < whole:
        raise Forged("exhibit (not a prefix): the first note is not the smaller one", short.data, long.data)
    if read.root == short.checkpoint.root:
        raise Forged("exhibit (not a prefix): both notes agree, which accuses nobody", short.data, long.data)
    if not merkle.verify_consistency(size, whole, read.root, long.checkpoint.root, read.proof):
        raise Forged("exhibit (not a prefix): its proof does not lead to the larger note", short.data, long.data)
    return Accusation(
        log, size, f"the writer of {log_name(log)} signed {size} entries, and {whole} that do not begin with them"
    )


assert EXHIBIT_BYTES_MAX >= 2 * NOTE_BYTES_MAX + 36 * (merkle.PROOF_HASHES_MAX + 3)
