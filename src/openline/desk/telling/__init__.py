"""What a desk tells the other side about messages: understood, passed on, corrected, withdrawn; and its directory.

Charter. Bodies in their one spelling, and what of them counts. Pure, and about the record
only: who may write such an entry is decided beside it.
"""
