"""Names of logs and compact forms: one spelling each, and a wrong guess costs a repetition only."""

from __future__ import annotations

import pytest

from openline.line.forms import Unresolved, find_log, name_log
from openline.line.ports import LogId
from openline.wire.items import LogRef

OURS = LogId(0, b"\x01" * 8 + b"abcd")
THEIRS = LogId(1, b"\x02" * 8 + b"wxyz")


def test_every_short_name_leads_back_to_its_log() -> None:
    """R-012, R-123."""
    names = [name_log(THEIRS, full=full) for full in (True, False)]
    for ref in (*names, name_log(THEIRS, full=False, sender_now=THEIRS)):
        assert find_log(ref, 1, b"wxyz", [OURS, THEIRS]) == THEIRS


def test_the_newest_log_is_meant_where_two_bytes_fit_several() -> None:
    """R-012."""
    older = LogId(1, b"\x01" * 10 + b"yz")
    assert find_log(LogRef(1, b"yz"), 1, b"wxyz", [older, THEIRS]) == THEIRS


def test_a_log_without_a_tail_is_spelled_with_its_senders_number_and_no_other() -> None:
    """R-012."""
    for party in (0, 2, 7):
        with pytest.raises(Unresolved):
            find_log(LogRef(party, b""), 1, b"wxyz", [OURS, THEIRS])
