"""The engineer's side: what a monitoring system asks. Always from outside the station, over its control socket, so that
no question of a monitor can hold up the record: `openline check` once, `openline monitor` as a process with pages.
"""
