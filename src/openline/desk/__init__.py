"""The watch desk: who may do what, drafts and their release by two persons, the desk's own log.

Charter. Pure. Everything that happens at a desk is a fact in its own append-only log; every state is the fold over it.
`decide` says what an officer's act adds to that log, or refuses it; `apply` takes one fact in. A draft leaves the desk
only by a release, and what the station records is exactly what was released. Looks at `record` for the bodies of
messages; knows no clock, screen or key: who signed in, and how, comes in with the act.
"""
