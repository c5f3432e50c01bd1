"""The command `joint`."""
