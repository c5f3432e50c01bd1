"""What we promise about speed, measured beside what this machine can do at all, in the same run. `python -m bench`."""
