"""Bearer: what carries bytes, and nothing else.

A bearer sends a frame, receives frames and says how fast, how late and how large; it may lose, repeat, reorder
or stop, and that says nothing about anybody. Mutual TLS with pinned station certificates is one; a directory of
numbered files that a courier can carry is another; the same line may run over both at once. A bearer knows no
entries, no keys of the seal and no store.
"""
