"""Templates of messages and their checklists, as files: those that come along, and those of a home."""
