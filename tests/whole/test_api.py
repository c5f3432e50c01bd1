"""The HTTP API of a desk, over the real server of a real station: who may, what twice means, keys, events."""

from __future__ import annotations

import base64
import contextlib
import datetime
import hashlib
import http.client
import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from openline.console.api.table import NOT_HERE, PREFIX, TABLE, Row
from openline.console.watch.asking import AnyRequest
from openline.console.web.routes import lets
from openline.desk.people import Role
from tests.keys import SecurityKey
from tests.needs import lacks
from tests.whole.parties import WITHIN_S, make_parties, open_line
from tests.whole.watching import ROLES, Answer, Watch

pytestmark = pytest.mark.whole
STAFF = {**ROLES, "Fay": ["releaser"]}


class Api(Watch):
    """A desk with the eyes of a program."""

    def call(self, method: str, path: str, name: str = "", body: Any = None, **headers: str) -> Answer:
        token = self.tokens.get(name, name)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        given["Authorization"] = f"Bearer {token}" if token else ""
        data = None
        if method == "POST":
            given = {"Content-Type": "application/json", "Idempotency-Key": secrets.token_hex(8), **given}
            data = json.dumps({} if body is None else body).encode()
        return self.request(method, path if path.startswith("/openapi") else PREFIX + path, "", data, given)

    def ok(self, method: str, path: str, name: str = "", body: Any = None, **headers: str) -> Any:
        came = self.call(method, path, name, body, **headers)
        assert came.status == 200, came.text
        return json.loads(came.text)

    def refused(
        self, status: int, code: str, method: str, path: str, name: str = "", body: Any = None, **more: str
    ) -> Any:
        came = self.call(method, path, name, body, **more)
        problem = json.loads(came.text)
        assert (came.status, problem["code"], problem["status"]) == (status, code, status), came.text
        assert came.headers["content-type"] == "application/problem+json"
        return problem

    def submitted(self, text: str) -> tuple[dict[str, Any], str]:
        """A draft of Bob's that waits, as Cyd sees it, and its tag."""
        row = self.ok("POST", "/drafts", "Bob", {"message": {"text": text}})
        path = f"/drafts/{row['draft']}"
        tag = self.call("GET", path, "Bob").headers["etag"]
        self.ok("POST", f"{path}/submit", "Bob", {"version": 1}, If_Match=tag)
        seen = self.call("GET", path, "Cyd")
        return json.loads(seen.text), seen.headers["etag"]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder = tmp_path_factory.mktemp("api")
    desks = make_parties(folder, "Amber", "Birch")
    open_line(folder, desks)
    made = Api(desks[0])
    try:
        desks[1].start()
        made.open(**STAFF)
        yield made
    finally:
        for desk in desks:
            if desk.process is not None:
                with contextlib.suppress(ProcessLookupError):
                    desk.kill()


def test_every_request_of_the_station_has_a_call_or_a_reason() -> None:
    there = {row.request for row in TABLE if row.request is not None}
    assert there | set(NOT_HERE) == set(get_args(AnyRequest))
    assert not there & set(NOT_HERE)
    assert all(NOT_HERE.values())
    assert len({(row.method, row.path) for row in TABLE}) == len(TABLE)


def example(row: Row) -> str:
    numbers = dict.fromkeys(("party", "index", "draft", "notice"), "0")
    return row.path.format(**numbers, number="1", day="2026-11-22", generation="0" * 24, name="Bob", credential="AA")


def test_each_role_passes_the_routes_it_has_the_act_for(api: Api) -> None:
    """Role by route. Without a key nothing that changes something is done, whoever asks."""
    for row in TABLE:
        if row.path == "/events":
            continue
        for name, roles in STAFF.items():
            came = api.call(row.method, example(row), name, {}, Idempotency_Key="")
            if lets(row, frozenset(Role(one) for one in roles)):
                assert came.status not in (401, 403), (row.path, name, came.text)
            else:
                assert came.status == 403, (row.path, name, came.text)
        for token in ("", "f" * 64, "not a token"):
            came = api.call(row.method, example(row), token, {}, Idempotency_Key="")
            assert came.status == (401 if not lets(row, None) else 400), (row.path, came.text)


