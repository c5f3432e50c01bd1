"""A stranger's program: written from PROTOCOL.md and the vectors, knowing nothing of ours, standard library only.

It has some of the doors. That it stands their vectors shows that document and vectors say enough, and that the runner
can drive a program that is not ours. It must never import from `openline` or `conformance`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import struct
import sys
from itertools import pairwise
from typing import Any

GENERATION, LONGEST_LOG, BODY_MOST = 12, 2**40, 262_144


class No(Exception):
    """Refused."""


class Later(Exception):
    """Cannot be judged now."""


def need(true: object, why: str) -> None:
    if not true:
        raise No(why)


class Bytes:
    """Takes fields off bytes."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, count: int) -> bytes:
        need(self.at + count <= len(self.data), "cut off")
        self.at += count
        return self.data[self.at - count : self.at]

    def fixed(self, count: int) -> int:
        return int.from_bytes(self.take(count), "big")

    def varint(self, most: int = 2**56 - 1) -> int:
        """R-005."""
        value = 0
        for place in range(8):
            byte = self.fixed(1)
            value |= (byte & 0x7F) << 7 * place
            if byte < 0x80:
                need(byte or not place, "a longer spelling")
                need(value <= most, "too large")
                return value
        raise No("more than eight bytes")

    def party(self) -> int:
        party = self.fixed(1)
        need(party < 8, "no such party")
        return party

    def counted(self, most: int) -> bytes:
        return self.take(self.varint(most))


# --- doors of the wire


def varint(given: Any) -> Any:
    taken = Bytes(bytes.fromhex(given["bytes"]))
    return {"value": taken.varint(), "used": taken.at}


