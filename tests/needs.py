"""What a test needs from the machine. Lacking it is a named, counted skip; in CI it is a failure.

`needs_tool("go")` returns the path of the program. The other doors are `needs_root()` and `needs_path(path, of)`.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final, NoReturn

import pytest

SKIP_PREFIX: Final = "not on this machine: "

DEBIAN_PACKAGE: Final = {
    "git": "git",
    "go": "golang-go",
    "ip": "iproute2",
    "minimodem": "minimodem",
    "openssl": "openssl",
    "ps": "procps",
    "rsvg-convert": "librsvg2-bin",
    "setpriv": "util-linux",
    "systemd-analyze": "systemd",
    "useradd": "passwd",
    "unshare": "util-linux",
}


def in_ci() -> bool:
    """Whether a lacking tool is a failure rather than a skip."""
    return os.environ.get("CI", "") not in ("", "0", "false")


def lacks(what: str) -> NoReturn:
    """End the test: a skip that names `what`, or a failure in CI."""
    if in_ci():
        pytest.fail(f"{SKIP_PREFIX}{what}. In CI nothing may be skipped; see tools/machine", pytrace=False)
    pytest.skip(f"{SKIP_PREFIX}{what}")


def needs_tool(name: str) -> str:
    """Path of the program `name`."""
    found = shutil.which(name)
    if found is None:
        package = DEBIAN_PACKAGE.get(name, name)
        lacks(f"{name} (Debian package {package})")
    return found


def needs_path(path: str | Path, of: str) -> Path:
    """`path`, which comes with `of`, for example a Debian package."""
    place = Path(path)
    if not place.exists():
        lacks(f"{path} ({of})")
    return place


def needs_root() -> None:
    """Go on only as root, for network namespaces and second users."""
    if os.geteuid() != 0:
        lacks("root, for network namespaces and second users")
