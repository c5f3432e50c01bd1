"""The desk's pages over real sockets: a real station, its pages as the process they are, what a browser would send."""

from __future__ import annotations

import contextlib
import datetime
import html
import http.client
import json
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from openline.console.channel.asking import Outgoing, Send, Sent
from openline.console.ladder.asking import OfficesSet, SetOffices
from openline.console.ladder.rows import OfficeRow
from openline.console.templates.asking import AskTemplates, TemplateRow
from openline.console.watch import asking
from openline.console.web import safety
from openline.console.web.routes import TABLE, lets
from openline.desk.people import Role
from openline.desk.texts.precleared import Field, FieldKind, Notice, encode_notice
from tests.whole.parties import WITHIN_S, make_parties, open_line
from tests.whole.watching import PIN, ROLES, Watch

pytestmark = pytest.mark.whole

HOSTILE = "Pay <script>alert(1)</script><img src=x onerror=alert(1)> zero\u200bwidth {{ 7*7 }}"
NOWHERE = "1/0123456789ab0123456789ab/1"


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:
    """Amber's desk with officers and pages, Birch at the other end."""
    folder = tmp_path_factory.mktemp("watch")
    amber, birch = make_parties(folder, "Amber", "Birch")
    open_line(folder, [amber, birch])
    made = Watch(amber, birch)
    try:
        birch.start()
        made.open()
        yield made
    finally:
        for desk in (amber, birch):
            if desk.process is not None:
                desk.kill()


def from_birch(watch: Watch, text: str, **more: object) -> str:
    """A message of theirs that has come; where its page is."""
    assert watch.other is not None
    with watch.other.link() as link:
        (place,) = link.ask(Send(messages=[Outgoing(text=text, **more)]), Sent).places  # type: ignore[arg-type]
    path = f"/message/{place}"
    watch.until(lambda: watch.get(path, "Ann").status == 200)
    return path


def path_of(path: str) -> str:
    """A path of the table with something in each place."""
    made = path.replace("{party}/{generation}/{index}", NOWHERE).replace("{draft:int}", "99")
    return made.replace("{act}", "hold").replace("{number:int}", "1")


def test_signing_in_gives_a_cookie_that_scripts_cannot_read_and_signing_out_ends_it(watch: Watch) -> None:
    wrong = watch.post("/sign-in", form={"name": "Eve", "pin": "000000", "code": watch.code("Eve")})
    assert wrong.status == 401 and "do not fit together" in wrong.text and not wrong.cookies
    page = watch.post("/sign-in", form={"name": "Eve", "pin": PIN, "code": watch.code("Eve")})
    assert page.status == 303 and page.headers["location"] == "/"
    kept = page.headers["set-cookie"]
    assert "HttpOnly" in kept and "SameSite=strict" in kept and "Path=/" in kept
    watch.tokens["Eve"] = page.cookies[watch.cookie]
    assert watch.get("/", "Eve").status == 200
    gone = watch.tokens["Eve"]
    assert watch.post("/sign-out", "Eve").status == 303
    assert watch.get("/", "Eve").headers["location"] == "/sign-in"
    assert watch.tokens["Eve"] == gone
    watch.sign_in("Eve")


@pytest.mark.parametrize("name", [*ROLES, ""])
def test_every_route_is_open_to_whom_the_table_says_and_nobody_else(watch: Watch, name: str) -> None:
    """Role by route over the wire: what is not theirs is refused before anything is looked at."""
    roles = frozenset(Role(one) for one in ROLES[name]) if name else None
    token = watch.form_token(name) if name else ""
    for row in TABLE:
        if row.path in ("/sign-out", "/live", "/watch/take", "/drafts", "/custodian/release-takes", "/sign-in"):
            continue  # they would change what other tests stand on, or never end: each has a test of its own
        path = path_of(row.path)
        answer = watch.get(path, name) if row.method == "GET" else watch.post(path, name, {"token": token})
        assert set(safety.HEADERS) <= set(answer.headers), path
        where = f"{name} {row.method} {path}: {answer.status}"
        if lets(row, roles):
            assert "none of your roles" not in answer.text, where
            assert answer.status < 500, where
        elif roles is None:
            assert (answer.status, answer.headers.get("location")) in ((303, "/sign-in"), (401, None)), where
        else:
            assert answer.status == 403 and "none of your roles" in answer.text, where


