"""Commands about formats, notices, agreements and duties."""