def crc8(data: bytes) -> int:
    """R-002."""
    value = 0
    for bit in range(8 * len(data)):
        into = value >> 7 ^ data[bit // 8] >> 7 - bit % 8 & 1
        value = (value << 1 & 0xFF) ^ (7 if into else 0)
    return value


def stream(given: Any) -> Any:
    """R-001, R-004: good enough where a frame is whole or not one at all."""
    data = bytes.fromhex(given["bytes"])
    bodies, junk, at, in_junk = [], 0, 0, False
    while at < len(data):
        head = data[at : at + 5]
        length = int.from_bytes(head[1:4], "big")
        if head[0] == 0x6F and len(head) < 5:
            break
        if head[0] == 0x6F and crc8(head[:4]) == head[4] and 28 <= length <= 1_048_576:
            if at + 5 + length > len(data):
                break
            bodies.append(data[at + 5 : at + 5 + length].hex())
            at, in_junk = at + 5 + length, False
            continue
        junk, in_junk, at = junk + (not in_junk), True, at + 1
    if not bodies:
        raise No("no frame") if junk else Later("more is to come")
    return {"bodies": bodies, "junk": junk}


def frame_body(given: Any) -> Any:
    data = bytes.fromhex(given["bytes"])
    need(28 <= len(data) <= 1_048_576, "length")
    return {"tag": data[:4].hex(), "start": data[4:8].hex(), "counter": int.from_bytes(data[8:12], "big"),
            "sealed": data[12:].hex()}  # fmt: skip


def log_of(taken: Bytes) -> Any:
    """R-012."""
    byte = taken.fixed(1)
    need(byte >> 4 < 3 and byte & 15 < 8, "log")
    return {"party": byte & 15, "tail": taken.take((0, 2, GENERATION)[byte >> 4]).hex()}


def references(taken: Bytes) -> Any:
    count = taken.varint(32)
    need(count, "references announced, none there")
    return [
        {"party": taken.party(), "generation": taken.take(GENERATION).hex(), "index": taken.varint(LONGEST_LOG - 1)}
        for _ in range(count)
    ]


def slots(taken: Bytes, first: int) -> Any:
    """R-015."""
    found, last = [], -1
    for _ in range(taken.fixed(1)):
        byte = taken.fixed(1)
        form, party = byte >> 4, byte & 15
        need(form < 3 and last < party < 8, "slot")
        last = party
        tail = taken.take((0, 2, GENERATION)[form])
        size = taken.varint(LONGEST_LOG) if form else 0
        root = taken.take(32) if form == 2 else b""
        receipted = first - taken.varint(first)
        found.append({"party": party, "tail": tail.hex(), "size": size, "root": root.hex(), "receipted": receipted})
    return found


def entries(taken: Bytes, opened: int) -> Any:
    """R-013, R-014."""
    log, first = log_of(taken), taken.varint(LONGEST_LOG)
    runs, total = [], 0
    for _ in range(taken.varint(1024)):
        count = taken.varint(1024 - total)
        need(count, "empty run")
        runs.append({"count": count, "after": slots(taken, first + total)})
        total += count
    need(total and first + total <= LONGEST_LOG, "no entries")
    some = [one_entry(taken, opened) for _ in range(total)]
    return {"log": log, "first": first, "runs": runs, "entries": some}


def one_entry(taken: Bytes, opened: int) -> Any:
    """R-014."""
    kind, bits, since = taken.fixed(1), taken.fixed(1), taken.fixed(5)
    need(bits < 0x40, "bits")
    named = references(taken) if bits & 8 else []
    return {"kind": kind, "bits": bits & 7, "written_at_ms": opened + since, "references": named,
            "codec": bits >> 4, "body": taken.counted(BODY_MOST).hex()}  # fmt: skip


def ascending(rows: Any, key: Any) -> Any:
    keys = [key(row) for row in rows]
    need(keys == sorted(set(keys)), "order")
    return rows


def hail(taken: Bytes) -> Any:
    """R-016."""
    found: Any = {"clock_ms": taken.fixed(6), "nonce": taken.take(8).hex(), "echo": taken.take(8).hex()}
    found["waited_ms"], found["epoch"] = taken.varint(), taken.varint()

    def rows(most: int, *fields: Any) -> Any:
        return [{name: take() for name, take in fields} for _ in range(taken.varint(most))]

    party, gen = ("party", taken.party), ("generation", lambda: taken.take(GENERATION).hex())
    size = ("size", lambda: taken.varint(LONGEST_LOG))
    root8 = ("root8", lambda: taken.take(8).hex())
    found["logs"] = ascending(rows(1024, party, gen, size, root8), lambda row: (row["party"], row["generation"]))
    found["receipted"] = ascending(rows(8, party, size), lambda row: row["party"])
    lacking = rows(1024, party, gen, ("first", size[1]))
    found["lacks"] = ascending(lacking, lambda row: (row["party"], row["generation"]))
    return found


def short_hail(taken: Bytes) -> Any:
    """R-231."""
    found: Any = {"clock_ms": taken.fixed(6), "nonce": taken.take(8).hex(), "echo": taken.take(8).hex()}
    return found | {"waited_ms": taken.varint(), "epoch": taken.varint(), "level4": taken.take(4).hex()}


def stamped(taken: Bytes, signature: int, witness: Any) -> Any:
    return {"log": log_of(taken), "witness": witness, "size": taken.varint(LONGEST_LOG), "at_s": taken.fixed(5),
            "signature": taken.take(signature).hex()}  # fmt: skip


def piece(taken: Bytes, name: str, key: int, most: int, chunk_most: int) -> Any:
    found: Any = {name: taken.take(key).hex(), "offset": taken.varint(most), "total": taken.varint(most)}
    need(found["offset"] <= found["total"], "beyond its whole")
    data = taken.counted(min(found["total"] - found["offset"], chunk_most))
    return found | {"chunk" if key == 8 else "data": data.hex()}


def fragment(taken: Bytes) -> Any:
    found = piece(taken, "set_id", 8, 4_259_840, 4_259_840)
    need(found["chunk"], "of no bytes")
    return found


def gaps(taken: Bytes) -> Any:
    """R-211."""
    found: Any = {"set_id": taken.take(8).hex(), "total": taken.varint(4_259_840)}
    spans: list[list[int]] = []
    for _ in range(taken.varint(48)):
        start = (spans[-1][1] if spans else 0) + taken.varint(4_259_840)
        spans.append([start, start + taken.varint(4_259_840)])
    need(spans and spans[-1][1] <= found["total"], "none, or beyond the whole")
    need(all(start < end for start, end in spans), "an empty one")
    need(all(one[1] < other[0] for one, other in pairwise(spans)), "side by side")
    return found | {"spans": spans}


def grant(taken: Bytes) -> Any:
    found = {"epoch": taken.varint(), "sealed": taken.counted(4096).hex()}
    mark = taken.fixed(1)
    need(mark < 2, "mark")
    return found | {"next_key": taken.take(1216 * mark).hex()}


def pq_receipt(taken: Bytes) -> Any:
    witness = taken.fixed(1)
    need(witness in (*range(8), 255), "witness")
    return stamped(taken, 2420, None if witness == 255 else witness)


def differs(taken: Bytes) -> Any:
    found = {"log": log_of(taken), "size": taken.varint(LONGEST_LOG), "root": taken.take(32).hex()}
    reason = taken.fixed(1)
    need(reason < 5, "reason")
    return found | {"reason": reason}


def signed(taken: Bytes, size: int) -> Any:
    return {"log": log_of(taken), "size": taken.varint(LONGEST_LOG), "signature": taken.take(size).hex()}


def opening(taken: Bytes) -> Any:
    return {"party": taken.party(), "generation": taken.take(GENERATION).hex(), "secret": taken.take(32).hex(),
            "station": taken.take(8).hex()}  # fmt: skip


def subtrees(first: int, end: int) -> int:
    """R-220: how many complete subtrees stand side by side there."""
    count = 0
    while first < end:
        width = 1
        while first % (width * 2) == 0 and first + width * 2 <= end:
            width *= 2
        first, count = first + width, count + 1
    return count


def overtaking(taken: Bytes, opened: int) -> Any:
    """R-220."""
    log, index = log_of(taken), taken.varint(LONGEST_LOG - 1)
    found = {"log": log, "index": index, "after": slots(taken, index), "entry": one_entry(taken, opened)}
    size = index + 1 + taken.varint(LONGEST_LOG - index - 1)
    found |= {"size": size, "signature": taken.take(64).hex()}
    first = index - taken.varint(index)
    count = subtrees(first, index) + subtrees(index + 1, size)
    return found | {"first": first, "hashes": [taken.take(32).hex() for _ in range(count)]}


ITEMS: Any = {
    1: ("hail", lambda taken, _: hail(taken)),
    2: ("opening", lambda taken, _: opening(taken)),
    3: ("entries", entries),
    4: ("commit", lambda taken, opened: entries(taken, opened) | {"signature": taken.take(64).hex()}),
    5: ("checkpoint", lambda taken, _: signed(taken, 64)),
    6: ("receipt", lambda taken, _: stamped(taken, 64, None)),
    7: ("receipt", lambda taken, _: stamped(taken, 64, taken.party())),
    8: ("note", lambda taken, _: {"text": taken.counted(65_536).hex()}),
    9: ("differs", lambda taken, _: differs(taken)),
    10: ("fragment", lambda taken, _: fragment(taken)),
    11: ("blob-ask", lambda taken, _: {"digest": taken.take(32).hex(), "offset": taken.varint(2**24)}),
    12: ("blob-chunk", lambda taken, _: piece(taken, "digest", 32, 2**24, 65_536)),
    13: ("grant", lambda taken, _: grant(taken)),
    14: ("pq-checkpoint", lambda taken, _: signed(taken, 2420)),
    15: ("pq-receipt", lambda taken, _: pq_receipt(taken)),
    16: ("roster-entry", lambda taken, _: {"certificate": taken.counted(16_384).hex()}),
    17: ("overtaking", overtaking),
    18: ("short-hail", lambda taken, _: short_hail(taken)),
    19: ("gaps", lambda taken, _: gaps(taken)),
}


def payload(given: Any) -> Any:
    """R-010, R-011."""
    taken, found = Bytes(bytes.fromhex(given["payload"])), []
    while taken.at < len(taken.data):
        kind = taken.fixed(1)
        if kind == 0:
            need(not any(taken.data[taken.at :]), "padding")
            break
        need(kind in ITEMS, "unknown kind")
        name, read = ITEMS[kind]
        found.append({"item": name, **read(taken, given["opened_at_ms"])})
    need(len(found) <= 4096, "items")
    return {"items": found}


# --- deterministic CBOR (RFC 8949, 4.2.1), as far as the record has it


def cbor(taken: Bytes, depth: int = 0) -> Any:
    byte = taken.fixed(1)
    major, low = byte >> 5, byte & 31
    if major == 7:
        need(low in (20, 21, 22), "simple value or float")
        return {20: False, 21: True, 22: None}[low]
    need(low < 28 and depth < 8, "length")
    value = low if low < 24 else taken.fixed(1 << low - 24)
    need(low < 24 or value >= (24, 1 << 8, 1 << 16, 1 << 32)[low - 24], "a longer spelling")
    match major:
        case 0:
            return value
        case 2:
            return taken.take(value)
        case 3:
            try:
                return taken.take(value).decode()
            except UnicodeDecodeError:
                raise No("not UTF-8") from None
        case 4:
            return [cbor(taken, depth + 1) for _ in range(min(value, 10_000))]
        case 5:
            pairs = [(cbor(taken, depth + 1), cbor(taken, depth + 1)) for _ in range(min(value, 24))]
            keys = [key for key, _ in pairs]
            need(keys == list(range(len(keys))) and not any(type(key) is bool for key in keys), "keys")
            return dict(pairs)
    raise No("a tag, or a number below zero")


def fields(data: bytes, count: int, most: int) -> list[Any]:
    need(len(data) <= most, "too long")
    taken = Bytes(data)
    found = cbor(taken)
    need(type(found) is dict and len(found) == count and taken.at == len(data), "form")
    return list(found.values())


def whole(value: Any, most: int) -> int:
    need(type(value) is int and value <= most, "whole number")
    return int(value)


def octets(value: Any, size: int) -> str:
    need(type(value) is bytes and len(value) == size, "bytes")
    return str(value.hex())


def rows(value: Any, most: int, width: int) -> list[Any]:
    need(type(value) is list and len(value) <= most, "rows")
    need(all(type(row) is list and len(row) == width for row in value), "row")
    return list(value)


def reference(row: Any) -> Any:
    need(type(row) is list and len(row) == 3, "reference")
    return {"party": whole(row[0], 7), "generation": octets(row[1], 12), "index": whole(row[2], LONGEST_LOG - 1)}


def header(given: Any) -> Any:
    """R-072."""
    data = bytes.fromhex(given["bytes"])
    index, written, kind, precedence, flags, held, receipted, named, digest = fields(data, 9, 4096)
    have = [{"party": whole(p, 7), "generation": octets(g, 12), "size": whole(s, LONGEST_LOG), "root": octets(r, 32)}
            for p, g, s, r in rows(held, 8, 4)]  # fmt: skip
    theirs = [{"party": whole(p, 7), "size": whole(s, LONGEST_LOG)} for p, s in rows(receipted, 8, 2)]
    read = {
        "index": whole(index, LONGEST_LOG - 1), "written_at_ms": whole(written, 2**48 - 1), "kind": whole(kind, 255),
        "precedence": whole(precedence, 3), "flags": whole(flags, 1),
        "after": {"held": ascending(have, lambda row: row["party"]),
                  "receipted": ascending(theirs, lambda row: row["party"])},
        "references": [reference(row) for row in rows(named, 32, 3)], "digest": octets(digest, 32),
    }  # fmt: skip
    return {"header": read, "leaf": hashlib.sha256(b"\0" + data).hexdigest()}


def words(value: Any, most: int, *, several: bool = False, some: bool = False) -> str:
    """R-075."""
    need(type(value) is str and len(value) <= most and (value.strip() or not some), "text")
    for char in value:
        code = ord(char)
        bad = code < 32 or 127 <= code < 160 or code in range(0x2028, 0x202F) or code in range(0x2066, 0x206A)
        need(not bad or (several and char in "\n\t"), "control character")
    return str(value)


def message(given: Any) -> Any:
    """R-076."""
    subject, text, language, action, info, by, to, files, released = fields(bytes.fromhex(given["bytes"]), 9, BODY_MOST)
    tag = words(language, 35)
    need(tag.isascii() and tag.replace("-", "").isalnum(), "language")
    found = []
    for name, size, media, digest in rows(files, 16, 4):
        file_name = words(name, 120, some=True)
        need("/" not in file_name and "\\" not in file_name and file_name not in (".", ".."), "a path")
        found.append({"name": file_name, "size": whole(size, 2**24), "media_type": words(media, 120, some=True),
                      "digest": octets(digest, 32)})  # fmt: skip

    def names(value: Any, most: int) -> list[str]:
        need(type(value) is list and len(value) <= most, "names")
        return [words(one, 64, some=True) for one in value]

    return {
        "subject": words(subject, 256), "text": words(text, 60_000, several=True), "language": tag,
        "action": names(action, 64), "info": names(info, 64),
        "reply_by_ms": None if by is None else whole(by, 2**48 - 1),
        "in_reply_to": None if to is None else reference(to),
        "attachments": found, "released_by": names(released, 4),
    }  # fmt: skip


def body_digest(given: Any) -> Any:
    """R-074."""
    info = b"openline/salt/v1" + given["index"].to_bytes(8, "big")
    salt = hmac.digest(bytes.fromhex(given["log_secret"]), info + b"\1", "sha256")
    return {"salt": salt.hex(), "digest": hmac.digest(salt, bytes.fromhex(given["body"]), "sha256").hex()}


# --- trees (RFC 9162, 2.1): by recursion, as the RFC says it


def root_of(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root_of(leaves[:half]) + root_of(leaves[half:])).digest()


def tree(given: Any) -> Any:
    return {"root": root_of([bytes.fromhex(leaf) for leaf in given["leaves"]]).hex()}


def inclusion(given: Any) -> Any:
    index, size, proof = given["index"], given["size"], [bytes.fromhex(one) for one in given["proof"]]
    need(index < size, "beyond the size")

    def up(at: int, count: int) -> bytes:
        if count == 1:
            return bytes.fromhex(given["leaf"])
        half = 1 << (count - 1).bit_length() - 1
        if at < half:
            left = up(at, half)
            need(proof, "too few")
            return hashlib.sha256(b"\1" + left + proof.pop(0)).digest()
        right = up(at - half, count - half)
        need(proof, "too few")
        return hashlib.sha256(b"\1" + proof.pop(0) + right).digest()

    need(up(index, size).hex() == given["root"] and not proof, "root")
    return {}


# --- notes and checkpoints


def plain_base64(text: str) -> bytes:
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, UnicodeEncodeError):
        raise No("base64") from None
    need(base64.b64encode(data).decode() == text, "spare bits")
    return data


