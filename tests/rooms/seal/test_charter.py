"""A charter is one string of bytes; what is missing, doubled or out of bounds is named."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import cbor2
import pytest

from openline.errors import Malformed
from openline.limits import BODY_BYTES_MAX
from openline.seal import charter as charters
from openline.seal.charter import NO_NONCE, Charter, CharterLimits, CharterParty, parse_charter
from openline.seal.spelling import write_map
from tests.rooms.seal.people import NAMES, NOW, root

CHARTER = Charter(
    "North line",
    tuple(CharterParty(NAMES[n], root(n).public) for n in range(3)),
    (b"a" * 32, b"b" * 32, b"c" * 32),
    NOW,
    ("en", "ru", "zh-Hans"),
    (("en", "AS AGREED"), ("ru", "ПО СОГЛАСОВАНИЮ")),
    formats=(b"\x01" * 32, b"\x02" * 32),
    offices=(("A DESK", "A TREATY OFFICE"), ("B DESK",), ()),
)
Change = Callable[[dict[int, object]], object]


def put(number: int, value: object) -> Change:
    return lambda fields: fields.update({number: value})


REFUSED: dict[str, tuple[Change, str]] = {
    "another version": (put(0, 2), "version 1 only"),
    "no name": (put(1, ""), r"field 1 \(line name\)"),
    "one party": (lambda c: c.update({2: c[2][:1], 3: c[3][:1], 11: c[11][:1]}), "parties.*1 items"),
    "nine parties": (lambda c: c.update({2: c[2] * 3}), "parties.*9 items"),
    "a party twice": (
        lambda c: c.update({2: [c[2][0], ["Other", *c[2][0][1:]], c[2][2]]}),
        "one party stands in it twice",
    ),
    "a name twice": (
        lambda c: c.update({2: [c[2][0], ["Party A", *c[2][1][1:]], c[2][2]]}),
        "two parties have one name",
    ),
    "a small-order root": (lambda c: c.update({2: [["Party A", bytes(32), c[2][0][2]], *c[2][1:]]}), "small order"),
    "a nonce missing": (put(3, [b"a" * 32, b"b" * 32]), "nonces.*2 items"),
    "a nonce not given": (put(3, [b"a" * 32, b"b" * 32, NO_NONCE]), "nonce is missing or stands in it twice"),
    "a nonce twice": (put(3, [b"a" * 32, b"a" * 32, b"c" * 32]), "nonce is missing or stands in it twice"),
    "no date": (put(4, None), "opened at"),
    "no language": (put(5, []), "languages"),
    "a language twice": (put(5, ["en", "en"]), "one language stands in it twice"),
    "no language tag": (put(5, ["en_GB"]), "not a language tag"),
    "a banner in no language of the line": (put(6, [["fr", "X"]]), "handling banner"),
    "banners out of order": (put(6, [["ru", "X"], ["en", "Y"]]), "handling banner"),
    "three due times": (put(7, [1, 2, 3]), "due times.*3 items"),
    "a due time of nothing": (put(7, [0, 1, 2, 3]), "due times"),
    "bodies beyond the program": (put(8, [BODY_BYTES_MAX + 1, 1, 1]), "limits"),
    "bounds said that hold unsaid": (put(8, [9, 9, 9, 2_000, 8_000]), "limits.*five of which"),
    "a bound on FLASH alone": (put(8, [9, 9, 9, 2_000]), "limits.*five of which"),
    "FLASH of nothing": (put(8, [9, 9, 9, 0, 8_000]), "limits"),
    "another suite": (put(9, "xwing-hkdf-sha256-chacha20poly1305"), "there is no other"),
    "formats out of order": (put(10, [b"\x02" * 32, b"\x01" * 32]), "formats"),
    "an office twice": (put(11, [["DESK"], ["DESK"], []]), "one address stands in it twice"),
    "offices of two parties": (put(11, [[], []]), "offices.*2 items"),
}


def test_a_charter_comes_back_and_names_its_line() -> None:
    """R-047, R-048."""
    assert parse_charter(CHARTER.encode()) == CHARTER
    assert CHARTER.line_id() == hashlib.sha256(b"openline/line/v1\n" + CHARTER.encode()).digest()
    assert CHARTER.party_of(root(2).party_id) == 2
    assert CHARTER.party_of(bytes(32)) is None
    draft = CHARTER._replace(nonces=(b"a" * 32, NO_NONCE, NO_NONCE))
    assert parse_charter(draft.encode(), draft=True) == draft
    assert draft.line_id() != CHARTER.line_id()


@pytest.mark.parametrize(("change", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_a_charter_that_cannot_stand_is_refused_by_field(change: Change, said: str) -> None:
    """R-048."""
    fields = cbor2.loads(CHARTER.encode())
    change(fields)
    with pytest.raises(Malformed, match=said):
        parse_charter(write_map(list(fields.values())))


def test_eight_parties_fit() -> None:
    many = tuple(CharterParty(f"Party {n}", root(n).public) for n in range(3))
    assert charters.PARTIES_MAX == 8
    assert parse_charter(CHARTER._replace(parties=many).encode()).parties == many


def test_bounds_on_flash_and_immediate_are_said_only_where_they_are_others() -> None:
    """R-048, R-210: a charter from before there were such bounds keeps its bytes, and its line its name."""
    old = CHARTER._replace(limits=CharterLimits(9, 9, 9))
    assert load_limits(old) == [9, 9, 9]
    for limits in (CharterLimits(9, 9, 9, 1_000), CharterLimits(9, 9, 9, 2_000, 9_000), CharterLimits(9, 9, 9, 1, 1)):
        charter = CHARTER._replace(limits=limits)
        assert load_limits(charter) == list(limits)
        assert parse_charter(charter.encode()) == charter


def load_limits(charter: Charter) -> object:
    return cbor2.loads(charter.encode())[8]