def test_a_message_leaves_by_two_over_the_api(api: Api) -> None:
    seen, tag = api.submitted("Over HTTP.")
    path = f"/drafts/{seen['draft']}"
    body = {"version": 1, "code": seen["code"]}
    api.refused(428, "OL-705", "POST", f"{path}/release", "Cyd", body)
    api.refused(412, "OL-705", "POST", f"{path}/release", "Cyd", body, If_Match='"0.0.open.0"')
    api.refused(403, "OL-401", "POST", f"{path}/release", "Bob", body, If_Match=tag)
    api.refused(403, "OL-401", "POST", "/messages", "Cyd", {"messages": [{"text": "alone"}]})
    key = secrets.token_hex(8)
    sent = api.ok("POST", f"{path}/release", "Cyd", body, If_Match=tag, Idempotency_Key=key)
    again = api.ok("POST", f"{path}/release", "Cyd", body, If_Match=tag, Idempotency_Key=key)
    assert again == sent, "the answer got lost and is asked for again: the draft has moved on by its own release"
    api.refused(412, "OL-705", "POST", f"{path}/release", "Cyd", body, If_Match=tag)
    place = "/".join(str(one) for one in sent["places"][0])
    shown = api.ok("GET", f"/entries/{place}", "Bob")
    assert shown["text"] == "Over HTTP." and shown["released_by"] == ["Bob", "Cyd"]
    assert api.ok("GET", f"/entries/{place}/matter", "Bob")


def test_asked_twice_under_one_key_it_is_done_once(api: Api) -> None:
    key = secrets.token_hex(8)
    body = {"message": {"text": "Once."}}
    first = api.ok("POST", "/drafts", "Bob", body, Idempotency_Key=key)
    assert api.ok("POST", "/drafts", "Bob", body, Idempotency_Key=key) == first
    other = {"message": {"text": "Something else."}}
    api.refused(422, "OL-206", "POST", "/drafts", "Bob", other, Idempotency_Key=key)
    assert api.ok("POST", "/drafts", "Cyd", other, Idempotency_Key=key)["draft"] != first["draft"], "another's key"
    api.refused(400, "OL-204", "POST", "/drafts", "Bob", body, Idempotency_Key="")
    api.refused(400, "OL-204", "POST", "/drafts", "Bob", body, Idempotency_Key="a b")
    made = {"name": "once robot", "roles": ["auditor"]}
    assert len(api.ok("POST", "/tokens", "Ann", made, Idempotency_Key=key)["token"]) == 64
    api.refused(409, "OL-704", "POST", "/tokens", "Ann", made, Idempotency_Key=key)
    refused = {"name": "king", "roles": ["king"]}
    for _ in range(2):  # where nothing was done the key stays free
        api.refused(403, "OL-401", "POST", "/tokens", "Ann", refused, Idempotency_Key="k-" + key)


def test_what_is_wrong_is_a_problem_on_every_way(api: Api) -> None:
    api.refused(404, "OL-301", "GET", "/nothing", "Bob")
    api.refused(405, "OL-201", "POST", "/status", "Bob")
    assert api.call("POST", "/status", "Bob").headers["allow"]
    api.refused(415, "OL-201", "POST", "/drafts", "Bob", {}, Content_Type="text/plain")
    api.refused(422, "OL-204", "POST", "/drafts", "Bob", {"message": {"text": 7}})
    api.refused(422, "OL-204", "POST", "/drafts", "Bob", {"message": {"text": "x", "attachments": []}})
    api.refused(400, "OL-204", "GET", "/entries?count=many", "Bob")
    api.refused(400, "OL-204", "GET", "/entries?after=1&after=2", "Bob")
    api.refused(400, "OL-204", "GET", "/status?x=1", "Bob")
    plain = api.refused(404, "OL-301", "GET", "/drafts/99", "Bob")
    told = api.refused(404, "OL-301", "GET", "/drafts/99", "Bob", Accept_Language="ru")
    assert "told" not in plain and told["detail"] == plain["detail"] == "draft D-99 was never written here"
    assert "D-99" in told["told"] and "never" not in told["told"] and "<" not in told["told"]
    api.refused(404, "OL-301", "GET", "/drafts/none", "Bob")
    api.refused(401, "OL-404", "GET", "/status")
    assert api.call("GET", "/status").headers["www-authenticate"].startswith("Bearer")
    for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        came = api.call("POST", "/drafts", "Bob", {}, **headers)
        assert came.status in (403, 421) and json.loads(came.text)["status"] == came.status
    came = api.request("POST", PREFIX + "/drafts", "", b"x" * 4_000_000, {"Content-Type": "application/json"})
    assert came.status == 413 and json.loads(came.text)["status"] == 413
    elsewhere = api.request("GET", "/api/v2/status", "", None, {})
    assert elsewhere.status == 404 and json.loads(elsewhere.text)["code"] == "OL-301"
    form = api.request("POST", PREFIX + "/sittings", "", b"name=Ann", {})
    assert form.status == 403, "a form from nowhere"
    json_ = {"Content-Type": "application/json", "Idempotency-Key": "k"}
    assert api.request("POST", PREFIX + "/sittings", "", b"{", json_).status == 400


