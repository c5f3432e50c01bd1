"""replay: a correspondence from a file, sent in order over the control channels of its parties' stations."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import click

from openline.console.channel.asking import Outgoing, Place, Send, Sent, Waited, WaitHeld
from openline.console.channel.link import ControlLink
from openline.console.codes import Told
from openline.console.replaying import BadLine, Words, cast, read
from openline.console.terminal import INPUT_FILE, Session, login, room_options

T = TypeVar("T")
_ASK_WITHIN_MS: Final = 10_000
_AGAIN_AFTER_S: Final = 0.1
_GONE: Final = frozenset({"OL-104", "OL-603"})  # the station went away: it may come back


@click.command()
@click.argument("file", type=INPUT_FILE)
@click.option("--control", "controls", multiple=True, metavar="SPEAKER=SOCKET",
              help="Control address for one `from`; two of them for two parties. Left out: this home's own station.")
@click.option("--skip-bad", is_flag=True, help="Leave lines out that cannot be sent, instead of refusing the file.")
@click.option("--one-by-one", is_flag=True, help="Wait until each text is held before sending the next.")
@click.option("--language", default="en", show_default=True)
@click.option("--token", help="Replaying again under one token sends nothing twice. Left out: a new one.")
@click.option("--wait", type=click.FloatRange(0, 86_400), default=120.0, show_default=True, metavar="SECONDS",
              help="How long, in all, to wait for stations and receipts.")
@room_options
@click.pass_obj
def replay(session: Session, file: Path, controls: tuple[str, ...], skip_bad: bool, one_by_one: bool, language: str,
           token: str | None, wait: float) -> int:
    """Send the `text` of every line of FILE in order, each over its `from`'s station, and wait until all are held.

    The whole file is read first; one bad line refuses it (unless --skip-bad) and nothing is sent. A station that
    goes away meanwhile is waited for; no text is recorded twice.
    """
    words, bad = read(file)
    _say_bad(session, file, bad, skip_bad)
    by_speaker = cast(words, _addresses(session, controls, words))
    places: list[Place] = []
    with _Player(time.monotonic() + wait, token or secrets.token_hex(8), language) as player:
        for said in words:
            places.append(player.send(by_speaker[said.speaker], said))
            if one_by_one:
                player.held(by_speaker[said.speaker], places[-1:])
        lacking = [p for path in dict.fromkeys(by_speaker.values()) for p in player.lacking(path)]
    answer = {"sent": len(places), "held": len(places) - len(lacking), "skipped": [b.row for b in bad],
              "places": [str(p) for p in places], "lacking": [str(p) for p in lacking]}
    session.answer(answer, f"{len(places)} texts recorded, {len(places) - len(lacking)} held by all parties")
    if lacking:
        session.complain(Told("OL-602", f"{len(lacking)} of {len(places)} not held by all within {wait:g} s"))
        return 6
    return 0


def _say_bad(session: Session, file: Path, bad: list[BadLine], skip_bad: bool) -> None:
    for row, why in bad[:20]:
        session.say(f"{file} line {row}: {why}")
    if bad and not skip_bad:
        raise Told("OL-202", f"{file} line {bad[0].row}: {bad[0].why}" + (f" ({len(bad)} such lines)" * (len(bad) > 1)))


def _addresses(session: Session, controls: tuple[str, ...], words: list[Words]) -> list[tuple[str, Path]]:
    if not controls:
        return [(said, session.line.control) for said in dict.fromkeys(w.speaker for w in words)]
    pairs = [control.rpartition("=") for control in controls]
    return [(name, Path(path)) for name, _, path in pairs]


def _wait(ask: WaitHeld, link: ControlLink) -> Waited:
    return link.ask(ask, Waited, ask.within_ms + _ASK_WITHIN_MS)


class _Player:
    """Sends to stations that may be killed and come back; a token for each text keeps each of them single."""

    def __init__(self, until: float, token: str, language: str) -> None:
        self._until = until
        self._token = token
        self._language = language
        self._links: dict[Path, ControlLink] = {}
        self._places: dict[Path, list[Place]] = {}

    def __enter__(self) -> _Player:
        return self

    def __exit__(self, *_: object) -> None:
        for link in self._links.values():
            link.close()

    def send(self, path: Path, said: Words) -> Place:
        """Record one text; the same text again is the same entry. Raises Told naming its line."""
        message = Outgoing(text=said.text, language=self._language, token=f"{self._token}:{said.row}",
                           released_by=(f"replay by {login()}",))
        try:
            place = self._keep_trying(path, lambda link: link.ask(Send(messages=[message]), Sent, _ASK_WITHIN_MS))
        except Told as error:
            raise Told(error.code, f"line {said.row}: {error.detail}") from error
        self._places.setdefault(path, []).append(place.places[0])
        return place.places[0]

    def held(self, path: Path, places: list[Place]) -> list[Place]:
        """Those of `places` not held by all when the time is up."""
        while (left := self._until - time.monotonic()) > 0:
            ask = WaitHeld(places=places, within_ms=int(min(left, 5.0) * 1000))
            waited = self._keep_trying(path, partial(_wait, ask))
            if waited.held:
                return []
            places = waited.lacking or places
        return places

    def lacking(self, path: Path) -> list[Place]:
        """Of everything sent over one station, what is not held by all when the time is up."""
        return self.held(path, self._places.get(path, []))

    def _keep_trying(self, path: Path, act: Callable[[ControlLink], T]) -> T:
        while True:
            try:
                link = self._links.get(path) or ControlLink.open(path)
                self._links[path] = link
                return act(link)
            except Told as error:
                if error.code not in _GONE or time.monotonic() > self._until:
                    raise
                gone = self._links.pop(path, None)
                if gone is not None:
                    gone.close()
                time.sleep(_AGAIN_AFTER_S)
