"""The body of an OFFER entry (130): an offer with its term, an answer to one, the withdrawal of one's own.

    {0: 0 offered, 1 answered, 2 withdrawn; 1: null, or the offer [party, generation, index]; 2: agreement (32) or null,
     3: subject, 4: words, 5: condition, 6: language, 7: open until, s, or null, 8: null, or 0 accepted, 1 refused,
     2 accepted with conditions; 9: stated date, or empty, 10: who said it, and in which capacity, or empty}

That no answer came by its date is computed, and is neither consent nor refusal. (R-504, R-505)
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple

from openline.accord.agreements.dates import stated
from openline.accord.formats.section import is_language
from openline.accord.formats.times import SECONDS_MAX
from openline.accord.identity import DIGEST_BYTES
from openline.errors import Malformed
from openline.limits import REMARK_CHARS_MAX, SUBJECT_CHARS_MAX
from openline.record.body import read_ref
from openline.record.entry import Ref
from openline.record.fields import dump_map, load_map, octets, same, text, whole

OFFER_BYTES_MAX: Final = 64 * 1024
OFFER_CHARS_MAX: Final = 12_000


class Said(IntEnum):
    """What an entry does."""

    OFFERED = 0
    ANSWERED = 1
    WITHDRAWN = 2


class Answer(IntEnum):
    """What an answer says."""

    ACCEPTED = 0
    REFUSED = 1
    CONDITIONS = 2


_SAID_LAST: Final = max(Said)
_ANSWER_LAST: Final = max(Answer)


class Offer(NamedTuple):
    """An offer, or what is said of one (`of`)."""

    said: Said
    of: Ref | None
    agreement: bytes | None
    subject: str
    words: str
    condition: str
    language: str
    until_s: int | None = None
    answer: Answer | None = None
    said_on: str = ""
    said_by: str = ""

    @property
    def references(self) -> tuple[Ref, ...]:
        """What the header of its entry refers to."""
        return (self.of,) if self.of is not None else ()


def encode_offer(offer: Offer) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_offer` would refuse."""
    data = spell_offer(offer)
    parse_offer(data)
    return data


def spell_offer(one: Offer) -> bytes:
    """The one spelling of one that was read, or that is looked at next."""
    answer = None if one.answer is None else int(one.answer)
    return dump_map((int(one.said), None if one.of is None else list(one.of), *one[2:8], answer, *one[9:]))


def parse_offer(data: bytes) -> Offer:
    """From the body of an OFFER entry. Raises Malformed naming the field. (R-504)"""
    said, of, agreement, subject, words, condition, language, until_s, answer, on, by = load_map(
        data, 11, "offer", OFFER_BYTES_MAX
    ).values()
    if not is_language(language):
        raise Malformed("offer: no language of its words", data)
    found = Offer(
        Said(whole(said, _SAID_LAST, "offer: what is said", data)),
        None if of is None else read_ref(of, "offer: the offer it is about", data),
        None if agreement is None else octets(agreement, DIGEST_BYTES, "offer: agreement", data),
        text(subject, SUBJECT_CHARS_MAX, "offer: subject", data),
        text(words, OFFER_CHARS_MAX, "offer: words", data, lines=True),
        text(condition, REMARK_CHARS_MAX, "offer: condition", data, lines=True),
        language,
        None if until_s is None else whole(until_s, SECONDS_MAX, "offer: open until", data),
        None if answer is None else Answer(whole(answer, _ANSWER_LAST, "offer: answer", data)),
        stated(on, "offer", data),
        text(by, SUBJECT_CHARS_MAX, "offer: who said it", data),
    )
    _fits(found, data)
    same(spell_offer(found), data, "offer")
    return found


def _fits(one: Offer, data: bytes) -> None:
    if (one.of is None) != (one.said is Said.OFFERED):
        raise Malformed("offer: an answer and a withdrawal name the offer, and an offer names none", data)
    if (one.answer is None) == (one.said is Said.ANSWERED):
        raise Malformed("offer: an answer, and nothing else, says what is answered", data)
    if one.said is Said.OFFERED:
        if not one.subject or not one.words:
            raise Malformed("offer: it has a subject, and says what is offered", data)
    elif one.until_s is not None or one.subject or one.agreement is not None:
        raise Malformed("offer: term, subject and agreement are those of the offer", data)
    elif (one.answer is Answer.CONDITIONS) != bool(one.condition):
        raise Malformed("offer: conditions are named where there are some, and only there", data)
