"""What all who look at one screen share is made once; their text costs little and hides nothing."""

from __future__ import annotations

import unicodedata
from types import SimpleNamespace
from typing import cast

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from openline.console.screen.asking import Screen
from openline.console.web import rendering
from openline.console.web.rendering import SHARED_MAX, shared, shown


def screen(version: int = 1, now_ms: int = 1, *, withheld: bool = False) -> Screen:
    return cast("Screen", SimpleNamespace(version=version, now_ms=now_ms, withheld=withheld, name="Aurora"))


def test_a_part_is_made_once_for_a_screen_and_language_and_few_are_kept() -> None:
    made: list[str] = []

    def ask(one: Screen, language: str) -> str:
        return str(shared("test", one, language, lambda: Markup(made.append(language) or f"part {len(made)}")))

    assert [ask(screen(), "en"), ask(screen(), "en"), ask(screen(), "ru")] == ["part 1", "part 1", "part 2"]
    assert ask(screen(withheld=True), "en") == "part 3", "what somebody may not see is another part"
    assert [ask(screen(2), "en"), ask(screen(2, 2), "en"), ask(screen(), "en")] == ["part 4", "part 5", "part 1"]
    for version in range(10, 20):
        ask(screen(version), "en")
    assert len(rendering._shared.pop("test")) == SHARED_MAX


@given(st.text(st.sampled_from("aя<&>\n\t é\u0301\u0300\u200b\u200d\u202e\u05d0\u3164\u00ad\u2028\ufeff中")))
def test_what_is_hidden_is_shown_by_its_number_and_nothing_else_changes(text: str) -> None:
    html = str(shown(text))
    for c in html:
        assert c in "\n\t" or unicodedata.category(c) not in rendering._HIDDEN
        assert c not in rendering._INVISIBLE
    if text.isascii():
        assert html == text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert "\u0301" * (rendering._MARKS_IN_A_ROW_MAX + 1) not in html
