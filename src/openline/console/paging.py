"""Pages asked for and pages read: what `carry out --pages` and `carry in --pages` do around the station.

The station seals frames into a folder and reads frames from a folder, as for a stick. Everything between those
folders and paper happens in this process, which holds no keys: images come from anybody.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from openline.bearer import pages
from openline.bearer.pages import drawing, reading
from openline.bearer.pages.sets import (
    FRAMES_NAME,
    SCREEN_SET_BYTES_MAX,
    SCREEN_SYMBOL_BYTES,
    Between,
    PageSet,
    frames_in,
    group,
    make_set,
)
from openline.bearer.pages.shelf import Shelf, Shelved
from openline.console.channel.asking import Amendments, AskAmendments, AskStatus, Carried, CarryIn, CarryOut, Status
from openline.console.channel.link import ControlLink
from openline.console.codes import Told
from openline.console.dtg import short_dtg
from openline.console.home import LineHome, make_folder, write_whole
from openline.errors import BearerDown, Malformed
from openline.limits import PAGE_SET_BYTES_MAX, PAGE_SETS_AT_ONCE_MAX, PAGE_SYMBOL_BYTES
from openline.wire.pages import LINE_BYTES, PageHead, Symbol, join, parse_symbol

WITHIN_MS: Final = 600_000
_MISSING_SHOWN_MAX: Final = 24
_ASIDE: Final = "frames-"
_ASIDE_KEPT_S: Final = 86_400


class SetMade(msgspec.Struct):
    """One set that was printed or shown."""

    name: str
    to: str
    needed: int
    made: int
    files: list[str]


class PagesOut(msgspec.Struct):
    """What was made. `left_out` bytes of frames did not fit: they come with the next call, after receipts."""

    entries: int
    bytes: int
    sets: list[SetMade] = []
    left_out: int = 0


class SetRead(msgspec.Struct):
    """One set as far as its codes came; `missing` are the numbers printed under the codes not read."""

    name: str
    sender: str
    made_at_ms: int
    have: int
    needed: int
    made: int
    complete: bool
    missing: list[int] = []


class PagesIn(msgspec.Struct):
    """What was read. `refused`: what could not be, each with its reason."""

    images: int
    codes: int
    entries: int = 0
    sets: list[SetRead] = []
    refused: list[str] = []


class On(NamedTuple):
    """The line as the running station has it."""

    status: Status
    papers: Amendments

    def name(self, party: int) -> str:
        """A party's name."""
        known = {one.party: one.name for one in self.papers.parties}
        return known.get(party, f"party {party}")

    @property
    def line_id(self) -> bytes:
        """The line."""
        return bytes.fromhex(self.status.line_id)


def ask_line(link: ControlLink) -> On:
    """Which line this is, and who is on it."""
    return On(link.ask(AskStatus(), Status), link.ask(AskAmendments(), Amendments))


def check_installed() -> None:
    """Raises Told OL-803 when the packages for pages are not here."""
    lacking = pages.lacking()
    if lacking:
        raise Told("OL-803", f"pages need {', '.join(lacking)}: pip install '{pages.EXTRA}'")


