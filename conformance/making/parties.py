"""Lines of test parties, opened by a real ceremony: papers, keys, and logs as their authors write them."""

from __future__ import annotations

from functools import cache
from typing import Any, Final, NamedTuple

from conformance.making.cupboard import KeptDraw, KeptRoot, sign_mldsa44, word
from openline.record import entry, merkle, note
from openline.record.entry import After, Header, Held, LogId, Receipted, Ref
from openline.record.members import read_members
from openline.record.opening import Opening, Previous, encode_opening, secret_commitment
from openline.record.roster import Roster
from openline.seal import ceremony, papers
from openline.seal.ceremony import Begun, OpenLine, Window
from openline.seal.certificate import StationSecrets
from openline.seal.charter import CharterLimits
from openline.seal.party import Card, make_card

OPENED_AT_MS: Final = 1_770_282_000_000  # 2026-02-05T09:00:00Z
DAY_MS: Final = 86_400_000
WINDOW: Final = Window(OPENED_AT_MS - DAY_MS, OPENED_AT_MS + 366 * DAY_MS)
NAMES: Final = ("PARTY A", "PARTY B", "PARTY C")


class Side:
    """One party: root and card."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.root = KeptRoot(NAMES[number])
        self.card: Card = make_card(self.root, NAMES[number], OPENED_AT_MS - 2 * DAY_MS)


@cache
def side(number: int) -> Side:
    """Party `number`."""
    return Side(number)


class Opened(NamedTuple):
    """A line of `count` parties after its ceremony, with the ceremony's files and what each side kept."""

    proposal: Begun
    acceptances: tuple[Begun, ...]
    opening: str
    lines: tuple[OpenLine, ...]

    @property
    def line_id(self) -> bytes:
        return self.lines[0].line_id

    @property
    def charter(self) -> bytes:
        return self.lines[0].charter.encode()

    def charter_nonce(self, party: int) -> bytes:
        """The nonce of one party."""
        return self.lines[0].charter.nonces[party]

    def secrets(self, party: int) -> StationSecrets:
        """The station secrets of one party."""
        return self.lines[party].station

    def roster(self) -> Roster:
        """What the papers say."""
        certificates = enumerate(one.signed for one in self.lines[0].certificates)
        return read_members(self.charter, list(certificates)).roster


@cache
def line(count: int) -> Opened:
    """A line of the first `count` parties."""
    cards = [side(number).card for number in range(count)]
    terms = ceremony.draft_charter("A-B LINE" if count == 2 else "A-B-C LINE", cards, OPENED_AT_MS)._replace(
        languages=("en", "ar"),
        handling=(("en", "OFFICIAL"),),
        limits=CharterLimits(262_144, 6_000, 1_048_576),
        offices=tuple((f"{name} DUTY OFFICER",) for name in NAMES[:count]),
    )
    draws = [KeptDraw(count, name) for name in NAMES[:count]]
    begun = ceremony.propose(side(0).root, terms, cards, WINDOW, draws[0])
    answers = [ceremony.accept(side(one).root, begun.file, WINDOW, draws[one]) for one in range(1, count)]
    opening, first = ceremony.open_line(side(0).root, begun.waiting, [one.file for one in answers], draws[0])
    others = [ceremony.take_opening(answer.waiting, opening, draws[0]) for answer in answers]
    return Opened(begun, tuple(answers), opening, (first, *others))


def ceremony_bytes(kind: str, file_text: str) -> bytes:
    """The signed structure inside a ceremony file."""
    return papers.file_bytes(kind, file_text)


