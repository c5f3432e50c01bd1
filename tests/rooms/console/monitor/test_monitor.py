"""Monitoring: the worst that is found is told, numbers have no names, and a station that is gone is told as gone."""

from __future__ import annotations

import json
import re
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from openline.console.alarm.asking import AlarmRow, BoardRow, SoundRow
from openline.console.channel.asking import BearerStatus, PeerStatus, Status
from openline.console.home import Home
from openline.console.monitor import checking, looking, pages
from openline.console.monitor.checking import Verdict
from openline.console.monitor.looking import Look, Looking, look
from openline.console.monitor.pages import Pages
from openline.console.placing import Address
from openline.limits import STATION_LOST_AFTER_MS

GIB = 1024**3
NAME = "Birch \u202e| \x1b[2J"


def peer(state: str = "up", **more: object) -> PeerStatus:
    made = PeerStatus(1, NAME, state, 0, ["tls"], ours_held=7, ours=9, theirs=3, proved_age_ms=2_500)
    for name, value in more.items():
        setattr(made, name, value)
    return made


def alarm(name: str, kind: str, standing: str = "unacknowledged", priority: str = "HIGH") -> AlarmRow:
    return AlarmRow(name, kind, priority, standing, f"words of {NAME}", False, 0, 0, 0)


def seen(*alarms: AlarmRow, peers: tuple[PeerStatus, ...] = (peer(),), beat: int = 1, free: int = 9 * GIB) -> Look:
    bearer = BearerStatus(NAME, [NAME], 1, 1, 1, "full")
    status = Status("hotline", "ab", 0, NAME, "01", 5_000, 9_000, 12, list(peers), bearers=[bearer])
    board = BoardRow(list(alarms), "", beat, 9_000, 4, [0] * 24, SoundRow("armed", NAME, "heard", 0, NAME))
    return Look(status, board, "", 1000, free)


GONE = Look(None, None, "OL-603 nothing answers", 1000, 9 * GIB)


@pytest.mark.parametrize(
    ("found", "verdict", "why"),
    [
        (seen(), Verdict.OK, ""),
        (GONE, Verdict.CRITICAL, "does not answer"),
        (seen()._replace(stands_still=True), Verdict.CRITICAL, "stands still"),
        (seen(peers=(peer("silent"),)), Verdict.CRITICAL, "silent"),
        (seen(peers=(peer("our fault"),)), Verdict.CRITICAL, "our fault"),
        (seen(peers=(peer("degraded"),)), Verdict.WARNING, "degraded"),
        (seen(peers=(peer("suspended"),)), Verdict.WARNING, "suspended"),
        (seen(peers=(peer(disputed=True),)), Verdict.CRITICAL, "disputed"),
        (seen(peers=(peer(withheld=True),)), Verdict.WARNING, "no receipt"),
        (seen(alarm("disk", "disk")), Verdict.CRITICAL, "alarm disk"),
        (seen(alarm("disk", "disk", "acknowledged")), Verdict.CRITICAL, "alarm disk"),
        (seen(alarm("clock B", "clock", "acknowledged")), Verdict.WARNING, "alarm clock B"),
        (seen(alarm("clock B", "clock", "shelved")), Verdict.OK, ""),
        (seen(alarm("message 1/ab/4", "need")), Verdict.OK, ""),  # the watch's business; it is counted
        (seen(free=GIB - 1), Verdict.WARNING, "MiB free"),
        (seen(free=1), Verdict.CRITICAL, "0 MiB free"),
    ],
)
def test_the_worst_that_is_found_is_told(found: Look, verdict: Verdict, why: str) -> None:
    checked = checking.check(found)
    assert checked.verdict is verdict and (why in " ".join(checked.why)) and bool(checked.why) == bool(why)


