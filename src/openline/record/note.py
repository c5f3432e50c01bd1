"""C2SP signed notes, checkpoints and cosignatures: the signed statements of a log, and of who holds it.

    openline/<line id>/<party id>/<generation>          the origin: which log
    20852163                                            how many entries
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=        their root

    — openline/<line id>/<party id>/<generation> Az3grl...     its author, Ed25519 (0x01)
    — openline/<line id>/<party id>/receipt jWbPPw...          who holds it since when, cosignature/v1 (0x04)

Sources: c2sp.org/signed-note, c2sp.org/tlog-checkpoint (no extension lines here), c2sp.org/tlog-cosignature
(0x04 Ed25519 and 0x06 ML-DSA-44). Texts are bytes: what is signed is bytes. Nothing here checks a signature.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
from hashlib import sha256
from typing import Final, NamedTuple

from openline.errors import LocalFault, Malformed
from openline.limits import GENERATION_BYTES, LOG_ENTRIES_MAX, NOTE_BYTES_MAX, NOTE_SIGNATURES_MAX

ED25519: Final = 0x01
COSIGNATURE_ED25519: Final = 0x04
COSIGNATURE_MLDSA44: Final = 0x06

ED25519_BYTES: Final = 64
MLDSA44_BYTES: Final = 2420
AT_S_MAX: Final = 2**63 - 1
_SEPARATOR: Final = b"\n\n"
_LINE_START: Final = "— "
_CONTROL: Final = re.compile("[\\x00-\\x09\\x0b-\\x1f]")


class NoteSignature(NamedTuple):
    """One signature line: who (a name and four bytes of the key), and the signature bytes after the key id."""

    name: str
    key_id: bytes
    signature: bytes


class Note(NamedTuple):
    """A signed note as read: every line of it still a claim. `text` includes its last newline."""

    text: bytes
    signatures: tuple[NoteSignature, ...]


class Checkpoint(NamedTuple):
    """What a checkpoint says: this log has this many entries, with this root."""

    origin: str
    size: int
    root: bytes


class Origin(NamedTuple):
    """What the origin line of one of our logs says."""

    line_id: bytes
    party_id: bytes
    generation: bytes


# --- names and keys


def origin_for(line_id: bytes, party_id: bytes, generation: bytes) -> str:
    """Origin of a log's checkpoints, and name of its author's key. (R-080)"""
    return f"openline/{line_id.hex()}/{party_id.hex()}/{generation.hex()}"


def receipt_name(line_id: bytes, party_id: bytes) -> str:
    """Name of the key that signs a party's receipts on this line. (R-080)"""
    return f"openline/{line_id.hex()}/{party_id.hex()}/receipt"


def parse_origin(origin: str) -> Origin:
    """The parts of one of our origins. Raises Malformed for any other. (R-080)"""
    parts = origin.split("/")
    if len(parts) == 4 and parts[0] == "openline":
        try:
            read = Origin(*(bytes.fromhex(part) for part in parts[1:]))
        except ValueError:
            read = Origin(b"", b"", b"")
        sizes = (len(read.line_id), len(read.party_id), len(read.generation))
        if sizes == (32, 32, GENERATION_BYTES) and origin_for(*read) == origin:
            return read
    raise Malformed(f"origin {origin[:200]!r} is not openline/<line id>/<party id>/<generation>", origin.encode())


def key_id(name: str, algorithm: int, public_key: bytes) -> bytes:
    """First four bytes of SHA-256(name || 0x0A || algorithm || key) (c2sp.org/signed-note). (R-081)"""
    return sha256(name.encode() + b"\n" + bytes([algorithm]) + public_key).digest()[:4]


def vkey(name: str, algorithm: int, public_key: bytes) -> str:
    """The verifier key as note tools take it: <name>+<key id in hex>+<base64 of algorithm and key>."""
    coded = base64.b64encode(bytes([algorithm]) + public_key).decode()
    return f"{name}+{key_id(name, algorithm, public_key).hex()}+{coded}"


# --- what is signed


def checkpoint_text(origin: str, size: int, root: bytes) -> bytes:
    """The text of a checkpoint: three lines, each ended by a newline. An author's 0x01 signature signs it. (R-082)"""
    return b"%s\n%d\n%s\n" % (origin.encode(), size, base64.b64encode(root))


def cosigned_text(text: bytes, at_s: int) -> bytes:
    """What a receipt (0x04) signs: that the witness held this at `at_s`, Unix seconds. (R-083)"""
    return b"cosignature/v1\ntime %d\n%s" % (at_s, text)


def cosigned_message(name: str, at_s: int, checkpoint: Checkpoint) -> bytes:
    """What an ML-DSA-44 (0x06) signature signs, author's (at_s 0) and witness's alike, context empty. (R-084)

    `name` is the signer's key name: the origin for the author, `receipt_name` for a witness. Raises LocalFault
    if a name is empty or longer than 255 bytes.
    """
    cosigner, log_origin = name.encode(), checkpoint.origin.encode()
    if not (0 < len(cosigner) < 256 and 0 < len(log_origin) < 256):
        raise LocalFault("a cosigner's name and a log's origin are 1 to 255 bytes")
    return b"".join(
        (
            b"subtree/v1\n\x00",
            bytes([len(cosigner)]),
            cosigner,
            at_s.to_bytes(8, "big"),
            bytes([len(log_origin)]),
            log_origin,
            struct.pack(">QQ", 0, checkpoint.size),
            checkpoint.root,
        )
    )


