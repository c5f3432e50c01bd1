"""The whole program in a process whose clocks have run `FACTOR` times as fast since an instant, and are ahead.

    python -m bench.clocked FACTOR SINCE_NS AHEAD_MS serve --home ...

Nothing in the program knows of it. Both kinds of clock are multiplied, and every wait of the event loop is divided, so
that what the station does in a day it does in a day divided by the factor, each thing as often and in the same order.
What it costs in bytes is what it costs in that day; what it costs in computing time is not looked at. One thing is made
coarser: a serial device is given its bytes a second's worth at a time and not a twentieth, or at 300 bit/s each byte
would be a wake of its own, thousands in a second of ours, and the bearer slower than it declares.
"""

from __future__ import annotations

import selectors
import sys
import time
from typing import Any, Final

PIECE_S: Final = 1.0


def quicken(factor: int, since_ns: int, ahead_ms: int) -> None:
    """From now on, in this process. `since_ns` of the wall clock is the same for stations that talk to each other."""
    real_ns, ahead_ns = time.time_ns, ahead_ms * 1_000_000

    def gone_ns() -> int:
        return (real_ns() - since_ns) * factor

    def wall_ns() -> int:
        return since_ns + gone_ns() + ahead_ns

    def gettime_ns(clock: int) -> int:
        return wall_ns() if clock == time.CLOCK_REALTIME else gone_ns()

    changed: dict[str, Any] = {
        "time_ns": wall_ns,
        "time": lambda: wall_ns() / 1e9,
        "monotonic_ns": gone_ns,
        "monotonic": lambda: gone_ns() / 1e9,
        "clock_gettime_ns": gettime_ns,
        "clock_gettime": lambda clock: gettime_ns(clock) / 1e9,
    }
    for name, clock in changed.items():
        setattr(time, name, clock)
    waits = selectors.DefaultSelector.select

    def select(self: Any, within_s: float | None = None) -> Any:
        return waits(self, None if within_s is None else within_s / factor)

    setattr(selectors.DefaultSelector, "select", select)  # noqa: B010  its own words for the parameters are not ours


def main() -> int:
    """Run the program so."""
    factor, since_ns, ahead_ms, *words = sys.argv[1:]
    quicken(int(factor), int(since_ns), int(ahead_ms))
    from openline.__main__ import Hall
    from openline.bearer import serial
    from openline.console.cli import run

    if int(factor) > 1:
        setattr(serial, "_PIECE_S", PIECE_S)  # noqa: B010  final for everybody else
    return run(Hall(), words)


if __name__ == "__main__":
    sys.exit(main())
