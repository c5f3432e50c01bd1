"""Security keys and programs' tokens at a station's desk: challenges, checking what a key signed, who may use which."""
