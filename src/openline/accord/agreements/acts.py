"""The body of an ACT entry (129): what a party declares in the life of an agreement.

    {0: digest of the agreement (32), 1: act, 2: from when it counts, s, 3: until, s, or null, 4: condition or reason,
     5: its language, 6: stated date, or empty, 7: who said it, and in which capacity, or empty}

Suspended, resumed, withheld and withdrawn are said by a STATUS entry (99) and by nothing else. (R-502, R-503)
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
from openline.record.fields import dump_map, load_map, octets, same, text, whole

ACT_BYTES_MAX: Final = 16 * 1024


class What(IntEnum):
    """What is declared. An extension is agreed, and a ratified agreement in force, once every party has said so."""

    SIGNED = 0  # the day of signature, where it is not that of the record
    PROVISIONAL = 1  # applied provisionally
    RATIFIED = 2  # our procedure is complete; in force from then as far as we are concerned
    EXTEND = 3  # to a new end
    ADHERE = 4  # after the end, alone, as long as the condition is met
    CEASE = 5  # no longer


_LAST: Final = max(What)


class Act(NamedTuple):
    """One party's declaration. `until_s`: the new end of an extension, the term of an adherence."""

    agreement: bytes
    what: What
    from_s: int
    until_s: int | None = None
    words: str = ""
    language: str = ""
    said_on: str = ""
    said_by: str = ""


def encode_act(act: Act) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_act` would refuse."""
    data = spell_act(act)
    parse_act(data)
    return data


def spell_act(act: Act) -> bytes:
    """The one spelling of one that was read, or that is looked at next."""
    return dump_map((act.agreement, int(act.what), *act[2:]))


def parse_act(data: bytes) -> Act:
    """From the body of an ACT entry. Raises Malformed naming the field. (R-502)"""
    digest, what, from_s, until_s, words, language, on, by = load_map(data, 8, "act", ACT_BYTES_MAX).values()
    found = Act(
        octets(digest, DIGEST_BYTES, "act: agreement", data),
        What(whole(what, _LAST, "act: what", data)),
        whole(from_s, SECONDS_MAX, "act: from", data),
        None if until_s is None else whole(until_s, SECONDS_MAX, "act: until", data),
        text(words, REMARK_CHARS_MAX, "act: words", data, lines=True),
        text(language, 35, "act: language", data),
        stated(on, "act", data),
        text(by, SUBJECT_CHARS_MAX, "act: who said it", data),
    )
    _fits(found, data)
    same(spell_act(found), data, "act")
    return found


def _fits(one: Act, data: bytes) -> None:
    if bool(one.words) != bool(one.language) or (one.language and not is_language(one.language)):
        raise Malformed("act: words have a language, and only words", data)
    if (one.until_s is None) != (one.what is not What.EXTEND) and one.what is not What.ADHERE:
        raise Malformed("act: an extension has a new end; an adherence may have a term; nothing else has", data)
    if one.until_s is not None and one.until_s <= one.from_s:
        raise Malformed("act: it ends before it begins", data)
    if one.what is What.ADHERE and not one.words:
        raise Malformed("act: an adherence names its condition", data)
