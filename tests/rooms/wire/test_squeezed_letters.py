"""What the codecs make of letters that no dictionary was made from: ours of 600 and 470 characters, and those of 1962.

The English and the Russian message were written to be measured and stand nowhere else. R-283.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.letters import ENGLISH, RUSSIAN
from openline.console.dictionaries import SHIPPED, shipped
from openline.record.body import Message, encode_message
from openline.wire.codec import code_body, open_body
from tests.needs import SKIP_PREFIX

LETTERS = Path(__file__).resolve().parents[4] / "shared" / "reference" / "kennedy-khrushchev-1962.jsonl"
AGREED = {SHIPPED: shipped()}

def body(subject: str, text: str, language: str) -> bytes:
    """A message from a desk to a desk."""
    return encode_message(Message(subject, text, language, ("PARTY A DESK",)))


def sizes(raw: bytes) -> dict[str, int]:
    """Bytes by what a sender may use."""
    found = {
        "raw": len(raw),
        "deflate": len(code_body(raw, True, plain=True)[1]),
        "dictionary": len(code_body(raw, True, AGREED, slow=False)[1]),
        "brotli": len(code_body(raw, True)[1]),
    }
    codec, coded = code_body(raw, True, AGREED)
    assert open_body(codec, coded, dictionaries=AGREED) == raw
    assert len(coded) == min(found.values())
    return found


def test_the_texts_are_as_long_as_the_promises_about_radio_say() -> None:
    assert 590 <= len(ENGLISH) <= 610 and 460 <= len(RUSSIAN) <= 480


@pytest.mark.parametrize(
    ("raw", "share"),
    [(body("Trawler adrift", ENGLISH, "en"), 0.82), (body("Метеозонд", RUSSIAN, "ru"), 0.75)],
    ids=["english", "russian"],
)
def test_the_shipped_dictionary_shortens_what_it_was_not_made_from(raw: bytes, share: float) -> None:
    found = sizes(raw)
    print(found)
    assert found["dictionary"] < share * found["deflate"]


def test_the_letters_of_1962_are_shortened_by_a_dictionary_that_knows_none_of_them() -> None:
    if not LETTERS.exists():
        pytest.skip(f"{SKIP_PREFIX}the letters of 1962, which lie beside the source in shared/reference")
    letters = [json.loads(line)["text"] for line in LETTERS.read_text("utf-8").splitlines()]
    found = [sizes(body(f"Message {number}", text, "en")) for number, text in enumerate(letters, 1)]
    totals = {name: sum(one[name] for one in found) for name in found[0]}
    print(totals, sum(min(one.values()) for one in found))
    assert totals["dictionary"] < 0.87 * totals["deflate"]
    known = shipped()
    for text in letters:
        for at in range(0, len(text) - 60, 20):
            assert text[at : at + 60].encode() not in known, "a sentence of the letters stands in the dictionary"
