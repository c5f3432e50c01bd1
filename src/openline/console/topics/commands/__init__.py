"""Commands about topics and meetings."""
