"""A commitment to 65,536 records, and one opening of it checked, from the bytes of its entry."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Final

from bench.table import Sample
from openline.accord.escrow import bodies, sums, tree
from openline.accord.escrow.bodies import Opened
from openline.console.escrowing.vault import make_secret
from openline.record.entry import Ref

RECORDS: Final = 65_536
OPENED: Final = 200  # one after another; the mean of one is told
_OF: Final = Ref(0, bytes(12), 7)


def committing(say: Callable[[str], None]) -> dict[str, list[Sample]]:
    """Seconds for salts, leaves, tree and lock, beside hashing as many leaves and nodes; ms for one opening, beside its
    own hashes."""
    records = [sums.spell_record(4, ("launchers", f"Base {number % 40:02d}", "TYPE-1", f"US-{number:06d}"))
               for number in range(RECORDS)]  # fmt: skip
    began = time.perf_counter()
    for _ in range(2 * RECORDS):
        sha256(records[0]).digest()
    limit = time.perf_counter() - began
    began = time.perf_counter()
    secret = make_secret([records])
    (lock,) = secret.locks(0)
    took = time.perf_counter() - began
    rows = secret.rows(0)
    said = [bodies.encode(Opened(_OF, secret.opening(rows, 0, int.from_bytes(os.urandom(2), "big"), 1)))
            for _ in range(OPENED)]  # fmt: skip
    began = time.perf_counter()
    for data in said:
        one = bodies.parse(143, data)
        assert isinstance(one, Opened)
        assert tree.check(0, lock, RECORDS, one.opening).matches, "it is not the work"
    each = (time.perf_counter() - began) / OPENED
    began = time.perf_counter()
    for _ in range(OPENED * 18):
        sha256(records[0]).digest()
    hashes = (time.perf_counter() - began) / OPENED
    say(f"{RECORDS} records committed in {took:.2f} s, one opening checked in {each * 1000:.3f} ms")
    return {"escrow_65k_s": [Sample(took, limit)], "escrow_open_ms": [Sample(each * 1000, hashes * 1000)]}
