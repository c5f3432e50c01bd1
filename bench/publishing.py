"""A published joint statement checked: from the file on disk to what it proves, as `openline verify` does it."""

from __future__ import annotations

import importlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bench.table import Sample
from openline.accord.communique.published import parse_published
from openline.accord.communique.statement import Version, encode_statement, statement_digest
from openline.console.publishing.verdict import in_words
from openline.console.publishing.verifying import prove_file
from openline.record.evidence.export import read_export
from openline.record.evidence.findings import verify
from openline.record.evidence.judge import judge_export

PAGES: Final = 20  # in each of two languages
_LINE: Final = "The parties keep the limits for one year and meet again in March."
_LINE_RU: Final = "Стороны соблюдают пределы один год и встречаются вновь в марте."


def proving(say: Callable[[str], None]) -> dict[str, list[Sample]]:
    """Ms within the program, beside its signatures alone. The program's own start is said, and not counted."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "statement.json"
        path.write_bytes(_file())
        began = time.perf_counter()
        found = prove_file(path, [])
        words = in_words(found)
        took = time.perf_counter() - began
        limit = _signatures_alone(path.read_bytes())
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "openline", "verify", str(path)], check=True, stdout=subprocess.DEVNULL)
        whole = time.perf_counter() - began
    assert _LINE in words and len(found.proved.signed) == 2, "it is not the work"
    say(f"two texts of {PAGES} pages in {took * 1000:.0f} ms; the command with its start {whole * 1000:.0f} ms")
    return {"verify_statement_ms": [Sample(took * 1000, limit * 1000)]}


def _file() -> bytes:
    making = importlib.import_module("conformance.making.joint")  # it makes the vectors, and is not under mypy
    texts = tuple(Version(language, "Joint statement", "\n".join([line] * 40 * PAGES))
                  for language, line in (("en", _LINE), ("ru", _LINE_RU)))  # fmt: skip
    statement = making.SAID._replace(versions=texts)
    body = encode_statement(statement)
    digest = statement_digest(body)
    file: bytes = making.made(body=body, digest=digest).spelled(statement=statement, digest=digest)
    return file


def _signatures_alone(data: bytes) -> float:
    jobs = judge_export(read_export([parse_published(data).evidence])).jobs
    began = time.perf_counter()
    assert all(verify(job) for job in jobs)
    return time.perf_counter() - began
