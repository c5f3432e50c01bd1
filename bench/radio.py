"""Figures of slow, cut and idle lines: real stations, our relay between them, and bytes counted there.

Rates and delays are those of the relay, in real time, except where a clock is said to run faster.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from bench.air import LATENCY_MS, Air, bytes_of, on_air, settled
from bench.letters import ENGLISH, RUSSIAN
from bench.machine import Machine, peak_mb
from bench.pair import Clock, Homes, Party, body_of, free_port, running
from bench.table import Sample
from bench.traffic import Sizes, queue
from openline.console.channel.asking import (
    AskStatus,
    Find,
    Found,
    Outgoing,
    Send,
    Sent,
    Shown,
    Status,
    Waited,
    WaitHeld,
)
from openline.console.channel.link import ControlLink
from openline.console.demo.relay import Relay
from openline.console.demo.weather import Weather
from openline.console.dictionaries import SHIPPED, shipped
from openline.limits import HAIL_EVERY_MS
from openline.record.entry import LINK_ANSWER, LINK_TEST, MESSAGE
from openline.wire.codec import code_body

Say = Callable[[str], None]
Measured = dict[str, list[Sample]]
DAY_MS: Final = 86_400_000
WITHIN_MS: Final = 60_000
LINES_PROMISED: Final = 100
IDLE_S: Final = 30
IDLE_FACTOR: Final = 60  # at 240 what this machine takes to wake a process was seconds of theirs, and was repeated for
SLOW_MS: Final = 240_000
MESSAGE_BYTES: Final = 125  # what the promise allows beside the compressed body
RECEIPT_BYTES: Final = 110
LETTER_BYTES: Final = 100_000
LETTER_UNDER_WAY_BYTES: Final = 300  # eight seconds of it are out: the rest of it waits
FLASH: Final = "Aircraft of ours, one, no crew, without control near the barrier since 0312. It is unarmed: hold fire."


def ratios(homes: Homes, rate: int, say: Say) -> Measured:
    """A message and its receipt, beside the bits that both need."""
    measured: Measured = {}
    with on_air(homes, rate) as air, air.ours.link() as link:
        for language, text in (("en", ENGLISH), ("ru", RUSSIAN)):
            message = Outgoing(text=text, language=language)
            before = air.relay.count()
            begun = time.monotonic()
            assert link.ask(Send(messages=[message], within_ms=SLOW_MS), Sent, 2 * SLOW_MS).held
            seconds = time.monotonic() - begun
            after = air.relay.count()
            least_s = (coded_bytes(message) + MESSAGE_BYTES + RECEIPT_BYTES) * 8 / rate + 2 * LATENCY_MS / 1000
            there = after.there.bytes_in - before.there.bytes_in
            back = after.back.bytes_in - before.back.bytes_in
            say(f"{rate} bit/s, {language}: {seconds:.2f} s, {least_s:.2f} at least; body of {coded_bytes(message)} "
                f"bytes as coded; {there} bytes there and {back} back at the relay")
            measured[f"radio_{rate}_{language}_ratio"] = [Sample(seconds / least_s, 1.0)]
            settled(air.relay)
    return measured


def coded_bytes(message: Outgoing) -> int:
    """The body as it goes over a slow bearer."""
    return len(code_body(body_of(message), True, {SHIPPED: shipped()})[1])


def overtaking(homes: Homes, say: Say) -> Measured:
    """A letter of 100 kB is under way; then a FLASH. It counts when the other station shows it to its officers."""
    rate = 300
    draw = random.Random(5)  # dull to read, and does not compress to nothing
    words = [word.strip(".,:;") for word in RUSSIAN.split()]
    letter = ""
    while len(letter.encode()) < LETTER_BYTES:
        letter += f"{draw.choice(words)} "
    flash = Outgoing(text=FLASH, language="en", precedence="FLASH")
    with on_air(homes, rate) as air, air.ours.link() as link:
        link.ask(Send(messages=[Outgoing(text=letter, language="ru")]), Sent)
        while air.relay.count().there.bytes_out < LETTER_UNDER_WAY_BYTES:
            time.sleep(0.2)
        begun = time.monotonic()
        link.ask(Send(messages=[flash]), Sent)
        seconds = _shown_after(air, flash.text, begun)
        waited_ms = air.relay.count().there.waited_ms_max
    own_s = (coded_bytes(flash) + MESSAGE_BYTES) * 8 / rate + LATENCY_MS / 1000
    say(f"overtaking: FLASH shown after {seconds:.2f} s, its own bits take {own_s:.2f} (missing hashes not counted); "
        f"the letter is {len(letter.encode())} bytes; at most {waited_ms} ms waited in the modem")
    return {"flash_overtake_extra_s": [Sample(seconds - own_s, 1.0)]}


def _shown_after(air: Air, text: str, begun: float) -> float:
    with air.theirs.link() as link:
        while not any(entry.text == text for entry in _messages(link)):
            assert time.monotonic() - begun < SLOW_MS / 1000, "it never came"
            time.sleep(0.05)
    return time.monotonic() - begun


def _messages(link: ControlLink) -> list[Shown]:
    found = link.ask(Find(kind=MESSAGE, theirs=True, count=50), Found)
    return [*found.entries, *found.ahead]


def failover(homes: Homes, say: Say) -> Measured:
    """The best road is cut and says nothing; what is then sent must be held over the other."""
    ours, theirs = homes.pair()
    near, far = (("127.0.0.1", free_port()) for _ in (ours, theirs))
    with contextlib.ExitStack() as stack:
        tls = stack.enter_context(Relay("tcp", to=("127.0.0.1", theirs.port)))
        udp = stack.enter_context(Relay("udp", there=Weather(delay_ms=50), to=far, near_is=near))
        ours.settle({theirs.name: tls.near[1]}, _udp(near, udp.near))
        theirs.settle({}, _udp(far, udp.far))
        stack.enter_context(running(ours, theirs))
        link = stack.enter_context(ours.link())
        first = [Outgoing(text=f"before the cut, {number}") for number in range(20)]
        assert link.ask(Send(messages=first, within_ms=SLOW_MS), Sent, 2 * SLOW_MS).held
        time.sleep(3 * HAIL_EVERY_MS / 1000)  # both roads are known to be alive
        tls.cut()
        begun = time.monotonic()
        sent = link.ask(Send(messages=[Outgoing(text="after the cut")], within_ms=SLOW_MS), Sent, 2 * SLOW_MS)
        seconds = time.monotonic() - begun
        assert sent.held
        with theirs.link() as other:
            texts = [entry.text for entry in _messages(other)]
        assert sorted(texts) == sorted([*(one.text for one in first), "after the cut"]), "one is lost, or there twice"
    say(f"failover: held {seconds:.2f} s after the best road was cut without notice; {len(texts)} messages, none lost")
    return {"failover_hail_periods": [Sample(seconds * 1000 / HAIL_EVERY_MS, 1.0)]}


def _udp(listen: tuple[str, int], to: Sequence[Any]) -> str:
    return (f'kind = "udp"\nname = "other"\nlisten = "{listen[0]}:{listen[1]}"\naddress = "{to[0]}:{to[1]}"\n'
            f"latency_ms = 50\ncost = 10")  # fmt: skip


def idle_300(homes: Homes, sizes: Sizes, say: Say) -> Measured:
    """Hours in which nobody writes: all bytes of both ways, by clocks that run `IDLE_FACTOR` times as fast. The line
    is tested every hour and each test is answered."""
    with on_air(homes, 300, Clock(IDLE_FACTOR, time.time_ns())) as air:
        time.sleep(3600 / IDLE_FACTOR)
        begun, before = time.monotonic(), bytes_of(air.relay.count())
        time.sleep(sizes.idle_hours * 3600 / IDLE_FACTOR)
        spent = bytes_of(air.relay.count()) - before
        bits = spent * 8 / ((time.monotonic() - begun) * IDLE_FACTOR)
        with air.ours.link() as link:
            tests, answers = (len(link.ask(Find(kind=kind), Found).entries) for kind in (LINK_TEST, LINK_ANSWER))
    assert answers >= sizes.idle_hours, "without its tests the line costs less than it will"
    say(f"idle at 300 bit/s: {spent} bytes in {sizes.idle_hours} hours, both ways; {tests} tests and {answers} answers "
        f"in all; clocks {IDLE_FACTOR} times as fast")
    return {"idle_300_bps": [Sample(bits, 1.0)]}


def catchup(homes: Homes, now: Machine, say: Say) -> Measured:
    """Queued while the other side is away; both clocks are two days later when it comes back, with a new life."""
    count = 1_000
    ours, theirs = homes.pair()
    with running(ours, theirs):
        theirs.stop()
        with ours.link() as link:
            places = queue(link, count)
        ours.stop()
        later = Clock(since_ns=time.time_ns(), ahead_ms=2 * DAY_MS)
        ours.start(later)
        with ours.link() as link:
            theirs.start(later)
            assert link.ask(WaitHeld(places=places, within_ms=WITHIN_MS), Waited, 2 * WITHIN_MS).held
            held_at_ms = time.time() * 1000 + later.ahead_ms
        with theirs.link() as link:
            seconds = (held_at_ms - link.ask(AskStatus(), Status).started_at_ms) / 1000
    say(f"catch-up after two days: {count} messages held {seconds:.2f} s after the station that was away lived again")
    return {"catchup_1k_s": [Sample(seconds, count / now.messages_per_s)]}


def idle_lines(homes: Homes, sizes: Sizes, say: Say) -> Measured:
    """One process at either side serves all lines between them, which are up and say nothing but hails."""
    parties = homes.several(sizes.idle_lines)
    with running(*parties):
        time.sleep(IDLE_S)
        begun, before = time.monotonic(), [party.cpu_ns() for party in parties]
        time.sleep(IDLE_S)
        spent_s = (sum(party.cpu_ns() for party in parties) - sum(before)) / 2e9
        percent = spent_s / (time.monotonic() - begun) / sizes.idle_lines * LINES_PROMISED * 100
        wakes = _wakes_a_second(parties[0])
        memory = peak_mb(parties[0].status_text())
    say(f"idle: {sizes.idle_lines} lines in one process, {IDLE_S} s: {percent / LINES_PROMISED:.4f} % of a core for "
        f"each, all threads, the mean of both sides; {wakes:.1f} wake-ups a second, {memory:.0f} MB at most")
    return {"idle_100_lines_cpu_percent": [Sample(percent, 1.0)]}


def _wakes_a_second(party: Party) -> float:
    def count() -> int:
        rows = dict(row.split(":\t") for row in party.status_text().splitlines() if ":\t" in row)
        return int(rows["voluntary_ctxt_switches"])

    before = count()
    time.sleep(10)
    return (count() - before) / 10
