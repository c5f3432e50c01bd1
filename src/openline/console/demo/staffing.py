"""Officers at a desk of the demonstration: made-up persons with PINs and code generators that are printed.

Nothing here is secret: who runs the demonstration sits at both desks. A real desk's PIN is chosen by its officer, and
the address of the code generator is shown once.
"""

from __future__ import annotations

import base64
import secrets
import time
from typing import Final, NamedTuple
from urllib.parse import parse_qs, urlparse

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from openline.console.accords.asking import Drafted
from openline.console.channel.asking import Acknowledge, Nothing, Outgoing, Place, Sent
from openline.console.codes import Told
from openline.console.demo.staging import Side, Stage
from openline.console.watch import asking
from openline.console.watch.secrets import CODE_DIGITS, STEP_S
from openline.desk.people import Role

PIN_DIGITS: Final = 6
TRIES: Final = 3  # a code may grow old between its making and its look-up


class Person(NamedTuple):
    """One officer. `address`: what a code generator is set up with."""

    name: str
    roles: tuple[str, ...]
    pin: str
    address: str

    def code(self, steps_ago: int = 0) -> str:
        """The code of this half minute, or of an earlier one."""
        seed = base64.b32decode(parse_qs(urlparse(self.address).query)["secret"][0])
        step = int(time.time()) // STEP_S - steps_ago
        codes = TOTP(seed, CODE_DIGITS, SHA1(), STEP_S)  # noqa: S303  what every code generator can do; RFC 6238
        return codes.generate(step * STEP_S).decode()


class Staff:
    """The officers of one side, each in a sitting of their own while the watch is made."""

    def __init__(self, stage: Stage, side: Side) -> None:
        self._stage = stage
        self.side = side
        self.persons: list[Person] = []
        self._sittings: dict[str, str] = {}

    def enrol(self, name: str, *roles: Role) -> None:
        """One officer more; the first is a custodian. Raises Told, Refused."""
        given = tuple(str(role) for role in roles)
        pin = _pin()
        ask = asking.EnrolOfficer(name=name, roles=sorted(given), pin=pin, sitting=self._custodian())
        with self._stage.link(self.side) as link:
            made = link.ask(ask, asking.Enrolled)
        self.persons.append(Person(name, given, pin, made.address))
        self._sign_in(self.persons[-1])

    def sitting(self, role: Role) -> str:
        """The token of the first officer with this role."""
        return next(self._sittings[one.name] for one in self.persons if role in one.roles)

    def let_two_release(self) -> None:
        """From now on nothing leaves without a second officer; the watch officer takes the watch."""
        with self._stage.link(self.side) as link:
            link.ask(asking.SetPolicy(persons=2, sitting=self._custodian()), asking.DeskRow)
            link.ask(asking.TakeWatch(sitting=self.sitting(Role.WATCH)), Nothing)

    def draft(self, message: Outgoing) -> asking.DraftRow:
        """What the drafter writes and submits: it waits for another officer."""
        drafter = self.sitting(Role.DRAFTER)
        with self._stage.link(self.side) as link:
            row = link.ask(asking.WriteDraft(message=message, sitting=drafter), asking.DraftRow)
            ask = asking.SubmitDraft(draft=row.draft, version=row.version, sitting=drafter)
            return link.ask(ask, asking.DraftRow)

    def send(self, message: Outgoing) -> Place:
        """Drafted by one officer and released by another, in sittings of their own. Where it is recorded."""
        return self._released(self.draft(message).draft)

    def _released(self, draft: int) -> Place:
        releaser = self.sitting(Role.RELEASER)
        with self._stage.link(self.side) as link:
            shown = link.ask(asking.AskDraft(draft=draft, sitting=releaser), asking.DraftRow)
            ask = asking.ReleaseDraft(draft=draft, version=shown.version, code=shown.code, sitting=releaser)
            return link.ask(ask, Sent).places[0]

    def say(self, draft: asking.AnyRequest) -> Place:
        """Something of an accord, drafted and released like that. Where it is recorded."""
        drafter = self.sitting(Role.DRAFTER)
        draft.sitting = drafter
        with self._stage.link(self.side) as link:
            made = link.ask(draft, Drafted)
            link.ask(asking.SubmitDraft(draft=made.draft, version=made.version, sitting=drafter), asking.DraftRow)
        return self._released(made.draft)

    def acknowledge(self, place: Place) -> Place:
        """The watch officer has opened it. Where that is recorded."""
        officer = next(one.name for one in self.persons if Role.WATCH in one.roles)
        ask = Acknowledge(place=str(place), officer=officer, role=str(Role.WATCH), sitting=self.sitting(Role.WATCH))
        with self._stage.link(self.side) as link:
            return link.ask(ask, Sent).places[0]

    def leave(self) -> None:
        """All sittings end: whoever comes to the desk signs in."""
        with self._stage.link(self.side) as link:
            for token in self._sittings.values():
                link.ask(asking.SignOut(sitting=token), Nothing)
        self._sittings.clear()

    def _custodian(self) -> str:
        return self.sitting(Role.CUSTODIAN) if self._sittings else ""

    def _sign_in(self, person: Person) -> None:
        """With the code of the half minute before: a code is taken once, and this one is for who reads it."""
        for left in reversed(range(TRIES)):
            ask = asking.SignIn(name=person.name, pin=person.pin, code=person.code(steps_ago=1))
            try:
                with self._stage.link(self.side) as link:
                    self._sittings[person.name] = link.ask(ask, asking.SignedIn).token
                return
            except Told:
                if not left:
                    raise


def _pin() -> str:
    while True:
        pin = f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}}"
        if len(set(pin)) >= PIN_DIGITS - 2:
            return pin
