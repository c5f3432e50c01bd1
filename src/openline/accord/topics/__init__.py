"""Topics: which entries belong to a subject, in what capacity somebody spoke, what contradicts what."""