def test_a_form_from_elsewhere_changes_nothing(watch: Watch) -> None:
    path = from_birch(watch, "Is somebody there?")
    attempts = [
        watch.post(f"{path}/acknowledge", "Ann", Origin="http://evil.example"),
        watch.post(f"{path}/acknowledge", "Ann", Origin="null"),
        watch.post(f"{path}/acknowledge", "Ann", Sec_Fetch_Site="cross-site"),
        watch.post(f"{path}/acknowledge", "Ann", Origin="", Sec_Fetch_Site=""),
        watch.post(f"{path}/acknowledge", "Ann", {"token": ""}),
        watch.post(f"{path}/acknowledge", "Ann", {"token": watch.form_token("Bob")}),
        watch.post(f"{path}/acknowledge", "Ann", Host="evil.example"),
    ]
    assert [one.status for one in attempts] == [403, 403, 403, 403, 403, 403, 421]
    assert watch.get(f"{path}/acknowledge", "Ann").status == 405
    assert 'action="' + path + "/acknowledge" in watch.get(path, "Ann").text
    assert watch.post(f"{path}/acknowledge", "Ann").status == 303
    assert 'action="' + path + "/acknowledge" not in watch.get(path, "Ann").text


def test_hostile_text_is_shown_as_text(watch: Watch) -> None:
    path = from_birch(watch, HOSTILE, subject="<b>Hostile</b>")
    for page in ("/", path, "/search?words=hostile", f"/drafts/new?answers={path.removeprefix('/message/')}"):
        text = watch.get(page, "Bob").text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text, page
        assert "<script>alert" not in text and "<img src=x" not in text and "<b>Hostile" not in text, page
        assert '<span class="hidden" dir="ltr">U+200B</span>' in text and "{{ 7*7 }}" in text, page


def test_a_translation_stands_beside_the_original_with_who_did_what_and_what_differs(watch: Watch) -> None:
    """Without script: each step is a form, and each refusal keeps what was typed."""
    path = from_birch(watch, "Пуск в 14.00 UTC, 3 ракеты.", subject="Пуск", language="ru")
    page = f"{path}/translations"
    assert f'href="{page}"' in watch.get(path, "Bob").text
    assert "There is no translation yet." in watch.get(page, "Bob").text
    words = {"text": "A launch: at 14.30 UTC, 3 quokkas.", "language_of": "en", "stage": "official"}
    refused = watch.post(page, "Bob", words | {"stage": "holy"})
    assert refused.status == 400 and "3 quokkas." in refused.text
    assert watch.post(page, "Bob", words).headers["location"] == page
    shown = watch.get(page, "Bob").text
    assert "Пуск в 14.00 UTC" in shown and "3 quokkas." in shown and "unofficial" in shown
    assert "14.30" in shown and "Not the same in both" in shown and "I have reviewed it" not in shown
    assert watch.post(f"{page}/mark", "Bob", {"number": "1", "step": "reviewed"}).status == 403
    assert watch.post(f"{page}/mark", "Cyd", {"number": "1", "step": "certified"}).status == 403  # not reviewed yet
    assert watch.post(f"{page}/mark", "Cyd", {"number": "1", "step": "reviewed"}).status == 303
    assert watch.post(f"{page}/mark", "Cyd", {"number": "1", "step": "certified"}).status == 303
    shown = watch.get(page, "Cyd").text
    assert "CERTIFIED TRANSLATION" in shown and "unofficial</p>" not in shown
    for name, where in (("Ann", "/"), ("Eve", path)):  # beside the original wherever that is read
        page_ = watch.get(where, name).text
        assert "Пуск в 14.00 UTC" in page_ and "3 quokkas." in page_ and "CERTIFIED TRANSLATION" in page_
    watch.until(lambda: path in watch.get("/search?words=quokkas", "Bob").text)
    sheet = watch.get(f"{path}/sheet", "Eve")
    assert (sheet.status, sheet.headers["content-type"], sheet.text[:5]) == (200, "application/pdf", "%PDF-")


def test_what_was_translated_as_a_draft_stands_under_the_message_it_became(watch: Watch) -> None:
    row = watch.ask("Bob", asking.WriteDraft(message=Outgoing(text="Мы придём.", language="ru")), asking.DraftRow)
    words = {"text": "We shall come.", "language_of": "en", "stage": "rough"}
    assert watch.post(f"/drafts/{row.draft}/translations", "Bob", words).status == 303
    watch.ask("Bob", asking.SubmitDraft(draft=row.draft, version=1), asking.DraftRow)
    code = watch.ask("Cyd", asking.AskDraft(draft=row.draft), asking.DraftRow).code
    sent = watch.ask("Cyd", asking.ReleaseDraft(draft=row.draft, version=1, code=code), Sent)
    path = f"/message/{sent.places[0]}"
    assert "We shall come." in watch.get(path, "Eve").text
    shown = watch.get(f"{path}/translations", "Cyd").text
    assert f'href="/drafts/{row.draft}/translations"' in shown and "We shall come." in shown and "unofficial" in shown


