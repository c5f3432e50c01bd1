"""What is committed before it is shown, in forms: exchanges, lists, declarations in escrow, openings, challenges.

Lists and declarations come as files. Their salts are made by the station, stay in its home and never pass a browser:
what handles salts themselves is done at the command line, and the forms say by which command.
"""

from __future__ import annotations

from typing import Any, Final, cast, get_args

from starlette.responses import Response

from openline.accord.escrow.bodies import LEVELS
from openline.accord.formats.unfit import Fault
from openline.console.accord_pages.blanks import Blank, Field, Values, _said, show, take
from openline.console.accords.asking import Drafted
from openline.console.channel.clock import wall_ms
from openline.console.dtg import iso
from openline.console.escrowing import asking
from openline.console.web.pages.watching import place_of
from openline.console.web.visit import Visit

LIST_BYTES_MAX: Final = 8 * 1024 * 1024
DECLARATION_BYTES_MAX: Final = 12 * 1024 * 1024
DAY_MS: Final = 86_400_000
SORTS: Final = ("items", "levels")
SALTS: Final = _said("What opens it is made and kept on this station alone. Split it among offices, at its terminal:")
SPLIT: Final = "openline escrow salts split COMMITMENT --need 2 --out FOLDER --office OFFICE=FILE --office OFFICE=FILE"
EXERCISE: Final = Field("exercise", _said("EXERCISE – a drill, not the real thing"), "check")
AT_LEAST: Final = Field("at_least", _said("At least so many leaves"), "number",
                        hint=_said("So that the length is not given away; left empty: as many as there are records."))

EXCHANGE: Final = Blank(
    _said("Propose a sealed exchange"),
    _said("All commit, all countersign, and only then all open: nobody reads the other's list first."),
    (
        Field("called", _said("Id of the exchange, the same on both sides"), "code", True),
        Field("title", _said("What is exchanged")),
        Field("language_of", _said("Language of the words"), "tongue"),
        Field("commit_by", _said("Commit by (UTC)"), "instant", True),
        Field("countersign_by", _said("Countersign by (UTC)"), "instant",
              hint=_said("Left empty: half way between the two others.")),
        Field("open_by", _said("Open by (UTC)"), "instant", True),
        EXERCISE,
    ),
)  # fmt: skip
LIST: Final = Blank(
    _said("Commit to our list"),
    _said("Only a commitment leaves; the list itself leaves when it is opened, and nobody can change it meanwhile."),
    (Field("list", _said("The list: a text file, a record a line"), "file", True), AT_LEAST),
    SALTS, SPLIT,
)
ESCROW: Final = Blank(
    _said("Put a declaration into escrow"),
    _said("Only commitments leave. Later it is opened level by level, or record by record, and checked each time."),
    (
        Field("called", _said("Id of the escrow"), "code", True),
        Field("as_of", _said("The day it stands for"), "day", True),
        Field("declaration", _said("The declaration, as a file"), "file", True),
        Field("sort", _said("What the file is"), "choice", True, options=(
            ("items", _said("CSV of items, with the heads figure,site,type,id: all levels are made of it")),
            ("levels", _said("JSON with each level by itself")),
        )),
        Field("layout", _said("Layout whose figures these are"), "code",
              hint=_said("Plain declarations of that layout and day are compared with what is opened.")),
        Field("follows", _said("Our escrow that this one comes after"), "choice"),
        AT_LEAST,
        Field("with_faults", _said("Also where it does not add up: that shows once it is open"), "check"),
        EXERCISE,
    ),
    SALTS, SPLIT,
)  # fmt: skip
LEVEL: Final = Field("level", _said("Level"), "choice", True, options=tuple((one, one) for one in LEVELS))
FIRST: Final = Field("first", _said("From record"), "number",
                     hint=_said("Numbered from 0; left empty: from the first."))
COUNT: Final = Field("count", _said("How many records"), "number", hint=_said("Left empty: all that follow."))
OPEN_LIST: Final = Blank(
    _said("Open our list"), _said("What is opened once is open for ever. It is in time once the others hold it."),
    (FIRST, COUNT),
)  # fmt: skip
OPEN_LEVEL: Final = Blank(
    _said("Open a level"),
    _said("What is opened once is open for ever, and is checked against the commitment and its sums."),
    (LEVEL, FIRST, COUNT),
)  # fmt: skip
CHALLENGE: Final = Blank(
    _said("Challenge this escrow"),
    _said("They open one record of a level. Which one, both draw: each commits to a part before either is shown."),
    (
        LEVEL,
        Field("answer_by", _said("Answer by (UTC)"), "instant", True),
        Field("reveal_by", _said("Show the parts of the draw by (UTC)"), "instant", True),
        Field("open_by", _said("Open the drawn record by (UTC)"), "instant", True),
    ),
)  # fmt: skip


