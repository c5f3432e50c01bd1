"""The watch desk's screen in words: the first screen, one message whole, and finding messages."""

from __future__ import annotations

from typing import Final

import click
import msgspec

from openline.console.channel.asking import PRECEDENCES
from openline.console.dtg import parse_iso
from openline.console.screen.asking import (
    SEARCH_MAX,
    AskMatter,
    AskNews,
    AskScreen,
    Filters,
    Hits,
    Matter,
    News,
    Screen,
    Search,
)
from openline.console.screen.in_words import found_in_words, matter_in_words, screen_in_words
from openline.console.terminal import Session, room_options, safe_json
from openline.visible import visible

_NEWS_WITHIN_MS: Final = 30_000


@click.command()
@click.option("--follow", is_flag=True, help="Print it again whenever it is another, until interrupted; with --json "
              "one document a line.")
@room_options
@click.pass_obj
def screen(session: Session, follow: bool) -> None:
    """Is the line alive, is something waiting for you, how long do you have, what do they say."""
    with session.link() as link:
        seen = link.ask(AskScreen(), Screen)
        if not follow:
            session.answer(seen, lambda: screen_in_words(seen))
            return
        while True:
            if session.as_json:
                click.echo(safe_json(msgspec.json.encode(seen).decode()))
            else:
                click.echo(visible(screen_in_words(seen)) + "\n")
            version = seen.version
            while seen.version == version:
                link.ask(AskNews(after=version, within_ms=_NEWS_WITHIN_MS), News, within_ms=2 * _NEWS_WITHIN_MS)
                seen = link.ask(AskScreen(), Screen)


@click.command()
@click.argument("text", nargs=-1)
@click.option("--ours/--theirs", default=None, help="Only ours, or only theirs.")
@click.option("--precedence", type=click.Choice(PRECEDENCES, case_sensitive=False), help="This one or a higher one.")
@click.option("--exercise/--in-earnest", default=None)
@click.option("--language", help="Of the original.")
@click.option("--from", "since", metavar="INSTANT", help="Arrived here from then on, like 2026-11-22T10:05:00Z.")
@click.option("--to", "until", metavar="INSTANT", help="Arrived here before then.")
@click.option("--needs-us", "state", flag_value="needs us", help="Only what waits to be opened or answered here.")
@click.option("--waits-for-them", "state", flag_value="waits for them", help="Only what waits to be so there.")
@click.option("--after", type=click.IntRange(0), default=0, metavar="NUMBER", help="Where the page before ended.")
@click.option("--count", type=click.IntRange(1, SEARCH_MAX), default=20, show_default=True)
@room_options
@click.pass_obj
def search(
    session: Session, /, text: tuple[str, ...], ours: bool | None, precedence: str | None, exercise: bool | None,
    language: str | None, since: str | None, until: str | None, state: str | None, after: int, count: int,
) -> None:
    """Messages with all words of TEXT, newest first. Put a phrase in double quotes, end a beginning with `*`."""
    filters = Filters(
        ours=ours, precedence=precedence, exercise=exercise, language=language,
        from_ms=parse_iso(since) if since else None, to_ms=parse_iso(until) if until else None, state=state,
    )  # fmt: skip
    with session.link() as link:
        hits = link.ask(Search(text=" ".join(text), filters=filters, after=after, count=count), Hits)
    session.answer(hits, lambda: found_in_words(hits))


@click.command()
@click.argument("entry")
@room_options
@click.pass_obj
def matter(session: Session, entry: str) -> None:
    """ENTRY with every step of its ladder, what it answers and is answered by, and how its due times came to be."""
    with session.link() as link:
        found = link.ask(AskMatter(place=entry), Matter)
    session.answer(found, lambda: matter_in_words(found))
