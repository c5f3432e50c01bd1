"""The roster as plain data, and the two checks that turn a claim about a log into something to build on.

Trust is a type: a `Checked` is made by `check_checkpoint` only, a `CheckedReceipt` by `check_receipt` only, and
what stores or admits entries takes nothing else. A signature of a revoked key still checks (it proves who had the
key); the station it names says `revoked`, and what follows from that is for the fold over the record.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from openline.errors import Forged, Unchecked
from openline.record.entry import LogId, log_name
from openline.record.note import (
    AT_S_MAX,
    ED25519,
    Checkpoint,
    Note,
    checkpoint_text,
    cosigned_message,
    cosigned_text,
    key_id,
    origin_for,
    parse_checkpoint,
    parse_note,
    parse_origin,
    receipt_name,
)
from openline.seal.signature import verify_ed25519, verify_mldsa44


class StationKeys(NamedTuple):
    """What one station certificate says; `digest` is SHA-256 of the signed certificate."""

    digest: bytes
    note_key: bytes
    receipt_key: bytes
    mldsa_key: bytes
    hpke_key: bytes
    tls_certificate: bytes
    not_before_ms: int
    not_after_ms: int
    revoked: bool


class Party(NamedTuple):
    """One party; its place in the roster is its number for good. Stations in the order they were certified."""

    party_id: bytes
    name: str
    stations: tuple[StationKeys, ...]
    left: bool = False  # no longer on the line; what it signed stays as good as it was


class Roster(NamedTuple):
    """Who is on the line, by which keys."""

    line_id: bytes
    opened_at_ms: int
    parties: tuple[Party, ...]


class Claim(NamedTuple):
    """Somebody says: this log's first `size` entries have this root, and its author signed that."""

    log: tuple[int, bytes]
    size: int
    root: bytes
    signature: bytes


class ReceiptClaim(NamedTuple):
    """Somebody says: `witness` signed that it held this at `at_s` (Unix seconds, its own clock)."""

    log: tuple[int, bytes]
    witness: int
    size: int
    root: bytes
    at_s: int
    signature: bytes


_DOOR: Final = object()


class Checked:
    """A claim signed by the certified key of the log's station. Made by `check_checkpoint` only."""

    __slots__ = ("claim", "station")

    def __init__(self, door: object, claim: Claim, station: StationKeys) -> None:
        assert door is _DOOR, "only a check makes a checked thing"
        self.claim = claim
        self.station = station


class CheckedReceipt:
    """A receipt signed by a certified key of its witness. Made by `check_receipt` and `check_pq` only."""

    __slots__ = ("claim", "station")

    def __init__(self, door: object, claim: ReceiptClaim, station: StationKeys) -> None:
        assert door is _DOOR, "only a check makes a checked thing"
        self.claim = claim
        self.station = station


class CheckedNote:
    """A whole note of a log, signed by a certified station of its author. Made by `check_note` only."""

    __slots__ = ("checkpoint", "data", "log", "note", "station")

    def __init__(
        self, door: object, log: LogId, checkpoint: Checkpoint, station: StationKeys, note: Note, data: bytes
    ) -> None:
        assert door is _DOOR, "only a check makes a checked thing"
        self.log = log
        self.checkpoint = checkpoint
        self.station = station
        self.note = note
        self.data = data


def party_of(roster: Roster, number: int) -> Party:
    """Raises Unchecked for a number that is not on the roster (it may be ours that is old)."""
    if not 0 <= number < len(roster.parties):
        raise Unchecked(f"party {number} is not on this roster of {len(roster.parties)}")
    return roster.parties[number]


def station_of(roster: Roster, number: int, digest: bytes) -> StationKeys:
    """A party's station by its certificate digest, 32 bytes or the first 8. Raises Unchecked if there is none."""
    party = party_of(roster, number)
    if len(digest) in (8, 32):
        for station in reversed(party.stations):
            if station.digest.startswith(digest):
                return station
    raise Unchecked(f"party {number} ({party.name}) has no station certificate {digest.hex()[:16]} on this roster")


def origin_of(roster: Roster, log: tuple[int, bytes]) -> str:
    """Origin of a log's checkpoints. Raises Unchecked for a party not on the roster."""
    return origin_for(roster.line_id, party_of(roster, log[0]).party_id, log[1])


