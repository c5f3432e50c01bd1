"""What a custodian asks of a running station about what it keeps: certificates, room, what was written out, doctor."""

from __future__ import annotations

import msgspec

from openline.console.channel.asking import _Request


class AskKeeping(_Request, tag="keeping", tag_field="op"):
    """How what the station keeps stands: what `doctor` says of this line, and dates."""


class CertificateRow(msgspec.Struct):
    """One party's station keys, as its root certified them. Instants are UTC ms; `age_ms`: since they count.

    `standing`: in force, to renew, expired, not yet.
    """

    party: str
    ours: bool
    from_ms: int
    until_ms: int
    age_ms: int
    standing: str


class FoundRow(msgspec.Struct):
    """One thing that was looked at; `verdict` is well, look or wrong."""

    what: str
    verdict: str
    detail: str


class Keeping(msgspec.Struct):
    """How it stands. `backup_at_ms`, `export_at_ms`: the last that this station wrote since it started, or None."""

    now_ms: int
    started_at_ms: int
    certificates: list[CertificateRow]
    store_bytes: int
    free_bytes: int
    backup_at_ms: int | None
    export_at_ms: int | None
    found: list[FoundRow]


Request = AskKeeping
