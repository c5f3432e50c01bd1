"""Agreements, offers and reports as lines at a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from openline.console.agreeing import asking
from openline.console.dtg import iso
from openline.visible import visible


def life_lines(one: asking.LifeWhole) -> str:
    """An agreement, whole; what others report of it stands last and apart."""
    return "\n".join((*_head(one), *_views(one), *_acts(one), *_apart(one)))


def _head(one: asking.LifeWhole) -> Iterator[str]:
    row = one.row
    state = "recorded by every party" if row.known else f"recorded by {', '.join(map(visible, row.by))} only"
    yield f"{row.id}: {visible(row.title.get('en', next(iter(row.title.values()))))} ({row.digest[:12]}; {state})"
    yield f"  in force {_at('from', row.begin_ms)}; {_at('ends', row.end_ms, 'no end agreed')}"
    for language, text in one.texts.items():
        yield f"  text in {language}: {text[:16]}"
    for terms in one.terms:
        by = ", ".join(map(visible, terms.by))
        word = "terms, which count" if terms.counts else f"terms by the word of {by} alone"
        yield f"  {word} ({', '.join(terms.places)}):"
        for name, value in (
            ("parties", ", ".join(terms.parties)), ("asked by", terms.asked_by), ("areas", ", ".join(terms.areas)),
            ("contacts", ", ".join(terms.contacts)), ("limits", ", ".join(terms.limits)), ("end", terms.end),
            ("how to end", terms.ending), ("provisionally", iso(terms.provisional_ms) or ""),
            ("days of notice", "" if terms.notice_days is None else str(terms.notice_days)),
        ):
            if value:
                yield f"    {name}: {visible(value)}"


def _views(one: asking.LifeWhole) -> Iterator[str]:
    if one.row.differ:
        yield "  THE VIEWS DIFFER:"
    for view in one.views:
        yield f"  in the view of {visible(view.name)}: {view.now.upper()}"
        for step in view.steps:
            until = f" until {iso(step.until_ms)}" if step.until_ms is not None else ""
            yield f"    {_at('from', step.at_ms, 'first'):<30} {step.state}{until}; by {', '.join(step.causes)}"
    for end in one.open:
        yield f"  PROPOSED, not agreed: to end at {iso(end.until_ms)}, by {', '.join(map(visible, end.by))}"


def _acts(one: asking.LifeWhole) -> Iterator[str]:
    for act in one.acts:
        until = f" until {iso(act.until_ms)}" if act.until_ms is not None else ""
        words = f": {visible(act.words)}" if act.words else ""
        yield f"  {act.place}  {visible(act.name)}: {act.act} from {iso(act.from_ms)}{until}{words}{_said(act)}"
        yield from (f"      ! {why}" for why in act.marks)
    there = {act.place for act in one.acts}
    yield from (f"  ! {mark.place}: {mark.why}" for mark in one.marks if mark.place not in there)


def _said(one: asking.ActRow | asking.OfferRow | asking.AnswerRow) -> str:
    said = [f"by {visible(one.said_by)}" if one.said_by else "", f"on {one.said_on}" if one.said_on else ""]
    stated = " ".join(part for part in said if part)
    return f" (stated: said {stated})" if stated else ""


def _apart(one: asking.LifeWhole) -> Iterator[str]:
    if one.offers:
        yield "  offers:"
        yield from (f"    {line}" for offer in one.offers for line in offer_lines(offer).splitlines())
    if one.reports:
        yield "  reported from outside, agreed by nobody:"
        yield from (f"    {line}" for report in one.reports for line in report_lines(report).splitlines())


def offer_lines(one: asking.OfferRow) -> str:
    """An offer with its answers."""
    until = f", open until {iso(one.until_ms)}" if one.until_ms is not None else ", without a term"
    head = f"{one.place}  {visible(one.name)} offers: {visible(one.subject)}{until}{_said(one)}"
    lines = [head, f"  {visible(one.words)}"]
    if one.condition:
        lines.append(f"  on condition: {visible(one.condition)}")
    for towards in one.towards:
        since = f" since {iso(towards.since_ms)}" if towards.since_ms is not None else ""
        by = f", by {towards.place}" if towards.place else ""
        lines.append(f"  towards {visible(towards.name)}: {towards.state.upper()}{since}{by}")
    for answer in one.answers:
        words = visible(": ".join(part for part in (answer.condition, answer.words) if part))
        more = f": {words}" if words else ""
        lines.append(f"  {answer.place}  {visible(answer.name)}: {answer.answer}{more}{_said(answer)}")
        lines += [f"      ! {why}" for why in answer.marks]
    return "\n".join([*lines, *_about(one.reports)])


def _about(rows: Iterable[asking.AboutRow]) -> list[str]:
    return [f"  a report {row.place} {row.word} this: {visible(row.text)}" for row in rows]


def report_lines(one: asking.ReportRow) -> str:
    """A report: who says that who said what, and how sure who entered it was."""
    said = f", said by {visible(one.said_by)}" if one.said_by else ", speaker not named"
    doubt = "confirmed" if one.confirmed else "UNCONFIRMED"
    lines = [
        f"{one.place}  {one.said_on}  reported by {visible(one.reported_by)}{said} ({doubt})",
        f"  {visible(one.words)}",
        f"  source: {visible(one.source)}; entered by {visible(one.entered_by)} of {visible(one.name)}",
    ]
    lines += [f"  {row.word} {row.place}: {visible(row.text)}" for row in one.about]
    return "\n".join([*lines, *_about(one.told_of), *(f"      ! {why}" for why in one.marks)])


def _at(word: str, at_ms: int | None, otherwise: str = "not said") -> str:
    return otherwise if at_ms is None else f"{word} {iso(at_ms)}"
