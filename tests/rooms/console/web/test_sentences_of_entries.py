"""What the running log and a card say of an entry that is no message, in the language of the page."""

from __future__ import annotations

from random import Random

import pytest

from openline.console.accords.words import words_of_paper
from openline.console.ladder import telling
from openline.console.stating.telling import in_words
from openline.console.wording.sentences import sentence
from openline.contact import saying
from openline.desk.release import Release, Signatory, in_a_line
from openline.desk.signing import ALGORITHMS, KeyNamed, key_in_a_line
from openline.desk.telling.bodies import Office, Offices, Passed, Relation, Understood, Which
from openline.record.entry import KIND_NAMES, Ref
from simulation.accords import _MADE

AT_MS = 1_795_000_000_000
OF = Ref(1, bytes(12), 3)
BOTH = pytest.mark.parametrize("language", ["ru", "ar"])
SAID = (
    saying.Alerted(AT_MS, True), saying.Alerted(AT_MS, False), saying.Refusal(True, "works", "Ann"),
    saying.Refusal(False, "works", "Ann"), saying.HoldingReply(AT_MS, "", "Ann"),
    saying.HoldingReply(AT_MS, "why", "Ann"),
    saying.Suspension(AT_MS, None, "works", "Ann"), saying.Suspension(AT_MS, AT_MS, "works", "Ann"),
    saying.Resumption("", "Ann"), saying.Resumption("now", "Ann"), saying.SilenceRecorded(AT_MS, "", "Ann"),
    saying.SilenceRecorded(AT_MS, "why", "Ann"), saying.SilenceAnswered(True, "", "Ann"),
    saying.SilenceAnswered(False, "why", "Ann"), saying.Drill(True, "", "Ann"), saying.Drill(False, "why", "Ann"),
    saying.Operating("Words", "en", "Ann"),
)  # fmt: skip
TOLD = (
    Understood("so", "en", "Ann", "watch officer"), Passed("DUTY", AT_MS, "by hand", "Ann", "watch officer"),
    *(Relation(which, (OF,), b"", note, "en", ()) for which in Which for note in ("", "why")),
    Offices((Office("DUTY", "Duty", (), "", ""),)),
)  # fmt: skip


def lacks(text: str, language: str) -> bool:
    return 'lang="en"' in sentence(text, language)


@BOTH
def test_statements_and_what_is_told_of_messages(language: str) -> None:
    for said in SAID:
        assert not lacks(in_words(said), language), in_words(said)
    for told in TOLD:
        assert not lacks(telling.in_words(told), language), telling.in_words(told)


@BOTH
def test_releases_and_keys(language: str) -> None:
    people = (Signatory("Ann", "releaser"), Signatory("Ben", "watch officer"))
    made = [in_a_line(Release(bytes(32), people[:count], method, b"")) for count in (1, 2) for method in (0, 1, 2)]
    for given in (True, False):
        for algorithm in range(len(ALGORITHMS)):
            made.append(key_in_a_line(KeyNamed(given, "Ann", "desk.example", algorithm, bytes(64))))
    made += ["opened by Ann, watch officer", "opened by Ann", "service message by Ann"]
    for text in made:
        assert not lacks(text, language), text


@BOTH
@pytest.mark.parametrize("kind", _MADE, ids=[KIND_NAMES[kind] for kind in _MADE])
def test_entries_of_the_accords(kind: int, language: str) -> None:
    for seed in range(30):
        text = words_of_paper(kind, _MADE[kind](Random(seed), OF))
        assert not lacks(text, language), text


def test_a_position_says_each_article() -> None:
    text = f"position on {OF.full_name}: accepts article 3; reserves article 4; comments on article 5; and more"
    told = sentence(text, "ru").striptags()
    assert told.endswith("принимает статью 3; с оговоркой по статье 4; замечание к статье 5; и другое"), told
