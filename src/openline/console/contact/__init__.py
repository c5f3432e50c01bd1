"""Contact as a station keeps it and as people see it: tests by the hour, what was observed, the drawn timeline.

Charter. What is due, what is proved and which state holds is decided in the pure room `openline.contact`; here it is
fed with what the store and the line machine know, and its answers become drafts, alarms, words and pictures.
"""
