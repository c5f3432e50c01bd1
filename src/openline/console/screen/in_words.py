"""The first screen, one message whole, and what was found, in words for a terminal."""

from __future__ import annotations

from openline.console import words
from openline.console.dtg import dtg
from openline.console.screen.asking import Card, DueRow, Hit, Hits, Matter, Screen, Standing, Waiting
from openline.console.words import wrapped
from openline.visible import visible


def screen_in_words(screen: Screen) -> str:
    """The first screen for a terminal, in the order of what the eye needs."""
    rows = [visible(text) for _language, text in screen.banners]
    rows.append(f"{visible(screen.line)} · {visible(screen.name)} · {dtg(screen.now_ms)}")
    rows += [f"EXERCISE  {visible(drill)}" for drill in screen.drills]
    for party in screen.parties:
        rows.append(f"{visible(party.name):<12} {visible(party.words)}")
        rows += [f"             {visible(one.words)}" for one in party.bearers]
        rows += [f"             {visible(bar)}" for bar in party.bars]
    record = screen.record
    agreed = f"agreed {dtg(record.agreed_at_ms)}" if record.agreed_at_ms is not None else "not agreed yet"
    rows.append(f"RECORD #{record.position} {agreed}" + ("" if record.level else ", not all of it held"))
    if screen.reached < record.position:
        rows.append(f"BEHIND     what follows is as of #{screen.reached}: the rest is being read")
    rows.append(_watch(screen))
    rows += [f"ALARM  {visible(one.name)}: {visible(one.text)}" for one in screen.alarms]
    rows += ["", f"NEEDS YOU NOW ({screen.counts.needs})"]
    rows += [line for card in screen.needs for line in _card(card, screen.now_ms)] or [f"  {_calm(screen)}"]
    rows += ["", f"WAITING ON THEM ({screen.counts.waiting})", *(_waiting(one) for one in screen.waiting)]
    rows += ["", f"AWAITING RELEASE ({screen.counts.release})"]
    rows += [f"  D-{one.draft} v{one.version}  {one.precedence}  {visible(one.subject)}  by {visible(one.submitted_by)}"
             + (f" ({visible(one.why_not)})" if one.why_not else "") for one in screen.release]  # fmt: skip
    rows += ["", "DUE WITHIN 7 DAYS", *(f"  {_due(one)}" for one in screen.ahead)]
    rows += ["", "LOG", *(f"  {dtg(one.at_ms)}  {visible(one.who)}: {visible(one.words)}" for one in screen.log)]
    return "\n".join(rows)


def _watch(screen: Screen) -> str:
    watch = screen.watch
    if not watch.staffed:
        return "WATCH  no officers at this desk yet"
    if watch.officer is None:
        return "WATCH  nobody has the watch"
    relief = f", relief {dtg(watch.relief_at_ms)}" if watch.relief_at_ms else ""
    remark = f": {visible(watch.remark)}" if watch.remark else ""
    return f"WATCH  {visible(watch.officer)} since {dtg(watch.since_ms)}{relief}{remark}"


def _calm(screen: Screen) -> str:
    """Silence must look different from a dead page, and from what this officer may not see."""
    if screen.withheld:
        return "Messages are not for this officer's roles."
    if screen.reached < screen.record.position:
        return "Nothing in what has been read so far."
    last = f" Last link test {dtg(screen.tests.last_at_ms)} passed" if screen.tests.last_at_ms else " No link test yet"
    following = f", next {dtg(screen.tests.next_at_ms)}." if screen.tests.next_at_ms else "."
    return f"Nothing needs you.{last}{following}"


def _card(card: Card, now_ms: int) -> list[str]:
    marks = "EXERCISE " * card.exercise + "CROSSED " * card.crossed + "DISPUTED " * card.disputed
    marks += f"HELD AHEAD of {card.ahead_of} " if card.ahead_of is not None else ""
    rows = [
        f"■ {card.precedence} {marks} {visible(card.reference)}  {visible(card.subject)}",
        *_standing(card.standing),
        f"  {card.place}  received {dtg(card.received_at_ms)}  {card.language}",
        *(f"  {_due(due)}{_left(due, now_ms)}" for due in card.due),
        *wrapped(card.text),
    ]
    return rows if card.whole else [*rows, "    … (openline matter shows the rest)"]


def _standing(rows: list[Standing]) -> list[str]:
    return [f"  {one.which.upper() if one.ended else one.which} {visible(one.reference)} of {dtg(one.at_ms)}"
            + (f": {visible(one.note)}" if one.note.strip() else "") for one in rows]  # fmt: skip


def _due(due: DueRow) -> str:
    late = "OVERDUE, now " + due.who + "  " if due.overdue else ""
    about = "" if "/" in due.subject else f"{due.subject}: "
    return f"{late}{about}{due.words} by {dtg(due.at_ms)}"


def _left(due: DueRow, now_ms: int) -> str:
    minutes, seconds = divmod(abs(due.at_ms - now_ms) // 1000, 60)
    return f"  {minutes:02d}:{seconds:02d} {'over' if due.overdue else 'left'}"


def _waiting(one: Waiting) -> str:
    due = f", due {dtg(one.due_at_ms)}" if one.due_at_ms is not None else ""
    late = "OVERDUE " if one.overdue else ""
    drill = "EXERCISE " if one.exercise else ""
    lacking = f"{one.state} by {visible(', '.join(one.of))} since {dtg(one.since_ms)}{due}"
    return f"  {late}{drill}{one.precedence} {visible(one.reference)}  {visible(one.subject)}  [{lacking}]"


def found_in_words(hits: Hits) -> str:
    """What a search found."""
    rows = [line for hit in hits.hits for line in _hit(hit)] or ["Nothing found."]
    return "\n".join(rows + ([f"more: --after {hits.next}"] if hits.next else []))


def _hit(hit: Hit) -> list[str]:
    drill = "EXERCISE " if hit.exercise else ""
    what = f"{hit.precedence} {drill}{visible(hit.reference)}  {visible(hit.subject)}"
    head = f"#{hit.position} {dtg(hit.written_at_ms)}  {what}"
    return [head, f"  {hit.place}  [{', '.join(hit.steps)}]", *wrapped(hit.excerpt)]


def matter_in_words(found: Matter) -> str:
    """One message, whole."""
    rows = [f"{visible(found.reference)}" + (f"  CROSSED with {found.crossed_with}" if found.crossed_with else ""),
            words.whole(found.entry), "", "ladder"]  # fmt: skip
    for step in found.ladder:
        who = ", ".join(visible(one) for one in (step.name, step.officer, step.role) if one)
        rows.append(f"  {dtg(step.at_ms)}  {step.word} by {who}" + (f": {visible(step.words)}" if step.words else ""))
    rows += ["", "belongs to it"] if found.related else []
    rows += [f"  {one.relation} {one.place}  {visible(one.name)}: {visible(one.subject)}" for one in found.related]
    rows += ["", "due"] if found.due or found.versions else []
    rows += [f"  {_due(one)}" for one in found.due]
    rows += [f"  {one.what}: {dtg(one.at_ms)} since {dtg(one.from_ms)}, {visible(one.why)}" for one in found.versions]
    return "\n".join(rows)
