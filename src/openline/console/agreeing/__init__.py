"""Agreeing: terms of agreements, what we declare of them, offers, reports from outside; what the record shows."""
