"""How near this process is to the end of its descriptors: some are kept for keys, store and commands. (R-024)"""

from __future__ import annotations

import os
import resource
from typing import Final

KEPT_FREE: Final = 32  # that strangers are not given; of a small bound an eighth


def bound() -> int:
    """How many descriptors this process may have open; 0 where there is no bound, or none that can be read."""
    try:
        most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    except OSError:
        return 0
    return 0 if most == resource.RLIM_INFINITY else most


def is_among_the_last(descriptor: int) -> bool:
    """True for one that was opened just now where no lower one was free: a kernel gives the lowest."""
    most = bound()
    return most > 0 and descriptor >= most - min(KEPT_FREE, most // 8)


def are_scarce(any_open: int) -> bool:
    """Whether few are left now. `any_open`: a descriptor of ours, whichever."""
    try:
        another = os.dup(any_open)
    except OSError:
        return True
    os.close(another)
    return is_among_the_last(another)
