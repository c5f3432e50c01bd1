"""What commands about the accords share: reading a file to a bound, telling its faults, a draft for another officer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Protocol

import click

from openline.accord.formats.reader import FORMAT_BYTES_MAX, NotAFormat
from openline.console.accords import asking
from openline.console.channel.asking import Sent
from openline.console.codes import Told
from openline.console.terminal import Session
from openline.visible import visible

TOKEN: Final = click.option("--token", help="Asking twice under one token records once.")
AS_DRAFT: Final = click.option("--as-draft", is_flag=True, help="Write a draft that another officer releases.")


def drafted(session: Session, ask: Any) -> None:
    """Write the draft, or one a part, and say its number."""
    with session.link() as link:
        row = link.ask(ask, asking.Drafted)
    drafts = ", ".join(f"D-{number}" for number in (row.draft, *row.more))
    parts = f", a part each of {1 + len(row.more)}" if row.more else ""
    text = f"{drafts}, version {row.version}{parts}: `openline draft submit`, then another officer"
    session.answer(row, lambda: text)


def written(session: Session, ask: Any, draft: Callable[[Any], Any] | None, then: str = "", said: str = "as") -> None:
    """Record what is asked; or, by the request that `draft` makes of it, write it as a draft. `then`: what follows."""
    if draft is not None:
        drafted(session, draft(ask))
        return
    with session.link() as link:
        sent = link.ask(ask, Sent)
    session.answer(sent, lambda: f"recorded {said} {', '.join(map(str, sent.places))}{f'; {then}' if then else ''}")


def read(path: Path, most: int) -> bytes:
    """A file of at most `most` bytes. Raises Told OL-202 for a longer one, OSError."""
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise Told("OL-202", f"{path}: more than {most} bytes")
    return data


def file_named(name: str, shipped: Mapping[str, bytes], what: str) -> bytes:
    """A format or layout: one that comes with the program, or the file at that path. Raises Told OL-202, OL-303."""
    if name in shipped:
        return shipped[name]
    path = Path(name)
    if not path.is_file():
        raise Told("OL-303", f"{name}: neither a file nor a {what} that comes with the program")
    return read(path, FORMAT_BYTES_MAX)


def refused_with(session: Session, file: Path, refused: NotAFormat) -> int:
    """Tell every fault of a file. Returns the exit code."""
    faults = [one._asdict() for one in refused.faults]
    session.answer({"faults": faults}, "\n".join(f"{file}: {one.in_a_line()}" for one in refused.faults))
    return 1


class Shown(Protocol):
    """What a row says of a format and of a layout alike."""

    digest: str
    id: str
    version: int
    title: dict[str, str]
    unconfirmed: bool
    agreed: bool
    by: list[str]
    faults: list[str]


def in_a_line(one: Shown) -> str:
    """A format or layout in a line, as lists have it."""
    if one.faults:
        return f"{one.digest[:12]}  CANNOT BE USED: {visible(one.faults[0])}"
    said = f"said by {', '.join(map(visible, one.by))}" if one.by else "comes with the program"
    state = "agreed" if one.agreed else said
    doubt = " (after an unconfirmed description)" if one.unconfirmed else ""
    return f"{one.digest[:12]}  {one.id:<28} {one.version}  {state}: {visible(one.title.get('en', ''))}{doubt}"
