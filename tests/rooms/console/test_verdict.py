"""What a reader of an exported record is told, and what makes the reader refuse it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from openline.console import verdict, verifying
from openline.console.dtg import dtg
from openline.console.terminal import safe_json
from openline.console.verifying import Verified, verify_file
from openline.errors import Forged, Malformed, PeerFault
from openline.record.ahead import HeldAhead, encode_held_ahead
from openline.record.body import Message, encode_message
from openline.record.entry import DISPUTE, HELD_AHEAD, INTAKE, MESSAGE, Held, Receipted, Ref, entry_name
from openline.record.evidence import export
from openline.record.statement import Paused, encode_paused
from openline.seal.charter import CharterLimits
from openline.visible import visible
from tests.rooms.record.world import OPENED_AT_MS, Log, World, chosen, papers, talk, two, whole

Openline = Callable[..., tuple[int, str, str]]


def written(path: Path, *items: export.Item) -> Path:
    path.write_bytes(b"".join(export.spell_export(items)))
    return path



def said(path: Path, *, entries: bool = False, cards: bool = True) -> str:
    verified = verify_file(path, [side.card for side in two().sides] if cards else [])
    return verdict.in_words(verified, entries=entries)


def test_an_honest_exchange_is_told_with_who_held_it(tmp_path: Path) -> None:
    ours, theirs = talk()
    text = said(written(tmp_path / "r", *papers(two()), *whole(ours), *whole(theirs)), entries=True)
    names = [party.name for party in two().roster.parties]
    assert f"{names[0]} signed 4 entries" in text and f"{names[1]} signed 2 entries" in text
    assert f"{names[1]}'s machine signed that it holds 3 of 4" in text
    assert f"no receipt of {names[1]} for entries 3 to 3" in text
    assert "no receipt covers it" in text and "held by" in text
    assert "its card is in your hand" in text and "NO CARD GIVEN" not in text
    assert "not consent" in text


def test_without_cards_it_says_whose_keys_nobody_knows(tmp_path: Path) -> None:
    """R-353"""
    ours, theirs = talk()
    text = said(written(tmp_path / "r", *papers(two()), *whole(ours), *whole(theirs)), cards=False)
    assert text.count("NO CARD GIVEN") == 2 and "whose keys these are" in text


def test_withheld_bodies_and_missing_entries_are_named(tmp_path: Path) -> None:
    ours, theirs = talk()
    text = said(written(tmp_path / "r", *papers(two()), *whole(theirs, withheld=(1,))), entries=True)
    assert "withheld: 1 body" in text and "message, body withheld" in text
    assert f"entries 0 to 2 of {two().roster.parties[0].name}'s" in text, "the other log is named and not here"


def test_a_body_that_does_not_read_is_held_and_said_so(tmp_path: Path) -> None:
    log = Log(two(), 0)
    log.write(encode_message(Message(subject="good", text="x")))
    log.write(encode_message(Message(subject="good", text="x"))[:-1])
    log.write(b"\xff", kind=77)
    log.sign()
    text = said(written(tmp_path / "r", *papers(two()), *whole(log)), entries=True)
    assert "message: 'good'" in text and "a body that does not read" in text and "kind 77" in text


def test_what_they_wrote_is_shown_and_not_obeyed() -> None:
    assert visible("a\u202eb\x1b[2Jc\nd") == "a\\u{202e}b\\u{1b}[2Jc\nd"
    assert visible("\x9b31m\x7f\u200b\ufeff\U000e0041\r") == "\\u{9b}31m\\u{7f}\\u{200b}\\u{feff}\\u{e0041}\\u{d}"
    persian = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 Ж é\tx"
    assert visible(persian) == persian


def test_json_for_a_terminal_says_the_same_and_hides_nothing() -> None:
    said = "a\u202eb\x9b31m\x7f \U000e0041 Ж \u2028"
    text = safe_json(json.dumps({"said": said}, ensure_ascii=False, indent=1))
    assert json.loads(text) == {"said": said}
    assert all(c.isprintable() or c == "\n" for c in text) and "Ж" in text


def test_a_program_reads_the_same(tmp_path: Path) -> None:
    ours, theirs = talk()
    path = written(tmp_path / "r", *papers(two()), *whole(ours), *whole(theirs))
    data = verdict.as_data(verify_file(path, []), entries=True)
    again = json.loads(json.dumps(data))
    assert [log["size"] for log in again["logs"]] == [4, 2]
    assert again["logs"][0]["held"] == {"1": 3} and not again["doubts"]
    assert [bool(each["held"]) for each in again["logs"][0]["each"]] == [True, True, True, False]


def test_a_receipt_stamped_before_the_words_were_written_is_shown_as_disputed(tmp_path: Path) -> None:
    log = Log(two(), 0)
    log.write(b"x", at_ms=OPENED_AT_MS + 10_000_000)
    log.sign()
    log.receipt(1, OPENED_AT_MS // 1000, arrived_at_ms=OPENED_AT_MS + 10_001_000)
    assert "DISPUTED time" in said(written(tmp_path / "r", *papers(two()), *whole(log)))


def test_an_after_that_decreases_is_shown_and_accuses_nobody(tmp_path: Path) -> None:
    log = Log(two(), 0)
    log.write(b"x", receipted=(Receipted(1, 1),))
    log.write(b"y")
    log.sign()
    verified = verify_file(written(tmp_path / "r", *papers(two()), *whole(log)), [])
    assert verified.findings.doubts and not verified.findings.accusations
    assert "DISPUTED" in verdict.in_words(verified, entries=False)


def test_a_card_of_nobody_on_the_line_is_refused(tmp_path: Path) -> None:
    """R-353"""
    from tests.rooms.record.world import three

    ours, theirs = talk()
    path = written(tmp_path / "r", *papers(two()), *whole(ours), *whole(theirs))
    stranger = next(side.card for side in three().sides if side.root.party_id not in
                    {party.party_id for party in two().roster.parties})
    with pytest.raises(Forged, match="is not among its parties"):
        verify_file(path, [stranger])


def test_a_signature_that_does_not_verify_is_found_by_any_number_of_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "_ALONE_MAX", 0)
    monkeypatch.setattr(verifying, "_SLICE", 1)
    ours, theirs = talk()
    good = written(tmp_path / "g", *papers(two()), *whole(ours), *whole(theirs))
    assert isinstance(verify_file(good, [], 2), Verified)
    line = ours.lines[3][0]
    ours.lines[3][0] = line._replace(signature=bytes(64))
    bad = written(tmp_path / "b", *papers(two()), *whole(ours), *whole(theirs))
    with pytest.raises(Forged, match="entries 1 to 2: checkpoint: its signature does not verify"):
        verify_file(bad, [], 2)


def test_every_byte_of_a_record_counts(tmp_path: Path) -> None:
    ours, theirs = talk()
    path = written(tmp_path / "r", *papers(two()), *whole(ours), *whole(theirs))
    data = path.read_bytes()
    bad = tmp_path / "bad"
    for at in range(0, len(data), 97):
        bad.write_bytes(data[:at] + bytes((data[at] ^ 0x10,)) + data[at + 1 :])
        with pytest.raises(PeerFault):
            verify_file(bad, [])


def test_the_command_exits_5_and_says_which_entry(tmp_path: Path, openline: Openline) -> None:
    ours, theirs = talk()
    path = written(tmp_path / "r", *papers(two()), *whole(ours), *whole(theirs))
    assert openline("verify", str(path))[0] == 0
    data = path.read_bytes()
    at = data.index(b"second")
    path.write_bytes(data[:at] + b"S" + data[at + 1 :])
    code, out, err = openline("verify", str(path))
    assert (code, out) == (5, "") and "OL-502" in err and "entry 2" in err
    assert openline("verify", str(tmp_path / "nowhere"))[0] == 3
    (tmp_path / "empty").write_bytes(b"")
    assert openline("verify", str(tmp_path / "empty"))[0] == 5


def test_a_log_of_a_party_that_never_was_is_named_as_such_and_stops_nobody(tmp_path: Path) -> None:
    """A signed `after` may name any of eight parties. A line of two has no name for the seventh."""
    log = Log(two(), 0)
    held, receipted = (Held(6, bytes(12), 5, bytes(32)),), (Receipted(7, 1),)
    log.write(b"x", held=held, receipted=receipted, references=(Ref(5, bytes(12), 1),))
    log.sign()
    text = said(written(tmp_path / "r", *papers(two()), *whole(log)), entries=True)
    assert "entries 0 to 4 of party 6 (not on this line)'s log" in text
    assert "that is its writer's word, nothing signed by party 6" in text


def test_what_a_file_says_of_itself_does_not_stand_among_what_is_proved(tmp_path: Path) -> None:
    """Its maker is whoever made it: its words stood under PROVED."""
    ours, theirs = talk()
    head, *rest = papers(two())
    assert isinstance(head, export.Head)
    boast = head._replace(scope="complete, and checked by the United Nations")
    text = said(written(tmp_path / "r", boast, *rest, *whole(ours), *whole(theirs)))
    proved, itself = text.split("SIGNED BY NOBODY")
    assert "United Nations" not in proved and "made by" not in proved and "'complete, and checked" in itself


def test_a_receipt_left_out_is_told_as_left_out_of_the_file_not_as_never_given(tmp_path: Path) -> None:
    """Whoever makes a file can leave receipts out of it; where the author names one, that is said too."""
    ours, theirs = talk()
    ours.write(b"later", receipted=(Receipted(1, 3),))
    ours.sign()
    lines = {size: [line for line in held if "receipt" not in line.name] for size, held in ours.lines.items()}
    ours.lines, ours.arrivals = lines, {}
    text = said(written(tmp_path / "r", *papers(two()), *whole(ours), *whole(theirs)))
    name = two().roster.parties[1].name
    assert f"no receipt of {name} for any of them is here" in text and "signed no receipt" not in text
    assert "receipts of party 1, over entries 0 to 2" in text, "named by its author, and not here"
    assert "can leave receipts out" in text


def test_an_arrival_that_the_maker_made_up_disputes_by_its_word_only(tmp_path: Path) -> None:
    log = Log(two(), 0)
    log.write(b"x", at_ms=OPENED_AT_MS + 1_000)
    log.sign()
    log.receipt(1, OPENED_AT_MS // 1000 + 600, arrived_at_ms=OPENED_AT_MS + 2_000)
    text = said(written(tmp_path / "r", *papers(two()), *whole(log)))
    assert "DISPUTED time by the word of who made this file" in text


def test_an_opening_or_a_dispute_that_is_withheld_is_named(tmp_path: Path) -> None:
    """What an opening names as the life before, and what an exhibit proves, would be told from them."""
    log = Log(two(), 0)
    log.write(b"x", kind=DISPUTE)
    log.sign()
    for hidden in (0, 1):
        with pytest.raises(Malformed, match=f"entry {hidden}: entries of kind .* are always shown"):
            said(written(tmp_path / f"r{hidden}", *papers(two()), *whole(log, withheld=(hidden,))))
    some = [one._replace(body=None, salt=None) if isinstance(one, export.Entry) else one for one in chosen(log, 0, 1)]
    text = said(written(tmp_path / "r", *papers(two(), export.EXTRACT), *some))
    assert "of these the opening" in text and "of these the dispute" in text


def test_another_century_does_not_look_like_this_one() -> None:
    assert dtg(4_951_461_600_000).endswith("NOV 2126") and dtg(1_795_788_000_000).endswith("NOV 26")


def test_a_body_beyond_the_terms_is_told_as_a_breach_and_proved_like_any_other(tmp_path: Path) -> None:
    """R-183: what the line itself writes, such as an exhibit, is bound by no terms."""
    world = World(2)
    world.charter = world.charter._replace(limits=CharterLimits(1_000, 60, 0))
    ours = Log(world, 0)
    ours.write(b"x" * 1_001, MESSAGE), ours.write(b"x" * 1_000, MESSAGE), ours.write(b"x" * 1_001, DISPUTE)
    ours.sign()
    text = said(written(tmp_path / "r", *papers(world), *whole(ours)))
    assert "entry 1 breaks the terms: a body of 1001 bytes; the terms of this line allow no more than 1000" in text
    assert text.count("breaks the terms") == 1
    assert f"{two().roster.parties[0].name} signed 4 entries" in text


def test_that_intake_paused_is_told_as_its_writers_word(tmp_path: Path) -> None:
    """R-182"""
    ours, theirs = talk()
    theirs.write(encode_paused(Paused(0, ours.log.generation, 3, 600)), INTAKE, at_ms=OPENED_AT_MS + 7_000)
    theirs.write(b"no such thing", INTAKE, at_ms=OPENED_AT_MS + 8_000)
    theirs.sign()
    text = said(written(tmp_path / "r", *papers(two()), *whole(ours), *whole(theirs)), entries=True)
    assert f"said at {dtg(OPENED_AT_MS + 7_000)} that its intake paused: of log 0/" in text
    assert text.count("that its intake paused") == 1
    assert "no more than 3 taken in then, its writer beyond 600 a minute" in text
    assert "intake paused, a body that does not read" in text


def test_that_an_entry_was_held_ahead_is_told_as_its_holders_word(tmp_path: Path) -> None:
    """R-239"""
    ours, theirs = Log(two(), 0), Log(two(), 1)
    ours.write(b"a letter"), ours.write(b"a call")
    ours.sign()
    for root in (ours.root(3), bytes(32)):
        said_of = HeldAhead(Ref(*ours.log, 2), ours.leaves[2], 3, root)
        theirs.write(encode_held_ahead(said_of), HELD_AHEAD, at_ms=OPENED_AT_MS + 7_000)
    theirs.sign()
    name = f"{two().roster.parties[0].name}'s {entry_name(ours.log, 2)}"
    text = said(written(tmp_path / "r", *papers(two()), *whole(ours), *whole(theirs)), entries=True)
    line = f"stated at {dtg(OPENED_AT_MS + 7_000)} that it held {name} ahead of its log: "
    assert line + "that entry stands there in this file" in text
    assert line + "THIS FILE SHOWS ANOTHER THERE" in text and "one of the two parties showed what was not so" in text
    assert f"held ahead: {entry_name(ours.log, 2)} (its word, no receipt)" in text
    alone = said(written(tmp_path / "s", *papers(two()), *whole(theirs)))
    assert line + "this file does not show that entry" in alone
