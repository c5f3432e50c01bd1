"""Drafts and log entries of a desk as a person or a program may see them."""

from __future__ import annotations

from openline.accord.bodies import KINDS as ACCORD_KINDS
from openline.accord.formats.notice import parse_notice as parse_formatted
from openline.console.channel.asking import PRECEDENCES, Place
from openline.console.ladder.telling import in_words
from openline.console.templates.reading import places_in
from openline.console.watch import asking
from openline.console.watch.desk import Desk
from openline.console.watch.log_words import word_of
from openline.desk import acts
from openline.desk.facts import DeskEntry, Drafted, DraftedOther, NoticeUsed
from openline.desk.people import Act, Actor, may
from openline.desk.release import short_code
from openline.desk.state import DeskState, Draft, Stage
from openline.desk.telling.addressed import Doubt
from openline.desk.telling.bodies import Body, Relation, parse_body
from openline.desk.texts.precleared import PRECLEARED, Notice, parse_notice, wanted
from openline.record.body import Message, parse_message
from openline.record.entry import EXERCISE, NOTICE

_NO_MESSAGE = Message("", "")


class Presenter:
    """Shows what stands in one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def _name(self, actor: Actor | None) -> str:
        return self._desk.officer(actor).name if actor is not None else ""

    def row(self, draft: Draft, actor: Actor) -> asking.DraftRow:
        """One draft as this officer sees it."""
        version = draft.version
        body, told = self._words(draft)
        message = parse_message(body) if body else _NO_MESSAGE
        place = Place(draft.place.party, draft.place.generation.hex(), draft.place.index) if draft.place else None
        row = asking.DraftRow(
            draft=draft.number, version=version.number, stage=str(draft.stage),
            precedence=PRECEDENCES[version.precedence], exercise=bool(version.flags & EXERCISE),
            subject=message.subject, text=message.text, language=message.language, action=list(message.action),
            info=list(message.info), reply_by_ms=message.reply_by_ms,
            in_reply_to=message.in_reply_to.full_name if message.in_reply_to else None,
            attachments=[f"{one.name} ({one.size} bytes)" for one in message.attachments],
            author=self._name(version.author), submitted_by=self._name(draft.submitted_by),
            released_by=self._name(draft.released_by), changed_at_ms=draft.changed_at_ms, remark=draft.remark,
            place=str(place) if place else "",
        )  # fmt: skip
        row.checklist = [asking.PointRow(words, self._ticked(draft, at)) for at, words in enumerate(draft.checklist)]
        row.doubts = [asking.OfficeDoubt(one.office, one.why, list(one.near)) for one in self._doubts(row)]
        row.unfilled = places_in(row.subject, row.text)
        if version.kind == PRECLEARED:
            _tell_notice(row, parse_notice(told))
        elif told and version.kind in ACCORD_KINDS:
            row.says, row.text = self._desk.words_of(version.kind, told)
            row.subject = row.says
            row.is_notice = version.kind == NOTICE and bool(version.told)
            row.language = language_of(told) if version.kind == NOTICE else ""
        elif told:
            _tell(row, parse_body(version.kind, told), bare=not body)
        if draft.stage is Stage.SUBMITTED:
            row.code, row.why_not = self._release_by(draft, actor)
        return row

    def _doubts(self, row: asking.DraftRow) -> list[Doubt]:
        under_way = row.stage in (Stage.OPEN, Stage.SUBMITTED)
        return self._desk.doubts_of((*row.action, *row.info)) if under_way else []

    def _ticked(self, draft: Draft, point: int) -> str:
        """Who looked at a point in the newest version last; nobody where it was in an older one."""
        who = [by for at, version, by in draft.ticked if at == point and version == draft.version.number]
        return self._name(who[-1]) if who else ""

    def body_of(self, draft: Draft) -> bytes:
        """The newest version's message; empty where it is none."""
        return self._words(draft)[0]

    def _words(self, draft: Draft) -> tuple[bytes, bytes]:
        """The newest version's message, and what is said beside it or alone; from the log where it is closed."""
        version = draft.version
        if version.body or version.told:
            return version.body, version.told
        fact = next(self._desk.entries(version.entry, 1)).fact
        if isinstance(fact, NoticeUsed):
            return fact.body, b""
        if isinstance(fact, DraftedOther):
            return fact.body, fact.told
        assert isinstance(fact, Drafted)
        return fact.body, b""

    def _release_by(self, draft: Draft, actor: Actor) -> tuple[str, str]:
        state = self._desk.state
        if not may(state.officers[actor.officer], Act.RELEASE):
            return "", "this officer is no releaser"
        refusal = acts.release_refusal(acts.meeting(state, draft, actor))
        if refusal is not None:
            return "", refusal
        return short_code(acts.leaving(state, draft, actor)[-1].digest), ""

    def notices(self) -> list[asking.NoticeRow]:
        """Those that were released beforehand and may be sent."""
        rows, state = [], self._desk.state
        for draft in state.under_way.values():
            if draft.stage is Stage.CLEARED and draft.released_by is not None:
                one = parse_notice(draft.version.told)
                rows.append(asking.NoticeRow(
                    draft.number, one.name, one.subject, one.text, one.language, PRECEDENCES[one.precedence],
                    list(one.action), list(one.info), [f"{field.name}: {wanted(field)}" for field in one.fields],
                    list(acts.names_of(state, draft, draft.released_by)), draft.changed_at_ms,
                    acts.not_good(state, draft),
                ))  # fmt: skip
        return rows

    def _in_a_line(self, kind: int, told: bytes) -> str:
        return self._desk.words_of(kind, told)[0] if kind in ACCORD_KINDS else in_words(parse_body(kind, told))

    def log_row(self, entry: DeskEntry) -> asking.DeskLogRow:
        """One entry of the desk's log in words."""
        fields = {}
        for name, value in entry.fact._asdict().items():
            if name in ("officer", "to"):
                fields[name] = self._desk.state.officers[value].name
            elif isinstance(value, int):
                fields[name] = word_of(name, value)
            elif name == "body":
                fields["subject"] = parse_message(value).subject if value else ""
            elif name == "told" and isinstance(entry.fact, NoticeUsed):
                fields["notice"] = f"D-{entry.fact.under}"
            elif name == "told" and entry.fact.kind == PRECLEARED:  # type: ignore[union-attr]
                fields["notice"] = parse_notice(value).name
            elif name == "told":
                fields["says"] = self._in_a_line(entry.fact.kind, value)  # type: ignore[union-attr]
            elif name == "words":
                fields["begins"] = value[:80]
            elif isinstance(value, tuple):
                fields[name] = ", ".join(value)
            else:
                fields[name] = value.hex() if isinstance(value, bytes) else str(value)
        words = "".join(" " + c.lower() if c.isupper() else c for c in type(entry.fact).__name__).strip()
        return asking.DeskLogRow(entry.index, entry.at_ms, self._name(entry.actor), words, fields)


