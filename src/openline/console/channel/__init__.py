"""The station as programs and commands see it: what can be asked, what is answered, what lies on disk.

The control channel, the operations behind it, and an open line with its papers, keys, store and bearers.
"""
