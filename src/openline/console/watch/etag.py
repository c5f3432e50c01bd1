"""The state of a draft as HTTP names it (RFC 9110, section 8.8.3)."""

from __future__ import annotations

from openline.console.watch.asking import DraftRow
from openline.desk.state import Draft


def etag_of(draft: DraftRow) -> str:
    """One state of a draft as it was shown. Strong: another version, stage or act is another tag."""
    return _spelled(draft.draft, draft.version, draft.stage, draft.changed_at_ms)


def etag_now(draft: Draft) -> str:
    """The same of the draft itself."""
    return _spelled(draft.number, draft.version.number, draft.stage, draft.changed_at_ms)


def _spelled(number: int, version: int, stage: str, changed_at_ms: int) -> str:
    return f'"{number}.{version}.{stage}.{changed_at_ms}"'
