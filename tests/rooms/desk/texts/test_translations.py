"""How far a translation has come, and by whom; and the points of a checklist."""

from __future__ import annotations

import pytest

from openline.desk import acts
from openline.desk.state import DeskState
from openline.errors import Refused
from openline.limits import TRANSLATIONS_MAX
from tests.rooms.desk.desks import BOB, CYD, DOT, EVE, WORDS, TestDesk

ENTRY = f"1/{'0123456789ab' * 2}/17"
SIGHT, ROUGH, OFFICIAL = range(3)


def test_an_official_translation_is_done_reviewed_and_certified_by_who_may() -> None:
    desk = TestDesk()
    desk.act(acts.Translate(ENTRY, OFFICIAL, "en", "Words."), BOB)
    for step, actor, why in (
        (0, BOB, "another officer"), (1, CYD, "reviewed before"), (1, BOB, "another officer"), (0, EVE, "may not"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=why):
            desk.act(acts.MarkTranslation(ENTRY, 1, step), actor)
    desk.act(acts.MarkTranslation(ENTRY, 1, 0), CYD)
    with pytest.raises(Refused, match="already"):
        desk.act(acts.MarkTranslation(ENTRY, 1, 0), DOT)
    desk.act(acts.MarkTranslation(ENTRY, 1, 1), DOT)
    (one,) = desk.state.translations[ENTRY]
    assert (one.by, one.reviewed_by, one.certified_by, one.version) == (BOB, CYD, DOT, 0)


def test_what_a_program_made_stays_a_programs() -> None:
    desk = TestDesk()
    for stage in (ROUGH, OFFICIAL):
        with pytest.raises(Refused, match="stage sight"):
            desk.act(acts.Translate(ENTRY, stage, "en", "Words.", "mt"), BOB)
    desk.act(acts.Translate(ENTRY, SIGHT, "en", "Words.", "mt"), BOB)
    desk.act(acts.MarkTranslation(ENTRY, 1, 0), CYD)
    with pytest.raises(Refused, match="official translation, done by an officer"):
        desk.act(acts.MarkTranslation(ENTRY, 1, 1), DOT)
    assert desk.state.translations[ENTRY][0].program == "mt"


def test_a_drafts_translation_names_the_version_it_is_of() -> None:
    desk = TestDesk()
    number = desk.draft()
    desk.act(acts.Write(number, 1, 0, 0, WORDS), BOB)
    desk.act(acts.Translate(f"D-{number}", ROUGH, "ru", "Слова."), DOT)
    assert desk.state.translations[f"D-{number}"][0].version == 2
    for of, language, words, why in (
        ("D-9", "ru", "x", "no draft D-9"), ("D-07", "ru", "x", "names no text"), ("../x", "ru", "x", "names no text"),
        ("D-9\n", "ru", "x", "names no text"), (f"D-{number}", "r u", "x", "no language"),
        (ENTRY, "ru", " ", "something"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=why):
            desk.act(acts.Translate(of, ROUGH, language, words), DOT)
    for _ in range(TRANSLATIONS_MAX):
        desk.act(acts.Translate(ENTRY, ROUGH, "en", "x"), DOT)
    with pytest.raises(Refused, match="all that are kept"):
        desk.act(acts.Translate(ENTRY, ROUGH, "en", "x"), DOT)


def test_a_point_is_ticked_for_the_version_that_was_looked_at() -> None:
    desk = TestDesk()
    number = desk.draft()
    desk.act(acts.Return(number, "with a checklist"), CYD)
    desk.act(acts.SetChecklist(number, ("Times in UTC", "Office addressed")), BOB)
    for item in (2, -1):
        with pytest.raises(Refused, match="has 2 points"):
            desk.act(acts.Tick(number, 1, item), BOB)
    with pytest.raises(Refused, match="at version 1"):
        desk.act(acts.Tick(number, 2, 0), BOB)
    desk.act(acts.Tick(number, 1, 0), BOB)
    assert desk.state.drafts[number].ticked == ((0, 1, BOB),)
    desk.act(acts.Write(number, 1, 0, 0, WORDS), BOB)
    draft = desk.state.drafts[number]
    assert draft.checklist == ("Times in UTC", "Office addressed") and draft.ticked == ()
    desk.act(acts.Submit(number, 2), BOB)
    desk.act(acts.LetGo(number, 2), CYD)  # a checklist warns, and holds nothing up
    assert isinstance(desk.state, DeskState)
