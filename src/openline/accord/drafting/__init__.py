"""Drafts across the border: texts in a strict form, versions tabled and countered, positions, brackets, comparison."""
