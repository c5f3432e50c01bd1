"""Two histories of one log: notes are compared, and two signatures together accuse. R-130 to R-133."""
