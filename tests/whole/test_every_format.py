"""Every format that comes along over a real line, read and printed on the other side; and New START's twelve and a half
years of half-yearly exchanges with the notices between, reconciled by whoever received them."""

from __future__ import annotations

import json
from collections.abc import Callable
from csv import DictReader
from itertools import pairwise
from pathlib import Path

import pytest

from openline.accord.declarations.declaration import Declaration
from openline.accord.declarations.files import as_csv
from openline.accord.declarations.judging import day_text
from openline.accord.formats.notice import Notice, Relation, as_given, compose
from openline.console.accords import asking
from openline.console.accords.library import files, formats, known_format, layout_files
from openline.console.channel.asking import Place, Sent, Waited, WaitHeld
from openline.console.declaring import asking as declaring
from openline.console.sheets.notices import html_of
from tests.rooms.accord.declarations.story import Planted, Story
from tests.rooms.accord.declarations.test_judging import FACTS
from tests.rooms.accord.library.listing import example
from tests.whole.parties import HELD_MS, Desk
from tests.whole.test_notices import replayed_alike
from tests.whole.test_statements import both_up

pytestmark = pytest.mark.whole
Line = Callable[..., list[Desk]]


def test_every_shipped_format_is_composed_sent_read_in_the_other_language_and_printed(
    on_a_line: Line, tmp_path: Path
) -> None:
    """R-400 to R-404."""
    amber, birch = both_up(on_a_line)
    places: dict[str, Place] = {}
    with amber.link() as ours, birch.link() as theirs:
        for file in files().values():
            for link in (ours, theirs):
                link.ask(asking.OfferFormat(file=file.decode()), Sent)
        for name in files():
            ask = asking.SendNotice(format=name, fields=example(name), language="en")
            places[name] = ours.ask(ask, Sent).places[0]
        assert ours.ask(WaitHeld(places=list(places.values()), within_ms=HELD_MS), Waited).held
        agreed = {one.id for one in theirs.ask(asking.AskFormats(), list[asking.FormatRow]) if one.agreed}
        assert agreed == set(files()) and len(agreed) >= 35
        for name, place in places.items():
            row = theirs.ask(asking.AskNotice(place=str(place)), asking.NoticeRow)
            format_ = known_format(theirs.ask(asking.AskFormat(name=row.mark), asking.FormatWhole))
            assert format_ == formats()[name] and row.known and row.agreed, name
            assert row.fields == plain(name), "the codes come as they were written"
            sheet = row.printed["ru"]
            assert format_.title["ru"].upper() in sheet and "КОНЕЦ" in sheet, sheet
            printed = html_of(row, format_, ["ru", "en"], [])
            assert format_.title["ru"] in printed and format_.title["en"] in printed
    path = tmp_path / "launch.pdf"
    birch.here("notice", "print", str(places["launch-1988"]), "--as", "pdf", "--out", str(path))
    assert path.read_bytes().startswith(b"%PDF-1.7")
    assert "Тихий океан" in birch.here("notice", "print", str(places["launch-1988"]), "--in", "ru")
    replayed_alike(amber, birch, tmp_path)


def plain(name: str) -> object:
    """An example as it is given back: one spelling of it."""
    format_ = formats()[name]
    values = compose(format_, example(name)).values
    return json.loads(json.dumps(as_given(Notice(format_.mark, 2026, 1, "en", Relation.NONE, values), format_)))


def declared(story: Story, one: Declaration) -> declaring.SendDeclaration:
    """Units of the story beside the public totals of that day."""
    day, units = day_text(one.as_of), one.tables[2]
    assert units is not None
    with (FACTS / "new-start-totals.csv").open(encoding="utf-8", newline="") as source:
        rows = [one for one in DictReader(source) if (one["as_of"], one["party"]) == (day, "US")]
    csv = {"units": as_csv(story.layout.tables[2], units)}
    for row in rows:  # of 2018 the figures are of 5 February
        given = [(one.name, row[one.name]) for one in story.layout.tables[0].columns if row[one.name].isdigit()]
        csv["totals"] = "\n".join(",".join(cells) for cells in zip(*given, strict=True)) + "\n"
    form = declaring.CheckDeclaration(layout="new-start-data", as_of=day, csv=csv)
    return declaring.SendDeclaration(form=form)


def test_twelve_and_a_half_years_are_replayed_on_a_line_and_every_planted_difference_is_found(
    on_a_line: Line, tmp_path: Path
) -> None:
    """R-416, rule E2: public totals of 25 dates, made-up units and movements, some of them without a notice."""
    amber, birch = both_up(on_a_line)
    story = Story(21)
    assert len(story.declared) == 25 and len({one.kind for one in story.planted}) >= 4
    by_mark = {one.mark: one for one in formats().values()}
    with amber.link() as ours, birch.link() as theirs:
        for link in (ours, theirs):
            link.ask(declaring.OfferLayout(file=layout_files()["new-start-data"].decode()), Sent)
        for name in ("new-start-iii-1", "new-start-iii-2", "new-start-ii-3", "new-start-v"):
            ours.ask(asking.OfferFormat(file=files()[name].decode()), Sent)
        for _ref, notice, _at in story.notices:
            form = by_mark[notice.mark]
            fields = as_given(notice, form)
            ours.ask(asking.SendNotice(format=form.id, fields=fields, language=notice.language), Sent)
        for one in story.declared:
            place = ours.ask(declared(story, one), Sent).places[0]
        assert ours.ask(WaitHeld(places=[place], within_ms=HELD_MS), Waited).held
        for link in (ours, theirs):
            pairs = link.ask(
                declaring.AskReconciliation(layout="new-start-data", all=True), list[declaring.ReconciliationRow]
            )
            assert len(pairs) == len(list(pairwise(story.declared))) and all(one.units for one in pairs)
            found = [(one.after_as_of, difference.unit, kind)
                     for one in pairs for difference in one.differences for kind in difference.kinds]  # fmt: skip
            assert sorted(found) == sorted(planted(one) for one in story.planted), "all, and no false ones"
            assert sum(one.explained for one in pairs) > 200
            asked = [difference for one in pairs for difference in one.differences]
            assert all(one.question["ru"] and one.unit in one.question["en"] for one in asked)
    assert "new-start-data" in birch.here("declare", "list")
    replayed_alike(amber, birch, tmp_path)


def planted(one: Planted) -> tuple[str, str, str]:
    return day_text(one.as_of), one.unit, str(one.kind)
