"""The life of agreements: terms, signing, what we declare, each view of it. Adds to the group `agreement`."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any, Final

import click

from openline.console.accords import asking as accords
from openline.console.accords.commands.agreement import agreement as agreement
from openline.console.accords.commands.drafting import AS_DRAFT, TOKEN, drafted
from openline.console.agreeing import asking
from openline.console.agreeing.commands.lines import life_lines
from openline.console.agreeing.commands.saying import FROM, instant, say, saying
from openline.console.channel.asking import Sent
from openline.console.codes import Told
from openline.console.dtg import parse_iso
from openline.console.terminal import Session, room_options

_STANDINGS: Final = {"suspend": "suspended", "resume": "in force", "withdraw": "ended"}


@agreement.command("show")
@click.argument("name")
@room_options
@click.pass_obj
def show(session: Session, /, name: str) -> None:
    """One agreement: terms, its life in each party's view with the entries that caused it, offers; reports apart."""
    with session.link() as link:
        found = link.ask(asking.AskLife(agreement=name), asking.LifeWhole)
    session.answer(found, lambda: life_lines(found))


@agreement.command("astray")
@room_options
@click.pass_obj
def astray(session: Session, /) -> None:
    """Entries about an agreement, offer, draft, meeting or commitment that this record does not have: kept, and why."""
    with session.link() as link:
        found = link.ask(asking.AskAstray(), list[asking.MarkRow])
    session.answer(found, lambda: "\n".join(f"{one.place}  {one.why}" for one in found) or "nothing is astray")


@agreement.command("terms")
@click.argument("name")
@click.option("--party", "parties", multiple=True, metavar="NAME", help="Each party as the text names it: two or more.")
@click.option("--asked-by", default="", metavar="NAME", help="Who asked for the agreement.")
@click.option("--area", "areas", multiple=True, metavar="NAME")
@click.option("--contact", "contacts", multiple=True, metavar="NAME")
@click.option("--limit", "limits", multiple=True, metavar="LAYOUT[:FIGURE]", help="A layout of declarations it limits.")
@click.option("--ending", default="", metavar="TEXT", help="How it can be ended.")
@click.option("--notice-days", type=click.IntRange(0, asking.NOTICE_DAYS_MAX), help="Days of notice of a withdrawal.")
@click.option("--end", metavar="INSTANT", help="Its end, with an offset, as 2026-02-05T00:00:00+03:00; with --zone.")
@click.option("--zone", default="", metavar="NAME", help="The zone in which the text counts its end.")
@click.option("--no-end", is_flag=True, help="That it has no end was agreed in so many words.")
@click.option("--provisional-from", metavar="INSTANT", help="From when on it is applied provisionally.")
@click.option("--same-as", default="", metavar="PLACE", help="The terms of that entry, byte for byte: we say them too.")
@click.option("--language", default="en", metavar="TAG")
@AS_DRAFT
@TOKEN
@room_options
@click.pass_obj
def terms(session: Session, /, name: str, **given: Any) -> None:
    """Say what was agreed beside the identity of NAME. It counts once every party has said the same."""
    end = _end(given["end"], no_end=given["no_end"], zone=given["zone"])
    ask = asking.SayTerms(
        agreement=name, language=given["language"], parties=list(given["parties"]), asked_by=given["asked_by"],
        areas=list(given["areas"]), contacts=list(given["contacts"]), ending=given["ending"],
        limits=[one.split(":", 1) for one in given["limits"]], notice_days=given["notice_days"],
        provisional_ms=instant(given["provisional_from"]), same_as=given["same_as"], token=given["token"], **end,
    )  # fmt: skip
    say(session, ask, given["as_draft"], "counts once every party has said the same")


