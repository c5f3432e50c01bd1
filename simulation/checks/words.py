"""What the judges say."""

from __future__ import annotations


class Violation(Exception):
    """A promise of the line was broken. `rule` is the short name of the promise."""

    def __init__(self, rule: str, text: str) -> None:
        super().__init__(f"{rule}: {text}")
        self.rule = rule


def demand(holds: bool, rule: str, text: str) -> None:
    """Raises Violation unless it holds."""
    if not holds:
        raise Violation(rule, text)
