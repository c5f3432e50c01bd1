"""The station as programs and commands see it: what can be asked, what is answered, what lies on disk.

The control channel and the operations behind it.
"""
