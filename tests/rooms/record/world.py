"""A line of two or three parties on paper: real charter, certificates and keys, logs written and receipted by hand."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from hashlib import sha256

from openline.record import entry, merkle, note
from openline.record.entry import After, Header, Held, LogId, Receipted, Ref
from openline.record.evidence import export
from openline.record.members import read_members
from openline.record.opening import Opening, Previous, encode_opening, secret_commitment
from openline.record.roster import Roster
from openline.seal.certificate import Certificate, StationSecrets, certify
from openline.seal.charter import Charter, CharterParty
from openline.seal.draw import LibraryDraw
from openline.seal.party import Card, PartyRoot, make_card

OPENED_AT_MS = 1_770_000_000_000
YEAR_MS = 365 * 86_400_000


def word(*parts: object) -> bytes:
    """32 bytes that depend on the words given and nothing else."""
    return sha256(" ".join(str(part) for part in parts).encode()).digest()


class FixedDraw(LibraryDraw):
    """Fresh bytes that are the same in every run."""

    def __init__(self, seed: str) -> None:
        super().__init__()
        self._stream = self._bytes(seed)

    @staticmethod
    def _bytes(seed: str) -> Iterator[int]:
        count = 0
        while True:
            yield from word(seed, count)
            count += 1

    def fresh(self, size: int) -> bytes:
        return bytes(next(self._stream) for _ in range(size))


class Side:
    """One party: root, card, and one station certified for the line."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.name = f"Party {'ABC'[number]}"
        self.draw = FixedDraw(self.name)
        self.root = PartyRoot(word(number, "ed25519 root"), word(number, "ml-dsa root"))
        self.card: Card = make_card(self.root, self.name, OPENED_AT_MS)
        self.nonce = word(number, "nonce")
        self.certificate = self.certified("first")

    def certified(self, name: str, from_ms: int = OPENED_AT_MS) -> Certificate:
        return certify(self.root, self.secrets(name), self.nonce, from_ms, from_ms + YEAR_MS, self.draw)

    def secrets(self, name: str = "first") -> StationSecrets:
        return StationSecrets(*(word(self.number, name, purpose) for purpose in range(5)))


class World:
    """A line's papers, and what its roster says."""

    def __init__(self, count: int) -> None:
        self.sides = [Side(number) for number in range(count)]
        self.charter = Charter(
            "A–B line",
            tuple(CharterParty(side.name, side.root.public) for side in self.sides),
            tuple(side.nonce for side in self.sides),
            OPENED_AT_MS,
            offices=tuple(() for _ in self.sides),
        )
        self.certificates = [(side.number, side.certificate.signed) for side in self.sides]

    @property
    def roster(self) -> Roster:
        return read_members(self.charter.encode(), self.certificates).roster


@cache
def two() -> World:
    return World(2)


@cache
def three() -> World:
    return World(3)


class Log:
    """One log as its author writes it, with every checkpoint, receipt and post-quantum line it got."""

    def __init__(self, world: World, party: int, life: int = 0, previous: Previous | None = None) -> None:
        self.world = world
        self.side = world.sides[party]
        self.log = LogId(party, (OPENED_AT_MS + life).to_bytes(6, "big") + word(party, life)[:6])
        self.secret = word(party, life, "log secret")
        self.origin = note.origin_for(world.charter.line_id(), self.side.root.party_id, self.log.generation)
        self.headers: list[bytes] = []
        self.bodies: list[bytes] = []
        self.leaves: list[bytes] = []
        self.lines: dict[int, list[note.NoteSignature]] = {}
        self.arrivals: dict[tuple[int, int], int] = {}
        opening = Opening(secret_commitment(self.secret), previous, self.side.certificate.digest, "test")
        self.write(encode_opening(opening), kind=entry.OPENING)

    @property
    def size(self) -> int:
        return len(self.leaves)

    def root(self, size: int | None = None) -> bytes:
        return merkle.root_of(self.leaves[: self.size if size is None else size])

    def salt(self, index: int) -> bytes:
        return entry.salt_for(self.secret, index)

    def write(
        self,
        body: bytes,
        kind: int = entry.MESSAGE,
        held: tuple[Held, ...] = (),
        receipted: tuple[Receipted, ...] = (),
        at_ms: int | None = None,
        references: tuple[Ref, ...] = (),
    ) -> int:
        index = self.size
        written = OPENED_AT_MS + index * 1000 if at_ms is None else at_ms
        digest = entry.body_digest(self.salt(index), body)
        header = Header(index, written, kind, entry.ROUTINE, 0, After(held, receipted), references, digest)
        self.headers.append(entry.encode_header(header))
        self.bodies.append(body)
        self.leaves.append(entry.leaf(self.headers[-1]))
        return index

    def text(self, size: int | None = None) -> bytes:
        size = self.size if size is None else size
        return note.checkpoint_text(self.origin, size, self.root(size))

    def sign(self) -> int:
        """A checkpoint over everything so far."""
        signer = self.side.secrets().note_signer()
        self.lines[self.size] = [note.author_line(self.origin, signer.public, signer.sign(self.text()))]
        return self.size

    def receipt(self, witness: int, at_s: int, size: int | None = None, arrived_at_ms: int | None = None) -> None:
        size = self.size if size is None else size
        side = self.world.sides[witness]
        signer = side.secrets().receipt_signer()
        signature = signer.sign(note.cosigned_text(self.text(size), at_s))
        self.lines[size].append(note.receipt_line(self.name(witness), signer.public, at_s, signature))
        if arrived_at_ms is not None:
            self.arrivals[witness, size] = arrived_at_ms

    def pq(self, witness: int, at_s: int, size: int | None = None) -> None:
        size = self.size if size is None else size
        signer = self.world.sides[witness].secrets().mldsa44_signer()
        name = self.origin if witness == self.log.party else self.name(witness)
        message = note.cosigned_message(name, at_s, note.Checkpoint(self.origin, size, self.root(size)))
        self.lines[size].append(note.pq_line(name, signer.public, at_s, signer.sign(message)))

    def name(self, witness: int) -> str:
        return note.receipt_name(self.world.charter.line_id(), self.world.sides[witness].root.party_id)

    def note(self, size: int | None = None) -> bytes:
        size = self.size if size is None else size
        return note.format_note(self.text(size), tuple(self.lines[size]))

    def held(self, size: int | None = None) -> Held:
        """This log as another party's entry names it."""
        size = self.size if size is None else size
        return Held(self.log.party, self.log.generation, size, self.root(size))


