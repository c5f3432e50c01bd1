"""A duty on the screen says what it is about, and leads there: a sheet of them is of use to whoever takes over."""

from __future__ import annotations

import pytest

from openline.console.screen.cards import due_row
from openline.desk.due import Due, What

PLACE = "1/0123456789ab0123456789ab/7"
CAUSE = "1/0123456789ab0123456789ab/3"


@pytest.mark.parametrize(
    ("due", "about", "cause"),
    [
        (Due(PLACE, What.ANSWER, 9, "record"), "Birch 89ab-7", PLACE),
        (Due("D-12", What.RELEASE, 9, "desk"), "D-12", ""),
        (Due("watch", What.RELIEF, 9, "desk"), "", ""),
        (Due("line", What.LINK_TEST, 9, "line"), "", ""),
        (Due("ROUND-4 2026-11-25 1dcc78ed", What.SEND_NOTICE, 9, "accords", cause=CAUSE), "ROUND-4", CAUSE),
        (Due("offer 1-11 2026-11-29 fad4e92f", What.OFFER_ENDS, 9, "accords", cause=CAUSE), "offer 1-11", CAUSE),
    ],
    ids=lambda one: one.subject if isinstance(one, Due) else None,
)
def test_it_is_called_as_people_call_it(due: Due, about: str, cause: str) -> None:
    row = due_row(due, 0, lambda name: f"Birch 89ab-{name.rsplit('/', 1)[1]}")
    assert (row.about, row.cause, row.subject) == (about, cause, due.subject)
