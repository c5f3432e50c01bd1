"""The terms of a line as they stand: what amends them, and what its agreed limits mean for custody.

R-140 to R-159, R-180 to R-182.
"""
