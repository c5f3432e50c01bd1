"""Wire: bytes to frames to items and back, with one spelling for each.

This room promises that whatever came over a bearer is either a whole, bounded thing or a `Malformed` that says
where it broke; that junk never stops the reader from finding the next good frame; and that what it writes is
the only encoding it reads. It knows shapes and sizes and nothing of keys, signatures, logs or people: every
field that leaves this room is still a claim. Pure: no clock, no socket, no disk, no randomness of its own.
"""
