"""Entries of the accords in a line, without the book: what their bodies say by themselves."""

from __future__ import annotations

from openline.accord.bodies import parse_agreement, parse_offered, parse_status
from openline.accord.declarations.declaration import parse_count, parse_declaration
from openline.accord.declarations.judging import day_text
from openline.accord.declarations.layout import layout_digest
from openline.accord.formats.notice import parse_notice
from openline.console.dtg import dtg
from openline.record.entry import AGREEMENT, COUNT, DECLARATION, FORMAT, LAYOUT, STATUS


def words_of_paper(kind: int, body: bytes) -> str:
    """A format, an agreement, a standing to one, in a line. Raises Malformed."""
    if kind == FORMAT:
        offered = parse_offered(body)
        return f"format {offered.digest.hex()[:12]}{'' if offered.file else ', whose file another entry has'}"
    if kind == LAYOUT:
        offered = parse_offered(body, layout_digest)
        return f"layout {offered.digest.hex()[:12]}{'' if offered.file else ', whose file another entry has'}"
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
    if kind == AGREEMENT:
        agreement = parse_agreement(body)
        return f"agreement {agreement.id}: {dict(agreement.titles).get('en', agreement.titles[0][1])}"
    if kind == STATUS:
        status = parse_status(body)
        reason = f": {status.reason}" if status.reason else ""
        stands = status.standing.name.lower().replace("_", " ")
        return f"agreement {status.agreement.hex()[:12]} {stands} from {dtg(status.from_s * 1000)}{reason}"
    notice = parse_notice(body)
    return f"notice {notice.mark.hex()}/{notice.year}/{notice.serial:04d}"
