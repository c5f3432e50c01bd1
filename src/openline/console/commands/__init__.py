"""Commands: one file a room, each registering its own commands with the table in `console`.

A command parses its arguments, asks one question or does one act, prints the answer and returns an exit code.
No command prompts without a terminal.
"""
