"""A log written by hand with a party's real note key: for what no honest program would send."""

from __future__ import annotations

from hashlib import sha256

from openline.line.forms import compact_after
from openline.line.ports import LogId
from openline.record import entry as entries
from openline.record import merkle
from openline.record.ahead import nodes_between
from openline.record.body import Opening as OpeningBody
from openline.record.body import encode_opening, secret_commitment
from openline.record.entry import NOTHING_HELD, After, Header
from openline.record.note import author_line, checkpoint_text, format_note
from openline.record.roster import Roster, origin_of
from openline.wire.items import Commit, Entries, Item, LogRef, Note, Opening, Overtaking, Run, WireEntry
from tests.rooms.line.desks import OPENED_AT_MS, TestKeys


class Pen:
    """One log of `party`, in one of its histories."""

    def __init__(self, roster: Roster, keys: TestKeys, party: int, name: bytes) -> None:
        self.roster, self.keys = roster, keys
        self.log = LogId(party, OPENED_AT_MS.to_bytes(6, "big") + sha256(name).digest()[:6])
        self.secret = sha256(b"pen" + name).digest()
        self.headers: list[Header] = []
        self.bodies: list[bytes] = []
        body = encode_opening(OpeningBody(secret_commitment(self.secret), None, keys.station().digest, "a pen"))
        self.write(body, entries.OPENING)

    def write(
        self, body: bytes, kind: int = entries.MESSAGE, after: After = NOTHING_HELD, precedence: int = 0
    ) -> None:
        """Append one entry."""
        index = len(self.headers)
        digest = entries.body_digest(entries.salt_for(self.secret, index), body)
        self.headers.append(Header(index, OPENED_AT_MS, kind, precedence, 0, after, (), digest))
        self.bodies.append(body)

    @property
    def ref(self) -> LogRef:
        """Its name in full."""
        return LogRef(self.log.party, self.log.generation)

    def text(self, size: int) -> bytes:
        """The text of its checkpoint at a size."""
        leaves = [entries.leaf(entries.encode_header(header)) for header in self.headers[:size]]
        return checkpoint_text(origin_of(self.roster, self.log), size, merkle.root_of(leaves))

    def sign(self, size: int) -> bytes:
        """The note key signs it."""
        return self.keys.sign_checkpoint(self.text(size))

    def note(self, size: int) -> Note:
        """A whole note."""
        origin = origin_of(self.roster, self.log)
        return Note(format_note(self.text(size), (author_line(origin, self.keys.station().note_key, self.sign(size)),)))

    def opening(self) -> Opening:
        """Its secret."""
        return Opening(self.log.party, self.log.generation, self.secret, self.keys.station().digest[:8])

    def entries(self, first: int = 0, end: int | None = None, codec: int = 0, coded: bytes = b"") -> Entries:
        """Entries in full form, unsigned; with a codec, `coded` stands for every body but the first."""
        headers = self.headers[first:end]
        runs = tuple(Run(1, compact_after(header.after, 0, full=True)) for header in headers)
        wire = tuple(
            WireEntry(one.kind, one.precedence, one.written_at_ms, (), codec, coded)
            if codec and one.index
            else WireEntry(one.kind, one.precedence, one.written_at_ms, (), 0, raw)
            for one, raw in zip(headers, self.bodies[first:end], strict=True)
        )
        return Entries(self.ref, first, runs, wire)

    def items(self, first: int = 0, codec: int = 0, coded: bytes = b"") -> tuple[Item, ...]:
        """All from `first` on, as one commit."""
        commit = Commit(*self.entries(first, None, codec, coded), self.sign(len(self.headers)))
        return (self.opening(), commit) if first == 0 else (commit,)

    def ahead(self, index: int, size: int) -> Overtaking:
        """One entry by itself, with all that leads from it to the root of `size`."""
        leaves = [entries.leaf(entries.encode_header(header)) for header in self.headers[:size]]
        places = nodes_between(0, index) + nodes_between(index + 1, size)
        hashes = tuple(merkle.root_of(leaves[at << level : at + 1 << level]) for level, at in places)
        _, _, (run,), (entry,) = self.entries(index, index + 1)
        return Overtaking(self.ref, index, run.after, entry, size, self.sign(size), 0, hashes)