def note(given: Any) -> Any:
    """R-085."""
    data = bytes.fromhex(given["bytes"])
    need(len(data) <= 65_536, "too long")
    try:
        data.decode()
    except UnicodeDecodeError:
        raise No("not UTF-8") from None
    need(not any(byte < 32 and byte != 10 for byte in data), "control character")
    text, empty, lines = data.rpartition(b"\n\n")
    need(empty and text and lines.endswith(b"\n"), "form")
    found = []
    for line in lines.decode()[:-1].split("\n"):
        parts = line.split(" ")
        need(len(parts) == 3 and parts[0] == "—" and parts[1] and "+" not in parts[1], "signature line")
        payload_bytes = plain_base64(parts[2])
        need(len(payload_bytes) > 4, "no signature")
        key_id, signature = payload_bytes[:4].hex(), payload_bytes[4:].hex()
        found.append({"name": parts[1], "key_id": key_id, "signature": signature})
    need(1 <= len(found) <= 16, "1 to 16 signatures")
    return {"text": text.hex() + "0a", "signatures": found}


def checkpoint(given: Any) -> Any:
    """R-080, R-082."""
    lines = bytes.fromhex(given["text"]).decode().split("\n")
    need(len(lines) == 4 and not lines[3], "three lines")
    origin, size, root = lines[:3]
    need(size.isascii() and size.isdigit() and (size == "0" or size[0] != "0") and int(size) <= LONGEST_LOG, "size")
    need(len(plain_base64(root)) == 32, "root")
    word, *names = origin.split("/")
    need(word == "openline" and [len(one) for one in names] == [64, 64, 24], "origin")
    need(all(char in "0123456789abcdef" for one in names for char in one), "hexadecimal")
    line, party, generation = names
    return {"origin": origin, "size": int(size), "root": plain_base64(root).hex(),
            "names": {"line_id": line, "party_id": party, "generation": generation}}  # fmt: skip