async def _drafted(visit: Visit, paper: asking.Paper) -> Response:
    row = await visit.ask(asking.DraftSealed(paper=paper), Drafted)
    return visit.go(f"/drafts/{row.draft}")


def _text_of(visit: Visit, name: str, most: int, faults: list[Fault]) -> str:
    """The file of the form as text."""
    if visit.upload is None or not visit.upload.filename:
        faults.append(Fault(name, "is required and not given", ""))
        return ""
    if len(visit.upload.data) > most:
        faults.append(Fault(name, f"a file of {len(visit.upload.data)} bytes, at most {most}", ""))
        return ""
    try:
        return visit.upload.data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        faults.append(Fault(name, f"byte {wrong.start} of it is not UTF-8", "save it as UTF-8 text"))
        return ""


# ------------------------------------------------------------------ exchanges
async def new_exchange(visit: Visit) -> Response:
    """An empty form."""
    return await show(visit, EXCHANGE, "/sealed/new", {}, back="/sealed")


async def exchange(visit: Visit) -> Response:
    """An exchange proposed, as a draft."""
    def make(values: Values, faults: list[Fault]) -> asking.DraftSealed | None:
        if None in (values["commit_by"], values["open_by"]):
            return None
        between = values["countersign_by"]
        if values["open_by"] <= values["commit_by"] or (
            between is not None and not values["commit_by"] < between < values["open_by"]
        ):
            faults.append(Fault("open_by", "times to commit, to countersign and to open come one after another", ""))
        return asking.DraftSealed(paper=asking.ProposeExchange(
            called=values["called"], commit_by_ms=values["commit_by"], open_by_ms=values["open_by"],
            countersign_by_ms=between, title=values["title"], language=values["language_of"],
            exercise=values["exercise"],
        ))  # fmt: skip

    return await take(visit, EXCHANGE, "/sealed/new", make, back="/sealed")


def _exchange(visit: Visit) -> tuple[str, str]:
    """The entry of an exchange, and its page."""
    place = place_of(visit)
    return place, f"/sealed/exchange/{place}"


async def new_list(visit: Visit) -> Response:
    """An empty form."""
    _, back = _exchange(visit)
    return await show(visit, LIST, f"{back}/commit", {}, back=back)


async def commit_list(visit: Visit) -> Response:
    """A commitment to the list of a file, as a draft. Its salts are on the station's disk before this answers."""
    place, back = _exchange(visit)

    def make(values: Values, faults: list[Fault]) -> asking.DraftSealed:
        records = _text_of(visit, "list", LIST_BYTES_MAX, faults).splitlines()
        if not faults and not records:
            faults.append(Fault("list", "a list of nothing commits to nothing", "write that there is none as its line"))
        return asking.DraftSealed(
            paper=asking.CommitList(name=place, records=records, at_least=values["at_least"] or 0)
        )

    return await take(visit, LIST, f"{back}/commit", make, back=back)


async def countersign(visit: Visit) -> Response:
    """Our countersignature under the commitments of all, as a draft."""
    return await _drafted(visit, asking.Countersign(name=place_of(visit)))


async def new_opening(visit: Visit) -> Response:
    """An empty form."""
    _, back = _exchange(visit)
    return await show(visit, OPEN_LIST, f"{back}/open", {}, back=back)


async def open_list(visit: Visit) -> Response:
    """Our list opened, as a draft."""
    place, back = _exchange(visit)

    def make(values: Values, _faults: list[Fault]) -> asking.DraftSealed:
        return asking.DraftSealed(
            paper=asking.OpenList(name=place, first=values["first"] or 0, count=values["count"] or 0)
        )

    return await take(visit, OPEN_LIST, f"{back}/open", make, back=back)


# ------------------------------------------------------------------ escrow
async def _ours(visit: Visit) -> dict[str, list[tuple[str, str]]]:
    rows = await visit.ask(asking.AskEscrows(), list[asking.EscrowRow])
    return {"follows": [("", "–"), *((one.place, one.id) for one in rows if one.ours)]}


