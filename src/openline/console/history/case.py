"""The case as data: `case-2026.toml`, which ships with the program, read strictly.

An event says when it was, who said it and where it can be read, or is an illustration and says none of that. What is
entered for it is a list of requests to a station, spelled as the channel spells them, so a wrong one is found here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

from openline.accord.agreements.dates import begin_of
from openline.console.demo.story import Story, shipped_story
from openline.errors import Misconfigured

LANGUAGES: Final = ("en", "ru")
SIDES: Final = ("a", "b")
FILINGS: Final = ("statement", "measure announced", "measure taken", "report")
_SEASONS: Final = {"spring": "21", "summer": "22", "autumn": "23", "winter": "24"}
_SOURCE: Final = re.compile(r"https://[!-~]{3,400}")
_KEYS: Final = frozenset({"id", "ru", "topics", "filing", "ask"})
_MAYBE: Final = frozenset({"story", "en", "date", "speaker", "where", "sources", "sure", "doubt", "contradicts", "why"})
_SOURCED: Final = ("date", "speaker", "where", "sources")


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `date` as entries state dates; `sources` empty for an illustration; `doubt` where it is not sure."""

    id: str
    words: Mapping[str, str]
    topics: tuple[str, ...]
    filing: str
    asks: tuple[Mapping[str, Any], ...]
    date: str = ""
    speaker: str = ""
    where: str = ""
    sources: tuple[str, ...] = ()
    doubt: Mapping[str, str] | None = None
    contradicts: str = ""
    why: Mapping[str, str] | None = None

    @property
    def kind(self) -> str:
        """Sourced fact or illustration."""
        return "sourced" if self.sources else "illustration"


@dataclass(frozen=True, slots=True)
class Case:
    """The whole of it, events in their order."""

    names: Mapping[str, str]
    banner: Mapping[str, str]
    topics: Mapping[str, Mapping[str, str]]
    events: tuple[Event, ...]


def shipped_case() -> Case:
    """The case of February 2026. Raises Misconfigured where its file is not as it must be."""
    data = resources.files(__package__).joinpath("case-2026.toml").read_bytes()
    return read_case(tomllib.loads(data.decode("utf-8")), shipped_story())


def read_case(values: Mapping[str, Any], story: Story) -> Case:
    """From parsed TOML. Raises Misconfigured naming the event and what is wrong."""
    topics = {one["id"]: _both(one["title"], one["id"], "title") for one in values["topic"]}
    lines = {line.id: line for line in story.lines}
    events: list[Event] = []
    for given in values["event"]:
        name = str(given.get("id"))
        extra = set(given) - _KEYS - _MAYBE
        if extra or _KEYS - set(given):
            raise Misconfigured(f"event {name}: lacks {sorted(_KEYS - set(given))}, does not know {sorted(extra)}")
        told = dict(given)
        if "story" in given:
            line = lines.get(given["story"])
            if line is None or any(key in given for key in (*_SOURCED, "en")):
                raise Misconfigured(f"event {name}: story names a line of the story, and then says nothing itself")
            told |= {"date": line.date, "speaker": line.speaker, "where": line.where, "sources": line.sources,
                     "en": line.wording.text.strip()}  # fmt: skip
        event = _event(name, told, {one.id for one in events})
        if not set(event.topics) <= set(topics):
            raise Misconfigured(f"event {name}: {event.topics} are not all topics")
        events.append(event)
    names = {key: story.parties[key].name for key in SIDES}
    return Case(names, _both(values["banner"], "case", "banner"), topics, tuple(events))


def _event(name: str, told: Mapping[str, Any], earlier: set[str]) -> Event:
    sourced = [key for key in _SOURCED if told.get(key)]
    if sourced and len(sourced) != len(_SOURCED):
        raise Misconfigured(f"event {name}: a sourced event says date, speaker, where and sources; it says {sourced}")
    date = _stated(str(told.get("date", "")))
    sources = tuple(told.get("sources", ()))
    if (sources and begin_of(date) is None) or not all(_SOURCE.fullmatch(one) for one in sources):
        raise Misconfigured(f"event {name}: its date or an address of its sources is none")
    if told["filing"] not in FILINGS or name in earlier:
        raise Misconfigured(f"event {name}: filed as one of {FILINGS}, under a name of its own")
    if (told.get("sure", True) is False) != ("doubt" in told):
        raise Misconfigured(f"event {name}: what is not sure says why")
    if "contradicts" in told and told["contradicts"] not in earlier:
        raise Misconfigured(f"event {name}: it contradicts an earlier event")
    for ask in told["ask"]:
        if ask.get("side") not in SIDES or not isinstance(ask.get("op"), str):
            raise Misconfigured(f"event {name}: each ask says whose it is and what it asks")
    return Event(
        name, _both(told, name, "words"), tuple(told["topics"]), told["filing"], tuple(told["ask"]), date,
        str(told.get("speaker", "")), str(told.get("where", "")), sources,
        _both(told["doubt"], name, "doubt") if "doubt" in told else None, str(told.get("contradicts", "")),
        _both(told["why"], name, "why") if "why" in told else None,
    )  # fmt: skip


def _stated(text: str) -> str:
    """`2021 autumn` as entries state it."""
    year, _, season = text.partition(" ")
    return f"{year}-{_SEASONS[season]}" if season in _SEASONS else text


def _both(given: Mapping[str, Any], name: str, what: str) -> dict[str, str]:
    found = {language: str(given.get(language, "")).strip() for language in LANGUAGES}
    if not all(found.values()):
        raise Misconfigured(f"{name}: {what} in {' and '.join(LANGUAGES)}")
    return found
