"""Ports for tests: each is given once, on a machine where many tests run at the same time."""

from __future__ import annotations

import random
import socket
import sys
from typing import Final

# Below those that a kernel gives to outgoing connections by itself, and below those that demonstrations take.
_PORTS: Final = range(10_000, 20_000)
_claims: list[socket.socket] = []


def free_port() -> int:
    """A port that nobody uses now, and that no test of any process is given again while this one lives.

    A port that was asked of the kernel and let go may be taken by anybody's next connection before it is listened on.
    """
    for port in random.SystemRandom().sample(_PORTS, 1_000):
        if _is_ours(port) and _is_unused(port):
            return port
    raise AssertionError("no port is free")


def _is_unused(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("", port))
            except OSError:
                return False
    return True


def _is_ours(port: int) -> bool:
    """Claim it by a name that one process of this machine's network can have at a time. Linux only."""
    if sys.platform != "linux":
        return True
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        claim.bind(f"\0openline-tests-port-{port}")
    except OSError:
        claim.close()
        return False
    _claims.append(claim)
    return True
