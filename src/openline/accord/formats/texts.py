"""Fields that hold words: identifiers, choices from a list, yes or no, free text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from openline.accord.formats.times import whole
from openline.accord.formats.unfit import Unfit
from openline.accord.formats.words import Said, said, word
from openline.seal.spelling import REFUSED_IN_ANY_TEXT

IDENTIFIER_CHARS_MAX: Final = 64
CHOICES_MAX: Final = 256
_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ./_:#+-]*[A-Za-z0-9.#+-])?", re.ASCII)
_CODE: Final = re.compile(r"[A-Z0-9][A-Z0-9_./-]{0,31}", re.ASCII)
_REFUSED: Final = re.compile(f"[\x00-\x08\x0b-\x1f{REFUSED_IN_ANY_TEXT}]")


class Identifier(NamedTuple):
    """What names one thing, and the same one to both sides: plain Latin letters, digits and a few marks, in one line.

    Nothing that turns direction, hides, or looks like another letter can stand in it. `exactly`: so many characters.
    """

    chars_most: int = IDENTIFIER_CHARS_MAX
    exactly: int = 0

    @property
    def _remedy(self) -> str:
        length = f"{self.exactly}" if self.exactly else f"1 to {self.chars_most}"
        return f"{length} characters: A-Z a-z 0-9 . / _ : # + - and single spaces inside"

    def check(self, raw: object) -> str:
        """From the wire. Raises Unfit."""
        if type(raw) is not str or not 0 < len(raw) <= self.chars_most or (self.exactly and len(raw) != self.exactly):
            raise Unfit(f"{raw!r:.40} is no identifier", self._remedy)
        if not _IDENTIFIER.fullmatch(raw) or "  " in raw:
            odd = next((c for c in raw if not re.fullmatch(r"[A-Za-z0-9 ./_:#+-]", c, re.ASCII)), "")
            which = f"it holds U+{ord(odd):04X}" if odd else "spaces or marks at its ends, or two spaces"
            raise Unfit(f"{raw!a:.60} is no identifier: {which}", self._remedy)
        return raw

    def read(self, given: object) -> str:
        """As written. Raises Unfit."""
        return self.check(str(given) if type(given) is int else given)

    def give(self, value: str) -> object:
        """What `read` reads."""
        return value

    def say(self, value: str, language: str) -> str:
        """As written."""
        return value


class Option(NamedTuple):
    """One thing to choose: its code, the same in every language, and what it is called."""

    code: str
    label: Said


class Choice(NamedTuple):
    """One of a list. On the wire its place in the list."""

    options: tuple[Option, ...]

    def check(self, raw: object) -> int:
        """From the wire. Raises Unfit."""
        return whole(raw, 0, len(self.options) - 1, "choice")

    def read(self, given: object) -> int:
        """By its code. Raises Unfit."""
        for number, option in enumerate(self.options):
            if option.code == given:
                return number
        shown: Sequence[str] = [option.code for option in self.options]
        raise Unfit(f"{given!r:.40} is not to be chosen here", f"one of {', '.join(shown)}")

    def give(self, value: int) -> object:
        """What `read` reads."""
        return self.options[value].code

    def say(self, value: int, language: str) -> str:
        """For people."""
        return said(self.options[value].label, language)


class Flag(NamedTuple):
    """Yes or no. On the wire 1 or 0, so that no left-out value reads as no."""

    def check(self, raw: object) -> int:
        """From the wire. Raises Unfit."""
        return whole(raw, 0, 1, "yes or no")

    def read(self, given: object) -> int:
        """`yes` or `no`, true or false. Raises Unfit."""
        if given in ("yes", "no"):
            return int(given == "yes")
        if type(given) is bool:
            return int(given)
        raise Unfit(f"{given!r:.40} is neither yes nor no", "yes, or no")

    def give(self, value: int) -> object:
        """What `read` reads."""
        return "yes" if value else "no"

    def say(self, value: int, language: str) -> str:
        """For people."""
        return word("yes" if value else "no", language)


class Text(NamedTuple):
    """Free text in the sender's language. It travels as it is; a translation is somebody's, and never stands for it."""

    chars_most: int = 2_000

    def check(self, raw: object) -> str:
        """From the wire. Raises Unfit."""
        if type(raw) is not str or not raw.strip():
            raise Unfit("an empty text says nothing", "leave the field out, or write something")
        if len(raw) > self.chars_most:
            raise Unfit(f"{len(raw)} characters", f"at most {self.chars_most}; what is longer is an attachment")
        found = _REFUSED.search(raw)
        if found is not None:
            raise Unfit(f"it holds the control character U+{ord(found[0]):04X}", "letters, digits, spaces, new lines")
        return raw

    def read(self, given: object) -> str:
        """As written. Raises Unfit."""
        return self.check(given)

    def give(self, value: str) -> object:
        """What `read` reads."""
        return value

    def say(self, value: str, language: str) -> str:
        """As written: free text is not translated by machine or format."""
        return value


def is_code(text: object) -> bool:
    """Whether something can be an option's code: capital letters, digits and `_ . / -`, at most 32."""
    return type(text) is str and _CODE.fullmatch(text) is not None
