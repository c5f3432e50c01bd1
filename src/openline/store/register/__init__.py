"""A register of the record: what each message came to, what is open, and every word in it, each found by an index.

Charter. Derived, in a file of its own beside the record; it can be thrown away at any time and is made again by reading
the record from its start. It follows by position, never holds up a commit, and may be behind: `reached` says how far it
is. It is never the truth: nothing that is let pass, signed or sent looks at it. Its file is not part of a backup.
"""
