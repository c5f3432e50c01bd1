"""Conformance: what any station must take, refuse or put aside, as test vectors, and a runner for any implementation.

    python -m conformance                       all vectors against our own code
    python -m conformance --driver "COMMAND"    against another program, driven by lines of JSON
    python -m conformance.make_vectors          write the vectors anew, and the example in docs/PROTOCOL.md

README.md says how a vector reads and how a driver speaks. All keys in here are test keys, never to be used.
"""
