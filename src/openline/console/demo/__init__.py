"""The demonstration: a story, a stage of two real stations, and a telling of what they did.

Nothing in the program depends on it but the command that plays it.
"""
