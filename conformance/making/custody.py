"""Scenarios of the line: a log as it comes in payloads, and what a station then holds and receipts."""

# ruff: noqa: E501 (a scenario is a row of a table)
from __future__ import annotations

from typing import Any, Final

from conformance.making.parties import OPENED_AT_MS, Log, line, papers_of
from conformance.making.scenarios import Book
from openline.record.entry import Held, Receipted
from openline.wire.items import AfterSlot, Checkpoint, Commit, Entries, Item, LogRef, Opening, Ref, Run, WireEntry, encode_items

NOW_MS: Final = OPENED_AT_MS + 60_000
