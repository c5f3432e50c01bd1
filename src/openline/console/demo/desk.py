"""Two desks to sit down at: stations on loopback, officers, pages, a watch that is already under way.

It stays until it is told to stop; then nothing of it runs and nothing of it lies on the disk.
"""

from __future__ import annotations

import contextlib
import http.client
import select
import sys
import textwrap
import time
from collections.abc import Callable
from typing import Final

import msgspec

from openline.console.demo.play import open_line
from openline.console.demo.seeding import Watch
from openline.console.demo.staffing import Staff
from openline.console.demo.staging import LINE, UP_WITHIN_S, Broken, Side, Stage, free_port
from openline.console.demo.telling import WIDTH, Telling
from openline.console.home import write_whole
from openline.desk.people import Role

BANNER: Final = "A DEMONSTRATION: parties, persons and messages are made up"
BANNERS: Final = {
    "en": BANNER,
    "ru": "УЧЕБНЫЙ ПОКАЗ: стороны, лица и сообщения вымышлены",
    "ar": "عرض تجريبي: الأطراف والأشخاص والرسائل من الخيال",
}
LOOK_EVERY_S: Final = 1.0
PERSONS: Final = {
    "a": ("Lindqvist", "Moreau", "Okafor", "Tanaka"),
    "b": ("Haddad", "Petrov", "Silva", "Weber"),
}  # fmt: skip
ROLES: Final = ((Role.CUSTODIAN, Role.ENGINEER), (Role.WATCH,), (Role.DRAFTER,), (Role.RELEASER,))


class SignIn(msgspec.Struct):
    """What one officer signs in with. `code` is good once, for about a minute; `otpauth` makes the next ones."""

    name: str
    roles: list[str]
    pin: str
    code: str
    otpauth: str


class DeskSheet(msgspec.Struct):
    """One desk: where its pages are, and who may sit there."""

    party: str
    address: str
    persons: list[SignIn]


class TwoDesks:
    """One performance, which does not end by itself."""

    def __init__(self, stage: Stage, telling: Telling) -> None:
        self._stage = stage
        self._tell = telling
        sides = (stage.add("a", "Aurora"), stage.add("b", "Borealis"))
        self._staff = {side.key: Staff(stage, side) for side in sides}
        self._ports = {side.key: free_port() for side in sides}

    def set_up(self) -> list[DeskSheet]:
        """Everything, from the ceremony to the last draft. Raises Broken, Told, Refused."""
        self._tell.heading("OPENLINE  two desks", BANNER, ())
        spoken = [f"--language={language}" for language in BANNERS]
        open_line(self._stage, self._tell, *spoken, *(f"--banner={one}={words}" for one, words in BANNERS.items()))
        ours, theirs = self._staff.values()
        self._tell.chapter("Two stations with their desks start, and have no road to each other yet")
        for staff in (ours, theirs):
            self._settle(staff.side)
            self._stage.start(staff.side, *self._listens(staff.side))
            for name, roles in zip(PERSONS[staff.side.key], ROLES, strict=True):
                staff.enrol(name, *roles)
            staff.let_two_release()
            self._tell.step(f"{staff.side.name} has {len(staff.persons)} officers; a release takes two of them")
        watch = Watch(self._stage, ours, theirs)
        self._tell.chapter("A watch under way: every message is drafted by one officer and released by another")
        watch.cross(self._join)
        self._tell.step("two messages crossed, then the stations got their road")
        watch.fill()
        for staff in (ours, theirs):
            staff.leave()
            self._until_up(staff.side)
        self._tell.step(
            "written just now, with true times: what is overdue asked for a reply by an instant that had gone by; the "
            "FLASH rises by itself five minutes after it came"
        )
        return self.sheets()

    def sheets(self) -> list[DeskSheet]:
        """Both desks, with the codes of this half minute."""
        return [
            DeskSheet(staff.side.name, f"http://localhost:{self._ports[key]}", [
                SignIn(one.name, list(one.roles), one.pin, one.code(), one.address) for one in staff.persons
            ])
            for key, staff in self._staff.items()
        ]  # fmt: skip

    def stay(self, again: Callable[[list[DeskSheet]], None]) -> None:
        """Until KeyboardInterrupt. Whoever presses Enter is told the codes `again`. Raises Broken."""
        listens = sys.stdin is not None and sys.stdin.isatty()
        while True:
            for staff in self._staff.values():
                with self._stage.link(staff.side):  # raises when its station has ended
                    pass
            if not listens:
                time.sleep(LOOK_EVERY_S)
            elif select.select([sys.stdin], [], [], LOOK_EVERY_S)[0]:
                listens = bool(sys.stdin.readline())
                again(self.sheets())

    def _settle(self, side: Side, dial: str = "") -> None:
        settings = f'[desk]\nlisten = "127.0.0.1:{self._ports[side.key]}"\n[lines.{LINE}]\n{dial}'
        write_whole(side.home.config, settings.encode())

    def _listens(self, side: Side) -> tuple[str, ...]:
        return ("--listen", f"127.0.0.1:{side.port}") if side.key == "a" else ()

    def _join(self) -> None:
        """A running station reads new addresses by itself."""
        a, b = (staff.side for staff in self._staff.values())
        self._settle(b, f'dial = {{ "{a.name}" = "127.0.0.1:{a.port}" }}\n')

    def _until_up(self, side: Side) -> None:
        until = time.monotonic() + UP_WITHIN_S
        while time.monotonic() < until:
            link = http.client.HTTPConnection("127.0.0.1", self._ports[side.key], timeout=UP_WITHIN_S)
            with contextlib.suppress(OSError), contextlib.closing(link):
                link.request("GET", "/sign-in")
                if link.getresponse().status == http.HTTPStatus.OK:
                    return
            time.sleep(0.1)
        raise Broken(f"the pages of {side.name} do not answer within {UP_WITHIN_S} s")


def in_words(sheets: list[DeskSheet]) -> str:
    """Addresses and sign-ins, and how it ends."""
    rows = ["", "─" * WIDTH]
    for sheet in sheets:
        rows.append(f"{sheet.party}: {sheet.address}")
        for one in sheet.persons:
            rows.append(f"  {one.name:<10} {', '.join(one.roles):<20} PIN {one.pin}   code {one.code}")
            rows.append(f"    {one.otpauth}")
    rows.append("")
    rows += textwrap.wrap(
        "A code is good once, for about a minute; the otpauth address sets a code generator up. Press Enter for the "
        "codes of this half minute. Drafter and releaser need two browsers, or one and a private window. Two desks "
        "on one machine trust it alike: this is a rehearsal, not a station.", WIDTH)
    rows += ["─" * WIDTH, "Both desks stay until Ctrl-C, which ends and removes everything of them."]
    return "\n".join(rows)


def codes_in_words(sheets: list[DeskSheet]) -> str:
    """The codes alone."""
    return "\n".join(
        f"{sheet.party}: " + ", ".join(f"{one.name} {one.code}" for one in sheet.persons) for sheet in sheets
    )
