"""The case of February 2026, re-enacted: each public event in the kind of object it was, on a real line."""
