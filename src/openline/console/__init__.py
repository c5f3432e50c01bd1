"""Console: what a person or their program sees and can ask for.

The command line, its JSON twin, configuration, exit codes and plain words. Every act ends as held, refused or
unknown, with what is known, what is not and what to do now; stdout is the answer and stderr everything else.
`verify` is composed here from a pure check of each room. The console wires nothing: it is handed what it needs
by the station above it.
"""
