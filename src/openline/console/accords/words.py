"""Entries of the accords in a line, without the book: what their bodies say by themselves."""

from __future__ import annotations

from openline.accord.bodies import parse_agreement, parse_offered, parse_status
from openline.accord.formats.notice import parse_notice
from openline.console.dtg import dtg
from openline.record.entry import AGREEMENT, FORMAT, STATUS


def words_of_paper(kind: int, body: bytes) -> str:
    """A format, an agreement, a standing to one, in a line. Raises Malformed."""
    if kind == FORMAT:
        offered = parse_offered(body)
        return f"format {offered.digest.hex()[:12]}{'' if offered.file else ', whose file another entry has'}"
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
