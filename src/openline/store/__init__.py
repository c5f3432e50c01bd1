"""Store: durable state, committed before anybody is told.

One transaction takes a whole turn: entries, notes, receipts, state. Logs only ever grow and the database itself
refuses to change what was written. When the disk is full, read-only or broken the store says so, refuses new
work and loses nothing it held. Key files live here too, apart from the database and its backups. The store
takes every fact as given and judges none; `fsck` derives them all again. It never looks at a bearer.
"""
