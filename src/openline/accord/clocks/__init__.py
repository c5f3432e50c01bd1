"""Clocks: when something is due, counted from receipt; the day-count rule is named, ambiguity is an interval."""
