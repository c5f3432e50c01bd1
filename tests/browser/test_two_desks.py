"""One matter between two desks in two browsers, from its receipt to the answer to the answer: acknowledged by one key,
answered with a file, signed by a second officer's security key, read at the other side, read back, answered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from openline.console.channel.asking import Outgoing, Sent
from openline.console.files.asking import AskFiles, Files
from openline.console.watch import asking
from tests.browser.conftest import expect
from tests.browser.test_security_keys import Held, register
from tests.whole.parties import WITHIN_S
from tests.whole.watching import Watch, two_desks

pytestmark = pytest.mark.whole

STAFF = {"Ann": ["custodian", "watch officer"], "Bob": ["drafter"], "Cyd": ["releaser"], "Fay": ["custodian"]}
LIST = b"unit;strength\n1;40\n2;<b>60</b>\n" * 40
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Watch, Watch]]:
    """Amber's desk and Birch's; at both a release takes two."""
    folder = tmp_path_factory.mktemp("desks")
    with two_desks(folder, STAFF) as desks:
        yield desks


@pytest.fixture
def sits(browser: Any) -> Iterator[Callable[..., Any]]:
    """`sits(desk, "Ann", "/")`: an officer's own browser at that desk."""
    contexts = []
    complaints: list[str] = []

    def sit(desk: Watch, name: str, path: str = "/", language: str = "en", **more: Any) -> Any:
        context = browser.new_context(viewport={"width": 1280, "height": 800}, **more)
        contexts.append(context)
        context.set_default_timeout(WITHIN_S * 1000)
        cookies = {desk.cookie: desk.tokens[name], f"openline-preferences-{desk.port}": f"{language}.night.keys"}
        context.add_cookies([{"name": key, "value": value, "url": desk.address} for key, value in cookies.items()])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        page.goto(desk.address + path)
        return page

    yield sit
    for context in contexts:
        context.close()
    assert not complaints


def leaves(desk: Watch, message: Outgoing) -> str:
    """Written by one, released by another; its place."""
    row = desk.ask("Bob", asking.WriteDraft(message=message), asking.DraftRow)
    desk.ask("Bob", asking.SubmitDraft(draft=row.draft, version=1), asking.DraftRow)
    seen = desk.ask("Cyd", asking.AskDraft(draft=row.draft), asking.DraftRow)
    sent = desk.ask("Cyd", asking.ReleaseDraft(draft=row.draft, version=1, code=seen.code), Sent)
    return str(sent.places[0])


def saved(page: Any, button: str = "Save it") -> bytes:
    with page.expect_download() as coming:
        page.get_by_role("link", name=button).first.click()
    return Path(coming.value.path()).read_bytes()


