"""Alarms, refusals of a release and what is declared, as the station makes them, in the language of the page."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from openline.console.alarm.needs import Need, Waiting, causes_of
from openline.console.contact.rings import _clock, _missed, _standby, _what_to_do
from openline.console.wording.sentences import sentence
from openline.desk.acts import Meeting, release_refusal
from openline.desk.alarms import Cause, Kind, Priority, _fitting
from openline.limits import ALARMS_MAX
from openline.record.entry import Ref

STATE = SimpleNamespace(roster=SimpleNamespace(parties=[SimpleNamespace(name="A"), SimpleNamespace(name="<b>B")]))
BOTH = pytest.mark.parametrize("language", ["ru", "ar"])


def bare(page: str) -> str:
    return re.sub(r"<[^>]+>", "", page)


@BOTH
def test_what_waits_for_an_officer(language: str) -> None:
    for now_ms in (0, 120_000):
        need = Need(Ref(1, bytes(12), 3), 3, now_ms > 0, 0)
        (cause,) = causes_of(Waiting([need]), STATE, [60_000] * 4, now_ms)  # type: ignore[arg-type]
        made = sentence(cause.text, language)
        assert 'lang="en"' not in made and "&lt;b&gt;B" in made and "<b>" not in made
        assert ("EXERCISE" in made) == cause.exercise
        assert "01 0001:00Z JAN 1970" in bare(made)
    *_, more = causes_of(Waiting([need], 3), STATE, [60_000] * 4, 0)  # type: ignore[arg-type]
    beyond = _fitting([Cause(str(n), Kind.LINE, Priority.LOW, "") for n in range(ALARMS_MAX + 1)])[-1]
    for one in (more, beyond):
        assert 'lang="en"' not in sentence(one.text, language)
    due = "answer: Borealis 48dc-19, overdue since 23 0242:47Z NOV 26; falls to releaser or watch officer"
    assert bare(sentence(due, "ru")) == (
        "ответить: Borealis 48dc-19, просрочено с 23 0242:47Z NOV 26; ответственный: выпускающий или вахтенный"
    )
    silence = "record their silence, or give them time: Aurora e0f3-6, overdue since 23 0304:37Z NOV 26"
    assert 'lang="en"' not in sentence(due, language)
    assert "give them time" not in sentence(silence, language)


@BOTH
def test_contact_clocks_and_bearers(language: str) -> None:
    made = [
        "silent since 23 0242:47Z NOV 26: nothing proves that B is there",
        "B was never heard since this station started; ask them by another way whether their station runs",
        *(_standby("hf", at_ms) for at_ms in (5,)),
        "nobody listens since 23 0242:47Z NOV 26: alarms are on screens only; start the annunciator",
        "the tone was not heard; look at the loudspeaker, then test the alarm again",
        "test tone for Moreau, who has the watch; "
        "say on the page Alarms, or with `openline alarm sound heard`, whether you hear it",
        "we have left this line; nothing new is recorded here",
        "contact SUSPENDED by B from 23 0242Z NOV 26 with no end named: maintenance",
        "no annunciator has listened yet", "hf moves no bytes at this end, not proved for 5 min",
    ]  # fmt: skip
    for down in ([], [SimpleNamespace(name="hf", seen="down")]):
        made.append(_what_to_do(SimpleNamespace(bearers=down)))  # type: ignore[arg-type]
    for off_ms in (-600_000, 600_000):
        made.append(_clock("B", SimpleNamespace(clock_off_ms=off_ms)))  # type: ignore[arg-type]
    for age_ms in (None, 120_000):
        made.append(_missed("B", 5, SimpleNamespace(signed_age_ms=age_ms)))  # type: ignore[arg-type]
    for text in made:
        assert text and 'lang="en"' not in sentence(text, language), text


@BOTH
def test_why_a_release_is_not_given(language: str) -> None:
    for met in (Meeting(True, True, True), Meeting(True, False, True)):
        refusal = release_refusal(met)
        assert refusal is not None and 'lang="en"' not in sentence(refusal, language)


def test_what_fits_no_pattern_is_marked_as_english() -> None:
    assert sentence("the disk is on fire", "ru") == '<span lang="en" dir="ltr">the disk is on fire</span>'
    assert sentence("FLASH", "en") == "FLASH"