NOTICE = encode_notice(Notice(
    "accident", "Unplanned launch", "{count} left our range. It was not ordered.", "en", 3, (), (),
    (Field("count", FieldKind.NUMBER, 1, 4, ()),),
))  # fmt: skip


def test_a_draft_begins_with_a_template_and_says_what_is_not_looked_at_and_who_is_unknown(watch: Watch) -> None:
    assert watch.other is not None
    office = OfficeRow("COASTGUARD", "Coast guard, duty officer", {"en": "Sir"}, "daily", "")
    with watch.other.link() as link:
        link.ask(SetOffices(offices=[office], officer="Birk"), OfficesSet)
    watch.until(lambda: "Coast guard, duty officer" in watch.get("/drafts/new", "Bob").text)
    folder = watch.desk.home / "templates"
    folder.mkdir()
    (folder / "storm.toml").write_text(
        'title = "Storm"\ntext = "At {time} a storm."\naction = ["COASTGUARD"]\nchecklist = ["Looked at the map"]\n'
    )
    (folder / "bad.toml").write_text('title = "Bad"\ntext = "x"\nprecedense = "FLASH"\n')
    page = watch.get("/drafts/new?template=storm", "Bob").text
    assert "At {time} a storm." in page and "COASTGUARD" in page and "Looked at the map" in page
    assert "bad.toml line 3: precedense: is not known; did you mean precedence?" in html.unescape(page)
    given = {"text": "At {time} a storm.", "precedence": "ROUTINE", "language_of": "en",
             "action": "COASTGUARD, HARBOUR", "checklist": "Looked at the map\nTold our ships"}  # fmt: skip
    told = watch.post("/drafts", "Bob", {**given, "action": "\u0421OASTGUARD"})
    assert told.status == 403 and "looks like another office; write it as 'COASTGUARD'" in html.unescape(told.text)
    where = watch.post("/drafts", "Bob", {**given, "then": "submit"}).headers["location"]
    page = watch.get(where, "Cyd").text
    assert "Not filled in" in page and "HARBOUR" in page and "in no directory of theirs" in page
    assert page.count("NOT LOOKED AT") == 2
    assert watch.post(f"{where}/tick", "Cyd", {"version": "1", "item": "2"}).status == 303
    page = watch.get(where, "Cyd").text
    assert page.count("NOT LOOKED AT") == 1 and "looked at by" in page
    # and the same by command
    name, rows = where.rpartition("/")[2], watch.ask("Bob", AskTemplates(), list[TemplateRow])
    assert {row.name: row.own for row in rows}["storm"]
    row = watch.ask("Bob", asking.AskDraft(draft=int(name)), asking.DraftRow)
    looked_at = [(one.words, one.ticked_by) for one in row.checklist]
    assert looked_at == [("Looked at the map", ""), ("Told our ships", "Cyd")]
    assert [(one.office, one.why) for one in row.doubts] == [("HARBOUR", "in no directory of theirs")]
    watch.ask("Bob", asking.WithdrawDraft(draft=int(name)), asking.DraftRow)
    (sitting := watch.desk.home / "bob.sitting").touch(0o600)
    sitting.write_text(watch.tokens["Bob"])
    done = watch.desk.run(
        "draft", "new", "--template", "storm", "--fill", "time=0610Z", "--json",
        env={**os.environ, "OPENLINE_SITTING": str(sitting)},
    )  # fmt: skip
    made = json.loads(done.stdout)
    assert made["text"] == "At 0610Z a storm." and made["unfilled"] == [] and len(made["checklist"]) == 1
    watch.ask("Bob", asking.WithdrawDraft(draft=made["draft"]), asking.DraftRow)


