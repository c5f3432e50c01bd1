"""Seal: who a party is, which keys speak for it, and how bytes between two parties are closed and opened.

Root keys certify station keys, one key for one purpose; charters and ceremony files turn two strangers' cards
into a line with a shared secret; epochs turn that secret into frame keys that are forgotten on time. Signatures
are checked strictly, small-order and non-canonical keys refused before any library sees them. Nothing here
judges what was said: an opened frame proves who held a key, never what is true. Pure: key files, clocks and
sockets belong to other rooms; randomness comes only from inside the cryptographic library.
"""
