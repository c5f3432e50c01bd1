"""The demonstrations: stories, a stage of two real stations, a telling of what they did, and bad roads between them.

`weather` says what a bad road does, `relay` is one as a process; tests and the bench use them too. Nothing in the
program depends on this chamber but the command that plays it.
"""
