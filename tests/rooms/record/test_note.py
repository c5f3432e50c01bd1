"""Notes and checkpoints against published ones, made by programs that are not ours; then everything refused."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.errors import LocalFault, Malformed
from openline.limits import NOTE_BYTES_MAX
from openline.record import note
from openline.record.note import Checkpoint, Note, NoteSignature
from openline.seal.signature import Ed25519Signer, verify_ed25519, verify_mldsa44

VECTORS = Path(__file__).parent / "vectors"
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
PETER_TEXT = b"If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER_LINE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
PETER_NOTE = PETER_TEXT + f"\n— PeterNeumann {PETER_LINE}\n".encode()
ROOT = bytes(range(32))
ORIGIN = note.origin_for(bytes(32), bytes([1]) * 32, bytes([2]) * 12)


def key_of(verifier: str) -> tuple[str, int, bytes, bytes]:
    """Name, algorithm, public key and key id of a verifier key."""
    name, hex_id, coded = verifier.split("+", 2)
    raw = base64.b64decode(coded)
    return name, raw[0], raw[1:], bytes.fromhex(hex_id)


@pytest.mark.parametrize(
    "verifier",
    [
        PETER,
        "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
        (VECTORS / "mldsa44.vkey").read_text().strip(),
    ],
)
def test_published_verifier_keys_have_the_key_id_we_compute(verifier: str) -> None:
    """R-081"""
    name, algorithm, public, published = key_of(verifier)
    assert note.key_id(name, algorithm, public) == published
    assert note.vkey(name, algorithm, public) == verifier


def test_the_published_sumdb_note_is_made_and_read_byte_for_byte() -> None:
    """R-085; the key and note of Go's sumdb/note tests."""
    name, algorithm, public, _ = key_of(PETER)
    signer = Ed25519Signer(PETER_SEED)
    assert signer.public == public
    line = note.author_line(name, public, signer.sign(PETER_TEXT))
    assert note.format_note(PETER_TEXT, (line,)) == PETER_NOTE
    read = note.parse_note(PETER_NOTE)
    assert read == Note(PETER_TEXT, (line,))
    assert verify_ed25519(public, read.signatures[0].signature, read.text)


def test_the_published_signed_note_example() -> None:
    name, _, public, published = key_of("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    data = (
        "This is an example message.\n\n— example.com/foo "
        "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
    ).encode()
    (line,) = note.parse_note(data).signatures
    assert (line.name, line.key_id) == (name, published)
    assert verify_ed25519(public, line.signature, b"This is an example message.\n")


def test_a_published_checkpoint_with_its_author_and_a_witness() -> None:
    """R-082, R-083"""
    read = note.parse_note((VECTORS / "ed25519-cosigned.txt").read_bytes())
    checkpoint = note.parse_checkpoint(read.text)
    assert checkpoint.size == 1432088532
    assert note.checkpoint_text(*checkpoint) == read.text
    _, _, author_key, author_id = key_of(
        "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"
    )
    (author,) = [line for line in read.signatures if line.key_id == author_id]
    assert verify_ed25519(author_key, author.signature, read.text)
    name, _, key, key_id = key_of("remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2")
    (witness,) = [line for line in read.signatures if line.key_id == key_id]
    at_s, signature = note.parse_timestamped(witness.signature, note.ED25519_BYTES)
    assert verify_ed25519(key, signature, note.cosigned_text(read.text, at_s))
    assert not verify_ed25519(key, signature, note.cosigned_text(read.text, at_s + 1))
    assert note.receipt_line(name, key, at_s, signature) == witness


def test_a_published_ml_dsa_44_cosignature() -> None:
    """R-084"""
    name, algorithm, key, key_id = key_of((VECTORS / "mldsa44.vkey").read_text().strip())
    assert algorithm == note.COSIGNATURE_MLDSA44
    read = note.parse_note((VECTORS / "mldsa44-cosigned.txt").read_bytes())
    (witness,) = [line for line in read.signatures if line.key_id == key_id]
    at_s, signature = note.parse_timestamped(witness.signature, note.MLDSA44_BYTES)
    message = note.cosigned_message(name, at_s, note.parse_checkpoint(read.text))
    assert verify_mldsa44(key, signature, message)
    assert not verify_mldsa44(key, signature, message[:-1] + b"\x00")
    assert note.pq_line(name, key, at_s, signature) == witness