def test_a_notice_that_two_released_beforehand_is_sent_by_whoever_has_the_watch(watch: Watch) -> None:
    row = watch.ask("Bob", asking.WriteNotice(notice=NOTICE.hex()), asking.DraftRow)
    watch.ask("Bob", asking.SubmitDraft(draft=row.draft, version=row.version), asking.DraftRow)
    assert f"/precleared/{row.draft}" not in watch.get("/precleared", "Ann").text
    code = watch.ask("Cyd", asking.AskDraft(draft=row.draft), asking.DraftRow).code
    watch.post(f"/drafts/{row.draft}/release", "Cyd", {"version": str(row.version), "code": code})
    assert "Whoever has the watch sends it." in watch.get("/precleared", "Bob").text
    watch.post("/watch/take", "Ann")
    page = watch.get("/precleared", "Ann").text
    assert f'action="/precleared/{row.draft}"' in page and "It was not ordered." in page and "Bob, Cyd" in page
    wrong = watch.post(f"/precleared/{row.draft}", "Ann", {"field count": "9"})
    assert wrong.status == 403 and 'value="9"' in wrong.text
    once = {"field count": "2", "once": "0123456789abcdef"}
    sent = [watch.post(f"/precleared/{row.draft}", "Ann", once).headers["location"] for _ in range(2)]
    assert sent[0] == sent[1], "a form that is sent twice is one act"
    shown = watch.get(sent[0], "Ann").text
    assert "2 left our range." in shown and "FLASH" in shown


def test_what_was_written_stays_when_it_cannot_be_taken_and_when_the_language_changes(watch: Watch) -> None:
    form = {"text": "Шесть дней «кавычки»\n<и> & ещё", "subject": "S", "precedence": "ROUTINE", "reply_by": "soon"}
    refused = watch.post("/drafts", "Bob", form)
    assert refused.status == 400 and "There is a problem" in refused.text and 'href="#reply_by"' in refused.text
    assert "Шесть дней «кавычки»\n&lt;и&gt; &amp; ещё</textarea>" in refused.text
    turned = watch.post("/drafts/keep", "Bob", {**form, "language": "ar"})
    assert '<html lang="ar" dir="rtl"' in turned.text and "&lt;и&gt; &amp; ещё</textarea>" in turned.text
    assert "ar.night" in turned.headers["set-cookie"]


def test_a_draft_leaves_by_two_and_by_the_code_that_was_read(watch: Watch) -> None:
    written = watch.post("/drafts", "Bob", {"text": "We agree to Tuesday.", "subject": "T", "precedence": "PRIORITY"})
    path = written.headers["location"]
    number = path.rsplit("/", 1)[1]
    newer = {"text": "We agree to Tuesday, 1000Z.", "precedence": "PRIORITY", "draft": number, "over": "1",
             "then": "submit"}  # fmt: skip
    assert watch.post("/drafts", "Bob", newer).headers["location"] == path
    late = watch.post("/drafts", "Bob", {**newer, "text": "From an old page."})
    assert late.status in (403, 409) and "From an old page." in late.text
    assert watch.post(f"{path}/release", "Bob", {"version": "2", "code": "0000 0000"}).status == 403
    page = watch.get(path, "Cyd").text
    code = re.search(r'name="code" value="([^"]+)"', page)
    assert code is not None and "Drafted by Bob, released by Cyd" in page
    assert watch.post(f"{path}/release", "Cyd", {"version": "2", "code": "0000 0000"}).status == 403
    sent = watch.post(f"{path}/release", "Cyd", {"version": "2", "code": code[1]})
    assert sent.status == 303 and sent.headers["location"].startswith("/message/")
    assert "Bob, Cyd" in watch.get(sent.headers["location"], "Cyd").text
    assert "recorded" in watch.post(f"{path}/withdraw", "Bob").text


def test_what_left_is_withdrawn_by_a_form_that_asks_for_a_reason_and_nothing_else(watch: Watch) -> None:
    """By another officer again; each field of the form goes back as a browser would send it."""

    def released(path: str) -> str:
        code = re.search(r'name="code" value="([^"]+)"', watch.get(path, "Cyd").text)
        assert code is not None
        sent = watch.post(f"{path}/release", "Cyd", {"version": "1", "code": code[1]})
        assert sent.status == 303, sent.text
        return sent.headers["location"].split("?")[0]

    words = {"text": "Sent too soon.", "subject": "Too soon", "precedence": "PRIORITY", "then": "submit"}
    message = released(watch.post("/drafts", "Bob", words).headers["location"])
    place = message.removeprefix("/message/")
    page = watch.get(f"/drafts/new?relates=withdraws&of={place}", "Bob").text
    form = page[page.index('id="editor"') : page.index("</form>", page.index('id="editor"'))]
    named = set(re.findall(r'name="([a-z_]+)"', form)) - {"token", "then", "language"}
    assert not named & {"subject", "note", "reply_by", "action", "info"} and "Reason" in form
    kept = dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', form))
    given = {name: kept.get(name, "") for name in named - {"exercise"}}
    given |= {"precedence": "PRIORITY", "language_of": "en"}
    refused = watch.post("/drafts", "Bob", given)
    assert refused.status == 400 and "There is no text." in refused.text
    draft = watch.post("/drafts", "Bob", {**given, "text": "It was not agreed yet.", "then": "submit"})
    assert draft.status == 303, draft.text
    released(draft.headers["location"])
    watch.until(lambda: "It was not agreed yet." in watch.get(message, "Cyd").text)


