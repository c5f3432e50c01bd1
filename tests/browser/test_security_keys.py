"""Security keys in a real browser, over the protocol by which Chromium lets tests hold one: registered by invitation,
used to sign in and to release, and every way in which a key must not help."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from openline.console.channel.asking import Nothing, Outgoing
from openline.console.watch import asking
from openline.console.watch.keys.asking import AskKeys, ConfirmMeans, KeyRow
from tests.browser.conftest import expect
from tests.whole.parties import WITHIN_S, make_parties, open_line
from tests.whole.watching import PIN, ROLES, Watch

pytestmark = pytest.mark.whole

STAFF = {**ROLES, "Fay": ["custodian"], "Gus": ["drafter", "releaser"], "Hal": ["releaser"]}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:
    """Amber's desk, on which a release takes two; Birch need not run."""
    folder = tmp_path_factory.mktemp("keys")
    parties = make_parties(folder, "Amber", "Birch")
    open_line(folder, parties)
    made = Watch(*parties)
    try:
        made.open(**STAFF)
        yield made
    finally:
        for one in parties:
            if one.process is not None:
                one.kill()
        shutil.rmtree(folder, ignore_errors=True)


class Held:
    """A page with a security key in its machine, which is touched at once and knows its holder."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.wire = page.context.new_cdp_session(page)
        self.wire.send("WebAuthn.enable", {"enableUI": False})
        self.plug()

    def plug(self) -> None:
        """A new, empty key instead of the one there was."""
        options = {
            "protocol": "ctap2", "transport": "usb", "hasResidentKey": False, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": True,
        }  # fmt: skip
        self.id = self.wire.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def pull(self) -> list[Any]:
        """Take the key away; what is in it."""
        inside = self.wire.send("WebAuthn.getCredentials", {"authenticatorId": self.id})["credentials"]
        self.wire.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.id})
        return list(inside)

    def put(self, credential: Any) -> None:
        """A copy of what was in another key."""
        self.wire.send("WebAuthn.addCredential", {"authenticatorId": self.id, "credential": credential})


@pytest.fixture
def holding(browser: Any, desk: Watch) -> Iterator[Callable[..., Held]]:
    """`holding("Cyd", "/keys")`: a browser with a security key. What its page complains of fails the test."""
    contexts = []
    complaints: list[str] = []

    def hold(name: str = "", path: str = "/", host: str = "localhost", **more: Any) -> Held:
        address = f"http://{host}:{desk.port}"
        context = browser.new_context(viewport={"width": 1280, "height": 800}, **more)
        contexts.append(context)
        context.set_default_timeout(WITHIN_S * 1000)
        if name:
            context.add_cookies([{"name": desk.cookie, "value": desk.tokens[name], "url": address}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        made = Held(page)
        page.goto(address + path)
        return made

    yield hold
    for context in contexts:
        context.close()
    assert not complaints


def invite(desk: Watch, name: str) -> None:
    assert desk.post("/keys/invite", "Ann", {"name": name}).headers["location"] == "/keys"


def register(desk: Watch, held: Held, name: str, label: str = "blue") -> None:
    """By invitation, in a sitting of their own."""
    invite(desk, name)
    page = held.page
    page.goto(f"{desk.address}/keys")
    page.locator("#own-label").fill(label)
    page.get_by_role("button", name="Register the key").first.click()
    expect(page.locator(".done")).to_contain_text("The key is registered")
    expect(page.locator("main")).to_contain_text("releases nothing until")
    desk.ask("Fay", ConfirmMeans(name=name), asking.DeskRow)  # what one custodian gave


def sign_in(desk: Watch, held: Held, name: str) -> None:
    """Out, and in with the key."""
    held.page.context.clear_cookies()
    held.page.goto(f"{desk.address}/sign-in")
    held.page.locator("#key-name").fill(name)
    held.page.get_by_role("button", name="Sign in with the key").click()


def submitted(desk: Watch, text: str, by: str = "Bob") -> asking.DraftRow:
    """A draft that waits for its release."""
    made = desk.ask(by, asking.WriteDraft(message=Outgoing(text=text, subject="Talks")), asking.DraftRow)
    row = desk.ask(by, asking.SubmitDraft(draft=made.draft, version=made.version), asking.DraftRow)
    assert isinstance(row, asking.DraftRow)
    return row


def says(held: Held) -> Any:
    return expect(held.page.locator(".key-says").first)


def sign(held: Held) -> None:
    held.page.get_by_role("button", name="Sign and release").click()


def test_a_key_is_registered_by_invitation_opens_a_sitting_and_signs_a_release(
    desk: Watch, holding: Callable[..., Held], tmp_path: Path
) -> None:
    """R-306 to R-309, from the custodian's invitation to what `verify` says."""
    held = holding("Cyd", "/keys")
    expect(held.page.locator("main")).to_contain_text("ask a custodian to invite you")
    register(desk, held, "Cyd")
    expect(held.page.locator("main")).to_contain_text("ask a custodian to invite you")  # one invitation, one key
    sign_in(desk, held, "Cyd")
    expect(held.page.locator(".self")).to_contain_text("Cyd")
    row = submitted(desk, "Signed by its releaser.")
    held.page.goto(f"{desk.address}/drafts/{row.draft}")
    sign(held)
    expect(held.page.get_by_role("status").first).to_contain_text("Released and recorded")
    facts = held.page.locator(".facts").first
    expect(facts).to_contain_text("signed by the officer's security key · Bob (drafter), Cyd (releaser)")
    place = held.page.url.split("/message/")[1].split("?")[0]
    assert "signed by the officer's security key" in desk.desk.run("show", place).stdout
    other = submitted(desk, "Released by PIN and code.")
    held.page.goto(f"{desk.address}/drafts/{other.draft}")
    held.page.get_by_role("button", name=re.compile("^Release: it leaves")).click()
    expect(facts).to_contain_text("attested by the station, not signed by the officer")
    out = tmp_path / "whole.record"
    desk.desk.run("export", str(out))
    said = desk.desk.run("verify", str(out), "--entries").stdout
    assert "1 releases are its station's word" in said and "1 are signed by the officer's security key" in said


