"""Pages of topics and of meetings: what was said in its order, who contradicts whom, what is arranged."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from openline.accord.agreements.dates import SEASONS
from openline.console.accord_pages.widgets import labelled
from openline.console.topics import asking
from openline.console.web.visit import Visit

ITEMS_MAX: Final = 500  # of one topic on one page, the newest
ASKED_MAX: Final = 80  # characters of what names a topic


async def topics(visit: Visit) -> Response:
    """Topics, and every version of every meeting."""
    found = await visit.ask(asking.AskTopics(), list[asking.TopicRow])
    language = visit.preferences.language
    rows = [(one, [(name, labelled(titles, language)) for name, titles in one.titles.items()]) for one in found]
    meetings = await visit.ask(asking.AskMeetings(), list[asking.MeetingRow])
    return visit.page(
        "topics.html", screen=await visit.screen(), rows=rows,
        meetings=[(one, labelled(_english(one.titles), language)) for one in reversed(meetings)],
    )  # fmt: skip


async def topic(visit: Visit) -> Response:
    """One topic: what stands under it in the order of when it was, and what contradicts it."""
    name, language = visit.request.path_params["topic"][:ASKED_MAX], visit.preferences.language
    one = await visit.ask(asking.AskTopic(topic=name), asking.TopicWhole)
    numbers = {item.place: number for number, item in enumerate(one.items, 1)}
    items = [_item(item, language, numbers) for item in one.items[-ITEMS_MAX:]]
    titles = [(by, labelled(_english(said), language)) for by, said in one.row.titles.items()]
    return visit.page(
        "topic.html", screen=await visit.screen(), row=one.row, titles=titles, items=items,
        more=len(one.items) - ITEMS_MAX, seasons=SEASONS,
    )  # fmt: skip


def _english(said: dict[str, str]) -> dict[str, str]:
    """What `labelled` falls back to where neither the page's language nor English is there."""
    return said if "en" in said or not said else {**said, "en": next(iter(said.values()))}


def _item(item: asking.ItemRow, language: str, numbers: dict[str, int]) -> dict[str, Any]:
    """An entry as the page has it: remarks in the language of the page where there are such, else all."""
    remarks = [one for one in item.filed if one.remark]
    near = [one for one in remarks if one.language == language]
    capacity = [(one, one.words.get(language) or next(iter(one.words.values())),
                 language if language in one.words else next(iter(one.words))) for one in item.capacity]  # fmt: skip
    against: dict[str, list[asking.AgainstRow]] = {}
    for one in item.against:
        against.setdefault(one.other, []).append(one)
    year, _, season = item.said.partition("-")
    return {
        "row": item, "number": numbers[item.place], "remarks": near or remarks, "capacity": capacity,
        "against": [(other, numbers.get(other), said) for other, said in against.items()],
        "season": (SEASONS[int(season)], year) if season.isdigit() and int(season) in SEASONS else None,
    }  # fmt: skip
