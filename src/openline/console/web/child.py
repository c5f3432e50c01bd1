"""The desk's pages as a child of the station: started with it, started again when they end, ended with it.

The child has no passphrase and no door but the control socket. Its stdin is a pipe from us: when we die, however we
die, it ends too, and the port is free for the next one.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Sequence
from typing import Final

AGAIN_AFTER_S: Final = 2.0
END_WITHIN_S: Final = 5.0
_KEPT_FROM_IT: Final = ("CREDENTIALS_DIRECTORY", "OPENLINE_SITTING")


async def keep_pages(command: Sequence[str], say: Callable[[str], None]) -> None:
    """Run the pages until cancelled. Says when they ended, and tries again: a fault of theirs is none of the line."""
    kept = {name: value for name, value in os.environ.items() if name not in _KEPT_FROM_IT}
    while True:
        child = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.PIPE, env=kept)
        try:
            code = await child.wait()
        except asyncio.CancelledError:
            await asyncio.shield(_end(child))
            raise
        say(f"the desk's pages ended with {code}; they are started again in {AGAIN_AFTER_S:.0f} s")
        await asyncio.sleep(AGAIN_AFTER_S)


async def _end(child: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        child.terminate()
    try:
        await asyncio.wait_for(child.wait(), END_WITHIN_S)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()
