"""Connections of browsers: each asks within a time, and a crowd that asks nothing keeps out nobody.

A connection *lingers* while no whole request of it is being answered: it has said nothing yet, a part of a request, or
nothing more. One that lingers too long is closed; where as many are open as may be, the one that lingers longest
makes room. A page that listens for changes has asked, and never lingers.
"""

from __future__ import annotations

import asyncio
from typing import Final, cast

from uvicorn.protocols.http.h11_impl import H11Protocol

OPEN_MAX: Final = 512  # connections at once: 50 desks, 8 streams each at the worst, and some that only ask
HEAD_WITHIN_S: Final = 20.0  # a request's head from its first byte, the first one from the connection
BODY_WITHIN_S: Final = 600.0  # and all of it: an attachment over a slow road


class Visitor(H11Protocol):
    """One connection; the rest is uvicorn's."""

    _since: float | None = None  # it lingers since then, by the clock of the event loop
    _ends: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """One more; where there are too many the one that lingers longest goes."""
        super().connection_made(transport)
        self._linger(HEAD_WITHIN_S)
        if len(self.connections) > OPEN_MAX:
            others = [one for one in self.connections if isinstance(one, Visitor) and one._since is not None]
            if others:
                longest = min(others, key=lambda one: cast(float, one._since))
                longest._send_away()

    def data_received(self, data: bytes) -> None:
        """Bytes of a request, or of several."""
        if self.cycle is not None and self.cycle.response_complete and self._ends is None:
            self._since = None  # the first byte of another request
        super().data_received(data)
        if self._is_answering():
            self._stay()
        elif self.cycle is not None and not self.cycle.response_complete:
            self._linger(BODY_WITHIN_S)
        else:
            self._linger(HEAD_WITHIN_S)

    def on_response_complete(self) -> None:
        """Answered: what comes next is another request."""
        self._since = self.loop.time()  # its end is uvicorn's to see to, until the first byte of the next one
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._stay()
        super().connection_lost(exc)

    def _is_answering(self) -> bool:
        cycle = self.cycle
        return cycle is not None and not cycle.response_complete and not cycle.more_body

    def _linger(self, within_s: float) -> None:
        if self._since is None:
            self._since = self.loop.time()
        at = self._since + within_s
        if self._ends is None or self._ends.when() != at:
            self._stop_counting()
            self._ends = self.loop.call_at(at, self._send_away)

    def _stay(self) -> None:
        self._since = None
        self._stop_counting()

    def _stop_counting(self) -> None:
        if self._ends is not None:
            self._ends.cancel()
            self._ends = None

    def _send_away(self) -> None:
        self._stay()
        self.connections.discard(self)
        if not self.transport.is_closing():
            self.transport.abort()
