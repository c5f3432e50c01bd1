"""The state of a draft as HTTP names it (RFC 9110, section 8.8.3)."""

from __future__ import annotations

from openline.console.watch.asking import DraftRow


def etag_of(draft: DraftRow) -> str:
    """One state of a draft. Strong: another version, stage or act is another tag."""
    return f'"{draft.draft}.{draft.version}.{draft.stage}.{draft.changed_at_ms}"'
