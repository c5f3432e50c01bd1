"""Asks an officer, one question at a time, which bodies go along; shows what it comes to before it is written."""

from __future__ import annotations

from collections.abc import Callable

import click

from openline.console.codes import Told
from openline.console.disclosing.asking import Chosen, Planned
from openline.console.dtg import parse_iso
from openline.console.terminal import at_a_terminal
from openline.visible import visible

FORMS = "all, none, ENTRY, party:NAME, from:INSTANT, to:INSTANT"


def chosen_of(words: tuple[str, ...], party_of: Callable[[str], int], name_of: Callable[[str], str]) -> Chosen:
    """What `--bodies` says, given once or several times. Raises Told OL-201, OL-204, OL-302."""
    chosen = Chosen()
    for word in words:
        key, colon, value = word.partition(":")
        if not colon or key not in ("party", "from", "to"):
            chosen.entries = [*chosen.entries, name_of(word)]
        elif key == "party":
            chosen.parties = [*chosen.parties, party_of(value)]
        elif key == "from":
            chosen.from_ms = parse_iso(value)
        else:
            chosen.to_ms = parse_iso(value)
    return chosen


def ask(parties: list[str]) -> tuple[str, ...]:
    """The words of `--bodies`, by questions. Raises Told OL-203 without a terminal."""
    if not at_a_terminal():
        raise Told("OL-203", f"--bodies ask asks; without a terminal say which: {FORMS}")
    click.echo("An export shows every header: how much was said, and when. Which words go along?", err=True)
    which = click.prompt("all, none or some", type=click.Choice(["all", "none", "some"]), default="some", err=True)
    if which != "some":
        return (str(which),)
    words = []
    for name in parties:
        if click.confirm(f"words of {visible(name)}", default=True, err=True):
            words.append(f"party:{name}")
    for key, question in (("from", "from which instant on"), ("to", "before which instant")):
        answer = click.prompt(f"{question} (empty: any)", default="", show_default=False, err=True)
        if answer:
            words.append(f"{key}:{answer}")
    while entry := click.prompt("one more entry, by number or name (empty: no more)", default="", show_default=False,
                                err=True):
        words.append(str(entry))
    return tuple(words) or ("none",)


def in_words(plan: Planned) -> str:
    """What an export would show."""
    rows = [f"{plan.scope}:"]
    for log in plan.logs:
        rows.append(
            f"  {visible(log.name)}: {log.entries} entries; {log.shown} bodies shown, {log.always} that always are, "
            f"{log.withheld} withheld: proved by their digests"
        )
    return "\n".join(rows)