# --- epochs


def expand(key: bytes, info: bytes, size: int) -> bytes:
    out, block = b"", b""
    for number in range(1, -(-size // 32) + 1):
        block = hmac.digest(key, block + info + bytes((number,)), "sha256")
        out += block
    return out[:size]


def epoch(given: Any) -> Any:
    """R-052 to R-054, and the names of R-055 and R-060."""
    suite = given["suite"].encode()
    context = b"openline/epoch/v1\n" + bytes((len(suite),)) + suite + bytes.fromhex(given["line_id"])
    context += bytes((given["sender"], given["receiver"])) + struct.pack(">Q", given["epoch"])
    salt = bytes.fromhex(given["line_id"] if given["purpose"] == "ceremony" else given["from"])
    extracted = hmac.digest(salt, bytes.fromhex(given["secret"]), "sha256")
    root = expand(extracted, context + given["purpose"].encode(), 32)
    both = expand(root, b"openline/frame/v1", 36)
    return {"root": root.hex(), "key": both[:32].hex(), "tag": both[32:].hex(),
            "base_name": expand(root, b"openline/base/v1", 8).hex(),
            "confirmation": expand(root, b"openline/confirm/v1", 32).hex()}  # fmt: skip


DOORS: Any = {
    "varint": varint, "stream": stream, "frame-body": frame_body, "payload": payload, "entry-header": header,
    "message-body": message, "body-digest": body_digest, "tree": tree, "inclusion": inclusion, "note": note,
    "checkpoint": checkpoint, "epoch": epoch,
}  # fmt: skip


def answer(question: Any) -> Any:
    if question["door"] not in DOORS:
        return {"verdict": "no such door"}
    try:
        return {"verdict": "accept", "gives": DOORS[question["door"]](question["given"])}
    except No as no:
        return {"verdict": "refuse", "why": str(no)}
    except Later as later:
        return {"verdict": "wait", "why": str(later)}


def main() -> None:
    for line in sys.stdin:
        question = json.loads(line)
        print(json.dumps({"id": question["id"], **answer(question)}), flush=True)


if __name__ == "__main__":
    main()
