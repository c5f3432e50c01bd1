"""Formats, notices, agreements and duties of a line, as the record has them: asked of a station, or of an export."""
