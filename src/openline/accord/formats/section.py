"""Reading a file that people wrote, every fault told at once: where it is, what is wrong, what would be right."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from openline.accord.formats.unfit import Fault
from openline.seal.spelling import REFUSED_IN_ANY_TEXT

T = TypeVar("T")
_HEAD: Final = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.-]+)\s*\]\]?")
_KEY: Final = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,47}", re.ASCII)
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}", re.ASCII)
LINE_CHARS_MAX: Final = 2_000  # of one label or note
SHOWN: Final = 40
# What turns a terminal or the direction of writing, or makes one line two: a label is printed beside what it labels.
_REFUSED: Final = re.compile(f"[\x00-\x1f{REFUSED_IN_ANY_TEXT}]")


class Lines:
    """Where in a TOML file its tables and keys stand, for people: `[[field]]` number 3, key `type` is in line 41."""

    def __init__(self, source: str) -> None:
        self._at: dict[tuple[str, str], int] = {}
        place, counts = "", dict[str, int]()
        for number, line in enumerate(source.split("\n"), 1):
            head = _HEAD.match(line)
            if head is not None:
                name = head[2]
                if head[1] == "[[":
                    counts[name] = counts.get(name, 0) + 1
                    name = f"{name}[{counts[name]}]"
                place = name
                self._at.setdefault((place, ""), number)
                continue
            key = _KEY.match(line)
            if key is not None:
                self._at.setdefault((place, key[1]), number)

    def of(self, place: str, key: str) -> int:
        """The line of a key, or of its table, or 0."""
        top = re.match(r"[A-Za-z0-9_.-]+(?:\[\d+\])?", place)
        table = top[0] if top else place
        inner = place[len(table) :].lstrip(".").split("[")[0].split(".")[0]
        return self._at.get((table, inner or key), self._at.get((table, key), self._at.get((table, ""), 0)))


class Section:
    """One table being read. What is wrong is noted and reading goes on."""

    def __init__(self, values: dict[str, Any], place: str, lines: Lines, faults: list[Fault]) -> None:
        self._values = values
        self._place = place
        self._lines = lines
        self._faults = faults
        self._taken: set[str] = set()

    @property
    def place(self) -> str:
        """What it is called in faults."""
        return self._place

    def fault(self, key: str, what: str, remedy: str) -> None:
        """Note something that is wrong with a key."""
        shown = key[:SHOWN] if key.isprintable() else f"{key!a:.{SHOWN}}"  # a key may be anything in quotes
        place = f"{self._place}.{shown}" if key else self._place
        self._faults.append(Fault(place, what, remedy, self._lines.of(self._place, key)))

    def has(self, key: str) -> bool:
        """Whether the key is there at all."""
        return key in self._values

    def _take(self, key: str, required: bool, remedy: str) -> Any:
        self._taken.add(key)
        if key not in self._values and required:
            self.fault(key, "is missing", remedy)
        return self._values.get(key)

    def take(self, key: str, allowed: Callable[[Any], bool], remedy: str, default: T, *, required: bool = False) -> T:
        """A value that `allowed` allows, else `default` with a fault noted."""
        value = self._take(key, required, remedy)
        if value is None:
            return default
        if not allowed(value):
            self.fault(key, f"{value!r:.{SHOWN}} cannot stand here", remedy)
            return default
        return value  # type: ignore[no-any-return]

    def line(self, key: str, default: str = "", *, required: bool = False) -> str:
        """A text in one line."""
        return self.take(
            key, lambda one: isinstance(one, str) and 0 < len(one) <= LINE_CHARS_MAX and one.isprintable(),
            f"a text in one line of at most {LINE_CHARS_MAX} characters", default, required=required,
        )  # fmt: skip

    def name(self, key: str) -> str:
        """A name of ours: small letters, digits, `_`."""
        remedy = "small letters, digits and _, at most 48, beginning with a letter"
        return self.take(key, is_name, remedy, "", required=True)

    def whole(self, key: str, default: int, least: int, most: int, *, required: bool = False) -> int:
        """A whole number within bounds."""
        return self.take(
            key, lambda one: type(one) is int and least <= one <= most, f"a whole number from {least} to {most}",
            default, required=required,
        )  # fmt: skip

    def flag(self, key: str) -> bool:
        """True or false; false where it is left out."""
        return self.take(key, lambda one: type(one) is bool, "true or false", False)

    def one_of(self, key: str, choices: Sequence[str], default: str, *, required: bool = False) -> str:
        """One of a few words."""
        return self.take(key, lambda one: one in choices, f"one of: {', '.join(choices)}", default, required=required)

    def words(self, key: str, languages: Sequence[str], *, required: bool = True) -> dict[str, str]:
        """The same in each of the format's languages."""
        remedy = "{ " + ", ".join(f'{one} = "..."' for one in languages) + " }"
        value = self._take(key, required, remedy)
        if value is None:
            return dict.fromkeys(("en", *languages), key)
        if not isinstance(value, dict) or not all(isinstance(one, str) and one.strip() for one in value.values()):
            self.fault(key, f"{value!r:.{SHOWN}} is not said by language", remedy)
            return dict.fromkeys(("en", *languages), key)
        for one in languages:
            if one not in value:
                self.fault(key, f"nothing in {one}", f'add {one} = "..."')
        for one in value:
            if len(value[one]) > LINE_CHARS_MAX or _REFUSED.search(value[one]) is not None:
                self.fault(key, f"{value[one]!a:.{SHOWN}} is no text in one line",
                           f"at most {LINE_CHARS_MAX} characters, none that cannot be seen")
            if one not in languages:
                there = f"they are {', '.join(languages)}"
                self.fault(key, f"{one!r:.20} is not one of this format's languages", there)
        return {"en": next(iter(value.values()), key), **value}

    def listed(self, key: str, most: int, *, required: bool = False) -> list[str]:
        """A list of texts in one line each."""
        return self.take(
            key,
            lambda all_: isinstance(all_, list) and len(all_) <= most
            and all(isinstance(one, str) and 0 < len(one) <= LINE_CHARS_MAX and one.isprintable() for one in all_),
            f"a list of at most {most} texts", [], required=required,
        )  # fmt: skip

    def inner(self, key: str, most: int, *, least: int = 0) -> list[Section]:
        """The tables below a key, each a section of its own."""
        value = self._take(key, least > 0, f"{least} to {most} tables")
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.fault(key, "is no list of tables", f"{least} to {most} tables")
            return []
        if not least <= len(value) <= most:
            self.fault(key, f"{len(value)} of them", f"{least} to {most}")
        place = f"{self._place}.{key}" if self._place else key
        return [
            Section(one, f"{place}[{number}]", self._lines, self._faults) for number, one in enumerate(value[:most], 1)
        ]

    def end(self) -> None:
        """Whatever nobody asked for is a fault too: a key misspelt must not be a key left out."""
        for key in self._values:
            if key not in self._taken:
                known = ", ".join(sorted(self._taken))
                self.fault(key, "is no key of this table", f"the keys here are {known}")


def is_name(value: object) -> bool:
    """Whether it can name a field or a format's column."""
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def is_language(value: object) -> bool:
    """Whether it is a language tag as formats use them (RFC 5646, the short ones)."""
    return isinstance(value, str) and _LANGUAGE.fullmatch(value) is not None
