"""Two drafts of a hundred pages, compared word by word from their files."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Final

from bench.table import Sample
from openline.accord.drafting.comparing import compare
from openline.accord.drafting.text import Article, Text, parse_text, write_text

ARTICLES: Final = 100
PARAGRAPHS: Final = 4
WORDS: Final = 125  # of a paragraph: 500 on a page
CHANGED: Final = 0.1  # of the words, in every paragraph


def comparing(say: Callable[[str], None]) -> dict[str, list[Sample]]:
    """Seconds from two files of 50,000 words to every word that differs."""
    before, after = _made()
    began = time.perf_counter()
    before.split()
    after.split()
    limit = time.perf_counter() - began
    began = time.perf_counter()
    found = compare(parse_text(before), parse_text(after))
    took = time.perf_counter() - began
    changed = sum(not one.is_same for one in found)
    assert changed == ARTICLES, "it is not the work"
    say(f"{len(before.split())} words, {changed} articles that differ, in {took:.2f} s")
    return {"compare_100p_s": [Sample(took, limit)]}


def _made() -> tuple[bytes, bytes]:
    rng = random.Random(20_260_205)
    # A tenth of all words makes half of any text, as of people's.
    known = [f"word{number}" for number in range(3_000)]
    weights = [1 / (number + 1) for number in range(len(known))]

    def line(number: int) -> str:
        return f"{number}. {' '.join(rng.choices(known, weights, k=WORDS))}."

    def otherwise(text: str) -> str:
        head, *words = text.split(" ")
        return " ".join([head, *(rng.choice(known) if rng.random() < CHANGED else word for word in words)])

    articles = [Article(number, f"Heading {number}", tuple(line(at) for at in range(1, PARAGRAPHS + 1)))
                for number in range(1, ARTICLES + 1)]  # fmt: skip
    changed = [one._replace(paragraphs=tuple(map(otherwise, one.paragraphs))) for one in articles]
    preamble = Article(0, "", ("The Parties have agreed as follows:",))
    return tuple(write_text(Text("Bench", (preamble, *each))) for each in (articles, changed))  # type: ignore[return-value]
