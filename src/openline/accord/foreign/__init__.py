"""Forms of others, in and out: readers name line and column, writers refuse what a form cannot carry."""
