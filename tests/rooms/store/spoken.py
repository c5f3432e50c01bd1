"""What parties said to each other, put into a store entry by entry, in whatever order it arrived."""

from __future__ import annotations

from hashlib import sha256

from openline.contact.saying import KIND_OF, Said, encode_said
from openline.line.ports import EntryRow, LogId, LogRow, PutEntries, PutLog, Store
from openline.record import entry
from openline.record.body import Acknowledgement, Message, encode_acknowledgement, encode_message
from openline.record.entry import After, Header, Held, Ref

AT_MS = 1_795_000_000_000


class Party:
    """One party's log as it writes it, and what it has read of the others'."""

    def __init__(self, number: int, life: int = 0) -> None:
        self.log = LogId(number, bytes([life]) * 12)
        self.rows: list[EntryRow] = []
        self.read: dict[int, tuple[bytes, int]] = {}

    def hears(self, other: Party) -> None:
        """Everything the other has written so far."""
        self.read[other.log.party] = (other.log.generation, len(other.rows))

    def writes(
        self, kind: int, body: bytes, *references: Ref, precedence: int = 0, flags: int = 0, at_ms: int | None = None
    ) -> Ref:
        index = len(self.rows)
        held = tuple(Held(party, *rest, bytes(32)) for party, rest in sorted(self.read.items()))
        written = AT_MS + index * 1000 if at_ms is None else at_ms
        header = Header(index, written, kind, precedence, flags, After(held, ()), references, sha256(body).digest())
        data = entry.encode_header(header)
        self.rows.append(EntryRow(data, body, entry.leaf(data)))
        return Ref(*self.log, index)

    def says(self, text: str, subject: str = "", *, reply_by_ms: int | None = None, answers: Ref | None = None,
             precedence: int = 0, flags: int = 0, action: tuple[str, ...] = ()) -> Ref:  # fmt: skip
        body = encode_message(Message(subject, text, "en", action, (), reply_by_ms, answers))
        references = (answers,) if answers else ()
        return self.writes(entry.MESSAGE, body, *references, precedence=precedence, flags=flags)

    def opens(self, message: Ref, flags: int = 0) -> Ref:
        body = encode_acknowledgement(Acknowledgement("Petrova", "watch officer", "seen"))
        return self.writes(entry.ACKNOWLEDGEMENT, body, message, flags=flags)

    def states(self, said: Said, *references: Ref, flags: int = 0, at_ms: int | None = None) -> Ref:
        return self.writes(KIND_OF[type(said)], encode_said(said), *references, flags=flags, at_ms=at_ms)


def arrive(store: Store, party: Party, count: int | None = None, disputed_from: int | None = None) -> None:
    """The next entries of a party's log are in the store."""
    held = next((row.size for row in store.logs() if row.log == party.log), 0)
    rows = party.rows[held : None if count is None else held + count]
    size = held + len(rows)
    row = LogRow(party.log, bytes(32), bytes(32), size, bytes(32 * size.bit_count()), size, bytes(64), disputed_from)
    position = sum(one.size for one in store.logs())
    store.commit([PutLog(row), PutEntries(party.log, held, rows, AT_MS + position * 1000)])
