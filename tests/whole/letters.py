"""The letters of October 1962: sent by hand of the real program, and found again in both records by a stranger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from tests.whole.parties import Desk

LETTERS: Final = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "kennedy-khrushchev-1962.jsonl"


def sample(letters: Path, count: int, folder: Path) -> Path:
    """The shortest of them, in their order."""
    rows = letters.read_text("utf-8").splitlines()
    shortest = sorted(rows, key=len)[:count]
    file = folder / "sample.jsonl"
    file.write_text("\n".join(row for row in rows if row in shortest) + "\n")
    return file


def replayed(desks: list[Desk], file: Path, *more: str) -> dict[str, Any]:
    """Replay `file`, the first speaker over the first station and the second over the second."""
    speakers = list(dict.fromkeys(json.loads(row)["from"] for row in file.read_text("utf-8").splitlines()))
    addresses = [
        word for name, desk in zip(speakers, desks, strict=True) for word in ("--control", f"{name}={desk.control}")
    ]
    return dict(desks[0].json("replay", str(file), *addresses, *more))


def check_exports(desks: list[Desk], file: Path, folder: Path) -> None:
    """Both records, as a stranger reads them, hold each text once, under the party that said it, held by the other."""
    rows = [json.loads(row) for row in file.read_text("utf-8").splitlines()]
    speakers = list(dict.fromkeys(row["from"] for row in rows))
    wanted = sorted((speakers.index(row["from"]), row["text"]) for row in rows)
    cards = [word for desk in desks for word in ("--card", str(folder / f"{desk.name}.card"))]
    for desk in desks:
        record = folder / f"{desk.name}.record"
        desk.run("export", str(record))
        verdict = json.loads(desk.run("verify", str(record), "--entries", "--json", *cards).stdout)
        assert verdict["accusations"] == []
        assert verdict["doubts"] == []
        said = [(int(log["log"][0]), one) for log in verdict["logs"] for one in log["each"] if one["kind"] == "message"]
        assert sorted((party, one["text"]) for party, one in said) == wanted
        assert all(one["held"] for _, one in said)
