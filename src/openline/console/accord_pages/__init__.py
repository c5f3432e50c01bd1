"""Pages of the accords: notices, declarations, topics, meetings. Their routes stand in `web/routes.py`."""
