"""Every door of the desk and the line, role by role."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from openline.console.codes import Told
from openline.console.watch.asking import AnyRequest
from openline.console.watch.desk import Desk, forward_ms
from openline.console.watch.doors import DOORS, ONLY_WHERE_STAFFED, let_in
from openline.desk import acts, facts
from openline.desk.people import ALLOWED, Role
from openline.errors import Refused

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
    return {role: desk.sittings.begin(n, 0, forward_ms())[0] for n, role in enumerate(Role)}


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
