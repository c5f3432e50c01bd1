"""What cannot stand in a field, and what would."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple, TypeVar

from openline.errors import OpenlineError

_Given = TypeVar("_Given")
_Taken = TypeVar("_Taken")
FAULTS_MAX: Final = 100  # that are told of one list or table; what comes after them is not looked at


class Unfit(OpenlineError):
    """A value that its field cannot hold. `place` is below the field: `[2].radius`; `remedy` says what to write.

    `more`: what else does not fit, where several things are held by one field.
    """

    def __init__(self, what: str, remedy: str, place: str = "", more: tuple[Unfit, ...] = ()) -> None:
        super().__init__(f"{place}: {what}" if place else what)
        self.what = what
        self.remedy = remedy
        self.place = place
        self.more = more

    def within(self, place: str) -> Unfit:
        """The same fault, named from further outside."""
        return Unfit(self.what, self.remedy, place + self.place, tuple(one.within(place) for one in self.more))

    def each(self) -> Iterator[Fault]:
        """Every fault by itself."""
        for one in (self, *self.more):
            yield Fault(one.place, one.what, one.remedy)


class Unfits:
    """Faults of several things in one field, as they are met; `done` once there are as many as are told."""

    def __init__(self) -> None:
        self._met: list[Unfit] = []

    @property
    def done(self) -> bool:
        """Whether no more are told."""
        return len(self._met) >= FAULTS_MAX

    def met(self, unfit: Unfit) -> None:
        """One more, or several."""
        each = [Unfit(one.what, one.remedy, one.place) for one in (unfit, *unfit.more)]
        self._met += each[: FAULTS_MAX - len(self._met)]

    def end(self) -> None:
        """Raises all of them as one Unfit, if there are any."""
        if self._met:
            first, *others = self._met
            if self.done:
                what = f"these are its first {FAULTS_MAX} faults, and there may be more"
                others.append(Unfit(what, "mend these first"))
            raise Unfit(first.what, first.remedy, first.place, tuple(others))


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


def each_of(items: Iterable[_Given], taken: Callable[[_Given], _Taken]) -> list[_Taken]:
    """What is taken from each. Raises one Unfit naming all that do not fit, counted from 1, up to FAULTS_MAX."""
    found: list[_Taken] = []
    unfits = Unfits()
    for number, one in enumerate(items, 1):
        try:
            found.append(taken(one))
        except Unfit as unfit:
            unfits.met(unfit.within(f"[{number}]"))
            if unfits.done:
                break
    unfits.end()
    return found
