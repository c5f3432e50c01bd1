"""A published statement on paper: a sheet for each language, what it proves, and the file itself carried in the PDF."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from openline.accord.communique.published import Published, parse_published
from openline.console.dtg import dtg
from openline.console.publishing.words import release_text
from openline.console.sheets.composing import EXERCISE, body_of
from openline.console.sheets.letters import breakable, printable

ATTACHED_AS: Final = "joint-statement.json"
ABOUT: Final = "The published statement with both parties' signatures: check it with `openline verify`"


def given_of(file: bytes, *, line: str, signers: list[tuple[str, str]], banners: list[str]) -> dict[str, Any]:
    """All that the setter is given. `signers`: name and where each signed. The same file gives the same pages.

    Raises Malformed for what is no published file.
    """
    published = parse_published(file)
    one = published.statement
    hash_ = f"statement {published.digest.hex()}"
    day = dtg_day(one.release_s)
    sheets = [
        {
            "exercise": False, "precedence": version.language, "reference": printable(one.id),
            "position": f"file SHA-256 {sha256(file).hexdigest()[:32]}…", "hash": hash_,
            "heading": breakable(printable(version.title)), "head": _head(published, signers),
            "body": body_of(version.text, version.language), "evidence": _rows(_evidence(file)),
        }
        for version in one.versions
    ]  # fmt: skip
    return {
        "title": printable(one.id), "author": printable(" · ".join(name for name, _ in signers)),
        "line": printable(f"Openline · {line}"), "date": list(day), "exercise": EXERCISE,
        "banners": [printable(each) for each in banners], "sheets": sheets,
        "attached": [{"name": ATTACHED_AS, "text": file.decode(), "type": "application/json", "about": ABOUT}],
    }  # fmt: skip


def dtg_day(at_s: int) -> tuple[int, int, int]:
    """Year, month, day, UTC."""
    at = datetime.fromtimestamp(at_s, UTC)
    return at.year, at.month, at.day


def _head(published: Published, signers: list[tuple[str, str]]) -> list[list[str]]:
    one = published.statement
    rows = [("joint statement", one.id), ("released", release_text(one))]
    rows += [("signed by", f"{name}, {where}") for name, where in signers]
    return _rows([*rows, ("published", dtg(published.published_s * 1000))])


def _evidence(file: bytes) -> list[tuple[str, str]]:
    return [
        ("check it", f"`openline verify` reads this PDF: it carries {ATTACHED_AS}, which proves who signed what. "
                     "What is printed proves nothing."),
        ("SHA-256 of it", sha256(file).hexdigest()),
    ]  # fmt: skip


def _rows(rows: list[tuple[str, str]]) -> list[list[str]]:
    return [[name, breakable(printable(value))] for name, value in rows]
