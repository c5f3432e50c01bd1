"""`share/verifier/verify.html` against `openline verify`: written apart, they must say the same of every file.

The page was written from docs/PROTOCOL.md and the vectors alone, by somebody who had not seen this program.
"""

from __future__ import annotations

import base64
import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest

from conformance import run
from conformance.plain import resolved
from openline.record.evidence.export import read_export, spell_export
from openline.record.evidence.judge import judge_at_once
from tests.browser import own_records, tampering
from tests.rooms.record import world
from tests.rooms.record.test_twins import receipted, stated, with_twins
from tests.rooms.record.world import papers
from tests.whole.parties import in_process

pytestmark = pytest.mark.whole
PAGE: Final = Path(__file__).parents[2] / "share" / "verifier" / "verify.html"
CHECKED: Final = """async () => {
    const button = document.getElementById("go");
    window.verdict = null;
    button.click();
    while (button.disabled || !window.verdict || !window.verdict.verdict) await new Promise(go => setTimeout(go, 10));
    return document.getElementById("verdict").textContent;
}"""
ENTRY: Final = re.compile(r"\bentry (\d+)")


class Reader:
    """The page with a file chosen in it, as a person would."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def read(self, data: bytes) -> dict[str, Any]:
        """What it says of a file."""
        self.page.set_input_files("#rec", {"name": "r.oln", "mimeType": "application/octet-stream", "buffer": data})
        said: dict[str, Any] = json.loads(self.page.evaluate(CHECKED))
        return said


@pytest.fixture
def reader(browser: Any) -> Any:
    context = browser.new_context(offline=True)
    context.set_default_timeout(120_000)
    complaints: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: complaints.append(asked.url) if asked.url != PAGE.as_uri() else None)
    page.goto(PAGE.as_uri())
    yield Reader(page)
    context.close()
    assert not complaints, "a fault of the page's own, or something it asked the network for"


def of_export() -> list[run.Vector]:
    return [one for one in run.load(sorted(run.VECTORS.glob("export-*.json"))) if one.door == "export"]


def file_of(vector: run.Vector) -> bytes:
    given = resolved(vector.given["bytes"], run.load_shared())
    assert isinstance(given, str)
    return bytes.fromhex(given)


def test_the_page_stands_every_vector_of_an_export(reader: Reader) -> None:
    vectors = of_export()
    assert len(vectors) > 70
    wrong = []
    for vector in vectors:
        said = reader.read(file_of(vector))
        if said["verdict"] != {"accept": "verified", "refuse": "refused"}[vector.verdict]:
            wrong.append((vector.name, said["verdict"], said["reason"]))
        assert said["verdict"] == "verified" or said["rule"]
    assert not wrong


def test_the_page_reads_what_a_party_signs_with_its_second_station(reader: Reader, tmp_path: Path) -> None:
    """R-081, R-088: the keys of both may have one id, and either may make a post-quantum statement."""
    twins = with_twins()
    path = tmp_path / "record"
    for log in (receipted(twins, "first", "second", "first"), stated(twins)):
        path.write_bytes(b"".join(spell_export([*papers(twins), *world.whole(log)])))
        assert in_process("verify", str(path)).code == 0
        said = reader.read(path.read_bytes())
        assert said["verdict"] == "verified", said


def test_page_and_program_agree_on_files_spoilt_by_class(reader: Reader, tmp_path: Path) -> None:
    by_name = {one.name: one for one in of_export()}
    sound = file_of(by_name["export-record"])
    files = list(tampering.spoilt(sound, file_of(by_name["export-record-of-three"])))
    assert len(files) >= 60 and len({what.partition(":")[0] for what, _ in files}) >= 12
    path = tmp_path / "record"
    refused, differ = 0, []
    for what, data in [("sound", sound), *files]:
        path.write_bytes(data)
        ran = in_process("verify", str(path), "--json")
        said = reader.read(data)
        ours = "verified" if ran.code == 0 else "refused"
        if said["verdict"] != ours:
            differ.append((what, "page", said["verdict"], said["reason"], "program", ran.code, ran.err[:200]))
        refused += ours == "refused"
        where = ENTRY.findall(ran.err)  # its place here, and where that is another, the one its header says
        if ours == "refused" and where and said["entry"] is not None and str(said["entry"]) not in where:
            differ.append((what, "page", said["entry"], said["reason"], "program", ran.err[:200]))
    assert not differ
    assert refused >= 50, "a reader who lets everything pass would agree with itself"


def test_the_page_may_reach_nothing_and_runs_what_stands_in_it_and_nothing_else() -> None:
    text = PAGE.read_text("utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    styles = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    for what, texts in (("script", scripts), ("style", styles)):
        named = re.findall(r"'sha256-([^']+)'", policy[1].partition(f"{what}-src")[2].partition(";")[0])
        assert sorted(named) == sorted(base64.b64encode(sha256(one.encode()).digest()).decode() for one in texts)
    assert policy[1].startswith("default-src 'none'") and "unsafe" not in policy[1]
    assert not re.search(r"\beval\(|innerHTML|new Function|https?://", text)


def test_the_page_says_what_it_does_not_check(reader: Reader) -> None:
    reader.read(file_of(next(one for one in of_export() if one.name == "export-record")))
    said = reader.page.inner_text("#says") + reader.page.inner_text("#out")
    assert "ML-DSA-44" in said and "not checked" in said.lower()
    assert "whose keys" in said.lower(), "no card was chosen"


RECEIPTS: Final = """async files => {
    const found = [];
    for (const text of files) {
        const out = await OLV.verifyExport(Uint8Array.from(atob(text), c => c.charCodeAt(0)), {});
        const told = (log, { witness, size, interval }) =>
            [log.log, witness, size, interval.earliest_ms, interval.latest_ms, interval.disputed];
        found.push(out.logs.flatMap(log => log.receipts.map(one => told(log, one))));
    }
    return found;
}"""


def test_page_and_program_tell_the_same_times_of_every_receipt(reader: Reader) -> None:
    """R-094 over records and extracts of a line of our own, most of whose times do not fit."""
    files = [own_records.record(number) for number in range(120)]
    page = reader.page.evaluate(RECEIPTS, [base64.b64encode(data).decode() for data in files])
    told = 0
    for number, (data, theirs) in enumerate(zip(files, page, strict=True)):
        ours = [
            [f"{log.log.party}/{log.log.generation.hex()}", one.witness, one.size, *one.interval]
            for log in judge_at_once(read_export([data])).logs
            for receipts in log.receipts
            for one in receipts
        ]
        assert sorted(theirs) == sorted(ours), number
        told += len(ours)
    assert told > 300