def receipt_name_of(roster: Roster, witness: int) -> str:
    """Key name of a party's receipts. Raises Unchecked for a party not on the roster."""
    return receipt_name(roster.line_id, party_of(roster, witness).party_id)


def check_checkpoint(roster: Roster, station: bytes, claim: Claim) -> Checked:
    """One log has one key for life: the note key of `station`, a certificate digest or its first 8 bytes. (R-086)

    Raises Forged; Unchecked for a party or station not on the roster.
    """
    keys = station_of(roster, claim.log[0], station)
    text = checkpoint_text(origin_of(roster, claim.log), claim.size, claim.root)
    if not verify_ed25519(keys.note_key, claim.signature, text):
        raise Forged(
            f"{log_name(claim.log)}: the signature over its checkpoint of {claim.size} entries is not by its station",
            text,
            claim.signature,
        )
    return Checked(_DOOR, claim, keys)


def check_receipt(
    roster: Roster, log: tuple[int, bytes], witness: int, size: int, root: bytes, at_s: int, signature: bytes
) -> CheckedReceipt:
    """Tries the witness's stations, newest first: a receipt does not say which one gave it. (R-087)

    Raises Forged if none signed it or if the author witnesses itself; Unchecked for a party not on the roster.
    """
    claim = ReceiptClaim(log, witness, size, root, at_s, signature)
    if witness == log[0]:
        raise Forged(f"{log_name(log)}: a receipt by the log's own author says nothing", signature)
    text = cosigned_text(checkpoint_text(origin_of(roster, log), size, root), at_s)
    if 0 <= at_s <= AT_S_MAX:
        for station in reversed(party_of(roster, witness).stations):
            if verify_ed25519(station.receipt_key, signature, text):
                return CheckedReceipt(_DOOR, claim, station)
    reason = f"{log_name(log)}: the receipt of party {witness} for {size} entries is not by any of its stations"
    raise Forged(reason, text, signature)


def check_pq(
    roster: Roster, log: tuple[int, bytes], witness: int, size: int, root: bytes, at_s: int, signature: bytes
) -> CheckedReceipt:
    """An ML-DSA-44 statement of a witness, or of the author itself (witness = author, at_s = 0). (R-088)

    Raises Forged; Unchecked for a party not on the roster.
    """
    claim = ReceiptClaim(log, witness, size, root, at_s, signature)
    stations = party_of(roster, witness).stations
    origin = origin_of(roster, log)
    by_author = witness == log[0]
    if 0 <= at_s <= AT_S_MAX and not (by_author and at_s):
        name = origin if by_author else receipt_name_of(roster, witness)
        message = cosigned_message(name, at_s, Checkpoint(origin, size, root))
        for station in reversed(stations):
            if verify_mldsa44(station.mldsa_key, signature, message):
                return CheckedReceipt(_DOOR, claim, station)
    reason = f"{log_name(log)}: the ML-DSA-44 signature of party {witness} for {size} entries is not by its stations"
    raise Forged(reason, signature)


def check_note(roster: Roster, data: bytes) -> CheckedNote:
    """A whole signed note, by the line of one of its author's stations that it carries. (R-086)

    Raises Malformed; Forged if no station of the author signed it; Unchecked if it is of another line or of a party
    not on the roster. Lines by others are ignored.
    """
    note = parse_note(data)
    checkpoint = parse_checkpoint(note.text)
    origin = parse_origin(checkpoint.origin)
    if origin.line_id != roster.line_id:
        raise Unchecked("a note of another line")
    for number, party in enumerate(roster.parties):
        if party.party_id == origin.party_id:
            log = LogId(number, origin.generation)
            station = _signer(party, checkpoint.origin, note)
            if station is None:
                raise Forged(f"{log_name(log)}: a note of {checkpoint.size} entries, unsigned by its author", data)
            return CheckedNote(_DOOR, log, checkpoint, station, note, data)
    raise Unchecked(f"a note of party {origin.party_id.hex()[:16]}, which is not on this roster")


def _signer(party: Party, origin: str, note: Note) -> StationKeys | None:
    for name, key, signature in note.signatures:
        for station in reversed(party.stations):
            if (name, key) == (origin, key_id(origin, ED25519, station.note_key)) and verify_ed25519(
                station.note_key, signature, note.text
            ):
                return station
    return None
