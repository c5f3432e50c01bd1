"""A draft of a notice: in which language its text is, is said where it has a text, and nowhere else."""

from __future__ import annotations

from openline.accord.formats.notice import Notice, Relation, compose, encode_notice
from openline.console.accords.library import formats
from openline.console.watch.drafts import language_of


def test_the_language_of_a_notice_is_that_of_its_free_text_and_of_codes_there_is_none() -> None:
    wishes, exercise = formats()["goodwill"], formats()["exercise-1989"]
    text = compose(wishes, {"subject": "Привет", "text": "Всего доброго."}).values
    assert language_of(encode_notice(Notice(wishes.mark, 2026, 1, "ru", Relation.NONE, text))) == "ru"
    coded = compose(exercise, {"start_date": "2030-09-01"}).values
    assert language_of(encode_notice(Notice(exercise.mark, 2026, 1, "", Relation.NONE, coded))) == ""
