"""What cannot stand in a field, and what would."""

from __future__ import annotations

from typing import NamedTuple

from openline.errors import OpenlineError


class Unfit(OpenlineError):
    """A value that its field cannot hold. `place` is below the field: `[2].radius`; `remedy` says what to write."""

    def __init__(self, what: str, remedy: str, place: str = "") -> None:
        super().__init__(f"{place}: {what}" if place else what)
        self.what = what
        self.remedy = remedy
        self.place = place

    def within(self, place: str) -> Unfit:
        """The same fault, named from further outside."""
        return Unfit(self.what, self.remedy, place + self.place)


class Fault(NamedTuple):
    """One thing wrong in a file or a form: where, what, and what would be right. `line` 0: nowhere in particular."""

    place: str
    what: str
    remedy: str
    line: int = 0

    def in_a_line(self) -> str:
        """For people."""
        where = f"line {self.line}, {self.place}" if self.line else self.place
        return f"{where}: {self.what}; {self.remedy}"
