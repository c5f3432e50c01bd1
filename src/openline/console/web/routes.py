"""The one table of what can be asked of the desk's pages, by what method, and who may: a test walks role by route.

The station decides every act again, by its own table (`watch.doors`); this one decides what a page shows at all.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Final, NamedTuple

from starlette.responses import Response

from openline.console.web.pages import entering
from openline.console.web.visit import Visit
from openline.desk.people import ALLOWED, Act, Role

Page = Callable[[Visit], Awaitable[Response]]


class To(Enum):
    """For whom a page is, where no act of an officer decides it."""

    ANYBODY = "anybody"  # nobody needs to be signed in
    OFFICERS = "officers"  # whoever is signed in


class Row(NamedTuple):
    """One page or act. `path` as starlette spells it."""

    method: str
    path: str
    who: Act | To
    page: Page


TABLE: Final[tuple[Row, ...]] = (
    Row("GET", "/sign-in", To.ANYBODY, entering.sign_in_page),
    Row("POST", "/sign-in", To.ANYBODY, entering.sign_in),
    Row("POST", "/sign-out", To.OFFICERS, entering.sign_out),
    Row("POST", "/preferences", To.ANYBODY, entering.prefer),
    Row("GET", "/", To.OFFICERS, entering.first),
)


def lets(row: Row, roles: frozenset[Role] | None) -> bool:
    """Whether a row is open to somebody with these roles; None: nobody is signed in."""
    if row.who is To.ANYBODY:
        return True
    if roles is None:
        return False
    return row.who is To.OFFICERS or bool(ALLOWED[row.who] & roles)
