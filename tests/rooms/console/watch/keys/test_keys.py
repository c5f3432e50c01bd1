"""Security keys at a desk: made, used to sign in and to release, lost; and what is refused on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from openline.console.channel.asking import Outgoing, Sent
from openline.console.channel.clock import counted_ms
from openline.console.codes import Told
from openline.console.watch import asking as watch
from openline.console.watch.desk import Desk
from openline.console.watch.keys import asking
from openline.console.watch.keys.challenges import NEW_KEY, SIGN_IN, Challenges
from openline.console.watch.keys.checking import Relying
from openline.console.watch.operations import DeskOperations
from openline.desk import facts
from openline.desk.people import Role
from openline.desk.release import parse_release
from openline.desk.signing import check_signed, parse_key_named, parse_signed
from openline.errors import Refused, StoreDown
from openline.limits import CHALLENGE_MS_MAX, CHALLENGES_BY_SOURCE_MAX, INVITATION_MS_MAX
from openline.line.events import Draft as LineDraft
from openline.line.ports import LogId
from openline.record.body import Message, encode_message
from openline.record.entry import KEY_OF_OFFICER, MESSAGE, RELEASE
from tests.keys import SecurityKey, b64

LINE = bytes(range(32))
NOW_MS = 1_795_000_000_000


class Line:
    """A line that keeps what it is given, while its disk takes it."""

    def __init__(self) -> None:
        self.kept: list[LineDraft] = []
        self.is_down = False

    def now_ms(self) -> int:
        return NOW_MS

    async def pass_doors(self, drafts: Sequence[LineDraft]) -> None:
        """There are none."""

    def look_at(self, drafts: Sequence[LineDraft]) -> None:
        pass

    async def submit(self, drafts: Sequence[LineDraft]) -> list[tuple[LogId, int]]:
        if self.is_down:
            raise StoreDown("full")
        self.kept += [one for one in drafts if one.token not in [old.token for old in self.kept]]
        return [(LogId(0, bytes(12)), index) for index, _ in enumerate(drafts)]


class Staffed:
    """A desk with one officer a role, each in a sitting; a release takes two."""

    def __init__(self, desk: Desk, relying: Relying | None = None) -> None:
        self.desk, self.line = desk, Line()
        desk.write([facts.Enrolled(n, str(role), (role,)) for n, role in enumerate(Role)], None)
        desk.write([facts.Enrolled(len(Role), "Second", (Role.CUSTODIAN,)), facts.PolicySet(2)], None)
        self.tokens = {role: desk.sittings.begin(n, 0, counted_ms())[0] for n, role in enumerate(Role)}
        operations = DeskOperations(desk, self.line, compose, "line", LINE, relying)
        self.table = operations.table()

    def ask(self, request: Any, role: Role | None = None) -> Any:
        if role is not None:
            request.sitting = self.tokens[role]
        return asyncio.run(_run(lambda: self.table[type(request)](request)))

    def give(self, key: SecurityKey, name: Role = Role.RELEASER, label: str = "blue") -> asking.KeyRow:
        begun = self.ask(asking.BeginKey(name=str(name)), Role.CUSTODIAN)
        made = key.create(begun.options)
        row = self.ask(asking.EnrolKey(ceremony=begun.ceremony, credential=made, label=label), Role.CUSTODIAN)
        assert isinstance(row, asking.KeyRow)
        second = self.desk.sittings.begin(len(Role), 0, counted_ms())[0]
        self.ask(asking.ConfirmMeans(name=str(name), sitting=second))
        return row

    def sign_in(self, key: SecurityKey, name: Role = Role.RELEASER) -> watch.SignedIn:
        begun = self.ask(asking.BeginSignIn(name=str(name)))
        signed = self.ask(asking.SignInByKey(ceremony=begun.ceremony, credential=key.get(begun.options)))
        assert isinstance(signed, watch.SignedIn)
        return signed

    def submitted(self) -> watch.DraftRow:
        """A draft that waits, as the releaser sees it."""
        row = self.ask(watch.WriteDraft(message=Outgoing(text="Words.")), Role.DRAFTER)
        self.ask(watch.SubmitDraft(draft=row.draft, version=1), Role.DRAFTER)
        seen = self.ask(watch.AskDraft(draft=row.draft), Role.RELEASER)
        assert isinstance(seen, watch.DraftRow)
        return seen

    def release(self, row: watch.DraftRow, key: SecurityKey) -> Sent:
        begun = self.ask(asking.BeginRelease(draft=row.draft, version=1, code=row.code), Role.RELEASER)
        ask = asking.ReleaseByKey(draft=row.draft, version=1, code=row.code, credential=key.get(begun.options))
        sent = self.ask(ask, Role.RELEASER)
        assert isinstance(sent, Sent)
        return sent


async def _run(begin: Callable[[], Any]) -> Any:
    coroutine: Coroutine[Any, Any, Any] = begin()
    return await coroutine


def compose(message: Outgoing) -> list[LineDraft]:
    return [LineDraft(MESSAGE, 1, 0, (), encode_message(Message("", message.text)))]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "desk.sqlite", tmp_path / "officers.key", b"passphrase", lambda: NOW_MS)
    yield made
    made.close()


def refused(code: str, act: Callable[[], object]) -> str:
    with pytest.raises(Told) as told:
        act()
    assert told.value.code == code
    return told.value.detail


@pytest.mark.parametrize("edwards", [False, True])
def test_a_key_signs_in_and_releases_and_the_record_can_show_it(desk: Desk, edwards: bool) -> None:
    """R-306 to R-309, R-300: what the station records, anybody can check with what it recorded before."""
    here, key = Staffed(desk), SecurityKey(edwards=edwards)
    row = here.give(key)
    assert (row.officer, row.told, row.uses) == ("releaser", True, 1)
    signed_in = here.sign_in(key)
    here.tokens[Role.RELEASER] = signed_in.token
    assert desk.sitting(signed_in.token).method == facts.SECURITY_KEY
    here.release(here.submitted(), key)
    named, message, release = here.line.kept
    assert (named.kind, message.kind, release.kind) == (KEY_OF_OFFICER, MESSAGE, RELEASE)
    said, record = parse_key_named(named.body), parse_release(release.body)
    assert (said.given, said.name, said.public) == (1, "releaser", key.public)
    assert record.method == facts.SECURITY_KEY
    check_signed(parse_signed(record.evidence), LINE, record.digest, said.rp_id)
    assert desk.state.keys[key.credential].uses == 3


def test_a_challenge_is_answered_once_soon_and_by_whom_it_was_made_for(desk: Desk) -> None:
    here, key, other = Staffed(desk), SecurityKey(), SecurityKey()
    here.give(key)
    here.give(other, Role.DRAFTER)
    begun = here.ask(asking.BeginSignIn(name="releaser"))
    answer = asking.SignInByKey(ceremony=begun.ceremony, credential=key.get(begun.options))
    here.ask(answer)
    assert "not open any more" in refused("OL-405", lambda: here.ask(answer))
    begun = here.ask(asking.BeginSignIn(name="releaser"))
    by_another = asking.SignInByKey(ceremony=begun.ceremony, credential=other.get(begun.options))
    assert "not one of this officer's" in refused("OL-405", lambda: here.ask(by_another))
    begun, later = here.ask(asking.BeginSignIn(name="releaser")), here.ask(asking.BeginSignIn(name="releaser"))
    crossed = asking.SignInByKey(ceremony=begun.ceremony, credential=key.get(later.options))
    assert "challenge" in refused("OL-405", lambda: here.ask(crossed))
    nobody = here.ask(asking.BeginSignIn(name="Nobody"))
    assert nobody.options["challenge"] and not nobody.options["allowCredentials"]
    refused("OL-405", lambda: here.ask(
        asking.SignInByKey(ceremony=nobody.ceremony, credential=key.get(nobody.options))))  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://desk.example"},
        {"origin": "https://desk.home.arpa:9443"},
        {"origin": "http://desk.home.arpa:8443"},
        {"rp_id": "home.arpa"},
        {"flags": 0x01},
        {"flags": 0x04},
    ],
)
def test_another_name_another_page_or_nobody_there_is_refused(desk: Desk, wrong: dict[str, Any]) -> None:
    """The origin is exactly that of this desk, its port too: another service of the same machine is no desk."""
    right = {"origin": "https://desk.home.arpa:8443", "rp_id": "desk.home.arpa"}
    here = Staffed(desk, Relying("desk.home.arpa", "https://desk.home.arpa:8443"))
    key = SecurityKey(**right)
    here.give(key)
    here.sign_in(key)
    for name, value in wrong.items():
        setattr(key, name, value)
    refused("OL-405", lambda: here.sign_in(key))
    refused("OL-405", lambda: here.give(SecurityKey(**{**right, **wrong}), label="other"))
    row = here.submitted()
    refused("OL-405", lambda: here.release(row, key))
    assert [one.kind for one in here.line.kept] == [KEY_OF_OFFICER]


def test_a_copied_key_is_noticed_by_its_count(desk: Desk) -> None:
    here, key = Staffed(desk), SecurityKey()
    here.give(key)
    here.sign_in(key)
    key.uses = 0
    assert "count" in refused("OL-405", lambda: here.sign_in(key))
    silent = SecurityKey(counts=False)
    here.give(silent, label="one that does not count")
    here.sign_in(silent)
    here.sign_in(silent)


def test_a_lost_key_counts_no_longer_and_the_record_says_so(desk: Desk) -> None:
    here, key, spare = Staffed(desk), SecurityKey(), SecurityKey()
    here.give(key)
    here.give(spare, label="spare")
    token = here.sign_in(key).token
    row = here.ask(asking.RevokeKey(credential=b64(key.credential), remark="lost"), Role.CUSTODIAN)
    assert (row.revoked, row.told) == (True, True)
    refused("OL-404", lambda: desk.sitting(token))
    refused("OL-405", lambda: here.sign_in(key))
    here.tokens[Role.RELEASER] = here.sign_in(spare).token
    draft = here.submitted()
    refused("OL-405", lambda: here.release(draft, key))
    here.release(draft, spare)
    said = [parse_key_named(one.body) for one in here.line.kept if one.kind == KEY_OF_OFFICER]
    assert [(one.given, one.public) for one in said] == [(1, key.public), (1, spare.public), (0, key.public)]
    refused("OL-204", lambda: here.ask(asking.RevokeKey(credential="\u00e9"), Role.CUSTODIAN))


def test_the_key_is_named_before_what_it_signed_also_when_the_disk_was_full(desk: Desk) -> None:
    """R-309."""
    here, key = Staffed(desk), SecurityKey()
    here.line.is_down = True
    assert here.give(key).told is False
    row = here.submitted()
    with pytest.raises(StoreDown):
        here.release(row, key)
    assert desk.state.drafts[row.draft].released_by is None
    here.line.is_down = False
    here.release(row, key)
    assert [one.kind for one in here.line.kept] == [KEY_OF_OFFICER, MESSAGE, RELEASE]


def test_where_keys_are_demanded_a_pin_releases_nothing(desk: Desk) -> None:
    here, key = Staffed(desk), SecurityKey()
    here.give(key)
    here.ask(watch.SetPolicy(persons=2, keys=True), Role.CUSTODIAN)
    row = here.submitted()
    with pytest.raises(Refused, match="PIN and a code are not enough"):
        here.ask(watch.ReleaseDraft(draft=row.draft, version=1, code=row.code), Role.RELEASER)
    here.release(row, key)


def test_the_code_of_what_was_read_is_asked_for_also_with_a_key(desk: Desk) -> None:
    here, key = Staffed(desk), SecurityKey()
    here.give(key)
    row = here.submitted()
    row.code = "0000 0000"
    with pytest.raises(Refused, match="code of draft"):
        here.release(row, key)


@pytest.mark.parametrize(
    "junk",
    [
        {}, {"rawId": 7}, {"id": "AA", "rawId": "AA", "response": {}}, {"rawId": "\u00e9"}, {"x": "y" * 20_000},
        {"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "AA"}},
        {"id": "AA", "rawId": "AA", "type": "public-key", "response": []},
    ],
)  # fmt: skip
def test_junk_from_a_browser_is_no_fault_of_ours(desk: Desk, junk: dict[str, Any]) -> None:
    here, key = Staffed(desk), SecurityKey()
    here.give(key)
    if junk.get("rawId") == "AA":
        junk = {**junk, "rawId": b64(key.credential), "id": b64(key.credential)}
    begun = here.ask(asking.BeginSignIn(name="releaser"))
    refused("OL-405", lambda: here.ask(asking.SignInByKey(ceremony=begun.ceremony, credential=junk)))
    begun = here.ask(asking.BeginKey(name="releaser"), Role.CUSTODIAN)
    refused("OL-405", lambda: here.ask(
        asking.EnrolKey(ceremony=begun.ceremony, credential=junk, label="x"), Role.CUSTODIAN))  # fmt: skip
    row = here.submitted()
    refused("OL-405", lambda: here.ask(
        asking.ReleaseByKey(draft=row.draft, version=1, code=row.code, credential=junk), Role.RELEASER))  # fmt: skip


def test_challenges_end_and_nobodys_flood_closes_anothers() -> None:
    kept = Challenges()
    name, _ = kept.make(SIGN_IN, 1, 0, "10.0.0.1")
    for _ in range(5 * CHALLENGES_BY_SOURCE_MAX):
        kept.make(SIGN_IN, 1, 0, "10.0.0.2")
    assert kept.take(SIGN_IN, name, CHALLENGE_MS_MAX).officer == 1
    name, _ = kept.make(SIGN_IN, 1, 0)
    refused("OL-405", lambda: kept.take(NEW_KEY, name, 0))
    name, _ = kept.make(SIGN_IN, 1, 0)
    refused("OL-405", lambda: kept.take(SIGN_IN, name, CHALLENGE_MS_MAX + 1))


def test_a_token_is_a_programs_until_it_ends_or_is_dismissed(desk: Desk) -> None:
    here = Staffed(desk)
    made = here.ask(asking.MakeToken(name="robot", roles=["auditor"], days=1), Role.CUSTODIAN)
    assert desk.officer(desk.sitting(made.token).actor).name == "robot"
    assert made.token not in str(desk.state), "only its hash is kept"
    desk._now_ms = lambda: made.until_ms
    refused("OL-404", lambda: desk.sitting(made.token))
    desk._now_ms = lambda: NOW_MS
    here.ask(watch.DismissOfficer(name="robot"), Role.CUSTODIAN)
    refused("OL-404", lambda: desk.sitting(made.token))
    with pytest.raises(Refused, match="valid Role"):
        here.ask(asking.MakeToken(name="other", roles=["king"]), Role.CUSTODIAN)


def own_key(here: Staffed, key: SecurityKey, role: Role = Role.RELEASER) -> asking.KeyRow:
    """What the officer does, in their own sitting."""
    begun = here.ask(asking.BeginOwnKey(), role)
    ask = asking.EnrolOwnKey(ceremony=begun.ceremony, credential=key.create(begun.options), label="own")
    row = here.ask(ask, role)
    assert isinstance(row, asking.KeyRow)
    return row


def test_who_is_invited_registers_one_key_and_the_log_says_who_gave_it(desk: Desk) -> None:
    here, key = Staffed(desk), SecurityKey()
    with pytest.raises(Refused, match="no custodian has invited you"):
        here.ask(asking.BeginOwnKey(), Role.RELEASER)
    made = here.ask(asking.InviteKey(name="releaser"), Role.CUSTODIAN)
    assert here.ask(asking.AskInvitation(), Role.RELEASER).by == made.by == "custodian"
    assert own_key(here, key).officer == "releaser"
    given = next(one for one in desk.entries(0, 100) if isinstance(one.fact, facts.KeyEnrolled))
    assert given.actor is not None and desk.officer(given.actor).name == "custodian"
    assert here.sign_in(key).name == "releaser"
    assert here.ask(asking.AskInvitation(), Role.RELEASER).until_ms == 0
    with pytest.raises(Refused, match="no custodian has invited you"):
        own_key(here, SecurityKey())


def test_an_invitation_is_one_officers_own_and_ends_with_the_hour(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    here = Staffed(desk)
    here.ask(asking.InviteKey(name="releaser"), Role.CUSTODIAN)
    here.ask(asking.InviteKey(name="auditor"), Role.CUSTODIAN)
    begun = here.ask(asking.BeginOwnKey(), Role.RELEASER)
    taken = asking.EnrolOwnKey(ceremony=begun.ceremony, credential=SecurityKey().create(begun.options), label="x")
    refused("OL-405", lambda: here.ask(taken, Role.AUDITOR))
    plain = here.ask(asking.BeginKey(name="releaser"), Role.CUSTODIAN)
    ask = asking.EnrolOwnKey(ceremony=plain.ceremony, credential=SecurityKey().create(plain.options), label="x")
    refused("OL-405", lambda: here.ask(ask, Role.RELEASER))
    later = counted_ms() + INVITATION_MS_MAX
    monkeypatch.setattr("openline.console.watch.keys.operations.counted_ms", lambda: later)
    with pytest.raises(Refused, match="within the last hour"):
        here.ask(asking.BeginOwnKey(), Role.RELEASER)


def test_an_invitation_of_who_is_custodian_no_more_is_none(desk: Desk) -> None:
    here = Staffed(desk)
    here.ask(asking.InviteKey(name="releaser"), Role.CUSTODIAN)
    desk.write([facts.RolesGiven(list(Role).index(Role.CUSTODIAN), (Role.AUDITOR,))], None)
    with pytest.raises(Refused):
        here.ask(asking.BeginOwnKey(), Role.RELEASER)
    assert not desk.state.keys
