"""What all requests share: the station behind the pages, where the pages are, who tried to sign in."""

from __future__ import annotations

from typing import Final

from openline.console.web.line import Station
from openline.console.web.live import Live
from openline.console.web.setting import Setting
from openline.console.web.streams import Streams
from openline.console.web.uploads import Uploads

TRIES_MAX: Final = 12  # sign-ins refused of one address within the span below; the station counts each officer's
TRIES_SPAN_MS: Final = 60_000
ADDRESSES_MAX: Final = 1_024


class Tries:
    """Sign-ins that were refused, by the address they came from."""

    def __init__(self) -> None:
        self._at: dict[str, list[int]] = {}

    def may(self, address: str, now_ms: int) -> bool:
        """Whether another one is looked at."""
        recent = [at_ms for at_ms in self._at.get(address, []) if now_ms - at_ms < TRIES_SPAN_MS]
        return len(recent) < TRIES_MAX

    def refused(self, address: str, now_ms: int) -> None:
        """One more. Beyond so many addresses the one that was refused longest ago is forgotten: who has a thousand of
        them must not keep everybody else out, and of each officer the station counts all."""
        tries = [*self._at.pop(address, []), now_ms][-TRIES_MAX:]
        self._at[address] = tries  # the last one refused stands last
        while len(self._at) > ADDRESSES_MAX:
            del self._at[next(iter(self._at))]


class Pages:
    """The running pages of one desk."""

    def __init__(self, station: Station, setting: Setting, port: int, line: str) -> None:
        self.station = station
        self.setting = setting
        self.port = port
        self.line = line
        self.tries = Tries()
        self.streams = Streams()
        self.live = Live(station, self.streams)
        self.uploads = Uploads()
        self.cookie = setting.cookie(port)
        self.preferences_cookie = f"openline-preferences-{port}"
