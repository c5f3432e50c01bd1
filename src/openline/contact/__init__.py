"""Whether there was contact: link tests, declared states, the timeline; what both logs prove, what one side saw.

Charter. Pure. Reads entries of kinds 32 to 63 and what the station observed of its bearers; decides which of the
states of contact holds, by a table with exactly one matching row; says when a test or an answer is due. It blocks
nothing. Looks at `record` only: the line carries its entries like any others.
"""
