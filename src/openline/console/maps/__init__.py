"""Places on a map: drawn here, from our own outline of land, without borders or names; never fetched from anybody."""
