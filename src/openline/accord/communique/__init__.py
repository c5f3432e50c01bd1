"""Joint statements: one text in all its languages, an agreed instant of release, signed by every party; the file that
is published of one, and what it proves to somebody who has nothing else."""
