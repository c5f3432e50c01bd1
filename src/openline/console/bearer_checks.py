"""What `openline doctor` says of the bearers that the settings name. It opens nothing that a running station needs."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

from openline.bearer.program import is_program
from openline.console.bearer_settings import BearerConfig
from openline.errors import Misconfigured


def look_at(config: BearerConfig, *, is_running: bool) -> tuple[str, str]:
    """`well` or `look`, and why. `is_running`: our own station has its ports now. Raises Misconfigured."""
    rate = f"{8 * config.facts.bytes_per_second:,} bit/s, {config.facts.duplex.value} duplex, cost {config.facts.cost}"
    match config.kind:
        case "serial":
            assert config.device is not None
            return _device(config.device, f"{config.device} at {config.baud} baud, {rate}")
        case "udp":
            assert config.listen is not None
            if not is_running:
                _port(*config.listen)
            return "well", f"from {config.listen} to {config.address}, {rate}"
        case "program":
            if not is_program(config.program[0]):
                raise Misconfigured(f"{config.program[0]} is no program that this account may run")
            return "well", f"{config.program[0]}, {rate}"
        case _:
            return _folders(config)


def _device(path: Path, what: str) -> tuple[str, str]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return "look", f"{path} is not there; plug it in, and it is opened within a quarter of a minute"
    if not stat.S_ISCHR(found.st_mode):
        raise Misconfigured(f"{path} is no serial device")
    if not os.access(path, os.R_OK | os.W_OK):
        raise Misconfigured(f"{path} may not be opened by this account; on Debian its group is dialout")
    return "well", what


def _port(host: str, port: int) -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(found[0], found[1], found[2]) as probe:
            probe.bind(found[4])
    except OSError as error:
        raise Misconfigured(f"cannot listen on {host} port {port}: {error.strerror or error}") from error


def _folders(config: BearerConfig) -> tuple[str, str]:
    for folder, wanted, word in ((config.out, os.W_OK | os.X_OK, "written"), (config.into, os.R_OK | os.X_OK, "read")):
        if folder is not None and not folder.is_dir():
            return "look", f"{folder} is not there; it is looked for again and again"
        if folder is not None and not os.access(folder, wanted):
            raise Misconfigured(f"{folder} may not be {word} by this account")
    return "well", ", ".join(f"{word} {one}" for word, one in (("out", config.out), ("in", config.into)) if one)
