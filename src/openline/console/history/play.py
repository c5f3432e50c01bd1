"""The case played: each event asked of the station whose side it was, then what the record comes to, on both sides."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from openline.accord.bodies import Agreement, encode_agreement
from openline.console.accords.asking import RecordAgreement
from openline.console.agreeing import asking as agreeing
from openline.console.channel.asking import (
    AskStatus,
    Outgoing,
    Place,
    Send,
    Sent,
    Show,
    Shown,
    Status,
    Waited,
    WaitHeld,
)
from openline.console.demo.play import open_line
from openline.console.demo.staging import Broken, Side, Stage
from openline.console.demo.telling import Telling
from openline.console.history import telling
from openline.console.history.case import LANGUAGES, Case, Event
from openline.console.negotiating import asking as negotiating
from openline.console.stating.asking import Declare
from openline.console.topics import asking as topics
from openline.console.watch.asking import AnyRequest

HELD_WITHIN_MS: Final = 60_000
LAPSED_WITHIN_S: Final = 120
_LANGUAGE_OF: Final = {"a": "en", "b": "ru"}  # in which each side files


class History:
    """One performance."""

    def __init__(self, case: Case, stage: Stage, tell: Telling) -> None:
        self._case = case
        self._stage = stage
        self._tell = tell
        self._sides = {key: stage.add(key, name) for key, name in case.names.items()}
        self.places: dict[str, str] = {}  # the first entry of each event

    def play(self) -> dict[str, list[telling.Word]]:
        """The whole of it; what each side's station then says. Raises Broken, or what the program raised."""
        self._tell.heading("OPENLINE  the case of February 2026", self._case.banner["en"], (
            "Each event in the kind of object it was, entered by the side whose it was. Sourced facts say who and "
            "where; what this program makes up says illustration. Entries are written now; when it was is stated.",
        ))  # fmt: skip
        banners = [f"--banner={language}={text}" for language, text in self._case.banner.items()]
        open_line(self._stage, self._tell, *(word for one in LANGUAGES for word in ("--language", one)), *banners)
        a, b = self._sides["a"], self._sides["b"]
        self._stage.start(a, "--listen", f"127.0.0.1:{a.port}")
        self._stage.start(b, "--dial", f"{a.name}=127.0.0.1:{a.port}")
        self._tell.chapter("The events, in their order")
        for key, side in self._sides.items():
            for topic, titles in self._case.topics.items():
                self._ask(side, topics.NameTopic(topic=topic, titles={_LANGUAGE_OF[key]: titles[_LANGUAGE_OF[key]]}))
        for event in self._case.events:
            self._perform(event)
        self._until_lapsed()
        return self._told()

    # --- events
    def _perform(self, event: Event) -> None:
        self._tell.lines(telling.head_of(event))
        for ask in event.asks:
            side = self._sides[str(ask["side"])]
            place = self._ask(side, self._request(event, {key: ask[key] for key in ask if key not in ("side",)}))
            self.places.setdefault(event.id, place)
            self._tell.step(f"{side.name}: {ask['op']}, entry {place}")
        for key, side in self._sides.items():
            self._file(event, side, _LANGUAGE_OF[key])

    def _file(self, event: Event, side: Side, language: str) -> None:
        place, filing = self.places[event.id], msgspec.convert(event.filing, topics.Filing)
        doubt = f" [{telling.UNCONFIRMED[language]}: {event.doubt[language]}]" if event.doubt is not None else ""
        kind = "" if event.sources else f"[{telling.ILLUSTRATION[language]}] "
        said = f"{kind}{event.words[language]}{doubt}{_attributed(event, language)}"
        for topic in event.topics:
            self._ask(side, topics.FileUnder(
                topic=topic, place=place, filing=filing, said=event.date, remark=said, language=language,
            ))  # fmt: skip
        if event.contradicts and event.why is not None:
            other = self.places[event.contradicts]
            self._ask(side, topics.SayContradiction(
                place=place, other=other, remark=event.why[language], language=language))

    def _request(self, event: Event, given: Mapping[str, Any]) -> AnyRequest:
        filled = {key: self._filled(event, key, value) for key, value in given.items()}
        op = filled.pop("op")
        match op:  # kinds that a request alone does not say
            case "agreement":
                one = Agreement(filled["id"], tuple(sorted(filled["titles"].items())), (), _seconds(filled["from"]),
                                _seconds(filled["until"]), None, ())  # fmt: skip
                return RecordAgreement(body=encode_agreement(one).hex())
            case "message":
                text = f"{event.words['en']}\n\n{_attributed(event, 'en').strip()}"
                subject = event.id.replace("-", " ").capitalize()
                reply = filled.get("in_reply_to")
                return Send(messages=[Outgoing(text=text, subject=subject, language="en", in_reply_to=reply)])
            case "report":
                return agreeing.EnterReport(
                    reported_by=event.where, source=" ".join(event.sources), words=event.words["en"],
                    said_on=event.date, said_by=event.speaker, entered_by="the re-enactment", **filled,
                )  # fmt: skip
            case "suspend" | "resume":
                text = filled.get("reason", filled.get("remark", ""))
                act: Any = op
                return Declare(act=act, officer="the re-enactment", text=text, from_ms=self._now(op))
            case "table-text":
                lapses_ms = self._status("a").now_ms + 1000 * int(filled.pop("lapses_in_s"))
                return _tabled({**filled, "lapses_ms": lapses_ms // 1000 * 1000})
            case "talk":
                begins = (self._status("a").now_ms // 86_400_000 + 1) * 86_400_000 + 16 * 3_600_000
                return topics.ProposeMeeting(**filled, sort="contact", from_ms=begins)
        found: AnyRequest = msgspec.convert({"op": op, **filled}, AnyRequest)
        return found

    def _now(self, op: str) -> int | None:
        return self._status("a").now_ms if op == "suspend" else None

    def _filled(self, event: Event, key: str, value: Any) -> Any:
        if isinstance(value, str):
            if value.startswith("$"):
                return event.words[value[1:]]
            if value.startswith("@"):
                return self.places[value[1:]]
            return _seconds(value) * 1000 if key.endswith("_ms") else value
        return value

    def _ask(self, side: Side, request: AnyRequest) -> str:
        """Record one thing and wait until the other side holds it; its entry."""
        with self._stage.link(side) as link:
            place: Place = link.ask(request, Sent).places[0]
            if not link.ask(WaitHeld(places=[place], within_ms=HELD_WITHIN_MS), Waited, 2 * HELD_WITHIN_MS).held:
                raise Broken(f"{place} is not held after {HELD_WITHIN_MS} ms")
        return str(place)

    def _status(self, key: str) -> Status:
        with self._stage.link(self._sides[key]) as link:
            return link.ask(AskStatus(), Status)

    # --- what the record comes to
    def _until_lapsed(self) -> None:
        """The draft's date comes within the demonstration."""
        until = time.monotonic() + LAPSED_WITHIN_S
        while any(one.state != "lapsed" for one in self._drafts("a")):
            if time.monotonic() > until:
                raise Broken("the draft does not lapse")
            time.sleep(0.5)

    def _drafts(self, key: str) -> list[negotiating.TextRow]:
        with self._stage.link(self._sides[key]) as link:
            return link.ask(negotiating.AskTexts(), list[negotiating.TextRow])

    def _told(self) -> dict[str, list[telling.Word]]:
        found = {}
        for key, side in self._sides.items():
            with self._stage.link(side) as link:
                told = telling.Told(
                    link.ask(agreeing.AskLife(agreement="NEW-START"), agreeing.LifeWhole),
                    self._drafts(key),
                    [link.ask(topics.AskTopic(topic=topic), topics.TopicWhole) for topic in self._case.topics],
                    link.ask(AskStatus(), Status),
                    link.ask(topics.AskMeetings(), list[topics.MeetingRow]),
                    link.ask(Show(place=self.places["written-answers"]), Shown),
                )  # fmt: skip
            found[key] = telling.words_of(told, self.places)
        for language in LANGUAGES:
            self._tell.chapter(telling.HEADS[language])
            for topic in told.topics:
                self._tell.lines(telling.page(topic, language, self._case.topics[topic.row.id][language]))
        self._tell.chapter("What the record says, on both sides alike")
        for word in found["a"]:
            self._tell.step(f"{word.word:<22} {word.what}")
        if [one.word for one in found["a"]] != [one.word for one in found["b"]]:
            raise Broken("the two sides do not say the same")
        return found


def _attributed(event: Event, language: str) -> str:
    """Who said it and where, in the spelling of the outlets."""
    return f" ({event.speaker}; {event.where})" if event.sources else ""


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def _tabled(filled: dict[str, Any]) -> negotiating.TableText:
    """A draft whose words are not reproduced: as many articles as were published, each saying so."""
    articles = filled.pop("articles")
    texts = {language: telling.empty_text(title, articles, language) for language, title in filled["titles"].items()}
    return negotiating.TableText(texts=texts, **{key: filled[key] for key in filled if key != "titles"})

