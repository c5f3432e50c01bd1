"""Sealed exchanges and escrow at a station: acts and their door, secrets on disk, rows for people and programs."""
