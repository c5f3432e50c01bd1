"""Fields that say how many or how much. A quantity is a whole number of its last decimal: no binary fractions."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from openline.accord.formats.times import whole
from openline.accord.formats.unfit import Unfit
from openline.accord.formats.words import UNITS, said, word

NUMBER_MAX: Final = 2**53 - 1  # what every program that reads JSON keeps exact
DECIMALS_MAX: Final = 6
NOT_PROVIDED: Final = False  # on the wire; not zero, and not left out: the sender says that it does not say
PROVIDED_NOT: Final = "not provided"  # as people and files write it
_DECIMAL: Final = re.compile(r"(-?)(0|[1-9][0-9]{0,15})(?:\.([0-9]{1,6}))?", re.ASCII)


class Number(NamedTuple):
    """A whole number, or a quantity with so many decimals in a unit. Bounds in the unit of its last decimal."""

    least: int = 0
    most: int = NUMBER_MAX
    unit: str = ""
    decimals: int = 0
    may_withhold: bool = False

    def check(self, raw: object) -> int:
        """From the wire. Raises Unfit."""
        if raw is NOT_PROVIDED and self.may_withhold:
            return NOT_PROVIDED
        return whole(raw, self.least, self.most, f"number{self._of_what()}")

    def _of_what(self) -> str:
        return f" of {10**-self.decimals:g} {self.unit or 'each'}" if self.decimals else ""

    def read(self, given: object) -> int:
        """`45` or `45.5`, as a number or as text; `not provided` where the format allows it. Raises Unfit."""
        remedy = f"digits{f', at most {self.decimals} after a point' if self.decimals else ''}"
        if self.may_withhold and given == PROVIDED_NOT:
            return NOT_PROVIDED
        typed = str(given) if type(given) in (int, str) else ""
        if type(given) is float and given == given and abs(given) < NUMBER_MAX:
            typed = f"{given:.{DECIMALS_MAX}f}".rstrip("0").rstrip(".")
        if self.unit and typed.endswith(f" {self.unit}"):
            typed = typed.removesuffix(f" {self.unit}").strip()
        found = _DECIMAL.fullmatch(typed.strip())
        if found is None:
            raise Unfit(f"{given!r:.40} is no number", remedy + (f", then {self.unit} or nothing" if self.unit else ""))
        fraction = (found[3] or "").rstrip("0")
        if len(fraction) > self.decimals:
            raise Unfit(f"{typed} is finer than the format allows", remedy)
        value = int(found[2] + fraction.ljust(self.decimals, "0")) * (-1 if found[1] else 1)
        if not self.least <= value <= self.most:
            raise Unfit(f"{typed} is out of bounds", f"from {self._plain(self.least)} to {self._plain(self.most)}")
        return value

    def _plain(self, value: int) -> str:
        if not self.decimals:
            return str(value)
        digits = str(abs(value)).rjust(self.decimals + 1, "0")
        body = f"{digits[: -self.decimals]}.{digits[-self.decimals :]}".rstrip("0").rstrip(".")
        return f"-{body}" if value < 0 else body

    def give(self, value: int) -> object:
        """What `read` reads: an int where there are no decimals, else text."""
        if value is NOT_PROVIDED:
            return PROVIDED_NOT
        return self._plain(value) if self.decimals else value

    def say(self, value: int, language: str) -> str:
        """For people, with the unit."""
        if value is NOT_PROVIDED:
            return word("not provided", language)
        unit = f" {said(UNITS[self.unit], language)}" if self.unit else ""
        return self._plain(value) + unit