def test_the_cosigned_message_byte_by_byte() -> None:
    """R-084; the struct of c2sp.org/tlog-cosignature written out."""
    message = note.cosigned_message("w/1", 1679315147, Checkpoint("example.com/log", 20852163, ROOT))
    assert message == (
        b"subtree/v1\n\x00\x03w/1"
        + (1679315147).to_bytes(8, "big")
        + b"\x0fexample.com/log"
        + bytes(8)
        + (20852163).to_bytes(8, "big")
        + ROOT
    )
    with pytest.raises(LocalFault, match="255"):
        note.cosigned_message("w" * 256, 0, Checkpoint("o", 1, ROOT))


def test_the_cosigned_text_of_the_specification() -> None:
    """R-083"""
    text = b"example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    assert note.cosigned_text(text, 1679315147) == b"cosignature/v1\ntime 1679315147\n" + text


def test_origins_come_apart_in_one_way_only() -> None:
    """R-080"""
    assert note.parse_origin(ORIGIN) == (bytes(32), bytes([1]) * 32, bytes([2]) * 12)
    assert len(ORIGIN) < 256
    for bad in (
        "",
        "openline",
        ORIGIN.upper(),
        ORIGIN + "/",
        ORIGIN[:-2],
        ORIGIN.replace("0", " 0", 1),
        "a/b/c/d",
        "é",
    ):
        with pytest.raises(Malformed, match="origin"):
            note.parse_origin(bad)


SIGNATURE = NoteSignature("a/b", b"1234", b"x" * 64)
CODED = base64.b64encode(b"1234" + b"x" * 64).decode()
LINE = f"— a/b {CODED}\n"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("", "no text"),
        ("text\n", "no text"),
        (f"text\n{LINE}", "no text"),
        (f"\n\n{LINE}", "no text"),
        ("text\n\n", "whole signature lines"),
        (f"text\n\n{LINE[:-1]}", "whole signature lines"),
        (f"text\n\n{LINE * 17}", "1 to 16"),
        (f"text\n\n{LINE}junk\n", "line 2"),
        (f"text\r\n\n{LINE}", "control"),
        (f"te\x00xt\n\n{LINE}", "control"),
        (f"text\n\n- a/b {CODED}\n", "line 1"),
        (f"text\n\n— a+b {CODED}\n", "line 1"),
        (f"text\n\n— a\u00a0b {CODED}\n", "line 1"),
        (f"text\n\n—  {CODED}\n", "line 1"),
        (f"text\n\n— {CODED}\n", "line 1"),
        (f"text\n\n— a/b  {CODED}\n", "base64"),
        (f"text\n\n— a/b {CODED} \n", "base64"),
        (f"text\n\n— a/b {CODED[:-4]}\n", None),
        (f"text\n\n— a/b {CODED[:-1]}\n", "base64"),
        (f"text\n\n— a/b {CODED.rstrip('=')}\n", "base64"),
        ("text\n\n— a/b MTIzNHh=\n", "base64"),  # spare bits set
        ("text\n\n— a/b MTIzNA==\n", "key id"),  # a key id and nothing else
        ("text\n\n— a/b é\n", "base64"),
    ],
)
def test_a_note_has_one_spelling(data: str, says: str | None) -> None:
    """R-085"""
    if says is None:
        assert note.parse_note(data.encode()).text == b"text\n"
        return
    with pytest.raises(Malformed, match=says):
        note.parse_note(data.encode())


def test_a_note_is_bounded_before_it_is_read_and_must_be_utf_8() -> None:
    with pytest.raises(Malformed, match="at most"):
        note.parse_note(b"x" * (NOTE_BYTES_MAX + 1))
    with pytest.raises(Malformed, match="UTF-8 at byte 4"):
        note.parse_note(b"text\xff\n\n" + LINE.encode())


def test_every_party_may_sign_a_checkpoint_twice_and_it_still_fits() -> None:
    """Eight parties: one author, seven receipts, eight ML-DSA-44 lines."""
    text = note.checkpoint_text(ORIGIN, 2**40, ROOT)
    name = note.receipt_name(bytes(32), bytes(32))
    lines = [note.author_line(ORIGIN, bytes(32), bytes(64))]
    lines += [note.receipt_line(name, bytes([i]) * 32, 2**33, bytes(64)) for i in range(7)]
    lines += [note.pq_line(name, bytes([i]) * 1312, 2**33, bytes(2420)) for i in range(8)]
    data = note.format_note(text, tuple(lines))
    assert note.parse_note(data).signatures == tuple(lines)


