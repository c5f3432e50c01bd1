"""Neutral texts of link tests: shipped with the program, the same on both sides, named by language and number."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Final

from openline.contact.body import read_of

_FILE: Final = Path(__file__).with_name("neutral.toml")


@cache
def texts() -> dict[str, tuple[str, ...]]:
    """All of them, by language."""
    tree = tomllib.loads(_FILE.read_text("utf-8"))
    return {str(language): tuple(str(one) for one in some) for language, some in tree["texts"].items()}


def text_for(slot: int) -> tuple[str, int]:
    """Language and number of the text of a slot: all in turn, languages first."""
    languages = tuple(texts())
    language = languages[slot % len(languages)]
    return language, slot // len(languages) % len(texts()[language])


def read_here(language: str, number: int) -> bytes:
    """What our answer states of a text; empty where we have none of that number."""
    some = texts().get(language, ())
    return read_of(some[number]) if number < len(some) else b""
