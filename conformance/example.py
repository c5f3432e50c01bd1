"""The example and the table of bounds in docs/PROTOCOL.md: cut from the vectors, and from the program's limits.

`python -m conformance.make_vectors` puts both into the document; a test compares. Every byte shown is one of a vector's.
"""

# ruff: noqa: E501 (sentences of the document)
from __future__ import annotations

import base64
import json
import re
import textwrap
from pathlib import Path
from typing import Any, Final

from conformance.plain import resolved
from conformance.run import VECTORS, load_shared
from openline import limits
from openline.accord.communique.statement import parse_signature
from openline.record.entry import parse_header
from openline.record.evidence import export
from openline.record.evidence.export import read_export
from openline.record.note import parse_note

PROTOCOL: Final = Path(__file__).resolve().parent.parent / "docs" / "PROTOCOL.md"
WIDTH: Final = 64  # hexadecimal digits a line
Rows = list[tuple[str, str]]


def vector(name: str, of: str = "example-") -> dict[str, Any]:
    """A vector with its shared parts in place."""
    held: dict[str, Any] = json.loads((VECTORS / f"{of}{name}.json").read_text("utf-8"))
    return {**held, "given": resolved(held["given"], load_shared())}


def blocks() -> dict[str, str]:
    """What stands between the marks in the document, by mark."""
    return {"example": "\n\n".join(_example()), "joint": "\n\n".join(_joint()), "bounds": _bounds()}


def placed(document: str) -> str:
    """The document with both blocks as they should stand. Raises ValueError where a mark is missing."""
    for mark, text in blocks().items():
        marks = rf"(<!-- {mark}: made by conformance/example.py -->\n).*?(\n<!-- end of {mark} -->)"
        if len(re.findall(marks, document, re.DOTALL)) != 1:
            raise ValueError(f"docs/PROTOCOL.md has not one pair of marks for the {mark}")
        document = re.sub(marks, lambda found, text=text: found[1] + text + found[2], document, flags=re.DOTALL)
    return document


# --- pieces


def _code(*lines: str) -> str:
    return "\n".join(["```", *lines, "```"])


def _hex(data: str) -> list[str]:
    return textwrap.wrap(data, WIDTH)


def _rows(rows: Rows, whole: str) -> str:
    """Bytes with their meaning beside them; together they are all of `whole`."""
    assert "".join(data for data, _ in rows) == whole, "the parts are not the whole"
    lines = []
    for data, meaning in rows:
        known = meaning.endswith("as above")  # shown once in full: its ends tell it apart
        first, *rest = [f"{data[:24]} … {data[-24:]}"] if known else _hex(data)
        lines.append(f"{first:<{WIDTH}}  {meaning}".rstrip())
        lines += rest
    return _code(*lines)


