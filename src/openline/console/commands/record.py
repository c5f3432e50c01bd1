"""The record as files and on disk: export, fsck, backup, restore."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path
from typing import NamedTuple, Protocol

import click

from openline.console import passphrases
from openline.console.ceremonies import now_ms
from openline.console.channel import asking
from openline.console.channel.exporting import Wanted
from openline.console.channel.exporting import export as write_export
from openline.console.channel.link import ControlLink
from openline.console.channel.showing import Reader, place_of
from openline.console.codes import Told
from openline.console.disclosing import choosing, wizard
from openline.console.disclosing.asking import Chosen, Planned
from openline.console.home import LineHome, make_folder
from openline.console.kept.papers import load_papers, roster_of
from openline.console.terminal import INPUT_FILE, Session, ask_yes, room_options
from openline.console.watch.desk import desk_faults, files_beside
from openline.console.words import parse_place, parse_position
from openline.line.terms.amendments import SNAPSHOT, derive_snapshot
from openline.store.backup import check_backup, make_backup, restore_backup
from openline.store.fsck import Counts, check_file
from openline.store.register.standing import Standing, standing
from openline.store.sqlite import SqliteStore
from openline.store.walk import Fault

_WITHIN_MS = 3_600_000
_FAULTS_SHOWN = 100


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--entry", "entries", multiple=True, metavar="ENTRY", help="An extract of these entries only.")
@click.option("--no-bodies", is_flag=True, help="Headers and signatures only: when and how much, not what.")
@click.option("--bodies", multiple=True, metavar="WHICH",
              help=f"Which bodies go along: {wizard.FORMS}; several narrow and add. `ask` asks for them.")
@click.option("--plan", is_flag=True, help="Say what the export would show; write nothing.")
@room_options
@click.pass_obj
def export(session: Session, file: Path, entries: tuple[str, ...], no_bodies: bool, bodies: tuple[str, ...],
           plan: bool) -> None:
    """Write the record to FILE, for anybody to check with `openline verify`. Also works with no station running.

    Even without bodies, and in an extract, it shows volume and timing. Bodies that are left out are proved all the
    same: each header holds its body's digest. With a chosen body goes what was done about it; party and period narrow
    each other, entries named are added.
    """
    line = session.line
    if bodies and (no_bodies or entries):
        raise Told("OL-201", "give --bodies, --no-bodies or --entry, one of the three")
    link = _running(line)
    with contextlib.ExitStack() as stack:
        source: _Source = stack.enter_context(_Beside(line)) if link is None else _Asked(stack.enter_context(link))
        asking_is_on = bodies == ("ask",)
        which = wizard.ask(source.parties()) if asking_is_on else bodies
        chosen = None
        if which and which not in (("all",), ("none",)):
            chosen = wizard.chosen_of(which, lambda name: _number(source.parties(), name), source.name_of)
        shows_all = not no_bodies and which != ("none",)
        if plan or asking_is_on:
            planned = source.plan(chosen, shows_all)
            if plan:
                session.answer(planned, lambda: wizard.in_words(planned))
                return
            session.say(wizard.in_words(planned))
            ask_yes(f"write {file}?", yes=False)
        places = [source.name_of(entry) for entry in entries]
        done = source.export(file.absolute(), places, chosen, shows_all)
    session.answer(done, f"{done.entries} entries, {done.bytes} bytes in {file}\nSHA-256 {done.sha256}")


def _number(parties: list[str], name: str) -> int:
    if name not in parties:
        raise Told("OL-302", f"no party {name!r} on this line; there are: {', '.join(parties)}")
    return parties.index(name)


class _Source(Protocol):
    """Where an export comes from: a running station, or its store."""

    def parties(self) -> list[str]: ...
    def name_of(self, entry: str) -> str: ...
    def plan(self, chosen: Chosen | None, bodies: bool) -> Planned: ...
    def export(self, file: Path, places: list[str], chosen: Chosen | None, bodies: bool) -> asking.Exported: ...


class _Asked(NamedTuple):
    """A running station."""

    link: ControlLink

    def parties(self) -> list[str]:
        return [one.name for one in self.link.ask(asking.AskAmendments(), asking.Amendments).parties]

    def name_of(self, entry: str) -> str:
        position = parse_position(entry)
        if position is None:
            return str(parse_place(entry))
        return self.link.ask(asking.Show(position=position), asking.Shown).place

    def plan(self, chosen: Chosen | None, bodies: bool) -> Planned:
        return self.link.ask(asking.PlanExport(bodies=bodies, chosen=chosen), Planned, _WITHIN_MS)

    def export(self, file: Path, places: list[str], chosen: Chosen | None, bodies: bool) -> asking.Exported:
        ask = asking.Export(path=str(file), places=places, bodies=bodies, chosen=chosen)
        return self.link.ask(ask, asking.Exported, _WITHIN_MS)


class _Beside:
    """The store of a station that does not run."""

    def __init__(self, line: LineHome) -> None:
        self._papers = load_papers(line)
        self._names = [party.name for party in roster_of(self._papers).parties]
        self._store = SqliteStore(line.store, read_only=True)
        self._reader = Reader(self._store)

    def __enter__(self) -> _Beside:
        return self

    def __exit__(self, *_: object) -> None:
        self._store.close()

    def parties(self) -> list[str]:
        return self._names

    def name_of(self, entry: str) -> str:
        position = parse_position(entry)
        if position is None:
            return str(parse_place(entry))
        return str(place_of(*self._reader.find_position(position)))

    def plan(self, chosen: Chosen | None, bodies: bool) -> Planned:
        return choosing.planned(self._store, self._names, self._choice(chosen), bodies=bodies)

    def export(self, file: Path, places: list[str], chosen: Chosen | None, bodies: bool) -> asking.Exported:
        found = [self._reader.find_place(name) for name in places]
        return write_export(self._store, self._papers, file, Wanted(found, bodies, self._choice(chosen)), now_ms())

    def _choice(self, chosen: Chosen | None) -> choosing.Choice | None:
        return None if chosen is None else choosing.choice_of(chosen, len(self._names))


@click.command()
@room_options
@click.pass_obj
def fsck(session: Session) -> int:
    """Derive every digest, root, signature and snapshot of the store again. Changes nothing; exit 5 on any fault."""
    line = session.line
    counts = Counts()
    papers = load_papers(line)
    roster = roster_of(papers)
    snapshots = {SNAPSHOT: lambda store: derive_snapshot(store, papers.charter, roster)}
    faults = list(check_file(line.store, roster, counts=counts, snapshots=snapshots))
    faults += [Fault("desk-log", None, None, why) for why in desk_faults(line)]
    register = _register(line)
    data = {
        "faults": [
            {"code": f.code, "log": f"{f.log.party}/{f.log.generation.hex()}" if f.log else None, "at": f.at,
             "text": f.text}
            for f in faults
        ],
        "counts": vars(counts),
        "register": {"reached": register.reached, "position": register.position, "why": register.why},
    }
    summary = (f"{counts.entries} entries in {counts.logs} logs, {counts.notes} checkpoints, {counts.receipts} "
               f"receipts, {counts.signatures} signatures, {counts.nodes} stored nodes derived again; "
               f"{counts.unchecked} signatures had nobody on the roster")
    told = [f"{fault.code}: {fault.text}" for fault in faults[:_FAULTS_SHOWN]]
    told.append(f"the register {register.in_words()}")  # derived: no fault of the record, whatever it is
    session.answer(data, "\n".join([*told, summary, f"{len(faults)} faults" if faults else "no fault"]))
    if faults:
        session.complain(Told("OL-505", faults[0].text))
        return 5
    return 0


def _register(line: LineHome) -> Standing:
    store = SqliteStore(line.store, read_only=True)
    try:
        return standing(line.register, store)
    finally:
        store.close()


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--check", is_flag=True, help="Instead: read FILE whole and see that the passphrase opens it.")
@passphrases.option
@room_options
@click.pass_obj
def backup(session: Session, file: Path, check: bool, sources: passphrases.Sources) -> None:
    """Write a consistent, encrypted copy of the record to FILE, running or not. Never contains epoch secrets."""
    if check:
        passphrase = passphrases.take(session, sources.station, "passphrase of the backup")
        parts = check_backup(file, passphrase)
        words = "\n".join(f"{part.name}  {part.size} bytes" for part in parts)
        session.answer([part._asdict() for part in parts], f"{file} is whole:\n{words}")
        return
    line = session.line
    if file.exists():
        raise Told("OL-702", f"{file} is there already")
    if not file.absolute().parent.is_dir():
        raise Told("OL-303", f"{file.parent} is not a folder that is there")
    passphrase = passphrases.take(session, sources.station, "new passphrase of the backup", new=True)
    link = _running(line)
    if link is None:
        make_backup(line.store, file, passphrase, beside=files_beside(line))
        done = asking.BackedUp(str(file), file.stat().st_size)
    else:
        with link:
            ask = asking.Backup(path=str(file.absolute()), passphrase=passphrase.decode())
            done = link.ask(ask, asking.BackedUp, _WITHIN_MS)
    session.answer(done, f"{done.bytes} bytes in {done.path}; try a restore of it on another machine")


@click.command()
@click.argument("file", type=INPUT_FILE)
@passphrases.option
@room_options
@click.pass_obj
def restore(session: Session, file: Path, sources: passphrases.Sources) -> None:
    """Put the backup FILE in place of a store that is not there. The peers fill in what is newer.

    Nothing that is there is written over: move an old store.sqlite away yourself.
    """
    name = session.line_name or session.config.line
    line = session.home.line(name) if name else session.line
    running = _running(line)
    if running is not None:
        running.close()
        raise Told("OL-703", f"a station of line {line.name} is running")
    if line.store.exists():
        raise Told("OL-702", f"{line.store} is there; move it away first, with its -wal and -shm")
    passphrase = passphrases.take(session, sources.station, "passphrase of the backup")
    is_new = not line.folder.exists()
    make_folder(line.folder)
    try:
        placed = _restore_into(line, file, passphrase)
    except BaseException:
        if is_new:
            line.folder.rmdir()  # a folder without anything in it would pass for a line
        raise
    words = "\n".join(f"put in place: {path}" for path in placed)
    session.answer({"placed": [str(path) for path in placed]},
                   f"{words}\nThe next `openline serve` opens a new generation and reads back what is newer.")


def _restore_into(line: LineHome, file: Path, passphrase: bytes) -> list[Path]:
    """Unpack beside, then place what is missing; a charter that is there must be the backup's own."""
    work = line.folder / "restored"
    shutil.rmtree(work, ignore_errors=True)
    try:
        found = restore_backup(file, work, passphrase)
        placed = []
        for path in found:
            target = line.folder / path.name
            if target == line.charter and target.exists() and target.read_bytes() != path.read_bytes():
                raise Told("OL-702", f"{target} is of another line than the backup")
        for path in found:
            target = line.folder / path.name
            if not target.exists():
                path.replace(target)
                placed.append(target)
        return placed
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _running(line: LineHome) -> ControlLink | None:
    try:
        return ControlLink.open(line.control)
    except Told:
        return None