# --- what is exported of it


def papers(
    world: World, kind: str = export.RECORD, revocations: tuple[tuple[int, bytes], ...] = ()
) -> list[export.Item]:
    """Everything of an export that stands before the logs."""
    return [
        export.Head(world.charter.line_id(), kind, OPENED_AT_MS + 1, 0, "everything"),
        export.CharterPaper(world.charter.encode()),
        *(export.CardPaper(side.number, side.card.signed) for side in world.sides),
        *(export.CertificatePaper(*certificate) for certificate in world.certificates),
        *(export.RevocationPaper(*revocation) for revocation in revocations),
    ]


def whole(log: Log, withheld: tuple[int, ...] = (), station: bytes = b"") -> list[export.Item]:
    """A log as a record shows it."""
    items: list[export.Item] = [
        export.LogStart(*log.log, station or log.side.certificate.digest, max(log.lines, default=0))
    ]
    for index, (header, body) in enumerate(zip(log.headers, log.bodies, strict=True)):
        shown = index not in withheld
        items.append(export.Entry(header, body if shown else None, log.salt(index) if shown else None))
        if index + 1 in log.lines:
            items.append(export.NotePaper(log.note(index + 1)))
    items += [export.Arrival(witness, size, at) for (witness, size), at in log.arrivals.items()]
    return items


def chosen(log: Log, *indexes: int) -> list[export.Item]:
    """A log as an extract shows it: its last checkpoint, and some entries with proofs."""
    size = max(log.lines)
    items: list[export.Item] = [
        export.LogStart(*log.log, log.side.certificate.digest, size),
        export.NotePaper(log.note(size)),
    ]
    for index in indexes:
        items.append(export.Entry(log.headers[index], log.bodies[index], log.salt(index)))
        proof = merkle.inclusion_proof(index, size, lambda level, first, count: log.leaves[first : first + count])
        items.append(export.Proof(size, tuple(proof)))
    return items


def talk() -> tuple[Log, Log]:
    """Two parties, a short exchange with receipts: A writes, B holds and answers, A holds, both receipt."""
    ours, theirs = Log(two(), 0), Log(two(), 1)
    ours.sign(), theirs.sign()
    seconds = OPENED_AT_MS // 1000
    ours.receipt(1, seconds + 1, arrived_at_ms=OPENED_AT_MS + 1_500)
    theirs.receipt(0, seconds + 1)
    ours.write(b"first", held=(theirs.held(),), receipted=(Receipted(1, 1),), at_ms=OPENED_AT_MS + 2_000)
    ours.write(b"second", held=(theirs.held(),), receipted=(Receipted(1, 1),), at_ms=OPENED_AT_MS + 2_500)
    ours.sign()
    ours.receipt(1, seconds + 3, arrived_at_ms=OPENED_AT_MS + 3_500)
    theirs.write(b"answer", held=(ours.held(),), receipted=(Receipted(0, 1),), at_ms=OPENED_AT_MS + 4_000)
    theirs.sign()
    theirs.receipt(0, seconds + 5)
    ours.write(b"", held=(theirs.held(),), receipted=(Receipted(1, 3),), at_ms=OPENED_AT_MS + 6_000)
    ours.sign()
    ours.pq(0, 0), ours.pq(1, seconds + 7)
    return ours, theirs