# -------------------------------------------------------------------------------------------------------------- out
def carry_out(
    link: ControlLink, line: LineHome, folder: Path | None, to: int | None, show: Callable[[PageSet], None]
) -> PagesOut:
    """Print what the others lack into `folder`, or, without one, show it by `show`. Raises Told, BearerDown."""
    on = ask_line(link)
    others = [one.party for one in on.papers.parties if one.party != on.papers.me and not one.left]
    if to is not None and to not in others:
        raise Told("OL-302", f"party {to} is not another party of this line")
    if folder is None and to is None and len(others) != 1:
        raise Told("OL-201", "say --to PARTY: a screen shows codes for one party")
    done = PagesOut(0, 0)
    for party in others if to is None else [to]:
        with _aside(line) as aside:
            carried = link.ask(CarryOut(folder=str(aside), party=party, pages=True), Carried, WITHIN_MS)
            bodies = frames_in(aside)
        wholes = group(bodies, PAGE_SET_BYTES_MAX if folder is not None else SCREEN_SET_BYTES_MAX)
        fit = wholes[:PAGE_SETS_AT_ONCE_MAX]
        done.entries += carried.entries
        done.bytes += sum(map(len, fit))
        done.left_out += sum(map(len, wholes[len(fit) :]))
        between = Between(on.line_id, on.papers.me, party, time.time_ns() // 1_000_000)
        for whole in fit:
            page_set = make_set(between, whole, PAGE_SYMBOL_BYTES if folder is not None else SCREEN_SYMBOL_BYTES)
            files = _print(folder, page_set, on) if folder is not None else []
            if folder is None:
                show(page_set)
            head = page_set.head
            done.sets.append(SetMade(head.name, on.name(party), head.needed, head.made, files))
    return done


def _print(folder: Path, page_set: PageSet, on: On) -> list[str]:
    head = page_set.head
    heading = drawing.Heading(
        on.status.line, on.line_id, on.name(head.sender), on.name(head.receiver), short_dtg(head.made_at_ms),
        tuple(on.papers.languages),
    )  # fmt: skip
    names = []
    for name, drawn in drawing.sheets(page_set, heading):
        write_whole(folder / name, drawn.encode(), mode=0o644)
        names.append(name)
    to_print = f"{head.name}.html"
    write_whole(folder / to_print, drawing.printing_page(f"Openline {head.name}", names).encode(), mode=0o644)
    return [*names, to_print]


# --------------------------------------------------------------------------------------------------------------- in
def carry_in(link: ControlLink, line: LineHome, paths: Sequence[Path]) -> PagesIn:
    """Read images; what makes a whole set goes to the station, the rest is kept for the next call.

    Without paths, only what is kept is looked at. Raises Told, BearerDown.
    """
    on = ask_line(link)
    images = reading.images_of(paths)
    done = PagesIn(len(images), 0)
    with Shelf(make_folder(line.pages)) as shelf:
        touched: dict[PageHead, None] = {}
        for image in images:
            for symbol in _symbols(image, on, done):
                touched[symbol.head] = None
                if not shelf.was_taken(symbol.head):
                    shelf.put(symbol)
            shelf.save()
        for shelved in shelf.sets():
            touched[shelved.head] = None
            if len(shelved.data) >= shelved.head.needed:
                _give(link, line, shelf, shelved, done)
        kept = {one.head: one for one in shelf.sets()}
        done.sets = [_said(on, head, kept.get(head), taken=shelf.was_taken(head)) for head in touched]
        done.refused += shelf.dropped
    return done


def _symbols(image: Path, on: On, done: PagesIn) -> Iterator[Symbol]:
    """The codes of an image that are for us; the rest is named in `done`."""
    try:
        codes = reading.codes_in(image)
    except (Malformed, BearerDown) as fault:
        done.refused.append(str(fault))
        return
    found = 0
    for code in codes:
        try:
            symbol = parse_symbol(code)
        except Malformed as fault:
            done.refused.append(f"{image.name}: {fault}")
            continue
        head = symbol.head
        if head.line != on.line_id[:LINE_BYTES]:
            done.refused.append(f"{image.name}: a code of another line, {head.line.hex()}")
        elif head.receiver != on.papers.me:
            done.refused.append(f"{image.name}: a code for {on.name(head.receiver)}, not for us")
        else:
            found += 1
            yield symbol
    if not codes:
        done.refused.append(f"{image.name}: no code can be read in it; flat, sharp, whole codes with their white edge")
    done.codes += found


def _give(link: ControlLink, line: LineHome, shelf: Shelf, shelved: Shelved, done: PagesIn) -> None:
    """A set that has enough codes goes to the station; it is marked only after that."""
    try:
        whole = join(shelved.head, shelved.data)
    except Malformed as fault:
        shelf.forget(shelved.head)
        done.refused.append(f"{fault}; all {len(shelved.data)} are forgotten, read them again, less images at once")
        return
    with _aside(line) as aside:
        (aside / FRAMES_NAME).write_bytes(whole)
        carried = link.ask(CarryIn(folder=str(aside)), Carried, WITHIN_MS)
    done.entries += carried.entries
    done.refused += [f"set {shelved.head.name}: {why}" for why in carried.refused]
    shelf.take(shelved.head)


def _said(on: On, head: PageHead, kept: Shelved | None, *, taken: bool) -> SetRead:
    have = head.needed if taken else len(kept.data) if kept is not None else 0
    missing = [] if taken or kept is None else [number + 1 for number in range(head.made) if number not in kept.data]
    return SetRead(head.name, on.name(head.sender), head.made_at_ms, have, head.needed, head.made, taken, missing)


def in_words(done: PagesIn) -> str:
    """What was read, for a person."""
    rows = [f"{done.codes} codes read in {done.images} images; {done.entries} new entries"]
    for one in done.sets:
        what = f"set {one.name} from {one.sender}, made {short_dtg(one.made_at_ms)}"
        if one.complete:
            rows.append(f"{what}: complete")
            continue
        shown = ", ".join(map(str, one.missing[:_MISSING_SHOWN_MAX])) + (
            ", ..." if len(one.missing) > _MISSING_SHOWN_MAX else ""
        )
        lacks = one.needed - one.have
        rows.append(f"{what}: {one.have} of the {one.needed} that are enough; any {lacks} more of {shown}")
    return "\n".join(rows)


@contextlib.contextmanager
def _aside(line: LineHome) -> Iterator[Path]:
    """A folder of our own for a moment, which the station on this machine can read and write."""
    for left in make_folder(line.pages).glob(f"{_ASIDE}*"):  # of a command that was killed
        if time.time() - left.stat().st_mtime > _ASIDE_KEPT_S:
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=_ASIDE, dir=line.pages))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
