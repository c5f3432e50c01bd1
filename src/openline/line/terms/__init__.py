"""What the agreed limits of a line mean for custody: how much a party may write. R-180 to R-182."""
