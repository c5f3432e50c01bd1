"""Messages on paper and in archives: PDF/A sheets set by typst, the same bytes for the same record on every machine.

Runs in the process of the command, never in the station: what is set was written by anybody. It reaches the setter as
data; nothing in it is read as a command.
"""