async def new_escrow(visit: Visit) -> Response:
    """An empty form."""
    return await show(visit, ESCROW, "/sealed/escrow", {}, choices=await _ours(visit), back="/sealed")


async def commit_escrow(visit: Visit) -> Response:
    """A declaration put into escrow, as a draft. Its salts are on the station's disk before this answers."""
    def make(values: Values, faults: list[Fault]) -> asking.DraftSealed:
        text = _text_of(visit, "declaration", DECLARATION_BYTES_MAX, faults)
        if values["sort"] and values["sort"] not in SORTS:
            faults.append(Fault("sort", "is none of those that can be chosen", ""))
        given: dict[str, Any] = {values["sort"]: text} if values["sort"] in SORTS else {}
        return asking.DraftSealed(paper=asking.CommitEscrow(
            called=values["called"], as_of=values["as_of"], layout=values["layout"], follows=values["follows"],
            at_least=values["at_least"] or 0, with_faults=values["with_faults"], exercise=values["exercise"], **given,
        ))  # fmt: skip

    return await take(visit, ESCROW, "/sealed/escrow", make, choices=await _ours(visit), back="/sealed")


def _escrow(visit: Visit) -> tuple[str, str]:
    """The entry of an escrow, and its page."""
    place = place_of(visit)
    return place, f"/sealed/escrow/{place}"


def _level(values: Values, faults: list[Fault]) -> asking.LevelName | None:
    if values["level"] in get_args(asking.LevelName):
        return cast(asking.LevelName, values["level"])
    if values["level"]:
        faults.append(Fault("level", "is none of those that can be chosen", ""))
    return None


async def new_level(visit: Visit) -> Response:
    """An empty form, with the level that the address names."""
    _, back = _escrow(visit)
    given = {"level": visit.request.query_params.get("level", "")}
    return await show(visit, OPEN_LEVEL, f"{back}/open", given, back=back)


async def open_level(visit: Visit) -> Response:
    """A level of ours opened, or some records of it, as a draft."""
    place, back = _escrow(visit)

    def make(values: Values, faults: list[Fault]) -> asking.DraftSealed | None:
        level = _level(values, faults)
        return None if level is None else asking.DraftSealed(paper=asking.OpenEscrow(
            name=place, level=level, first=values["first"] or 0, count=values["count"] or 0,
        ))  # fmt: skip

    return await take(visit, OPEN_LEVEL, f"{back}/open", make, back=back)


async def new_challenge(visit: Visit) -> Response:
    """A form with times that are usual: a day for each step."""
    _, back = _escrow(visit)
    now_ms = wall_ms() // 60_000 * 60_000
    names = ("answer_by", "reveal_by", "open_by")
    given = {name: iso(now_ms + days * DAY_MS) or "" for days, name in enumerate(names, 1)}
    return await show(visit, CHALLENGE, f"{back}/challenge", given, back=back)


async def challenge(visit: Visit) -> Response:
    """A challenge to an escrow of theirs, as a draft. Our part of the draw stays on the station until it is shown."""
    place, back = _escrow(visit)

    def make(values: Values, faults: list[Fault]) -> asking.DraftSealed | None:
        level = _level(values, faults)
        times = [values[name] for name in ("answer_by", "reveal_by", "open_by")]
        if level is None or None in times:
            return None
        if times != sorted(set(times)):
            faults.append(Fault("open_by", "times to answer, to show the draw and to open come one after another", ""))
        return asking.DraftSealed(paper=asking.ChallengeEscrow(
            name=place, level=level, answer_by_ms=times[0], reveal_by_ms=times[1], open_by_ms=times[2],
        ))  # fmt: skip

    return await take(visit, CHALLENGE, f"{back}/challenge", make, back=back)


async def answer(visit: Visit) -> Response:
    """A challenge answered by a commitment to our part of the draw, as a draft."""
    return await _drafted(visit, asking.AnswerChallenge(challenge=place_of(visit)))


async def reveal(visit: Visit) -> Response:
    """Our part of the draw shown, as a draft."""
    return await _drafted(visit, asking.RevealDraw(challenge=place_of(visit)))


async def open_drawn(visit: Visit) -> Response:
    """The record that was drawn, opened, as a draft."""
    return await _drafted(visit, asking.OpenEscrow(drawn=place_of(visit)))
