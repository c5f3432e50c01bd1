"""What a browser sends with a file is read in one spelling; everything else is refused."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openline.console.codes import Told
from openline.console.files.asking import FileRow
from openline.console.web.pages.files import headers_of
from openline.console.web.uploads import (
    AT_ONCE_MAX,
    CELLS_MAX,
    PARTS_MAX,
    Uploads,
    media_type_of,
    parse_parts,
    put_down,
    text_of,
)
from openline.errors import Refused

KIND = "multipart/form-data; boundary=----WebKitFormBoundaryX"
EDGE = b"------WebKitFormBoundaryX"


def form(*parts: tuple[str, bytes], end: bytes = b"--\r\n") -> bytes:
    """As Chromium and Firefox write it."""
    body = b"".join(EDGE + b"\r\n" + head.encode() + b"\r\n\r\n" + data + b"\r\n" for head, data in parts)
    return body + EDGE + end


FIELD = 'Content-Disposition: form-data; name="token"'
FILE = 'Content-Disposition: form-data; name="file"; filename="a b.txt"\r\nContent-Type: text/plain; charset=utf-8'


def test_a_form_of_a_browser_is_read() -> None:
    token, file = parse_parts(form((FIELD, b"abc"), (FILE, b"one\r\n--two\r\n")), KIND)
    assert (token.name, token.filename, text_of(token)) == ("token", None, "abc")
    assert (file.name, file.filename, file.media_type) == ("file", "a b.txt", "text/plain")
    assert file.data == b"one\r\n--two\r\n"


@given(st.binary(max_size=300).filter(lambda data: EDGE not in data))
def test_any_bytes_come_out_as_they_went_in(data: bytes) -> None:
    (file,) = parse_parts(form((FILE, data)), KIND)
    assert file.data == data


@given(st.binary(max_size=300), st.sampled_from([KIND, "", "multipart/form-data"]))
def test_junk_is_refused_and_nothing_else_happens(body: bytes, kind: str) -> None:
    with pytest.raises(Told):
        parse_parts(body, kind)


@given(st.integers(0, 400), st.binary(min_size=1, max_size=1))
def test_a_byte_that_changes_is_refused_or_read_as_what_it_says(at: int, byte: bytes) -> None:
    right = form((FIELD, b"abc"), (FILE, b"text"))
    at %= len(right)
    wrong = right[:at] + byte + right[at + 1 :]
    try:
        parts = parse_parts(wrong, KIND)
    except Told:
        return
    assert len(parts) in (1, 2)


@pytest.mark.parametrize(
    "body",
    [
        b"", EDGE, form(end=b"--\r\n"), form((FIELD, b"x"), end=b"--\r\nmore"), form((FIELD, b"x"), end=b""),
        b"preamble\r\n" + form((FIELD, b"x")), form(*[(FIELD, b"x")] * (PARTS_MAX + 1)),
        form((FIELD + "\r\nContent-Transfer-Encoding: base64", b"x")), form((FIELD + ' ' * 2000, b"x")),
        form(('Content-Disposition: form-data; name="to ken"', b"x")), form(('Content-Type: text/plain', b"x")),
        form((FIELD + "; filename*=utf-8''x", b"x")), form((FIELD, b"x")).replace(b"\r\n", b"\n"),
    ],
)  # fmt: skip
def test_another_spelling_is_refused(body: bytes) -> None:
    with pytest.raises(Told, match="this upload cannot be taken"):
        parse_parts(body, KIND)


def test_a_form_with_tables_has_more_fields_and_longer_ones() -> None:
    cells = [(f'Content-Disposition: form-data; name="f.units.{n}.id"', b"U" * 300) for n in range(CELLS_MAX - 1)]
    parts = parse_parts(form(*cells, (FILE, b"")), KIND, CELLS_MAX)
    assert len(parts) == CELLS_MAX and parts[7].name == "f.units.7.id" and len(parts[-1].data) == 0
    with pytest.raises(Told, match=f"more than {CELLS_MAX}"):
        parse_parts(form(*cells, (FILE, b""), (FIELD, b"x")), KIND, CELLS_MAX)
    with pytest.raises(Told, match="too long"):
        text_of(parts[0], 299)


def test_what_the_type_of_a_file_is_nobody_guesses() -> None:
    assert media_type_of("text/html; charset=x") == "text/html"
    for odd in ("", "text", "text/", "text/html\r\nx: y", "a b/c", "x" * 100 + "/y"):
        assert media_type_of(odd) == "application/octet-stream"


def test_a_saved_file_is_bytes_under_a_name_that_hides_nothing() -> None:
    row = FileRow(1, 'bill\u202egpj.exe"; x="\r\n../../отчёт', 1, "text/html", "", 1, True)
    told = headers_of(row)["content-disposition"]
    assert told.startswith("attachment; ") and "\r" not in told and "\u202e" not in told and "/" not in told
    assert "%E2%80%AE" not in told and told.isascii() and told.count('"') == 2
    assert headers_of(FileRow(1, "..", 1, "", "", 1, False))["content-disposition"].startswith(
        'attachment; filename="file"'
    )
    assert "sandbox" in headers_of(row)["content-security-policy"]


def test_so_many_at_once_and_nothing_stays_on_disk() -> None:
    async def hold(uploads: Uploads, left: int) -> None:
        async with uploads.slot():
            if left:
                await hold(uploads, left - 1)

    asyncio.run(hold(Uploads(), AT_ONCE_MAX - 1))
    with pytest.raises(Refused, match="coming in just now"):
        asyncio.run(hold(Uploads(), AT_ONCE_MAX))
    with put_down(b"bytes") as (path, digest):
        assert Path(path).read_bytes() == b"bytes" and len(digest) == 64
    assert not Path(path).exists()
