"""Topics and meetings in forms: what belongs together, what contradicts what, who spoke as what, what is arranged."""

from __future__ import annotations

from typing import Any, Final, get_args

from starlette.responses import Response

from openline.accord.formats.unfit import Fault
from openline.console.accord_pages.blanks import KNOWN, TONGUE, Blank, Field, Values, _said, area, show, take
from openline.console.agreeing import asking as agreeing
from openline.console.channel.asking import Amendments, AskAmendments
from openline.console.topics import asking
from openline.console.web.pages.watching import place_of
from openline.console.web.preferences import LANGUAGES
from openline.console.web.visit import Visit
from openline.limits import SUBJECT_CHARS_MAX

TOPIC_MAX: Final = 80  # characters of what names a topic
LIST_CHARS_MAX: Final = 12_000
SORTS: Final = ("meeting", "contact")
PLACE: Final = Field("place", _said("Entry: its place in the record"), "code", True)
REMARK: Final = area("remark", _said("Remark"))


def _in_each(name: str, label: str, kind: Any = "line", hint: str = "") -> tuple[Field, ...]:
    """A field for each language of the pages."""
    most = LIST_CHARS_MAX if kind == "lines" else SUBJECT_CHARS_MAX
    return tuple(Field(f"{name}_{code}", label, kind, hint=hint, of=(own, code), chars_most=most)
                 for code, own in LANGUAGES.items())  # fmt: skip


TOPIC: Final = Blank(
    _said("Name a topic"),
    _said("What belongs together, in the order of when it was. Filing an entry changes nothing in it; each side files by its own word."),  # noqa: E501
    (
        Field("topic", _said("Id of the topic, the same on both sides"), "code", True),
        *_in_each("title", _said("Title")),
    ),
)
FILE: Final = Blank(
    _said("File an entry under this topic"),
    _said("As what it is there, by our own word; the other side may file it otherwise."),
    (
        PLACE,
        Field("filing", _said("As what"), "choice", True, options=tuple((one, one) for one in get_args(asking.Filing))),
        Field("said", _said("When it was, if not when it was written"), "stated",
              hint=KNOWN),
        REMARK, TONGUE,
    ),
)  # fmt: skip
CONTRADICTION: Final = Blank(
    _said("Say that two entries contradict each other"), _said("By our own word: it changes neither of them."),
    (PLACE, Field("other", _said("The other entry: its place in the record"), "code", True), REMARK, TONGUE),
)
CAPACITY: Final = Blank(
    _said("Say in which capacity somebody spoke"),
    _said("Where one person holds two offices: in which of them they said what stands in an entry."),
    (
        PLACE,
        Field("person", _said("Person"), required=True),
        Field("spoke_as", _said("Spoke as"), required=True),
        Field("also", _said("Also holds"), "lines", hint=_said("One a line.")),
        TONGUE,
    ),
)  # fmt: skip


def _titles(values: Values, faults: list[Fault]) -> dict[str, str]:
    found = {code: values[f"title_{code}"] for code in LANGUAGES if values[f"title_{code}"]}
    if not found:
        faults.append(Fault("title_en", "is required and not given", ""))
    return found


# ------------------------------------------------------------------ topics
async def new_topic(visit: Visit) -> Response:
    """An empty form."""
    return await show(visit, TOPIC, "/topic/new", {}, back="/topics")


async def topic(visit: Visit) -> Response:
    """A topic named, as a draft."""
    def make(values: Values, faults: list[Fault]) -> asking.DraftTopics:
        return asking.DraftTopics(paper=asking.NameTopic(topic=values["topic"], titles=_titles(values, faults)))

    return await take(visit, TOPIC, "/topic/new", make, back="/topics")


def _back(visit: Visit) -> tuple[str, str]:
    """A topic, and its page."""
    name = str(visit.request.path_params["topic"])[:TOPIC_MAX]
    return name, f"/topics/{name}"


async def new_filing(visit: Visit) -> Response:
    """A form, with the entry that the address names."""
    _, back = _back(visit)
    return await show(visit, FILE, f"{back}/file", {"place": visit.request.query_params.get("place", "")}, back=back)


