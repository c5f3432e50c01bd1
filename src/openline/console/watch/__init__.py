"""The desk as a station keeps it: officers and their secrets, sittings, the desk log, drafts and their release."""
