"""Every door of the desk and the line, role by role."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from openline.console.channel.asking import Acknowledge, Outgoing, Send
from openline.console.channel.clock import counted_ms
from openline.console.codes import Told
from openline.console.stating.asking import Declare, SayOperating
from openline.console.watch.asking import (
    AnyRequest,
    AskDraft,
    DismissOfficer,
    ReleaseDraft,
    SignIn,
    SubmitDraft,
    WriteDraft,
)
from openline.console.watch.desk import Desk
from openline.console.watch.doors import DOORS, ONLY_WHERE_STAFFED, TOKENS_OF_DESK, let_in
from openline.console.watch.operations import DeskOperations
from openline.console.watch.secrets import make_secret
from openline.desk import acts, facts
from openline.desk.people import ALLOWED, Role
from openline.desk.state import Stage
from openline.errors import Refused
from openline.line.events import Draft as LineDraft
from openline.line.ports import LogId
from openline.record.body import Message, encode_message

LONG = Message("", "x" * 3_000)
REQUESTS = get_args(AnyRequest)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "desk.sqlite", tmp_path / "officers.key", b"passphrase", lambda: 1_795_000_000_000)
    yield made
    made.close()


def of_kind(kind: type, token: str) -> Any:
    """One request of a kind; what else is in it is looked at by others."""
    fields = [one for one in msgspec.structs.fields(kind) if one.required]
    return kind(**{one.name: None for one in fields}, sitting=token)


def staffed(desk: Desk) -> dict[Role, str]:
    """One officer a role, each signed in."""
    desk.write([facts.Enrolled(n, str(role), (role,)) for n, role in enumerate(Role)], None)
    return {role: desk.sittings.begin(n, 0, counted_ms())[0] for n, role in enumerate(Role)}


def test_every_request_is_in_the_table() -> None:
    assert set(DOORS) == set(REQUESTS)


@pytest.mark.parametrize("kind", REQUESTS, ids=lambda kind: kind.__name__)
def test_each_role_passes_the_doors_it_has_the_act_for(kind: type, desk: Desk) -> None:
    tokens = staffed(desk)
    act = DOORS[kind]
    for role in Role:
        request = of_kind(kind, tokens[role])
        if act is None or role in ALLOWED[act]:
            let_in(desk, request)
        else:
            with pytest.raises(Refused, match=str(role)):
                let_in(desk, request)
    if act is not None:
        for token in ("", "f" * 64):
            with pytest.raises(Told) as told:
                let_in(desk, of_kind(kind, token))
            assert told.value.code == "OL-404"


@pytest.mark.parametrize("kind", REQUESTS, ids=lambda kind: kind.__name__)
def test_without_officers_the_account_is_all_there_is(kind: type, desk: Desk) -> None:
    if kind in ONLY_WHERE_STAFFED:
        with pytest.raises(Told) as told:
            let_in(desk, of_kind(kind, ""))
        assert told.value.code == "OL-701"
    else:
        let_in(desk, of_kind(kind, ""))


def test_a_dismissed_officer_passes_no_door(desk: Desk) -> None:
    tokens = staffed(desk)
    desk.write([facts.Enrolled(len(Role), "Second", (Role.CUSTODIAN,))], None)
    desk.act(acts.Dismiss(str(Role.CUSTODIAN)), desk.sitting(tokens[Role.CUSTODIAN]).actor)
    for kind, token in product(REQUESTS, [tokens[Role.CUSTODIAN]]):
        if DOORS[kind] is not None:
            with pytest.raises(Refused, match="none any more"):
                let_in(desk, of_kind(kind, token))


@pytest.mark.parametrize("is_staffed", [True, False])
def test_nobody_takes_the_token_of_a_release(desk: Desk, is_staffed: bool) -> None:
    """R-303: what is recorded under it would stand for the released message, and that would never leave."""
    token = staffed(desk)[Role.WATCH] if is_staffed else ""
    planted = f"{TOKENS_OF_DESK}{'ab' * 32}/0"
    asked: list[Any] = [
        Acknowledge(place="0/00/0", officer="A", role="watch officer", token=planted, sitting=token),
        SayOperating(text="x", officer="A", token=planted, sitting=token),
        Declare(act="resume", officer="A", token=planted, sitting=token),
        Send(messages=[Outgoing(text="x", token=planted)], sitting=token),
    ]
    for request in asked:
        with pytest.raises(Refused, match="names a release"):
            let_in(desk, request)


class Recorded:
    """A line that takes everything."""

    def now_ms(self) -> int:
        return 1_795_000_000_000

    def look_at(self, drafts: Sequence[LineDraft]) -> None:
        if any(len(draft.body) > 2_000 for draft in drafts):
            raise Told("OL-402", "too long")

    async def pass_doors(self, drafts: Sequence[LineDraft]) -> None:
        return

    async def submit(self, drafts: Sequence[LineDraft]) -> list[tuple[LogId, int]]:
        return [(LogId(0, bytes(12)), index) for index, _ in enumerate(drafts)]


def test_who_is_dismissed_while_signing_in_has_no_sitting_and_no_pin(desk: Desk) -> None:
    """The look at a PIN takes a while, and what happens meanwhile counts."""
    tokens = staffed(desk)
    secret = make_secret("123456")
    desk.secrets.put(0, secret)
    who = str(next(iter(Role)))
    ask = DeskOperations(desk, Recorded(), lambda _: [LineDraft(1, 0, 0, (), b"")], "line")
    code = TOTP(secret.seed, 6, SHA1(), 30).generate(Recorded().now_ms() // 1000).decode()

    async def both() -> str:
        signing = asyncio.create_task(ask.sign_in(SignIn(name=who, pin="123456", code=code)))
        await asyncio.sleep(0)  # the PIN is being looked at
        await ask.dismiss(DismissOfficer(name=who, sitting=tokens[Role.CUSTODIAN]))
        return (await signing).token

    token = asyncio.run(both())
    with pytest.raises(Told):
        desk.sitting(token)
    assert desk.secrets.get(0) is None


def test_what_the_terms_do_not_let_leave_is_not_released(desk: Desk) -> None:
    """Released, it could neither leave nor be taken back, and would go once the terms are others."""
    tokens = staffed(desk)
    ask = DeskOperations(desk, Recorded(), lambda _: [LineDraft(1, 3, 0, (), encode_message(LONG))], "line")

    async def release() -> None:
        row = await ask.write(WriteDraft(message=Outgoing(text=LONG.text), sitting=tokens[Role.DRAFTER]))
        await ask.submit(SubmitDraft(draft=row.draft, version=row.version, sitting=tokens[Role.DRAFTER]))
        seen = await ask.draft(AskDraft(draft=row.draft, sitting=tokens[Role.RELEASER]))
        await ask.release(
            ReleaseDraft(draft=row.draft, version=row.version, code=seen.code, sitting=tokens[Role.RELEASER])
        )

    with pytest.raises(Told) as told:
        asyncio.run(release())
    assert told.value.code == "OL-402"
    assert desk.state.drafts[0].stage is Stage.SUBMITTED, "its author may write a shorter one"
