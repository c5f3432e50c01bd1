"""Facts of a desk's log about what officers and programs act with, and what a release takes."""

from __future__ import annotations

from typing import NamedTuple

from openline.desk.people import Role


class KeyEnrolled(NamedTuple):
    """A security key is this officer's. `told` to the other parties by an entry of the line's record."""

    officer: int
    credential: bytes
    algorithm: int
    public: bytes
    rp_id: str
    label: str
    aaguid: bytes
    uses: int


class KeyRevoked(NamedTuple):
    """A security key counts no longer: lost, broken, given back."""

    credential: bytes
    remark: str


class KeyUsed(NamedTuple):
    """A security key signed, and says how often it has in all."""

    credential: bytes
    uses: int


class KeyTold(NamedTuple):
    """The line's record says that a security key was given (1) or taken away (0)."""

    credential: bytes
    given: int


class KeysDemanded(NamedTuple):
    """A release takes the releaser's security key from now on (1), or a PIN and a code are enough (0)."""

    demanded: int


class WeakerAsked(NamedTuple):
    """Somebody asks that a release take less: it does once another agrees."""

    persons: int
    demanded: int


class ReleaseSigned(NamedTuple):
    """What the releaser's security key signed; stands straight before the release it belongs to."""

    draft: int
    evidence: bytes


class ProgramEnrolled(NamedTuple):
    """A program got a number and roles; it shows a token of this SHA-256, until then."""

    officer: int
    name: str
    roles: tuple[Role, ...]
    digest: bytes
    until_ms: int


class MeansConfirmed(NamedTuple):
    """Another person confirms what one alone gave an officer: roles, a PIN or a key."""

    officer: int


class PreclearedAsked(NamedTuple):
    """Somebody asks that notices released beforehand may be sent again: they may once another agrees."""


class Alerted(NamedTuple):
    """A message of theirs (its full name) rang at this desk; `heard`: 1 where an annunciator with a sound listened."""

    of: str
    heard: int


class Relayed(NamedTuple):
    """A bearer of ours (`label`) had taken the whole of a message (its full name) for a party, at that instant by our
    clock: what this station saw, and no promise of anybody."""

    of: str
    party: int
    label: str
    at_ms: int


class Opened(NamedTuple):
    """The officer opened a message of theirs; the line's record says so to all."""

    of: str
