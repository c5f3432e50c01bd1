"""Words of others as a terminal, a log line or an alarm may hold them: nothing in them acts, and nothing hides."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_ASIDE: Final = re.compile(r"[^\n\t -~]")  # whatever is not plainly there to be read
_JOINERS: Final = "\u200c\u200d"  # Persian and Indic words need them
_HIDDEN: Final = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))


def visible(text: str) -> str:
    """Words of somebody else inside ours: control characters, what turns the direction of writing and what nobody sees
    stand there by their number and do nothing. Newlines and tabs stay."""
    return _ASIDE.sub(lambda one: f"\\u{{{ord(one[0]):x}}}" if is_hidden(one[0]) else one[0], text)


def is_hidden(c: str) -> bool:
    """Whether a character is not to be seen as it is, newlines and tabs too."""
    return unicodedata.category(c) in _HIDDEN and c not in _JOINERS
