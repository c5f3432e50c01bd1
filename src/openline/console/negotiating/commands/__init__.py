"""Commands of drafts across the border."""
