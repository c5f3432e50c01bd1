"""PIN and code: what is taken once, what never, and what lies on disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from openline.console.watch import secrets
from openline.console.watch.secrets import STEP_S, Secret, Secrets, check, make_secret
from openline.errors import Locked, Misconfigured, Refused
from openline.store import keyfile

NOW_S = 1_795_000_000
PIN = "481516"


def code_at(secret: Secret, at_s: int) -> str:
    """As any code generator makes it: RFC 6238."""
    return TOTP(secret.seed, 6, SHA1(), STEP_S).generate(at_s).decode()


def test_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B: the first vector, cut to six digits."""
    assert secrets._codes(Secret(b"", b"", b"12345678901234567890")).generate(59) == b"287082"


def test_a_pin_and_a_code_are_taken_once() -> None:
    secret = make_secret(PIN)
    code = code_at(secret, NOW_S)
    used = check(secret, PIN, code, NOW_S)
    assert used is not None
    assert check(used, PIN, code, NOW_S) is None
    later = check(used, PIN, code_at(secret, NOW_S + STEP_S), NOW_S + STEP_S)
    assert later is not None
    assert check(later, PIN, code_at(secret, NOW_S), NOW_S) is None  # older than one that was used


@pytest.mark.parametrize("steps", [-2, -1, 0, 1, 2])
def test_a_code_of_the_half_minute_beside_is_taken_and_no_other(steps: int) -> None:
    secret = make_secret(PIN)
    taken = check(secret, PIN, code_at(secret, NOW_S + steps * STEP_S), NOW_S)
    assert (taken is not None) == (abs(steps) <= 1)


@pytest.mark.parametrize(
    ("pin", "code"),
    [("481517", None), (PIN + "0", None), ("", None), (PIN, "000000"), (PIN, ""), (PIN, "\uff11" * 6), (PIN, "12345x")],
)
def test_what_does_not_fit_is_not_taken(pin: str, code: str | None) -> None:
    secret = make_secret(PIN)
    right = code_at(secret, NOW_S)
    wrong = right if code is None else ("111111" if code == right else code)
    assert check(secret, pin, wrong, NOW_S) is None


@pytest.mark.parametrize("pin", ["", "12345", "111111", "121212", "x" * 65])
def test_a_pin_that_says_little_is_refused(pin: str) -> None:
    with pytest.raises(Refused):
        make_secret(pin)


def test_secrets_lie_encrypted_and_come_back(tmp_path: Path) -> None:
    path = tmp_path / "officers.key"
    kept = Secrets(path, b"passphrase")
    one, two = make_secret(PIN), make_secret("another pin")
    kept.put(0, one)
    kept.put(3, two)
    assert one.seed not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    again = Secrets(path, b"passphrase")
    assert (again.get(0), again.get(3), again.get(1)) == (one, two, None)
    again.drop(0)
    assert Secrets(path, b"passphrase").get(0) is None
    with pytest.raises(Locked):
        Secrets(path, b"another")
    assert "seed" not in repr(one) and one.seed.hex() not in repr(one)


def test_another_key_file_in_its_place_is_said(tmp_path: Path) -> None:
    path = tmp_path / "officers.key"
    keyfile.create(path, "station keys", b"x", b"passphrase", keyfile.Cost(8, 1, 1))
    with pytest.raises(Misconfigured, match="station keys"):
        Secrets(path, b"passphrase")
    path.unlink()
    keyfile.create(path, "officers", b"\xa1\x00\x81\x85\x00\x40\x40\x40\x00", b"passphrase", keyfile.Cost(8, 1, 1))
    with pytest.raises(Misconfigured, match="put it back"):
        Secrets(path, b"passphrase")
