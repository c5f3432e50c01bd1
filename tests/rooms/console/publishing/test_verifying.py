"""`openline verify` of a published file: JSON, and the PDF that carries it; in words and as data. (R-547 to R-549)"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.making.joint import TEXTS, made
from conformance.making.parties import side
from openline.console.publishing.sheets import given_of
from openline.console.publishing.verifying import attached
from openline.console.sheets.setting import set_sheets
from openline.errors import Forged
from openline.limits import STATEMENT_FILE_BYTES_MAX
from tests.browser import own_statements
from tests.whole.parties import in_process

FILE = made().spelled()
SIGNERS = [("Party A", "0/aa/1"), ("Party B", "1/bb/1")]


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return set_sheets(given_of(FILE, line="line", signers=SIGNERS, banners=["UNCLASSIFIED"]))


def test_it_says_in_plain_words_what_is_proved_and_what_is_not(tmp_path: Path) -> None:
    path = tmp_path / "statement.json"
    path.write_bytes(FILE)
    said = in_process("verify", str(path))
    assert said.code == 0
    for words in ("signed the same bytes", "UTC+01:00", TEXTS[0].text.split("\n")[0], TEXTS[1].text.split("\n")[0],
                  "not before the agreed instant", "NOT PROVED BY ANY FILE", "NO CARD GIVEN"):  # fmt: skip
        assert words in said.out, words
    cards = []
    for number in range(2):
        card = tmp_path / f"{number}.card"
        card.write_text(side(number).card.armoured())
        cards += ["--card", str(card)]
    data = json.loads(in_process("verify", str(path), "--json", *cards).out)
    assert data["verdict"] == "verified" and [one["card"] for one in data["signed"]] == [True, True]
    assert [[held["party"] for held in one["held"]] for one in data["signed"]] == [[1], [0]]
    other = tmp_path / "other.card"
    other.write_text(side(2).card.armoured())
    assert in_process("verify", str(path), "--card", str(other)).code == 5


def test_what_refuses_nothing_stands_beside_what_is_proved(tmp_path: Path) -> None:
    """R-544, R-548."""
    files = {what: data for what, data, _ in own_statements.cases()}
    path = tmp_path / "statement.json"
    marks: dict[str, tuple[str, ...]] = {
        "signature: late": ("BETA signed at the agreed instant or later",),
        "languages of the charter: two lack": ("no text in these languages of the line's charter: fr, EN",),
        "revoked: received before": ("the station that signed for BETA was revoked since",
                                     "BETA received it with a key that was revoked since"),
        "sound: by its digest alone": (),
    }  # fmt: skip
    every = [words for each in marks.values() for words in each]
    for what, words in marks.items():
        path.write_bytes(files[what])
        said = in_process("verify", str(path))
        assert said.code == 0
        assert [one for one in every if one in said.out] == list(words), what
        data = json.loads(in_process("verify", str(path), "--json").out)
        signed = [(one["late"], one["revoked"]) for one in data["signed"]]
        assert signed == [(False, False), (what == "signature: late", what.startswith("revoked"))]
        assert data["lacks"] == (["fr", "EN"] if what.startswith("languages") else [])
    disputed = {}
    for what in ("sound: by its digest alone", "signature: late", "signature: a receipt before it was written"):
        path.write_bytes(files[what])
        data = json.loads(in_process("verify", str(path), "--json").out)
        disputed[what] = [each["disputed"] for one in data["signed"] for each in one["held"]]
    # who signs late says then that it holds nothing, a minute after it receipted; and was receipted before
    assert list(disputed.values()) == [[False, False], [True, True], [False, True]]


def test_a_pdf_proves_what_the_file_in_it_proves_and_its_pages_nothing(pdf: bytes, tmp_path: Path) -> None:
    """R-549."""
    assert b"<pdfaid:part>3</pdfaid:part>" in pdf and attached(pdf) == FILE
    assert pdf == set_sheets(given_of(FILE, line="line", signers=SIGNERS, banners=["UNCLASSIFIED"]))
    path = tmp_path / "statement.pdf"
    path.write_bytes(pdf)
    said = in_process("verify", str(path))
    assert said.code == 0 and "the printed pages" in said.out
    assert json.loads(in_process("verify", str(path), "--json").out)["of_pdf"]
    bare = set_sheets({**given_of(FILE, line="line", signers=SIGNERS, banners=[]), "attached": []})
    path.write_bytes(bare)
    refused = in_process("verify", str(path))
    assert refused.code == 5 and "(form)" in refused.err
    early = made().spelled(published_s=0)
    path.write_bytes(set_sheets(given_of(early, line="line", signers=SIGNERS, banners=[])))
    assert "(early)" in in_process("verify", str(path)).err


def test_a_pdf_of_anybody_is_read_within_bounds() -> None:
    """R-549."""
    import zlib

    bomb = zlib.compress(b'{\n "openline": "joint statement' + b" " * (STATEMENT_FILE_BYTES_MAX * 4))
    hostile = b"%PDF-1.7\n<</Length 9/Type/EmbeddedFile>>\nstream\n" + bomb
    assert len(attached(hostile)) == STATEMENT_FILE_BYTES_MAX + 1, "no more than is refused for its length"
    for data in (b"%PDF-1.7", b"%PDF-1.7\n<</Type/EmbeddedFile>>stream\nxyz", b"<</Type/EmbeddedFile>>\nstream\n" * 99):
        with pytest.raises(Forged, match=r"\(form\)"):
            attached(data)
