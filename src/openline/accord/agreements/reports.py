"""The body of a REPORT entry (131): what somebody outside this line reported. Never what the parties agreed.

    {0: reported by, 1: source: where that can be read, 2: who said it, as reported, or empty, 3: words, 4: language,
     5: stated date, 6: 0 unconfirmed, 1 confirmed, 7: [[word, [party, generation, index]] ...], 8: agreement (32) or
     null, 9: who entered it}

Words: 0 contradicts, 1 confirms, 2 replaces (an earlier one of the same party). Who reported it and where are never
left out; "confirmed" is the word of the party that entered it. (R-506)
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple

from openline.accord.agreements.dates import stated
from openline.accord.agreements.offers import OFFER_CHARS_MAX
from openline.accord.formats.section import is_language
from openline.accord.identity import DIGEST_BYTES
from openline.errors import Malformed
from openline.limits import REFERENCES_MAX, REMARK_CHARS_MAX, SUBJECT_CHARS_MAX
from openline.record.body import read_ref
from openline.record.entry import Ref
from openline.record.fields import dump_map, load_map, octets, row, rows, same, text, whole

REPORT_BYTES_MAX: Final = 64 * 1024


class Word(IntEnum):
    """What a report does to another entry, in the view of the party that entered it."""

    CONTRADICTS = 0
    CONFIRMS = 1
    REPLACES = 2


class Report(NamedTuple):
    """A report from outside."""

    reported_by: str
    source: str
    said_by: str
    words: str
    language: str
    said_on: str
    confirmed: bool
    about: tuple[tuple[Word, Ref], ...]
    agreement: bytes | None
    entered_by: str

    @property
    def references(self) -> tuple[Ref, ...]:
        """What the header of its entry refers to."""
        return tuple(ref for _, ref in self.about)


def encode_report(report: Report) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_report` would refuse."""
    data = spell_report(report)
    parse_report(data)
    return data


def spell_report(one: Report) -> bytes:
    """The one spelling of one that was read, or that is looked at next."""
    about = [[int(word), list(ref)] for word, ref in one.about]
    return dump_map((*one[:6], int(one.confirmed), about, *one[8:]))


def parse_report(data: bytes) -> Report:
    """From the body of a REPORT entry. Raises Malformed naming the field. (R-506)"""
    by, source, said_by, words, language, on, confirmed, about, agreement, entered = load_map(
        data, 10, "report", REPORT_BYTES_MAX
    ).values()
    if not is_language(language):
        raise Malformed("report: no language of its words", data)
    found = Report(
        _named(by, SUBJECT_CHARS_MAX, "who reported it", data),
        _named(source, REMARK_CHARS_MAX, "its source", data),
        text(said_by, SUBJECT_CHARS_MAX, "report: who said it", data),
        text(words, OFFER_CHARS_MAX, "report: words", data, lines=True),
        language,
        stated(on, "report", data, required=True),
        bool(whole(confirmed, 1, "report: confirmed", data)),
        tuple(_about(one, data) for one in rows(about, REFERENCES_MAX, "report: about", data)),
        None if agreement is None else octets(agreement, DIGEST_BYTES, "report: agreement", data),
        _named(entered, SUBJECT_CHARS_MAX, "who entered it", data),
    )
    if not found.words:
        raise Malformed("report: it says nothing", data)
    if len(set(found.references)) != len(found.references):
        raise Malformed("report: about: one entry twice", data)
    same(spell_report(found), data, "report")
    return found


def _named(value: object, chars: int, what: str, data: bytes) -> str:
    found = text(value, chars, f"report: {what}", data)
    if not found.strip():
        raise Malformed(f"report: {what} is not said", data)
    return found


def _about(value: object, data: bytes) -> tuple[Word, Ref]:
    word, of = row(value, 2, "report: about", data)
    return Word(whole(word, max(Word), "report: word", data)), read_ref(of, "report: about", data)
