"""What was reached, by table and cell. A cell that a whole run never reached proves nothing, and is a failure."""

from __future__ import annotations

from collections import Counter
from typing import Final, get_args

from openline.contact.table import State
from openline.line.events import Event
from openline.record.standing import IN_FORCE, OPEN, REFUSED, WITHDRAWN
from simulation import accords
from simulation.plan import KINDS, LIES, OFFICERS_ACTS

EVENTS: Final = tuple(event.__name__ for event in get_args(Event))  # the machine's own list: a new one must be reached
ITEMS: Final = (
    "Hail", "Opening", "Entries", "Commit", "Receipt", "Receipt of another", "Note", "Fragment", "Grant", "BlobAsk",
    "BlobChunk", "PqCheckpoint", "PqReceipt", "Differs 0", "Differs 1", "Differs 2", "Differs 3", "Differs 4",
    "Checkpoint", "Overtaking", "Gaps", "RosterEntry",
)  # fmt: skip
TOLD: Final = ("Appended", "Held", "CameAhead", "ReceiptCame", "Disputed", "Amended")
CRASHES: Final = (
    "before a commit", "inside a commit", "after a commit", "after a commit, while sending", "idle",
    "unknown outcome", "while the store was opened", "before a commit of a start", "inside a commit of a start",
    "after a commit of a start",
)  # fmt: skip
WEATHER: Final = (
    "lost", "repeated", "damaged", "overtaken", "outage", "one way", "stick", "severed", "truncated", "halved",
    "silent",
)  # fmt: skip
MISFORTUNES: Final = (
    "cut", "jump", "backup", "restore", "days", "full", "unknown", "submit", "stick", "outage", "post-quantum",
    *OFFICERS_ACTS,
)  # fmt: skip

MUST: Final[dict[str, tuple[str, ...]]] = {
    "event": EVENTS,
    "item": ITEMS,
    "told": TOLD,
    "crash": CRASHES,
    "weather": WEATHER,
    "act": MISFORTUNES,
    "lie": LIES,
    "store": ("memory", "sqlite"),
    "parties": ("2", "3"),
    "grant": ("new", "repeated"),
    "token": ("known",),
    "frame refused": ("Unchecked", "Forged", "Malformed"),
    "refused": ("turn: disk down", "closed line"),
    "kind": KINDS,
    "bearers": ("one", "two"),
    "failover": ("held in time",),
    "flash": ("went first", "passed what was half gone", "shared its bearer"),
    "amendment": (IN_FORCE, OPEN, REFUSED, WITHDRAWN),
    "asked": ("proposed Terms", "proposed Close", "accepted", "refused a proposal", "withdrawn", "renewed", "revoked"),
    "agreed": tuple(map(str, (*accords.KINDS, *accords.UNUSED))),
    "accord": ("lines read alike", "unread"),
    "keys": ("renewed", "revoked"),
    "recovery": ("grant sent", "secret entered", "entry"),
    "link test": ("on record", "answered", "answered over one bearer", "rings", "passed"),
    "contact": ("shown as up", "rightly red", "green in calm"),
    "contact state": tuple(one.value for one in State if one not in (State.REFUSED, State.SUSPENDED)),
    "proof": ("exhibit", "in an export"),
    "shown": ("pre-record", "take back"),
    "restored": ("read back", "gone with the disk"),
}

Cells = Counter[tuple[str, str]]


def at_zero(cells: Cells) -> list[str]:
    """Cells that must be reached and were not."""
    return [f"{table}: {cell}" for table, must in MUST.items() for cell in must if not cells[table, cell]]
