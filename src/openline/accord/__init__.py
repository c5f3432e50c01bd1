"""Accord: meaning as data. Formats, notices, agreements, drafts, declarations and duties.

This room reads what entries say and keeps it as a fold over the record: nothing here is stored that could not
be derived again. A format is a file the parties agreed on, not code. Breaches of form or time are shown and
recorded and never block a message; silence is never consent. It stands beside `line` and neither looks at the
other. Pure. `formats` has the formats of notices, and notices; `library` the formats that come with the program.
"""
