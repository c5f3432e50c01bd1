"""What a station's machine stands on: a store, and a power plug. Memory for most seeds, SQLite on a bad disk for some.

A power cut raises `PowerCut` through the turn: whatever the program held is gone. What the store holds then is
what a real one would: all of a commit or nothing of it, and nothing is lost that a commit had returned.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, cast

from openline.errors import StoreDown, UnknownOutcome
from openline.line.ports import Store, Write
from openline.store.memory import MemoryStore
from openline.store.sqlite import SqliteStore
from simulation.disk import Disk

STORE_NAME = "store.sqlite"


class PowerCut(Exception):
    """The machine is dark."""


class Ground(Protocol):
    """A machine below one station."""

    kind: str

    @property
    def full(self) -> bool:
        """Whether the disk takes nothing now."""

    def boot(self) -> Store:
        """Power is there: open the store. Raises PowerCut if it goes again at once."""

    def reopen(self) -> Store:
        """The program still runs, and does not know what became of its last commit: open the store again."""

    def arm(self, point: str, operations: int) -> None:
        """The next commit meets `point`: before, inside, after (power goes), unknown (outcome), down (refused)."""

    def cut(self) -> None:
        """Power goes now."""

    def fill(self, full: bool) -> None:
        """The disk is full, or has room again."""

    def backup(self) -> object:
        """A copy as it stands."""

    def restore(self, copy: object) -> None:
        """Put the copy in place of what is there. The station is off."""


class Tripwire:
    """A store whose next commit may meet something. Reads go straight to the store below."""

    def __init__(self, store: Store, ground: MemoryGround | SqliteGround) -> None:
        self._store = store
        self._ground = ground

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def commit(self, writes: Sequence[Write]) -> None:
        """Commit, unless the ground has been armed."""
        point, self._ground.armed = self._ground.armed, ""
        if point == "down":
            raise StoreDown("simulated: the disk takes nothing")
        if point == "before":
            raise PowerCut("before a commit")
        self._ground.commit(self._store, writes, point)
        if point == "after":
            raise PowerCut("after a commit")


class MemoryGround:
    """A `MemoryStore` that survives the program, never half a commit."""

    kind = "memory"

    def __init__(self) -> None:
        self.armed = ""
        self._operations = 0
        self._full = False
        self._store = MemoryStore()

    @property
    def full(self) -> bool:
        """See `Ground`."""
        return self._full

    def boot(self) -> Store:
        """The store, as the last life left it."""
        self._store.reopen()
        return cast(Store, Tripwire(self._store, self))

    def reopen(self) -> Store:
        """The same here."""
        return self.boot()

    def arm(self, point: str, operations: int) -> None:
        """See `Ground`."""
        self.armed, self._operations = point, operations

    def commit(self, store: Store, writes: Sequence[Write], point: str) -> None:
        """One commit. Inside it, power leaves all or nothing."""
        if self._full:
            raise StoreDown("simulated: the disk is full")
        if point in ("", "after") or self._operations % 2:
            store.commit(writes)
        if point == "inside":
            raise PowerCut("inside a commit")
        if point == "unknown":
            raise UnknownOutcome("simulated: the disk said nothing")

    def cut(self) -> None:
        """Nothing to do: memory here stands for a disk that keeps what was committed."""

    def fill(self, full: bool) -> None:
        """See `Ground`."""
        self._full = full

    def backup(self) -> object:
        """A copy of all rows."""
        return self._store.copy()

    def restore(self, copy: object) -> None:
        """Stand on a copy of the copy."""
        assert isinstance(copy, MemoryStore)
        self._store = copy.copy()


class SqliteGround:
    """The real SQLite store on `simulation.disk`, which drops and tears what was not synced."""

    kind = "sqlite"

    def __init__(self, seed: int) -> None:
        self.armed = ""
        self._operations = 0
        self._disk = Disk(seed)
        self._store: SqliteStore | None = None

    @property
    def full(self) -> bool:
        """See `Ground`."""
        return self._disk.room_bytes == 0

    def boot(self) -> Store:
        """Open the store; power may go while it opens."""
        if self._store is not None:
            self._store.close()
            self._disk.kill()
        return self._open(lambda: SqliteStore(STORE_NAME, vfs=self._disk.vfs))

    def reopen(self) -> Store:
        """As the station does after an unknown outcome."""
        store = self._store
        assert store is not None
        store.reopen()
        return cast(Store, Tripwire(store, self))

    def _open(self, opened: Callable[[], SqliteStore]) -> Store:
        try:
            self._store = opened()
        except StoreDown as down:
            if self._disk.off:
                raise PowerCut("while the store was opened") from down
            raise
        return cast(Store, Tripwire(self._store, self))

    def arm(self, point: str, operations: int) -> None:
        """See `Ground`. Inside: power goes at that many disk operations from the beginning of the commit."""
        self.armed, self._operations = point, operations

    def arm_opening(self, operations: int) -> None:
        """Power goes while the store is being opened next."""
        self._disk.cut_after = operations

    def commit(self, store: Store, writes: Sequence[Write], point: str) -> None:
        """One commit on the bad disk."""
        if point == "inside":
            self._disk.cut_after = self._operations
        if point == "unknown":
            self._disk.syncs_broken = 1
        try:
            store.commit(writes)
        except (StoreDown, UnknownOutcome) as fault:
            if self._disk.off:
                raise PowerCut("inside a commit") from fault
            raise
        finally:
            self._disk.syncs_broken = 0
        self._disk.cut_after = None

    def cut(self) -> None:
        """Power goes: unsynced writes are kept, dropped or torn."""
        if self._store is not None:
            self._store.close()
            self._store = None
        self._disk.power_cut()

    def fill(self, full: bool) -> None:
        """The disk takes not one byte more, or again does."""
        self._disk.room_bytes = 0 if full else None

    def backup(self) -> object:
        """An image of every file."""
        return self._disk.image()

    def restore(self, copy: object) -> None:
        """Put the image back."""
        assert isinstance(copy, dict)
        if self._store is not None:
            self._store.close()
            self._store = None
        self._disk.restore(copy)

    def close(self) -> None:
        """Let go of the store and take the disk out of SQLite's list."""
        if self._store is not None:
            self._store.close()
        self._disk.close()
