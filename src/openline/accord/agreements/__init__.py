"""Agreements: terms beside their identity, how they stand in each party's view, offers, reports from outside.

Charter. Pure. Every state is a fold of signed entries and of the receipts that prove when the others held them. Nothing
is agreed by one party's word or by silence; what does not fit is kept and marked with a reason, and hinders nothing.
"""
