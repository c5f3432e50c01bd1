"""What the screen needs of the station it stands in."""

from __future__ import annotations

from typing import Protocol

from openline.console.channel.asking import Status
from openline.console.channel.relayed import Relayed
from openline.console.channel.submitting import Watchers
from openline.console.home import LineHome
from openline.console.kept.upkeep import Upkeep
from openline.console.watch.desk import Desk
from openline.line.ports import Store
from openline.line.state import LineState
from openline.seal.charter import Charter


class Running(Protocol):
    """A running station, as far as its screen looks at it."""

    @property
    def charter(self) -> Charter:
        """The terms of the line as amended."""

    @property
    def line(self) -> LineHome:
        """Where its files lie."""

    @property
    def store(self) -> Store:
        """The record."""

    @property
    def state(self) -> LineState:
        """The machine's state after the last committed turn."""

    @property
    def upkeep(self) -> Upkeep:
        """What follows the roster, and keeps contact."""

    @property
    def desk(self) -> Desk:
        """Who is at work here."""

    @property
    def relayed(self) -> Relayed:
        """When bearers took messages of ours."""

    @property
    def watchers(self) -> Watchers:
        """Told of every change of the record, the desk and the alarms."""

    def now_ms(self) -> int:
        """UTC, ms."""

    def status(self) -> Status:
        """How the line is, as observed."""
