"""Published statements: `share/verifier/verify.html` against `openline verify`, over files spoilt by class.

Both must come to the same verdict, for the same reason, by the word that the protocol gives. (R-546 to R-548)
"""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any, Final

import pytest

from conformance import run
from openline.console.dtg import iso
from tests.browser import own_statements, tampering
from tests.browser.test_record_page import ENTRY, Reader, file_of, reader
from tests.whole.parties import in_process

__all__ = ["reader"]
pytestmark = pytest.mark.whole
WHY: Final = re.compile(r"published statement \((\w+)\)")


def vectors() -> dict[str, run.Vector]:
    return {one.name: one for one in run.load(sorted(run.VECTORS.glob("joint-file*.json")))}


def why_of(err: str) -> str:
    """The word that the program refuses with; what is not even JSON it reads as a record."""
    found = WHY.search(err)
    return found[1] if found else ""


def test_the_page_stands_every_vector_of_a_published_statement(reader: Reader) -> None:
    wrong = []
    for name, vector in vectors().items():
        said = reader.read(file_of(vector))
        if said["verdict"] != {"accept": "verified", "refuse": "refused"}[vector.verdict]:
            wrong.append((name, said["verdict"], said["reason"]))
        elif vector.verdict == "refuse" and name != "joint-file-empty" and f"({said['why']})" != vector.says:
            wrong.append((name, said["why"], vector.says))
        elif vector.verdict == "accept":
            assert [[one["witness"] for one in each["held"]] for each in said["signed"]] == vector.gives["held"]
    assert not wrong and len(vectors()) > 30


def test_page_and_program_agree_on_statements_spoilt_by_class(reader: Reader, tmp_path: Path) -> None:
    by_name = vectors()
    sound = file_of(by_name["joint-file"])
    others = (file_of(by_name["joint-file-of-three"]), file_of(by_name["joint-file-two-checkpoints"]))
    files = list(tampering.spoilt_statement(sound, *others))
    assert len(files) >= 90 and len({what.partition(":")[0] for what, _ in files}) >= 20
    assert len({what for what, _ in files}) == len(files)
    path = tmp_path / "statement.json"
    reasons: set[str] = set()
    differ: list[Any] = []
    verified = []
    for what, data in [("sound", sound), *files]:
        path.write_bytes(data)
        ran = in_process("verify", str(path), "--json")
        said = reader.read(data)
        ours = "verified" if ran.code == 0 else "refused"
        assert ran.code in (0, 5), (what, ran.code, ran.err)
        if (said["verdict"], said["why"] or "") != (ours, why_of(ran.err)):
            page = (said["verdict"], said["why"], said["reason"])
            differ.append((what, "page", *page, "program", ran.code, ran.err[:300]))
        where = ENTRY.findall(ran.err)
        if ours == "refused" and where and said["entry"] is not None and str(said["entry"]) not in where:
            differ.append((what, "page", said["entry"], said["reason"], "program", ran.err[:300]))
        reasons.add(why_of(ran.err))
        verified += [what] if ours == "verified" else []
    assert not differ
    assert reasons >= {"form", "evidence", "line", "shape", "signatures", "texts", "early"}
    # Nothing in them is another than was signed: a receipt less, another order, one card for one party on two lines,
    # and another line whose parties signed the same bytes.
    same = ("signature: the receipt left out", "order: receipt before its own", "order: parties",
            "other line: its card", "other line: its evidence and line")  # fmt: skip
    assert set(verified) == {"sound", *same}


def test_page_and_program_give_the_word_of_the_protocol_for_files_signed_as_they_stand(
    reader: Reader, tmp_path: Path
) -> None:
    """Of a line of our own: what is wrong was wrong before it was signed, so only a rule tells."""
    cases = list(own_statements.cases())
    assert len(cases) >= 140 and len({what for what, _, _ in cases}) == len(cases)
    path = tmp_path / "statement.json"
    differ = []
    for what, data, word in cases:
        path.write_bytes(data)
        ran, said = in_process("verify", str(path), "--json"), reader.read(data)
        holds = not word and what not in own_statements.NO_STATEMENTS
        due = ("verified" if holds else "refused", word)
        page, program = (said["verdict"], said["why"] or ""), ("refused" if ran.code else "verified", why_of(ran.err))
        if (page, program) != (due, due):
            differ.append((what, due, page, said["reason"], program, ran.err[:300]))
        elif holds:
            differ += beside(what, said, json.loads(ran.out))
    assert not differ


def when(at_ms: int | None) -> str | None:
    return None if at_ms is None else iso(at_ms)


def beside(what: str, page: dict[str, Any], program: dict[str, Any]) -> list[Any]:
    """What both show beside a file that holds, where it is not the same."""
    marks = [[(one["late"], one["revoked"]) for one in of["signed"]] for of in (page, program)]
    held = [
        [[(one["witness"], when(one["earliest_ms"]), when(one["latest_ms"]), one["disputed"]) for one in each["held"]]
         for each in page["signed"]],
        [[(one["party"], one["earliest"], one["latest"], one["disputed"]) for one in each["held"]]
         for each in program["signed"]],
    ]  # fmt: skip
    lacks = [page["statement"]["lacks"], program["lacks"]]
    roots = ["other-root" in [one["what"] for one in page["doubts"]],
             "other-root" in [one["code"] for one in program["doubts"]]]  # fmt: skip
    return [(what, *two) for two in (marks, held, lacks, roots) if two[0] != two[1]]


def test_the_page_reads_no_more_than_a_file_may_have(reader: Reader) -> None:
    """R-546; made there, for eight mebibytes take long to hand over."""
    judge = """async size => { const b = new Uint8Array(size).fill(32); b[0] = 123;
        const o = await OLV.verifyAny(b); return [o.verdict, o.why, o.reason]; }"""
    most, beyond = (reader.page.evaluate(judge, 8_388_608 + more) for more in (0, 1))
    assert most[:2] == beyond[:2] == ["refused", "form"]
    assert "8388608" in beyond[2] and "8388608" not in most[2]


def test_the_page_says_what_is_proved_with_the_texts_and_within_a_second(reader: Reader) -> None:
    data = file_of(vectors()["joint-file"])
    reader.read(data)
    began = time.monotonic()
    said = reader.read(data)
    took_ms = (time.monotonic() - began) * 1000
    assert said["kind"] == "joint statement" and said["statement"]["id"] == "JS-2026-1"
    text = reader.page.inner_text("#says") + reader.page.inner_text("#out")
    for words in ("Стороны соблюдают пределы один год.", "The parties keep the limits for one year.", "UTC+01:00",
                  "not checked", "not before the agreed instant", "whose keys"):  # fmt: skip
        assert words in text, words
    print(f"the page took {took_ms:.0f} ms")


def test_the_page_reads_no_pdf_and_says_what_to_do(reader: Reader) -> None:
    said = reader.read(b"%PDF-1.7\n...")
    assert said["verdict"] == "refused" and said["rule"] == "R-549" and "joint-statement.json" in said["reason"]
