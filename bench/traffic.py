"""Figures of two stations at work: a lone message, many at once, bytes on the wire, and a side that was away."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from bench import machine
from bench.floor import Floor, parts
from bench.machine import BATCH, Machine
from bench.pair import Homes, body_of, message, peer_of, running
from bench.relay import Carried, Relay
from bench.table import Sample, as_parts
from openline.console.channel.asking import AskStatus, Export, Exported, Place, Send, Sent, Status, Waited, WaitHeld
from openline.console.channel.link import ControlLink

WITHIN_MS = 60_000
UNDER_WAY = 8  # requests of BATCH messages each that the load generator keeps waiting for receipts
WARM_UP = 30
_SIGNATURE_AND_TAG = 64 + 16

Say = Callable[[str], None]


class Sizes(NamedTuple):
    """How much of everything. Figures of a quick run are for those who develop, not for promises."""

    lone: int
    sustained: int
    before_overhead: int
    catchup: int
    million: int
    idle_lines: int
    idle_hours: int
    desk_messages: int


WHOLE = Sizes(
    lone=300, sustained=100_000, before_overhead=20_000, catchup=10_000, million=1_000_000, idle_lines=100,
    idle_hours=4, desk_messages=100_000,
)
QUICK = Sizes(
    lone=100, sustained=20_000, before_overhead=2_000, catchup=10_000, million=30_000, idle_lines=10, idle_hours=2,
    desk_messages=5_000,
)


def lone(homes: Homes, sizes: Sizes, say: Say) -> dict[str, list[Sample]]:
    """One message after the other, each from asking until the answer that its receipt is verified."""
    ours, theirs = homes.pair()
    with running(ours, theirs), ours.link() as link, Floor(homes.folder) as floor:
        for number in range(WARM_UP):
            _send_lone(link, number)
        spans = []
        for number in range(sizes.lone):
            spans.append(_send_lone(link, number))
            peer_of(link)  # answered when our station is at rest: what it still does must not stand in the floor's way
            floor.walk()
    spans.sort()
    walk, p50 = floor.median(), statistics.median(spans)
    say(f"lone: p50 {p50:.2f} ms, p90 {spans[len(spans) * 9 // 10]:.2f}, best {spans[0]:.2f}; the floor between them:\n"
        + as_parts(parts(walk)))
    floor_ms = walk.whole * 1000
    return {"lone_p50_ms": [Sample(p50, floor_ms)], "lone_p50_ratio": [Sample(p50 / floor_ms, 1.0)]}


def _send_lone(link: ControlLink, number: int) -> float:
    """Milliseconds from asking until the answer that their receipt is verified."""
    ask = Send(messages=[message(number)], within_ms=WITHIN_MS)
    begun = time.perf_counter()
    sent = link.ask(ask, Sent)
    spent = (time.perf_counter() - begun) * 1000
    assert sent.held
    return spent


def sustained(homes: Homes, sizes: Sizes, now: Machine, say: Say) -> dict[str, list[Sample]]:
    """As many as two stations carry. What counts is what `openline verify` finds receipted in the other's export."""
    ours, theirs = homes.pair()
    path = homes.folder / f"{ours.home.parent.name}.export"
    with running(ours, theirs):
        with ours.link() as link:
            used = [ours.cpu_s(), theirs.cpu_s(), time.process_time()]
            seconds = send_many(link, sizes.sustained)
            spent = [ours.cpu_s(), theirs.cpu_s(), time.process_time()]
        with theirs.link() as link:
            begun = time.perf_counter()
            exported = link.ask(Export(path=str(path)), Exported, 10 * WITHIN_MS)
            export_s = time.perf_counter() - begun
    begun = time.perf_counter()
    verdict = verify(path)
    verify_s = time.perf_counter() - begun
    found, signatures = _receipted(verdict, 0), int(str(verdict["signatures"]))
    rate = min(found, sizes.sustained) / seconds
    say(f"sustained: {found} messages verified as receipted, {seconds:.2f} s; export of {exported.entries} entries "
        f"{export_s:.1f} s, {exported.bytes / 1e6:.0f} MB; verify {verify_s:.2f} s, {signatures} signatures")
    each = [f"{(after - before) / sizes.sustained * 1e6:.0f}" for before, after in zip(used, spent, strict=True)]
    say(f"sustained: us of a core a message: {each[0]} ours, {each[1]} theirs, {each[2]} the load generator")
    path.unlink()
    least_s = (signatures * now.check_s + exported.entries * now.hashes_s) / machine.CORES
    scale = 100_000 / sizes.sustained
    return {"sustained_msgs_per_s": [Sample(rate, now.messages_per_s)],
            "verify_100k_s": [Sample(verify_s * scale, least_s * scale)]}  # fmt: skip


