"""A watch as one may find it: what each desk of the demonstration wrote, and how far it came. All of it is made up.

No clock is set back: everything is written now. What is overdue at once asked for a reply by an instant that had gone
by; a FLASH that nobody opens is overdue five minutes after it came, by itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from openline.console.channel.asking import Outgoing, Place, Waited, WaitHeld
from openline.console.demo.accords import Accords
from openline.console.demo.staffing import Staff
from openline.console.demo.staging import Broken, Stage
from openline.limits import TEXT_CHARS_MAX

HELD_WITHIN_MS: Final = 120_000  # as long as a busy machine takes
MINUTE_MS: Final = 60_000
LONG_CHARS: Final = 2_000
CROSSED: Final = "Sector Kilo tomorrow"
OVERDUE: Final = "Unplanned launch"
ARABIC: Final = "اقتراح اجتماع"
HOSTILE: Final = "<b>Urgent</b> <script>alert(1)</script>"
LONG: Final = "Notification of movements by rail"
EXERCISE: Final = "Drill 7"
UNANSWERED: Final = "Fishing vessel adrift"
ANSWERED: Final = "Visit of the liaison team"
CORRECTED: Final = "Convoy on the northern road"
AWAITING: Final = "Night flights over the strait"
assert LONG_CHARS <= TEXT_CHARS_MAX


def long_text() -> str:
    """Exactly LONG_CHARS characters of a list that goes on and on."""
    rows = (f"{number}. Train {400 + number}: {20 + number} flat cars, loaded, from the river depot to the eastern "
            f"range, departs {number % 24:02}30Z." for number in range(1, 40))  # fmt: skip
    return "\n".join(["The following movements are training and carry no live ammunition.", *rows])[:LONG_CHARS]


class Watch:
    """What happened at two desks before anybody sat down at them."""

    def __init__(self, stage: Stage, ours: Staff, theirs: Staff) -> None:
        self._stage = stage
        self._ours = ours
        self._theirs = theirs

    def cross(self, join: Callable[[], None]) -> None:
        """Each side writes before it has heard of the other; then `join` gives them a road. Raises Broken."""
        ours = self._ours.send(Outgoing(
            subject=CROSSED, precedence="PRIORITY",
            text="We shall fly two reconnaissance aircraft in sector Kilo from 0600Z to 0900Z. Both unarmed.",
        ))  # fmt: skip
        theirs = self._theirs.send(Outgoing(
            subject=CROSSED, precedence="PRIORITY",
            text="We close sector Kilo to all flights from 0500Z to 1000Z for a firing exercise. Please confirm.",
        ))  # fmt: skip
        join()
        self._held(self._ours, ours)
        self._held(self._theirs, theirs)

    def fill(self) -> None:
        """Everything else, one after another. Raises Broken, Told, Refused."""
        Accords({"a": self._ours, "b": self._theirs}, self._held).fill()
        self._answered()
        self._corrected()
        for message in self._came():
            self._held(self._theirs, self._theirs.send(message))
        past_ms = _now_ms() - 40 * MINUTE_MS
        unanswered = Outgoing(
            subject=UNANSWERED, precedence="IMMEDIATE", reply_by_ms=past_ms,
            text="A fishing vessel of ours drifts towards your coast with eleven persons and no engine. "
            "May our tug cross the median line? The tide decides: we needed your word 40 minutes ago.",
        )  # fmt: skip
        self._held(self._ours, self._ours.send(unanswered))
        self._ours.draft(Outgoing(
            subject=AWAITING, precedence="PRIORITY",
            text="Four transport aircraft cross the strait tonight at 2,400 m, lights on, transponders on.",
        ))  # fmt: skip
        self._theirs.draft(Outgoing(
            subject=AWAITING, language="en", text="We have noted your flights over the strait last night. No incident.",
        ))  # fmt: skip

    def _came(self) -> list[Outgoing]:
        return [
            Outgoing(subject=LONG, text=long_text()),
            Outgoing(
                subject=ARABIC, language="ar",
                text="نقترح اجتماعا لضباط الاتصال يوم الثلاثاء الساعة 09:30 بالتوقيت العالمي، "
                "في المكان المعتاد (Room 4).",
            ),
            Outgoing(
                subject=HOSTILE,
                text="<img src=x onerror=alert(1)> {{ 7*7 }} pay\u200bpal \u200d\ufeff </section></main> "
                "javascript:alert(1) \u05d0\u200f\u061c Z\u0351\u0343\u035ba\u0363\u0346l\u0301g\u0300o\u0334",
            ),
            Outgoing(subject=EXERCISE, exercise=True, precedence="PRIORITY",
                     text="EXERCISE EXERCISE EXERCISE. Report when you have read this. EXERCISE."),
            Outgoing(
                subject=OVERDUE, precedence="FLASH", reply_by_ms=_now_ms() - 2 * MINUTE_MS,
                text="One unplanned launch from our northern range, seawards, unarmed. It is an accident. "
                "Tell us at once that you have seen this.",
            ),
        ]  # fmt: skip

    def _answered(self) -> None:
        place = self._theirs.send(Outgoing(
            subject=ANSWERED, text="Our liaison team of four arrives on Thursday at 1000Z. Do you agree?",
        ))  # fmt: skip
        self._held(self._theirs, place)
        self._acknowledge(self._ours, place)
        answer = self._ours.send(Outgoing(
            subject=f"Re: {ANSWERED}", in_reply_to=str(place), text="We agree. They will be met at the gate at 0945Z.",
        ))  # fmt: skip
        self._held(self._ours, answer)
        self._acknowledge(self._theirs, answer)

    def _corrected(self) -> None:
        place = self._theirs.send(Outgoing(
            subject=CORRECTED, precedence="PRIORITY", text="Convoy of 30 vehicles on the northern road from 0930Z.",
        ))  # fmt: skip
        self._held(self._theirs, place)
        self._held(self._theirs, self._theirs.send(Outgoing(
            subject=CORRECTED, precedence="PRIORITY", text="Convoy of 13 vehicles on the northern road from 0930Z.",
            relates="corrects", of=(str(place),), note="13, not 30",
        )))  # fmt: skip

    def _acknowledge(self, staff: Staff, place: Place) -> None:
        self._held(staff, staff.acknowledge(place))

    def _held(self, staff: Staff, place: Place) -> None:
        with self._stage.link(staff.side) as link:
            ask = WaitHeld(places=[place], within_ms=HELD_WITHIN_MS)
            if not link.ask(ask, Waited, 2 * HELD_WITHIN_MS).held:
                raise Broken(f"{place} of {staff.side.name} is not held after {HELD_WITHIN_MS} ms")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
