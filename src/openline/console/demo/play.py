"""The demonstration: two stations, one line, a story, a kill, a verified record, a refused forgery, one last screen.

Everything it shows is asked of the running program; nothing is told that did not happen. It ends by itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from openline.console.channel.asking import Acknowledge, Outgoing, Place, Send, Sent, Show, Shown, Waited, WaitHeld
from openline.console.demo.forging import blunt, careful, find_target
from openline.console.demo.staging import LINE, Broken, Side, Stage
from openline.console.demo.story import Line, Story
from openline.console.demo.telling import Telling

HELD_WITHIN_MS: Final = 120_000  # as long as a busy machine takes
AWAY_MS: Final = 300  # long enough to show that nothing comes back from a station that is not there


class Demo:
    """One performance of a story."""

    def __init__(self, story: Story, stage: Stage, telling: Telling) -> None:
        self._story = story
        self._stage = stage
        self._tell = telling
        self._places: dict[str, Place] = {}
        self._queued: list[tuple[Side, Line, Place]] = []
        self._sides = {key: stage.add(key, side.name) for key, side in story.parties.items()}

    def play(self) -> None:
        """The whole of it. Raises Broken, or what the program raised, when anything goes wrong."""
        self._tell.title(self._story)
        self._open_line()
        self._start_both()
        for line in self._story.lines:
            self._perform(line)
        self._all_held()
        self._judge()

    # --- before the first word

    def _open_line(self) -> None:
        offices = [f"--office={side.name}={office}" for side in self._story.parties.values() for office in side.offices]
        banner = f"--banner=en={self._story.banner}"
        open_line(self._stage, self._tell, "--language", "en", "--language", "ru", *offices, banner)

    def _start_both(self) -> None:
        a, b = self._sides["a"], self._sides["b"]
        self._tell.chapter("Two stations start: two processes, two stores, TLS 1.3 on the loopback")
        self._start(a)
        self._start(b)

    def _start(self, side: Side) -> None:
        a = self._sides["a"]
        road = ("--listen", f"127.0.0.1:{a.port}") if side is a else ("--dial", f"{a.name}=127.0.0.1:{a.port}")
        self._stage.start(side, *road)
        assert side.station is not None
        again = f"; its life number {side.starts}" if side.starts > 1 else ""
        self._tell.step(f"{side.name} is up as process {side.station.pid}{again}")

    # --- the story

    def _perform(self, line: Line) -> None:
        self._cue(line.cue)
        ours, theirs = self._sides[line.party], self._sides["b" if line.party == "a" else "a"]
        place = self._send(ours, line)
        self._places[line.id] = place
        self._tell.line(line, ours.name)
        if theirs.station is None:
            self._waited(ours, place, AWAY_MS, held=False)
            self._queued.append((ours, line, place))
            self._tell.not_held(self._show(ours, place), theirs.name)
            return
        self._waited(ours, place, HELD_WITHIN_MS, held=True)
        if line.acknowledged:
            self._acknowledge(theirs, ours, place)
        self._tell.held(self._show(ours, place))

    def _cue(self, cue: str) -> None:
        if not cue:
            return
        act, _, key = cue.partition("-")
        side = self._sides[key]
        if act == "kill":
            killed = self._stage.kill(side)
            self._tell.event(f"kill -9 {killed}: the station of {side.name} is gone in the middle of it")
            return
        self._start(side)
        for ours, line, place in self._queued:
            self._waited(ours, place, HELD_WITHIN_MS, held=True)
            self._tell.event(f"{side.name}'s station is back and now holds “{line.wording.subject}”")
            self._tell.held(self._show(ours, place))
        self._queued.clear()

    def _send(self, side: Side, line: Line) -> Place:
        text = line.wording.text
        if line.also is not None:
            text += f"\n\n[{line.also.language}] {line.also.subject}\n{line.also.text}"
        reply = self._places.get(line.in_reply_to) if line.in_reply_to else None
        message = Outgoing(
            text=text, subject=line.wording.subject, language=line.wording.language, precedence=line.precedence,
            action=line.action, info=line.info, in_reply_to=str(reply) if reply else None,
            released_by=(f"drafter of {side.name}",), token=f"demo:{line.id}",
        )
        with self._stage.link(side) as link:
            return link.ask(Send(messages=[message]), Sent).places[0]

    def _acknowledge(self, theirs: Side, ours: Side, place: Place) -> None:
        ask = Acknowledge(place=str(place), officer=f"watch officer of {theirs.name}", role="watch")
        with self._stage.link(theirs) as link:
            opened = link.ask(ask, Sent).places[0]
        self._waited(theirs, opened, HELD_WITHIN_MS, held=True)
        self._until(lambda: bool(self._show(ours, place).acknowledged), f"{ours.name} did not get the acknowledgement")

    def _waited(self, side: Side, place: Place, within_ms: int, *, held: bool) -> None:
        with self._stage.link(side) as link:
            ask = WaitHeld(places=[place], within_ms=within_ms)
            answer = link.ask(ask, Waited, within_ms + HELD_WITHIN_MS)
        if answer.held != held:
            raise Broken(f"{place} is {'' if answer.held else 'not '}held after {within_ms} ms")

    def _show(self, side: Side, place: Place) -> Shown:
        with self._stage.link(side) as link:
            return link.ask(Show(place=str(place)), Shown)

    def _until(self, is_so: Callable[[], bool], otherwise: str) -> None:
        until = time.monotonic() + HELD_WITHIN_MS / 1000
        while not is_so():
            if time.monotonic() > until:
                raise Broken(otherwise)
            time.sleep(0.02)

    def _all_held(self) -> None:
        for line in self._story.lines:
            self._waited(self._sides[line.party], self._places[line.id], HELD_WITHIN_MS, held=True)

    # --- after the last word

    def _judge(self) -> None:
        stage, a = self._stage, self._sides["a"]
        self._tell.chapter("The record goes to a third party, who trusts neither side nor this program")
        record = stage.folder / "record.oln"
        done = stage.must("export", str(record), side=a)
        self._tell.step(f"{a.name} exports {done['entries']} entries, {done['bytes']} bytes, SHA-256 {done['sha256']}")
        cards = [word for side in self._sides.values() for word in ("--card", str(stage.folder / f"{side.key}.card"))]
        ran = stage.run("verify", str(record), "--entries", *cards)
        if ran.code != 0:
            raise Broken(f"verify ended with {ran.code}: {ran.complaint}")
        self._tell.step(f"openline verify, in a process of its own with only the two cards: exit {ran.code}, "
                        f"{ran.answer['signatures']} signatures, {ran.seconds:.1f} s")
        self._forge(record, cards)
        self._check(ran.answer)
        self._tell.proof(ran.answer, self._story, self._quoted(ran.answer))

    def _forge(self, record: Path, cards: list[str]) -> None:
        """One byte is turned over, twice; each time the refusal must name the entry and exit with 5."""
        line = next(line for line in self._story.lines if line.acknowledged)
        target = find_target(record, line.wording.subject)
        self._tell.chapter(f"One byte of “{line.wording.subject}” is turned over")
        forged = self._stage.folder / "forged.oln"
        name = f"log {target.log.party}/{target.log.generation.hex()[-8:]} entry {target.index}"
        for how, forge in (("the byte alone", blunt), ("the byte, and all checks of the file made anew", careful)):
            forge(record, forged, target)
            ran = self._stage.run("verify", str(forged), *cards)
            if ran.code != 5 or name not in str(ran.complaint):
                raise Broken(f"a forged record ended with {ran.code} and {ran.complaint}, not 5 and {name}")
            self._tell.refused(how, ran.code, ran.complaint)

    def _check(self, verdict: Any) -> None:
        """The verdict must show what was played: every message there, held, with its words."""
        texts = [each["text"] for log in verdict["logs"] for each in log["each"] if each["kind"] == "message"]
        if len(texts) != len(self._story.lines):
            raise Broken(f"{len(self._story.lines)} messages were sent and {len(texts)} are in the record")
        for line in self._story.lines:
            if sum(text.startswith(line.wording.text) for text in texts) != 1:
                raise Broken(f"“{line.wording.subject}” is not in the record once")
        if verdict["accusations"] or verdict["doubts"]:
            raise Broken(f"an honest exchange is doubted: {verdict['accusations']} {verdict['doubts']}")

    def _quoted(self, verdict: Any) -> dict[str, int]:
        """How many messages of each party somebody else's signed receipt covers."""
        counts = {side.name: 0 for side in self._sides.values()}
        for log in verdict["logs"]:
            name = verdict["parties"][int(log["log"].split("/")[0])]["name"]
            counts[name] += sum(1 for each in log["each"] if each["kind"] == "message" and each["held"])
        return counts


