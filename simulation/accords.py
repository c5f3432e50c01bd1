"""What the simulated officers agree on, notify, table, file and commit to: entries of the kinds of notices and
agreements, right ones and some that cannot be read.

Who says what of which entry is drawn: most of it makes no sense, and must come to the same for whoever reads it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib import resources
from random import Random
from typing import Final

from openline.accord import bodies
from openline.accord.agreements import acts, offers, reports, terms
from openline.accord.communique import statement
from openline.accord.declarations import declaration
from openline.accord.declarations.layout import layout_digest
from openline.accord.drafting import bodies as drafting
from openline.accord.escrow import bodies as escrow
from openline.accord.escrow.tree import HASH_BYTES
from openline.accord.formats import notice
from openline.accord.formats.format import MARK_BYTES, format_digest
from openline.accord.identity import Agreement, agreement_digest, encode_agreement
from openline.accord.meetings import bodies as meetings
from openline.accord.topics import bodies as topics
from openline.line.events import Draft
from openline.record import entry
from openline.record.entry import Ref
from simulation.papers import OPENED_AT_MS
from simulation.weather import damage

SPOILT: Final = 0.2  # of what is written
UNUSED: Final = (103, 127, 135, 159)  # kinds of this range that nobody has given a meaning
OPENED_S: Final = OPENED_AT_MS // 1000
TITLES: Final = (("en", "Simulated"),)


@cache
def _file(room: str, name: str) -> bytes:
    return resources.files("openline.accord").joinpath(room, name).read_bytes()


def _format(draw: Random) -> bytes:
    return _file("library", draw.choice(("goodwill.toml", "exercise-1989.toml")))


def _layout(draw: Random) -> bytes:
    return _file("declarations/library", "open-skies-quota.toml")


def _bytes(draw: Random, count: int = HASH_BYTES) -> bytes:
    return sha256(b"%d" % draw.randrange(4)).digest()[:count]  # few, so that they meet


def _instant(draw: Random) -> int:
    return OPENED_S + draw.randrange(60) * 86_400


def _agreement(draw: Random) -> bytes:
    begin_s = draw.choice((None, OPENED_S, OPENED_S + 86_400))
    formats = draw.choice(((), (format_digest(_format(Random(1))),)))
    one = Agreement(draw.choice(("treaty", "protocol")), TITLES, (), begin_s, None, begin_s, formats)
    return encode_agreement(one)


def _of_agreement(draw: Random) -> bytes:
    return agreement_digest(_agreement(draw))


def _notice(draw: Random, of: Ref) -> notice.Notice:
    relation = draw.choice(list(notice.Relation))
    mark = format_digest(_format(draw))[:MARK_BYTES]
    about = of if relation else None
    return notice.Notice(mark, 2026, draw.randrange(1, 9), "", relation, tuple(draw.sample((1, "x", 7), 2)), about)


def _offer(draw: Random, of: Ref) -> bytes:
    said = draw.choice(list(offers.Said))
    if said is offers.Said.OFFERED:
        one = offers.Offer(said, None, _of_agreement(draw), "A subject", "Words", "", "en", _instant(draw))
    else:
        answer = draw.choice(list(offers.Answer)) if said is offers.Said.ANSWERED else None
        condition = "if" if answer is offers.Answer.CONDITIONS else ""
        one = offers.Offer(said, of, None, "", "", condition, "en", None, answer)
    return offers.encode_offer(one)


def _act(draw: Random, _: Ref) -> bytes:
    what, begin_s = draw.choice(list(acts.What)), _instant(draw)
    end_s = begin_s + 86_400 if what in (acts.What.EXTEND, acts.What.ADHERE) else None
    words = ("while it is kept", "en") if what is acts.What.ADHERE else ("", "")
    return acts.encode_act(acts.Act(_of_agreement(draw), what, begin_s, end_s, *words))


def _report(draw: Random, of: Ref) -> bytes:
    about = ((draw.choice(list(reports.Word)), of),)
    said = reports.Report("A", "wire", "B", "Words", "en", "2026-02-05", draw.random() < 0.5, about, None, "C")
    return reports.encode_report(said)


def _terms(draw: Random, _: Ref) -> bytes:
    named = draw.choice((("A", "B"), ("A", "B", "C")))
    days = draw.choice((None, 30))
    return terms.encode_terms(
        terms.Terms(_of_agreement(draw), "en", named, "A", (), (), (), "in writing", days, None, None)
    )


def _tabled(draw: Random, of: Ref) -> bytes:
    made = Agreement("treaty", TITLES, (("en", _bytes(draw)),), None, None, None, ())
    over, lapses_s = draw.choice((None, of)), draw.choice((None, _instant(draw)))
    return drafting.encode_tabled(drafting.Tabled(encode_agreement(made), (500,), 3, (), over, lapses_s, "", ""))


def _position(draw: Random, of: Ref) -> bytes:
    said = tuple(
        drafting.Said(article, draw.choice((drafting.Stand.ACCEPTS, drafting.Stand.RESERVES)), "")
        for article in sorted(draw.sample(range(5), 2))
    )
    return drafting.encode_position(drafting.Position(of, said, ""))


def _closed(draw: Random, of: Ref) -> bytes:
    return drafting.encode_closed(drafting.Closed(of, draw.choice(list(drafting.Closing)), "not so", "en"))


def _joint(draw: Random, _: Ref) -> bytes:
    version = statement.Version("en", "Together", draw.choice(("One.", "Two.")))
    made = statement.encode_statement(statement.Statement("joint", (version,), OPENED_S, "UTC", 0))
    return statement.encode_signature(statement.Signature(statement.statement_digest(made), draw.choice((b"", made))))


def _joint_withdrawn(draw: Random, _: Ref) -> bytes:
    digest = statement.parse_signature(_joint(draw, _)).digest
    return statement.encode_withdrawal(statement.Withdrawal(digest, "not so", "en"))


def _meeting(draw: Random, of: Ref) -> bytes:
    begin_ms, about = _instant(draw) * 1000, draw.choice((None, of))
    sort = draw.choice(list(meetings.Sort))
    return meetings.encode_meeting(
        meetings.Meeting(draw.choice(("talks", "round-2")), sort, TITLES, begin_ms, None, "Geneva", of=about)
    )


def _meeting_word(draw: Random, of: Ref) -> bytes:
    word = draw.choice((meetings.Word.AGREES, meetings.Word.WAS_NOT_HELD))
    return meetings.encode_meeting_word(meetings.MeetingWord(of, word))


def _exchange(draw: Random) -> escrow.Exchange:
    first_s = _instant(draw)
    return escrow.Exchange(draw.choice(("lists", "names")), "", "", (0, 1), first_s, first_s + 60, first_s + 120)


def _sealed(draw: Random, of: Ref) -> escrow.Body:
    """Something of what is committed before it is shown."""
    first_s = _instant(draw)
    return draw.choice(
        (
            _exchange(draw),
            escrow.Committed(of, 4, _bytes(draw)),
            escrow.Escrow("sites", 20_000, b"", tuple((4, _bytes(draw)) for _ in escrow.LEVELS), None),
            escrow.Challenge(of, 1, _bytes(draw), first_s, first_s + 60, first_s + 120),
            escrow.Answered(of, _bytes(draw)),
            escrow.Revealed(of, _bytes(draw)),
        )
    )


def _declaration(draw: Random, of: Ref) -> bytes:
    relation = draw.choice((notice.Relation.NONE, notice.Relation.CORRECTS))
    about = of if relation else None
    mark = layout_digest(_layout(draw))[:MARK_BYTES]
    serial = draw.randrange(1, 4)
    return declaration.encode_declaration(
        declaration.Declaration(mark, 2026, serial, "", 20_000, (None,), relation=relation, of=about)
    )


def _offered(kind: int, draw: Random) -> bytes:
    digest_of, file = (format_digest, _format(draw)) if kind == entry.FORMAT else (layout_digest, _layout(draw))
    return bodies.encode_offered(bodies.Offered(digest_of(file), draw.choice((b"", file))), digest_of)


_MADE: Final[dict[int, Callable[[Random, Ref], bytes]]] = {
    entry.NOTICE: lambda draw, of: notice.encode_notice(_notice(draw, of)),
    entry.FORMAT: lambda draw, _: _offered(entry.FORMAT, draw),
    entry.AGREEMENT: lambda draw, _: _agreement(draw),
    entry.STATUS: lambda draw, _: bodies.encode_status(
        bodies.Status(_of_agreement(draw), draw.choice(list(bodies.Standing)), _instant(draw), "", "")
    ),
    entry.LAYOUT: lambda draw, _: _offered(entry.LAYOUT, draw),
    entry.DECLARATION: _declaration,
    entry.COUNT: lambda draw, of: declaration.encode_count(declaration.Count(of, (("x", draw.randrange(9)),), "", "")),
    entry.TERMS: _terms,
    entry.ACT: _act,
    entry.OFFER: _offer,
    entry.REPORT: _report,
    entry.TABLED: _tabled,
    entry.POSITION: _position,
    entry.CLOSED: _closed,
    entry.JOINT: _joint,
    entry.JOINT_WITHDRAWN: _joint_withdrawn,
    entry.TOPIC: lambda draw, _: topics.encode_topic(topics.Topic(draw.choice(("arms", "trade")), TITLES)),
    entry.FILED: lambda draw, of: topics.encode_filed(
        topics.Filed(draw.choice(("arms", "trade")), of, draw.choice(list(topics.What)))
    ),
    entry.CONTRADICTION: lambda draw, of: topics.encode_contradiction(
        topics.Contradiction(of, of._replace(index=of.index + 1))
    ),
    entry.CAPACITY: lambda draw, of: topics.encode_capacity(
        topics.Capacity(of, (("en", topics.Spoke("A", "envoy", ("adviser",))),))
    ),
    entry.MEETING: _meeting,
    entry.MEETING_WORD: _meeting_word,
}
KINDS: Final = (*_MADE, entry.ESCROW)


def drafts(draw: Random, known: list[Ref], mine: Ref) -> list[Draft]:
    """A few entries about what is `known`, or else about `mine`."""
    about = [draw.choice(known) if known and draw.random() < 0.8 else mine for _ in range(draw.randrange(1, 5))]
    return [_draft(draw, of) for of in about]


def _draft(draw: Random, of: Ref) -> Draft:
    kind = draw.choice(KINDS)
    if kind == entry.ESCROW:
        sealed = _sealed(draw, of)
        kind, body = escrow.kind_of(sealed), escrow.encode(sealed)
    else:
        body = _MADE[kind](draw, of)
    references = bodies.check_body(kind, body)
    if draw.random() < SPOILT:
        kind, body = draw.choice(((kind, damage(body, draw)), (draw.choice(KINDS), body), (draw.choice(UNUSED), body)))
    flags = entry.EXERCISE if draw.random() < 0.1 else 0
    return Draft(kind, draw.randrange(4), flags, references, body)
