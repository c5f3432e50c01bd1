"""Public figures as declarations over a real line: sums that close, sums that do not, what the other side counts."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from openline.console.accords.library import layout_files
from openline.console.channel.asking import Sent, Waited, WaitHeld
from openline.console.declaring import asking
from tests.rooms.accord.declarations.test_declaration import units
from tests.rooms.accord.declarations.test_judging import FACTS
from tests.whole.parties import HELD_MS, Desk
from tests.whole.test_notices import replayed_alike
from tests.whole.test_statements import both_up, held, refused

pytestmark = pytest.mark.whole
Line = Callable[..., list[Desk]]
TOTALS, DETAIL = FACTS / "new-start-totals.csv", FACTS / "new-start-us-detail.csv"
DAYS = ("2017-03-01", "2018-02-05", "2020-09-01", "2022-03-01", "2023-03-01")


def facts(as_of: str, party: str) -> list[str]:
    tables = ["--csv", f"totals={TOTALS}"]
    if party == "US" and as_of in ("2017-03-01", "2020-09-01"):
        tables += ["--csv", f"detail={DETAIL}"]
    return [*tables, "--as-of", as_of, "--only", f"as_of={as_of}", "--only", f"party={party}", "--language", "en"]


def asked(desk: Desk, *command: str) -> object:
    return json.loads(desk.here(*command, "--json"))


def rules(shown: dict[str, object], verdict: str) -> set[str]:
    return {one["rule"] for one in shown["findings"] if one["verdict"] == verdict}  # type: ignore[attr-defined, index]


def test_public_figures_are_declared_counted_otherwise_and_drawn(on_a_line: Line, tmp_path: Path) -> None:
    """R-410 to R-415, R-418, R-419."""
    amber, birch = both_up(on_a_line)
    early = held(amber, "declare", "send", "new-start-data", *facts("2017-03-01", "US"))
    unknown = asked(birch, "declare", "show", early)
    assert not unknown["row"]["known"] and unknown["raw"], "no layout on the record: kept, and shown raw"  # type: ignore[index]
    for desk in (amber, birch):
        held(desk, "declare", "offer", "new-start-data")
    refused(birch, 4, "already, by us", "declare", "offer", "new-start-data")
    places = {("2017-03-01", "US"): early}
    for as_of in DAYS:
        for desk, party in ((amber, "US"), (birch, "RU")):
            if (as_of, party) not in places:
                places[as_of, party] = held(desk, "declare", "send", "new-start-data", *facts(as_of, party))
    whole = asked(birch, "declare", "show", places["2020-09-01", "US"])
    assert isinstance(whole, dict) and not rules(whole, "is broken")
    assert {"C1", "C2", "C4", "C5", "C6", "C7", "C8", "C9", "C10", "D1"} <= rules(whole, "holds")
    assert "800 = 454 + 280 + 48 + 18" in birch.here("declare", "show", places["2020-09-01", "US"])
    silent = asked(amber, "declare", "show", places["2023-03-01", "RU"])
    assert isinstance(silent, dict) and rules(silent, "cannot be told") == {"C10", "D1"}
    assert "NOT PROVIDED" in amber.here("declare", "show", places["2023-03-01", "RU"])

    reason = "56 and 41 and 4 items that could not be confirmed."
    count = ("declare", "count", places["2022-03-01", "US"], "--figure", "launchers=901", "--reason", reason)
    held(birch, *count, "--language", "en")
    refused(amber, 4, "is ours", *count, "--language", "en")
    refused(birch, 2, "is no figure", "declare", "count", places["2022-03-01", "US"], "--figure", "ships=1")
    for desk in (amber, birch):
        text = desk.here("declare", "show", places["2022-03-01", "US"])
        assert "Birch counts 901 (+101), reservation open since 2022-03-01, 0 updates" in text and reason in text
        later = desk.here("declare", "show", places["2023-03-01", "US"])
        assert "reservation open since 2022-03-01, 1 updates" in later

    drawing, page = tmp_path / "limits.svg", tmp_path / "limits.html"
    text = birch.here("limits", "new-start-data", "--svg", str(drawing), "--html", str(page))
    assert "II.1.c: at most 800 from 2018-02-05 until 2026-02-05" in text and "Birch counts 901" in text
    assert ElementTree.parse(drawing).getroot().tag.endswith("svg") and drawing.read_text() in page.read_text()
    assert "not provided" in page.read_text()


def test_what_does_not_close_leaves_marked_and_what_has_no_spelling_does_not(on_a_line: Line, tmp_path: Path) -> None:
    """R-413, R-415, R-418."""
    amber, birch = both_up(on_a_line)
    for desk in (amber, birch):
        held(desk, "declare", "offer", "new-start-data")
    source = tmp_path / "totals.csv"
    head = "deployed_delivery_vehicles,warheads_counted,deployed_and_nondeployed_launchers\n"
    source.write_text(head + "801,withheld,800\n")
    form = ("new-start-data", "--csv", f"totals={source}", "--as-of", "2020-09-01")
    ran = amber.try_here("declare", "check", *form)
    assert ran.code == 0 and "ERROR  C10  is broken" in ran.out and "BREACH D1   is broken" in ran.out
    sent = held(amber, "declare", "send", *form)
    shown = asked(birch, "declare", "show", sent)
    assert isinstance(shown, dict) and {"C10", "D1", "C12"} == rules(shown, "is broken")
    assert "BROKEN" in birch.here("declare", "list")
    source.write_text(head + "1,,3\n")
    refused(amber, 2, "totals row 1, warheads_counted: nothing there", "declare", "send", *form)
    marked = held(amber, "declare", "send", *form, "--with-faults", "--corrects", sent)
    assert "nothing there" in birch.here("declare", "show", marked)
    assert f"replaced by {marked}" in birch.here("declare", "list")
    source.write_text(head + "1,x,3\n4,5,6\n")
    ran = amber.try_here("declare", "check", *form)
    assert ran.code == 1 and "line 2, totals row 1, warheads_counted" in ran.out and "2 rows" in ran.out
    refused(amber, 2, "is no number", "declare", "send", *form, "--with-faults")
    refused(amber, 2, "'nowhere'", "declare", "send", "new-start-data", "--csv", f"nowhere={source}", *form[3:])
    refused(amber, 3, "no layout", "declare", "send", "nothing", *form[1:])
    source.write_text(head + "801,1400,800\n")
    ran = amber.try_here("declare", "check", *form[:-1], "2020-09-31")
    assert ran.code == 1 and "no calendar" in ran.out and "C10" in ran.out and "D1" not in ran.out, ran
    assert "`withheld`" in amber.here("declare", "layout", "new-start-data")
    broken = tmp_path / "broken.toml"
    broken.write_text("[declaration]\n")
    assert amber.try_here("declare", "check-layout", str(broken)).code == 1
    refused(amber, 2, "is missing", "declare", "offer", str(broken))
    assert "new-start-inspections" in amber.here("declare", "layouts")
    assert "table units" in amber.here("declare", "layout", "new-start-data")


def write_units(path: Path, rows: list[list[object]]) -> str:
    columns = ("id", "type", "place", "state")
    path.write_text("\n".join([",".join(columns), *(",".join(map(str, row)) for row in rows)]) + "\n")
    return str(path)


def test_five_thousand_units_cross_and_the_one_without_a_notice_is_asked_about(on_a_line: Line, tmp_path: Path) -> None:
    """R-412, R-416."""
    amber, birch = both_up(on_a_line)
    for desk in (amber, birch):
        held(desk, "declare", "offer", "new-start-data")
        held(desk, "format", "offer", "new-start-iii-2")
    rows = [[*row[:3], "ICBM_DEPLOYED"] for row in units(5_000)]
    source = tmp_path / "units.csv"
    form = ("new-start-data", "--csv", f"units={write_units(source, rows)}")
    checked = asked(amber, "declare", "check", *form, "--as-of", "2020-03-01")
    assert isinstance(checked, dict) and checked["parts"] == 1 and checked["bytes"] < 100_000
    first = held(amber, "declare", "send", *form, "--as-of", "2020-03-01")
    exported = tmp_path / "back.csv"
    exported.write_text(birch.here("declare", "export", first, "--table", "units"))
    assert [line.split(",")[:4] for line in exported.read_text().splitlines()[1:]] == rows
    moved, silent = rows[7], rows[11]
    fields = {"departure": "2020-05-01", "arrival": "2020-05-04", "origin": moved[2], "destination": "Base 01",
              "type": moved[1], "item": moved[0]}  # fmt: skip
    held(amber, "notice", "send", "new-start-iii-2", *(part for name, text in fields.items()
                                                      for part in ("--field", f"{name}={text}")))  # fmt: skip
    moved[2], silent[2] = "Base 01", "Base 02"
    write_units(source, rows)
    held(amber, "declare", "send", *form, "--as-of", "2020-09-01")
    for desk in (amber, birch):
        ran = desk.try_here("reconcile", "new-start-data", "--json")
        (pair,) = json.loads(ran.out)
        assert ran.code == 1 and (pair["unchanged"], pair["explained"]) == (4_998, 1)
        (difference,) = pair["differences"]
        assert (difference["unit"], difference["kinds"]) == (silent[0], ["moved"])
        assert difference["ask"][0]["format"] == "new-start-iii-2" and str(silent[0]) in difference["question"]["ru"]
    assert "declaration" in Path(replayed_alike(amber, birch, tmp_path)).read_text()
    lives = birch.here("declare", "unit", "new-start-data", str(moved[0]))
    assert lives.count("\n") == 3 and "notice NEW-START/" in lives, lives


def test_every_public_figure_of_both_sides_is_loaded_and_stands_under_its_ceiling(
    on_a_line: Line, tmp_path: Path
) -> None:
    """R-415: fifty declarations of 25 dates, files as they are; the sums that they allow close, what was not provided
    is held as such, and the three ceilings are drawn over all of it."""
    amber, birch = both_up(on_a_line)
    totals, detail = TOTALS.read_text("utf-8"), DETAIL.read_text("utf-8")
    days = sorted({line.partition(",")[0] for line in totals.splitlines()[1:]})
    detailed = {line.partition(",")[0] for line in detail.splitlines()[1:]}
    assert len(days) == 25
    with amber.link() as ours, birch.link() as theirs:
        for link in (ours, theirs):
            link.ask(asking.OfferLayout(file=layout_files()["new-start-data"].decode()), Sent)
        for link, party in ((ours, "US"), (theirs, "RU")):
            places = []
            for day in days:
                csv = {"totals": totals, **({"detail": detail} if party == "US" and day in detailed else {})}
                form = asking.CheckDeclaration(
                    layout="new-start-data", as_of=day, csv=csv, only={"as_of": day, "party": party}, language="en"
                )
                places += link.ask(asking.SendDeclaration(form=form), Sent).places
            assert link.ask(WaitHeld(places=places, within_ms=HELD_MS), Waited).held
        for link in (ours, theirs):
            found = link.ask(asking.AskDeclarations(), list[asking.DeclarationRow])
            assert len(found) == 50 and not any(one.broken for one in found), "none passes a ceiling, every sum closes"
            assert [(one.name, one.as_of) for one in found if one.open] == [("Birch", "2023-03-01")]
            drawn = link.ask(asking.AskCeilings(layout="new-start-data"), asking.Ceilings)
            assert len(drawn.points) == 150 and [one.why for one in drawn.points if one.value is None] == 3 * [
                "not provided"]  # fmt: skip
            verdicts = {(one.as_of < "2018-02-05", one.verdict) for one in drawn.points if one.value is not None}
            assert verdicts == {(True, "is not in force"), (False, "holds")}
    kept = Path(os.environ.get("OPENLINE_KEEP", tmp_path)) / "ceilings.svg"
    birch.here("limits", "new-start-data", "--svg", str(kept))
    assert ElementTree.parse(kept).getroot().tag.endswith("svg")
