"""The state of the accords, recomputed from the record alone. Needs no running station."""

from __future__ import annotations

from pathlib import Path

import click

from openline.console.accords import replaying
from openline.console.dtg import iso, parse_iso
from openline.console.home import write_whole
from openline.console.terminal import INPUT_FILE, Session, room_options
from openline.visible import visible


@click.group()
def accord() -> None:
    """What the record comes to: formats, agreements, notices, times, duties."""


@accord.command("replay")
@click.option("--from", "export", type=INPUT_FILE, help="From this export instead of our store; it is verified first.")
@click.option("--at", metavar="INSTANT", help="As of when [when the last of its entries was written].")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the whole state here.")
@click.option("--against", type=INPUT_FILE, help="Compare with a state of the other side; exit 5 if it differs.")
@room_options
@click.pass_obj
def replay(session: Session, export: Path | None, at: str | None, out: Path | None, against: Path | None) -> int:
    """Recompute everything from the record and hash it: the same bytes on both sides, whatever the order of arrival.

    `said` is over what entries say and is the same for all who hold the same entries. `whole` adds when notices were
    held, by the receipts that this side has.
    """
    replayed = replaying.of_export(export) if export is not None else replaying.of_store(session.line)
    found = replaying.answer(replayed, parse_iso(at) if at else None, against)
    if out is not None:
        write_whole(out, "".join(f"{line}\n" for line in replaying.lines_of(replayed, found.at_ms)).encode("ascii"))
    session.answer(found, lambda: _in_words(found))
    return 5 if found.differs else 0


def _in_words(one: replaying.Answer) -> str:
    lines = [
        f"said   {one.said}", f"whole  {one.whole}",
        f"{one.notices} notices, {one.lines} lines, as of {iso(one.at_ms)}"
        + (f"; {one.unread} entries cannot be read" if one.unread else ""),
    ]  # fmt: skip
    if one.differs is not None:
        lines += [visible(line) for line in one.differs[: replaying.DIFFERENCES_SHOWN]]
        lines.append(f"{len(one.differs)} lines differ" if one.differs else "the same state, line by line")
    return "\n".join(lines)
