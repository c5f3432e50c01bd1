"""The ladder of a message past *opened*: understood, passed on; corrected, withdrawn, superseded, forwarded; crossed.

Charter. Finds in the record what was told about a message, says it in plain words, and writes what officers tell.
Nothing is taken out: what was withdrawn stays, with the withdrawal beside it.
"""
