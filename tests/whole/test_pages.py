"""A line on paper alone: sheets printed as anybody would print them, photographed badly, read in several batches."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.needs import needs_tool
from tests.rooms.bearer.camera import Shot, as_jpeg, photograph, write
from tests.whole.parties import Desk
from tests.whole.test_sticks import texts

pytestmark = pytest.mark.whole
Line = Callable[..., list[Desk]]


def printed(sheet: Path) -> Image.Image:
    """The sheet as another program draws it."""
    drawn = subprocess.run(
        [needs_tool("rsvg-convert"), "--dpi-x", "200", "--dpi-y", "200", str(sheet)], capture_output=True, check=True
    )
    return Image.open(io.BytesIO(drawn.stdout)).convert("L")


def two_on_paper(on_a_line: Line) -> tuple[Desk, Desk]:
    amber, birch = on_a_line("Amber", "Birch")
    for desk in (amber, birch):
        desk.settings({})
        desk.start()
    return amber, birch


def by_paper(sender: Desk, receiver: Desk, folder: Path) -> dict[str, object]:
    """Print, photograph, read in; only as many sheets as it takes."""
    folder.mkdir()
    out = sender.json("carry", "out", "--pages", str(folder))
    images = folder / "photographs"
    images.mkdir()
    shot = Shot(turned=4, tilted=0.1, blurred=0.7, noise=4, quality=80, size=(2400, 3200))
    for one in out["sets"]:
        for name in one["files"]:
            if name.endswith(".svg"):
                write(images, name.replace(".svg", ".jpg"), photograph(printed(folder / name), shot))
    return dict(receiver.json("carry", "in", "--pages", str(images)))


def test_a_line_by_paper_alone_ends_with_receipts_on_both_sides(on_a_line: Line, tmp_path: Path) -> None:
    """R-260 R-263 R-266 R-267"""
    amber, birch = two_on_paper(on_a_line)
    place = amber.json("send", "by paper")["place"]
    amber.json("send", "also by paper: кириллица и «кавычки»")
    done = by_paper(amber, birch, tmp_path / "1")
    assert done["entries"] == 3  # the opening of the log, and two messages
    assert [one["complete"] for one in done["sets"]] == [True]  # type: ignore[attr-defined]
    assert texts(birch) == ["by paper", "also by paper: кириллица и «кавычки»"]
    answer = birch.json("send", "an answer, same way back")["place"]
    by_paper(birch, amber, tmp_path / "2")
    assert texts(amber) == ["an answer, same way back"]
    assert amber.json("show", place)["held"][0]["name"] == "Birch"
    by_paper(amber, birch, tmp_path / "3")
    assert birch.json("show", answer)["held"][0]["name"] == "Amber"


def test_photographs_come_in_batches_and_what_is_missing_is_said(on_a_line: Line, tmp_path: Path) -> None:
    """R-265"""
    amber, birch = two_on_paper(on_a_line)
    amber.json("send", "word " * 2500 + "end")
    folder = tmp_path / "sheets"
    folder.mkdir()
    (made,) = amber.json("carry", "out", "--pages", str(folder))["sets"]
    sheets = sorted(name for name in made["files"] if name.endswith(".svg"))
    photos = [write(tmp_path, f"{n}.jpg", as_jpeg(printed(folder / name))) for n, name in enumerate(sheets)]
    first = birch.run("carry", "in", "--pages", str(photos[0]), "--json", ok=None)
    if made["needed"] > 6:
        assert first.returncode == 6
        assert json.loads(first.stderr)["code"] == "OL-604"
    (said,) = json.loads(first.stdout)["sets"]
    assert said["have"] >= min(6, made["needed"])
    birch.stop()
    birch.start()  # what was read is not forgotten
    for photo in photos[1:]:
        birch.run("carry", "in", "--pages", str(photo), ok=None)
    assert texts(birch) == ["word " * 2500 + "end"]
    again = birch.json("carry", "in", "--pages", str(photos[0]))
    assert (again["entries"], again["sets"][0]["complete"]) == (0, True)


def test_pages_of_another_line_are_named_and_touch_nothing(on_a_line: Line, tmp_path: Path) -> None:
    """R-262"""
    amber, birch = two_on_paper(on_a_line)
    amber.json("send", "for Birch")
    (tmp_path / "sheets").mkdir()
    (made,) = amber.json("carry", "out", "--pages", str(tmp_path / "sheets"))["sets"]
    photo = write(tmp_path, "own.jpg", as_jpeg(printed(tmp_path / "sheets" / made["files"][0])))
    own = amber.run("carry", "in", "--pages", str(photo), ok=5)
    assert "a code for Birch, not for us" in own.stderr
    assert "OL-502" in own.stderr


def test_the_sheets_say_what_a_courier_needs(on_a_line: Line, tmp_path: Path) -> None:
    amber, _ = two_on_paper(on_a_line)
    amber.json("send", "printed")
    done = amber.json("carry", "out", "--pages", str(tmp_path))
    (made,) = done["sets"]
    sheet = (tmp_path / made["files"][0]).read_text()
    for said in ("OPENLINE", made["name"], "Amber  →  Birch", f"Any {made['needed']} of the {made['made']} codes"):
        assert said in sheet
    assert "http" not in sheet.replace("http://www.w3.org/2000/svg", "")
    page = (tmp_path / made["files"][-1]).read_text()
    assert made["files"][0] in page and "http" not in page
    shown = amber.run("carry", "out", "--pages", "--screen").stdout
    assert "▀" in shown and "any" in shown


def test_a_message_of_600_characters_is_two_sheets_with_the_keys_that_go_along(on_a_line: Line, tmp_path: Path) -> None:
    amber, birch = two_on_paper(on_a_line)
    amber.json("send", "first")
    by_paper(amber, birch, tmp_path / "1")
    by_paper(birch, amber, tmp_path / "2")
    amber.json("send", "".join(chr(97 + n * n % 26) for n in range(600)))
    (tmp_path / "3").mkdir()
    done = amber.json("carry", "out", "--pages", str(tmp_path / "3"))
    (made,) = done["sets"]
    assert len([name for name in made["files"] if name.endswith(".svg")]) <= 2, done
