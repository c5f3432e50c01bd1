"""The door: `openline` and `python -m openline`.

The hall (`openline.station`, and `openline.serving` around it) and all it wires is read only where a station is served:
a command that asks the running station, or reads a file, starts in half the time without it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

from openline import __version__
from openline.console.cli import run
from openline.console.terminal import Ended, Serving


class Hall:
    """What the console needs from above."""

    version = __version__
    program = (sys.executable, "-m", "openline")

    def serve(self, serving: Serving) -> None:
        """Serve one line until told to stop. Raises OpenlineError when it cannot start or must end."""
        from openline.serving import serve

        serve(serving)

    def serve_all(self, lines: Mapping[str, Callable[[], Serving]], tell: Ended) -> None:
        """Serve several lines in this process, each until told to stop. Raises when none of them could begin."""
        from openline.serving import serve_all

        serve_all(lines, tell)


def main() -> int:
    """The program. Returns its exit code."""
    return run(Hall())


if __name__ == "__main__":
    sys.exit(main())