class _Cut:
    """Takes hexadecimal off the front, with what it means."""

    def __init__(self, data: str) -> None:
        self.whole = data
        self.at = 0
        self.rows: Rows = []

    def take(self, size: int, meaning: str) -> str:
        """The next `size` bytes."""
        data = self.whole[2 * self.at : 2 * (self.at + size)]
        self.at += size
        self.rows.append((data, meaning))
        return data

    def rest(self, meaning: str, leave: int = 0) -> str:
        """All but the last `leave` bytes."""
        return self.take(len(self.whole) // 2 - self.at - leave, meaning)

    def text(self) -> str:
        """All of it as a block."""
        return _rows(self.rows, self.whole)


# --- a joint statement


def _joint() -> list[str]:
    said, file = vector("statement", "joint-"), vector("file", "joint-")
    whole = bytes.fromhex(file["given"]["bytes"]).decode()
    published = json.loads(whole)
    evidence = base64.b64decode(published["evidence"])
    short = f"{published['evidence'][:40]} … {published['evidence'][-24:]}"
    items = [_item(one) for one in read_export([evidence])]
    return [
        "**A whole example.** The statement's bytes, and the digest that both parties sign:",
        _code(*_hex(said["given"]["bytes"])),
        _code(f"digest  {said['gives']['digest']}"),
        "The published file (its evidence, base64 of "
        f"{len(evidence)} bytes, is shortened here; `conformance/vectors/joint-file.json` has all of it):",
        _code(*whole.replace(published["evidence"], short).rstrip("\n").split("\n")),
        "The items of its evidence, in order:",
        _code(*items, "end"),
    ]


def _item(item: Any) -> str:
    match item:
        case export.Head():
            return f"head         extract, made at {item.made_at_ms} by party {item.by}"
        case export.CharterPaper():
            return f"charter      {len(item.data)} bytes"
        case export.CardPaper():
            return f"card         of party {item.party}"
        case export.CertificatePaper():
            return f"certificate  of party {item.party}"
        case export.LogStart():
            return f"log          {item.party}/{item.generation.hex()}, {item.size} entries under its checkpoint"
        case export.NotePaper():
            return f"checkpoint   with {len(parse_note(item.data).signatures)} signatures: its author's, and one receipt"
        case export.Entry():
            assert item.body is not None
            words = "the statement's bytes" if parse_signature(item.body).statement else "no bytes"
            return f"entry        {parse_header(item.header).index}, kind 138: the digest, and {words}"
        case _:
            return f"proof        {len(item.hashes)} hash, to the root of {item.size}"


# --- the example


def _example() -> list[str]:
    body, digest, header = vector("1-body"), vector("2-digest"), vector("3-header")
    return [*_words(body), *_salted(digest, body["gives"]), *_leaf(header), *_signed(), *_carried(), *_answered(), *_exported()]


def _words(body: dict[str, Any]) -> list[str]:
    message = body["gives"]
    said = [f"{name}: {json.dumps(message[name], ensure_ascii=False)}" for name in message]
    return [
        "PARTY A (number 0) writes to PARTY B (number 1) on the line that the other vectors use. Its log has one entry, the\n"
        "opening; B's log has one, and A holds it. **The message**, and its body: a CBOR map of the keys 0 to 8 (R-076).",
        _code(*said),
        _code(*_hex(body["given"]["bytes"])),
    ]


def _salted(digest: dict[str, Any], message: dict[str, Any]) -> list[str]:
    given, gives = digest["given"], digest["gives"]
    assert message["subject"]
    return [
        "**Its digest**, salted with what follows from the log's secret and the index 1 (R-074):",
        _code(f"log secret  {given['log_secret']}", f"salt        {gives['salt']}", f"digest      {gives['digest']}"),
    ]


def _leaf(header: dict[str, Any]) -> list[str]:
    read = header["gives"]["header"]
    cut = _Cut(header["given"]["bytes"])
    cut.take(1, "a map of nine fields")
    cut.take(2, f"0 index {read['index']}")
    cut.take(10, f"1 written at {read['written_at_ms']}")
    cut.take(2, f"2 kind {read['kind']}: MESSAGE")
    cut.take(2, f"3 precedence {read['precedence']}: IMMEDIATE")
    cut.take(2, "4 flags: none")
    cut.take(4, "5 held: of party 1")
    cut.take(13, "  its log of this generation")
    cut.take(1, "  one entry")
    cut.take(34, "  with this root")
    cut.take(5, "6 receipted: party 1, our first entry")
    cut.take(2, "7 no references")
    cut.rest("8 digest")
    return [
        "**The entry's header** (R-072), deterministic CBOR:",
        cut.text(),
        "Its leaf is SHA-256(0x00 || header) (R-070); the root over the log's two leaves follows.",
        _code(f"leaf 1      {header['gives']['leaf']}", f"root of 2   {vector('4-tree')['gives']['root']}"),
    ]


def _signed() -> list[str]:
    note = bytes.fromhex(vector("10-note")["given"]["bytes"]).decode()
    text, _, signatures = note.partition("\n\n")
    author, receipt = signatures.strip().split("\n")
    claim, cosigned = vector("5-checkpoint"), vector("9-receipt")
    return [
        "**The checkpoint**: three lines, each with a newline, signed with the note key of A's station (R-082):",
        _code(*text.split("\n")),
        _code("signature", *_hex(claim["given"]["signature"])),
        "**The receipt**: B's station rebuilds the header from what came, recomputes the root, stores entry and checkpoint\n"
        "and its own receipt in one transaction, and only then says so. It signs these five lines with its receipt key (R-083):",
        _code("cosignature/v1", f"time {cosigned['given']['at_s']}", *text.split("\n")),
        _code("signature", *_hex(cosigned["given"]["signature"])),
        "Both as a C2SP signed note, which any tool for transparency logs reads (long lines are broken here; R-085):",
        _code(*text.split("\n"), "", *_broken(author), *_broken(receipt)),
    ]


def _broken(line: str) -> list[str]:
    return textwrap.wrap(line, WIDTH + 24, break_on_hyphens=False, subsequent_indent="    ")


def _carried() -> list[str]:
    payload = vector("7-payload")
    epoch = json.loads((VECTORS / "seal-epoch-ceremony.json").read_text("utf-8"))["gives"]
    (item,) = payload["gives"]["items"]
    (entry,) = item["entries"]
    cut = _Cut(payload["given"]["payload"])
    cut.take(1, "item 4: commit")
    cut.take(1, "log: kind 0, of party 0: the sender's own of now")
    cut.take(1, "first index 1")
    cut.take(2, "one run, of one entry")
    cut.take(2, "its `after`: one slot, form 1, of party 1")
    cut.take(2, "  the last two bytes of the generation held")
    cut.take(1, "  its size 1: B knows the root")
    cut.take(1, "  receipted: 1 - 0")
    cut.take(1, "entry of kind 1")
    cut.take(1, "bits: precedence 2")
    cut.take(5, "ms since the line was opened")
    cut.take(2, f"length of the body: {len(entry['body']) // 2}")
    cut.take(len(entry["body"]) // 2, "the body (codec 0), as above")
    cut.rest("the signature as above")
    return [
        "**On the wire** the same is one commit item (R-013 to R-015); what B can compute is not sent:",
        cut.text(),
        "**The frame** (R-001, R-049): sealed under the key of epoch 0 of A's frames to B (R-052 to R-054).",
        _code(f"root(0)     {epoch['root']}", f"key         {epoch['key']}", f"tag         {epoch['tag']}"),
        _frame(vector("6-frame")["given"]["bytes"], "sealed payload and its tag"),
        f"That is {len(vector('6-frame')['given']['bytes']) // 2} bytes for a body of {len(entry['body']) // 2}.",
    ]


def _frame(data: str, meaning: str) -> str:
    cut = _Cut(data)
    cut.take(1, "mark")
    cut.take(3, "length of the body")
    cut.take(1, "check: CRC-8 of the four bytes before")
    cut.take(4, "tag: which key")
    cut.take(4, "start: the last four bytes of the sender's generation")
    cut.take(4, "counter")
    cut.rest(meaning)
    return cut.text()


def _answered() -> list[str]:
    cut = _Cut(vector("11-receipt-payload")["given"]["payload"])
    cut.take(1, "item 6: receipt, of the sender")
    cut.take(3, "log: kind 1, of party 0, and two bytes of its generation")
    cut.take(1, "size 2")
    cut.take(5, "Unix seconds")
    cut.rest("the signature as above")
    frame = vector("11-receipt-frame")["given"]["bytes"]
    return [
        "**The answer**: the receipt as an item (R-012), and the frame that carries it "
        f"({len(frame) // 2} bytes), sealed under the key of B's\nframes to A:",
        cut.text(),
        _frame(frame, "sealed payload and its tag"),
    ]


def _exported() -> list[str]:
    data = vector("12-export")["given"]["bytes"]
    header = vector("3-header")["given"]["bytes"]
    at = data.index(header) // 2 - 9
    length = int(data[2 * at : 2 * at + 8], 16)
    cut = _Cut(data[2 * at : 2 * (at + 5 + length + 8)])
    cut.take(4, f"length of the payload: {length}")
    cut.take(1, "kind 6: entry")
    cut.take(4, "a map; 0 header, a byte string")
    cut.take(len(header) // 2, "  the header as above")
    cut.take(3, "1 body, a byte string")
    cut.take(len(vector("1-body")["given"]["bytes"]) // 2, "  the body as above")
    cut.take(3, "2 salt, a byte string")
    cut.take(32, "  the salt as above")
    cut.rest("check: begins SHA-256(state before || all above)")
    return [
        "**In an export** the entry is one item; the checkpoint with its receipt follows it as another (R-170 to R-175):",
        cut.text(),
    ]


# --- the bounds

BOUNDS: Final = (
    ("parties of a line", "PARTIES_MAX"),
    ("entries of a log", "LOG_ENTRIES_MAX"),
    ("logs of a party", "LOGS_OF_A_PARTY_MAX"),
    ("bytes of a generation", "GENERATION_BYTES"),
    ("latest instant, ms", "WRITTEN_AT_MS_MAX"),
    ("bytes of a header", "HEADER_BYTES_MAX"),
    ("bytes of a body", "BODY_BYTES_MAX"),
    ("of a FLASH body, where the terms say nothing", "FLASH_BYTES_MAX"),
    ("of an IMMEDIATE body, likewise", "IMMEDIATE_BYTES_MAX"),
    ("references of an entry", "REFERENCES_MAX"),
    ("entries of a commit", "COMMIT_ENTRIES_MAX"),
    ("bytes of a frame's body, least", "FRAME_BODY_BYTES_MIN"),
    ("bytes of a frame's body, most", "FRAME_BODY_BYTES_MAX"),
    ("items of a payload", "ITEMS_PER_FRAME_MAX"),
    ("logs, and lacks, of a hail", "HAIL_LOGS_MAX"),
    ("bytes of an item in fragments", "FRAGMENTED_BYTES_MAX"),
    ("sets of fragments kept of a peer", "FRAGMENT_SETS_MAX"),
    ("bytes of a grant", "GRANT_BYTES_MAX"),
    ("bytes of a note", "NOTE_BYTES_MAX"),
    ("signatures of a note", "NOTE_SIGNATURES_MAX"),
    ("bytes of an exhibit", "EXHIBIT_BYTES_MAX"),
    ("bytes of an attachment", "BLOB_BYTES_MAX"),
    ("bytes of a chunk of one", "BLOB_CHUNK_BYTES"),
    ("bytes of a certificate", "CERTIFICATE_BYTES_MAX"),
    ("bytes of a revocation", "REVOCATION_BYTES_MAX"),
    ("bytes of a card", "CARD_BYTES_MAX"),
    ("bytes of a charter or ceremony file", "CEREMONY_BYTES_MAX"),
    ("characters of a name", "NAME_CHARS_MAX"),
    ("characters of a subject", "SUBJECT_CHARS_MAX"),
    ("characters of a text", "TEXT_CHARS_MAX"),
    ("offices for action, and for information", "OFFICES_MAX"),
    ("characters of an office", "OFFICE_CHARS_MAX"),
    ("characters of a language tag", "LANGUAGE_CHARS_MAX"),
    ("characters of a remark", "REMARK_CHARS_MAX"),
    ("characters of a service message", "OPERATING_CHARS_MAX"),
    ("characters of what was understood", "UNDERSTOOD_CHARS_MAX"),
    ("characters of how a message was passed on", "HOW_CHARS_MAX"),
    ("characters of an office's full name, and of a form of address", "OFFICE_NAME_CHARS_MAX"),
    ("characters of an office's hours, and of its telephone card", "OFFICE_CARD_CHARS_MAX"),
    ("forms of address of an office", "ADDRESSES_MAX"),
    ("bytes of a dictionary", "DICTIONARY_BYTES_MAX"),
    ("bytes of a padded payload, least", "PADDED_BYTES_MIN"),
    ("attachments of a message", "ATTACHMENTS_MAX"),
    ("characters of a file's name", "FILE_NAME_CHARS_MAX"),
    ("characters of a media type", "MEDIA_TYPE_CHARS_MAX"),
    ("ms between two honest clocks", "CLOCK_TOLERANCE_MS"),
    ("ms between hails on a broad bearer", "HAIL_EVERY_MS"),
    ("ms before something is repeated", "RESEND_AFTER_MS"),
    ("ms of an epoch", "EPOCH_EVERY_MS"),
    ("epochs granted ahead", "EPOCHS_AHEAD_MAX"),
    ("ms for which old receive roots are kept", "COURIER_KEEP_MS"),
)


def _bounds() -> str:
    rows = [f"| {what} | {f'{getattr(limits, name):,}'.replace(',', ' ')} |" for what, name in BOUNDS]
    return "\n".join(["| at most | |", "|---|---:|", *rows])
