"""`python set_clock.py FILE ARGUMENTS`: the program on a machine whose clock somebody sets: ahead by the ms in FILE.

A test may not set the clock of the machine it runs on. What only counts goes on as it does, as on a machine whose
clock is set.
"""

from __future__ import annotations

import runpy
import sys
import time
from pathlib import Path


def main() -> None:
    """Run the program with that clock."""
    ahead = Path(sys.argv[1])
    real_ns = time.time_ns

    def set_ns() -> int:
        return real_ns() + int(ahead.read_text()) * 1_000_000

    time.time_ns = set_ns
    time.time = lambda: set_ns() / 1e9
    sys.argv = ["openline", *sys.argv[2:]]
    runpy.run_module("openline", run_name="__main__")


if __name__ == "__main__":
    main()
