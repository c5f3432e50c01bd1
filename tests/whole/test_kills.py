"""kill -9 of either station in the middle of a replay: nothing lost, nothing doubled, and the export verifies."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from openline.console.channel.asking import Outgoing, Send, Sent, Waited, WaitHeld
from openline.console.codes import Told
from openline.record.body import parse_message
from openline.record.entry import MESSAGE, parse_header
from openline.record.evidence.export import Entry, LogStart, read_export
from openline.store.sqlite import SqliteStore
from tests.whole.parties import HELD_MS, Desk

pytestmark = pytest.mark.whole
Line = Callable[..., list[Desk]]
BATCH = 40
REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "kennedy-khrushchev-1962.jsonl"


def texts_to_send() -> list[str]:
    """The published letters of 1962 where they lie beside the project, else letters of the same lengths."""
    if REFERENCE.exists():
        return [json.loads(line)["text"] for line in REFERENCE.read_text().splitlines()]
    return [f"letter {n} " + "word " * length for n, length in enumerate((30, 3000, 200, 900, 1500, 60, 2400))]


def numbered(round_: int, side: str, letters: list[str]) -> list[Outgoing]:
    rows = []
    for n in range(BATCH):
        name = f"{side}-{round_}-{n}"
        rows.append(Outgoing(text=f"[{name}] {letters[n % len(letters)]}", token=name))
    return rows


def unreceipted(desk: Desk) -> int:
    """Entries of the killed station's own logs that no receipt covered at that instant."""
    store = SqliteStore(desk.store_path, read_only=True)
    me = {"Amber": 0, "Birch": 1}[desk.name]
    count = 0
    for row in store.logs():
        if row.log.party == me:
            newest = max((one.size for one in store.newest_receipts(row.log)), default=0)
            count += row.size - newest
    store.close()
    return count


def send_and_kill(victim: Desk, other: Desk, messages: list[Outgoing], rng: random.Random) -> None:
    """Post messages to both stations, and kill the victim the moment it says that some of its own are recorded."""
    links = {desk.name: desk.link() for desk in (victim, other)}
    posted = []
    for n, message in enumerate(messages[: rng.randrange(BATCH // 2, BATCH)]):
        side = victim if n % 3 else other
        number = links[side.name].post(Send(messages=[message]))
        if side is victim:
            posted.append(number)
    links[victim.name].collect(posted[rng.randrange(len(posted))], Sent)
    victim.kill()
    for link in links.values():
        link.close()


def resend(desk: Desk, messages: list[Outgoing]) -> list[object]:
    """Ask again under the same tokens: whatever was recorded is not recorded twice."""
    with desk.link() as link:
        return list(link.ask(Send(messages=messages), Sent).places)


def kill_rounds(desks: list[Desk], rounds: int, seed: int) -> tuple[set[str], int, int]:
    """Returns the names sent, how many kills had unreceipted entries, how often Birch was hit."""
    rng = random.Random(seed)
    letters = texts_to_send()
    names: set[str] = set()
    open_kills = hit_second = 0
    for round_ in range(rounds):
        victim, other = (desks[0], desks[1]) if round_ % 2 == 0 else (desks[1], desks[0])
        hit_second += victim is desks[1]
        messages = numbered(round_, victim.name, letters)
        send_and_kill(victim, other, messages, rng)
        open_kills += unreceipted(victim) > 0
        victim.start()
        for side in (victim, other):
            mine = [m for n, m in enumerate(messages) if (n % 3 != 0) == (side is victim)]
            places = resend(side, mine)
            names |= {m.token or "" for m in mine}
            with side.link() as link:
                waited = link.ask(WaitHeld(places=places, within_ms=HELD_MS), Waited)  # type: ignore[arg-type]
                assert waited.held, f"round {round_}: {side.name} lacks receipts"
    return names, open_kills, hit_second


def messages_in(export: Path) -> list[str]:
    found = []
    with export.open("rb") as file:
        for item in read_export(iter(lambda: file.read(1 << 20), b"")):
            if isinstance(item, Entry) and item.body is not None and parse_header(item.header).kind == MESSAGE:
                found.append(parse_message(item.body).text)
            assert not isinstance(item, LogStart) or item.size > 0
    return found


def check_after_kills(desks: list[Desk], folder: Path, names: set[str]) -> None:
    for desk in desks:
        export = folder / f"{desk.name}.export"
        desk.run("export", str(export))
        desk.run("verify", str(export))
        got = [text[1 : text.index("]")] for text in messages_in(export)]
        assert len(got) == len(set(got)), "a message stands twice"
        assert set(got) == names, "a message is lost or was never sent"


def test_a_few_kills_of_either_station_lose_and_double_nothing(on_a_line: Line, tmp_path: Path) -> None:
    desks = on_a_line("Amber", "Birch")
    for desk in desks:
        desk.start()
    names, open_kills, _ = kill_rounds(desks, 6, seed=6)
    assert open_kills >= 1
    check_after_kills(desks, tmp_path, names)


@pytest.mark.acceptance
def test_fifty_kills_of_either_station_lose_and_double_nothing(on_a_line: Line, tmp_path: Path) -> None:
    desks = on_a_line("Amber", "Birch")
    for desk in desks:
        desk.start()
    names, open_kills, hit_second = kill_rounds(desks, 50, seed=50)
    print(f"50 kills, {hit_second} of the second station, {open_kills} with unreceipted entries, {len(names)} messages")
    assert hit_second == 25
    assert open_kills >= 40
    check_after_kills(desks, tmp_path, names)


def test_a_kill_before_anything_was_said_does_no_harm(on_a_line: Line) -> None:
    amber, birch = on_a_line("Amber", "Birch")
    amber.start()
    birch.start()
    birch.kill()
    amber.json("send", "while you were away")
    birch.start()
    with pytest.raises(Told), amber.link() as link:
        link.ask(Send(messages=[]), Sent)  # an empty batch is refused, the station goes on
    assert amber.json("send", "and now", "--wait", "200")["held"]
