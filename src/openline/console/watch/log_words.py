"""What stands as a number in the desk's log and means a word: which one. People and programs are told the word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from openline.console.channel.asking import PRECEDENCES
from openline.desk import due
from openline.desk.facts import METHODS, SOUNDS
from openline.desk.texts.translations import STAGES
from openline.record.entry import EXERCISE, KIND_NAMES

_NO_OR_YES: Final = ("no", "yes")
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "precedence": tuple(PRECEDENCES), "method": METHODS, "sound": SOUNDS, "stage": STAGES,
    "step": ("reviewed", "certified"), "what": tuple(due.WORDS[one] for one in due.What),
    "allowed": _NO_OR_YES, "demanded": _NO_OR_YES, "given": _NO_OR_YES, "heard": _NO_OR_YES,
    "flags": ("", "exercise"),
}  # fmt: skip
NAMED: Final = frozenset((*_WORDS, "kind"))


def word_of(name: str, value: int) -> str:
    """The word for a number under that name; the number itself where there is none for it, as for a count."""
    if name == "kind":
        return KIND_NAMES.get(value, str(value))
    if name == "flags":
        value &= EXERCISE
    known = _WORDS.get(name, ())
    return known[value] if value < len(known) else str(value)
