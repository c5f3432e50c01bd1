"""How a scenario is written down: what goes in, the rules it shows, and what must come of it.

Every scenario is asked of our own code while it is made. One that has another outcome than its writer meant, or that is
refused for another reason, is a problem of the book, and a book with problems is never written to files.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from conformance.driver import answer
from conformance.plain import Plain, plain

NAME_CHARS_MAX: Final = 90
WORTH_NAMING: Final = 64  # bytes: shorter ones stand where they are

Parts = dict[str, Any]
"""What a door is given: bytes stand for themselves."""


class Shared:
    """Byte strings that several vectors hold; a vector names them instead."""

    def __init__(self) -> None:
        self.named: dict[str, bytes] = {}

    def add(self, name: str, data: bytes) -> bytes:
        """Share `data` under a name."""
        assert self.named.get(name, data) == data, f"two things are called {name}"
        self.named[name] = data
        return data

    def text(self) -> str:
        """The file shared.json."""
        said = {"_": "Parts that vectors share, in hexadecimal. Keys are TEST KEYS, NEVER TO BE USED. See README.md."}
        return json.dumps(said | {name: data.hex() for name, data in sorted(self.named.items())}, indent=0) + "\n"

    def spell(self, value: Plain) -> Plain:
        """A plain value with long byte strings named, whole or in parts."""
        if isinstance(value, bytes):
            return self._spell_bytes(value)
        if isinstance(value, tuple | list):
            return [self.spell(one) for one in value]
        if isinstance(value, dict):
            return {name: self.spell(one) for name, one in value.items()}
        return value

    def _spell_bytes(self, data: bytes) -> Plain:
        if len(data) < WORTH_NAMING:
            return data.hex()
        for name, whole in self.named.items():
            if whole == data:
                return f"@{name}"
        ends = min((self._by_ends(name, data) for name in self.named), key=_length, default=[data.hex()])
        joined = min(ends, self._by_insides(data), key=_length)
        return {"join": joined} if _length(joined) < len(data) else data.hex()

    def _by_ends(self, name: str, data: bytes) -> list[str]:
        """`data` with what it has in common with the beginning and the end of what is shared."""
        whole = self.named[name]
        head = _alike(whole, data)
        tail = min(_alike(whole[::-1], data[::-1]), min(len(whole), len(data)) - head)
        parts = [f"@{name}[:{head}]" if head else "", data[head : len(data) - tail].hex(),
                 f"@{name}[{len(whole) - tail}:]" if tail else ""]  # fmt: skip
        return [part for part in parts if part]

    def _by_insides(self, data: bytes) -> list[str]:
        """`data` with whatever is shared and stands whole within it."""
        parts: list[bytes | str] = [data]
        for name, whole in sorted(self.named.items(), key=lambda pair: -len(pair[1])):
            for at, part in reversed(list(enumerate(parts))):
                if isinstance(part, bytes) and len(whole) >= WORTH_NAMING and whole in part:
                    before, _, after = part.partition(whole)
                    parts[at : at + 1] = [before, f"@{name}", after]
        return [part.hex() if isinstance(part, bytes) else part for part in parts if part]


def _length(parts: list[str]) -> int:
    return sum(len(part) for part in parts)


def _alike(one: bytes, other: bytes) -> int:
    """How many bytes they begin with alike."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


class Book:
    """All scenarios, in the order they were written, as the text of their files."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self.shared = Shared()
        self.problems: list[str] = []
        self.counts = {"accept": 0, "refuse": 0, "wait": 0}

    def accept(self, name: str, door: str, given: Parts, rules: str, story: str, /, **expected: object) -> None:
        """A scenario that is taken. `expected`: fields of what it gives, computed elsewhere than at the door."""
        gives = self._ask(name, door, plain(given), "accept").get("gives", {})
        for field, value in expected.items():
            if gives.get(field) != plain(value):
                self.problems.append(f"{name}: {field} is {gives.get(field)!r}, not {plain(value)!r}")
        self._write(name, door, given, rules, story, "accept", {"gives": gives})

    def refuse(self, name: str, door: str, given: Parts, rules: str, story: str, says: str) -> None:
        """A scenario that is refused; `says` stands in our own code's answer, so it is refused for this reason."""
        self._decline("refuse", name, door, given, rules, story, says)

    def wait(self, name: str, door: str, given: Parts, rules: str, story: str, says: str) -> None:
        """A scenario that cannot be judged here and now, and that blames nobody."""
        self._decline("wait", name, door, given, rules, story, says)

    def _decline(
        self, verdict: str, name: str, door: str, given: Parts, rules: str, story: str, says: str
    ) -> None:
        why = self._ask(name, door, plain(given), verdict).get("why", "")
        if says not in why:
            self.problems.append(f"{name}: meant to say {says!r}, says {why!r}")
        self._write(name, door, given, rules, story, verdict, {"says": says})

    def ask(self, door: str, given: Parts) -> dict[str, Any]:
        """What our own code gives at a door, where a writer expects something of a part of it."""
        gives: dict[str, Any] = answer({"door": door, "given": plain(given)})["gives"]
        return gives

    def _ask(self, name: str, door: str, given: Plain, verdict: str) -> dict[str, Any]:
        found = answer({"door": door, "given": given})
        if found["verdict"] != verdict:
            self.problems.append(f"{name}: meant to {verdict}, but {str(found)[:300]}")
        return found

    def _write(
        self, name: str, door: str, given: Parts, rules: str, story: str, verdict: str, result: dict[str, Plain]
    ) -> None:
        assert name not in self.files and len(name) <= NAME_CHARS_MAX, f"{name}: twice, or too long a name"
        held = {"story": story, "rules": rules.split(), "door": door, "given": self.shared.spell(given),
                "verdict": verdict, **result}  # fmt: skip
        self.files[name] = json.dumps(held, indent=1, ensure_ascii=False) + "\n"
        self.counts[verdict] += 1


Writer = Callable[[Book], None]
"""Writes the scenarios of one room into a book."""


def changed(data: bytes, at: int, put: bytes) -> bytes:
    """`data` with other bytes at a place (negative: from the end)."""
    at = at if at >= 0 else len(data) + at
    return data[:at] + put + data[at + len(put) :]


def flipped(data: bytes, at: int, bit: int = 0) -> bytes:
    """`data` with one bit turned."""
    at = at if at >= 0 else len(data) + at
    return changed(data, at, bytes((data[at] ^ 1 << bit,)))
