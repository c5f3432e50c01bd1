"""Scenarios of joint statements: bodies, who has signed what, and published files from sound to spoilt."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple

from conformance.doors.joint import standing
from conformance.making import exports
from conformance.making.entries import cbor
from conformance.making.parties import OPENED_AT_MS, Log, line
from conformance.making.scenarios import Book
from openline.accord.communique.published import Published, spell_published
from openline.accord.communique.statement import (
    Signature,
    Statement,
    Version,
    Withdrawal,
    encode_signature,
    encode_statement,
    encode_withdrawal,
)
from openline.record import merkle
from openline.record.entry import EXERCISE, JOINT, JOINT_WITHDRAWN, Held, Receipted, Ref
from openline.record.evidence import export

AT_S: Final = OPENED_AT_MS // 1000
RELEASE_S: Final = AT_S + 3_600
TEXTS: Final = (
    Version("en", "Joint statement on limits", "The parties keep the limits for one year.\n\nThey meet again in March."),
    Version("ru", "Совместное заявление о пределах", "Стороны соблюдают пределы один год.\n\nОни встречаются вновь в марте."),
)
SAID: Final = Statement("JS-2026-1", TEXTS, RELEASE_S, "Geneva", 60)
BODY: Final = encode_statement(SAID)
DIGEST: Final = sha256(b"openline/joint-statement/v1\n" + BODY).digest()
PLAIN: Final[list[Any]] = ["JS-2026-1", [list(one) for one in TEXTS], RELEASE_S, ["Geneva", 60]]


def write(book: Book) -> None:
    """All of them."""
    book.shared.add("joint.statement", BODY)
    _statements(book)
    _bodies(book)
    _standing(book)
    _files(book)


def _put(at: int, value: object) -> bytes:
    return cbor([*PLAIN[:at], value, *PLAIN[at + 1 :]])


def _statements(book: Book) -> None:
    book.accept("joint-statement", "joint-statement", {"bytes": cbor(PLAIN)}, "R-541", "Two languages, an instant, and how people speak of it.", digest=DIGEST)
    book.accept("joint-statement-west-of-greenwich", "joint-statement", {"bytes": _put(3, ["Washington", -300])}, "R-541", "Minutes west are below zero.", east_minutes=-300)
    english, russian = PLAIN[1]
    for name, data, says, story in (
        ("field-lacks", cbor(PLAIN[:-1]), "keys 0 to 3", "The last field is missing."),
        ("trailing-byte", cbor(PLAIN) + b"\0", "one spelling", "A byte after the end."),
        ("without-a-text", _put(1, []), "no text", "Nothing is said."),
        ("languages-out-of-order", _put(1, [russian, english]), "ascending order", "One order, so that all sign the same bytes."),
        ("language-twice", _put(1, [english, english]), "ascending order", "Which of the two is it?"),
        ("language-that-is-none", _put(1, [["engl!sh", "a", "b"]]), "no language tag", "A language tag."),
        ("empty-title", _put(1, [["en", "", "Words."], russian]), "no title", "Each language has a title."),
        ("empty-text", _put(1, [["en", "Title", " \n "], russian]), "no text, in en", "Spaces say nothing."),
        ("title-of-two-lines", _put(1, [["en", "a\nb", "Words."]]), "control character", "A title is one line."),
        ("text-that-turns-direction", _put(1, [["en", "Title", "a\u202eb"]]), "control character", "What is read must be what is signed."),
        ("id-of-look-alike-letters", _put(0, "JS-2026-\u0406"), "U+0406", "A Cyrillic letter that looks like a Latin one."),
        ("release-beyond-the-calendar", _put(2, 253_402_300_800), "release", "The year 10000."),
        ("release-of-a-fraction", _put(2, 1.5), "release", "Whole seconds."),
        ("zone-without-a-name", _put(3, ["", 0]), "no name", "Whose noon?"),
        ("zone-east-of-all", _put(3, ["X", 841]), "minutes east", "No place is further east than 14 hours."),
        ("zone-west-of-all", _put(3, ["X", -721]), "minutes east", "No place is further west than 12 hours."),
        ("zone-of-true", _put(3, ["X", True]), "minutes east", "True is not one."),
    ):  # fmt: skip
        book.refuse(f"joint-statement-{name}", "joint-statement", {"bytes": data}, "R-541", story, says)


def _bodies(book: Book) -> None:
    book.accept("joint-signature-with-its-statement", "joint-signature-body", {"bytes": cbor([DIGEST, BODY])}, "R-540", "Who proposes sends the words along.")
    book.accept("joint-signature-alone", "joint-signature-body", {"bytes": cbor([DIGEST, b""])}, "R-540", "Who signs after that names their digest.")
    for name, data, says, story in (
        ("over-other-bytes", cbor([bytes(32), BODY]), "not that of the statement", "Digest and words differ."),
        ("of-a-statement-with-faults", cbor([sha256(b"openline/joint-statement/v1\n" + b"\xa0").digest(), b"\xa0"]), "keys 0 to 3", "Nobody signs what nobody can read."),
        ("digest-of-31-bytes", cbor([DIGEST[:31], b""]), "32 bytes", "A hash is 32 bytes."),
        ("trailing-byte", cbor([DIGEST, b""]) + b"\0", "one spelling", "A byte after the end."),
    ):  # fmt: skip
        book.refuse(f"joint-signature-{name}", "joint-signature-body", {"bytes": data}, "R-540 R-541", story, says)
    book.accept("joint-withdrawal", "joint-withdrawal-body", {"bytes": cbor([DIGEST, "The second paragraph is open again.", "en"])}, "R-542", "With a reason.")
    book.accept("joint-withdrawal-without-a-reason", "joint-withdrawal-body", {"bytes": cbor([DIGEST, "", ""])}, "R-542", "Nobody must say why.")
    for name, data, says, story in (
        ("reason-without-language", cbor([DIGEST, "Why.", ""]), "has a language", "Words have a language."),
        ("language-without-reason", cbor([DIGEST, "", "en"]), "only a reason", "Of which words?"),
    ):  # fmt: skip
        book.refuse(f"joint-withdrawal-{name}", "joint-withdrawal-body", {"bytes": data}, "R-542", story, says)


LIVES: Final = tuple(bytes([0, 0, 0, 0, 0, 1, *b"life", number, 0]) for number in range(3))
Row = list[Any]


def signs(party: int, index: int, *, holds: Sequence[tuple[int, int]] = (), body: bytes = b"", digest: bytes = DIGEST, at_s: int = AT_S) -> Row:
    """An entry that signs. `holds`: of which parties how many entries."""
    return _row(party, index, JOINT, encode_signature(Signature(digest, body)), holds, at_s)


def withdraws(party: int, index: int, *, holds: Sequence[tuple[int, int]] = ()) -> Row:
    """An entry that withdraws."""
    return _row(party, index, JOINT_WITHDRAWN, encode_withdrawal(Withdrawal(DIGEST, "", "")), holds, AT_S)


def _row(party: int, index: int, kind: int, body: bytes, holds: Sequence[tuple[int, int]], at_s: int) -> Row:
    return [party, LIVES[party].hex(), index, at_s * 1000, kind, body.hex(), [[one, LIVES[one].hex(), size] for one, size in holds]]


def _standing(book: Book) -> None:
    proposed = signs(0, 1, body=BODY)
    other = encode_statement(SAID._replace(release_s=RELEASE_S + 1))
    other_digest = sha256(b"openline/joint-statement/v1\n" + other).digest()
    for name, entries, state, story in (
        ("proposed", [proposed], "open", "One of two has signed."),
        ("agreed", [proposed, signs(1, 1, holds=[(0, 2)])], "agreed", "Both signed the same bytes."),
        ("withdrawn", [proposed, withdraws(0, 2)], "withdrawn", "Taken back before the other signed."),
        ("refused", [proposed, withdraws(1, 1, holds=[(0, 2)])], "withdrawn", "The other will not sign."),
        ("crossed", [proposed, withdraws(0, 2), signs(1, 1, holds=[(0, 2)])], "agreed", "Signed without the withdrawal in hand: agreed."),
        ("signed-knowing", [proposed, withdraws(0, 2), signs(1, 1, holds=[(0, 3)])], "withdrawn", "Signed with the withdrawal in hand: it does not count."),
        ("withdrawn-too-late", [proposed, signs(1, 1, holds=[(0, 2)]), withdraws(0, 2, holds=[(1, 2)])], "agreed", "All had signed."),
        ("signed-after-refusing", [proposed, withdraws(1, 1, holds=[(0, 2)]), signs(1, 2, holds=[(0, 2)])], "withdrawn", "Who refused once signs under another id."),
        ("of-a-later-life", [proposed, withdraws(0, 2), [1, LIVES[1].hex(), 1, AT_S * 1000, JOINT, encode_signature(Signature(DIGEST, b"")).hex(), [[0, LIVES[2].hex(), 1]]]], "withdrawn", "Holding a later life of a party is holding all earlier ones."),
        ("without-its-words", [signs(0, 1), signs(1, 1)], "open", "Both named a digest, and nobody its words."),
    ):  # fmt: skip
        for way, given in (("", entries), ("-in-another-order", entries[::-1])):
            if len(entries) > 1 or not way:
                gives = _asked(given)
                assert gives[0][3] == state, (name, gives)
                book.accept(f"joint-standing-{name}{way}", "joint-standing", {"parties": 2, "entries": given}, "R-543", story, rows=_asked(entries))
    both = [proposed, signs(1, 1, body=other, digest=other_digest)]
    assert [row[8] for row in _asked(both)] == [[one[1]] for one in reversed(_asked(both))]
    book.accept("joint-standing-different-bytes", "joint-standing", {"parties": 2, "entries": both}, "R-543 R-544", "One id, two texts: each is open, and names the other.")
    late = [proposed, signs(1, 1, holds=[(0, 2)], at_s=RELEASE_S)]
    book.accept("joint-standing-signed-late", "joint-standing", {"parties": 2, "entries": late}, "R-544", "Agreed, and marked: signed when it should have been out.")
    three = [proposed, signs(1, 1, holds=[(0, 2)]), withdraws(0, 2), signs(2, 1, holds=[(0, 2), (1, 2)])]
    book.accept("joint-standing-of-three", "joint-standing", {"parties": 3, "entries": three}, "R-543", "The third signed without the withdrawal in hand.")
    broken = [[*one[:5], b"\xa0", one[6]] for one in three[:1]]
    book.refuse("joint-standing-of-no-body", "joint-standing", {"parties": 3, "entries": broken}, "R-543", "Bytes that are no signature stand for nothing.", "keys 0 to")


def _asked(entries: list[Row]) -> list[Any]:
    found = standing({"parties": 2, "entries": entries})
    assert isinstance(found, dict)
    rows: list[Any] = found["rows"]
    return rows


# ---------------------------------------------------------------- files
class Made(NamedTuple):
    """A published statement in its parts."""

    published: Published
    items: list[export.Item]

    def spelled(self, **changes: Any) -> bytes:
        """The file; `items` among the changes makes the evidence anew."""
        items = changes.pop("items", self.items)
        evidence = changes.pop("evidence", exports.spelled(items))
        return spell_published(self.published._replace(evidence=evidence, **changes))


def logs(parties: int = 2, *, flags: int = 0, body: bytes = BODY, digest: bytes = DIGEST, referring: bool = False) -> list[Log]:
    """A proposes at 1, everybody else signs after holding that; each log ends with a link of no meaning here."""
    opened = line(parties)
    every = [Log(opened, number) for number in range(parties)]
    every[0].write(encode_signature(Signature(digest, body)), kind=JOINT, flags=flags, at_ms=OPENED_AT_MS + 10_000)
    for number in range(1, parties):
        references = [Ref(0, every[0].log.generation, 1)] if referring else []
        every[number].write(encode_signature(Signature(digest, b"")), kind=JOINT, flags=flags, references=references,
                            held=[every[0].held(2)], at_ms=OPENED_AT_MS + 20_000)  # fmt: skip
    every[0].write(b"", held=[Held(*every[1].held(2))], receipted=[Receipted(1, 2)], at_ms=OPENED_AT_MS + 30_000)
    return every


def of_log(log: Log, index: int, size: int, witnesses: Sequence[int]) -> list[export.Item]:
    """The items of one log: one checkpoint with receipts, one entry with its proof."""
    receipts = [log.receipt(witness, AT_S + 25 + witness, size) for witness in witnesses]
    proof = merkle.inclusion_proof(index, size, lambda level, first, count: log.leaves[first : first + count])
    return [exports.start(log, size), exports.noted(log, size, *receipts), exports.entry(log, index), export.Proof(size, tuple(proof))]


def head(opened_line: int, *, at_s: int = RELEASE_S, by: int = 0, kind: str = export.EXTRACT) -> list[export.Item]:
    """What stands before the logs."""
    found, *papers = exports.papers(line(opened_line), kind)
    assert isinstance(found, export.Head)
    return [found._replace(made_at_ms=at_s * 1000 + 250, by=by, scope="joint statement JS-2026-1"), *papers]


def made(parties: int = 2, **of_logs: Any) -> Made:
    """A sound file."""
    every = logs(parties, **of_logs)
    items = head(parties)
    for log in every:
        items += of_log(log, 1, 2, [one for one in range(parties) if one != log.party])
    published = Published(of_logs.get("digest", DIGEST), SAID, line(parties).line_id, RELEASE_S, 0, b"")
    return Made(published, items)


def _files(book: Book) -> None:
    sound = made()
    a, b = logs()
    data = sound.spelled()
    book.shared.add("joint.file", data)
    book.accept("joint-file", "joint-file", {"bytes": data}, "R-546 R-547", "Two parties, two languages, published in the agreed second.", digest=DIGEST, held=[[1], [0]], published_s=RELEASE_S)
    book.accept("joint-file-of-three", "joint-file", {"bytes": made(3).spelled()}, "R-547", "All three signed.", held=[[1, 2], [0, 2], [0, 1]])
    book.refuse("joint-file-of-an-exercise", "joint-file", {"bytes": made(flags=EXERCISE).spelled()}, "R-540 R-547 R-548", "In an exercise nobody signs anything.", "(signatures)")
    bare = [*head(2), *of_log(a, 1, 2, []), *of_log(b, 1, 2, [0])]
    book.accept("joint-file-without-a-receipt", "joint-file", {"bytes": sound.spelled(items=bare)}, "R-547", "Who has signed has signed, receipt or not.", held=[[], [0]])
    _signed_by_whom(book, sound)
    text = data.decode()
    english = Version("en", TEXTS[0].title, TEXTS[0].text.replace("one year", "ten years"))
    for name, bad, says, story in (
        ("empty", b"", "(form)", "No bytes."),
        ("minutes-of-no-place", data.replace(b'"minutes_east": 60', b'"minutes_east": 841'), "(form)", "No place is further east than 14 hours."),
        ("instant-before-1970", data.replace(b'"release_at": "2026', b'"release_at": "1926'), "(form)", "Instants begin with 1970."),
        ("number-below-zero-of-nought", data.replace(b'"minutes_east": 60', b'"minutes_east": -0'), "(form)", "Nought has no sign."),
        ("cut-off", data[:-2], "(form)", "Without its end."),
        ("byte-after-the-end", data + b"\n", "(form)", "One line feed ends it."),
        ("on-one-line", data.replace(b"\n", b""), "(form)", "One spelling."),
        ("in-ascii", text.replace("С", "\\u0421", 1).encode(), "(form)", "A letter in its other spelling."),
        ("of-another-version", data.replace(b"statement 1", b"statement 2"), "(form)", "Nothing is known of a version 2."),
        ("member-twice", data.replace(b' "id"', b' "id": "JS-2026-1",\n "id"', 1), "(form)", "Which of the two?"),
        ("member-more", data.replace(b' "line"', b' "note": "x",\n "line"', 1), "(form)", "Nothing unsigned goes along."),
        ("digest-in-capitals", text.replace(DIGEST.hex(), DIGEST.hex().upper()).encode(), "(form)", "One spelling."),
        ("instant-without-a-zone", data.replace(b'Z",\n "zone"', b'",\n "zone"'), "(form)", "An instant without a zone says nothing."),
        ("minutes-with-a-point", data.replace(b'"minutes_east": 60', b'"minutes_east": 60.0'), "(form)", "Whole minutes."),
        ("half-of-a-pair", text.replace("JS-2026-1", "JS-\\ud800", 1).encode(), "(form)", "Half of a surrogate pair is no character."),
        ("line-of-another", sound.spelled(line_id=line(3).line_id), "(line)", "The evidence is of a line of two, the file names that of three."),
        ("text-changed", sound.spelled(statement=SAID._replace(versions=(english, TEXTS[1]))), "(texts)", "One year became ten."),
        ("language-dropped", sound.spelled(statement=SAID._replace(versions=TEXTS[:1])), "(texts)", "The Russian text is left out."),
        ("languages-exchanged", sound.spelled(statement=SAID._replace(versions=TEXTS[::-1])), "(texts)", "The same words in another order."),
        ("title-changed", sound.spelled(statement=SAID._replace(versions=(TEXTS[0]._replace(title="Joint statement"), TEXTS[1]))), "(texts)", "A shorter title."),
        ("instant-changed", sound.spelled(statement=SAID._replace(release_s=RELEASE_S - 3_600)), "(texts)", "Released an hour earlier."),
        ("zone-changed", sound.spelled(statement=SAID._replace(zone="Vienna")), "(texts)", "Another place."),
        ("digest-changed", sound.spelled(digest=bytes(32)), "(signatures)", "The parties signed another digest."),
        ("published-at-another-time", sound.spelled(published_s=RELEASE_S + 60), "(early)", "The evidence was made at another time."),
        ("published-by-another", sound.spelled(published_by=1), "(early)", "The evidence was made by party 0."),
        ("published-early", sound.spelled(published_s=RELEASE_S - 1, items=[*head(2, at_s=RELEASE_S - 1), *sound.items[6:]]), "(early)", "A second before the agreed instant."),
        ("evidence-of-nothing", sound.spelled(evidence=b""), "(evidence)", "No evidence at all."),
        ("evidence-cut-off", sound.spelled(evidence=exports.spelled(sound.items)[:-9]), "(evidence)", "An extract without its end."),
        ("one-signature-dropped", sound.spelled(items=[*head(2), *of_log(a, 1, 2, [1])]), "(shape)", "Only A signed."),
        ("two-entries-of-a-party", sound.spelled(items=[*head(2), *of_log(a, 1, 3, [1]), *of_log(a, 2, 3, [])[2:], *of_log(b, 1, 2, [0])]), "(shape)", "A second entry goes along."),
        ("two-checkpoints", sound.spelled(items=_two_checkpoints(a, b)), "(shape)", "A receipt over another checkpoint than the one its proof leads to."),
        ("of-a-record", sound.spelled(items=_as_record(a, b)), "(shape)", "A whole record is no evidence of this form."),
        ("another-entry-of-a-party", sound.spelled(items=[*head(2), *of_log(a, 0, 2, [1]), *of_log(b, 1, 2, [0])]), "(signatures)", "A's opening in the place of its signature."),
        ("body-withheld", sound.spelled(items=_withheld(a, b)), "(signatures)", "A signature that shows nothing."),
    ):  # fmt: skip
        book.refuse(f"joint-file-{name}", "joint-file", {"bytes": bad}, "R-546 R-547 R-548", story, says)
    other = logs(digest=sha256(b"openline/joint-statement/v1\n" + encode_statement(SAID._replace(zone="Vienna"))).digest(),
                 body=encode_statement(SAID._replace(zone="Vienna")))  # fmt: skip
    mixed = [*head(2), *of_log(a, 1, 2, [1]), *of_log(other[1], 1, 2, [0])]
    book.refuse("joint-file-different-bytes-signed", "joint-file", {"bytes": sound.spelled(items=mixed)}, "R-547 R-548", "B signed another zone.", "(signatures)")


def _signed_by_whom(book: Book, sound: Made) -> None:
    """Signatures that are none, or whose station was revoked."""
    a, b = logs()
    referring = logs(referring=True)
    named = [*head(2), *of_log(referring[0], 1, 2, [1]), *of_log(referring[1], 1, 2, [0])]
    book.refuse("joint-file-referring", "joint-file", {"bytes": sound.spelled(items=named)}, "R-540 R-547 R-548", "B's signature refers to A's: no signature does.", "(signatures)")
    revoked = [*head(2), export.RevocationPaper(0, book.shared.named["line2.revocation.0"])]
    taken = [*revoked, *of_log(a, 1, 2, [1]), *of_log(b, 1, 2, [0])]
    book.accept("joint-file-revoked-since", "joint-file", {"bytes": sound.spelled(items=taken)}, "R-547 R-152", "A's station was revoked, B had its signature.", held=[[1], [0]])
    alone = [*revoked, *of_log(a, 1, 2, []), *of_log(b, 1, 2, [0])]
    book.refuse("joint-file-revoked-and-not-received", "joint-file", {"bytes": sound.spelled(items=alone)}, "R-547 R-548 R-152", "Who has A's keys could have signed it.", "(signatures)")


def _two_checkpoints(a: Log, b: Log) -> list[export.Item]:
    first, note, entry, proof = of_log(a, 1, 2, [])
    assert isinstance(first, export.LogStart)
    return [*head(2), first._replace(size=3), note, exports.noted(a, 3, a.receipt(1, AT_S + 31, 3)), entry, proof, *of_log(b, 1, 2, [0])]


def _as_record(a: Log, b: Log) -> list[export.Item]:
    ours = [exports.start(a, 2), exports.entry(a, 0), exports.entry(a, 1), exports.noted(a, 2)]
    return [*head(2, kind=export.RECORD), *ours, exports.start(b, 2), exports.entry(b, 0), exports.entry(b, 1), exports.noted(b, 2)]


def _withheld(a: Log, b: Log) -> list[export.Item]:
    first, note, _, proof = of_log(a, 1, 2, [1])
    return [*head(2), first, note, exports.entry(a, 1, withheld=True), proof, *of_log(b, 1, 2, [0])]
