"""Desk: the watch. Who must act, on what, by when.

Drafts, release by two officers, the ladder of acknowledgement, one queue of due times, alarms and hand-over
belong here, as folds over the record and as machines with named ports for what they need from outside. The desk
decides nothing for an officer and hides nothing from one; a receipt by a machine is never shown as consent by
a person. Pure. Nothing is built here yet; the charter keeps the place.
"""
