"""Reading aloud and taking down by ear: the sheet that is read, the rows that are typed, and what came of them.

Charter. Looks at `contact` for digits and standing; nothing here speaks for the author of what was read.
"""