def test_whoever_wrote_it_releases_nothing_with_any_key(desk: Watch, holding: Callable[..., Held]) -> None:
    """The same officer, and so the same sitting: no form on the page, and none behind it. R-302"""
    held = holding("Gus", "/keys")
    register(desk, held, "Gus")
    row = submitted(desk, "My own.", by="Gus")
    held.page.goto(f"{desk.address}/drafts/{row.draft}")
    expect(held.page.locator(".release")).to_contain_text("takes two persons")
    assert held.page.locator("form[data-key]").count() == 0
    status = held.page.evaluate(
        """async (draft) => (await fetch(`/api/v1/drafts/${draft}/release/challenge`, {method: "POST",
        headers: {"content-type": "application/json", "if-match": "*", "idempotency-key": "own"},
        body: JSON.stringify({version: 1, code: "0000 0000"})})).status""",
        row.draft,
    )
    assert status == 403


def test_a_draft_that_changes_under_the_signature_does_not_leave(desk: Watch, holding: Callable[..., Held]) -> None:
    """Between what the key is given to sign and what it signed, somebody writes the next version. R-307"""
    held = holding("Gus", "/keys")
    row = submitted(desk, "We agree to ten.")
    register(desk, held, "Gus", "red")

    def meanwhile(route: Any) -> None:
        newer = asking.WriteDraft(message=Outgoing(text="We agree to a hundred."), draft=row.draft, over=1)
        made = desk.ask("Bob", newer, asking.DraftRow)
        desk.ask("Bob", asking.SubmitDraft(draft=made.draft, version=made.version), asking.DraftRow)
        route.continue_(headers={**route.request.headers, "if-match": "*"})

    held.page.route("**/release/key", meanwhile)
    held.page.goto(f"{desk.address}/drafts/{row.draft}")
    sign(held)
    says(held).to_contain_text("OL-")
    assert desk.ask("Bob", asking.AskDraft(draft=row.draft), asking.DraftRow).stage == "submitted"


