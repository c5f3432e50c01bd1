"""Makes the vectors: a line of test parties, and scenarios: what goes in at a door and what must come of it."""