def test_the_proof_of_one_message_verifies_without_any_station(watch: Watch, tmp_path: Path) -> None:
    path = from_birch(watch, "Prove this.")
    assert watch.get(f"{path}/proof", "Eve").headers["content-disposition"].startswith("attachment;")
    link = http.client.HTTPConnection("127.0.0.1", watch.port, timeout=WITHIN_S)
    link.request("GET", f"{path}/proof", headers=watch.headers("Eve"))
    file = tmp_path / "message.record"
    file.write_bytes(link.getresponse().read())
    link.close()
    cards = [word for name in ("Amber", "Birch") for word in ("--card", str(watch.desk.home.parent / f"{name}.card"))]
    assert "Prove this." in watch.desk.run("verify", str(file), *cards, "--entries").stdout


def saved(watch: Watch, path: str, name: str, file: Path) -> dict[str, str]:
    """A file that a page gives; its headers."""
    link = http.client.HTTPConnection("127.0.0.1", watch.port, timeout=WITHIN_S)
    link.request("GET", path, headers=watch.headers(name))
    came = link.getresponse()
    assert came.status == 200
    file.write_bytes(came.read())
    link.close()
    return {key.lower(): value for key, value in came.headers.items()}


def test_the_record_leaves_as_a_file_with_the_bodies_that_were_chosen(watch: Watch, tmp_path: Path) -> None:
    """What it would hold is said before it is saved; a day is printed; who may not read messages saves nothing."""
    path = from_birch(watch, "Take these words along.")
    place = path.removeprefix("/message/")
    assert "Only these" in watch.get("/record", "Eve").text
    query = f"which=some&entries={place}"
    page = watch.get(f"/record?{query}", "Eve").text
    assert f'href="/record/file?{html.escape(query)}"' in page and "Withheld" in page
    file = tmp_path / "record"
    headers = saved(watch, f"/record/file?{query}", "Eve", file)
    assert headers["content-disposition"] == 'attachment; filename="openline-hotline.record"'
    told = watch.desk.run("verify", str(file), "--entries").stdout
    assert "Take these words along." in told and "1 body chosen" in told
    saved(watch, "/record/file?which=none", "Ann", file)
    assert "Take these words along." not in watch.desk.run("verify", str(file), "--entries").stdout
    for wrong, words in (
        ("which=some", "nothing was chosen"), ("which=most", "is no choice"),
        ("which=some&from=2026-11-23&to=2026-11-22", "ends before it begins"), ("which=some&entries=x", "x"),
    ):  # fmt: skip
        answer = watch.get(f"/record?{wrong}", "Eve")
        assert answer.status >= 400 and words in answer.text and "Save the file" not in answer.text, wrong
        assert watch.get(f"/record/file?{wrong}", "Eve").status >= 400
    for name in ("Bob", "Dee"):
        assert watch.get("/record/file?which=all", name).status == 403
        assert "/record" not in watch.get("/", name).text
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    headers = saved(watch, f"/record/day.pdf?day={today}", "Eve", file)
    assert headers["content-type"] == "application/pdf" and file.read_bytes().startswith(b"%PDF-1.7")
    assert "is no day like" in html.unescape(watch.get("/record/day.pdf?day=yesterday", "Eve").text)
    assert not list(Path(tempfile.gettempdir()).glob("openline-export-*/saved.record"))


def beats(watch: Watch, name: str) -> Iterator[dict[str, int]]:
    """What an open page hears."""
    link = http.client.HTTPConnection("127.0.0.1", watch.port, timeout=WITHIN_S)
    link.request("GET", "/live", headers=watch.headers(name))
    stream = link.getresponse()
    assert stream.headers["content-type"].startswith("text/event-stream")
    event = b""
    with contextlib.closing(link):
        while line := stream.readline():
            if line.startswith(b"event: "):
                event = line[7:].strip()
            elif line.startswith(b"data: "):
                yield {**json.loads(line[6:]), "ended": int(event == b"ended")}