class Log:
    """One log as its author writes it, with the signatures it gets."""

    def __init__(self, opened: Opened, party: int, life: int = 0, previous: Previous | None = None) -> None:
        self.opened = opened
        self.party = party
        secrets = opened.secrets(party)
        self.signer = secrets.note_signer()
        self.certificate = opened.lines[0].certificates[party]
        name = (len(opened.lines), NAMES[party], life)
        self.log = LogId(party, (OPENED_AT_MS + 1_000 + life * DAY_MS).to_bytes(6, "big") + word(*name)[:6])
        self.secret = word(*name, "log secret")
        self.origin = note.origin_for(opened.line_id, side(party).card.party_id, self.log.generation)
        self.headers: list[bytes] = []
        self.bodies: list[bytes] = []
        self.leaves: list[bytes] = []
        self.parsed: list[Header] = []
        self.opening = encode_opening(
            Opening(secret_commitment(self.secret), previous, self.certificate.digest, "conformance")
        )
        self.write(self.opening, kind=entry.OPENING)

    @property
    def size(self) -> int:
        return len(self.leaves)

    def root(self, size: int | None = None) -> bytes:
        """The root of the first `size` entries."""
        return merkle.root_of(self.leaves[: self.size if size is None else size])

    def write(self, body: bytes, **fields: Any) -> int:
        """Append an entry: kind, precedence, flags, held, receipted, references, at_ms may be named."""
        index = self.size
        digest = entry.body_digest(entry.salt_for(self.secret, index), body)
        after = After(tuple(fields.get("held", ())), tuple(fields.get("receipted", ())))
        at_ms = fields.get("at_ms", OPENED_AT_MS + 1_000 * (index + 1))
        header = Header(index, at_ms, fields.get("kind", entry.MESSAGE), fields.get("precedence", entry.ROUTINE),
                        fields.get("flags", 0), after, tuple(fields.get("references", ())), digest)  # fmt: skip
        self.add(header, body)
        return index

    def add(self, header: Header, body: bytes) -> None:
        """Append an entry with a header made elsewhere."""
        self.parsed.append(header)
        self.headers.append(entry.encode_header(header))
        self.bodies.append(body)
        self.leaves.append(entry.leaf(self.headers[-1]))

    def text(self, size: int | None = None) -> bytes:
        """The checkpoint's text."""
        size = self.size if size is None else size
        return note.checkpoint_text(self.origin, size, self.root(size))

    def sign(self, size: int | None = None) -> bytes:
        """The author's signature over the checkpoint."""
        return self.signer.sign(self.text(size))

    def author(self, size: int | None = None) -> note.NoteSignature:
        """The author's line."""
        return note.author_line(self.origin, self.signer.public, self.sign(size))

    def cosign(self, witness: int, at_s: int, size: int | None = None) -> bytes:
        """A witness's receipt: 64 bytes."""
        return self.opened.secrets(witness).receipt_signer().sign(note.cosigned_text(self.text(size), at_s))

    def receipt(self, witness: int, at_s: int, size: int | None = None) -> note.NoteSignature:
        """A witness's receipt as a line."""
        key = self.opened.secrets(witness).receipt_signer().public
        return note.receipt_line(self.receipt_name(witness), key, at_s, self.cosign(witness, at_s, size))

    def receipt_name(self, witness: int) -> str:
        """Name of a party's receipt key."""
        return note.receipt_name(self.opened.line_id, side(witness).card.party_id)

    def pq(self, witness: int, at_s: int, size: int | None = None) -> bytes:
        """An ML-DSA-44 statement: 2,420 bytes."""
        size = self.size if size is None else size
        name = self.origin if witness == self.party else self.receipt_name(witness)
        message = note.cosigned_message(name, at_s, note.Checkpoint(self.origin, size, self.root(size)))
        return sign_mldsa44(self.opened.secrets(witness).mldsa44, message)

    def pq_line(self, witness: int, at_s: int, size: int | None = None) -> note.NoteSignature:
        """The same as a line."""
        name = self.origin if witness == self.party else self.receipt_name(witness)
        key = self.opened.secrets(witness).mldsa44_signer().public
        return note.pq_line(name, key, at_s, self.pq(witness, at_s, size))

    def note(self, size: int | None = None, *lines: note.NoteSignature) -> bytes:
        """A whole note, the author's line first."""
        return note.format_note(self.text(size), (self.author(size), *lines))

    def held(self, size: int | None = None) -> Held:
        """This log as another party's entry names it."""
        size = self.size if size is None else size
        return Held(self.party, self.log.generation, size, self.root(size))

    def ref(self, index: int) -> Ref:
        """An entry of this log."""
        return Ref(self.party, self.log.generation, index)


def papers_of(opened: Opened, revocations: tuple[tuple[int, bytes], ...] = ()) -> dict[str, Any]:
    """A line's papers as a door takes them."""
    certificates = [[number, one.signed] for number, one in enumerate(opened.lines[0].certificates)]
    return {"charter": opened.charter, "certificates": certificates, "revocations": [list(one) for one in revocations]}


__all__ = ["Log", "Opened", "Previous", "Receipted", "Side", "ceremony_bytes", "line", "papers_of", "side"]
