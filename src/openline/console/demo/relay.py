"""A relay between two stations, in a process of its own: a bad road that can be counted, cut and mended."""

from __future__ import annotations

import json
import subprocess
import sys
from types import TracebackType
from typing import Any, Final, NamedTuple

from openline.console.demo.weather import Count, Weather

END_WITHIN_S: Final = 10


class Counted(NamedTuple):
    """What has passed so far, from the near side to the far side and back."""

    there: Count
    back: Count
    there_waiting_bytes: int
    back_waiting_bytes: int


class Relay:
    """`near` and `far` say where each station's bearer has to connect: addresses, or paths of serial devices."""

    def __init__(self, kind: str, *, there: Weather | None = None, back: Weather | None = None, seed: str = "0",
                 **more: Any) -> None:
        """`kind` is udp, tcp or pty; `back` is as `there` unless said. `more`: `to`, `listen`, `near_is` are addresses,
        `half_duplex` makes both ways share one air. Raises ValueError where the relay refuses what it is asked to be.
        """  # fmt: skip
        there = there or Weather()
        back = back or there
        self._process = subprocess.Popen([sys.executable, "-m", "openline.console.demo.relay_process"],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # fmt: skip
        order = {"kind": kind, "seed": seed, "there": there._asdict(), "back": back._asdict(), **more}
        where = self._ask(order)
        if "refused" in where:
            self.close()
            raise ValueError(where["refused"])
        self.near: Any = where["near"]
        self.far: Any = where["far"]

    def __enter__(self) -> Relay:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def cut(self, way: str = "both") -> Counted:
        """From now on everything vanishes, without notice, and connections stay. `way`: there, back, both."""
        return self._counted(self._ask({"do": "cut", "way": way}))

    def mend(self, way: str = "both") -> Counted:
        """End of `cut`."""
        return self._counted(self._ask({"do": "mend", "way": way}))

    def change(self, weather: Weather, way: str = "both") -> Counted:
        """Another weather from now on."""
        return self._counted(self._ask({"do": "weather", "way": way, "weather": weather._asdict()}))

    def count(self) -> Counted:
        """What has passed so far."""
        return self._counted(self._ask({"do": "count"}))

    def close(self) -> None:
        """End the process; it ends by itself when its orders end."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(END_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(END_WITHIN_S)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _ask(self, order: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline() or b'{"refused": "the relay has ended"}')
        return answer

    def _counted(self, answer: dict[str, Any]) -> Counted:
        waiting = [answer[way].pop("waiting_bytes") for way in ("there", "back")]
        return Counted(Count(**answer["there"]), Count(**answer["back"]), *waiting)
