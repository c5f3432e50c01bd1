"""A liar's pen: writes a log of its party with the real note key, as no honest program would.

It can go back and write another end, date entries as it likes, and claim to have held what it never saw.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

from openline.line.forms import compact_after
from openline.line.ports import LogId
from openline.record import entry as entries
from openline.record.body import Opening as OpeningBody
from openline.record.body import encode_opening, secret_commitment
from openline.record.entry import NOTHING_HELD, OPENING, After, Header
from openline.record.note import author_line, format_note
from openline.record.roster import Roster
from openline.wire.items import Commit, Item, LogRef, Note, Opening, Run, WireEntry
from simulation.checks import own
from simulation.sealing import Signers


class Written(NamedTuple):
    """One entry of a pen."""

    header: Header
    body: bytes


class Pen:
    """One log, in one of its histories."""

    def __init__(self, roster: Roster, signers: Signers, generation: bytes, at_ms: int) -> None:
        self.roster = roster
        self.signers = signers
        self.log = LogId(signers.party, generation)
        self.secret = sha256(b"pen" + generation).digest()
        self.written: list[Written] = []
        body = encode_opening(OpeningBody(secret_commitment(self.secret), None, signers.certificate, "a pen"))
        self.write(OPENING, body, at_ms)

    def write(self, kind: int, body: bytes, at_ms: int, after: After = NOTHING_HELD) -> None:
        """Append one entry to this history."""
        index = len(self.written)
        digest = entries.body_digest(entries.salt_for(self.secret, index), body)
        self.written.append(Written(Header(index, at_ms, kind, 0, 0, after, (), digest), body))

    def fork(self, size: int) -> Pen:
        """Another history that begins with the first `size` entries of this one."""
        other = object.__new__(Pen)
        other.__dict__ |= self.__dict__
        other.written = self.written[:size]
        return other

    def root(self, size: int) -> bytes:
        """Root of this history at a size."""
        return own.roots_of([entries.encode_header(one.header) for one in self.written[:size]])[-1]

    def sign(self, size: int) -> bytes:
        """The note key signs this history."""
        return self.signers.note.sign(own.note_text(self.roster, self.log, size, self.root(size)))

    def note(self, size: int) -> Note:
        """A whole note."""
        text = own.note_text(self.roster, self.log, size, self.root(size))
        origin = text.split(b"\n", 1)[0].decode()
        return Note(format_note(text, (author_line(origin, self.signers.station.note_key, self.sign(size)),)))

    def opening(self) -> Opening:
        """The secret of this log."""
        return Opening(self.log.party, self.log.generation, self.secret, self.signers.certificate[:8])

    def items(self, first: int, peer: int) -> tuple[Item, ...]:
        """This history from `first` on, as one commit in full form."""
        new = self.written[first:]
        runs: list[Run] = []
        for one in new:
            after = compact_after(one.header.after, peer, full=True)
            if runs and runs[-1].after == after:
                runs[-1] = Run(runs[-1].count + 1, after)
            else:
                runs.append(Run(1, after))
        wire = tuple(_wire(one) for one in new)
        commit = Commit(self.ref, first, tuple(runs), wire, self.sign(len(self.written)))
        return (self.opening(), commit) if first == 0 else (commit,)

    @property
    def ref(self) -> LogRef:
        """The full name of the log on the wire."""
        return LogRef(self.log.party, self.log.generation)


def _wire(one: Written) -> WireEntry:
    header = one.header
    return WireEntry(header.kind, header.precedence, header.written_at_ms, (), 0, one.body)


def held_by(after: Sequence[tuple[int, bytes, int, bytes]], receipted: Sequence[tuple[int, int]]) -> After:
    """An `after` of somebody's choice."""
    held = tuple(entries.Held(*one) for one in after)
    return After(held, tuple(entries.Receipted(*one) for one in receipted))
