"""The hash over receipts in link tests, against the receipts of an export. R-286."""

from __future__ import annotations

from pathlib import Path

import pytest

from openline.console import verdict
from openline.console.verifying import Verified, verify_file
from openline.contact.body import LinkTest, encode_test, receipts_hash
from openline.contact.receipts import LIVES_TRIED
from openline.record.entry import LINK_TEST, Receipted
from openline.record.evidence import export
from openline.record.note import parse_note, parse_timestamped
from tests.rooms.record.world import OPENED_AT_MS, Log, papers, two, whole

SECONDS = OPENED_AT_MS // 1000
Row = tuple[int, bytes, int, int, int, bytes]


def row(log: Log, witness: int, size: int) -> Row:
    """A receipt as the hash takes it."""
    (line,) = [one for one in parse_note(log.note(size)).signatures if one.name == log.name(witness)]
    at_s, signature = parse_timestamped(line.signature, 64)
    return log.log.party, log.log.generation, witness, size, at_s, signature


def opened(log: Log) -> Log:
    log.sign()
    log.receipt(1 - log.log.party, SECONDS + 2)
    return log


def judged(
    tmp_path: Path, rows: list[Row], ours: Log, theirs: Log, *others: Log, named: bool = True
) -> Verified:
    """Verify a record in which `ours` ends with a link test over these receipts."""
    test = LinkTest(1, "en", bytes(16), ((1, 1),), ((1, 1),), receipts_hash(rows))
    held = (theirs.held(1),) if named else ()
    ours.write(encode_test(test), kind=LINK_TEST, held=held, receipted=(Receipted(1, 1),))
    ours.sign()
    path = tmp_path / "record"
    logs = sorted((ours, theirs, *others), key=lambda one: one.log)
    items = [*papers(two()), *(item for log in logs for item in whole(log))]
    path.write_bytes(b"".join(export.spell_export(items)))
    return verify_file(path, [])


def test_a_test_binds_the_receipts_that_were_there(tmp_path: Path) -> None:
    ours, theirs = opened(Log(two(), 0)), opened(Log(two(), 1))
    found = judged(tmp_path, [row(ours, 1, 1), row(theirs, 0, 1)], ours, theirs)
    words = verdict.in_words(found, entries=False)
    assert "1 of 1 link tests by Party A carry the hash of 2 receipts in this file" in words
    assert "DISPUTED" not in words
    assert verdict.as_data(found, entries=False)["tests_of_receipts"] == [
        {"party": 0, "tests": 1, "fit": 1, "differ": 0, "not_here": 0, "receipts": 2}
    ]


def test_a_hash_over_other_receipts_is_a_doubt_and_accuses_nobody(tmp_path: Path) -> None:
    ours, theirs = opened(Log(two(), 0)), opened(Log(two(), 1))
    first, second = row(ours, 1, 1), row(theirs, 0, 1)
    found = judged(tmp_path, [(*first[:4], first[4] - 60, first[5]), second], ours, theirs)
    words = verdict.in_words(found, entries=False)
    assert "1 link tests by Party A carry ANOTHER hash" in words
    assert "signed another hash, or one of these was given twice" in words.split("DISPUTED")[1]
    assert [one.code for one in found.findings.doubts] == ["receipts-differ"]
    assert not found.findings.accusations


def test_without_the_receipts_nothing_is_said_of_the_hash(tmp_path: Path) -> None:
    ours, theirs = opened(Log(two(), 0)), Log(two(), 1)
    theirs.sign()  # no receipt of ours for it is in the file
    words = verdict.in_words(found := judged(tmp_path, [row(ours, 1, 1)], ours, theirs), entries=False)
    assert "of 1 link tests by Party A the receipts that they name are not all in this file" in words
    assert not found.findings.doubts


@pytest.mark.parametrize("lives", [1, LIVES_TRIED - 1])
def test_a_life_that_began_in_the_same_moment_is_no_doubt(tmp_path: Path, lives: int) -> None:
    """The test was drafted over receipts of one life; its `after` names the next one already."""
    ours, before = opened(Log(two(), 0)), opened(Log(two(), 1))
    newer = [opened(Log(two(), 1, life)) for life in range(1, lives + 1)]
    found = judged(tmp_path, [row(ours, 1, 1), row(before, 0, 1)], ours, newer[-1], before, *newer[:-1])
    assert not found.findings.doubts
    assert verdict.as_data(found, entries=False)["tests_of_receipts"][0]["fit"] == 1  # type: ignore[index]


def test_a_life_that_the_test_does_not_name_makes_no_doubt(tmp_path: Path) -> None:
    ours, theirs = opened(Log(two(), 0)), opened(Log(two(), 1))
    found = judged(tmp_path, [row(ours, 1, 1)], ours, theirs, named=False)
    assert not [one for one in found.findings.doubts if one.code == "receipts-differ"]
