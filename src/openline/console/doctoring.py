"""What `openline doctor` looks at. It starts nothing and changes nothing."""

from __future__ import annotations

import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from openline.console.bearer_checks import look_at
from openline.console.channel.link import ControlLink
from openline.console.codes import Told, code_of, detail_of
from openline.console.dtg import dtg
from openline.console.home import Home, LineHome, read_bounded
from openline.console.kept.papers import load_papers
from openline.console.templates.shelf import own
from openline.console.terminal import Session
from openline.console.watch.desk import read_desk
from openline.errors import OpenlineError
from openline.limits import CARD_BYTES_MAX
from openline.seal.certificate import Standing
from openline.seal.draw import LibraryDraw
from openline.seal.party import read_card
from openline.seal.primitives import check_primitives
from openline.store.desklog import DeskLog
from openline.store.register.standing import standing
from openline.store.sqlite import SqliteStore

_BUILT_AT_MS: Final = 1_735_689_600_000  # 2025-01-01: a clock before this is not set


class Finding(NamedTuple):
    """One thing looked at. `verdict` is well, look or wrong; `exit` is 0 unless something is wrong."""

    what: str
    verdict: str
    detail: str
    exit: int = 0


def examine(session: Session) -> list[Finding]:
    """Everything of this home, in the order in which one thing needs the other."""
    home = session.home
    found = [_try("primitives", _primitives), _try("clock", _clock), _try("home", lambda: _home(home)),
             _try("settings", lambda: _settings(session))]
    if home.folder.is_dir():
        found.append(_try("party", lambda: _party(home)))
        for name in home.lines():
            found += of_line(home.line(name))
            found += _bearers(session, home.line(name))
    return found


def _bearers(session: Session, line: LineHome) -> Iterator[Finding]:
    try:
        bearers = session.config.of_line(line.name).bearers
    except OpenlineError:
        return  # the settings have been found wrong already
    try:
        ControlLink.open(line.control).close()
        is_running = True
    except Told:
        is_running = False
    for one in bearers:
        what = f"line {line.name}: bearer {one.name}"
        yield _try(what, lambda one=one: look_at(one, is_running=is_running))  # type: ignore[misc]


def in_words(found: list[Finding]) -> str:
    """One line each; what is wrong last, so that it stays on the screen."""
    rows = sorted(found, key=lambda f: ("well", "look", "wrong").index(f.verdict))
    return "\n".join(f"{f.verdict.upper():<6} {f.what}: {f.detail}" for f in rows)


def _try(what: str, look: Callable[[], tuple[str, str]]) -> Finding:
    try:
        return Finding(what, *look())
    except (OpenlineError, OSError) as error:
        return Finding(what, "wrong", f"{code_of(error).code} {detail_of(error)}", code_of(error).exit)


def _primitives() -> tuple[str, str]:
    check_primitives(LibraryDraw())
    return "well", "Ed25519, ML-DSA-44, AES-256-GCM-SIV, HKDF and X-Wing give the published answers"


def _clock() -> tuple[str, str]:
    now_ms = time.time_ns() // 1_000_000
    if now_ms < _BUILT_AT_MS:
        raise Told("OL-801", f"this machine's clock says {dtg(now_ms)}; set it before starting a station")
    return "well", f"{dtg(now_ms)}; compare it with another one"


def _home(home: Home) -> tuple[str, str]:
    if not home.folder.exists():
        return "look", f"there is no {home.folder} yet; `openline party create NAME` makes it"
    mode = stat.S_IMODE(home.folder.stat().st_mode)
    if mode & 0o077:
        return "look", f"{home.folder} has mode {mode:04o}; 0700 keeps others from seeing even names"
    return "well", str(home.folder)


def _settings(session: Session) -> tuple[str, str]:
    config = session.config
    if not session.home.config.exists():
        return "well", "no station.toml; all defaults"
    strangers = sorted(set(config.lines) - set(session.home.lines()))
    if strangers:
        return "look", f"{session.home.config} has settings for lines that are not here: {', '.join(strangers)}"
    return "well", str(session.home.config)


