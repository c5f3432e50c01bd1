"""Alarms of a running station, and the separate process that makes them heard.

The station keeps the board (`board`): what rings, who acknowledged it, whether anybody listens. `openline annunciate`
is a process of its own (`annunciator`): it asks the station every second, plays tones made here (`tones`) through a
player of the machine (`playing`), runs a command for a lamp or a pager, and rings by itself when the station is gone.
"""
