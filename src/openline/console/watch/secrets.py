"""What officers prove themselves with where there is no security key: a PIN and a code that changes (RFC 6238).

Both lie in one key file under the station's passphrase: a code's seed has to be known to be checked. Whoever reads that
file open can make codes, and whoever runs the station can say what they like of a PIN: a release shown this way is
attested by the station, and the record says so.
"""

from __future__ import annotations

import hmac
import os
from pathlib import Path
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from openline.errors import Malformed, Misconfigured, Refused
from openline.limits import OFFICERS_MAX
from openline.seal.spelling import Fields, items, octets, whole, write_map
from openline.store import keyfile
from openline.store.keyfile import Cost, KeyFile

PURPOSE: Final = "officers"
PIN_CHARS_MIN: Final = 6
PIN_CHARS_MAX: Final = 64
CODE_DIGITS: Final = 6
STEP_S: Final = 30
STEPS_OFF_MAX: Final = 1  # a code of the step before or after is taken: clocks differ, fingers are slow
PIN_COST: Final = Cost(19 * 1024, 2, 1)  # OWASP's floor: a PIN is short anyway, what bounds guessing is the counting
_SALT_BYTES: Final = 16
_SEED_BYTES: Final = 20
_HASH_BYTES: Final = 32


class Secret(NamedTuple):
    """One officer's. `last_step`: the newest step whose code was used; none is taken twice."""

    salt: bytes
    pin_hash: bytes
    seed: bytes
    last_step: int = 0

    def __repr__(self) -> str:
        return "Secret(…)"  # a traceback must not print it


def make_secret(pin: str) -> Secret:
    """A new officer's, with a fresh seed. Raises Refused for a PIN that is too short. Takes a while, on purpose."""
    if not PIN_CHARS_MIN <= len(pin) <= PIN_CHARS_MAX:
        raise Refused(f"a PIN has {PIN_CHARS_MIN} to {PIN_CHARS_MAX} characters")
    if len(set(pin)) < 3:
        raise Refused("this PIN is one or two characters repeated; take another")
    salt = os.urandom(_SALT_BYTES)
    return Secret(salt, _hash(pin, salt), os.urandom(_SEED_BYTES))


def address_of(secret: Secret, name: str, issuer: str) -> str:
    """What a code generator is set up with (an `otpauth://` address). Shown once, to that officer."""
    return _codes(secret).get_provisioning_uri(name, issuer)


def check(secret: Secret, pin: str, code: str, now_s: int) -> Secret | None:
    """The secret with this code used up; None where PIN or code do not fit, which of the two is not said."""
    right = hmac.compare_digest(_hash(pin[:PIN_CHARS_MAX], secret.salt), secret.pin_hash)
    step = _step_of(secret, code, now_s)
    if not right or step is None:
        return None
    return secret._replace(last_step=step)


def _step_of(secret: Secret, code: str, now_s: int) -> int | None:
    if len(code) != CODE_DIGITS or not code.isascii() or not code.isdecimal():
        return None
    for step in range(now_s // STEP_S - STEPS_OFF_MAX, now_s // STEP_S + STEPS_OFF_MAX + 1):
        if step <= secret.last_step:
            continue
        try:
            _codes(secret).verify(code.encode(), step * STEP_S)
        except InvalidToken:
            continue
        return step
    return None


def _codes(secret: Secret) -> TOTP:
    return TOTP(secret.seed, CODE_DIGITS, SHA1(), STEP_S)  # noqa: S303  what every code generator can do; RFC 6238


def _hash(pin: str, salt: bytes) -> bytes:
    kdf = Argon2id(
        salt=salt, length=_HASH_BYTES, iterations=PIN_COST.passes, lanes=PIN_COST.lanes, memory_cost=PIN_COST.memory_kib
    )
    return kdf.derive(pin.encode())


class Secrets:
    """All officers' secrets of one desk, in one encrypted file. Durable on return of everything that changes it."""

    def __init__(self, path: Path, passphrase: bytes) -> None:
        """Raises Misconfigured, Locked. A desk without officers has no file yet."""
        self._path = path
        self._passphrase = passphrase
        self._file: KeyFile | None = None
        self._by_officer: dict[int, Secret] = {}
        if path.exists():
            self._file = keyfile.unlock(path, PURPOSE, passphrase)
            try:
                self._by_officer = _parse(self._file.secret)
            except Malformed as fault:
                raise Misconfigured(f"{path}: {fault.reason}; put it back from a backup") from fault

    def get(self, officer: int) -> Secret | None:
        """An officer's secret; None where this desk has none."""
        return self._by_officer.get(officer)

    def put(self, officer: int, secret: Secret) -> None:
        """Keep an officer's secret. Raises StoreDown: the old one stands."""
        self._write({**self._by_officer, officer: secret})

    def drop(self, officer: int) -> None:
        """Forget an officer's secret. Raises StoreDown."""
        self._write({number: one for number, one in self._by_officer.items() if number != officer})

    def _write(self, by_officer: dict[int, Secret]) -> None:
        data = write_map(([[number, *secret] for number, secret in sorted(by_officer.items())],))
        if self._file is None:
            self._file = keyfile.create(self._path, PURPOSE, data, self._passphrase)
        else:
            self._file.replace(data)
        self._by_officer = by_officer


def _parse(data: bytes) -> dict[int, Secret]:
    fields = Fields(data, "officers", ("officers",), keyfile.KEYFILE_BYTES_MAX)
    found = {}
    for one in fields.items(0, OFFICERS_MAX):
        number, salt, pin_hash, seed, last_step = items(one, fields.where(0), 5, 5)
        found[whole(number, fields.where(0), 0, OFFICERS_MAX - 1)] = Secret(
            octets(salt, fields.where(0), _SALT_BYTES),
            octets(pin_hash, fields.where(0), _HASH_BYTES),
            octets(seed, fields.where(0), _SEED_BYTES),
            whole(last_step, fields.where(0), 0, 2**40),
        )
    return found


UNKNOWN: Final = Secret(bytes(_SALT_BYTES), bytes(_HASH_BYTES), bytes(_SEED_BYTES))  # nobody's; fits nothing
