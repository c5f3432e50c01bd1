"""Doors of drafts across the border: a text, bodies of entries about drafts, and how a number of them stand."""

from __future__ import annotations

from typing import Any, Final

from openline.accord.bodies import check_body
from openline.accord.clocks.book import Book
from openline.accord.drafting.bodies import parse_closed, parse_position, parse_tabled
from openline.accord.drafting.canon import rows_said
from openline.accord.drafting.text import brackets_of, parse_text, text_digest
from openline.record import entry
from openline.record.entry import After, Header, Held, Ref

_READ: Final = {entry.TABLED: parse_tabled, entry.POSITION: parse_position, entry.CLOSED: parse_closed}


def text(given: dict[str, Any]) -> object:
    """A text of a draft, as a text: what names it, and what it is made of."""
    data = given["file"].encode()
    found = parse_text(data)
    return {
        "digest": text_digest(data), "title": found.title,
        "articles": [[one.number, one.heading, list(one.paragraphs)] for one in found.articles],
        "brackets": [[article, list(names)] for article, names in brackets_of(found)],
    }  # fmt: skip


def body(given: dict[str, Any]) -> object:
    """The body of an entry about a draft, and what its header refers to."""
    data = bytes.fromhex(given["bytes"])
    found = _READ[given["kind"]](data)
    said = {name: _bare(value) for name, value in found._asdict().items()}
    return {**said, "references": [list(one) for one in check_body(given["kind"], data)]}


def _bare(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_bare(one) for one in value]
    return int(value) if isinstance(value, int) else value


def state(given: dict[str, Any]) -> object:
    """Entries of a line, in any order, as [party, index, kind, body, written at, entries of the next party held]: what
    the drafts come to, how each version stands at an instant, and why it cannot be signed then."""
    book = Book(tuple(range(given["parties"])))
    for party, index, kind, data, at_ms, saw in given["entries"]:
        ref, read = Ref(party, bytes(12), index), bytes.fromhex(data)
        held = (Held((party + 1) % given["parties"], bytes(12), saw, bytes(32)),) if saw else ()
        header = Header(index, at_ms, kind, 0, 0, After(held, ()), check_body(kind, read), bytes(32))
        match kind:
            case entry.TABLED:
                book.take_tabled(ref, parse_tabled(read), header)
            case entry.POSITION:
                book.drafts.take_position(ref, parse_position(read))
            case entry.CLOSED:
                book.drafts.take_closed(ref, parse_closed(read))
            case entry.AGREEMENT:
                book.take_agreement(ref, read, at_ms)
    versions = [one.ref for one in book.drafts.all_versions()]
    return {
        "rows": list(rows_said(book.drafts)),
        "states": [str(book.drafts.state(ref, given["at_ms"])) for ref in versions],
        "hindered": [list(map(str, book.drafts.hindrances(ref, given["at_ms"]))) for ref in versions],
        "known": sorted(digest.hex() for digest in book.agreements if book.is_known(digest)),
    }  # fmt: skip


DOORS: Final = {"draft-text": text, "draft-body": body, "drafts": state}
