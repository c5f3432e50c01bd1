"""Two parties open a line and exchange messages: the main job, through the commands a person would type."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from openline.console.channel.asking import Export, Exported, Outgoing, Send, Sent, Waited, WaitHeld
from openline.store.sqlite import SqliteStore
from tests.whole.parties import HELD_MS, Desk

pytestmark = pytest.mark.whole
Line = Callable[..., list[Desk]]


def test_a_message_is_held_acknowledged_exported_and_verified_by_a_stranger(on_a_line: Line, tmp_path) -> None:
    amber, birch = on_a_line("Amber", "Birch")
    amber.start()
    birch.start()
    sent = amber.json("send", "The exercise begins at 1000Z.", "--subject", "exercise", "--wait", "200")
    assert sent["held"][0]["name"] == "Birch"
    came = birch.json("inbox")
    assert [entry["text"] for entry in came["entries"]] == ["The exercise begins at 1000Z."]
    birch.run("acknowledge", came["entries"][0]["place"], "--officer", "officer B", "--role", "watch")
    amber.json("send", "Second.", "--wait", "200")
    shown = amber.json("show", sent["place"])
    assert shown["acknowledged"][0]["officer"] == "officer B"
    export = tmp_path / "record.openline"
    amber.run("export", str(export))
    done = birch.run("verify", str(export), "--card", str(tmp_path / "Amber.card"))
    assert "Amber" in done.stdout
    data = bytearray(export.read_bytes())
    data[data.index(b"begins at 1000Z")] ^= 1
    export.write_bytes(data)
    refused = birch.run("verify", str(export), ok=5)
    assert "entry" in refused.stderr


def test_sending_while_the_other_side_is_away_is_recorded_said_so_and_held_later(on_a_line: Line) -> None:
    amber, birch = on_a_line("Amber", "Birch")
    amber.start()
    sent = amber.json("send", "Are you there?")
    assert sent["held"] == []
    assert sent["lacking"] == ["Birch"]
    assert amber.run("send", "Hello?", "--wait", "0.2", ok=None).returncode == 6
    birch.start()
    with amber.link() as link:
        party, generation, index = sent["place"].split("/")
        asked = WaitHeld(places=[[int(party), generation, int(index)]], within_ms=HELD_MS)  # type: ignore[list-item]
        assert link.ask(asked, Waited).held


def test_one_request_sends_and_waits_until_held_or_says_not_yet(on_a_line: Line) -> None:
    amber, birch = on_a_line("Amber", "Birch")
    amber.start()
    with amber.link() as link:
        ask = Send(messages=[Outgoing(text="one"), Outgoing(text="two")], within_ms=50)
        sent = link.ask(ask, Sent)
        assert [place.index for place in sent.places] == [1, 2]  # recorded here
        assert not sent.held  # nobody is there to hold them
        birch.start()
        assert link.ask(Send(messages=[Outgoing(text="three")], within_ms=HELD_MS), Sent).held


def test_one_side_unreachable_from_outside_still_opens_the_line_by_dialling(on_a_line: Line) -> None:
    amber, birch = on_a_line("Amber", "Birch")
    amber.settings({})  # Amber dials nobody; Birch reaches Amber
    birch.settings({"Amber": amber.port})
    amber.start()
    birch.start()
    assert amber.json("send", "hello", "--wait", "200")["held"]
    assert birch.json("send", "hello back", "--wait", "200")["held"]


def test_three_parties_each_hold_what_each_sends(on_a_line: Line, tmp_path) -> None:
    desks = on_a_line("Amber", "Birch", "Cedar")
    for desk in desks:
        desk.start()
    for desk in desks:
        held = desk.json("send", f"from {desk.name}", "--wait", "200")["held"]
        assert len(held) == 2
    for desk in desks:
        export = tmp_path / f"{desk.name}.export"
        desk.run("export", str(export))
        desk.run("verify", str(export))


def test_a_second_process_on_one_store_is_refused_with_its_own_code(on_a_line: Line) -> None:
    amber, _ = on_a_line("Amber", "Birch")
    amber.start()
    second = amber.run("serve", ok=None)
    assert second.returncode == 9
    assert "in use" in second.stderr


def test_a_wrong_passphrase_is_said_with_its_own_code(on_a_line: Line, tmp_path) -> None:
    amber, _ = on_a_line("Amber", "Birch")
    wrong = tmp_path / "wrong"
    wrong.write_text("something else\n")
    wrong.chmod(0o600)
    refused = amber.run("serve", "--passphrase-file", str(wrong), ok=None)
    assert refused.returncode == 9
    assert "passphrase" in refused.stderr


def test_a_token_asked_twice_records_once_also_across_a_restart(on_a_line: Line) -> None:
    amber, _ = on_a_line("Amber", "Birch")
    amber.start()
    with amber.link() as link:
        first = link.ask(Send(messages=[Outgoing(text="once", token="t-1")] * 2), Sent)
    amber.kill()
    amber.start()
    with amber.link() as link:
        again = link.ask(Send(messages=[Outgoing(text="once", token="t-1")]), Sent)
    assert first.places[0] == first.places[1] == again.places[0]


def test_an_attachment_is_fetched_by_its_hash_and_receipted(on_a_line: Line, tmp_path) -> None:
    amber, birch = on_a_line("Amber", "Birch")
    amber.start()
    birch.start()
    file = tmp_path / "map.bin"
    file.write_bytes(bytes(range(256)) * 1000)
    amber.json("send", "The map.", "--attach", str(file), "--wait", "200")
    with amber.link() as link:
        from openline.console.channel.asking import Find, Found
        from openline.record.entry import BLOB_HELD

        found = link.ask(Find(kind=BLOB_HELD, theirs=True, wait_ms=HELD_MS), Found)
    assert len(found.entries) == 1
    birch.stop()
    store = SqliteStore(birch.store_path, read_only=True)
    held = store.blobs()
    assert store.blob_bytes(held[0].digest, 0, 1 << 20) == file.read_bytes()
    store.close()


def test_an_export_asked_over_the_channel_is_whole_while_messages_go_on(on_a_line: Line, tmp_path) -> None:
    amber, birch = on_a_line("Amber", "Birch")
    amber.start()
    birch.start()
    with amber.link() as link:
        posted = [link.post(Send(messages=[Outgoing(text=f"m{n}-{k}") for k in range(100)])) for n in range(20)]
        exported = link.ask(Export(path=str(tmp_path / "x")), Exported)
        for one in posted:
            link.collect(one, Sent)
    assert exported.entries >= 1
    amber.run("verify", str(tmp_path / "x"))