def _end(text: str | None, *, no_end: bool, zone: str) -> dict[str, Any]:
    if text is None:
        return {"end": "none" if no_end else ""}
    if no_end:
        raise Told("OL-204", "an end and no end: say one of them")
    if not zone:
        raise Told("OL-204", "say with --zone in which zone the text counts its end: without it, it is two instants")
    end_ms = parse_iso(text)
    offset = datetime.fromisoformat(text).utcoffset()
    assert offset is not None  # parse_iso takes none without
    return {"end": "at", "end_ms": end_ms, "offset_minutes": int(offset.total_seconds()) // 60, "zone": zone}


@agreement.command("sign")
@click.argument("name")
@AS_DRAFT
@TOKEN
@room_options
@click.pass_obj
def sign(session: Session, /, name: str, as_draft: bool, token: str | None) -> None:
    """Record the same bytes that another party has recorded as the identity of NAME."""
    say(session, asking.SignAgreement(agreement=name, token=token), as_draft, "signed once every party has")


@agreement.command("declare")
@click.argument("name")
@click.argument("act", type=click.Choice(("signed", "provisional", "ratified")))
@FROM
@click.option("--reason", default="", metavar="TEXT")
@saying
def declare(session: Session, /, name: str, act: Any, begins: str, reason: str, **given: Any) -> None:
    """Declare of NAME: the day of signature, that we apply it provisionally, or that our procedure is complete."""
    _act(session, name, act, begins, None, reason, given)


@agreement.command("extend")
@click.argument("name")
@click.option("--until", required=True, metavar="INSTANT", help="The new end.")
@click.option("--from", "begins", metavar="INSTANT", help="From when on it counts [now].")
@click.option("--reason", default="", metavar="TEXT")
@saying
def extend(session: Session, /, name: str, until: str, begins: str | None, reason: str, **given: Any) -> None:
    """Declare a new end of NAME. It is extended once every party has declared the same one."""
    _act(session, name, "extend", begins, until, reason, given)


@agreement.command("accept")
@click.argument("name")
@click.option("--from", "begins", metavar="INSTANT", help="From when on it counts [now].")
@saying
def accept(session: Session, /, name: str, begins: str | None, **given: Any) -> None:
    """Declare the new end of NAME that the other side has declared."""
    with session.link() as link:
        found = link.ask(asking.AskLife(agreement=name), asking.LifeWhole)
    ours = {view.name for view in found.views if view.ours}
    theirs = [one for one in found.open if not ours & set(one.by)]
    if len(theirs) != 1:
        what = "no end is proposed by another party alone" if not theirs else "several ends are proposed"
        raise Told("OL-701", f"{what}: name it with `openline agreement extend --until`")
    _act(session, name, "extend", begins, None, "", {**given, "until_ms": theirs[0].until_ms})


@agreement.command("adhere")
@click.argument("name")
@click.option("--condition", required=True, metavar="TEXT", help="As long as what; said with the adherence.")
@FROM
@click.option("--until", metavar="INSTANT", help="Its term; without one it lasts until `cease`.")
@saying
def adhere(session: Session, /, name: str, condition: str, begins: str, until: str | None, **given: Any) -> None:
    """After the end of NAME keep to it alone, on a condition. It binds nobody else."""
    _act(session, name, "adhere", begins, until, condition, given)


@agreement.command("cease")
@click.argument("name")
@FROM
@click.option("--reason", default="", metavar="TEXT")
@saying
def cease(session: Session, /, name: str, begins: str, reason: str, **given: Any) -> None:
    """Declare that we no longer adhere to NAME, which has ended."""
    _act(session, name, "cease", begins, None, reason, given)


def _act(
    session: Session, name: str, act: asking.ActName, begins: str | None, until: str | None, words: str,
    given: dict[str, Any],
) -> None:  # fmt: skip
    from_ms = instant(begins)
    paper = asking.SayAct(
        agreement=name, act=act, from_ms=int(time.time() * 1000) if from_ms is None else from_ms,
        until_ms=given.get("until_ms", instant(until)), words=words, language=given["language"] if words else "",
        said_on=given["said_on"], said_by=given["said_by"], token=given["token"],
    )  # fmt: skip
    say(session, paper, given["as_draft"])


def _stands(session: Session, name: str, standing: Any, given: dict[str, Any]) -> None:
    reason = given["reason"]
    ask = accords.SayStanding(
        agreement=name, standing=standing, from_ms=parse_iso(given["begins"]), reason=reason,
        language=given["language"] if reason else "", token=given["token"],
    )  # fmt: skip
    if given["as_draft"]:
        drafted(session, accords.DraftPaper(paper=ask))
        return
    with session.link() as link:
        sent = link.ask(ask, Sent)
    session.answer(sent, lambda: f"recorded as {sent.places[0]}; the other party may see it otherwise")


def _standing(word: str, about: str) -> None:
    """One of the three commands that say a standing (kind 99) under its own name."""

    @agreement.command(word, help=about)
    @click.argument("name")
    @FROM
    @click.option("--reason", default="", metavar="TEXT")
    @click.option("--language", default="en", metavar="TAG")
    @AS_DRAFT
    @TOKEN
    @room_options
    @click.pass_obj
    def command(session: Session, /, name: str, **given: Any) -> None:
        _stands(session, name, _STANDINGS[word], given)


_standing("suspend", "Say that we suspend NAME. In the view of the others it stays in force until they say otherwise.")
_standing("resume", "Say that we resume NAME, which we had suspended.")
_standing("withdraw", "Say that we leave NAME from an instant on; terms may ask for notice before it.")
