"""A program that translates: somebody else's, bounded, and named."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from openline.console.codes import Told
from openline.console.ladder import translating
from openline.console.ladder.translating import machine_translation


def program(folder: Path, *lines: str) -> tuple[str, ...]:
    path = folder / "mt"
    path.write_text("\n".join([f"#!{sys.executable}", "import os, sys, time", *lines]))
    path.chmod(0o755)
    return (str(path),)


def test_text_goes_in_and_text_comes_out(tmp_path: Path) -> None:
    command = program(tmp_path, "print(sys.argv[1], sys.argv[2], sys.stdin.read().upper())")
    assert machine_translation((*command,), "words; $(id)", "en", "ru") == ("en ru WORDS; $(ID)", "mt")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("sys.exit(3)", "ended with 3"),
        ("pass", "printed 0 characters"),
        ("os.write(1, bytes([255]))", "no UTF-8"),
        ("print('x' * 70_000)", "70000 characters"),
        ("[print('x' * 60_000) for _ in range(1000)]", "more than"),
        ("time.sleep(600)", "did not answer within"),
        ("os.close(1); os.close(2); time.sleep(600)", "did not end"),
    ],
)
def test_what_does_not_end_well_gives_no_translation(
    line: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "sleep" in line:
        monkeypatch.setattr(translating, "TRANSLATE_MS_MAX", 5_000 if "close" in line else 300)
        monkeypatch.setattr(translating, "_END_S", 0.3)
    with pytest.raises(Told, match="mt") as refusal:
        machine_translation(program(tmp_path, line), "words", "en", "ru")
    assert why in str(refusal.value)


def test_a_program_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(Told, match="cannot be run"):
        machine_translation((str(tmp_path / "none"),), "words", "en", "ru")
