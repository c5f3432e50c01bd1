"""PDF for the pages: set by a process of its own, one at a time, that has a minute and then is ended."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from typing import Any, Final

from openline.console.codes import Told
from openline.console.sheets.setting import NO_SETTER

WITHIN_S: Final = 60.0
_ONE: Final = asyncio.Semaphore(1)


async def set_apart(given: dict[str, Any]) -> bytes | None:
    """The PDF; None where there is no setter. Raises Told OL-101 where it was not set in its time."""
    async with _ONE:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "openline.console.sheets", stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            data, _ = await asyncio.wait_for(child.communicate(json.dumps(given).encode()), WITHIN_S)
        except TimeoutError as error:
            raise Told("OL-101", f"the sheet was not set within {WITHIN_S:g} s") from error
        finally:
            if child.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    child.kill()
                await child.wait()
    if child.returncode == NO_SETTER:
        return None
    if child.returncode != 0:
        raise Told("OL-101", "the sheet could not be set")
    return data
