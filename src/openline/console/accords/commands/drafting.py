"""What commands about the accords share: reading a file to a bound, and writing a draft for another officer."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from openline.console.accords import asking
from openline.console.codes import Told
from openline.console.terminal import Session

TOKEN: Final = click.option("--token", help="Asking twice under one token records once.")
AS_DRAFT: Final = click.option("--as-draft", is_flag=True, help="Write a draft that another officer releases.")


def drafted(session: Session, ask: asking.DraftNotice | asking.DraftPaper) -> None:
    """Write the draft and say its number."""
    with session.link() as link:
        row = link.ask(ask, asking.Drafted)
    session.answer(row, lambda: f"D-{row.draft}, version {row.version}: `openline draft submit`, then another officer")


def read(path: Path, most: int) -> bytes:
    """A file of at most `most` bytes. Raises Told OL-202 for a longer one, OSError."""
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise Told("OL-202", f"{path}: more than {most} bytes")
    return data