def _party(home: Home) -> tuple[str, str]:
    if not home.card.exists():
        return "look", "no card here; `openline party create NAME` makes one"
    card = read_card(read_bounded(home.card, 2 * CARD_BYTES_MAX).decode("utf-8", "replace"))
    if home.root_key.exists():
        return "look", f"{card.name}; the root key lies here: move it away from a running station, keep two copies"
    return "well", f"{card.name}; the root key is kept elsewhere"


def of_line(line: LineHome) -> Iterator[Finding]:
    """One line: its papers, keys, store, desk, and whether its station runs."""
    if not line.is_open:
        why = line.why_not_open()
        under_way = why.code == "OL-701"
        verdict, left = ("look", 0) if under_way else ("wrong", code_of(why).exit)
        yield Finding(f"line {line.name}", verdict, why.detail, left)
        return
    yield _try(f"line {line.name}: papers", lambda: _papers(line))
    for path in (line.station_key, line.keyring):
        yield _try(f"line {line.name}: {path.name}", lambda path=path: _secret_file(path))  # type: ignore[misc]
    if line.recovery_key.exists():
        beside = f"{line.recovery_key} lies beside the store: move it into a safe; it is needed after a loss"
        yield Finding(f"line {line.name}: recovery.key", "look", beside)
    yield _try(f"line {line.name}: store", lambda: _store(line))
    yield _try(f"line {line.name}: register", lambda: _register(line))
    yield _try(f"line {line.name}: desk", lambda: _desk(line))
    for row in own(line.home.folder).values():
        if row.fault:
            yield Finding(f"template {row.name}", "look", row.fault)
    yield _try(f"line {line.name}: station", lambda: _running(line))


def _papers(line: LineHome) -> tuple[str, str]:
    papers = load_papers(line)
    now_ms = time.time_ns() // 1_000_000
    for number, party in enumerate(papers.charter.parties):
        newest = papers.of_party(number)[-1]
        standing = newest.standing(now_ms)
        if standing is not Standing.IN_FORCE:
            return "look", f"certificate of {party.name} is {standing.value} (until {dtg(newest.not_after_ms)})"
    return "well", f"{len(papers.charter.parties)} parties, line id {papers.line_id.hex()[:16]}…"


def _secret_file(path: Path) -> tuple[str, str]:
    if not path.exists():
        raise Told("OL-801", f"{path} is missing; put it back from where it was kept")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise Told("OL-802", f"{path} has mode {mode:04o}")
    return "well", f"mode {mode:04o}"


def _store(line: LineHome) -> tuple[str, str]:
    if not line.store.exists():
        return "look", "none yet; the first `openline serve` makes it"
    store = SqliteStore(line.store, read_only=True)
    try:
        rows = store.logs()
    finally:
        store.close()
    return "well", f"{len(rows)} logs, {sum(row.size for row in rows)} entries; `openline fsck` derives them again"


def _register(line: LineHome) -> tuple[str, str]:
    """It is derived: whatever is wrong with it, the record is not."""
    if not line.store.exists():
        return "look", "none yet; it is made from the record"
    store = SqliteStore(line.store, read_only=True)
    try:
        found = standing(line.register, store)
    finally:
        store.close()
    return "look" if found.why else "well", found.in_words()


def _desk(line: LineHome) -> tuple[str, str]:
    if not line.desk_log.exists():
        return "look", "no officers: whoever has this account sends alone; `openline officer enrol` changes that"
    log = DeskLog(line.desk_log, read_only=True)
    try:
        state = read_desk(log)
    finally:
        log.close()
    _secret_file(line.officers_key)
    people = sum(not one.dismissed for one in state.officers)
    takes = "two persons" if state.persons == 2 else "one person"
    verdict = "well" if state.persons == 2 else "look"
    return verdict, f"{people} officers; a release takes {takes}; {state.size} entries in its log"


def _running(line: LineHome) -> tuple[str, str]:
    try:
        ControlLink.open(line.control).close()
    except Told:
        return "look", "not running; start it with `openline serve`"
    return "well", "running; ask it with `openline status`"
