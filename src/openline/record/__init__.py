"""Record: what was said, provably, to somebody who trusts neither party nor this program.

Entries, the append-only Merkle logs they stand in, checkpoints, receipts, proofs, exhibits and the exported
record: all of them checkable offline with nothing but the parties' cards. Trust is a type here: only a check
makes a checked thing, and only two signed statements that cannot both be true accuse anybody. This room owns
hashing and salts and takes the roster as plain data. Pure: it never asks for the time, a file or a peer.
"""
