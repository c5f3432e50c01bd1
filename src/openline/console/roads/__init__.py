"""The roads of a running station: every bearer of its line, what came over them and waits, what goes out over which."""
