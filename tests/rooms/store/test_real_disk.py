"""A real small file system, in a mount namespace of its own: it fills up, it empties, it turns read-only. R-194."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.needs import needs_root, needs_tool

STORY = """
import os, subprocess, sys
from pathlib import Path
from openline.errors import StoreDown
from openline.store.sqlite import SqliteStore
from tests.contracts.store_contract import A, entry, turn

folder = Path(sys.argv[1])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "none", folder], check=True)
store = SqliteStore(folder / "store.sqlite")
store.commit(turn(A, 0, 10))
size = 10
filler = open(folder / "filler", "wb", buffering=0)
try:
    while True:
        filler.write(bytes(65536))
except OSError:
    pass

def commit_until_refused():
    global size
    while True:
        try:
            store.commit(turn(A, size, 500))
        except StoreDown as fault:
            assert "full" in str(fault), fault
            return
        size += 500

commit_until_refused()
for _ in range(3):
    commit_until_refused()
assert store.entries(A, 0, 10**6, 10**9) == [entry(i) for i in range(size)], "all that is held can be read"
filler.truncate(0)
store.commit(turn(A, size, 500))
size += 500
store.close()

store = SqliteStore(folder / "store.sqlite")
assert len(store.leaves(A, 0, 10**6)) == size and store.integrity() == []
store.close()
filler.close()
subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
try:
    SqliteStore(folder / "store.sqlite")
    raise AssertionError("opened on a read-only file system")
except StoreDown:
    pass
subprocess.run(["mount", "-o", "remount,rw", folder], check=True)
store = SqliteStore(folder / "store.sqlite")
store.commit(turn(A, size, 1))
store.close()
print("told", size)
"""


def test_a_small_disk_fills_up_empties_and_turns_read_only(tmp_path: Path) -> None:
    needs_root()
    unshare = needs_tool("unshare")
    told = subprocess.run(
        [unshare, "--mount", sys.executable, "-c", STORY, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": "src:."},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert int(told.stdout.removeprefix("told ")) > 510, "the room written ahead takes some commits on a full disk"
