"""Notices on the desk's pages: a form made from a format, a notice read in any language of it, its map, its PDF."""