def test_one_matter_from_receipt_to_the_answer_at_two_desks(
    desks: tuple[Watch, Watch], sits: Callable[..., Any], tmp_path: Path
) -> None:
    ours, theirs = desks
    # what came, and one key
    watch = sits(ours, "Ann")
    asked = leaves(theirs, Outgoing(text="How many are you there?", subject="Crossing", precedence="PRIORITY"))
    card = watch.locator("#needs .card", has_text="Crossing")
    expect(card).to_be_visible()
    watch.locator("body").click(position={"x": 3, "y": 3})
    watch.keyboard.press("a")
    expect(watch.locator("#needs")).not_to_contain_text("Crossing")
    # the answer, with a file
    drafter = sits(ours, "Bob", f"/drafts/new?answers={asked}")
    drafter.locator("#text").fill("Two units. The list goes along.")
    drafter.get_by_role("button", name="Keep as a version").click()
    drafter.locator("summary", has_text="Attach a file").click()
    drafter.locator("#file").set_input_files({"name": "список.csv", "mimeType": "text/csv", "buffer": LIST})
    drafter.get_by_role("button", name="Attach it").click()
    files = drafter.locator("section[aria-labelledby=files]")
    expect(files).to_contain_text("список.csv")
    expect(files).to_contain_text("about")
    drafter.get_by_role("link", name="Write the next version").click()
    drafter.locator("#text").fill("Two units, sixty and forty. The list goes along.")
    drafter.get_by_role("button", name="Keep and submit for release").click()
    drafter.wait_for_url(re.compile(r"/drafts/\d+$"))
    expect(files).to_contain_text("список.csv")  # the next version has it too
    # the second officer, elsewhere, by key
    releaser = Held(sits(ours, "Cyd", "/keys"))
    register(ours, releaser, "Cyd")
    page = releaser.page
    page.goto(drafter.url)
    assert saved(page) == LIST
    page.get_by_role("button", name="Sign and release").click()
    expect(page.locator(".facts").first).to_contain_text("signed by the officer's security key")
    answer = page.url.split("/message/")[1].split("?")[0]
    # the other desk has it, and says what it understood
    other = sits(theirs, "Ann")
    card = other.locator("#needs .card", has_text="sixty and forty")
    expect(card).to_be_visible()
    card.get_by_role("button", name="Acknowledge receipt").click()
    expect(other.locator("#needs")).not_to_contain_text("sixty and forty")
    theirs.until(lambda: theirs.ask("Ann", AskFiles(place=answer), Files).files[0].held == len(LIST))
    other.goto(f"{theirs.address}/message/{answer}")
    expect(other.locator(".facts").first).to_contain_text("signed by the officer's security key")
    assert saved(other) == LIST
    copy = tmp_path / "list.csv"
    theirs.desk.run("attachment", "save", answer, "1", "--out", str(copy))
    assert copy.read_bytes() == LIST
    theirs.desk.run("attachment", "save", answer, "1", "--out", str(copy), ok=7)
    other.locator("#understood summary").click()
    other.locator("#text-understood").fill("One hundred at the crossing.")
    other.locator("#understood").get_by_role("button", name="Record it").click()
    expect(other.locator("#ladder + .scroll")).to_contain_text("One hundred at the crossing.")
    # and answers
    leaves(theirs, Outgoing(text="Agreed. We keep to the north.", subject="Re: Crossing", in_reply_to=answer))
    expect(watch.locator("#needs")).to_contain_text("We keep to the north.")
    page.reload()
    ladder = page.locator("#ladder + .scroll")
    expect(ladder).to_contain_text("One hundred at the crossing.")
    expect(ladder).to_contain_text("answered")
    out = tmp_path / "whole.record"
    theirs.desk.run("export", str(out))
    assert "1 are signed by the officer's security key" in theirs.desk.run("verify", str(out)).stdout


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_axe_finds_nothing_on_the_pages_of_keys_and_files(
    desks: tuple[Watch, Watch], sits: Callable[..., Any], language: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    ours, _ = desks
    row = ours.ask("Bob", asking.WriteDraft(message=Outgoing(text="Axe.", subject="Axe")), asking.DraftRow)
    attached = upload(ours, row, "run.exe", b"MZ")
    assert attached.status == 303
    ours.ask("Bob", asking.SubmitDraft(draft=row.draft, version=2), asking.DraftRow)
    ours.post("/keys/invite", "Ann", {"name": "Ann"})
    page = sits(ours, "Cyd", f"/drafts/{row.draft}", language, bypass_csp=True)
    found = []
    for name, path in (("Cyd", f"/drafts/{row.draft}"), ("Ann", "/keys"), ("", "/sign-in")):
        page.context.clear_cookies(name=ours.cookie)
        if name:
            page.context.add_cookies([{"name": ours.cookie, "value": ours.tokens[name], "url": ours.address}])
        page.goto(ours.address + path)
        told = axe.Axe().run(page, options=AXE)
        found += [f"{path}: {one['id']}: {one['nodes'][0]['html'][:160]}" for one in told.response["violations"]]
        page.set_viewport_size({"width": 360, "height": 700})
        if page.evaluate("document.documentElement.scrollWidth") > 360:
            found.append(f"{path} is wider than 360 px")
        page.set_viewport_size({"width": 1280, "height": 800})
    assert not found, "\n".join(found)


def upload(
    desk: Watch, row: asking.DraftRow, name: str, data: bytes, over: int = 1, by: str = "Bob", **more: Any
) -> Any:
    """The form as a browser sends it."""
    edge = "----X"
    token = more.pop("token", None)
    fields = {"token": desk.form_token(by) if token is None else token, "over": str(over)}
    parts = [f'Content-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in fields.items()]
    parts.append(f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: text/plain\r\n\r\n')
    body = "".join(f"--{edge}\r\n{part}" for part in parts).encode() + data + f"\r\n--{edge}--\r\n".encode()
    headers = {"Origin": desk.address, "Content-Type": f"multipart/form-data; boundary={edge}", **more}
    return desk.request("POST", f"/drafts/{row.draft}/attachments", by, body, headers)


def test_a_file_that_cannot_go_along_is_refused_and_the_draft_stays(desks: tuple[Watch, Watch]) -> None:
    ours, _ = desks
    row = ours.ask("Bob", asking.WriteDraft(message=Outgoing(text="With files.")), asking.DraftRow)
    path = f"/drafts/{row.draft}"
    assert upload(ours, row, "a.txt", b"one").status == 303
    for answer, status in (
        (upload(ours, row, "late.txt", b"x", over=1), 403),  # over a version that is no longer the newest
        (upload(ours, row, "a.txt", b"two", over=2), 403),  # a name twice
        (upload(ours, row, "../../etc/passwd", b"x", over=2), 400),
        (upload(ours, row, "", b"x", over=2), 400),
        (upload(ours, row, "x" * 300, b"x", over=2), 400),
        (upload(ours, row, "c.txt", b"x", over=2, by="Cyd"), 303),
        (upload(ours, row, "d.txt", b"x", over=3, token="0" * 32), 403),
        (upload(ours, row, "e.txt", b"x", over=3, Origin="http://evil.example"), 403),
        (upload(ours, row, "f.txt", b"x", over=3, **{"Content-Type": "text/plain"}), 400),
        (upload(ours, row, "g.txt", bytes(17 * 1024 * 1024), over=3), 413),
    ):
        assert answer.status == status, answer.text[-500:]
    now = ours.ask("Bob", asking.AskDraft(draft=row.draft), asking.DraftRow)
    assert (now.version, len(now.attachments)) == (3, 2)
    ours.ask("Bob", asking.SubmitDraft(draft=row.draft, version=3), asking.DraftRow)
    assert ours.post(f"{path}/attachments/1/remove", "Bob", {"over": "2"}).status == 403
    assert ours.post(f"{path}/attachments/1/remove", "Bob", {"over": "3"}).status == 303
    assert ours.ask("Bob", asking.AskDraft(draft=row.draft), asking.DraftRow).stage == "open", "it waits no longer"
    came = ours.get(f"{path}/attachments/1", "Cyd")
    assert came.text == "x" and came.headers["content-disposition"].startswith("attachment;")
    assert came.headers["content-type"] == "application/octet-stream"
    assert came.headers["x-content-type-options"] == "nosniff" and "sandbox" in came.headers["content-security-policy"]
    assert ours.get(f"{path}/attachments/2", "Cyd").status == 404
    assert ours.get(f"{path}/attachments/1").headers["location"] == "/sign-in"


def test_a_release_is_over_the_bytes_of_the_files(desks: tuple[Watch, Watch]) -> None:
    """Another file under the same name is another code; what was read does not release it. R-301"""
    ours, _ = desks
    row = ours.ask("Bob", asking.WriteDraft(message=Outgoing(text="The list.")), asking.DraftRow)
    upload(ours, row, "list.csv", b"1;40")
    ours.ask("Bob", asking.SubmitDraft(draft=row.draft, version=2), asking.DraftRow)
    read = ours.ask("Cyd", asking.AskDraft(draft=row.draft), asking.DraftRow)
    ours.post(f"/drafts/{row.draft}/attachments/1/remove", "Bob", {"over": "2"})
    upload(ours, row, "list.csv", b"1;41", over=3)
    ours.ask("Bob", asking.SubmitDraft(draft=row.draft, version=4), asking.DraftRow)
    assert ours.ask("Cyd", asking.AskDraft(draft=row.draft), asking.DraftRow).code != read.code
    answer = ours.post(f"/drafts/{row.draft}/release", "Cyd", {"version": "4", "code": read.code})
    assert answer.status == 403 and "is another" in answer.text


