"""Which bodies of a record go along in an export, by entry, party and period; the rest is proved by its digests."""