async def filing(visit: Visit) -> Response:
    """An entry filed, as a draft."""
    name, back = _back(visit)

    def make(values: Values, faults: list[Fault]) -> asking.DraftTopics | None:
        as_what = next((one for one in get_args(asking.Filing) if one == values["filing"]), None)
        if as_what is None:
            faults.append(Fault("filing", "is none of those that can be chosen", ""))
            return None
        return asking.DraftTopics(paper=asking.FileUnder(
            topic=name, place=values["place"], filing=as_what, said=values["said"], remark=values["remark"],
            language=values["language_of"] if values["remark"] else "",
        ))  # fmt: skip

    return await take(visit, FILE, f"{back}/file", make, back=back)


async def new_contradiction(visit: Visit) -> Response:
    """A form, with the entries that the address names."""
    given = visit.request.query_params
    fields = {"place": given.get("place", ""), "other": given.get("other", "")}
    return await show(visit, CONTRADICTION, "/topic/contradiction", fields, back="/topics")


async def contradiction(visit: Visit) -> Response:
    """Two entries set against each other, as a draft."""
    def make(values: Values, _faults: list[Fault]) -> asking.DraftTopics:
        return asking.DraftTopics(paper=asking.SayContradiction(
            place=values["place"], other=values["other"], remark=values["remark"],
            language=values["language_of"] if values["remark"] else "",
        ))  # fmt: skip

    return await take(visit, CONTRADICTION, "/topic/contradiction", make, back="/topics")


async def new_capacity(visit: Visit) -> Response:
    """A form, with the entry that the address names."""
    given = {"place": visit.request.query_params.get("place", "")}
    return await show(visit, CAPACITY, "/topic/capacity", given, back="/topics")


async def capacity(visit: Visit) -> Response:
    """The capacity of a speaker, as a draft."""
    def make(values: Values, _faults: list[Fault]) -> asking.DraftTopics:
        spoke = asking.SpokeRow(values["person"], values["spoke_as"], values["also"])
        return asking.DraftTopics(
            paper=asking.SayCapacity(place=values["place"], words={values["language_of"]: spoke})
        )

    return await take(visit, CAPACITY, "/topic/capacity", make, back="/topics")


# ------------------------------------------------------------------ meetings
async def _parties(visit: Visit) -> list[str]:
    found = await visit.ask(AskAmendments(), Amendments)
    return [one.name for one in found.parties]


def _people(parties: list[str]) -> tuple[Field, ...]:
    return tuple(Field(f"people_{at}", _said("Delegation"), "lines", of=(name, ""), chars_most=LIST_CHARS_MAX,
                       hint=_said("A person a line: name; capacity.")) for at, name in enumerate(parties))  # fmt: skip


def _delegations(values: Values, parties: list[str]) -> dict[str, list[tuple[str, str]]]:
    found = {}
    for at, name in enumerate(parties):
        persons = [one.partition(";") for one in values[f"people_{at}"]]
        if persons:
            found[name] = [(person.strip(), capacity.strip()) for person, _, capacity in persons]
    return found


def _meeting(parties: list[str]) -> Blank:
    return Blank(
        _said("Propose a meeting, or a talk at a time"),
        _said("Agreed when every other party has said so of this version. Nothing is agreed by silence; whether it was held is each side's own word."),  # noqa: E501
        (
            Field("meeting", _said("Id of the meeting, the same on both sides"), "code", True),
            Field("sort", _said("What it is"), "choice", True, options=(
                ("meeting", _said("meeting")), ("contact", _said("talk")),
            )),
            *_in_each("title", _said("Title")),
            Field("from", _said("From (UTC)"), "instant", True),
            Field("until", _said("Until (UTC)"), "instant"),
            Field("where", _said("Where or by what")),
            *_in_each("agenda", _said("Agenda"), "lines", _said("One a line.")),
            *_people(parties),
        ),
    )  # fmt: skip


