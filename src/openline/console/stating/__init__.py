"""What the parties state about the line and its messages: written down, found again, said in plain words.

Charter. Looks at `contact` for what counts and at the record for what was said. Nothing here stops anything: a line
that is declared suspended still carries, and every word says so.
"""
