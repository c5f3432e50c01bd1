"""Texts as officers work with them: two languages beside each other, texts released beforehand, templates.

Charter. Pure: what a text says in numbers, what may be filled into it, and how far a translation has come.
"""