def test_lists_go_on_from_where_they_ended(api: Api) -> None:
    for at in range(3):
        api.ok("POST", "/drafts", "Bob", {"message": {"text": f"Page {at}"}})
    whole = api.ok("GET", "/drafts", "Bob")["items"]
    found: list[Any] = []
    after = ""
    while True:
        page = api.ok("GET", f"/drafts?count=2{after}", "Bob")
        found += page["items"]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert [one["draft"] for one in found] == [one["draft"] for one in whole]
    api.refused(400, "OL-204", "GET", "/drafts?after=none", "Bob")
    api.refused(400, "OL-204", "GET", "/drafts?count=0", "Bob")
    first = api.ok("GET", "/entries?count=1", "Bob")
    second = api.ok("GET", f"/entries?count=1&after={first['next']}", "Bob")
    assert second["entries"][0]["position"] > first["entries"][0]["position"]
    assert len(api.ok("GET", "/desk/log?count=2", "Ann")["entries"]) == 2


def listen(api: Api, name: str, count: int, **headers: str) -> list[tuple[int, dict[str, Any]]]:
    """The next so many events of a stream."""
    link = http.client.HTTPConnection("127.0.0.1", api.port, timeout=WITHIN_S)
    given = {"Host": api.host, "Authorization": f"Bearer {api.tokens[name]}", **headers}
    link.request("GET", PREFIX + "/events", headers=given)
    came = link.getresponse()
    assert came.status == 200 and came.headers["content-type"].startswith("text/event-stream")
    found: list[tuple[int, dict[str, Any]]] = []
    at = 0
    while len(found) < count:
        line = came.readline().decode().rstrip("\n")
        if line.startswith("id: "):
            at = int(line[4:])
        if line.startswith("data: "):
            found.append((at, json.loads(line[6:])))
    link.close()
    return found


def test_who_was_away_gets_every_entry_since(api: Api) -> None:
    before = listen(api, "Eve", 1)[0][0]
    seen, tag = api.submitted("While somebody was away.")
    path = f"/drafts/{seen['draft']}/release"
    api.ok("POST", path, "Cyd", {"version": 1, "code": seen["code"]}, If_Match=tag)
    there = api.ok("GET", f"/entries?after={before}&count=100", "Eve")["entries"]
    replayed = listen(api, "Eve", len(there), **{"Last-Event-ID": str(before)})
    assert [at for at, _ in replayed] == [one["position"] for one in there]
    assert any(data["text"] == "While somebody was away." for _, data in replayed)
    api.refused(422, "OL-204", "GET", "/events", "Eve", Last_Event_ID="yesterday")
    beyond = api.ok("GET", "/entries?newest=true&count=1", "Eve")["next"] + 1_000
    said = api.refused(422, "OL-204", "GET", "/events", "Eve", Last_Event_ID=str(beyond))
    assert f"position {beyond} lies beyond the end" in said["detail"]  # restored: nothing is missed in silence
    api.refused(422, "OL-204", "GET", f"/events?after={10**15}", "Eve")
    api.refused(422, "OL-204", "GET", f"/events?after={10**16}", "Eve")
    api.refused(403, "OL-401", "GET", "/events", "Dee")


def test_a_program_has_its_own_token_and_is_no_person(api: Api) -> None:
    made = api.ok("POST", "/tokens", "Ann", {"name": "robot", "roles": ["drafter"], "days": 1})
    token = made["token"]
    draft = api.ok("POST", "/drafts", token, {"message": {"text": "By a program."}})
    assert draft["author"] == "robot"
    tag = api.call("GET", f"/drafts/{draft['draft']}", token).headers["etag"]
    api.refused(403, "OL-401", "POST", f"/drafts/{draft['draft']}/submit", token, {"version": 1}, If_Match=tag)
    api.refused(403, "OL-401", "POST", "/tokens", token, {"name": "son of robot", "roles": ["auditor"]})
    api.refused(403, "OL-401", "POST", "/tokens", "Ann", {"name": "general", "roles": ["releaser"]})
    api.ok("POST", "/officers/robot/dismiss", "Ann", {})
    api.refused(401, "OL-404", "GET", "/drafts", token)


def give_key(api: Api, name: str, key: SecurityKey) -> Any:
    begun = api.ok("POST", f"/officers/{name}/keys/challenge", "Ann")
    body = {"ceremony": begun["ceremony"], "credential": key.create(begun["options"]), "label": "blue"}
    return api.ok("POST", "/keys", "Ann", body)


