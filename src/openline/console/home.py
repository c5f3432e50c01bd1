"""Where everything of one station lives on disk.

    HOME/station.toml                     settings, see `config`
    HOME/party/root.key, card.txt         the party's root key (encrypted) and its public card
    HOME/lines/NAME/charter.cbor          what was agreed
    HOME/lines/NAME/roster.cbor           certificates and cards of every party
    HOME/lines/NAME/station.key           this station's own keys (encrypted)
    HOME/lines/NAME/station.key.next      renewed keys (encrypted), until every party holds their certificate
    HOME/lines/NAME/keyring               epoch secrets (encrypted), never in a backup
    HOME/lines/NAME/recovery.key          reopens sealing after loss (encrypted); to be kept elsewhere
    HOME/lines/NAME/store.sqlite          the record
    HOME/lines/NAME/desk.sqlite           the desk's log: officers, drafts, releases, the watch
    HOME/lines/NAME/once.sqlite           what was asked under keys that make asking twice harmless, for a day
    HOME/lines/NAME/officers.key          what officers sign in with (encrypted)
    HOME/lines/NAME/sitting               the token of whoever signed in last from this account, 0600
    HOME/lines/NAME/control.sock          where the running station takes requests, 0600
    HOME/lines/NAME/pages/                printed codes that were read in and do not make a whole set yet
    HOME/lines/NAME/read-aloud.txt        what was taken down of a message that is being read aloud
    HOME/lines/NAME/escrow/               what opens commitments of ours (encrypted), never in a backup
    HOME/lines/NAME/ceremony/             while a line is being opened

Directories are made 0700. Files are replaced whole: written beside, synced, renamed.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import NamedTuple

from openline.console.codes import Told
from openline.errors import Misconfigured
from openline.limits import NAME_CHARS_MAX


class LineHome(NamedTuple):
    """The directory of one line."""

    name: str
    folder: Path

    @property
    def home(self) -> Home:
        return Home(self.folder.parent.parent)

    @property
    def charter(self) -> Path:
        return self.folder / "charter.cbor"

    @property
    def roster(self) -> Path:
        return self.folder / "roster.cbor"

    @property
    def station_key(self) -> Path:
        return self.folder / "station.key"

    @property
    def next_station_key(self) -> Path:
        return self.folder / "station.key.next"

    @property
    def keyring(self) -> Path:
        return self.folder / "keyring"

    @property
    def dictionaries(self) -> Path:
        return self.folder / "dictionaries"

    @property
    def recovery_key(self) -> Path:
        return self.folder / "recovery.key"

    @property
    def store(self) -> Path:
        return self.folder / "store.sqlite"

    @property
    def register(self) -> Path:
        return self.folder / "register.sqlite"

    @property
    def desk_log(self) -> Path:
        return self.folder / "desk.sqlite"

    @property
    def officers_key(self) -> Path:
        return self.folder / "officers.key"

    @property
    def sitting(self) -> Path:
        return self.folder / "sitting"

    @property
    def control(self) -> Path:
        return self.folder / "control.sock"

    @property
    def pages(self) -> Path:
        return self.folder / "pages"

    @property
    def written(self) -> Path:
        return self.folder / "written.json"

    @property
    def read_aloud(self) -> Path:
        return self.folder / "read-aloud.txt"

    @property
    def escrow(self) -> Path:
        return self.folder / "escrow"

    @property
    def ceremony(self) -> Path:
        return self.folder / "ceremony"

    @property
    def ceremony_state(self) -> Path:
        return self.ceremony / "state.key"

    @property
    def is_open(self) -> bool:
        """True once the ceremony has ended: both the charter and our keyring are there."""
        return self.charter.exists() and self.keyring.exists()

    def why_not_open(self) -> Told:
        """Why `is_open` is false, and what to do: the ceremony has not ended, or a file of an open line is gone."""
        if self.ceremony_state.exists() or not (self.charter.exists() or self.keyring.exists()):
            return Told("OL-701", f"line {self.name} is not open yet; finish `openline line propose|accept|open` first")
        if not self.charter.exists():
            return Told("OL-801", f"{self.charter} is missing; put it back, or restore a backup")
        return Told("OL-801", f"{self.keyring} is missing; put it back, or begin sealing anew: `openline line recover`")


class Home(NamedTuple):
    """The directory of one party's station."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "station.toml"

    @property
    def root_key(self) -> Path:
        return self.folder / "party" / "root.key"

    @property
    def card(self) -> Path:
        return self.folder / "party" / "card.txt"

    def line(self, name: str) -> LineHome:
        """The directory of the line called `name`, whether it exists or not. Raises Misconfigured for a bad name."""
        check_name(name)
        return LineHome(name, self.folder / "lines" / name)

    def lines(self) -> list[str]:
        """Names of the lines here, sorted."""
        folder = self.folder / "lines"
        return sorted(p.name for p in folder.iterdir() if p.is_dir()) if folder.is_dir() else []

    def one_line(self, name: str | None) -> LineHome:
        """The line asked for, or the only one there is. Raises Told OL-302 when that is not plain."""
        names = self.lines()
        if not names:
            raise Told("OL-302", f"no line in {self.folder} yet; `openline party create` and `openline line` make one")
        if name is not None:
            if name not in names:
                raise Told("OL-302", f"no line {name!r} in {self.folder}; there is: {', '.join(names) or 'none'}")
            return self.line(name)
        if len(names) != 1:
            there = ", ".join(names) or "none"
            raise Told("OL-302", f"which line? give --line NAME; in {self.folder} there is: {there}")
        return self.line(names[0])


def check_name(name: str) -> str:
    """A line's local name: a folder name and nothing cleverer. Raises Misconfigured."""
    plain = all(c.isascii() and (c.isalnum() or c in "-_.") for c in name)
    if not name or len(name) > NAME_CHARS_MAX or not plain or name.startswith("."):
        raise Misconfigured(
            f"line name {name!r}: 1 to {NAME_CHARS_MAX} of A-Z a-z 0-9 - _ . not starting with a dot"
        )
    return name


def default_folder() -> Path:
    """OPENLINE_HOME, else `~/.openline`."""
    return Path(os.environ.get("OPENLINE_HOME") or Path.home() / ".openline")


def make_folder(folder: Path) -> Path:
    """The folder, and those above it that are missing, each 0700: `mkdir -p` would leave these to the umask."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def write_whole(path: Path, data: bytes, *, mode: int = 0o600, replace: bool = True) -> None:
    """Write a file so that a reader sees the old one or the new one, and a power cut leaves one of the two.

    Raises Told OL-702 when it exists and `replace` is False.
    """
    if not replace and path.exists():
        raise Told("OL-702", f"{path} is there already")
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """What was renamed in it stays so after a power cut."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def read_bounded(path: Path, bytes_max: int) -> bytes:
    """A file from outside, never more than `bytes_max` of it. Raises Misconfigured when it is larger."""
    with path.open("rb") as file:
        data = file.read(bytes_max + 1)
    if len(data) > bytes_max:
        raise Misconfigured(f"{path} is larger than {bytes_max} bytes; this is not the file meant")
    return data
