"""One declaration and the next, with the notices between: what is explained, and what is listed by identifier."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from openline.accord.clocks.book import NoticeSeen
from openline.accord.clocks.spans import exactly
from openline.accord.declarations.declaration import Declaration
from openline.accord.declarations.reconciling import (
    Event,
    Kind,
    Reconciliation,
    ended_before,
    events_of,
    history,
    reconcile,
)
from openline.accord.formats.notice import Relation, compose
from openline.console.accords import library
from openline.record.entry import Ref
from tests.rooms.accord.declarations.story import Planted, Story, Unit, day

SEEDS = range(12)


def run(story: Story, shuffled: int | None = None) -> list[Reconciliation]:
    book = story.book(shuffled)
    found = []
    whole = book.declared.standing(0, story.layout.mark)
    events = events_of(book, story.layout, 0)
    for before, after in pairwise(whole):
        ended = ended_before(events, before.declared.as_of)
        one = reconcile(story.layout, before.declared, after.declared, events, ended)
        assert one is not None
        found.append(one)
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_twelve_and_a_half_years_every_planted_difference_is_found_and_no_other(seed: int) -> None:
    """R-416, rule E2: nothing is told to the program but declarations and notices."""
    story = Story(seed)
    assert len(story.declared) == 25
    found = [Planted(one.after_day, difference.unit, kind) for one in run(story)
             for difference in one.differences for kind in difference.kinds]  # fmt: skip
    assert sorted(found) == sorted(story.planted)


def test_nothing_is_planted_in_vain() -> None:
    planted = [one.kind for seed in SEEDS for one in Story(seed).planted]
    assert all(planted.count(kind) >= 5 for kind in Kind if kind is not Kind.OTHER_TYPE), planted


def test_without_planted_ones_there_is_no_finding_at_all() -> None:
    for seed in range(4):
        for one in run(Story(seed, planted=0.0)):
            assert not one.differences and not one.findings, (seed, one)
            assert one.explained


def test_it_is_the_same_in_whatever_order_entries_came() -> None:
    """R-417."""
    story = Story(7)
    assert run(story) == run(story, shuffled=1) == run(story, shuffled=2)


def small(units: dict[str, Unit], as_of: str, serial: int = 1) -> Declaration:
    story = Story(1, units=0, changes=0, days=[day("2011-02-05")])
    story.units = units
    return story.declare(day(as_of))._replace(serial=serial)


HERE = ("TYPE-1", "Base North", "ICBM_DEPLOYED")


def notices(*given: tuple[str, dict[str, Any], str]) -> list[Event]:
    story = Story(1, units=0, changes=0, days=[day("2011-02-05")])
    for format_, fields, said in given:
        story._send(format_, fields, day(said))
    return events_of(story.book(), story.layout, 0)


def one(before: dict[str, Unit], after: dict[str, Unit], events: list[Event]) -> Reconciliation:
    layout = Story(1, units=0, changes=0, days=[day("2011-02-05")]).layout
    first, second = small(before, "2020-03-01"), small(after, "2020-09-01")
    found = reconcile(layout, first, second, events, ended_before(events, first.as_of))
    assert found is not None
    return found


def test_the_notice_that_would_explain_a_difference_is_drafted_as_notice_check_reads_it() -> None:
    moved = ("TYPE-1", "Base South", "ICBM_NONDEPLOYED")
    found = one({"A": HERE, "B": HERE}, {"A": moved, "C": HERE}, [])
    asked = {difference.unit: difference.asked for difference in found.differences}
    assert [one.format for one in asked["A"]] == ["new-start-iii-2", "new-start-ii-3"]
    assert asked["A"][0].fields == {"item": "A", "type": "TYPE-1", "destination": "Base South", "origin": "Base North"}
    assert asked["A"][1].fields["items"][0] == {
        "id": "A", "type": "TYPE-1", "place": "Base South", "new": "ICBM_NONDEPLOYED", "old": "ICBM_DEPLOYED",
    }  # fmt: skip
    assert asked["B"][0].format == "new-start-v" and asked["B"][0].fields["stage"] == "COMPLETION"
    assert asked["C"][0].format == "new-start-iii-1"
    for unit in "ABC":
        for draft in asked[unit]:
            form = library.formats()[draft.format]
            faults = compose(form, draft.fields).faults
            assert faults and all("is required" in fault.what for fault in faults), "only what nobody knows is missing"


def _rules(found: Reconciliation) -> set[str]:
    return {finding.rule for finding in found.findings}


def transit(unit: str, origin: str, to: str, left: str, came: str) -> tuple[str, dict[str, Any], str]:
    fields = {"departure": left, "arrival": came, "origin": origin, "destination": to, "type": "TYPE-1", "item": unit}
    return "new-start-iii-2", fields, came


def test_one_identifier_two_places_is_an_error() -> None:
    """Rule E1."""
    south = ("TYPE-1", "Base South", "ICBM_DEPLOYED")
    found = one({"A": HERE}, {"A": south}, notices(transit("A", "Depot One", "Base South", "2020-04-01", "2020-04-03")))
    assert not found.differences and _rules(found) == {"E1"}
    assert "was Depot One; it was known as Base North" in found.findings[0].what


def test_thirty_one_days_under_way_is_a_breach() -> None:
    """Rule D5."""
    south = ("TYPE-1", "Base South", "ICBM_DEPLOYED")
    for came, rules in (("2020-05-01", set()), ("2020-05-02", {"D5"})):
        found = one({"A": HERE}, {"A": south}, notices(transit("A", "Base North", "Base South", "2020-04-01", came)))
        assert _rules(found) == rules, came


def test_a_departure_without_arrival_is_asked_about() -> None:
    """Rule E5."""
    fields = {"planned_exit": "2020-04-01T06:00:00Z", "facility": "Plant", "type": "TYPE-1", "item": "A"}
    left = ("new-start-iii-1", fields, "2020-04-01")
    found = one({}, {"A": ("TYPE-1", "Plant", "ICBM_NONDEPLOYED")}, notices(left))
    assert _rules(found) == {"E5"} and not found.differences
    came = transit("A", "Plant", "Depot One", "2020-04-02", "2020-04-04")
    assert not one({}, {"A": ("TYPE-1", "Depot One", "ICBM_NONDEPLOYED")}, notices(left, came)).findings
    without = ("new-start-iii-2", {name: text for name, text in came[1].items() if name != "departure"}, "2020-04-04")
    assert _rules(one({}, {"A": ("TYPE-1", "Depot One", "ICBM_NONDEPLOYED")}, notices(left, without))) == {"E5"}


def test_what_was_eliminated_counts_in_no_later_declaration() -> None:
    """Rule E4."""
    fields = {"stage": "COMPLETION", "completed": "2020-02-01", "facility": "Base North", "type": "TYPE-1",
              "item": "A", "procedure": "as agreed"}  # fmt: skip
    gone = ("new-start-v", fields, "2020-02-01")
    found = one({}, {"A": HERE}, notices(gone))
    assert _rules(found) == {"E4"} and found.differences[0].kinds == (Kind.APPEARED,)
    later = ("new-start-v", {**gone[1], "completed": "2020-06-01"}, "2020-06-01")
    found = one({"A": HERE}, {"A": HERE}, notices(later))
    assert _rules(found) == {"E4"} and found.differences[0].kinds == (Kind.NOT_DONE,)
    assert not one({"A": HERE}, {}, notices(later)).differences


def test_a_notice_of_what_nobody_declared_is_said() -> None:
    """Rule E1: no declaration speaks of it, so it changes nothing."""
    found = one({}, {}, notices(transit("X", "Base North", "Base South", "2020-04-01", "2020-04-03")))
    assert _rules(found) == {"E1"} and not found.differences


def test_a_notice_of_the_very_day_explains_either_way() -> None:
    south = ("TYPE-1", "Base South", "ICBM_DEPLOYED")
    for said in ("2020-03-01", "2020-09-01"):
        events = notices(transit("A", "Base North", "Base South", said, said))
        for before, after in ((HERE, south), (HERE, HERE) if said == "2020-09-01" else (south, south)):
            found = one({"A": before}, {"A": after}, events)
            assert not found.differences and not found.findings, (said, before, after)


def test_what_is_kept_back_is_no_difference_and_is_named() -> None:
    layout = Story(1, units=0, changes=0, days=[day("2011-02-05")]).layout
    first, second = small({"A": HERE}, "2020-03-01"), small({"A": HERE}, "2020-09-01")
    cells = second.tables[2]
    assert cells is not None
    cells[0][2] = None
    found = reconcile(layout, first, second, [], {})
    assert found is not None and not found.differences and found.open == ("A",)


def test_a_declaration_that_lists_no_units_is_not_reconciled() -> None:
    layout = Story(1, units=0, changes=0, days=[day("2011-02-05")]).layout
    first = small({"A": HERE}, "2020-03-01")
    assert reconcile(layout, first, first._replace(tables=(None, None)), [], {}) is None


def test_the_history_of_a_unit_names_each_cause_and_each_contradiction() -> None:
    south = ("TYPE-1", "Base South", "ICBM_DEPLOYED")
    layout = Story(1, units=0, changes=0, days=[day("2011-02-05")]).layout
    declared = [(Ref(0, bytes(12), 900 + n), small({"A": unit}, as_of))
                for n, (unit, as_of) in enumerate(((HERE, "2020-03-01"), (HERE, "2020-09-01")))]  # fmt: skip
    events = notices(transit("A", "Base North", "Base South", "2020-04-01", "2020-04-03"))
    lives = history(layout, "A", declared, events)
    assert [(one.unit and one.unit.place, bool(one.differs)) for one in lives] == [
        ("Base North", False), ("Base South", False), ("Base North", True)]  # fmt: skip
    assert lives[1].cause == events[0].ref and lives[2].cause == declared[1][0]
    assert south[1] == "Base South" and history(layout, "Z", declared, events) == []


def test_a_cancelled_notice_explains_nothing() -> None:
    story = Story(1, units=0, changes=0, days=[day("2011-02-05")])
    story._send(*transit("A", "Base North", "Base South", "2020-04-01", "2020-04-03")[:2], day("2020-04-03"))
    book = story.book()
    ref, notice, _ = story.notices[0]
    assert len(events_of(book, story.layout, 0)) == 1
    cancel = notice._replace(serial=2, relation=Relation.CANCELS, of=ref)
    book.take_notice(NoticeSeen(Ref(0, bytes(12), 5000), cancel, exactly(0), (ref,)))
    assert events_of(book, story.layout, 0) == []


def test_five_thousand_units_and_five_thousand_notices_are_one_pass() -> None:
    story = Story(3, units=5_000, changes=5_000, planted=0.001, days=[day("2020-03-01"), day("2020-09-01")])
    (found,) = run(story)
    assert found.explained > 2_000
    assert {(difference.unit, kind) for difference in found.differences for kind in difference.kinds} == {
        (planted.unit, planted.kind) for planted in story.planted}  # fmt: skip
