"""A desk with officers under an agreement: what is owed rises by itself and ends with the notice that two let go; a
declaration of several parts leaves part by part, each released by two."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.rooms.accord.declarations.test_declaration import units
from tests.whole.parties import WITHIN_S, Desk
from tests.whole.test_desk import Officers
from tests.whole.test_notices import UPDATE_30_DAYS, instant, owed_on_screen
from tests.whole.test_statements import both_up, held

pytestmark = pytest.mark.whole
Line = Callable[..., list[Desk]]


def until(holds: Callable[[], bool]) -> None:
    """Wait for a fact."""
    end = time.monotonic() + WITHIN_S
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.3)


def by_two(officers: Officers, *command: str) -> list[str]:
    """Drafted by Bob, released by Cyd; where each draft stands in the record."""
    row = json.loads(officers.run("Bob", *command, "--as-draft", "--json").stdout)
    places = []
    for number in (row["draft"], *row["more"]):
        officers.run("Bob", "draft", "submit", f"D-{number}")
        shown = json.loads(officers.run("Cyd", "draft", "show", f"D-{number}", "--json").stdout)
        done = officers.run("Cyd", "draft", "release", f"D-{number}", "--code", shown["code"], "--json")
        party, generation, index = json.loads(done.stdout)["places"][0]
        places.append(f"{party}/{generation}/{index}")
    return places


def told(officers: Officers) -> list[tuple[str, str]]:
    """What the desk's log says of duties under agreements."""
    log = json.loads(officers.run("Ann", "watch", "log", "--json").stdout)["entries"]
    facts = [(one["what"], one["fields"].get("subject", "")) for one in log]
    return [one for one in facts if one[1].startswith("update ")]


def as_shown(desk: Desk, place: str) -> dict[str, Any]:
    return dict(json.loads(desk.here("declare", "show", place, "--rows", "0", "--json")))


def test_what_is_owed_rises_at_a_desk_and_ends_with_the_notice_that_two_let_go(on_a_line: Line, tmp_path: Path) -> None:
    """R-303, R-407; the due queue of the desk."""
    amber, birch = both_up(on_a_line)
    (tmp_path / "update.toml").write_text(UPDATE_30_DAYS)
    (tmp_path / "text.txt").write_text("The parties shall tell each other how many.")
    paper = tmp_path / "agreement.toml"
    paper.write_text(
        f'id = "TEST-1"\ntitle = {{ en = "A test" }}\nfrom = "{instant(days=-45)}"\nformats = ["update"]\n'
        '[texts]\nen = "text.txt"\n'
    )
    for desk in (amber, birch):
        held(desk, "format", "offer", str(tmp_path / "update.toml"))
        held(desk, "agreement", "record", str(paper))
        held(desk, "declare", "offer", "new-start-data")
    officers = Officers(amber, tmp_path)
    officers.staff()
    officers.run("Ann", "watch", "take")
    until(lambda: "duty rose" in [what for what, _ in told(officers)])
    (subject,) = {subject for what, subject in told(officers) if what == "duty rose"}

    def owed() -> list[tuple[bool, int]]:
        ahead = json.loads(officers.run("Ann", "screen", "--json").stdout)["ahead"]
        found = [one for one in ahead if one["source"] == "accords" and one["words"].startswith("send")]
        return [(one["overdue"], one["step"]) for one in found if one["overdue"]]

    until(lambda: owed() == [(True, 2)])  # overdue for as long again: it went on to the custodian
    assert "their notice is owed" in owed_on_screen(birch), "to the other side it only shows"
    (place,) = by_two(officers, "notice", "send", "update", "--field", "total=4")
    until(lambda: ("duty ended", subject) in told(officers))
    assert not owed()
    until(lambda: birch.try_here("notice", "show", place).code == 0)
    _declared_in_parts(officers, birch, tmp_path)


def _declared_in_parts(officers: Officers, birch: Desk, folder: Path) -> None:
    """R-412: what is longer than an entry leaves in parts; nothing is summed until all are there."""
    rows = [[*row[:3], "ICBM_DEPLOYED"] for row in units(16_000)]
    lines = ["id,type,place,state", *(",".join(map(str, row)) for row in rows)]
    (folder / "units.csv").write_text("\n".join(lines) + "\n")
    given = ("declare", "send", "new-start-data", "--csv", f"units={folder / 'units.csv'}", "--as-of", "2020-03-01")
    assert officers.run("Cyd", *given, ok=4).returncode == 4, "no door for one person"
    row = json.loads(officers.run("Bob", *given, "--as-draft", "--json").stdout)
    first, second = f"D-{row['draft']}", f"D-{row['more'][0]}"
    assert len(row["more"]) == 1
    places = []
    for name, part in ((first, "part 1 of 2"), (second, "part 2 of 2")):
        officers.run("Bob", "draft", "submit", name)
        shown = json.loads(officers.run("Cyd", "draft", "show", name, "--json").stdout)
        assert part in shown["subject"] and "asked of all parts together" in shown["text"]
        done = json.loads(officers.run("Cyd", "draft", "release", name, "--code", shown["code"], "--json").stdout)
        places.append("/".join(map(str, done["places"][0])))
        until(lambda: birch.try_here("declare", "show", places[0]).code == 0)
        whole = as_shown(birch, places[0])["row"]
        if name == first:
            assert whole["missing"] == [2] and not whole["stands"], whole
    until(lambda: not as_shown(birch, places[0])["row"]["missing"])
    whole = as_shown(birch, places[0])
    assert whole["row"]["parts"] == 2 and whole["row"]["rows"] == {"units": 16_000} and whole["row"]["stands"]
    assert [one["declared"] for one in whole["figures"] if one["name"] == "units_icbm_deployed"] == [16_000]
