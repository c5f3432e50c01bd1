"""Entries of the accords in a line, without the book: what their bodies say by themselves."""

from __future__ import annotations

from typing import Final

from openline.accord.bodies import Offered, parse_agreement, parse_offered, parse_status
from openline.accord.communique.statement import parse_signature, parse_statement, parse_withdrawal
from openline.accord.declarations.declaration import parse_count, parse_declaration
from openline.accord.declarations.judging import day_text
from openline.accord.declarations.layout import layout_digest
from openline.accord.drafting.bodies import Closing, Stand, parse_closed, parse_position, parse_tabled
from openline.accord.escrow import bodies as escrow
from openline.accord.formats.notice import parse_notice
from openline.accord.meetings.bodies import Sort, Word, parse_meeting, parse_meeting_word
from openline.accord.topics.bodies import What, parse_capacity, parse_contradiction, parse_filed, parse_topic
from openline.console.agreeing.words import words_of_agreements
from openline.console.dtg import dtg
from openline.console.escrowing.words import words_of_sealed
from openline.record.entry import (
    ACT,
    AGREEMENT,
    CAPACITY,
    CLOSED,
    CONTRADICTION,
    COUNT,
    DECLARATION,
    FILED,
    FORMAT,
    JOINT,
    JOINT_WITHDRAWN,
    LAYOUT,
    MEETING,
    MEETING_WORD,
    OFFER,
    POSITION,
    REPORT,
    STATUS,
    TABLED,
    TERMS,
    TOPIC,
)

FILED_AS: Final = {
    What.STATEMENT: "statement",
    What.MEASURE_ANNOUNCED: "measure announced",
    What.MEASURE_TAKEN: "measure taken",
    What.REPORT: "report from outside",
    What.NOT_OF_IT: "not of it",
}
_STANDS: Final = {Stand.ACCEPTS: "accepts", Stand.RESERVES: "reserves", Stand.COMMENTS: "comments on"}
SAID_OF_MEETINGS: Final = {
    Word.AGREES: "agrees",
    Word.REFUSES: "refuses",
    Word.HOLDS: "will answer",
    Word.CANCELS: "cancels",
    Word.WAS_HELD: "it was held",
    Word.WAS_NOT_HELD: "it was not held",
}


def words_of_paper(kind: int, body: bytes) -> str:
    """A format, an agreement, a standing to one, in a line. Raises Malformed."""
    if kind == FORMAT:
        offered = parse_offered(body)
        return f"format {offered.digest.hex()[:12]}, {_with_file(offered)}"
    if kind == LAYOUT:
        offered = parse_offered(body, layout_digest)
        return f"layout {offered.digest.hex()[:12]}, {_with_file(offered)}"
    if kind == DECLARATION:
        one = parse_declaration(body)
        rows = sum(len(cells) for cells in one.tables if cells is not None)
        part = f", part {one.part} of {one.parts}" if one.parts > 1 else ""
        number = f"{one.mark.hex()}/{one.year}/{one.serial:04d}"
        return f"declaration {number} as of {day_text(one.as_of)}{part}, {rows} rows"
    if kind == COUNT:
        count = parse_count(body)
        figures = ", ".join(f"{name} {number}" for name, number in count.figures)
        return f"counted of {count.of.full_name}: {figures}{f': {count.reason}' if count.reason else ''}"
    if kind in (TABLED, POSITION, CLOSED):
        return words_of_negotiation(kind, body)
    if kind == AGREEMENT:
        agreement = parse_agreement(body)
        return f"agreement {agreement.id}: {dict(agreement.titles).get('en', agreement.titles[0][1])}"
    if kind == STATUS:
        status = parse_status(body)
        reason = f": {status.reason}" if status.reason else ""
        stands = status.standing.name.lower().replace("_", " ")
        return f"agreement {status.agreement.hex()[:12]} {stands} from {dtg(status.from_s * 1000)}{reason}"
    if kind in (TERMS, ACT, OFFER, REPORT):
        return words_of_agreements(kind, body)
    if kind in (TOPIC, FILED, CONTRADICTION, CAPACITY):
        return _words_of_topic(kind, body)
    if kind == MEETING:
        meeting = parse_meeting(body)
        what = "talk" if meeting.sort is Sort.CONTACT else "meeting"
        return f"{what} {meeting.id} at {dtg(meeting.from_ms)}: {dict(meeting.titles).get('en', meeting.titles[0][1])}"
    if kind == MEETING_WORD:
        word = parse_meeting_word(body)
        until = f" until {dtg(word.until_ms)}" if word.until_ms is not None else ""
        reason = f": {word.reason}" if word.reason else ""
        return f"of the meeting in {word.of.full_name}: {SAID_OF_MEETINGS[word.word]}{until}{reason}"
    if kind == JOINT:
        signed = parse_signature(body)
        if not signed.statement:
            return f"signs the joint statement {signed.digest.hex()[:12]}"
        said = parse_statement(signed.statement)
        return f"signs the joint statement {said.id}, {signed.digest.hex()[:12]}: {said.versions[0].title}"
    if kind == JOINT_WITHDRAWN:
        taken = parse_withdrawal(body)
        why = f": {taken.reason}" if taken.reason else ""
        return f"signs the joint statement {taken.digest.hex()[:12]} no more{why}"
    if kind in escrow.KINDS:
        return words_of_sealed(escrow.parse(kind, body))
    notice = parse_notice(body)
    return f"notice {notice.mark.hex()}/{notice.year}/{notice.serial:04d}"


def _with_file(offered: Offered) -> str:
    return "with its file" if offered.file else "whose file another entry has"


def _words_of_topic(kind: int, body: bytes) -> str:
    if kind == TOPIC:
        topic = parse_topic(body)
        return f"topic {topic.id}: {dict(topic.titles).get('en', topic.titles[0][1])}"
    if kind == FILED:
        filed = parse_filed(body)
        return f"{filed.of.full_name} under topic {filed.topic}: {FILED_AS[filed.what]}"
    if kind == CONTRADICTION:
        one = parse_contradiction(body)
        return f"{one.one.full_name} and {one.other.full_name} contradict each other"
    capacity = parse_capacity(body)
    spoke = dict(capacity.words).get("en", capacity.words[0][1])
    also = f", not as {', '.join(spoke.also)}" if spoke.also else ""
    return f"in {capacity.of.full_name} {spoke.person} spoke as {spoke.spoke_as}{also}"


def words_of_negotiation(kind: int, body: bytes) -> str:
    """A version tabled, positions on one, a refusal or withdrawal, in a line. Raises Malformed."""
    if kind == TABLED:
        tabled = parse_tabled(body)
        agreement = tabled.agreement
        title = dict(agreement.titles).get("en", agreement.titles[0][1])
        bracketed = ", ".join(str(article) for article, _ in tabled.brackets)
        brackets = f", brackets in article {bracketed}" if bracketed else ", no brackets"
        over = f", a counter to {tabled.over.full_name}" if tabled.over is not None else ""
        texts = ", ".join(language for language, _ in agreement.texts)
        return f"draft {agreement.id}: {title} ({tabled.articles} articles in {texts}{brackets}{over})"
    if kind == POSITION:
        position = parse_position(body)
        said = "; ".join(f"{_STANDS[one.stand]} article {one.article}" for one in position.said[:12])
        return f"position on {position.of.full_name}: {said}{'; and more' if len(position.said) > 12 else ''}"
    closed = parse_closed(body)
    how = "refuses" if closed.closing is Closing.REFUSED else "withdraws"
    return f"{how} the draft {closed.of.full_name}{f': {closed.reason}' if closed.reason else ''}"
