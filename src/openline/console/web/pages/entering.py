"""Coming in and going out: sign in with PIN and code, sign out, choose language and colours."""

from __future__ import annotations

from starlette.responses import Response

from openline.console.channel.asking import Nothing
from openline.console.channel.clock import counted_ms
from openline.console.codes import Told
from openline.console.watch import asking
from openline.console.web.visit import Visit
from openline.errors import OpenlineError
from openline.limits import SITTING_MS_MAX


async def sign_in_page(visit: Visit) -> Response:
    """Who comes on."""
    if visit.officer is not None:
        return visit.go("/")
    return visit.page("sign-in.html", name="", problem="", kept={})


async def sign_in(visit: Visit) -> Response:
    """A PIN and the code of this half minute begin a sitting; its token is the cookie."""
    address = visit.request.client.host if visit.request.client else ""
    given = visit.form
    name = given.get("name", "")
    if not visit.pages.tries.may(address, counted_ms()):
        return visit.page("sign-in.html", 429, name=name, problem="often", kept={})
    code = given.get("code", "").replace(" ", "")
    ask = asking.SignIn(name=name, pin=given.get("pin", ""), code=code, source=address[:64])
    try:
        made = await visit.pages.station.ask(ask, asking.SignedIn)
    except OpenlineError as error:
        visit.pages.tries.refused(address, counted_ms())
        problem = "fit" if isinstance(error, Told) and error.code == "OL-404" else "told"
        status = 401 if problem == "fit" else 403
        return visit.page("sign-in.html", status, name=name, problem=problem, kept={}, detail=str(error))
    response = visit.go("/")
    remember(visit, response, made.token)
    return response


def remember(visit: Visit, response: Response, token: str) -> None:
    """Give the browser the sitting: out of reach of scripts, and never sent with a request from elsewhere."""
    response.set_cookie(
        visit.pages.cookie, token, max_age=SITTING_MS_MAX // 1000, path="/", httponly=True, samesite="strict",
        secure=visit.pages.setting.scheme == "https",
    )  # fmt: skip


async def sign_out(visit: Visit) -> Response:
    """End the sitting, here and at the station."""
    await visit.ask(asking.SignOut(), Nothing)
    response = visit.go("/sign-in")
    response.delete_cookie(visit.pages.cookie)
    return response


async def prefer(visit: Visit) -> Response:
    """Language, colours, keys; then the page that was open."""
    chosen = visit.preferences.changed(visit.form)
    response = visit.go(own_path(visit.form.get("back", "")))
    visit.preferences = chosen
    visit.remember_preferences(response)
    return response


def own_path(text: str) -> str:
    """A path of ours to go back to; anything else is the first screen."""
    plain = text.startswith("/") and not text.startswith("//") and "\\" not in text and text.isprintable()
    return text if plain else "/"

