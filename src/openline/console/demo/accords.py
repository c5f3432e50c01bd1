"""What the desks of the demonstration have between them: agreements, offers, texts, lists, a meeting. All made up.

Each is drafted by one officer and released by another, like everything that leaves a desk.
"""

from __future__ import annotations

import re
import time
import tomllib
from collections.abc import Callable
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final, get_args

import msgspec

from openline.accord.bodies import Agreement, encode_agreement
from openline.console.accords import asking as accords
from openline.console.agreeing import asking as agreeing
from openline.console.channel.asking import Place
from openline.console.demo.staffing import Staff
from openline.console.escrowing import asking as escrowing
from openline.console.negotiating import asking as negotiating
from openline.console.publishing import asking as publishing
from openline.console.topics import asking as topics
from openline.console.watch.asking import AnyRequest

_DRAFTS: Final = (accords.DraftPaper, agreeing.DraftAgreeing, negotiating.DraftNegotiating, publishing.DraftJoint,
                  topics.DraftTopics, escrowing.DraftSealed)  # fmt: skip
_RELATIVE: Final = re.compile(r"([+-])([0-9]{1,3})([hd])", re.ASCII)
_UNIT_MS: Final = {"h": 3_600_000, "d": 86_400_000}


@cache
def asks() -> list[dict[str, Any]]:
    """What is asked of the stations, in its order."""
    text = files("openline.console.demo").joinpath("accords.toml").read_text("utf-8")
    found: list[dict[str, Any]] = tomllib.loads(text)["ask"]
    return found


class Accords:
    """Enters them. `held`: waits until what a side wrote is held by the other."""

    def __init__(self, staff: dict[str, Staff], held: Callable[[Staff, Place], None]) -> None:
        self._staff = staff
        self._held = held
        self._now_ms = time.time_ns() // 1_000_000 // 60_000 * 60_000
        self.places: dict[str, Place] = {}

    def fill(self) -> None:
        """All of it. Raises Broken, Told, Refused."""
        last: tuple[Staff, Place] | None = None
        for ask in asks():
            staff = self._staff[ask["side"]]
            if last is not None and last[0] is not staff:
                self._held(*last)
            given = {key: value for key, value in ask.items() if key not in ("id", "side", "waits")}
            place = staff.say(self._draft(given))
            self.places[ask["id"]] = place
            last = staff, place
        if last is not None:
            self._held(*last)
        for ask in asks():
            if not ask.get("waits"):
                self._staff["b" if ask["side"] == "a" else "a"].acknowledge(self.places[ask["id"]])

    def _draft(self, given: dict[str, Any]) -> AnyRequest:
        paper = self._paper(given)
        for draft in _DRAFTS:
            (field,) = (one for one in msgspec.structs.fields(draft) if one.name == "paper")
            if isinstance(paper, get_args(field.type)):
                made: AnyRequest = draft(paper=paper)
                return made
        raise AssertionError(f"{given['op']} is nothing that a desk drafts")

    def _paper(self, given: dict[str, Any]) -> Any:
        if given["op"] == "agreement":
            titles = tuple(sorted(given["titles"].items()))
            texts = tuple((language, sha256(title.encode()).digest()) for language, title in titles)
            one = Agreement(given["name"], titles, texts, _seconds(given["from"]), _seconds(given["until"]), None, ())
            return accords.RecordAgreement(body=encode_agreement(one).hex())
        edits = given.pop("edits", None)
        if edits:
            given["texts"] = _edited(next(one["texts"] for one in asks() if one["id"] == given["over"][1:]), edits)
        return msgspec.convert(self._filled(given), AnyRequest)

    def _filled(self, value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: self._filled(one, name) for name, one in value.items()}
        if isinstance(value, list):
            return [self._filled(one) for one in value]
        if isinstance(value, str) and value.startswith("@"):
            return str(self.places[value[1:]])
        if isinstance(value, str) and key.endswith("_ms"):
            return self._instant(value)
        return value

    def _instant(self, text: str) -> int:
        found = _RELATIVE.fullmatch(text)
        if found is None:
            return _seconds(text) * 1000
        span_ms = int(found[2]) * _UNIT_MS[found[3]]
        return self._now_ms + (span_ms if found[1] == "+" else -span_ms)


def _edited(texts: dict[str, str], edits: dict[str, str]) -> dict[str, str]:
    found = dict(texts)
    for old, new in edits.items():
        found = {language: text.replace(old, new) for language, text in found.items()}
    return found


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())
