"""Formats: what a notice of one kind holds, as data that both parties read alike. No code in them, none run by them."""
