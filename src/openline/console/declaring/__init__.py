"""Declarations of a line: layouts, what was declared and what is counted, reconciliation, ceilings over time."""
