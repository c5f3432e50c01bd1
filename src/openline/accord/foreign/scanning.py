"""Reading a form from its first character to its last: every fault has line, column, what is wrong, what is right."""

from __future__ import annotations

import re
from typing import Final, NoReturn

from openline.errors import OpenlineError

FORM_CHARS_MAX: Final = 64 * 1024


class Misread(OpenlineError):
    """A form that is not as it should be. `line` and `column` count from 1."""

    def __init__(self, line: int, column: int, what: str, remedy: str) -> None:
        super().__init__(f"line {line}, column {column}: {what}; {remedy}")
        self.line = line
        self.column = column
        self.what = what
        self.remedy = remedy


class Unwritable(OpenlineError):
    """Something that a form has no way to say. `part` names it."""

    def __init__(self, part: str, what: str) -> None:
        super().__init__(f"{part}: {what}")
        self.part = part


def checked(said: str, allowed: re.Pattern[str], part: str, lines_max: int = 1, chars_max: int = 2_000) -> str:
    """A text that a form can say in so many lines. Raises Unwritable."""
    lines = said.split("\n")
    if len(lines) > lines_max or not all(lines) or max(map(len, lines)) > chars_max:
        raise Unwritable(part, f"1 to {lines_max} lines of 1 to {chars_max} characters, none of them empty")
    odd = next((letter for line in lines for letter in line if not allowed.fullmatch(letter)), None)
    if odd is not None:
        raise Unwritable(part, f"{odd!r} is not among the letters of this form")
    return said


class Scan:
    """A text and how far it has been read. Lines end with a line feed, or all with carriage return and line feed."""

    def __init__(self, text: str, allowed: re.Pattern[str]) -> None:
        """`allowed`: one character that may stand in it. Raises Misread at the first other one."""
        self.at = 0
        self.text = text.replace("\r\n", "\n") if "\r\n" in text and "\n" not in text.replace("\r\n", "") else text
        if len(self.text) > FORM_CHARS_MAX:
            self.text = self.text[:1]
            self.fail(f"{len(text)} characters", f"at most {FORM_CHARS_MAX}")
        for number, letter in enumerate(self.text):
            if letter != "\n" and not allowed.fullmatch(letter):
                self.fail(f"U+{ord(letter):04X} cannot stand here", "only the letters and marks of this form", number)
        self.text = self.text.removesuffix("\n")
        empty = 0 if self.text[:1] == "\n" else self.text.find("\n\n") + 1
        if empty or self.text[:1] in ("", "\n") or self.text[-1:] == "\n":
            self.fail("an empty line", "no empty lines", empty or len(self.text))

    def fail(self, what: str, remedy: str, at: int | None = None) -> NoReturn:
        """Raise Misread at a place, or here."""
        place = self.at if at is None else at
        line = self.text.count("\n", 0, place) + 1
        raise Misread(line, place - (self.text.rfind("\n", 0, place) + 1) + 1, what, remedy)

    def take(self, pattern: re.Pattern[str], remedy: str) -> re.Match[str]:
        """What the pattern matches here, which is then read. Raises Misread."""
        found = pattern.match(self.text, self.at)
        if found is None:
            there = self.text[self.at : self.at + 20].split("\n", 1)[0]
            self.fail(f"{there!r} stands here" if there else "nothing stands here", remedy)
        self.at = found.end()
        return found

    def literal(self, word: str) -> None:
        """Exactly this. Raises Misread."""
        if not self.sees(word):
            there = self.text[self.at : self.at + max(20, len(word))].split("\n", 1)[0]
            self.fail(f"{there!r} stands here" if there else "nothing stands here", f"{word!r}")
        self.at += len(word)

    def sees(self, word: str) -> bool:
        """Whether this comes next."""
        return self.text.startswith(word, self.at)

    def line(self) -> str:
        """The rest of this line; what follows it is next."""
        end = self.text.find("\n", self.at)
        end = len(self.text) if end < 0 else end
        found = self.text[self.at : end]
        self.at = min(end + 1, len(self.text))
        return found

    def until(self, word: str) -> str:
        """Everything before a line that is this word, or at whose begin it stands if it ends with a space."""
        begin = self.at
        at = begin
        while at <= len(self.text):
            if self.text.startswith(word, at):
                self.at = at
                return self.text[begin : max(begin, at - 1)]
            following = self.text.find("\n", at)
            if following < 0:
                break
            at = following + 1
        return self.fail(f"no line begins with {word!r} after this", "the form ends with it")

    def end(self) -> None:
        """Nothing more. Raises Misread."""
        if self.at < len(self.text):
            self.fail(f"{self.text[self.at : self.at + 20]!r} after the end", "nothing stands there")
