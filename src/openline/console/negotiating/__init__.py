"""The station's side of drafts across the border: tabling, positions, signing, comparison; commands."""
