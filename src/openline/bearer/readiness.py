"""A descriptor of ours on the station's event loop: what is done when bytes can move over it, or it is broken.

libuv's loop stops watching a descriptor for good when the kernel reports an error on it, and tells nobody: a datagram
that nobody was there for, once, would make a UDP road deaf. So it watches an epoll of ours instead, which is readable
then and never broken itself. (0057)
"""

from __future__ import annotations

import asyncio
import select
from collections.abc import Callable
from typing import Final

_READS: Final = select.EPOLLIN | select.EPOLLPRI | select.EPOLLERR | select.EPOLLHUP
_WRITES: Final = select.EPOLLOUT | select.EPOLLERR | select.EPOLLHUP


class Readiness:
    """Watches one descriptor, which stays its owner's to close, after `close`."""

    def __init__(self, descriptor: int) -> None:
        """On the running event loop. Raises OSError where there is no descriptor left for it."""
        self._loop = asyncio.get_running_loop()
        self._descriptor = descriptor
        self._readable: Callable[[], None] | None = None
        self._writable: Callable[[], None] | None = None
        self._watched = 0
        self._epoll = select.epoll()
        self._loop.add_reader(self._epoll.fileno(), self._moved)

    def when_readable(self, act: Callable[[], None] | None) -> None:
        """What to do as long as there is something to read, the reason why nothing more will come included."""
        self._readable = act
        self._watch()

    def when_writable(self, act: Callable[[], None] | None) -> None:
        """What to do as long as it takes bytes, or will never again."""
        self._writable = act
        self._watch()

    def close(self) -> None:
        """Watch no more."""
        self._readable = self._writable = None
        if not self._epoll.closed:
            self._loop.remove_reader(self._epoll.fileno())
            self._epoll.close()

    def _watch(self) -> None:
        wanted = (select.EPOLLIN if self._readable else 0) | (select.EPOLLOUT if self._writable else 0)
        if wanted == self._watched:
            return
        if not self._watched:
            self._epoll.register(self._descriptor, wanted)
        elif wanted:
            self._epoll.modify(self._descriptor, wanted)
        else:
            self._epoll.unregister(self._descriptor)
        self._watched = wanted

    def _moved(self) -> None:
        for _descriptor, events in self._epoll.poll(0):
            if events & _READS and self._readable is not None:
                self._readable()
            if events & _WRITES and self._writable is not None:
                self._writable()