def open_line(stage: Stage, tell: Telling, *terms: str) -> None:
    """Parties, cards, proposal, acceptance, opening between the two sides of a stage: each a command of its own, only
    files change hands. Raises Broken."""
    a, b = stage.sides.values()
    run = stage.must
    tell.chapter("Two parties meet and open a line")
    for side in (a, b):
        made = run("party", "create", side.name, side=side, secret=True)
        card = run("party", "card", side=side)
        (stage.folder / f"{side.key}.card").write_text(card["text"])
        tell.step(f"{side.name} makes its root key; card fingerprint {made['fingerprint'][:17]} …")
    run("line", "propose", LINE, "--with", f"{b.key}.card", *terms, side=a, secret=True)
    tell.step(f"{a.name} proposes the line; the file travels by hand")
    run("line", "accept", f"{LINE}.proposal", "--card", f"{a.key}.card", "--yes", side=b, secret=True)
    tell.step(f"{b.name} reads the terms and accepts")
    opened = run("line", "open", f"{LINE}.acceptance", side=a, secret=True)
    theirs = run("line", "open", f"{LINE}.opening", side=b, secret=True)
    if opened["digits"] != theirs["digits"]:
        raise Broken(f"the digits differ: {opened['digits']} and {theirs['digits']}")
    tell.step(f"both read the same digits aloud: {opened['digits']}")