def test_an_open_page_hears_that_all_is_alive_and_that_something_is_new(watch: Watch) -> None:
    heard = beats(watch, "Ann")
    first = next(heard)
    from_birch(watch, "New.")
    newer = next(one for one in heard if one["version"] != first["version"])
    assert newer["now_ms"] >= first["now_ms"]
    heard.close()


def test_a_page_of_a_sitting_that_ends_hears_so(watch: Watch) -> None:
    heard = beats(watch, "Dee")
    next(heard)
    assert watch.post("/sign-out", "Dee").status == 303
    assert next(one for one in heard if one["ended"])
    watch.sign_in("Dee")


def test_only_our_own_files_are_served_and_they_weigh_little(watch: Watch) -> None:
    page = watch.get("/", "Ann").text
    weight = len(page.encode())
    for path in set(re.findall(r'(?:href|src|data-worker)="(/(?:static|icon)/[^"]+)"', page)):
        file = watch.get(path)
        assert file.status == 200 and "immutable" in file.headers["cache-control"]
        assert set(safety.HEADERS) <= set(file.headers)
        weight += len(file.text.encode())
    assert weight < 300_000
    edition = re.search(r"/static/([0-9a-f]+)/", page)
    assert edition is not None
    for name in ("../desk.css", "..%2fdesk.py", "nothing.js", ""):
        assert watch.get(f"/static/{edition[1]}/{name}").status in (404, 400)
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page)
    assert not re.search(r"<[^>]+\s(?:style|on\w+)=", page) and "<script>" not in page


def test_a_custodian_enrols_and_dismisses_on_the_page(watch: Watch) -> None:
    form = {"name": "Flo", "pin": "271828", "role drafter": "on"}
    assert "otpauth://" in watch.post("/custodian/enrol", "Ann", form).text
    assert "Flo" in watch.get("/custodian", "Ann").text
    assert watch.post("/custodian/enrol", "Ann", form).status >= 400
    assert watch.post("/custodian/dismiss", "Ann", {"name": "Flo", "remark": "left"}).status == 303
    desk = watch.ask("Ann", asking.AskDesk(), asking.DeskRow)
    assert [one.dismissed for one in desk.officers if one.name == "Flo"] == [True]


def test_the_watch_is_taken_and_handed_over(watch: Watch) -> None:
    assert watch.post("/watch/take", "Ann").status == 303
    assert "<strong>Ann</strong>" in watch.get("/", "Bob").text
    assert watch.post("/watch/hand-over", "Ann", {"to": "Bob", "remark": "quiet"}).status == 403  # no watch officer


def test_many_wrong_sign_ins_from_one_place_are_not_looked_at(watch: Watch) -> None:
    statuses = [watch.post("/sign-in", form={"name": f"X{n}", "pin": "1", "code": "1"}).status for n in range(14)]
    assert statuses[-1] == 429 and 401 in statuses


def pages_of(watch: Watch) -> int:
    """The process of the pages."""
    assert watch.desk.process is not None
    said = subprocess.run(["pgrep", "-P", str(watch.desk.process.pid)], capture_output=True, text=True, check=True)
    return int(said.stdout.split()[0])


def test_the_pages_die_and_come_back_and_end_with_their_station(watch: Watch) -> None:
    """The line does not notice; nobody has to sign in again; a killed station leaves no pages behind."""
    before = pages_of(watch)
    os.kill(before, signal.SIGKILL)
    watch.until(lambda: watch.answers() and pages_of(watch) != before)
    assert watch.get("/", "Ann").status == 200
    watch.desk.kill()
    watch.until(lambda: not watch.answers())
    watch.desk.start()
    watch.wait_up()
    assert watch.get("/", "Ann").headers["location"] == "/sign-in"


def test_a_station_that_is_told_to_stop_ends_after_its_pages(watch: Watch) -> None:
    """However long these take: here they are held still, and must be ended by force."""
    pages = pages_of(watch)
    os.kill(pages, signal.SIGSTOP)
    try:
        watch.desk.stop()
        assert not Path(f"/proc/{pages}").exists()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pages, signal.SIGKILL)
    watch.desk.start()
    watch.wait_up()
