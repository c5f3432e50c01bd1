"""A watch for tests of screens: two parties on a line, officers at one desk, its pages as the process they are."""

from __future__ import annotations

import base64
import http.client
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlparse

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from openline.console.channel.asking import Nothing
from openline.console.watch import asking
from tests.ports import free_port
from tests.whole.parties import WITHIN_S, Desk, make_parties, open_line
from tests.whole.parties import until as wait_until

PIN: Final = "481516"
STEP_S: Final = 30
ROLES: Final = {
    "Ann": ["custodian", "watch officer"], "Bob": ["drafter"], "Cyd": ["releaser"], "Dee": ["engineer"],
    "Eve": ["auditor"],
}  # fmt: skip


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    text: str
    cookies: dict[str, str]


@dataclass
class Watch:
    """One staffed desk. `tokens`: a sitting of each officer, begun over the control channel."""

    desk: Desk
    other: Desk | None = None
    port: int = field(default_factory=free_port)
    seeds: dict[str, bytes] = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def cookie(self) -> str:
        return f"openline-{self.port}"

    @property
    def host(self) -> str:
        return f"localhost:{self.port}"

    @property
    def address(self) -> str:
        return f"http://{self.host}"

    def open(self, **staff: list[str]) -> None:
        """Start the station with its pages, enrol and sign in everybody, and let a release take two."""
        path = self.desk.home / "station.toml"
        path.write_text(path.read_text() + f'[desk]\nlisten = "127.0.0.1:{self.port}"\n')
        self.desk.start()
        self.staff(staff or ROLES)
        with self.desk.link() as link:
            link.ask(asking.SetPolicy(persons=2, sitting=self.tokens["Ann"]), Nothing)
        self.wait_up()

    def staff(self, staff: dict[str, list[str]]) -> None:
        """Enrol and sign in everybody, Ann first."""
        for name, roles in staff.items():
            with self.desk.link() as link:
                sitting = self.tokens.get("Ann", "")
                made = link.ask(asking.EnrolOfficer(name=name, roles=roles, pin=PIN, sitting=sitting), asking.Enrolled)
            self.seeds[name] = base64.b32decode(parse_qs(urlparse(made.address).query)["secret"][0])
            self.sign_in(name)

    def answers(self) -> bool:
        """Whether the pages answer now."""
        try:
            return self.get("/sign-in").status == 200
        except (OSError, http.client.HTTPException):
            return False

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait for a fact."""
        try:
            wait_until(holds, "what is waited for")
        except AssertionError as never:
            raise AssertionError(self.desk.log.read_text()[-3000:]) from never

    def wait_up(self) -> None:
        """Until the pages answer."""
        self.until(self.answers)

    def code(self, name: str) -> str:
        """A code that was not used yet: of this step or the next."""
        step = max(int(time.time()) // STEP_S, self.steps.get(name, 0) + 1)
        while step > int(time.time()) // STEP_S + 1:
            time.sleep(0.2)
        self.steps[name] = step
        return TOTP(self.seeds[name], 6, SHA1(), STEP_S).generate(step * STEP_S).decode()

    def sign_in(self, name: str) -> str:
        """Another sitting of an officer, over the control channel."""
        with self.desk.link() as link:
            made = link.ask(asking.SignIn(name=name, pin=PIN, code=self.code(name)), asking.SignedIn)
        self.tokens[name] = made.token
        return made.token

    def ask(self, name: str, request: Any, answer: Any) -> Any:
        """Ask the station in an officer's sitting."""
        with self.desk.link() as link:
            request.sitting = self.tokens.get(name, "")
            return link.ask(request, answer)

    # ---------------------------------------------------------------- as a browser would
    def get(self, path: str, name: str = "", **headers: str) -> Answer:
        return self.request("GET", path, name, None, _named(headers))

    def post(self, path: str, name: str = "", form: dict[str, str] | None = None, **headers: str) -> Answer:
        """A form, with the token of the sitting as a page would have it, unless the form says another."""
        given = dict(form or {})
        if name and "token" not in given:
            given["token"] = self.form_token(name)
        headers = {"Origin": self.address, "Sec-Fetch-Site": "same-origin", **_named(headers)}
        return self.request("POST", path, name, urlencode(given).encode(), headers)

    def form_token(self, name: str) -> str:
        found = re.search(r'name="token" value="([0-9a-f]+)"', self.get("/", name).text)
        assert found is not None
        return found[1]

    def headers(self, name: str) -> dict[str, str]:
        """What a browser of that officer sends with everything."""
        return {"Host": self.host, **({"Cookie": f"{self.cookie}={self.tokens[name]}"} if name else {})}

    def request(self, method: str, path: str, name: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WITHIN_S)
        given = {**self.headers(name), **headers}
        if body is not None:
            given.setdefault("Content-Type", "application/x-www-form-urlencoded")
        given = {key: value for key, value in given.items() if value}
        try:
            link.request(method, path, body, given)
            came = link.getresponse()
            text = came.read().decode("utf-8", "replace")
        finally:
            link.close()
        cookies = [one.split(";")[0].partition("=") for one in came.headers.get_all("set-cookie") or []]
        plain = {key.lower(): value for key, value in came.headers.items()}
        return Answer(came.status, plain, text, {key: value for key, _, value in cookies})


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {key.replace("_", "-"): value for key, value in headers.items()}


@contextmanager
def two_desks(folder: Path, staff: dict[str, list[str]]) -> Iterator[tuple[Watch, Watch]]:
    """Amber's desk and Birch's on one line, with the same officers; all of it is gone afterwards."""
    amber, birch = make_parties(folder, "Amber", "Birch")
    open_line(folder, [amber, birch])
    ours, theirs = Watch(amber, birch), Watch(birch, amber)
    try:
        ours.open(**staff)
        theirs.open(**staff)
        yield ours, theirs
    finally:
        for one in (amber, birch):
            if one.process is not None:
                one.kill()
        shutil.rmtree(folder, ignore_errors=True)