def test_one_line_whatever_names_there_are() -> None:
    found = seen(alarm("disk", "disk"), alarm("message 1/ab/4", "need"), peers=(peer("silent"),))
    said = checking.in_a_line("hotline", checking.check(found))
    assert said.startswith("OPENLINE CRITICAL - hotline: ") and said.count("|") == 1 and "\n" not in said
    assert "\x1b" not in said and "\u202e" not in said
    data = said.partition(" | ")[2].split()
    assert all(re.fullmatch(r"[a-z_]+=\d+(B|ms)?", one) for one in data)
    assert {"not_held=2", "alarms=1", "messages_waiting=1", "alarms_hour=4", "parties_up=0"} <= set(data)


def test_a_station_that_is_not_there_is_told_as_gone(tmp_path: Path) -> None:
    found = look(Home(tmp_path).line("hotline"))
    assert found.status is None and "OL-603" in found.why


@contextmanager
def served(take: Callable[[], Look]) -> Iterator[str]:
    made = Pages(Address("127.0.0.1", 0), Looking(take))
    thread = threading.Thread(target=made.serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{made.port}"
    finally:
        made.close()
        thread.join()
        made.end()


def get(address: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(address) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_measures_have_numbers_and_fixed_words_and_no_name_of_anybody() -> None:
    found = seen(alarm(f"clock {NAME}", "clock"), alarm("message 1/ab/4", "need", "acknowledged", "TOP"))
    with served(lambda: found) as at:
        code, text = get(f"{at}/metrics")
    assert code == 200
    rows = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert rows["openline_up"] == rows["openline_ready"] == "1.0"
    assert rows['openline_party_state{party="1",state="up"}'] == "1.0"
    assert rows['openline_not_held_entries{party="1"}'] == "2.0"
    assert rows['openline_proof_age_seconds{party="1"}'] == "2.5"
    assert rows['openline_alarms{kind="need",priority="top"}'] == "1.0"
    assert rows["openline_alarms_ringing"] == "1.0" and rows['openline_bearer_up{bearer="0"}'] == "1.0"
    assert "Birch" not in text and "1/ab/4" not in text and "hotline" not in text and "words of" not in text
    labels = {value for line in rows for value in re.findall(r'="([^"]*)"', line)}
    assert all(re.fullmatch(r"[a-z0-9 ]+", one) for one in labels)


def test_health_and_readiness_are_two_things() -> None:
    stands = {"now": seen(alarm("disk", "disk"))}
    with served(lambda: stands["now"]) as at:
        assert get(f"{at}/healthz")[0] == 200
        code, said = get(f"{at}/readyz")
        assert code == 503 and json.loads(said) == {"ok": False, "why": ["the disk takes no writes"]}
        assert get(f"{at}/else")[0] == 404
    with served(lambda: GONE) as at:
        assert get(f"{at}/healthz")[0] == get(f"{at}/readyz")[0] == 503
        assert "openline_up 0.0" in get(f"{at}/metrics")[1]


def test_a_beat_that_does_not_move_is_no_health(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1_000]
    monkeypatch.setattr(looking, "counted_ms", lambda: clock[0])
    beats = [1]
    over = Looking(lambda: seen(beat=beats[0]))
    assert not over.now().stands_still
    clock[0] += STATION_LOST_AFTER_MS
    assert over.now().stands_still and not pages.is_healthy(over.now())
    beats[0], clock[0] = 2, clock[0] + looking.AS_GOOD_AS_NEW_MS
    assert not over.now().stands_still


def test_a_station_is_not_asked_twice_within_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, asked = [1_000], []
    monkeypatch.setattr(looking, "counted_ms", lambda: clock[0])

    def take() -> Look:
        asked.append(1)
        return seen()

    over = Looking(take)
    for _ in range(50):
        over.now()
    assert len(asked) == 1


def test_who_asks_and_says_nothing_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    with served(seen) as at:
        port = int(at.rpartition(":")[2])
        silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(pages.ASKERS_MAX - 1)]
        try:
            assert get(f"{at}/healthz")[0] == 200
        finally:
            for one in silent:
                one.close()
