"""The second demonstration: a line whose only road is a modem of 300 bit/s, a long letter on it, and a FLASH.

Rate and delay are real: a relay of our own joins two serial devices and lets nothing through faster. What is scaled is
the letter: 100 kB would hold the road for up to three quarters of an hour, this one holds it for about a minute.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Final

from openline.console.channel.asking import Find, Found, Outgoing, Place, Send, Sent, Show, Shown, Waited, WaitHeld
from openline.console.demo.play import open_line
from openline.console.demo.relay import Relay
from openline.console.demo.staging import LINE, Broken, Side, Stage
from openline.console.demo.telling import Telling
from openline.console.demo.weather import Weather
from openline.console.home import write_whole
from openline.record.entry import MESSAGE

BITS_PER_SECOND: Final = 300
LATENCY_MS: Final = 500
SITES: Final = 140
FLASH: Final = "An aircraft of ours, no crew, is out of control near the barrier since 0312. It is unarmed: hold fire."
BANNER: Final = "A DEMONSTRATION: parties, sites and incident are made up"
STILL_S: Final = 4.0
LOOK_EVERY_S: Final = 0.1
TELL_EVERY_S: Final = 10.0
WITHIN_S: Final = 240.0


def letter() -> str:
    """A declaration of made-up holdings, the same every time: figures, so that it compresses as such letters do."""
    draw = random.Random("openline radio")  # noqa: S311  no secret: the same letter every time
    rows = [
        f"{number:03}  {draw.choice(('north', 'south', 'east', 'west'))} sector  launchers {draw.randrange(10)}  "
        f"vehicles {draw.randrange(200)}  last inspected {draw.randrange(1, 29):02}/{draw.randrange(1, 13):02}"
        for number in range(1, SITES + 1)
    ]
    return "\n".join(["Declaration of holdings by site, made up for this demonstration.", *rows])


class RadioDemo:
    """One performance."""

    def __init__(self, stage: Stage, telling: Telling) -> None:
        self._stage = stage
        self._tell = telling
        self._a = stage.add("a", "Aurora")
        self._b = stage.add("b", "Borealis")

    def play(self) -> None:
        """The whole of it. Raises Broken, or what the program raised, when anything goes wrong."""
        self._tell.heading("OPENLINE  over a modem of 300 bit/s", BANNER, (
            f"Two stations, each with one serial device. Between the devices a relay lets {BITS_PER_SECOND} bits a "
            f"second through each way, {LATENCY_MS} ms late. That is real time, on this machine.",
            "The letter is what is scaled: 100 kB that do not compress would hold this road for 45 minutes; this one, "
            f"{len(letter())} bytes that compress well, holds it for about a minute.",
        ))  # fmt: skip
        open_line(self._stage, self._tell, f"--banner=en={BANNER}")
        weather = Weather(bits_per_second=BITS_PER_SECOND, delay_ms=LATENCY_MS)
        with Relay("pty", there=weather) as relay:
            self._start(relay)
            self._overtake(relay)
        self._judge()

    def _start(self, relay: Relay) -> None:
        self._tell.chapter("Two stations start: no network at all, a serial device for each")
        for side, device in ((self._a, relay.near), (self._b, relay.far)):
            settings = (
                f"[lines.{LINE}]\ntest_every_s = 0\n"
                f'[[lines.{LINE}.bearer]]\nkind = "serial"\nname = "radio"\ndevice = "{device}"\n'
                f'bits_per_second = {BITS_PER_SECOND}\nlatency_ms = {LATENCY_MS}\nduplex = "full"\n'
            )
            write_whole(side.home.config, settings.encode())
            self._stage.start(side)
            self._tell.step(f"{side.name} is up on {device}")
        seconds = self._until_still(relay)
        counted = relay.count()
        passed = counted.there.bytes_in + counted.back.bytes_in
        self._tell.step(f"they greet each other: {passed} bytes in {seconds:.0f} s; now hails are minutes apart")

    def _until_still(self, relay: Relay) -> float:
        begun = since = time.monotonic()
        known = -1
        while time.monotonic() - since < STILL_S:
            if time.monotonic() - begun > WITHIN_S:
                raise Broken("the stations never stop greeting each other")
            counted = relay.count()
            if (passed := counted.there.bytes_in + counted.back.bytes_in) != known:
                known, since = passed, time.monotonic()
            time.sleep(LOOK_EVERY_S)
        return since - begun

    # --- the letter and the FLASH

    def _overtake(self, relay: Relay) -> None:
        a, b = self._a, self._b
        text = letter()
        self._tell.chapter(f"{a.name} sends a letter, ROUTINE, of {len(text)} characters")
        begun = time.monotonic()
        before = relay.count().there.bytes_in
        long = self._send(a, Outgoing(text=text, subject="Declaration of holdings", released_by=("drafter of Aurora",)))
        self._wait(lambda: relay.count().there.bytes_out - before > 400, "the letter does not go out")
        self._progress(relay, begun, before)
        self._tell.event(f"after {time.monotonic() - begun:.0f} s something happens: {a.name} sends a FLASH")
        flashed = time.monotonic()
        urgent = Outgoing(text=FLASH, subject="Aircraft", precedence="FLASH", released_by=("watch of Aurora",))
        flash = self._send(a, urgent)
        shown = self._until_shown(b, FLASH)
        seconds = time.monotonic() - flashed
        self._tell.step(f"on the screen of {b.name} {seconds:.1f} s after it was sent; the letter is still on its way:")
        self._tell.received(shown)
        if shown.ahead_of is None:
            raise Broken("the FLASH is not marked as held ahead of its log")
        self._tell.step(
            f"marked there: held ahead, {shown.ahead_of} earlier missing. Its signature is checked: a few hashes "
            "came with it and stand for what is missing"
        )
        self._said_ahead(flash)
        if self._texts(b, text):
            raise Broken("the letter was there before the FLASH: nothing was overtaken")
        self._progress(relay, begun, before)
        self._tell.chapter("The letter goes on where it was interrupted")
        self._follow(relay, begun, before, long)
        self._tell.step(f"the letter is held by {b.name} {time.monotonic() - begun:.0f} s after it was sent")
        if not self._held(a, flash):
            raise Broken("the FLASH has no receipt of its own")
        self._tell.step("the FLASH stands in its place behind it, and an ordinary receipt covers both")
        waited = relay.count().there.waited_ms_max / 1000
        self._tell.step(
            f"never did more than {waited:.1f} s wait in the modem itself: what waits, waits in the station, and the "
            "most urgent of it goes next"
        )

    def _said_ahead(self, place: Place) -> None:
        """Their own entry says so, and it comes back while the letter still goes out."""

        def said() -> bool:
            with self._stage.link(self._a) as link:
                return bool(link.ask(Show(place=str(place)), Shown).said_ahead)

        begun = time.monotonic()
        self._wait(said, "nobody says that the FLASH is held ahead")
        self._tell.step(
            f"{time.monotonic() - begun:.1f} s later {self._a.name} has it in writing, signed by {self._b.name}: "
            "held ahead. That is no receipt yet"
        )

    def _follow(self, relay: Relay, begun: float, before: int, place: Place) -> None:
        told = time.monotonic()
        while not self._held(self._a, place, within_ms=500):
            if time.monotonic() - begun > WITHIN_S:
                raise Broken(f"the letter is not held after {WITHIN_S:.0f} s")
            if time.monotonic() - told > TELL_EVERY_S:
                told = time.monotonic()
                self._progress(relay, begun, before)

    def _progress(self, relay: Relay, begun: float, before: int) -> None:
        counted = relay.count()
        waiting_s = counted.there_waiting_bytes * 8 / BITS_PER_SECOND
        self._tell.step(
            f"{time.monotonic() - begun:5.1f} s   {counted.there.bytes_out - before:5} bytes have arrived, "
            f"{waiting_s:.1f} s wait in the modem"
        )

    def _send(self, side: Side, message: Outgoing) -> Place:
        with self._stage.link(side) as link:
            return link.ask(Send(messages=[message]), Sent).places[0]

    def _held(self, side: Side, place: Place, within_ms: int = 60_000) -> bool:
        with self._stage.link(side) as link:
            return link.ask(WaitHeld(places=[place], within_ms=within_ms), Waited, within_ms + 20_000).held

    def _texts(self, side: Side, text: str) -> list[Shown]:
        with self._stage.link(side) as link:
            found = link.ask(Find(kind=MESSAGE, theirs=True), Found)
        return [one for one in (*found.entries, *found.ahead) if one.text == text]

    def _until_shown(self, side: Side, text: str) -> Shown:
        self._wait(lambda: bool(self._texts(side, text)), "the FLASH does not come")
        return self._texts(side, text)[0]

    def _wait(self, is_so: Callable[[], bool], otherwise: str) -> None:
        until = time.monotonic() + WITHIN_S
        while not is_so():
            if time.monotonic() > until:
                raise Broken(otherwise)
            time.sleep(LOOK_EVERY_S)

    # --- afterwards

    def _judge(self) -> None:
        stage, a = self._stage, self._a
        self._tell.chapter("The record, judged by somebody who trusts neither side nor this program")
        record = stage.folder / "radio.oln"
        stage.must("export", str(record), side=a)
        cards = [word for side in stage.sides.values() for word in ("--card", str(stage.folder / f"{side.key}.card"))]
        verdict = stage.must("verify", str(record), "--entries", *cards)
        if verdict["accusations"] or verdict["doubts"]:
            raise Broken(f"an honest exchange is doubted: {verdict['accusations']} {verdict['doubts']}")
        entries = [each for log in verdict["logs"] for each in log["each"]]
        texts = [each["text"] for each in entries if each["kind"] == "message" and each["held"]]
        if sorted(texts) != sorted([letter(), FLASH]):
            raise Broken(f"letter and FLASH were sent, and of {len(texts)} messages a receipt is in the record")
        self._tell.step(
            "openline verify: letter and FLASH each once, in the order in which they were written, both "
            f"receipted; {verdict['signatures']} signatures, nothing doubted"
        )