def test_a_copied_key_is_found_out_by_its_count(desk: Watch, holding: Callable[..., Held]) -> None:
    held = holding("Gus", "/keys")
    register(desk, held, "Gus", "green")
    sign_in(desk, held, "Gus")
    expect(held.page.locator(".self")).to_contain_text("Gus")
    (credential,) = held.pull()
    held.plug()
    held.put({**credential, "signCount": 0})
    sign_in(desk, held, "Gus")
    says(held).to_contain_text("OL-405")
    expect(held.page).to_have_url(re.compile("/sign-in$"))


def test_a_key_of_this_desk_does_nothing_at_another_name(desk: Watch, holding: Callable[..., Held]) -> None:
    """By its number the same desk is another place to a browser, and no key is asked."""
    held = holding("", "/sign-in", host="127.0.0.1")
    held.page.locator("#key-name").fill("Gus")
    held.page.get_by_role("button", name="Sign in with the key").click()
    says(held).to_contain_text("open under another name")


def test_a_key_that_was_taken_away_opens_and_signs_nothing(desk: Watch, holding: Callable[..., Held]) -> None:
    held = holding("Hal", "/keys")
    register(desk, held, "Hal", "lost")
    row = submitted(desk, "Too late.")
    held.page.goto(f"{desk.address}/drafts/{row.draft}")
    expect(held.page.get_by_role("button", name="Sign and release")).to_be_visible()
    (lost,) = [one.credential for one in desk.ask("Ann", AskKeys(), list[KeyRow]) if one.officer == "Hal"]
    assert desk.post("/keys/revoke", "Ann", {"credential": lost, "remark": "lost"}).status == 303
    expect(held.page).to_have_url(re.compile("/sign-in$"))  # the sittings of whoever lost a key end with it
    sign_in(desk, held, "Hal")
    says(held).to_contain_text("No key of that officer")
    desk.sign_in("Hal")
    page = desk.get(f"/drafts/{row.draft}", "Hal").text
    assert "No security key of yours" in page and 'data-key="get"' not in page
    assert desk.ask("Bob", asking.AskDraft(draft=row.draft), asking.DraftRow).stage == "submitted"


def test_a_browser_without_keys_and_a_page_without_script_say_so(desk: Watch, holding: Callable[..., Held]) -> None:
    """And PIN and code open the desk all the same."""
    page = holding("", "/sign-in", java_script_enabled=False).page
    expect(page.locator(".key-off")).to_contain_text("Security keys need script")
    assert not page.get_by_role("button", name="Sign in with the key").is_visible()
    page.locator("#name").fill("Eve")
    page.locator("#pin").fill(PIN)
    page.locator("#code").fill(desk.code("Eve"))
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator(".self")).to_contain_text("Eve")
    held = holding()
    held.page.add_init_script("delete window.PublicKeyCredential")
    held.page.goto(f"{desk.address}/sign-in")
    says(held).to_contain_text("This browser knows no security keys")


def test_where_a_release_takes_a_key_no_form_offers_a_code(desk: Watch, holding: Callable[..., Held]) -> None:
    held = holding("Cyd", "/keys")
    register(desk, held, "Cyd", "second")
    assert desk.post("/keys/demand", "Ann", {"keys": "1"}).status == 303
    row = submitted(desk, "Only with a key.")
    held.page.goto(f"{desk.address}/drafts/{row.draft}")
    expect(held.page.locator(".release")).to_contain_text("a PIN and a code are not enough")
    assert held.page.get_by_role("button", name=re.compile("^Release: it leaves")).count() == 0
    sign(held)
    expect(held.page.get_by_role("status").first).to_contain_text("Released and recorded")
    assert desk.post("/keys/demand", "Ann", {"keys": "0"}).status == 303
    assert "Ann asks" in desk.get("/keys", "Fay").text
    desk.ask("Ann", asking.GiveRoles(name="Hal", roles=["releaser", "auditor"]), Nothing)
    desk.sign_in("Hal")
    refused = desk.post("/custodian/agree", "Hal")  # whom nobody has confirmed since
    assert refused.status == 403 and "had roles, PIN or key from Ann" in refused.text
    assert desk.post("/custodian/agree", "Fay").status == 303
    assert "It does not: a PIN and a code are enough" in desk.get("/keys", "Ann").text