def send_many(link: ControlLink, count: int) -> float:
    """Send in batches, a few of them under way; seconds until the last receipt. The load shares the two cores."""
    begun = time.perf_counter()
    waiting: deque[int] = deque()
    for first in range(0, count, BATCH):
        batch = [message(number) for number in range(first, min(first + BATCH, count))]
        waiting.append(link.post(Send(messages=batch, within_ms=WITHIN_MS)))
        if len(waiting) >= UNDER_WAY:
            assert link.collect(waiting.popleft(), Sent, WITHIN_MS).held
    for one in waiting:
        assert link.collect(one, Sent, WITHIN_MS).held
    return time.perf_counter() - begun


def verify(path: Path) -> dict[str, object]:
    """`openline verify` in a process of its own."""
    command = [sys.executable, "-m", "openline", "verify", str(path), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    verdict: dict[str, object] = json.loads(done.stdout)
    return verdict


def _receipted(verdict: dict[str, object], author: int) -> int:
    """Messages of `author` that a verified receipt of the other party covers; a log's first entry is its opening."""
    logs = verdict["logs"]
    assert isinstance(logs, list)
    return sum(log["held"].get(str(1 - author), 1) - 1 for log in logs if log["log"].startswith(f"{author}/"))


def overhead(homes: Homes, sizes: Sizes, say: Say) -> dict[str, list[Sample]]:
    """Bytes of lone messages and their receipts, counted by a relay between the two sockets, without padding; what
    padding adds, as it is on a network unless officers say otherwise, is told beside it."""
    messages, receipts = _lone_frames(homes, sizes.before_overhead, padding=False)
    beyond = [carried.frame_bytes - body for carried, body in messages]
    _say_bytes(say, messages[0], receipts[0], sizes)
    padded, answers = _lone_frames(homes, sizes.before_overhead, padding=True)
    say(f"overhead: with padding, as it is on a network unless set otherwise, frames of {padded[0][0].frame_bytes} and "
        f"{answers[0].frame_bytes}: {padded[0][0].frame_bytes - messages[0][0].frame_bytes} and "
        f"{answers[0].frame_bytes - receipts[0].frame_bytes} more; the figures below are without it")
    return {"overhead_message_bytes": [Sample(statistics.median(beyond), _SIGNATURE_AND_TAG)],
            "overhead_receipt_bytes": [Sample(statistics.median([one.frame_bytes for one in receipts]),
                                              _SIGNATURE_AND_TAG)]}  # fmt: skip


def _lone_frames(homes: Homes, before: int, *, padding: bool) -> tuple[list[tuple[Carried, int]], list[Carried]]:
    """Lone messages with the length of their body, and their receipts."""
    ours, theirs = homes.pair()
    messages, receipts = [], []
    with Relay(theirs.port) as relay:
        ours.settle({theirs.name: relay.port}, padding=padding)
        theirs.settle({}, padding=padding)
        with running(ours, theirs), ours.link() as link:
            send_many(link, before)  # so that sizes and indices are as long as on a line in use
            for number in range(40):
                time.sleep(0.02)
                there, back = len(relay.there), len(relay.back)
                ask = message(number)
                assert link.ask(Send(messages=[ask], within_ms=WITHIN_MS), Sent).held
                if len(relay.there) - there == len(relay.back) - back == 1:  # no hail or grant between them
                    messages.append((relay.there[-1], len(body_of(ask))))
                    receipts.append(relay.back[-1])
    return messages, receipts


def _say_bytes(say: Say, sent: tuple[Carried, int], receipt: Carried, sizes: Sizes) -> None:
    carried, body = sent
    say(f"overhead: after {sizes.before_overhead} messages a body of {body} bytes (raw, as on any broad bearer) "
        f"went in a frame of {carried.frame_bytes} and {carried.wire_bytes} bytes of TLS; its receipt in a frame of "
        f"{receipt.frame_bytes} and {receipt.wire_bytes} bytes of TLS; frames with their marks and checks, no padding")


def catchup(homes: Homes, sizes: Sizes, now: Machine, say: Say) -> dict[str, list[Sample]]:
    """Queued while the other side is down; from the start of its new life (no hail is earlier) until all are held."""
    ours, theirs = homes.pair()
    with running(ours, theirs):
        theirs.stop()
        with ours.link() as link:
            places = queue(link, sizes.catchup)
            theirs.start()
            assert link.ask(WaitHeld(places=places, within_ms=WITHIN_MS), Waited, 2 * WITHIN_MS).held
            held_at = time.time()
        with theirs.link() as link:
            seconds = held_at - link.ask(AskStatus(), Status).started_at_ms / 1000
    say(f"catch-up: {sizes.catchup} messages held {seconds:.2f} s after the station that was away began to live again")
    return {"catchup_10k_s": [Sample(seconds, sizes.catchup / now.messages_per_s)]}


def queue(link: ControlLink, count: int) -> list[Place]:
    """Record so many messages without waiting; the places to wait for."""
    places: list[Place] = []
    for first in range(0, count, BATCH):
        batch = [message(number) for number in range(first, min(first + BATCH, count))]
        places += link.ask(Send(messages=batch), Sent).places[-1:]
    return places
