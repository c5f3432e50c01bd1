"""Commands about agreements, offers and reports."""