async def new_meeting(visit: Visit) -> Response:
    """An empty form, or another version of a meeting that the address names."""
    of = visit.request.query_params.get("of", "")
    rows = await visit.ask(asking.AskMeetings(), list[asking.MeetingRow]) if of else []
    one = next((row for row in rows if row.place == of), None)
    given = {"meeting": one.id, "sort": one.sort, "where": one.where} if one is not None else {}
    for code in LANGUAGES if one is not None else ():
        assert one is not None
        given[f"title_{code}"] = one.titles.get(code, "")
        given[f"agenda_{code}"] = "\n".join(one.agenda.get(code, []))
    action = f"/meetings/new?of={one.place}" if one is not None else "/meetings/new"
    return await show(visit, _meeting(await _parties(visit)), action, given, back="/topics#meetings")


async def meeting(visit: Visit) -> Response:
    """A meeting proposed, as a draft."""
    parties = await _parties(visit)
    of = visit.request.query_params.get("of", "")

    def make(values: Values, faults: list[Fault]) -> asking.DraftTopics | None:
        titles = _titles(values, faults)
        sort: Any = values["sort"]
        if sort and sort not in SORTS:
            faults.append(Fault("sort", "is none of those that can be chosen", ""))
        if values["until"] is not None and values["from"] is not None and values["until"] <= values["from"]:
            faults.append(Fault("until", "it ends before it begins", ""))
        if faults:
            return None
        agenda = {code: values[f"agenda_{code}"] for code in LANGUAGES if values[f"agenda_{code}"]}
        return asking.DraftTopics(paper=asking.ProposeMeeting(
            meeting=values["meeting"], titles=titles, from_ms=values["from"], sort=sort, until_ms=values["until"],
            where=values["where"], agenda=agenda, delegations=_delegations(values, parties), of=of or None,
        ))  # fmt: skip

    action = f"/meetings/new?of={of}" if of else "/meetings/new"
    return await take(visit, _meeting(parties), action, make, back="/topics#meetings")


def _word(parties: list[str]) -> Blank:
    return Blank(
        _said("Say something of this meeting"),
        _said("Of this version of it alone. A holding reply promises an answer by an instant."),
        (
            Field("word", _said("What"), "choice", True, options=tuple((one, one) for one in get_args(asking.Word))),
            Field("until", _said("Answer promised by (UTC)"), "instant"),
            area("reason", _said("Reason")), TONGUE,
            Field("record", _said("Its agreed record"), "choice"),
            *_people(parties),
        ),
    )  # fmt: skip


async def _records(visit: Visit) -> dict[str, list[tuple[str, str]]]:
    rows = await visit.ask(agreeing.AskLives(), list[agreeing.LifeRow])
    return {"record": [("", "–"), *((row.digest[:16], row.id) for row in rows)]}


async def new_word(visit: Visit) -> Response:
    """An empty form."""
    path = f"/meeting/{place_of(visit)}/say"
    blank = _word(await _parties(visit))
    return await show(visit, blank, path, {}, choices=await _records(visit), back="/topics#meetings")


async def word(visit: Visit) -> Response:
    """What we say of a meeting, as a draft."""
    place, parties = place_of(visit), await _parties(visit)

    def make(values: Values, faults: list[Fault]) -> asking.DraftTopics | None:
        said = next((one for one in get_args(asking.Word) if one == values["word"]), None)
        if said is None:
            faults.append(Fault("word", "is none of those that can be chosen", ""))
            return None
        if said == "will answer" and values["until"] is None:
            faults.append(Fault("until", "is required and not given", ""))
        if said != "will answer" and values["until"] is not None:
            faults.append(Fault("until", "is for the promise of an answer alone", "leave it empty"))
        return asking.DraftTopics(paper=asking.SayOfMeeting(
            place=place, word=said, until_ms=values["until"], reason=values["reason"],
            language=values["language_of"] if values["reason"] else "", record=values["record"],
            present=_delegations(values, parties),
        ))  # fmt: skip

    path, blank = f"/meeting/{place}/say", _word(parties)
    return await take(visit, blank, path, make, choices=await _records(visit), back="/topics#meetings")