@pytest.mark.parametrize(
    "parts",
    [(b"", (SIGNATURE,)), (b"no newline", (SIGNATURE,)), (b"t\n", ()), (b"t\n", (SIGNATURE._replace(name="a b"),))],
)
def test_a_note_that_could_not_be_read_is_not_written(parts: tuple[bytes, tuple[NoteSignature, ...]]) -> None:
    with pytest.raises(Malformed):
        note.format_note(*parts)


GOOD_TEXT = note.checkpoint_text(ORIGIN, 17, ROOT)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "three lines"),
        (GOOD_TEXT[:-1], "three lines"),
        (GOOD_TEXT + b"extension\n", "three lines"),
        (GOOD_TEXT + b"\n", "three lines"),
        (b"\n17\n" + base64.b64encode(ROOT) + b"\n", "three lines"),
        (GOOD_TEXT.replace(b"\n17\n", b"\n+17\n"), "decimal"),
        (GOOD_TEXT.replace(b"\n17\n", b"\n017\n"), "decimal"),
        (GOOD_TEXT.replace(b"\n17\n", b"\n 17\n"), "decimal"),
        (GOOD_TEXT.replace(b"\n17\n", b"\n1_7\n"), "decimal"),
        (GOOD_TEXT.replace(b"\n17\n", b"\n\n"), "decimal"),
        (GOOD_TEXT.replace(b"\n17\n", "\n١٧\n".encode()), "decimal"),
        (GOOD_TEXT.replace(b"\n17\n", b"\n1099511627777\n"), "more than"),
        (GOOD_TEXT.replace(b"\n17\n", b"\n" + b"9" * 400 + b"\n"), "decimal"),
        (GOOD_TEXT.replace(b"=\n", b"\n"), "32-byte root"),
        (GOOD_TEXT.replace(b"8=\n", b"9=\n"), "32-byte root"),
        (f"{ORIGIN}\n17\n{base64.b64encode(bytes(31)).decode()}\n".encode(), "32-byte root"),
        (b"\xff" + GOOD_TEXT, "UTF-8"),
    ],
)
def test_a_checkpoint_is_exactly_three_lines(text: bytes, says: str) -> None:
    """R-082"""
    with pytest.raises(Malformed, match=says):
        note.parse_checkpoint(text)


@given(st.integers(0, 2**40), st.binary(min_size=32, max_size=32))
def test_checkpoints_come_back(size: int, root: bytes) -> None:
    assert note.parse_checkpoint(note.checkpoint_text(ORIGIN, size, root)) == Checkpoint(ORIGIN, size, root)


def test_a_cosignature_has_one_length_and_a_time_that_fits() -> None:
    """R-083"""
    assert note.parse_timestamped(note.timestamped(5, bytes(64)), 64) == (5, bytes(64))
    with pytest.raises(Malformed, match="72"):
        note.parse_timestamped(bytes(71), 64)
    with pytest.raises(Malformed, match=r"2\^63"):
        note.parse_timestamped(b"\x80" + bytes(71), 64)


@given(st.one_of(st.binary(max_size=300), st.text(max_size=200).map(lambda t: (t + "\n\n" + LINE).encode())))
def test_any_bytes_are_a_note_that_writes_back_the_same_or_refused(data: bytes) -> None:
    """R-085"""
    try:
        read = note.parse_note(data)
    except Malformed:
        return
    assert note.format_note(*read) == data


@given(st.integers(0, len(PETER_NOTE) - 1), st.integers(1, 255))
def test_no_changed_byte_of_a_note_goes_unseen(place: int, change: int) -> None:
    """Read differently, refused, or its signature fails: never the same statement from other bytes."""
    data = PETER_NOTE[:place] + bytes([PETER_NOTE[place] ^ change]) + PETER_NOTE[place + 1 :]
    try:
        read = note.parse_note(data)
    except Malformed:
        return
    assert read != note.parse_note(PETER_NOTE)
    name, _, public, key_id = key_of(PETER)
    assert not any(
        (line.name, line.key_id) == (name, key_id) and verify_ed25519(public, line.signature, read.text)
        for line in read.signatures
    )
