"""What a draft for release says, in words, so that nobody lets out what they have not seen."""

from __future__ import annotations

from collections.abc import Sequence

from openline.accord.drafting.bodies import parse_closed, parse_position
from openline.accord.drafting.drafts import Drafts
from openline.console.negotiating.reading import Here
from openline.record.entry import POSITION, Ref


def files_in_words(texts: Sequence[Here]) -> str:
    """Every text whole, under its language and hash."""
    return "\n".join(
        f"{one.language}, SHA-256 {one.digest.hex()}\n\n"
        + (one.data.decode("utf-8", "replace") if one.data is not None else "its bytes are not here\n")
        for one in texts
    )


def said_in_words(kind: int, told: bytes, drafts: Drafts) -> str:
    """Positions, or a refusal or withdrawal, whole."""
    if kind == POSITION:
        position = parse_position(told)
        lines = [f"article {one.article}: {one.stand.name.lower()}{f': {one.words}' if one.words else ''}"
                 for one in position.said]  # fmt: skip
        return "\n".join([_of(position.of, drafts), *lines])
    closed = parse_closed(told)
    return f"{_of(closed.of, drafts)}\n{closed.closing.name.lower()}{f': {closed.reason}' if closed.reason else ''}"


def _of(ref: Ref, drafts: Drafts) -> str:
    one = drafts.version(ref)
    return f"draft {one.draft}, version {ref.full_name}" if one is not None else f"version {ref.full_name}"
