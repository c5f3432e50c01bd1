"""What stands before every page: the names, the origins, the bounds, the headers; and the table, role by route."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from openline.console.placing import Address
from openline.console.web import rendering, routes, safety
from openline.console.web.app import make_app
from openline.console.web.desk import ADDRESSES_MAX, TRIES_MAX, TRIES_SPAN_MS, Pages, Tries
from openline.console.web.line import Station
from openline.console.web.pages.drafting import whole
from openline.console.web.preferences import Preferences, read
from openline.console.web.setting import Setting
from openline.desk.people import ALLOWED, Act, Role
from openline.errors import Misconfigured

NAMES = frozenset(("localhost:8443",))


def answer(method: str = "GET", body: bytes = b"", path: str = "/", **headers: str) -> tuple[int, dict[str, str]]:
    """What the outermost layer answers for a request, with an application behind it that reads all of the body."""
    given = {"host": "localhost:8443", **{name.replace("_", "-"): value for name, value in headers.items()}}
    scope: dict[str, Any] = {
        "type": "http", "method": method, "path": path,
        "headers": [(name.encode(), value.encode()) for name, value in given.items() if value],
    }  # fmt: skip
    sent: list[Any] = []
    chunks = [body[i : i + 10] for i in range(0, len(body), 10)] or [b""]

    async def receive() -> Any:
        return {"type": "http.request", "body": chunks.pop(0), "more_body": bool(chunks)}

    async def send(message: Any) -> None:
        sent.append(message)

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    asyncio.run(safety.Safety(app, NAMES, "http", 100)(scope, receive, send))
    return sent[0]["status"], {name.decode(): value.decode() for name, value in sent[0]["headers"]}


OURS = {"origin": "http://localhost:8443", "sec_fetch_site": "same-origin"}


@pytest.mark.parametrize("host", ["evil.example", "localhost", "localhost:1", "", "localhost:8443.evil.example"])
def test_by_another_name_nothing_is_answered(host: str) -> None:
    assert answer(host=host)[0] == 421


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (OURS, 200),
        ({"origin": "http://localhost:8443"}, 200),
        ({"sec_fetch_site": "same-origin"}, 200),
        ({}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "https://localhost:8443"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({**OURS, "sec_fetch_site": "same-site"}, 403),
        ({**OURS, "sec_fetch_site": "none"}, 403),
        ({"authorization": "Bearer 00"}, 200),
        ({"authorization": "Bearer 00", "origin": "http://evil.example"}, 403),
    ],
)
def test_what_changes_something_comes_from_a_page_of_ours(headers: dict[str, str], status: int) -> None:
    assert answer("POST", **headers)[0] == status


def test_a_body_is_bounded_whatever_its_length_says() -> None:
    assert answer("POST", b"x" * 100, **OURS)[0] == 200
    assert answer("POST", b"x" * 101, **OURS)[0] == 413
    assert answer("POST", b"", content_length="101", **OURS)[0] == 413
    assert answer("POST", b"", content_length="-1", **OURS)[0] == 413


@pytest.mark.parametrize("host", ["localhost:8443", "evil.example"])
def test_every_answer_carries_every_header(host: str) -> None:
    _status, headers = answer(host=host)
    assert set(safety.HEADERS) <= set(headers)
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy and "*" not in policy and "data:" not in policy and "http" not in policy


def test_the_token_of_a_form_is_of_its_sitting_alone() -> None:
    assert safety.token_fits("a", safety.token_of("a"))
    assert not safety.token_fits("b", safety.token_of("a"))
    assert not safety.token_fits("a", "") and not safety.token_fits("a", "\udcff")


@pytest.mark.parametrize("role", [None, *Role], ids=str)
@pytest.mark.parametrize("row", routes.TABLE, ids=lambda row: f"{row.method} {row.path}")
def test_a_route_is_open_to_those_whose_act_it_is(role: Role | None, row: routes.Row) -> None:
    """A second reading of the table: from the acts of people, not from `lets`."""
    if row.who is routes.To.ANYBODY:
        expected = True
    elif row.who is routes.To.OFFICERS:
        expected = role is not None
    else:
        assert isinstance(row.who, Act)
        expected = role in ALLOWED[row.who]
    assert routes.lets(row, None if role is None else frozenset((role,))) is expected
    assert row.method in ("GET", "POST")
    open_to_all = ("/sign-in", "/preferences")
    assert (row.who is routes.To.ANYBODY) == row.path.startswith(open_to_all), "a new page open to anybody"


def test_no_route_is_there_twice() -> None:
    assert len({(row.method, row.path) for row in routes.TABLE}) == len(routes.TABLE)


HOSTILE = [
    ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
    ("a\u202eb", 'a<span class="hidden" dir="ltr">U+202E</span>b'),
    ("a\u200bb", 'a<span class="hidden" dir="ltr">U+200B</span>b'),
    ("x\x00y", 'x<span class="hidden" dir="ltr">U+0000</span>y'),
    ("\U000e0041", '<span class="hidden" dir="ltr">U+E0041</span>'),
    ("می\u200cخواهم", 'می<span class="hidden joiner" dir="ltr">U+200C</span>خواهم'),
    ("two\nlines", "two\nlines"),
    ("й é", "й é"),
]


@pytest.mark.parametrize(("text", "there"), HOSTILE)
def test_hostile_text_is_shown_and_not_obeyed(text: str, there: str) -> None:
    assert str(rendering.shown(text)) == there


def test_marks_do_not_climb_over_other_lines() -> None:
    assert str(rendering.shown("a" + "\u0301" * 200)).count("U+0301") == 196


@pytest.mark.parametrize("cookie", ["", "xx.night.keys", "ru.night", "ru.night.keys.more", "ru/../.night.keys"])
def test_preferences_have_one_spelling(cookie: str) -> None:
    assert read(cookie, "") == Preferences()
    assert read(str(Preferences("ar", "contrast", False)), "") == Preferences("ar", "contrast", False)
    assert read("", "uk, ru;q=0.8, en") == Preferences("ru")


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [
        (Setting(Address("0.0.0.0", 8443)), "beyond this machine"),
        (Setting(Address("192.0.2.1", 8443)), "beyond this machine"),
        (Setting(Address("127.0.0.1", 8443), certificate=rendering._HERE), "together"),  # type: ignore[arg-type]
    ],
)
def test_nothing_is_served_where_it_could_be_read_on_its_way(setting: Setting, complaint: str) -> None:
    with pytest.raises(Misconfigured, match=complaint):
        setting.check()


def test_an_instant_reads_left_to_right_in_a_page_of_any_direction() -> None:
    """Reordered, `22 1005:31Z NOV 26` reads as another day."""
    words = '{{ _("STALE SINCE %(when)s – use the telephone card", when=at|dtg) }}'
    said = rendering.templates("ar").from_string(words)
    assert '<bdi dir="ltr">22 1005:31Z NOV 26</bdi>' in said.render(at=1_795_341_931_204)


def test_who_has_many_addresses_does_not_keep_everybody_else_from_signing_in() -> None:
    """Refusals from many addresses, also long ago, are forgotten in order; one address is still held back."""
    tries = Tries()
    for number in range(3 * ADDRESSES_MAX):
        tries.refused(f"2001:db8::{number:x}", 0)
    assert tries.may("192.0.2.1", 1) and len(tries._at) == ADDRESSES_MAX
    for _ in range(TRIES_MAX):
        assert tries.may("192.0.2.1", 1)
        tries.refused("192.0.2.1", 1)
    assert not tries.may("192.0.2.1", TRIES_SPAN_MS) and tries.may("192.0.2.1", 1 + TRIES_SPAN_MS)
    assert tries.may("192.0.2.2", 1)


@pytest.mark.parametrize("digits", [1_900, 4_301, 60_000])
def test_no_number_in_an_address_is_too_long_for_an_answer(digits: int) -> None:
    """Before anybody is signed in: `int` takes 4,300 digits and no more."""
    outer = make_app(Pages(Station(Path("/nowhere")), Setting(Address("127.0.0.1", 8443)), 8443, "line"))
    for path in (f"/icon/{'9' * digits}.svg", f"/drafts/{'9' * digits}"):
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any, sent: list[Any] = sent) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "root_path": "",
                 "scheme": "http", "headers": [(b"host", b"localhost:8443")]}  # fmt: skip
        asyncio.run(outer(scope, receive, send))
        assert sent[0]["status"] in (200, 303, 414)


@pytest.mark.parametrize("text", ["", "-1", "1" * 10, "9" * 5_000, "\u0661", "1.0", " 1", "abc", "\u00b2"])
def test_what_is_no_number_of_a_form_is_none(text: str) -> None:
    assert whole(text) is None
    assert whole("0") == 0 and whole("999999999") == 999_999_999
