"""The dictionaries that this station holds: the one that is shipped, and those that its officers have put by.

Which of them a line uses its terms say, by SHA-256 among the agreed formats. A station that does not hold one that is
agreed still gets every message: the sender repeats it in a form that needs none. (R-280, R-281)
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Final

from openline.console.home import LineHome, read_bounded
from openline.errors import LocalFault, Malformed, Misconfigured
from openline.limits import DICTIONARY_BYTES_MAX
from openline.wire.codec import Dictionaries, check_dictionary

SHIPPED_NAME: Final = "openline-1"
SHIPPED: Final = bytes.fromhex("2626368a3744cc59b8d97accff044c56f8bd370583e41721f6116c35f6b2cfe6")
FILES_MAX: Final = 16
SUFFIX: Final = ".dict"


@cache
def shipped() -> bytes:
    """The dictionary of our own writing, in English and Russian. Raises LocalFault when the file is another."""
    data = (resources.files("openline.console") / f"{SHIPPED_NAME}{SUFFIX}").read_bytes()
    if check_dictionary(data) != SHIPPED:
        raise LocalFault(f"{SHIPPED_NAME}{SUFFIX} is not the file that this program was made with; install it anew")
    return data


def held(line: LineHome) -> Dictionaries:
    """By SHA-256: the shipped one, and every `*.dict` in the line's folder `dictionaries`. Raises Misconfigured."""
    found = {SHIPPED: shipped()}
    paths = sorted(line.dictionaries.glob(f"*{SUFFIX}")) if line.dictionaries.is_dir() else []
    if len(paths) > FILES_MAX:
        raise Misconfigured(f"{line.dictionaries}: {len(paths)} dictionaries; at most {FILES_MAX}")
    for path in paths:
        data = read_bounded(path, DICTIONARY_BYTES_MAX)
        try:
            found[check_dictionary(data)] = data
        except Malformed as fault:
            raise Misconfigured(f"{path}: {fault.reason}") from fault
    return found


def named(formats: tuple[bytes, ...]) -> str:
    """The dictionary among agreed formats, for a person; nothing where it is not the shipped one."""
    return f"dictionary {SHIPPED_NAME} (SHA-256 {SHIPPED.hex()[:16]}…)" if SHIPPED in formats else ""
