"""A station that only pretends: it counts and remembers what it was asked, and holds nothing."""

from __future__ import annotations

import asyncio

from openline.console.channel import asking
from openline.console.disclosing.asking import Planned

GENERATION = "0123456789ab" * 2


class Pretended:
    """Operations for tests of the channel and of commands that need no real station."""

    def __init__(self) -> None:
        self.messages: list[asking.Outgoing] = []
        self.refusal: Exception | None = None
        self.stopped = False
        self.never = False
        self._held = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def let_go(self) -> None:
        """Let those who wait for receipts have them; from any thread."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._held.set)

    async def send(self, ask: asking.Send) -> asking.Sent:
        if self.refusal is not None:
            raise self.refusal
        first = len(self.messages)
        self.messages += ask.messages
        await asyncio.sleep(0)
        return asking.Sent([asking.Place(0, GENERATION, first + i) for i in range(len(ask.messages))])

    async def find(self, ask: asking.Find) -> asking.Found:
        entries = [self.shown(i) for i in range(len(self.messages))][ask.after :][: ask.count]
        return asking.Found(entries, ask.after + len(entries))

    async def show(self, ask: asking.Show) -> asking.Shown:
        return self.shown((ask.position or 1) - 1 if ask.place is None else int(ask.place.split("/")[2]))

    def shown(self, index: int) -> asking.Shown:
        text = self.messages[index].text if index < len(self.messages) else "pretended"
        return asking.Shown(
            position=index + 1, place=f"0/{GENERATION}/{index}", party=0, name="Red", ours=True, kind="message",
            kind_number=1, written_at_ms=1_795_341_931_204, arrived_at_ms=1_795_341_931_204, text=text,
            language="en", lacking=["Blue"],
        )

    async def plan_export(self, ask: asking.PlanExport) -> Planned:
        return Planned([], "pretended")

    async def acknowledge(self, ask: asking.Acknowledge) -> asking.Sent:
        return asking.Sent([asking.Place(0, GENERATION, 99)])

    async def append(self, ask: asking.Append) -> asking.Sent:
        return asking.Sent([asking.Place(0, GENERATION, 98)])

    async def wait_held(self, ask: asking.WaitHeld) -> asking.Waited:
        self._loop = asyncio.get_running_loop()
        try:
            await asyncio.wait_for(self._held.wait(), ask.within_ms / 1000)
        except TimeoutError:
            return asking.Waited(False, ask.places)
        return asking.Waited(True)

    async def status(self) -> asking.Status:
        peer = asking.PeerStatus(1, "Blue", "silent", None, [], 0, len(self.messages), 0)
        return asking.Status("hotline", "00" * 32, 0, "Red", GENERATION, 0, 0, len(self.messages), [peer])

    async def contact(self, ask: asking.AskContact) -> asking.Drawn:
        return asking.Drawn({})

    async def export(self, ask: asking.Export) -> asking.Exported:
        return asking.Exported(ask.path, 0, 0, "")

    async def backup(self, ask: asking.Backup) -> asking.BackedUp:
        return asking.BackedUp(ask.path, 0)

    async def carry_out(self, ask: asking.CarryOut) -> asking.Carried:
        return asking.Carried(1, 100, 1)

    async def carry_in(self, ask: asking.CarryIn) -> asking.Carried:
        return asking.Carried(1, 100, 1, ["x.oln: not for this line"])

    async def stop(self) -> asking.Nothing:
        self.stopped = True
        return asking.Nothing()

    async def propose(self, ask: asking.Propose) -> asking.Sent:
        return asking.Sent([asking.Place(0, GENERATION, 97)])

    async def answer(self, ask: asking.AnswerProposal) -> asking.Sent:
        return asking.Sent([asking.Place(0, GENERATION, 96)])

    async def amendments(self) -> asking.Amendments:
        member = asking.Member(0, "Red", "00" * 32, False, 1)
        return asking.Amendments("00" * 32, 0, False, [member], ["en"], [1, 1, 1, 1], [1, 1, 1], [], [[]], [])

    async def take_paper(self, ask: asking.TakePaper) -> asking.Sent:
        return asking.Sent([asking.Place(0, GENERATION, 95)])

    async def recover(self, ask: asking.Recover) -> asking.Nothing:
        return asking.Nothing()
