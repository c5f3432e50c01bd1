"""What can be asked of a running station about joint statements. Field names are those of `--json`.

A statement is named by its id, or by the first digits of its digest where several texts were signed under one id.
"""

from __future__ import annotations

import msgspec

from openline.console.channel.asking import Count, _Request


class VersionRow(msgspec.Struct, forbid_unknown_fields=True):
    """The statement in one language."""

    language: str
    title: str
    text: str


class ProposeJoint(_Request, tag="propose-joint", tag_field="op"):
    """Propose a joint statement, which is to sign it. Refused where a language of the line is missing."""

    name: str  # its id
    texts: list[VersionRow]
    release_ms: Count
    zone: str
    minutes_east: int
    token: str | None = None


class SignJoint(_Request, tag="sign-joint", tag_field="op"):
    """Sign the bytes of a statement that another party proposed: all its languages."""

    statement: str
    token: str | None = None


class WithdrawJoint(_Request, tag="withdraw-joint", tag_field="op"):
    """Withdraw our signature, or refuse to sign; as long as not all have signed."""

    statement: str
    reason: str = ""
    language: str = ""
    token: str | None = None


class DraftJoint(_Request, tag="draft-joint", tag_field="op"):
    """A proposal, a signature or a withdrawal as a draft of this desk, for another officer to release."""

    paper: ProposeJoint | SignJoint | WithdrawJoint


class AskJoints(_Request, tag="joints", tag_field="op"):
    """Joint statements of the record, by id."""


class SignerRow(msgspec.Struct):
    """A party, and the entry by which it signed these bytes; empty where none counts."""

    party: int
    name: str
    place: str
    written_at_ms: int | None


class SaidRow(msgspec.Struct):
    """An entry about a statement: who wrote it, when, and its words."""

    name: str
    place: str
    written_at_ms: int
    words: str


class JointRow(msgspec.Struct):
    """A joint statement. `state`: open, agreed or withdrawn. `other_bytes`: digests that were signed under the same id.

    `marks` says in words what does not fit: other bytes, a language of the line missing, signed too late.
    """

    digest: str
    id: str
    title: dict[str, str]
    release_ms: int | None
    zone: str
    minutes_east: int
    state: str
    signed: list[SignerRow]
    withdrawn: list[SaidRow]
    marks: list[str]
    other_bytes: list[str]
    ours_lacks: bool  # whether our signature is what is waited for
    may_publish: bool = False
    why_not: str = ""


class AskJoint(_Request, tag="joint", tag_field="op"):
    """One joint statement, whole."""

    statement: str


class JointWhole(msgspec.Struct):
    """A joint statement with its texts. `now_ms`: this station's clock; `clock`: agrees, disagrees or unknown."""

    row: JointRow
    texts: list[VersionRow]
    bytes: int
    now_ms: int
    clock: str


class PublishJoint(_Request, tag="publish-joint", tag_field="op"):
    """The published file of a statement. Refused before the agreed instant."""

    statement: str


class PublishedFile(msgspec.Struct):
    """The file as text (JSON), what to call it, and its SHA-256."""

    name: str
    file: str
    sha256: str
    release_ms: int
    published_ms: int


Request = ProposeJoint | SignJoint | WithdrawJoint | DraftJoint | AskJoints | AskJoint | PublishJoint