def timestamped(at_s: int, signature: bytes) -> bytes:
    """A cosignature's bytes in its line: eight bytes of time, then the signature (0x04 and 0x06). (R-083)"""
    return at_s.to_bytes(8, "big") + signature


def parse_timestamped(payload: bytes, signature_bytes: int) -> tuple[int, bytes]:
    """(at_s, signature) from a cosignature's bytes. Raises Malformed on another length or a time past 2^63-1."""
    if len(payload) != 8 + signature_bytes:
        raise Malformed(f"cosignature of {len(payload)} bytes: its kind has {8 + signature_bytes}", payload)
    at_s = int.from_bytes(payload[:8], "big")
    if at_s > AT_S_MAX:
        raise Malformed("cosignature with a time past 2^63-1", payload)
    return at_s, payload[8:]


# --- the note around it


def author_line(origin: str, note_key: bytes, signature: bytes) -> NoteSignature:
    """The author's line under a checkpoint."""
    return NoteSignature(origin, key_id(origin, ED25519, note_key), signature)


def receipt_line(name: str, receipt_key: bytes, at_s: int, signature: bytes) -> NoteSignature:
    """A witness's line under a checkpoint: its receipt."""
    return NoteSignature(name, key_id(name, COSIGNATURE_ED25519, receipt_key), timestamped(at_s, signature))


def pq_line(name: str, mldsa_key: bytes, at_s: int, signature: bytes) -> NoteSignature:
    """The ML-DSA-44 line of the author (at_s 0) or of a witness."""
    return NoteSignature(name, key_id(name, COSIGNATURE_MLDSA44, mldsa_key), timestamped(at_s, signature))


def format_note(text: bytes, signatures: tuple[NoteSignature, ...]) -> bytes:
    """The bytes of a note. Raises Malformed for a note that `parse_note` would refuse."""
    lines = [text, b"\n"]
    for name, key, signature in signatures:
        lines.append(f"{_LINE_START}{name} ".encode() + base64.b64encode(key + signature) + b"\n")
    data = b"".join(lines)
    if parse_note(data) != Note(text, signatures):
        raise Malformed("these parts do not make a note", data)
    return data


def parse_note(data: bytes) -> Note:
    """Text and signature lines of a signed note. Raises Malformed. (R-085)

    Bounded before it is looked into; UTF-8 without control characters but newline; the text ends before the last
    empty line; base64 in its one spelling.
    """
    if len(data) > NOTE_BYTES_MAX:
        raise Malformed(f"note of {len(data)} bytes: at most {NOTE_BYTES_MAX}", data[:NOTE_BYTES_MAX])
    try:
        whole = data.decode()
    except UnicodeDecodeError as error:
        raise Malformed(f"note is not UTF-8 at byte {error.start}", data) from error
    if _CONTROL.search(whole):
        raise Malformed("note holds a control character", data)
    text, empty_line, signed = data.rpartition(_SEPARATOR)
    if not empty_line or not text:
        raise Malformed("note has no text, or no empty line before its signatures", data)
    lines = signed.decode().split("\n")
    if lines.pop() != "" or not 1 <= len(lines) <= NOTE_SIGNATURES_MAX:
        raise Malformed(f"note does not end in 1 to {NOTE_SIGNATURES_MAX} whole signature lines", data)
    return Note(text + b"\n", tuple([_parse_line(line, number, data) for number, line in enumerate(lines, 1)]))


def _parse_line(line: str, number: int, data: bytes) -> NoteSignature:
    name, space, coded = line.removeprefix(_LINE_START).partition(" ")
    if not line.startswith(_LINE_START) or not space or not name or "+" in name or name.split() != [name]:
        raise Malformed(f"note: signature line {number} is not an em dash, a key name and a signature", data)
    payload = _from_base64(coded)
    if payload is None or len(payload) < 5:
        raise Malformed(f"note: signature line {number} is not base64 of a key id and a signature", data)
    return NoteSignature(name, payload[:4], payload[4:])


def _from_base64(coded: str) -> bytes | None:
    """RFC 4648 section 4 in its one spelling: padded, no spare bits, nothing else; None for anything else."""
    try:
        raw = binascii.a2b_base64(coded.encode("ascii"), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    return raw if base64.b64encode(raw).decode() == coded else None


def parse_checkpoint(text: bytes) -> Checkpoint:
    """What a checkpoint's text says. Exactly three lines. Raises Malformed. (R-082)"""
    lines = text.split(b"\n")
    if len(lines) != 4 or lines[3] or not lines[0]:
        raise Malformed("checkpoint is not three lines (origin, size, root) with a newline after each", text)
    try:
        origin = lines[0].decode()
    except UnicodeDecodeError as error:
        raise Malformed("checkpoint: origin is not UTF-8", text) from error
    root = _from_base64(lines[2].decode("latin-1"))
    if root is None or len(root) != 32:
        raise Malformed("checkpoint: third line is not the base64 of a 32-byte root", text)
    return Checkpoint(origin, parse_size(lines[1]), root)


def parse_size(line: bytes) -> int:
    """ASCII digits, no sign, no leading zero, at most LOG_ENTRIES_MAX. Raises Malformed. (R-082)"""
    if not 1 <= len(line) <= 15 or not line.isdigit() or (line[:1] == b"0" and line != b"0"):
        raise Malformed(f"checkpoint: size {line[:32]!r} is not a plain decimal number", line)
    size = int(line)
    if size > LOG_ENTRIES_MAX:
        raise Malformed(f"checkpoint: size {size} is more than {LOG_ENTRIES_MAX}", line)
    return size
