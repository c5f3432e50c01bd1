"""The desk's pages as a process: a socket, the application, and an end when who started it has ended."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import uvicorn

from openline.console.codes import Told
from openline.console.web.app import make_app
from openline.console.web.desk import Pages
from openline.console.web.line import Station
from openline.console.web.setting import Setting
from openline.console.web.visitors import OPEN_MAX, Visitor
from openline.errors import Misconfigured

END_WITHIN_S: Final = 2


def bind(setting: Setting) -> socket.socket:
    """A listening socket. Raises Misconfigured where the setting is refused, Told OL-801 where the port is taken."""
    setting.check()
    host, port = setting.address
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(128)
        sock.setblocking(False)
    except OSError as error:
        sock.close()
        raise Told("OL-801", f"the desk cannot listen at {setting.address}: {error.strerror}") from error
    return sock


def run(control: Path, setting: Setting, line: str, ready: Callable[[str], None], *, until_eof: bool = False) -> None:
    """Serve the pages until told to stop; `ready` is told their address. With `until_eof`, also until stdin ends:
    then whoever started this process is no more. Raises Misconfigured, Told."""
    sock = bind(setting)
    port = sock.getsockname()[1]
    app = make_app(Pages(Station(control), setting, port, line))
    chosen = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, proxy_headers=False, ws="none", http=Visitor,
        loop="asyncio", limit_concurrency=OPEN_MAX + 1, timeout_graceful_shutdown=END_WITHIN_S, timeout_keep_alive=20,
        ssl_certfile=setting.certificate, ssl_keyfile=setting.key,
    )  # fmt: skip
    try:
        chosen.load()
    except (OSError, ssl.SSLError) as error:
        raise Misconfigured(f"{setting.certificate}, {setting.key}: {error}") from error
    if chosen.ssl is not None:
        chosen.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
    pages = _Pages(chosen, lambda: ready(address_of(setting, port)), until_eof=until_eof)
    asyncio.run(pages.serve(sockets=[sock]))


class _Pages(uvicorn.Server):
    def __init__(self, chosen: uvicorn.Config, ready: Callable[[], None], *, until_eof: bool) -> None:
        super().__init__(chosen)
        self._ready = ready
        self._until_eof = until_eof

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._until_eof:
            asyncio.get_running_loop().add_reader(sys.stdin.fileno(), self._look)
        if self.started:
            self._ready()

    def _look(self) -> None:
        if not os.read(sys.stdin.fileno(), 4096):
            asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
            self.should_exit = True


def address_of(setting: Setting, port: int) -> str:
    """What to type into a browser."""
    return f"{setting.scheme}://{setting.name}:{port}/"
