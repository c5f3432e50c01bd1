"""A draft in words for a terminal, and how one is called."""

from __future__ import annotations

from openline.console.codes import Told
from openline.console.dtg import dtg
from openline.console.watch.asking import DraftRow
from openline.console.words import wrapped
from openline.visible import visible


def number_of(text: str) -> int:
    """`D-12` or `12`. Raises Told OL-204."""
    digits = text.removeprefix("D-")
    if digits.isascii() and digits.isdecimal() and str(int(digits)) == digits:
        return int(digits)
    raise Told("OL-204", f"{text!r} is no draft's number like D-12")


def line_of(row: DraftRow) -> str:
    """A draft in one line."""
    drill = "EXERCISE " if row.exercise else ""
    words = visible(row.subject or next(iter(row.text[:60].splitlines()), ""))
    waits = f", submitted by {visible(row.submitted_by)}" if row.stage == "submitted" else ""
    remark = f' ("{visible(row.remark)}")' if row.remark else ""
    name = f"D-{row.draft} v{row.version}  {row.stage}"
    return f"{name}  {row.precedence} {drill}{words}  by {visible(row.author)}{waits}{remark}"


def whole(row: DraftRow) -> str:
    """A draft as it would leave, for reading before a release."""
    head = [line_of(row), f"  language {row.language}"]
    for name, offices in (("action", row.action), ("info", row.info)):
        if offices:
            head.append(f"  {name}: {', '.join(visible(one) for one in offices)}")
    if row.reply_by_ms is not None:
        head.append(f"  reply by {dtg(row.reply_by_ms)}")
    if row.in_reply_to:
        head.append(f"  in reply to {row.in_reply_to}")
    if row.relates:
        note = f": {visible(row.note)}" if row.note and row.text else ""
        head.append(f"  {row.relates} {', '.join(row.of)}{note}")
    for at, one in enumerate(row.checklist, 1):
        by = f"[x] {at}. {visible(one.words)}  ({visible(one.ticked_by)})" if one.ticked_by else ""
        head.append(f"  {by or f'[ ] {at}. {visible(one.words)}  NOT LOOKED AT'}")
    for doubt in row.doubts:
        near = f"; meant may be {visible(', '.join(doubt.near))}" if doubt.near else ""
        head.append(f"  DOUBTFUL: {visible(doubt.office)}: {doubt.why}{near}")
    if row.unfilled:
        head.append(f"  NOT FILLED IN: {visible(', '.join(row.unfilled))}")
    head += [f"  goes along: {visible(name)}" for name in row.attachments]
    foot = [f"  filled in: {visible(row.says)}"] if row.says and row.text and not row.relates else []
    if row.code:
        foot.append(f"  code {row.code}: compare it with what the other officer sees")
    if row.why_not:
        foot.append(f"  not by this officer: {row.why_not}")
    if row.place:
        foot.append(f"  recorded as {row.place}, released by {visible(row.released_by)}")
    return "\n".join([*head, "", *wrapped(row.text or row.note or row.says), "", *foot]).rstrip()
