"""What an entry says to the register: that it is a message, and what it says of other entries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from openline.contact.saying import Alerted, HoldingReply, Refusal, SilenceAnswered, SilenceRecorded, read_stated
from openline.desk.telling.bodies import TOLD_KINDS, Passed, Relation, Understood, Which
from openline.desk.telling.counting import read_told, stands_beside
from openline.errors import Malformed
from openline.line.ports import LogId
from openline.record.body import Message, parse_acknowledgement, parse_message
from openline.record.entry import (
    ACKNOWLEDGEMENT,
    ALERTED,
    HOLDING_REPLY,
    KIND_NAMES,
    MESSAGE,
    NOTICE_KINDS,
    REFUSAL,
    SILENCE_ANSWERED,
    SILENCE_RECORDED,
    Header,
    Ref,
)
from openline.record.times import held_before

STATED: Final = frozenset((REFUSAL, HOLDING_REPLY, SILENCE_RECORDED, SILENCE_ANSWERED, ALERTED))
FOLLOWED: Final = frozenset((MESSAGE, ACKNOWLEDGEMENT, *NOTICE_KINDS, *STATED, *TOLD_KINDS))

OPENED: Final = "opened"
ANSWERED: Final = "answered"
REFUSED: Final = "refused"
HOLDING: Final = "holding reply"
SILENCE: Final = "silence recorded"
RANG: Final = KIND_NAMES[ALERTED]
RELATED: Final = {
    Which.CORRECTS: "corrected", Which.WITHDRAWS: "withdrawn", Which.SUPERSEDES: "superseded",
    Which.FORWARDS: "forwarded",
}  # fmt: skip
Before = Callable[[], "tuple[Header, bytes] | None"]
NO_WORDS: Final = Message("", "", "")


class Said(NamedTuple):
    """One entry's word about another: a step of that one's ladder."""

    of: Ref
    word: str
    officer: str = ""
    role: str = ""
    words: str = ""
    until_ms: int | None = None


def message_of(header: Header, body: bytes) -> Message | None:
    """The message that an entry is: one that does not read has no words, and still wants to be opened."""
    if header.kind == MESSAGE:
        try:
            return parse_message(body)
        except Malformed:
            return NO_WORDS
    return NO_WORDS if header.kind in NOTICE_KINDS else None


def said_by(log: LogId, header: Header, body: bytes, message: Message | None, before: Before) -> list[Said]:
    """What an entry says of others, as far as it counts on the record. `before` gives the entry straight before it."""
    if message is not None:
        answered = message.in_reply_to
        return [Said(answered, ANSWERED)] if answered is not None and answered.party != log.party else []
    try:
        if header.kind == ACKNOWLEDGEMENT:
            seen = parse_acknowledgement(body)
            of = [ref for ref in header.references if ref.party != log.party]
            return [Said(ref, OPENED, seen.officer, seen.role, seen.remark) for ref in of]
        if header.kind in STATED:
            return _stated(log, header, body)
        if header.kind in TOLD_KINDS:
            return _told(log, header, body, before)
    except Malformed:
        return []  # held and shown raw like every entry; it says nothing
    return []


def _stated(log: LogId, header: Header, body: bytes) -> list[Said]:
    stated = read_stated(log, header, body)
    of, said = stated.about, stated.said
    if of is None or not knew(log, header, of):
        return []
    match said:
        case Refusal(of_contact=False, reason=reason) if of.party != log.party:
            return [Said(of, REFUSED, said.officer, "", reason)]
        case Alerted(_, aloud) if of.party != log.party and stated.exercise:
            return [Said(of, RANG, "", "", "by the annunciator" if aloud else "on screens only")]
        case HoldingReply(until_ms, remark) if of.party != log.party:
            return [Said(of, HOLDING, said.officer, "", remark, until_ms)]
        case SilenceRecorded(due_ms, remark) if of.party == log.party and due_ms <= header.written_at_ms:
            return [Said(of, SILENCE, said.officer, "", remark, due_ms)]
        case SilenceAnswered(confirmed, remark) if of.party != log.party:
            word = "silence confirmed" if confirmed else "silence contested"
            return [Said(of, word, said.officer, "", remark)]
        case _:
            return []


def _told(log: LogId, header: Header, body: bytes, before: Before) -> list[Said]:
    told = read_told(log, header, body)
    about = [ref for ref in told.about if knew(log, header, ref)]
    theirs = [ref for ref in about if ref.party != log.party]
    match told.said:
        case Understood(words, _, officer, role):
            return [Said(ref, "understood", officer, role, words) for ref in theirs]
        case Passed(office, _, how, officer, role):
            return [Said(ref, "passed", officer, role, f"to {office}" + (f", {how}" if how else "")) for ref in theirs]
        case Relation(which, note=note) as relation if stands_beside(relation, header, before()):
            of = about if which is Which.FORWARDS else [ref for ref in about if ref.party == log.party]
            return [Said(ref, RELATED[which], ", ".join(relation.released_by), "", note) for ref in of]
        case _:
            return []


def knew(log: LogId, header: Header, of: Ref) -> bool:
    """Whether an entry was written knowing another, as its own header says. (R-142)"""
    if of.party == log.party:
        return (of.generation, of.index) < (log.generation, header.index)
    return held_before(header, (of.party, of.generation), of.index)