def key_sign_in(api: Api, name: str, key: SecurityKey, **headers: str) -> Answer:
    begun = api.ok("POST", "/sittings/key/challenge", "", {"name": name})
    body = {"ceremony": begun["ceremony"], "credential": key.get(begun["options"])}
    return api.call("POST", "/sittings/key", "", body, **headers)


def test_a_security_key_opens_a_sitting_and_signs_a_release(api: Api, tmp_path_factory: pytest.TempPathFactory) -> None:
    """R-306 to R-309, as far as `verify`, which has only the file."""
    key = SecurityKey(origin=api.address)
    assert give_key(api, "Cyd", key)["told"] is True
    api.refused(403, "OL-401", "POST", "/officers/Cyd/confirm", "Ann", {})
    confirmed = api.ok("POST", "/officers/Cyd/confirm", "Fay", {})
    assert not any(one["unconfirmed"] for one in confirmed["officers"] if one["name"] == "Cyd")
    page = key_sign_in(api, "Cyd", key, Origin=api.address, Sec_Fetch_Site="same-origin")
    assert page.status == 200 and json.loads(page.text)["token"] == "", "a page has it as a cookie, out of reach"
    assert len(page.cookies[api.cookie]) == 64
    api.tokens["Cyd"] = json.loads(key_sign_in(api, "Cyd", key).text)["token"]
    assert api.ok("GET", "/sitting", "Cyd")["method"] == "security key"
    stranger = SecurityKey(origin="http://localhost:1", credential=key.credential)
    stranger.private = key.private
    stranger.uses = key.uses + 100
    assert key_sign_in(api, "Cyd", stranger).status == 403
    seen, tag = api.submitted("Signed by its releaser.")
    path, body = f"/drafts/{seen['draft']}/release", {"version": 1, "code": seen["code"]}
    api.ok("POST", "/policy", "Ann", {"persons": 2, "keys": True})
    api.refused(403, "OL-401", "POST", path, "Cyd", body, If_Match=tag)
    begun = api.ok("POST", f"{path}/challenge", "Cyd", body, If_Match=tag)
    body["credential"] = key.get(begun["options"])
    sent = api.ok("POST", f"{path}/key", "Cyd", body, If_Match=tag)
    party, generation, index = sent["places"][0]
    release = api.ok("GET", f"/entries/{party}/{generation}/{index + 1}", "Eve")
    assert "with the releaser's security key" in release["subject"]
    asked = api.ok("POST", "/policy", "Ann", {"persons": 2, "keys": False})
    assert asked["keys_demanded"] and "Ann asks" in asked["less_asked"]
    assert api.ok("POST", "/policy/agree", "Fay")["keys_demanded"] is False
    out = tmp_path_factory.mktemp("out") / "whole.record"
    api.desk.run("export", str(out))
    said = api.desk.run("verify", str(out), "--entries").stdout
    assert "1 are signed by the officer's security key" in said
    assert "(ES256) is from now on that of Cyd" in said


def bring(api: Api, draft: int, data: bytes, query: str, tag: str, **more: str) -> Answer:
    """A file as a program brings it."""
    headers = {
        "Authorization": f"Bearer {api.tokens['Bob']}", "Content-Type": "application/octet-stream", "If-Match": tag,
        "Idempotency-Key": secrets.token_hex(8), **{name.replace("_", "-"): value for name, value in more.items()},
    }  # fmt: skip
    return api.request("POST", f"{PREFIX}/drafts/{draft}/attachments?{query}", "", data, headers)


def test_a_file_goes_along_and_comes_back_by_its_hash(api: Api) -> None:
    """R-076, and R-301 over it: the next version names it, and a program reads it in parts."""
    made = api.ok("POST", "/drafts", "Bob", {"message": {"text": "With a file."}})
    path = f"/drafts/{made['draft']}"
    tag = api.call("GET", path, "Bob").headers["etag"]
    data = bytes(range(256)) * 6000
    query = "name=%D1%81%D0%BF%D0%B8%D1%81%D0%BE%D0%BA.bin&media_type=application/x-list&over=1"
    assert bring(api, made["draft"], data, query, tag, Content_Type="text/html").status == 415
    assert bring(api, made["draft"], data, "name=a/b&media_type=x&over=1", tag).status == 422
    assert bring(api, made["draft"], data, query + "&path=/etc/passwd", tag).status == 400
    assert bring(api, made["draft"], data, query, '"0.0.open.0"').status == 412
    assert bring(api, made["draft"], bytes(17 * 1024 * 1024), query, tag).status == 413
    came = bring(api, made["draft"], data, query, tag)
    assert came.status == 200 and json.loads(came.text)["version"] == 2
    (file,) = api.ok("GET", f"{path}/attachments", "Cyd")["files"]
    assert (file["name"], file["size"], file["held"]) == ("список.bin", len(data), len(data))
    got = b""
    while part := base64.b64decode(api.ok("GET", f"{path}/attachments/1?offset={len(got)}", "Cyd")["data"]):
        got += part
    assert got == data and file["sha256"] == hashlib.sha256(data).hexdigest()
    api.refused(404, "OL-301", "GET", f"{path}/attachments/2", "Cyd")
    api.refused(403, "OL-401", "GET", f"{path}/attachments", "Dee")
    api.ok("POST", f"{path}/attachments/1/remove", "Bob", {"over": 2}, If_Match=came.headers["etag"])
    assert api.ok("GET", f"{path}/attachments", "Cyd")["files"] == []


