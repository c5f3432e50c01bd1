"""What is said of accords, recorded here or written as a draft for another officer: one way for every chamber."""

from __future__ import annotations

from openline.accord.bodies import check_body
from openline.console.accords.asking import Drafted
from openline.console.channel.asking import Sent
from openline.console.channel.showing import place_of
from openline.console.stating.running import Running
from openline.console.watch.desk import Desk
from openline.desk.acts import Write
from openline.desk.facts import DraftedOther
from openline.line.events import Draft


async def record(
    running: Running, kind: int, *bodies: bytes, precedence: int = 0, flags: int = 0, token: str | None = None
) -> Sent:
    """An entry a body, all or none; under a token each is recorded once. Raises Malformed, Refused, Told, StoreDown."""
    drafts = [
        Draft(kind, precedence, flags, check_body(kind, body), body,
              f"{token}/{number}" if token and number else token or "")
        for number, body in enumerate(bodies)
    ]  # fmt: skip
    return Sent([place_of(log, index) for log, index in await running.submit(drafts)])


def write_draft(desk: Desk, sitting: str, kind: int, body: bytes, precedence: int = 0, flags: int = 0) -> Drafted:
    """The first version of a draft, for another officer to release. Raises Refused."""
    return write_version(desk, sitting, Write(None, 0, precedence, flags, b"", kind, body))


def write_version(desk: Desk, sitting: str, version: Write) -> Drafted:
    """A version of a draft of anything but a message. Raises Refused."""
    (fact,) = desk.act(version, desk.sitting(sitting).actor)
    assert isinstance(fact, DraftedOther)
    return Drafted(fact.draft, fact.version)
