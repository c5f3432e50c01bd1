"""A disk that is full, broken or read-only: new words are refused with an alarm and nothing held is lost.

When it takes writes again the station goes on by itself.
"""

from __future__ import annotations

import contextlib
import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from openline.console.accords.asking import AgreementRow, AskAgreements
from openline.console.channel.asking import (
    AskContact,
    AskStatus,
    BackedUp,
    Backup,
    Drawn,
    Find,
    Found,
    Outgoing,
    Place,
    Send,
    Sent,
    Show,
    Shown,
    Status,
    Waited,
    WaitHeld,
)
from openline.console.codes import Told
from openline.console.screen.asking import AskMatter, AskScreen, Hits, Matter, Screen, Search
from openline.record.entry import MESSAGE
from tests.needs import lacks, needs_root, needs_tool
from tests.whole.parties import HELD_MS, Desk, until

pytestmark = pytest.mark.whole
Line = Callable[..., list[Desk]]
DISK = "20m"  # holds the write-ahead log and some more
PROGRAM = Path(__file__).with_name("broken_disk.py")
LONG = "words that fill a disk " * 2600  # just under what a message may hold


class Disk:
    """A small file system that holds one line's folder and nothing else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        aside = folder.with_name("aside")
        shutil.copytree(folder, aside)
        done = subprocess.run(
            [needs_tool("mount"), "-t", "tmpfs", "-o", f"size={DISK},mode=0700", "tmpfs", str(folder)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            lacks(f"mounting a file system ({done.stderr.strip()})")
        shutil.copytree(aside, folder, dirs_exist_ok=True)

    @property
    def ballast(self) -> Path:
        return self.folder / "ballast"

    def fill(self) -> None:
        """Not one byte is left."""
        with contextlib.suppress(OSError), self.ballast.open("ab", buffering=0) as file:
            for size in (1 << 20, 1 << 12):
                with contextlib.suppress(OSError):
                    while file.write(bytes(size)):
                        pass

    def free(self) -> None:
        self.ballast.unlink()

    def mount_over(self) -> None:
        """The folder, read-only, over itself: what is open stays open, nothing new is written in it."""
        subprocess.run(["mount", "--bind", str(self.folder), str(self.folder)], check=True)
        subprocess.run(["mount", "-o", "remount,bind,ro", str(self.folder)], check=True)

    def unmount(self) -> None:
        subprocess.run(["umount", str(self.folder)], check=True)

    def end(self) -> None:
        while subprocess.run(["umount", "-l", str(self.folder)], capture_output=True, check=False).returncode == 0:
            pass


@pytest.fixture
def small_disk() -> Iterator[Callable[[Desk], Disk]]:
    """`small_disk(desk)`: its line's folder lies on a file system of its own from now on."""
    needs_root()
    made: list[Disk] = []

    def make(desk: Desk) -> Disk:
        made.append(Disk(desk.control.parent))
        return made[-1]

    yield make
    for disk in made:
        disk.end()


def say(desk: Desk, *texts: str) -> list[Place]:
    with desk.link() as link:
        return link.ask(Send(messages=[Outgoing(text=text) for text in texts]), Sent).places


def held(desk: Desk, places: list[Place], within_ms: int = HELD_MS) -> bool:
    with desk.link() as link:
        return link.ask(WaitHeld(places=places, within_ms=within_ms), Waited).held


def status(desk: Desk) -> Status:
    with desk.link() as link:
        return link.ask(AskStatus(), Status)


def texts(desk: Desk) -> list[str]:
    with desk.link() as link:
        return [entry.text for entry in link.ask(Find(kind=MESSAGE, count=1000), Found).entries]


def has_disk_alarm(desk: Desk) -> bool:
    return any(alarm.startswith("disk: ") for alarm in status(desk).alarms)


def say_until_refused(desk: Desk) -> list[Place]:
    """Fill what room is left with messages. Returns those that were taken."""
    taken: list[Place] = []
    with pytest.raises(Told) as refused:
        for n in range(1000):
            taken += say(desk, f"{n} {LONG}")
    assert refused.value.code == "OL-102", refused.value
    return taken


def test_a_full_disk_refuses_new_words_loses_none_and_goes_on_when_there_is_room(
    on_a_line: Line, small_disk: Callable[[Desk], Disk]
) -> None:
    amber, birch = on_a_line("Amber", "Birch")
    disk = small_disk(amber)
    amber.start()
    birch.start()
    first = say(amber, "before the disk was full")
    assert held(amber, first)
    disk.fill()
    taken = say_until_refused(amber)
    refused = amber.run("send", LONG, ok=1)
    assert "OL-102" in refused.stderr
    assert "No space left" in refused.stderr or "full" in refused.stderr
    assert has_disk_alarm(amber)
    time.sleep(1)  # hails and ticks go on, and do not take the alarm away
    assert has_disk_alarm(amber)
    came = say(birch, "are you there?", LONG)
    assert not held(birch, came, 1_500), "a receipt for what could not be stored"
    assert texts(amber)[0] == "before the disk was full"
    assert len(texts(amber)) == len(taken) + 1
    disk.free()
    until(lambda: not has_disk_alarm(amber), "the alarm stays though the disk takes writes")
    assert held(birch, came)
    assert held(amber, taken)  # only now their receipts could be stored
    assert held(amber, say(amber, "and on we go"))
    assert texts(amber)[-1] == "and on we go"
    assert len([text for text in texts(birch) if text.endswith(LONG)]) == len(taken) + 1
    for desk in (amber, birch):
        desk.run("fsck")


