"""The control channel: two programs on one machine, one JSON object a line, and no bytes that break it."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest

from openline.console.channel import asking
from openline.console.channel.control import bind
from openline.console.channel.link import ControlLink
from openline.console.codes import Told
from openline.errors import Refused
from tests.rooms.console.conftest import Door


def raw(path: Path, data: bytes, count: int) -> list[dict[str, object]]:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(str(path))
        sock.sendall(data)
        with sock.makefile("rb") as answers:
            return [json.loads(answers.readline()) for _ in range(count)]


def test_a_batch_is_recorded_in_order_and_answered_with_places(door: Door) -> None:
    with ControlLink.open(door.path) as link:
        sent = link.ask(asking.Send(messages=[asking.Outgoing(text=str(i)) for i in range(5)]), asking.Sent)
    assert [place.index for place in sent.places] == [0, 1, 2, 3, 4]
    assert [message.text for message in door.operations.messages] == ["0", "1", "2", "3", "4"]


def test_many_batches_under_way_are_each_answered_once(door: Door) -> None:
    with ControlLink.open(door.path) as link:
        ids = [link.post(asking.Send(messages=[asking.Outgoing(text="x" * 600)] * 50)) for _ in range(200)]
        places = [place for number in reversed(ids) for place in link.collect(number, asking.Sent).places]
    assert sorted(place.index for place in places) == list(range(10_000))


def test_a_slow_request_does_not_hold_up_the_next(door: Door) -> None:
    with ControlLink.open(door.path) as link:
        waiting = link.post(asking.WaitHeld(places=[], within_ms=60_000))
        assert link.ask(asking.Show(position=1), asking.Shown).position == 1
        door.operations.let_go()
        assert link.collect(waiting, asking.Waited).held


def test_the_station_refuses_with_its_stable_code(door: Door) -> None:
    door.operations.refusal = Refused("more than 64 offices")
    with ControlLink.open(door.path) as link, pytest.raises(Told, match="64 offices") as told:
        link.ask(asking.Send(messages=[]), asking.Sent)
    assert told.value.code == "OL-401"


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"7",
        b'{"op":"fly"}',
        b'{"op":"send"}',
        b'{"op":"send","messages":[{"text":7}]}',
        b'{"op":"send","messages":[{"text":"x","colour":"red"}]}',
        b'{"op":"show","position":1,"surprise":true}',
        b'{"op":"status","id":"seven"}',
        b'{"op":"status","id":1.5}',
        b"\xff\xfe",
        b"[" * 50_000,
    ],
    ids=lambda line: line[:40],
)
def test_a_line_that_cannot_be_read_is_answered_and_the_next_good_one_taken(door: Door, line: bytes) -> None:
    bad, good = raw(door.path, line + b'\n{"op":"show","id":9,"position":1}\n', 2)
    assert bad["error"]["code"] == "OL-201"  # type: ignore[index]
    assert good["id"] == 9 and "ok" in good


def test_the_answer_to_a_bad_request_still_names_it(door: Door) -> None:
    (bad,) = raw(door.path, b'{"op":"fly","id":12}\n', 1)
    assert bad["id"] == 12


def test_a_line_without_end_closes_that_connection_only(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "CONTROL_LINE_BYTES_MAX", 1000)
    (bad,) = raw(door.path, b"x" * 2000, 1)
    assert "without end" in bad["error"]["detail"]  # type: ignore[index]
    with ControlLink.open(door.path) as link:
        assert link.ask(asking.Show(position=1), asking.Shown).position == 1


def test_a_fault_in_the_station_is_answered_as_one(door: Door) -> None:
    door.operations.refusal = ZeroDivisionError("a bug")
    (bad,) = raw(door.path, b'{"op":"send","id":1,"messages":[]}\n', 1)
    assert bad["error"]["code"] == "OL-101"  # type: ignore[index]


def test_nobody_else_on_this_machine_may_open_the_socket(door: Door) -> None:
    assert door.path.stat().st_mode & 0o777 == 0o600


def test_without_a_station_the_command_says_so(tmp_path: Path) -> None:
    with pytest.raises(Told) as told:
        ControlLink.open(tmp_path / "control.sock")
    assert told.value.code == "OL-603"


def test_a_second_station_does_not_take_over_a_running_ones_socket(door: Door) -> None:
    with pytest.raises(Told) as told:
        bind(door.path)
    assert told.value.code == "OL-703" and door.path.exists()


def test_an_abandoned_socket_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    bind(path).close()
    assert path.exists()
    bind(path).close()


def test_a_home_with_a_very_long_path_has_a_control_channel_too(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30) / ("er" * 60)
    folder.mkdir(parents=True)
    assert len(os.fsencode(folder)) > 108
    door = Door(folder / "control.sock")
    try:
        with ControlLink.open(door.path) as link:
            assert link.ask(asking.Show(position=1), asking.Shown).position == 1
    finally:
        door.close()


def test_a_station_that_ends_leaves_the_outcome_unknown(tmp_path: Path) -> None:
    door = Door(tmp_path / "control.sock")
    with ControlLink.open(door.path) as link:
        waiting = link.post(asking.WaitHeld(places=[], within_ms=60_000))
        link.ask(asking.Show(position=1), asking.Shown)
        door.operations.never = True
        door.close()
        with pytest.raises(Told) as told:
            link.collect(waiting, asking.Waited, 10_000)
    assert told.value.code == "OL-104"
    assert not door.path.exists()


