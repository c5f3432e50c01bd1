"""How the demonstration looks: plain lines, colour only on a terminal, never more than one screen wide."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from typing import Any, Final

import click

from openline.console.channel.asking import Shown
from openline.console.demo.story import Line, Story
from openline.console.dtg import clock, dtg
from openline.visible import visible

WIDTH: Final = 100
_RULE: Final = "─" * WIDTH


class Telling:
    """Writes the demonstration, line by line. `quiet` writes nothing, for a program that wants only the end."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._echo: Callable[[str], None] = (lambda _text: None) if quiet else click.echo

    def title(self, story: Story) -> None:
        """The first screen."""
        self._echo(click.style(f"OPENLINE  {story.title}", bold=True))
        self._echo(click.style(story.banner, fg="yellow"))
        self._wrapped(story.about, "")
        self._wrapped("[sourced] tells of something somebody published, in our own words. [illustration] is made up to "
                      "show an operation.", "")

    def heading(self, title: str, banner: str, about: Sequence[str]) -> None:
        """The first screen of a demonstration that has no story."""
        self._echo(click.style(title, bold=True))
        self._echo(click.style(banner, fg="yellow"))
        for text in about:
            self._wrapped(text, "")

    def lines(self, lines: Sequence[str]) -> None:
        """Lines that somebody else has set."""
        for line in lines:
            indent = line[: len(line) - len(line.lstrip())]
            self._wrapped(line.strip(), indent) if line else self._echo("")

    def received(self, shown: Shown) -> None:
        """A message as the other side's officer sees it."""
        self._wrapped(f"{shown.precedence}  from {visible(shown.name)}: {visible(shown.subject)}", "   │ ")
        self._wrapped(visible(shown.text), "   │ ")

    def chapter(self, text: str) -> None:
        """What comes next."""
        self._echo("")
        self._echo(click.style(f"── {text} ".ljust(WIDTH, "─"), fg="cyan"))

    def step(self, text: str) -> None:
        """Something the program did."""
        self._wrapped(text, "   ")

    def event(self, text: str) -> None:
        """Something that happened to a station."""
        self._echo("")
        self._echo(click.style(f"!! {text}", fg="red", bold=True))

    def line(self, line: Line, sender: str) -> None:
        """One line of the story: when, who, where; then who sends it to whom, and our words."""
        self._echo("")
        kind = click.style(f"[{line.kind}]", fg="green" if line.kind == "sourced" else "magenta")
        where = [line.when, *(part for part in (line.speaker, line.where) if part)]
        mark = f"[{line.kind}] "
        head = textwrap.wrap(mark + " · ".join(where), WIDTH)
        self._echo(kind + click.style(head[0][len(mark) - 1 :], bold=True))
        for rest in head[1:]:
            self._echo(click.style(rest, bold=True))
        info = f" (info {', '.join(line.info)})" if line.info else ""
        self._wrapped(f"{line.precedence}  {sender} → {', '.join(line.action)}{info}: {line.wording.subject}", "   ")
        self._wrapped(line.wording.text, "   │ ")
        if line.also is not None:
            self._wrapped(f"[{line.also.language}] {line.also.subject}. {line.also.text}", "   │ ")

    def held(self, shown: Shown) -> None:
        """When it was released, when held and by which signature, and who opened it."""
        self._released(shown)
        for one in shown.held:
            when = "DISPUTED time " if one.disputed else ""
            mark = click.style("held", fg="green")
            stamp = f"receipt stamped {dtg(one.stamped_ms)}, signature {one.signature[:16]}…"
            by = f"{visible(one.name)}'s machine: {stamp}"
            self._echo(f"   {mark}      {when}{clock(one.arrived_at_ms)} by {by}")
        for seen in shown.acknowledged:
            self._echo(f"   opened    {clock(seen.at_ms)} by {visible(seen.officer)}: a person read it, not agreement")

    def not_held(self, shown: Shown, theirs: str) -> None:
        """Recorded here; nobody else has signed for it."""
        self._released(shown)
        mark = click.style("queued", fg="yellow")
        self._echo(f"   {mark}    recorded here, NOT held there: no signed receipt of {visible(theirs)} covers it")

    def _released(self, shown: Shown) -> None:
        who = ", ".join(shown.released_by)
        count = "one person" if len(shown.released_by) == 1 else f"{len(shown.released_by)} persons"
        self._echo(f"   released  {clock(shown.written_at_ms)} by {count}, {visible(who)}; recorded here "
                   f"{clock(shown.arrived_at_ms)}")

    def refused(self, how: str, code: int, complaint: Any) -> None:
        """What verify said to a forgery."""
        self._wrapped(f"{how}:", "   ")
        detail = complaint["detail"] if isinstance(complaint, dict) else str(complaint)
        name = complaint["code"] if isinstance(complaint, dict) else ""
        for row in textwrap.wrap(f"exit {code}  {name}  {detail}", WIDTH - 6):
            self._echo("      " + click.style(row, fg="red"))

    def proof(self, verdict: Any, story: Story, held: dict[str, int]) -> None:
        """The last screen: what is proved, by whom, and what is not."""
        self._echo("")
        self._echo(_RULE)
        self._echo(click.style("WHAT IS PROVED, to anybody, offline", bold=True))
        entries = sum(log["entries"] for log in verdict["logs"])
        self._wrapped(f"by {verdict['signatures']} signatures over {entries} entries in {len(verdict['logs'])} logs "
                      f"(each start of a station is a new log), line {verdict['line_id'][:16]}…", "  ")
        names = [party["name"] for party in verdict["parties"]]
        for party in verdict["parties"]:
            other = " and ".join(name for name in names if name != party["name"])
            name = party["name"]
            self._wrapped(f"✓ that {name} wrote its messages, in this order, these words: by {name}'s own signature",
                          "  ")
            self._wrapped(f"✓ that {other}'s machine held {held[name]} of them, and in which interval: by {other}'s "
                          "signature", "  ")
        self._wrapped("✓ that nothing was changed, dropped or slipped in since: by the roots that both signed, and "
                      "ML-DSA-44 beside them", "  ")
        self._wrapped("✓ that an officer opened certain messages: by the acknowledging party's own entry", "  ")
        self._echo(click.style("WHAT IS NOT", bold=True))
        for text in (
            "✗ that anything said is true, or agreed: a receipt and an acknowledgement are not consent",
            "✗ that two persons released a message: the record says that one did",
            "✗ whose keys these are: that each side knows from the card it was handed in person",
            "✗ that these governments said any of it here: " + story.banner.lower(),
        ):
            self._wrapped(text, "  ")
        self._echo(_RULE)

    def _wrapped(self, text: str, indent: str) -> None:
        for row in textwrap.wrap(text, WIDTH - len(indent), break_on_hyphens=False):
            self._echo(indent + row)