def test_a_station_that_starts_on_a_full_disk_says_so_and_starts_when_there_is_room(
    on_a_line: Line, small_disk: Callable[[Desk], Disk]
) -> None:
    amber, birch = on_a_line("Amber", "Birch")
    disk = small_disk(amber)
    disk.fill()
    refused = amber.run("serve", ok=1)
    assert "OL-102" in refused.stderr
    disk.free()
    amber.start()
    birch.start()
    assert held(amber, say(amber, "there is room"))


def test_a_read_only_disk_stops_a_start_and_under_a_running_station_nothing_is_lost(
    on_a_line: Line, small_disk: Callable[[Desk], Disk]
) -> None:
    amber, birch = on_a_line("Amber", "Birch")
    disk = small_disk(amber)
    disk.mount_over()
    refused = amber.run("serve", ok=1)
    assert "OL-102" in refused.stderr
    assert "Read-only" in refused.stderr or "read-only" in refused.stderr.lower()
    disk.unmount()
    amber.start()
    disk.mount_over()  # the keyring cannot be written: a new epoch is not spoken of before it can
    birch.start()
    until(lambda: has_disk_alarm(amber), "no alarm though the keyring cannot be written")
    disk.unmount()
    until(lambda: not has_disk_alarm(amber), "the alarm stays though the disk takes writes")
    assert held(birch, say(birch, "written again"))
    assert held(amber, say(amber, "and answered"))


def test_a_disk_that_breaks_in_the_middle_of_a_commit_and_mends_loses_and_doubles_nothing(on_a_line: Line) -> None:
    amber, birch = on_a_line("Amber", "Birch")
    amber.start()
    birch.start()
    assert held(amber, say(amber, "before"))
    assert amber.process is not None
    # Every write to a file is refused with EFBIG: to SQLite an input-output error, and what was done nobody knows.
    for n in range(2):
        resource.prlimit(amber.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        with pytest.raises(Told) as refused, amber.link() as link:
            link.ask(Send(messages=[Outgoing(text="in the middle", token=f"middle {n}")]), Sent)
        assert refused.value.code in ("OL-102", "OL-104")
        came = say(birch, "to a broken disk")
        assert not held(birch, came, 1_500)
        assert has_disk_alarm(amber)
        with pytest.raises(Told) as refused:  # what the disk really holds nobody knows: it is not shown either
            texts(amber)
        assert refused.value.code == "OL-102"
        resource.prlimit(amber.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        until(lambda: not has_disk_alarm(amber), "the alarm stays though the disk takes writes")
        assert held(birch, came)
        with amber.link() as link:
            again = link.ask(Send(messages=[Outgoing(text="in the middle", token=f"middle {n}")]), Sent).places
        assert held(amber, again)
    assert texts(birch).count("in the middle") == 2
    assert texts(amber).count("to a broken disk") == 2
    for desk in (amber, birch):
        desk.run("fsck")


def nothing_is_shown(desk: Desk, known: Place) -> None:
    """Whatever would read the record says that it cannot be read, and the screen says so in the place of calm."""
    asks = (
        (Find(kind=MESSAGE, count=1000), Found), (Show(place=str(known)), Shown), (AskMatter(place=str(known)), Matter),
        (Search(text="middle"), Hits), (AskAgreements(), list[AgreementRow]), (AskContact(), Drawn),
        (Backup(path="backup", passphrase="words"), BackedUp),
    )  # fmt: skip
    with desk.link() as link:
        for ask, answer in asks:
            with pytest.raises(Told) as refused:
                link.ask(ask, answer)
            assert refused.value.code == "OL-102", ask
        screen = link.ask(AskScreen(), Screen)
    assert "register" in [alarm.name for alarm in screen.alarms], "what cannot be listed looks like calm"
    assert not screen.needs and not screen.waiting and screen.reached == 0


def test_while_nobody_knows_what_the_disk_holds_nothing_is_shown_by_whatever_door(
    on_a_line: Line, tmp_path: Path
) -> None:
    """R-193. The store opens again and no life can begin in it; then it does not even open."""
    amber, birch = on_a_line("Amber", "Birch")
    broken = tmp_path / "broken"
    amber.program = (str(PROGRAM), str(broken))
    amber.start()
    birch.start()
    [known] = say(amber, "in the middle of the day")
    assert held(amber, [known])
    broken.touch()
    with pytest.raises(Told) as refused:
        say(amber, "in the middle of it")
    assert refused.value.code in ("OL-102", "OL-104")
    until(lambda: any("during a commit" in alarm for alarm in status(amber).alarms), "the disk has failed")
    nothing_is_shown(amber, known)
    broken.unlink()
    until(lambda: not has_disk_alarm(amber), "the alarm stays though the disk takes writes")
    with amber.link() as link:
        assert link.ask(AskMatter(place=str(known)), Matter).entry.text == "in the middle of the day"

    def found() -> list[str]:
        with amber.link() as link:
            return [hit.excerpt for hit in link.ask(Search(text="middle"), Hits).hits]

    until(lambda: found() and found()[::-1] == texts(amber), "what is found is what is held")

    assert amber.process is not None
    resource.prlimit(amber.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    with pytest.raises(Told) as refused:
        say(amber, "and once more")
    nothing_is_shown(amber, known)
    resource.prlimit(amber.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    until(lambda: not has_disk_alarm(amber), "the alarm stays though the disk takes writes")
    assert held(amber, say(amber, "and on we go"))
