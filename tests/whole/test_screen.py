"""The watch desk's screen as data, over two real stations: what needs whom, told at once, the same from both sides."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from openline.console.channel.asking import Waited, WaitHeld
from openline.console.screen.asking import AskMatter, AskNews, AskScreen, Hits, Matter, News, Screen, Search
from tests.whole.parties import HELD_MS, WITHIN_S, Desk
from tests.whole.parties import until as wait_until
from tests.whole.test_desk import Officers

pytestmark = pytest.mark.whole
Line = Callable[..., list[Desk]]


def until(desk: Desk, holds: Callable[[Screen], bool]) -> Screen:
    """The first screen for which that holds, by waiting for news and nothing else."""
    end = time.monotonic() + WITHIN_S
    with desk.link() as link:
        seen = link.ask(AskScreen(), Screen)
        while not holds(seen):
            assert time.monotonic() < end, seen
            link.ask(AskNews(after=seen.version, within_ms=10_000), News, within_ms=30_000)
            seen = link.ask(AskScreen(), Screen)
    return seen


def test_a_message_is_on_the_others_screen_and_leaves_it_when_it_is_opened(on_a_line: Line) -> None:
    amber, birch = on_a_line("Amber", "Birch")
    amber.start()
    birch.start()
    calm = until(birch, lambda seen: seen.parties[0].state == "up" and seen.record.level)
    assert (calm.needs, calm.waiting, calm.counts.worst) == ([], [], "")
    assert calm.watch.staffed is False and calm.watch.officer is None
    assert calm.record.level and calm.record.agreed_at_ms is not None

    text = "Ёлка. " + "x" * 3_000
    sent = json.loads(amber.here("send", text, "--subject", "A question", "--precedence", "IMMEDIATE", "--json"))
    place = sent["place"]
    theirs = until(birch, lambda seen: bool(seen.needs))
    (card,) = theirs.needs
    assert (card.place, card.precedence, card.subject, card.name) == (place, "IMMEDIATE", "A question", "Amber")
    assert card.text == text[:2_000] and not card.whole
    (due,) = card.due
    assert due.at_ms - card.received_at_ms == 15 * 60_000 and not due.overdue
    assert theirs.counts.needs == 1 and theirs.counts.worst == "IMMEDIATE"
    ours = until(amber, lambda seen: bool(seen.waiting) and seen.waiting[0].state == "held, not opened")
    assert [one.place for one in ours.waiting] == [place] and ours.needs == []

    birch.here("acknowledge", place)
    until(birch, lambda seen: not seen.needs)
    until(amber, lambda seen: not seen.waiting)
    with amber.link() as link:
        matter = link.ask(AskMatter(place=place), Matter)
        assert [step.word for step in matter.ladder] == ["recorded", "relayed", "held", "opened"]
        found = link.ask(Search(text="елка question"), Hits)
        assert [hit.place for hit in found.hits] == [place] and found.next == 0
        assert link.ask(Search(text="nowhere"), Hits).hits == []


def test_news_waits_for_a_change_and_grows_over_restarts(on_a_line: Line) -> None:
    amber, birch = on_a_line("Amber", "Birch")
    amber.start()
    with amber.link() as link:
        before = link.ask(AskNews(), News)
        asked = link.post(AskNews(after=before.version, within_ms=60_000))
        amber.here("send", "Said into the dark.")
        told = link.collect(asked, News)
        while told.position == before.position:  # something else was news first, as an alarm
            later = link.ask(AskNews(after=told.version, within_ms=60_000), News)
            assert later.version > told.version, "what was sent is never told"
            told = later
        assert told.version > before.version and told.position == before.position + 1
    amber.kill()
    amber.start()
    with amber.link() as link:
        assert link.ask(AskNews(after=told.version), News).version > told.version
    waits = until(amber, lambda seen: bool(seen.waiting)).waiting[0]
    assert waits.state == "not held"
    birch.start()
    place = [word if at == 1 else int(word) for at, word in enumerate(waits.place.split("/"))]
    with amber.link() as link:
        assert link.ask(WaitHeld(places=[place], within_ms=HELD_MS), Waited).held  # type: ignore[list-item]


def test_what_nobody_opens_in_its_time_goes_on_to_the_next_and_that_is_written_down(on_a_line: Line) -> None:
    """Over the real log of a desk with officers; the time is the reply-by that they set."""
    amber, birch = on_a_line("Amber", "Birch")
    officers = Officers(birch, birch.home.parent)
    amber.start()
    birch.start()
    officers.enrol("Ann", "Ann", "custodian", "watch officer", "releaser")
    officers.sign_in("Ann")
    officers.run("Ann", "watch", "take")
    past = datetime.now(UTC) + timedelta(seconds=5)
    reply_by = ("--reply-by", past.strftime("%Y-%m-%dT%H:%M:%SZ"))
    place = json.loads(amber.here("send", "By now?", *reply_by, "--json"))["place"]

    def facts() -> list[str]:
        log = json.loads(officers.run("Ann", "watch", "log", "--json").stdout)["entries"]
        return [one["what"] for one in log if one["fields"].get("subject") == place]

    wait_until(lambda: "duty rose" in facts(), "it goes on to the next")
    screen = json.loads(officers.run("Ann", "screen", "--json").stdout)
    (card,) = screen["needs"]
    (answer,) = [due for due in card["due"] if due["what"] == "answer"]
    assert answer["overdue"] and answer["step"] == 1 and answer["who"] == "releaser or watch officer"
    assert screen["counts"]["overdue"] == 1
    words = officers.run("Ann", "screen").stdout
    assert "NEEDS YOU NOW (1)" in words and "By now?" in words and "OVERDUE" in words and "By now?" in words
    assert officers.run("Nobody", "screen", ok=4).stdout == ""
    found = officers.run("Ann", "search", "NOW", "by", "--needs-us").stdout
    assert place in found and "By now?" in found
    assert "Nothing found." in officers.run("Ann", "search", "nowhere").stdout
    officers.run("Ann", "acknowledge", place)
    told = officers.run("Ann", "matter", place).stdout
    assert "opened" in told and "Ann" in told and "answer" in told
