"""Joint statements over a real line: both sign the same bytes; nothing leaves early; what leaves proves itself."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.whole.parties import WITHIN_S, Desk
from tests.whole.test_desk import Officers
from tests.whole.test_notices import replayed_alike
from tests.whole.test_statements import both_up, held, instant, refused

pytestmark = pytest.mark.whole
Line = Callable[..., list[Desk]]
ENGLISH = "The parties keep the limits for one year.\nThey meet again in March."
RUSSIAN = "Стороны соблюдают пределы один год.\nОни встречаются вновь в марте."


def written(folder: Path, name: str, release_at: str, **texts: str) -> str:
    for language, words in texts.items():
        (folder / f"{name}.{language}.txt").write_text(words + "\n")
    titles = ", ".join(f'{language} = "Joint statement {name}"' for language in texts)
    files = "\n".join(f'{language} = "{name}.{language}.txt"' for language in texts)
    path = folder / f"{name}.toml"
    path.write_text(f'id = "{name}"\nrelease_at = "{release_at}"\ntitles = {{ {titles} }}\n'
                    f'zone = {{ name = "Geneva", minutes_east = 60 }}\n[texts]\n{files}\n')  # fmt: skip
    return str(path)


def shown(desk: Desk, name: str) -> dict[str, object]:
    whole = json.loads(desk.here("joint", "show", name, "--json"))
    row: dict[str, object] = whole["row"]
    return row


def test_signed_by_both_kept_until_its_instant_and_proved_to_a_stranger(on_a_line: Line, tmp_path: Path) -> None:
    """R-540 to R-549."""
    amber, birch = both_up(on_a_line)
    later = instant(days=2)
    refused(amber, 4, "no text in en", "joint", "propose", written(tmp_path, "JS-0", later, ru=RUSSIAN))
    past = written(tmp_path, "JS-0", "2026-01-01T00:00:00Z", en=ENGLISH)
    refused(amber, 4, "before it is proposed", "joint", "propose", past)

    held(amber, "joint", "propose", written(tmp_path, "JS-1", later, en=ENGLISH, ru=RUSSIAN))
    assert "WAITS FOR OUR SIGNATURE" in birch.here("joint", "list") and shown(amber, "JS-1")["state"] == "open"
    other = written(tmp_path, "JS-1", later, en=ENGLISH.replace("one", "two"), ru=RUSSIAN)
    refused(birch, 4, "other bytes stand under the id", "joint", "propose", other)
    refused(amber, 4, "not every party has signed", "joint", "publish", "JS-1", str(tmp_path / "early.json"))
    held(birch, "joint", "sign", "JS-1")
    for desk in (amber, birch):
        assert shown(desk, "JS-1")["state"] == "agreed"
        refused(desk, 4, "the agreed instant is", "joint", "publish", "JS-1", str(tmp_path / "early.json"))
        refused(desk, 4, "the agreed instant is", "joint", "publish", "JS-1", str(tmp_path / "early.pdf"))
        refused(desk, 4, "every party has signed", "joint", "withdraw", "JS-1")
    assert not list(tmp_path.glob("early.*"))

    held(amber, "joint", "propose", written(tmp_path, "JS-2", later, en=ENGLISH))
    held(amber, "joint", "withdraw", "JS-2", "--reason", "The second paragraph is open again.")
    refused(birch, 4, "withdrawn", "joint", "sign", "JS-2")
    assert "open again" in birch.here("joint", "show", "JS-2")

    held(amber, "joint", "propose", written(tmp_path, "JS-3", instant(seconds=10), en=ENGLISH, ru=RUSSIAN))
    held(birch, "joint", "sign", "JS-3")
    file = published(birch, tmp_path / "statement.json")
    cards = [word for name in ("Amber", "Birch") for word in ("--card", str(tmp_path / f"{name}.card"))]
    found = json.loads(amber.here("verify", str(file), *cards, "--json"))
    assert [one["card"] for one in found["signed"]] == [True, True] and found["published_at"] >= found["release_at"]
    assert [one["text"] for one in found["texts"]] == [ENGLISH, RUSSIAN]
    assert [len(one["held"]) for one in found["signed"]] == [1, 1], "each held the other's signature"
    pdf = tmp_path / "statement.pdf"
    amber.here("joint", "publish", "JS-3", str(pdf))
    assert json.loads(birch.here("verify", str(pdf), "--json"))["digest"] == found["digest"]
    file.write_text(file.read_text().replace("one year", "ten years"))
    refused(amber, 5, "(texts)", "verify", str(file))
    replayed_alike(amber, birch, tmp_path)
    _after_one_has_left(amber, birch, tmp_path, cards)


def _after_one_has_left(amber: Desk, birch: Desk, folder: Path, cards: list[str]) -> None:
    """R-545: what all signed is published all the same; what one says alone is agreed with nobody."""
    held(amber, "joint", "propose", written(folder, "JS-4", instant(seconds=10), en=ENGLISH, ru=RUSSIAN))
    held(birch, "joint", "sign", "JS-4")
    held(amber, "joint", "propose", written(folder, "JS-5", instant(days=1), en=ENGLISH, ru=RUSSIAN))
    left = json.loads(birch.here("line", "leave", "--yes", "--json"))
    assert left["state"] == "in force"
    until = time.monotonic() + WITHIN_S
    while not any(one["left"] for one in json.loads(amber.here("line", "amendments", "--json"))["parties"]):
        assert time.monotonic() < until
    for desk in (amber, birch):
        file = published(desk, folder / f"left-{desk.name}.json", "JS-4")
        found = json.loads(desk.here("verify", str(file), *cards, "--json"))
        assert [one["card"] for one in found["signed"]] == [True, True]
        assert shown(desk, "JS-5")["state"] == "open"


def published(desk: Desk, file: Path, name: str = "JS-3") -> Path:
    """As soon as the station lets it out: by its own clock, and once it knows how that stands to the other's."""
    until = time.monotonic() + WITHIN_S
    while (ran := desk.try_here("joint", "publish", name, str(file))).code != 0:
        assert ran.code == 4 and "the agreed instant" in ran.err, ran.err
        assert time.monotonic() < until, ran.err
    return file


def test_a_signature_leaves_by_two(on_a_line: Line, tmp_path: Path) -> None:
    """R-303 for joint statements: no door for one person; a draft shows every language that is signed."""
    amber, birch = both_up(on_a_line)
    held(birch, "joint", "propose", written(tmp_path, "JS-1", instant(days=2), en=ENGLISH, ru=RUSSIAN))
    officers = Officers(amber, tmp_path)
    officers.staff()
    assert officers.run("Cyd", "joint", "sign", "JS-1", ok=4).returncode == 4
    row = json.loads(officers.run("Bob", "joint", "sign", "JS-1", "--as-draft", "--json").stdout)
    name = f"D-{row['draft']}"
    officers.run("Bob", "draft", "submit", name)
    draft = json.loads(officers.run("Cyd", "draft", "show", name, "--json").stdout)
    assert "JS-1" in draft["subject"] and ENGLISH in draft["text"] and RUSSIAN in draft["text"]
    officers.run("Cyd", "draft", "release", name, "--code", draft["code"])
    assert shown(amber, "JS-1")["state"] == "agreed"
