"""The timeline as data and in words. What both logs prove and what one side only says never share a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from openline.console.dtg import dtg
from openline.contact.fold import Clocks, FoldedTest
from openline.contact.timeline import Between, Row, Span, Timeline
from openline.visible import visible

GAPS_SHOWN: Final = 20


def as_data(drawn: Timeline, names: Sequence[str]) -> dict[str, object]:
    """All of it for a program; instants are UTC ms, shares thousandths."""
    return {
        "from_ms": drawn.from_ms,
        "to_ms": drawn.to_ms,
        "between_ms": drawn.between_ms,
        "unread": drawn.unread,
        "names": list(names),
        "pairs": [_pair(pair) for pair in drawn.pairs],
    }


def _pair(pair: Between) -> dict[str, object]:
    return {
        "parties": list(pair.parties),
        "proved_thousandths": pair.share,
        "proofs": len(pair.proofs),
        "proved_last_ms": max((one.to_ms for one in pair.proofs), default=None),
        "out_of_order": sum(one.disordered for one in pair.proofs),
        "tests": [_test(test) for test in pair.tests],
        "missed": [_test(test) for test in pair.missed],
        "spans": [_span(span) for span in pair.spans],
        "gaps": [_span(span) for span in pair.gaps],
        "clocks": _clocks(pair.clocks),
        "observed": [_row(row) for row in pair.rows],
    }


def _test(test: FoldedTest) -> dict[str, object]:
    party, generation, index = test.place
    return {
        "place": f"{party}/{generation.hex()}/{index}",
        "by": party,
        "written_at_ms": test.written_at_ms,
        "bearer": test.body.bearer,
        "answers": [
            {
                "by": one.party,
                "came_at_ms": one.came_at_ms,
                "written_at_ms": one.written_at_ms,
                "bearer": one.bearer,
                "opens": one.opened,
                "read": one.read.hex(),
            }
            for one in test.answers
        ],
    }


def _span(span: Span) -> list[object]:
    return [span.from_ms, span.to_ms] if span.seen is None else [span.from_ms, span.to_ms, span.seen.name.lower()]


def _clocks(clocks: Clocks) -> dict[str, object]:
    return {"word": clocks.word, "at_least_ms": clocks.at_least_ms, "at_most_ms": clocks.at_most_ms}


def _row(row: Row) -> dict[str, object]:
    return {
        "by": row.author,
        "of": row.party,
        "bearer": row.bearer,
        "up_thousandths": row.share,
        "spans": [_span(span) for span in row.spans],
    }


def in_words(data: dict[str, Any]) -> str:
    """For a person: each pair, first what is proved, then what each side says it saw."""
    names = [visible(name) for name in data["names"]]
    lines = [f"contact from {dtg(data['from_ms'])} to {dtg(data['to_ms'])}"]
    for pair in data["pairs"]:
        lines += ["", *_pair_in_words(pair, names, data["between_ms"])]
    if data["unread"]:
        lines.append(f"{data['unread']} entries about contact are withheld here, or do not read")
    return "\n".join(lines)


def _pair_in_words(pair: dict[str, Any], names: list[str], between_ms: int) -> list[str]:
    one, other = (names[party] for party in pair["parties"])
    lines = [f"{one} and {other}", *(f"  {line}" for line in proved_in_words(pair, between_ms))]
    lines += [f"  gap       {between(gap)}" for gap in pair["gaps"][:GAPS_SHOWN]]
    if len(pair["gaps"]) > GAPS_SHOWN:
        lines.append(f"  gap       and {len(pair['gaps']) - GAPS_SHOWN} more")
    lines += [f"  missed    {missed_in_words(test, names)}" for test in pair["missed"][-GAPS_SHOWN:]]
    lines.append(f"  clocks    {clocks_in_words(pair['clocks'], one, other)}")
    for row in pair["observed"]:
        share = "" if row["up_thousandths"] is None else f", up {percent(row['up_thousandths'])} of what it tells of"
        lines.append(f"  only {names[row['by']]}'s word, of {visible(row['bearer'])} to {names[row['of']]}{share}:")
        lines += [f"    {span[2]:<8}{between(span)}" for span in row["spans"][-GAPS_SHOWN:]]
    return lines


def proved_in_words(pair: dict[str, Any], between_ms: int) -> list[str]:
    """What both logs prove between two parties."""
    answered = len(pair["tests"]) - len(pair["missed"])
    lines = [f"tests     {len(pair['tests'])} written, {answered} answered so that the answer proves it came"]
    if pair["proved_last_ms"] is None:
        return [*lines, "proved    nothing: no answered test and no receipt in this period"]
    lines.append(
        f"proved    {percent(pair['proved_thousandths'])} of the period by both logs, by {pair['proofs']} instants: "
        f"stretches between instants at most {between_ms // 60_000} min apart"
    )
    lines.append(f"last      {dtg(pair['proved_last_ms'])}")
    if pair["out_of_order"]:
        lines.append(f"when      not told for {pair['out_of_order']} proofs: the two clocks contradict each other")
    return lines


def missed_in_words(test: dict[str, Any], names: list[str]) -> str:
    """A test that was not answered."""
    over = f" of {visible(test['bearer'])}" if test["bearer"] else ""
    wrong = ", answered wrongly" if test["answers"] else ""
    return f"{dtg(test['written_at_ms'])}: test{over} by {names[test['by']]}, {test['place']}{wrong}"


def clocks_in_words(clocks: dict[str, Any], one: str, other: str) -> str:
    """By how much two clocks differ, as far as the record bounds it."""
    low, high = clocks["at_least_ms"], clocks["at_most_ms"]
    if clocks["word"] == "unknown":
        return "unknown: no answered test bounds them"
    bounds = f"between {low} and {high} ms" if low is not None and high is not None else (
        f"at least {low} ms" if low is not None else f"at most {high} ms"
    )
    if clocks["word"] == "disagree":
        return f"DISAGREE: {other}'s is ahead of {one}'s by {bounds}; times of both are to be read so"
    return f"agree: {other}'s is ahead of {one}'s by {bounds}"


def between(span: Sequence[Any]) -> str:
    """A stretch, with its length."""
    return f"{dtg(span[0])} to {dtg(span[1])} ({length(span[1] - span[0])})"


def length(span_ms: int) -> str:
    """A length of time in the two largest units."""
    seconds = span_ms // 1000
    days, hours, minutes = seconds // 86_400, seconds // 3_600 % 24, seconds // 60 % 60
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds % 60} s"


def percent(thousandths: int) -> str:
    """A share."""
    return f"{thousandths // 10}.{thousandths % 10} %"
