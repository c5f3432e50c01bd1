"""A store of every schema there ever was opens, is brought up to date, and still derives. R-196.

`stores/schema-N.sql` is what a program of schema N wrote. It is made once, when N is new, and never again:

    python -c "from tests.old.test_stores import freeze; freeze()"
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import apsw
import pytest

from openline.store.fsck import Counts, check_file
from openline.store.migrations import APPLICATION_ID, STEPS
from openline.store.sqlite import SqliteStore
from tests.contracts.store_contract import B, entry, turn
from tests.rooms.record.world import two
from tests.rooms.store.filled import filled, written

STORES: Final = Path(__file__).parent / "stores"


@pytest.mark.parametrize("schema", range(1, len(STEPS) + 1))
def test_a_store_of_every_schema_opens_and_derives(schema: int, tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    conn = apsw.Connection(str(path))
    conn.execute((STORES / f"schema-{schema}.sql").read_text("utf-8"))
    assert conn.pragma("user_version") == schema
    conn.close()
    store = SqliteStore(path)
    size = store.logs()[0].size
    assert size > 0 and store.submission("a message of ours") is not None and store.exhibits() and store.blobs()
    assert [(row.index, row.size) for row in store.ahead()] == ([(5, 8)] if schema >= 2 else [])
    store.commit(turn(B, 0, 2))
    assert store.entries(B, 0, 9, 10_000) == [entry(0), entry(1)]
    assert [found.position for found in store.find(None, size, 9)] == [size + 1, size + 2]
    store.close()
    counts = Counts()
    faults = [fault for fault in check_file(path, two().roster, counts=counts) if fault.log != B]
    assert faults == [] and counts.signatures > 5


def freeze() -> None:
    """Write the store of the newest schema as SQL, unless it is there."""
    target = STORES / f"schema-{len(STEPS)}.sql"
    place = target.with_suffix(".sqlite")
    log = written((1, 2, 10, 20), pq_at=10)
    filled(place, log, bytes(range(256)) * 4)
    conn = apsw.Connection(str(place))
    lines = ["BEGIN;", f"PRAGMA application_id = {APPLICATION_ID};", f"PRAGMA user_version = {len(STEPS)};"]
    objects = list(conn.execute("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid"))
    lines += [f"{sql};" for kind, _, sql in objects if kind == "table"]
    for name in [name for kind, name, _ in objects if kind == "table"]:
        columns = [str(column[1]) for column in conn.execute(f"PRAGMA table_info({name})")]
        row = " || ', ' || ".join(f"quote({column})" for column in columns)
        lines += [f"INSERT INTO {name} VALUES ({values});" for (values,) in conn.execute(f"SELECT {row} FROM {name}")]
    lines += [f"{sql};" for kind, _, sql in objects if kind != "table"]
    conn.close()
    with target.open("x", encoding="utf-8") as out:
        out.write("\n".join([*lines, "COMMIT;", ""]))
    for left in STORES.glob("*.sqlite*"):
        left.unlink()
