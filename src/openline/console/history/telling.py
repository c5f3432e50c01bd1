"""The case told: each event with its date and source, the pages of its topics, what the record comes to in a word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from openline.accord.agreements.dates import SEASONS
from openline.console.agreeing.asking import LifeWhole
from openline.console.channel.asking import Shown, Status
from openline.console.dtg import dtg
from openline.console.history.case import Event
from openline.console.negotiating.asking import TextRow
from openline.console.topics.asking import ItemRow, MeetingRow, TopicWhole
from openline.visible import visible

HEADS: Final = {"en": "The pages, in English", "ru": "Страницы, по-русски"}
ILLUSTRATION: Final = {"en": "illustration", "ru": "иллюстрация"}
UNCONFIRMED: Final = {"en": "unconfirmed in part", "ru": "подтверждено не полностью"}
_FILED: Final = {
    "statement": {"en": "statement", "ru": "заявление"},
    "measure announced": {"en": "measure announced", "ru": "объявленная мера"},
    "measure taken": {"en": "measure taken", "ru": "принятая мера"},
    "report": {"en": "reported from outside, never agreed", "ru": "сообщение извне, не договорённость"},
}
_SAID: Final = {
    "capacity": {"en": "{} spoke as {}; also holds: {}", "ru": "{}: выступал как {}; занимает также должность: {}"},
    "against": {"en": "contradicts entry {}, say both sides: {}", "ru": "противоречит записи {}, по словам сторон: {}"},
    "missing": {"en": "article not reproduced here; published by its author", "ru": "статья здесь не воспроизводится; опубликована её автором"},  # noqa: E501
    "article": {"en": "Article {}", "ru": "Статья {}"},
}
_SEASONS_RU: Final = {"spring": "весна", "summer": "лето", "autumn": "осень", "winter": "зима"}


class Word(NamedTuple):
    """A word for what the record comes to, and by which entries."""

    word: str
    what: str


class Told(NamedTuple):
    """What one side's station answers when it is asked for everything."""

    treaty: LifeWhole
    drafts: list[TextRow]
    topics: list[TopicWhole]
    status: Status
    meetings: list[MeetingRow]
    answers: Shown  # the written answers to the draft


def head_of(event: Event) -> list[str]:
    """An event before it is entered: whether sourced, when, who, where, and our words."""
    said = f" {stated(event.date, 'en')} · {event.speaker} · {event.where}" if event.sources else ""
    doubt = f" (unconfirmed in part: {event.doubt['en']})" if event.doubt is not None else ""
    return ["", f"[{event.kind}]{said}", f"{event.words['en']}{doubt}"]


def stated(date: str, language: str) -> str:
    """A stated date as people read it: 2021-23 is autumn 2021."""
    year, _, season = date.partition("-")
    if season.isdigit() and int(season) in SEASONS:
        said = SEASONS[int(season)]
        return f"{said if language == 'en' else _SEASONS_RU[said]} {year}"
    return date


def empty_text(title: str, articles: int, language: str) -> str:
    """A draft in the form of R-520 whose articles say that their words are not here."""
    body = (f"## {number}. {_SAID['article'][language].format(number)}\n\n({_SAID['missing'][language]})"
            for number in range(1, articles + 1))  # fmt: skip
    return "\n\n".join([f"# {title}", *body]) + "\n"


def page(topic: TopicWhole, language: str, title: str) -> list[str]:
    """A topic's page in one language: each entry in order, by whom, as what, against what."""
    lines = ["", title, "=" * len(title)]
    for item in topic.items:
        lines += _item(item, language)
    return lines


def _item(item: ItemRow, language: str) -> Iterator[str]:
    filing = next((one for one in item.filed if one.language == language), item.filed[0])
    when = stated(item.said, language) if item.said else dtg(item.written_at_ms)
    yield f"{when}  {visible(item.name)}  ({_FILED[filing.filing][language]}; {item.place})"
    yield f"    {visible(filing.remark)}"
    for one in item.capacity:
        spoke = one.words.get(language)
        if spoke is not None:
            said = _SAID["capacity"][language].format(spoke.person, spoke.spoke_as, ", ".join(spoke.also))
            yield f"    {visible(said)}"
    for against in item.against:
        if against.language == language:
            yield "    " + visible(_SAID["against"][language].format(against.other, against.remark))


def words_of(told: Told, places: Mapping[str, str]) -> list[Word]:
    """What the record comes to, each word only where the station's own answers say it."""
    return [*_of_treaty(told.treaty), *_of_drafts(told, places), *_of_offers(told.treaty), *_of_reports(told), *_of_contact(told)]  # noqa: E501


def _of_treaty(treaty: LifeWhole) -> Iterator[Word]:
    for view in treaty.views:
        for step in view.steps:
            if step.state not in ("proposed", "signed"):
                since = f" from {dtg(step.at_ms)}" if step.at_ms is not None else ""
                by = ", ".join(step.causes)
                yield Word(step.state, f"{treaty.row.id} in the view of {view.name}{since}, by {by}")
    for act in treaty.acts:
        if act.act == "adhere":
            yield Word("on condition", f"{act.name}, {act.said_by}: {act.words}")


def _of_drafts(told: Told, places: Mapping[str, str]) -> Iterator[Word]:
    for draft in told.drafts:
        yield Word("tabled", f"{draft.draft} by {draft.name}, {draft.articles} articles, {draft.place}")
        if told.answers.in_reply_to == draft.place:
            answer = f"in writing, by {told.answers.name}, {told.answers.place}"
            yield Word("answered", f"{draft.draft}, {answer}; not accepted")
        if draft.state == "lapsed":
            yield Word("lapsed", f"{draft.draft}; the date is an illustration")


def _of_offers(treaty: LifeWhole) -> Iterator[Word]:
    for offer in treaty.offers:
        yield Word("offered", f"{offer.name}, {offer.said_by}: {offer.subject}; {offer.condition} {offer.place}")
        for towards in offer.towards:
            if towards.state == "unanswered at its date":
                yield Word("unanswered", f"by {towards.name}, at its date; neither consent nor refusal")


def _of_reports(told: Told) -> Iterator[Word]:
    for report in told.treaty.reports:
        mark = "confirmed" if report.confirmed else "unconfirmed"
        yield Word("reported", f"by {report.reported_by}, entered by {report.name}, {mark}, {report.place}")
    for topic in told.topics:
        for item in topic.items:
            for by in sorted({one.by for one in item.against if one.other < item.place}):
                yield Word("contradicted", f"{item.place} and {item.against[0].other}, says {by}")


def _of_contact(told: Told) -> Iterator[Word]:
    for peer in told.status.peers:
        yield Word("contact", f"with {peer.name} declared {peer.declared}; {'; '.join(peer.bars)}".rstrip("; "))
    for meeting in told.meetings:
        yield Word(meeting.state, f"{meeting.id}, {dtg(meeting.from_ms)}")
