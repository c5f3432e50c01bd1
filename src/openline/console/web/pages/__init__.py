"""The pages, by what they are for. Each function is named in the table of `web/routes.py`."""