def test_the_record_and_a_day_of_it_leave_as_files_for_who_may(api: Api, tmp_path: Path) -> None:
    """Planned first, then saved; what verifies it is the same program as for a file that a command wrote."""
    chosen = {"chosen": {"parties": [0]}}
    plan = api.ok("POST", "/record/plan", "Eve", chosen)
    assert {one["name"]: one["withheld"] > 0 for one in plan["logs"]}["Amber"] is False
    headers = {"Content-Type": "application/json", "Idempotency-Key": "a"}
    headers["Authorization"] = f"Bearer {api.tokens['Eve']}"
    for body, shown in (({"bodies": False}, "no bodies"), (chosen, "of parties 0")):
        link = http.client.HTTPConnection("127.0.0.1", api.port, timeout=WITHIN_S)
        link.request("POST", f"{PREFIX}/record/file", json.dumps(body), {"Host": api.host, **headers})
        came = link.getresponse()
        assert (came.status, came.headers["content-type"]) == (200, "application/octet-stream")
        file = tmp_path / "saved.record"
        file.write_bytes(came.read())
        link.close()
        assert shown in api.desk.run("verify", str(file)).stdout
    api.refused(403, "OL-401", "POST", "/record/file", "Bob", {})
    api.refused(403, "OL-401", "GET", "/record/days/2026-11-22", "Dee")
    api.refused(422, "OL-204", "POST", "/record/file", "Eve", {"path": "/etc/passwd"})
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    sent = api.call("GET", f"/record/days/{today}", "Eve")
    assert sent.headers["content-type"] == "application/pdf" and sent.text.startswith("%PDF-1.7")
    api.refused(422, "OL-204", "GET", "/record/days/2026-13-22", "Eve")
    place = api.ok("GET", "/entries?count=1", "Eve")["entries"][0]["place"]
    assert api.call("GET", f"/entries/{place}/sheet", "Bob").text.startswith("%PDF-1.7")
    api.refused(403, "OL-401", "GET", f"/entries/{place}/sheet", "Dee")


def test_the_description_is_of_what_is_served(api: Api) -> None:
    described = json.loads(api.call("GET", "/openapi.json").text)
    assert described["openapi"] == "3.1.0"
    there = {(method.upper(), path) for path, methods in described["paths"].items() for method in methods}
    assert there == {(row.method, PREFIX + row.path) for row in TABLE}
    assert "no-store" in api.call("GET", "/status", "Bob").headers["cache-control"]


def test_schemathesis_finds_nothing(api: Api) -> None:
    """Every route with what fits its description and what does not: no 5xx, answers and problems as described."""
    try:
        import schemathesis
        from hypothesis import HealthCheck, Phase, given, settings
        from schemathesis.checks import CHECKS, load_all_checks
    except ImportError:
        lacks("schemathesis (make browser)")
    load_all_checks()
    schema = schemathesis.openapi.from_url(f"{api.address}/openapi.json")
    api.ok("POST", "/officers/Eve/roles", "Ann", {"roles": sorted(Role)})
    headers = {"Authorization": f"Bearer {api.sign_in('Eve')}"}
    names = ("not_a_server_error", "content_type_conformance", "response_schema_conformance")
    checks = CHECKS.get_by_names(names)
    looked = set()
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path.endswith(("/events", "/sitting/end", "/dismiss", "/roles", "/pin")):
            continue  # endless; or they would end the sitting that looks

        def look(case: Any) -> None:
            case.call_and_validate(headers=headers, checks=checks)

        phases = settings(
            max_examples=5, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        phases(given(case=operation.as_strategy())(look))()
        looked.add((operation.method, operation.path))
    assert len(looked) > 45
    assert api.ok("GET", "/sitting", "Eve")["name"] == "Eve", "it looked inside, to the end"
