"""Commands of the ladder: what a person types about messages that came, texts released beforehand, and translations."""
