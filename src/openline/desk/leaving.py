"""What leaves a desk when a draft is released: the entries, in their order, and the gate before the record.

A message leaves by itself, or with the RELATION that says what it does to earlier ones straight behind it; a withdrawal
and a directory of offices leave alone. What two persons agree to is the digest of the last of these entries: a RELATION
names its message by digest, so that one digest is over both. (R-301, R-303, R-312, R-317, R-319)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from openline.accord import bodies
from openline.desk.release import release_digest, with_names
from openline.desk.state import DeskState, Draft, Stage, Version
from openline.desk.telling.bodies import Offices, Relation, encode_body, parse_body
from openline.desk.texts.precleared import PRECLEARED, parse_notice
from openline.errors import Malformed, Refused
from openline.record.body import parse_message
from openline.record.entry import MESSAGE, NOTICE_KINDS, OFFICES, RELATION, Ref

NOT_YET: Final = bytes(32)  # stands for the digest of a message whose releasers are not known yet
TOKENS_OF_DESK: Final = "desk/"  # begins the tokens that a desk records its releases under; nobody else's do
GATED: Final = frozenset((MESSAGE, RELATION, OFFICES, *NOTICE_KINDS))  # official text: what a release must be over


class Part(NamedTuple):
    """An entry that is to be recorded."""

    kind: int
    precedence: int
    flags: int
    references: tuple[Ref, ...]
    body: bytes

    @property
    def digest(self) -> bytes:
        """What a release of it is over."""
        return release_digest(self.kind, self.precedence, self.flags, self.body)


def check_told(kind: int, told: bytes, message: bytes) -> None:
    """Raises Refused or Malformed where a draft of that kind cannot become entries."""
    if kind == PRECLEARED:
        parse_notice(told)
        if message:
            raise Refused("a notice that is to be released beforehand stands alone")
        return
    if kind in bodies.KINDS:
        bodies.check_body(kind, told)
        if message:
            raise Refused("a notice, a declaration, and every paper of the accords each stand alone")
        return
    said = parse_body(kind, told)
    if not isinstance(said, Relation | Offices):
        raise Refused("this is written by the watch officer, and not drafted")
    if said.released_by:
        raise Refused("a draft names nobody who released it; the desk puts the names in when it is released")
    if isinstance(said, Relation) and bool(said.beside) != bool(message):
        raise Refused("a correction, supersession or forwarding is said by a message; a withdrawal by none")
    if isinstance(said, Offices) and message:
        raise Refused("a directory of offices stands alone")


def parts_of(version: Version, names: tuple[str, ...]) -> tuple[Part, ...]:
    """What leaves with this version, let go by these persons, in its order. Raises Malformed."""
    at = (version.precedence, version.flags)
    if version.kind in bodies.KINDS:  # who released it stands in the release record alone
        return (Part(version.kind, *at, bodies.check_body(version.kind, version.told), version.told),)
    found: list[Part] = []
    if version.body:
        body = with_names(version.body, names)
        answered = parse_message(body).in_reply_to
        found.append(Part(MESSAGE, *at, (answered,) if answered else (), body))
    if version.kind == PRECLEARED:
        return (Part(PRECLEARED, 0, 0, (), version.told),)  # to be kept here, never recorded by itself
    if version.kind != MESSAGE:
        said = parse_body(version.kind, version.told)
        assert isinstance(said, Relation | Offices)  # nothing else is drafted
        said = said._replace(released_by=names)
        if isinstance(said, Relation) and found:
            said = said._replace(beside=found[0].digest)
        found.append(Part(version.kind, *at, said.of if isinstance(said, Relation) else (), encode_body(said)))
    return tuple(found)


def token_of(draft: Draft) -> str:
    """What the recording of a released draft is known by: asked again it is recorded once."""
    return f"{TOKENS_OF_DESK}{draft.digest.hex()}/{draft.number}"


def draft_of(state: DeskState, tokens: Sequence[str]) -> Draft | None:
    """The released draft that entries under these tokens record; None where they record none, or not one alone."""
    if not tokens or not tokens[0].startswith(TOKENS_OF_DESK):
        return None
    for draft in state.under_way.values():
        if draft.stage is Stage.RELEASED:
            token = token_of(draft)
            if all(one == token or one.startswith(token + "/") for one in tokens):
                return draft
    return None


def is_open(state: DeskState) -> bool:
    """Whether nothing needs a release here: neither two persons nor a key are asked for."""
    return state.persons < 2 and not state.keys_demanded


def lets_pass(state: DeskState, parts: Sequence[Part], draft: Draft | None = None) -> bool:
    """Whether these may be recorded, straight after each other: nothing official, or neither two persons nor a key
    needed, or exactly what this draft's release is over. The same words by another door are not what was released: they
    would be recorded a second time. (R-303, R-319, R-338)"""
    if is_open(state):
        return True
    released = {draft.digest} if draft is not None and draft.stage is Stage.RELEASED else set()
    for at, part in enumerate(parts):
        if part.kind not in GATED:
            continue
        if part.kind in bodies.KINDS and not _refers_as_it_says(part):
            return False
        if part.kind == RELATION:
            if part.digest not in released or not _stands(parts, at):
                return False
        elif part.digest not in released and not _is_said_for(parts, at):
            return False
    return True


def _refers_as_it_says(part: Part) -> bool:
    """Its references are those that its body, which the release is over, names."""
    try:
        return part.references == bodies.check_body(part.kind, part.body)
    except Malformed:
        return False


def _stands(parts: Sequence[Part], at: int) -> bool:
    """A relation that was released refers to what it is of, and its message stands straight before it."""
    part = parts[at]
    said = _relation(part)
    if said is None or part.references != said.of:
        return False
    return not said.beside or (at > 0 and _names(said, part, parts[at - 1]))


def _is_said_for(parts: Sequence[Part], at: int) -> bool:
    """A message that the relation straight behind it names; whether that was released is asked of it."""
    behind = parts[at + 1] if at + 1 < len(parts) else None
    said = _relation(behind) if behind is not None else None
    return behind is not None and said is not None and _names(said, behind, parts[at])


def _names(said: Relation, part: Part, message: Part) -> bool:
    same = (message.precedence, message.flags) == (part.precedence, part.flags)
    return message.kind == MESSAGE and same and message.digest == said.beside


def _relation(part: Part) -> Relation | None:
    if part.kind != RELATION:
        return None
    try:
        said = parse_body(RELATION, part.body)
    except Malformed:
        return None
    return said if isinstance(said, Relation) else None
