"""Checking a published statement: the file, the extract in it, the cards in hand. Needs nothing else."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from openline.accord.communique.proving import Proved, prove, refused
from openline.accord.communique.published import BEGINS, parse_published
from openline.console.verifying import Verified, compare
from openline.errors import PeerFault
from openline.limits import STATEMENT_FILE_BYTES_MAX
from openline.record.evidence.export import read_export
from openline.record.evidence.judge import judge_at_once
from openline.seal.party import Card

PDF: Final = b"%PDF-"
PDF_BYTES_MAX: Final = 64 * 1024 * 1024
_ATTACHED: Final = re.compile(rb"<<([^>]{0,200}/Type\s?/EmbeddedFile[^\n]{0,300})>>\s{0,2}stream\r?\n")
_ATTACHED_MAX: Final = 16


class ProvedFile(NamedTuple):
    """A published statement that holds, and what its evidence came to."""

    proved: Proved
    verified: Verified
    of_pdf: bool


def is_published(begin: bytes) -> bool:
    """Whether a file that begins so says of itself that it is a published statement, or may hold one."""
    return begin.startswith((BEGINS, PDF)) or begin[:1] in (b"{", b"[")


def prove_file(path: Path, cards: Sequence[Card]) -> ProvedFile:
    """Read and check a whole published statement, JSON or the PDF that carries it.

    Raises Malformed or Forged with the word for why (R-548), and Forged for a card of no party of the line.
    """
    with path.open("rb") as file:
        data = file.read(PDF_BYTES_MAX + 1)
    of_pdf = data.startswith(PDF)
    published = parse_published(attached(data) if of_pdf else data)
    try:
        findings = judge_at_once(read_export([published.evidence]))
    except PeerFault as fault:
        raise refused("evidence", str(fault)) from fault
    proved = prove(published, findings)
    return ProvedFile(proved, Verified(findings, compare(findings, cards)), of_pdf)


def attached(pdf: bytes) -> bytes:
    """The published file that a PDF carries. Raises Forged where it carries none; what is printed is not read."""
    for found in list(_ATTACHED.finditer(pdf))[:_ATTACHED_MAX]:
        try:
            data = zlib.decompressobj().decompress(pdf[found.end() :], STATEMENT_FILE_BYTES_MAX + 1)
        except zlib.error:
            continue
        if data.startswith(BEGINS):
            return data
    raise refused("form", "this PDF carries no published statement; what is printed on it proves nothing")
