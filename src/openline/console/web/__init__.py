"""The desk's pages in a browser: a process of its own, without keys, that asks the station as the commands do (0028).

`routes.py` is the one table of what can be asked here and by whom; `safety.py` stands before all of it; `line.py` asks
the station; `live.py` tells open pages that something is new, and that all is alive.
"""