def language_of(told: bytes) -> str:
    """Of the free text of a notice; empty where it has none, and says the same in every language of its format."""
    return parse_formatted(told).language


def _tell_notice(row: asking.DraftRow, notice: Notice) -> None:
    """As it would be cleared: the places in it are not filled yet."""
    fields = "; ".join(f"{one.name}: {wanted(one)}" for one in notice.fields)
    row.subject = f"to be released beforehand: {notice.name}: {notice.subject}"
    row.text, row.language, row.precedence = notice.text, notice.language, PRECEDENCES[notice.precedence]
    row.action, row.info, row.says = list(notice.action), list(notice.info), fields


def _tell(row: asking.DraftRow, said: Body, *, bare: bool) -> None:
    """What it says beside its message, or instead of one."""
    row.says = in_words(said)
    if isinstance(said, Relation):
        row.relates, row.of, row.note = said.which.name.lower(), [ref.full_name for ref in said.of], said.note
        if bare:
            row.language = said.language
    if bare:
        row.subject = row.says


def less_asked(state: DeskState) -> str:
    """What somebody asks that a release take, in words; empty where nobody does."""
    weaker = state.weaker
    if weaker is None:
        return ""
    if weaker.precleared:
        return f"{state.officers[weaker.by.officer].name} asks that notices released beforehand may be sent again"
    persons = "two persons" if weaker.persons == 2 else "one person"
    keys = "a security key" if weaker.demanded else "no security key"
    return f"{state.officers[weaker.by.officer].name} asks that a release take {persons} and {keys}"
