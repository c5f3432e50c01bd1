"""Topics: named, filed under, contradicted, shown. Each asks the running station one thing."""

from __future__ import annotations

from typing import Any, Final

import click

from openline.console.accords.commands.drafting import AS_DRAFT, TOKEN, written
from openline.console.codes import Told
from openline.console.commands.message import full_name
from openline.console.dtg import dtg
from openline.console.terminal import Session, room_options
from openline.console.topics import asking
from openline.visible import visible

FILINGS: Final = ("statement", "measure announced", "measure taken", "report", "not of it")


def by_language(given: tuple[str, ...], option: str) -> dict[str, str]:
    """LANGUAGE=TEXT, once each. Raises Told OL-201."""
    found: dict[str, str] = {}
    for one in given:
        language, mark, text = one.partition("=")
        if not mark or language in found:
            raise Told("OL-201", f"{option} {one!r:.60}: LANGUAGE=TEXT, each language once")
        found[language] = text
    return found


def _drafted(as_draft: bool) -> Any:
    return (lambda paper: asking.DraftTopics(paper=paper)) if as_draft else None


@click.group()
def topic() -> None:
    """Topics: which entries belong together, in what capacity somebody spoke, which contradict which.

    What is said of a topic changes nothing in the entries it speaks of, and each side's word stands beside the other's.
    """


@topic.command("name")
@click.argument("topic_id", metavar="TOPIC")
@click.option("--title", "titles", multiple=True, required=True, metavar="LANGUAGE=TEXT", help="Again per language.")
@AS_DRAFT
@TOKEN
@room_options
@click.pass_obj
def name_topic(session: Session, topic_id: str, titles: tuple[str, ...], as_draft: bool, token: str | None) -> None:
    """Name a TOPIC: an id that both sides write alike, and titles. The other side may title it otherwise."""
    ask = asking.NameTopic(topic=topic_id, titles=by_language(titles, "--title"), token=token)
    written(session, ask, _drafted(as_draft))


@topic.command("file")
@click.argument("topic_id", metavar="TOPIC")
@click.argument("entry")
@click.option("--as", "filing", type=click.Choice(FILINGS), default="statement", show_default=True)
@click.option("--said", default="", metavar="DATE", help="2026-02-05, 2025-10, 2021-23 (autumn); else as written.")
@click.option("--remark", default="")
@click.option("--language", default="", help="Language of the remark.")
@AS_DRAFT
@TOKEN
@room_options
@click.pass_obj
def file_under(session: Session, /, topic_id: str, entry: str, filing: Any, said: str, **given: Any) -> None:
    """Put ENTRY under TOPIC, as a statement, a measure announced or taken, a report; "not of it" takes that back."""
    language = given["language"] or ("en" if given["remark"] else "")
    ask = asking.FileUnder(
        topic=topic_id, place=full_name(session, entry), filing=filing, said=said, remark=given["remark"],
        language=language, token=given["token"],
    )  # fmt: skip
    written(session, ask, _drafted(given["as_draft"]))


@topic.command("contradict")
@click.argument("entry")
@click.argument("other")
@click.option("--remark", default="", help="Why they cannot both be so.")
@click.option("--language", default="", help="Language of the remark.")
@AS_DRAFT
@TOKEN
@room_options
@click.pass_obj
def contradict(session: Session, /, entry: str, other: str, remark: str, language: str, **given: Any) -> None:
    """Say that ENTRY and OTHER cannot both be so. Which of them is, it does not say."""
    ask = asking.SayContradiction(
        place=full_name(session, entry), other=full_name(session, other), remark=remark,
        language=language or ("en" if remark else ""), token=given["token"],
    )  # fmt: skip
    written(session, ask, _drafted(given["as_draft"]))


@topic.command("capacity")
@click.argument("entry")
@click.option("--person", required=True, help="Who spoke.")
@click.option("--as", "spoke_as", required=True, help="In which office.")
@click.option("--also", multiple=True, help="An office that the same person also holds; again for more.")
@click.option("--language", default="en", show_default=True)
@AS_DRAFT
@TOKEN
@room_options
@click.pass_obj
def capacity(session: Session, /, entry: str, person: str, spoke_as: str, **given: Any) -> None:
    """Say in which capacity a person said what stands in ENTRY, where that person holds two offices."""
    spoke = asking.SpokeRow(person, spoke_as, list(given["also"]))
    ask = asking.SayCapacity(place=full_name(session, entry), words={given["language"]: spoke}, token=given["token"])
    written(session, ask, _drafted(given["as_draft"]))


@topic.command("list")
@room_options
@click.pass_obj
def list_topics(session: Session) -> None:
    """List topics."""
    with session.link() as link:
        found = link.ask(asking.AskTopics(), list[asking.TopicRow])
    session.answer(found, lambda: "\n".join(map(_topic_line, found)) or "no topic is on the record")


def _topic_line(one: asking.TopicRow) -> str:
    said = {text for titles in one.titles.values() for language, text in titles.items() if language == "en"}
    return f"{one.id:<24} {one.items:>4} entries  {visible(' / '.join(sorted(said)))}"


@topic.command("show")
@click.argument("topic_id", metavar="TOPIC")
@room_options
@click.pass_obj
def show_topic(session: Session, topic_id: str) -> None:
    """Show what stands under TOPIC, in the order of when it was said: by whom, in what capacity, against what."""
    with session.link() as link:
        found = link.ask(asking.AskTopic(topic=topic_id), asking.TopicWhole)
    session.answer(found, lambda: _topic_text(found))


def _topic_text(one: asking.TopicWhole) -> str:
    lines = [f"{one.row.id}"]
    lines += [f"  {visible(name)} calls it: {visible(' / '.join(f'{tag}: {text}' for tag, text in titles.items()))}"
              for name, titles in one.row.titles.items()]  # fmt: skip
    for item in one.items:
        lines += ["", *_item_lines(item)]
    return "\n".join(lines)


def _item_lines(item: asking.ItemRow) -> list[str]:
    when = item.said or (dtg(item.written_at_ms) if item.here else "not held here")
    filed = ", ".join(f"{one.filing} (filed by {visible(one.by)})" for one in item.filed)
    when = f"EXERCISE  {when}" if item.exercise else when
    differs = "  THE SIDES DIFFER" if item.differs else ""
    lines = [f"{when}  {visible(item.name)}: {filed}{differs}  {item.place}"]
    lines += [f"    {visible(item.words)}"] * bool(item.words)
    lines += [f"    {visible(line)}" for line in item.text.splitlines()]
    for one in item.filed:
        lines += [f"    {visible(one.by)} remarks: {visible(one.remark)}"] * bool(one.remark)
        lines += [f"    {visible(one.by)} dates it {one.said}"] * (one.said not in ("", item.said))
    for each in item.capacity:
        for spoke in each.words.values():
            also = f" (also {', '.join(map(visible, spoke.also))})" if spoke.also else ""
            word = "" if each.own else f", by the word of {visible(each.by)}"
            lines.append(f"    {visible(spoke.person)} spoke as {visible(spoke.spoke_as)}{also}{word}")
    for against in item.against:
        remark = f": {visible(against.remark)}" if against.remark else ""
        lines.append(f"    CONTRADICTS {against.other}, says {visible(against.by)}{remark}")
    return lines
