"""Line: the protocol as pure machines, events in and effects out.

Custody of logs, retransmission, epochs, generations, amendments: each is one file with its charter, events,
effects, state, legal table and step. Facts come in with the event and a machine never asks, so it never waits
and is never half done. Effects are committed before anything is spoken. The line knows its own reserved range
of entry kinds and carries every other body unread. Pure: the station performs the effects; the simulation can
perform the same ones on one thread from a seed.
"""
