"""Joint statements at the station and for readers: proposed, signed, released in time; what a published file proves."""
