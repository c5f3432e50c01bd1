"""Exports and what they prove: the file, its judgement, the findings."""
